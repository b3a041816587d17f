"""What administrators work with, put together: incident properties, keeping and deleting, the audit log."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

import attrs

from incident_plugin.adapters.sealed_backup import SealedBackup
from incident_plugin.adapters.signing import KEYS, SigningKey
from incident_plugin.adapters.tinydb_store import TinyDBStore, upkeep
from incident_plugin.application.audit_log import Audit, Denials
from incident_plugin.application.backing_up import Backups
from incident_plugin.application.defining import Defining
from incident_plugin.application.guard import Guard
from incident_plugin.application.keeping import LegalHolds, MediaHolds, Purger, RecycleBin
from incident_plugin.application.ports import Clock, ExportShelf, Ids
from incident_plugin.application.retention import Retention, RetentionTask
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.people import Person
from incident_plugin.http.auditing import AuditResources
from incident_plugin.http.backing_up import BackupResources
from incident_plugin.http.defining import DefiningResources
from incident_plugin.http.keeping import KeepingResources
from incident_plugin.http.operations import Operation
from incident_plugin.http.retention import RetentionResources
from vms_hooks.host import HostServices


@attrs.frozen(kw_only=True)
class Administration:
    """The parts that run, and the operations on them."""

    operations: tuple[Operation, ...]
    denials: Denials
    retention: RetentionTask
    media_holds: MediaHolds


def administer(
    host: HostServices,
    *,
    store: TinyDBStore,
    work: UnitOfWork,
    guard: Guard,
    clock: Clock,
    ids: Ids,
    key: SigningKey,
    service: Person,
    settings: str,
    shelf: ExportShelf,
) -> Administration:
    """Put it together.

    ``service`` is in whose name the plug-in deletes what is due. ``settings`` are those of the site, as JSON.
    """
    purger = Purger(clock=clock, signer=key, site=host.site.name)
    # A site of contract 0.1 does not know its address.
    machine = urlsplit(getattr(host.site, "base_url", "")).hostname or host.site.id
    bin_ = RecycleBin(work=work, guard=guard, purger=purger)
    holds = LegalHolds(work=work, guard=guard, clock=clock)
    maker = SealedBackup(
        copy_store=partial(upkeep.backup, host.storage / "store"),
        keys=host.storage / KEYS,
        settings=settings,
    )
    backups = Backups(work=work, guard=guard, ids=ids, maker=maker, folder=host.storage / "cache" / "backups")
    rules = Retention(store=store, work=work, guard=guard, clock=clock)
    return Administration(
        operations=(
            *DefiningResources(defining=Defining(store=store, work=work, guard=guard)).operations(),
            *KeepingResources(bin=bin_, holds=holds).operations(),
            *RetentionResources(retention=rules).operations(),
            *BackupResources(backups=backups, clock=clock).operations(),
            *AuditResources(audit=Audit(store=store, work=work, guard=guard), host=machine).operations(),
        ),
        denials=Denials(work, clock),
        retention=RetentionTask(
            store=store,
            work=work,
            clock=clock,
            purger=purger,
            guard=guard,
            ids=ids,
            shelf=shelf,
            service=service,
        ),
        media_holds=MediaHolds(store=store, work=work, service=service),
    )
