"""The composition root: from settings and the host's services to a plug-in that can run.

One module for each part; what a part needs of the others stands in its signature.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs

from incident_plugin.adapters.tinydb_store import TinyDBStore
from incident_plugin.assembly.administration import AdministrationParts, assemble_administration
from incident_plugin.assembly.exports import ExportParts, assemble_exports
from incident_plugin.assembly.ground import Ground
from incident_plugin.assembly.incidents import IncidentParts, assemble_incidents
from incident_plugin.assembly.live import LiveParts, assemble_live
from incident_plugin.assembly.recorders import RecorderParts, assemble_recorders
from incident_plugin.assembly.reports import ReportParts, assemble_reports
from incident_plugin.assembly.video import VideoParts, assemble_video
from incident_plugin.http.app import create_app
from incident_plugin.http.openapi import DocumentResources
from incident_plugin.http.operations import Operation
from incident_plugin.settings import Settings
from vms_hooks.contributions import AsgiApp
from vms_hooks.host import HostServices


@attrs.frozen(kw_only=True)
class Parts:
    """Everything that was put together."""

    ground: Ground
    recorders: RecorderParts
    video: VideoParts
    incidents: IncidentParts
    live: LiveParts
    reports: ReportParts
    exports: ExportParts
    administration: AdministrationParts
    #: The operation table, and the application that is made of it.
    operations: tuple[Operation, ...]
    app: AsgiApp


def assemble(
    host: HostServices, settings: Settings, opened: Callable[[Path], TinyDBStore] = TinyDBStore
) -> Parts:
    """Put the plug-in together; nothing runs yet, and nothing but the store is ``opened``."""
    store = opened(host.storage / "store")
    try:
        return _assembled(Ground.of(host, settings, store))
    except BaseException:
        # Whoever tries again could not open it.
        store.close()
        raise


def _assembled(ground: Ground) -> Parts:
    recorders = assemble_recorders(ground)
    video = assemble_video(ground, recorders)
    incidents = assemble_incidents(ground, recorders, video)
    live = assemble_live(ground, recorders, incidents.collections)
    reports = assemble_reports(ground, recorders, video, incidents)
    exports = assemble_exports(ground, recorders.cameras, video.footage, video.writer, reports.reporting)
    administration = assemble_administration(ground, exports.shelf)
    others = (
        *incidents.operations,
        *reports.operations,
        *administration.operations,
        *recorders.operations,
        *exports.operations,
        *live.operations,
        *video.operations,
    )
    operations = (*others, *DocumentResources(others).operations())
    return Parts(
        ground=ground,
        recorders=recorders,
        video=video,
        incidents=incidents,
        live=live,
        reports=reports,
        exports=exports,
        administration=administration,
        operations=operations,
        app=create_app(operations, ground.guard, administration.denials.denied),
    )
