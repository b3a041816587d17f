"""Operations on reports."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qsl

import attrs
from starlette.responses import FileResponse, Response

from incident_plugin.application.incidents.projects import Projects
from incident_plugin.application.reports.content import PeriodFormat, ReportWish
from incident_plugin.application.reports.jobs import JobState, ReportJob, ReportJobs
from incident_plugin.application.reports.period import PeriodReporting, PeriodWish
from incident_plugin.application.reports.reporting import Reporting
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput, NotFound
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.project import ProjectId
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Media, Operation, while_wanted

#: Most reports are made within this time, so that one question is enough.
_AT_ONCE = timedelta(seconds=1.5)
#: Characters of a filter: more than the list understands.
MAXIMUM_QUERY = 20_000
_TYPES = {PeriodFormat.PDF: "application/pdf", PeriodFormat.CSV: "text/csv; charset=utf-8"}
_USES = {"printed": Action.REPORT_PRINTED, "saved": Action.REPORT_SAVED}


class ReportBody(Body):
    """How the report is to be."""

    show_user_names: bool = False
    #: One of the titles that administrators defined; empty for the first one.
    title: str = ""
    #: BCP 47.
    language: str = "en"


class PeriodBody(ReportBody):
    """A report over a list, and what the list is narrowed to."""

    #: As the query of the list's address has it: ``type=theft&status=new``.
    query: str = ""
    format: PeriodFormat = PeriodFormat.PDF


@attrs.frozen(kw_only=True)
class JobAnswer:
    """A report, with how far it is."""

    id: str
    project: ProjectId | None
    state: JobState
    #: 0 to 1.
    progress: float
    file_name: str
    #: What could not be included.
    missing: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Language:
    """A language that reports can have."""

    #: BCP 47.
    tag: str
    #: In itself.
    name: str


@attrs.frozen(kw_only=True)
class DesignAnswer:
    """Titles and languages that reports can have."""

    titles: tuple[str, ...]
    languages: tuple[Language, ...]


def _answer(job: ReportJob) -> JobAnswer:
    if job.error is not None:
        raise job.error
    report = job.report
    return JobAnswer(
        id=job.id,
        project=job.project,
        state=job.state,
        progress=job.progress,
        file_name=report.file_name if report else "",
        missing=report.missing if report else (),
    )


@attrs.frozen(kw_only=True)
class ReportResources:
    """Handlers of the operations on reports."""

    _reporting: Reporting
    _periods: PeriodReporting
    _jobs: ReportJobs
    _projects: Projects

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        reports = Permission.REPORTS_VIEW
        project, one = "projects/{id}", "reports/{job}"
        failed = "Cannot generate report. Try again later."
        used = "Log that the report was printed or saved."
        begun = HTTPStatus.CREATED
        return (
            Operation("POST", f"{project}/report", reports, "Make a report (PDF).", self.report, failed),
            Operation("POST", f"{project}/report/{{use}}", reports, used, self.report_used),
            Operation(
                "POST",
                f"{project}/reports",
                reports,
                "Begin a report.",
                self.begin,
                failed,
                begun,
            ),
            Operation("POST", "reports", reports, "Begin a report over a list.", self.period, failed, begun),
            Operation(
                "GET", "report-design", reports, "Titles and languages that reports can have.", self.design
            ),
            Operation("GET", one, reports, "A report, with how far it is.", self.get, failed),
            Operation("GET", f"{one}/file", reports, "The finished report.", self.file, failed),
            Operation("POST", f"{one}/cancel", reports, "Stop making a report.", self.cancel),
            Operation("POST", f"{one}/used/{{use}}", reports, used, self.used),
        )

    async def report(self, call: Call, body: ReportBody) -> Annotated[Response, Media("application/pdf")]:
        report = await while_wanted(call.request, self._reporting.report(call.actor, _id(call), _wish(body)))
        return Response(
            report.pdf,
            media_type="application/pdf",
            headers={
                "Report-Complete": "false" if report.missing else "true",
                "Content-Disposition": f'inline; filename="{report.file_name}"',
                "Cache-Control": "no-store",
            },
        )

    async def report_used(self, call: Call) -> None:
        await self._log_use(call, _id(call))

    async def design(self, call: Call) -> DesignAnswer:
        languages = tuple(Language(tag=tag, name=name) for tag, name in self._reporting.languages.items())
        return DesignAnswer(titles=self._reporting.titles(call.actor), languages=languages)

    async def begin(self, call: Call, body: ReportBody) -> JobAnswer:
        wish = _wish(body)
        self._reporting.require(call.actor, wish)
        project = _id(call)
        make = partial(self._reporting.write, call.actor, project, wish)
        job = self._jobs.start(call.actor, make, project=project)
        return _answer(await self._jobs.settled(job, _AT_ONCE))

    async def period(self, call: Call, body: PeriodBody) -> JobAnswer:
        asked = tuple(item for item in parse_qsl(body.query[:MAXIMUM_QUERY]) if "\0" not in item[1])
        wish = PeriodWish(**attrs.asdict(_wish(body)), format=body.format)
        await asyncio.to_thread(self._periods.require, call.actor, wish, asked)
        make = partial(self._periods.write, call.actor, asked, wish)
        job = self._jobs.start(call.actor, make, project=None, media_type=_TYPES[body.format])
        return _answer(await self._jobs.settled(job, _AT_ONCE))

    async def get(self, call: Call) -> JobAnswer:
        return _answer(await self._jobs.settled(self._one(call), _AT_ONCE))

    async def cancel(self, call: Call) -> JobAnswer:
        return _answer(await self._jobs.cancel(self._one(call)))

    async def file(self, call: Call) -> Annotated[Response, Media(*_TYPES.values(), in_parts=True)]:
        job = self._one(call)
        answer = _answer(job)
        if job.state is not JobState.DONE:
            raise NotFound("This report is not finished, so there is nothing to fetch yet.")
        return FileResponse(
            job.file,
            media_type=job.media_type,
            headers={
                "Report-Complete": "false" if answer.missing else "true",
                "Content-Disposition": f'inline; filename="{answer.file_name}"',
                "Cache-Control": "no-store",
            },
        )

    async def used(self, call: Call) -> None:
        job = self._one(call)
        if job.project is not None:
            await self._log_use(call, job.project)
        else:
            await asyncio.to_thread(self._periods.log, call.actor, _use(call))

    def _one(self, call: Call) -> ReportJob:
        return self._jobs.get(call.actor, call.path["job"])

    async def _log_use(self, call: Call, project: ProjectId) -> None:
        await asyncio.to_thread(self._projects.note, call.actor, project, Activity(action=_use(call)))


def _use(call: Call) -> Action:
    action = _USES.get(call.path["use"])
    if action is None:
        raise InvalidInput("A report is either printed or saved.")
    return action


def _wish(body: ReportBody) -> ReportWish:
    return ReportWish(
        show_user_names=body.show_user_names, title=body.title[:1000], language=body.language[:35]
    )


def _id(call: Call) -> ProjectId:
    return ProjectId(call.number("id"))
