"""Reports of incident projects, and of periods."""

from __future__ import annotations

import attrs

from incident_plugin.adapters.pdf_report import PdfReportMaker
from incident_plugin.application.reports.jobs import ReportJobs
from incident_plugin.application.reports.period import PeriodReporting
from incident_plugin.application.reports.reporting import Reporting
from incident_plugin.assembly.ground import Ground
from incident_plugin.assembly.incidents import IncidentParts
from incident_plugin.assembly.recorders import RecorderParts
from incident_plugin.assembly.video import VideoParts
from incident_plugin.http.operations import Operation
from incident_plugin.http.reports import ReportResources


@attrs.frozen(kw_only=True)
class ReportParts:
    """What makes reports, and the jobs that wait for them."""

    reporting: Reporting
    jobs: ReportJobs
    operations: tuple[Operation, ...]


def assemble_reports(
    ground: Ground, recorders: RecorderParts, video: VideoParts, incidents: IncidentParts
) -> ReportParts:
    """Put it together."""
    maker = PdfReportMaker()
    reporting = Reporting(
        store=ground.store,
        work=ground.work,
        guard=ground.guard,
        clock=ground.clock,
        recorders=video.footage,
        stills=video.stills,
        maker=maker,
        site=ground.site,
        time_zone=ground.time_zone,
    )
    periods = PeriodReporting(
        reporting=reporting,
        listing=incidents.listing,
        work=ground.work,
        guard=ground.guard,
        maker=maker,
    )
    jobs = ReportJobs(
        directory=ground.folder / "cache" / "reports",
        clock=ground.clock,
        ids=ground.ids,
        guard=ground.guard,
        cameras=recorders.cameras,
        room=ground.storage.cache,
    )
    resources = ReportResources(reporting=reporting, periods=periods, jobs=jobs, projects=incidents.projects)
    return ReportParts(reporting=reporting, jobs=jobs, operations=resources.operations())
