"""What administrators work with: incident properties, keeping and deleting, backups, the audit log."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

import attrs
import msgspec

from incident_plugin.adapters.sealed_backup import SealedBackup
from incident_plugin.adapters.signing import KEYS
from incident_plugin.adapters.tinydb_store import upkeep
from incident_plugin.application.administration.audit_log import Audit, Denials
from incident_plugin.application.administration.auditing import HostLog
from incident_plugin.application.administration.backing_up import Backups
from incident_plugin.application.administration.collecting import Collecting
from incident_plugin.application.administration.defining import Defining
from incident_plugin.application.administration.keeping import LegalHolds, MediaHolds, Purger, RecycleBin
from incident_plugin.application.administration.retention import Retention, RetentionTask
from incident_plugin.application.ports import ExportShelf
from incident_plugin.assembly.ground import SERVICE, Ground
from incident_plugin.http.auditing import AuditResources
from incident_plugin.http.backing_up import BackupResources
from incident_plugin.http.collecting import CollectingResources
from incident_plugin.http.defining import DefiningResources
from incident_plugin.http.keeping import KeepingResources
from incident_plugin.http.operations import Operation
from incident_plugin.http.retention import RetentionResources


@attrs.frozen(kw_only=True)
class AdministrationParts:
    """The parts that run, and the operations on them."""

    denials: Denials
    backups: Backups
    host_log: HostLog
    retention: RetentionTask
    media_holds: MediaHolds
    operations: tuple[Operation, ...]


def assemble_administration(ground: Ground, shelf: ExportShelf) -> AdministrationParts:
    """Put it together; ``shelf`` keeps what retention removes with a project."""
    store, work, guard, clock, ids = ground.store, ground.work, ground.guard, ground.clock, ground.ids
    purger = Purger(clock=clock, signer=ground.key, site=ground.site)
    backups = Backups(
        work=work,
        guard=guard,
        ids=ids,
        maker=SealedBackup(
            copy_store=partial(upkeep.backup, ground.folder / "store"),
            keys=ground.folder / KEYS,
            settings=msgspec.json.format(msgspec.json.encode(ground.settings)).decode(),
        ),
        folder=ground.folder / "cache" / "backups",
    )
    resources = (
        DefiningResources(defining=Defining(store=store, work=work, guard=guard)),
        KeepingResources(
            bin=RecycleBin(work=work, guard=guard, purger=purger),
            holds=LegalHolds(work=work, guard=guard, clock=clock),
        ),
        CollectingResources(
            collecting=Collecting(work=work, guard=guard, configured=ground.settings.rules),
        ),
        RetentionResources(retention=Retention(store=store, work=work, guard=guard, clock=clock)),
        BackupResources(backups=backups, clock=clock),
        AuditResources(audit=Audit(store=store, work=work, guard=guard), host=_machine(ground)),
    )
    return AdministrationParts(
        denials=Denials(work, clock),
        backups=backups,
        host_log=HostLog(work, clock),
        retention=RetentionTask(
            store=store,
            work=work,
            clock=clock,
            purger=purger,
            guard=guard,
            ids=ids,
            shelf=shelf,
            service=SERVICE,
        ),
        media_holds=MediaHolds(store=store, work=work, service=SERVICE),
        operations=tuple(one for room in resources for one in room.operations()),
    )


def _machine(ground: Ground) -> str:
    """Give the name under which the host is reached; a site of contract 0.1 does not know its address."""
    site = ground.host.site
    return urlsplit(getattr(site, "base_url", "")).hostname or site.id
