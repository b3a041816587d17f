"""The part of the composition root that makes exports."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

import attrs

from incident_plugin.adapters.evidence import DiskShelf, KeyRing, RsaSealer, Stamps
from incident_plugin.adapters.host import HostClock, RandomIds
from incident_plugin.adapters.media import PyavWriter
from incident_plugin.adapters.signing import KEYS
from incident_plugin.adapters.vault import PreservedRecorders
from incident_plugin.application.evidence_keys import EvidenceKeys
from incident_plugin.application.exhibits import ExhibitMaker
from incident_plugin.application.export_runner import ExportRunner
from incident_plugin.application.exporting import Exports
from incident_plugin.application.guard import Guard
from incident_plugin.application.packaging import Packaging
from incident_plugin.application.reporting import Reporting
from incident_plugin.application.sealing import Sealing
from incident_plugin.application.storage_rooms import FolderRoom
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.http.evidence import EvidenceResources
from incident_plugin.http.exports import ExportResources
from incident_plugin.http.operations import Operation
from vms_hooks.host import HostServices


@attrs.frozen(kw_only=True)
class Exporting:
    """What makes exports, and what is asked of it."""

    runner: ExportRunner
    shelf: DiskShelf
    operations: tuple[Operation, ...]


def assemble_exports(
    host: HostServices,
    retention: timedelta | None,
    *,
    room: FolderRoom,
    work: UnitOfWork,
    guard: Guard,
    footage: PreservedRecorders,
    writer: PyavWriter,
    reporting: Reporting,
    sealing: Sealing,
    sound: bool,
) -> Exporting:
    """Put together what makes exports.

    ``retention`` is how long finished ones are kept, nothing for ever; ``sound`` is whether the site lets
    recorded sound leave.
    """
    clock, site, zone = HostClock(clock=host.clock), host.site.name, host.site.time_zone
    keys, stamps = (KeyRing(host.storage / KEYS / "evidence"), Stamps(host.storage / KEYS / "evidence"))
    shelf = DiskShelf(directory=host.storage / "exports", keys=keys, stamps=stamps, clock=clock, room=room)
    exports = Exports(work=work, guard=guard, clock=clock, ids=RandomIds(), shelf=shelf, sound=sound)
    runner = ExportRunner(
        work=work,
        clock=clock,
        shelf=shelf,
        exhibits=ExhibitMaker(
            recorders=footage,
            preserved=footage,
            writer=writer,
            clock=clock,
            site=site,
            time_zone=zone,
            sealer=lambda: RsaSealer.of(keys.identity(site)),
        ),
        packaging=Packaging(
            work=work,
            guard=guard,
            sealing=sealing,
            reporting=reporting,
            site=site,
            time_zone=zone,
            software={"incident-plugin": version("incident-plugin")},
        ),
        service=Person(id=PersonId("incident"), name="Incident manager"),
        retention=retention,
    )
    resources = ExportResources(exports=exports, runner=runner, clock=clock, zone=ZoneInfo(zone))
    evidence = EvidenceKeys(work=work, guard=guard, keys=keys, stamps=stamps, site=site)
    operations = (*resources.operations(), *EvidenceResources(keys=evidence).operations())
    return Exporting(runner=runner, shelf=shelf, operations=operations)
