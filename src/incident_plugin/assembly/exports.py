"""Exports: ordered, made, sealed and kept."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

import attrs

from incident_plugin.adapters.evidence import DiskShelf, KeyRing, RsaSealer, Stamps
from incident_plugin.adapters.media import PyavWriter
from incident_plugin.adapters.signing import KEYS
from incident_plugin.adapters.vault import PreservedRecorders
from incident_plugin.application.exports.evidence_keys import EvidenceKeys
from incident_plugin.application.exports.exhibits import ExhibitMaker
from incident_plugin.application.exports.exporting import Exports
from incident_plugin.application.exports.packaging import Packaging
from incident_plugin.application.exports.runner import ExportRunner
from incident_plugin.application.reports.reporting import Reporting
from incident_plugin.application.video.footage import Cameras
from incident_plugin.assembly.ground import SERVICE, Ground
from incident_plugin.domain.exports import KnownCertificate
from incident_plugin.http.evidence import EvidenceResources
from incident_plugin.http.exports import ExportResources
from incident_plugin.http.operations import Operation


@attrs.frozen(kw_only=True)
class ExportParts:
    """What makes exports, and what is asked of it."""

    runner: ExportRunner
    shelf: DiskShelf
    #: Of the keys that packages are signed with.
    certificates: Callable[[], tuple[KnownCertificate, ...]]
    operations: tuple[Operation, ...]


def assemble_exports(
    ground: Ground, cameras: Cameras, footage: PreservedRecorders, writer: PyavWriter, reporting: Reporting
) -> ExportParts:
    """Put it together."""
    work, guard, clock, settings = ground.work, ground.guard, ground.clock, ground.settings
    ring = ground.folder / KEYS / "evidence"
    keys, stamps = KeyRing(ring), Stamps(ring)
    shelf = DiskShelf(
        directory=ground.folder / "exports",
        keys=keys,
        stamps=stamps,
        clock=clock,
        room=ground.storage.exports,
    )
    exports = Exports(work=work, guard=guard, clock=clock, ids=ground.ids, shelf=shelf, sound=settings.sound)
    runner = ExportRunner(
        work=work,
        clock=clock,
        shelf=shelf,
        exhibits=ExhibitMaker(
            recorders=footage,
            preserved=footage,
            writer=writer,
            clock=clock,
            site=ground.site,
            time_zone=ground.time_zone,
            sealer=lambda: RsaSealer.of(keys.identity(ground.site)),
            device=cameras.device,
        ),
        packaging=Packaging(
            work=work,
            guard=guard,
            sealing=ground.sealing,
            reporting=reporting,
            site=ground.site,
            time_zone=ground.time_zone,
            software={"incident-plugin": version("incident-plugin")},
        ),
        service=SERVICE,
        retention=settings.export_retention,
    )
    resources = ExportResources(
        exports=exports, runner=runner, clock=clock, site=ground.site, zone=ground.zone
    )
    evidence = EvidenceKeys(work=work, guard=guard, keys=keys, stamps=stamps, site=ground.site)
    return ExportParts(
        runner=runner,
        shelf=shelf,
        certificates=keys.known,
        operations=(*resources.operations(), *EvidenceResources(keys=evidence).operations()),
    )
