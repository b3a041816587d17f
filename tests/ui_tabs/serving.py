"""The HTTP interface over a world in its true shapes, and the page that holds the tabs."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import attrs
import msgspec
from reportlab.pdfgen import canvas
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import incident_plugin
from incident_plugin.application.exports.exporting import EarlierExport, Estimate
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import Conflict, Denied, IncidentError, InvalidInput, NotFound, Unreadable
from incident_plugin.domain.exports import ExportItem, ExportSettings, ExportState, Receipt
from incident_plugin.domain.journal import Action, Activity, Entry
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import (
    Call,
    CallDirection,
    CallId,
    Comment,
    CommentId,
    FieldChange,
    Project,
)
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.domain.time import Interval

from .world import NAMES, OPERATOR, PEOPLE, World, file_bytes

HERE = Path(__file__).parent
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tabs</title>
<link rel="stylesheet" href="/host/host.css"></head><body>
<nav><a href="#/incidents/">Incidents</a><a href="#/exports/">Exports</a></nav><main></main>
<div id="notices" role="status"></div><script type="module" src="/host/host.js"></script></body></html>"""
STATUS = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Denied: HTTPStatus.FORBIDDEN,
    Unreadable: HTTPStatus.FORBIDDEN,
}


class Server:
    """The application; ``refuse`` makes chosen requests fail."""

    def __init__(self) -> None:
        self.world = World()
        self.permissions = {p.value for p in Permission}
        #: By ``METHOD path`` as a regular expression: what is answered instead.
        self.refuse: dict[str, IncidentError] = {}
        #: Every request that changes something, and every reading of a project's log.
        self.seen: list[str] = []
        api = [
            Route("/{rest:path}", self.answer, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]
        ui = Path(incident_plugin.__file__).parent / "ui"
        self.app = Starlette(
            routes=[
                Route("/", lambda _: HTMLResponse(PAGE)),
                Route("/session", self.session),
                Route("/favicon.ico", lambda _: Response(status_code=HTTPStatus.NO_CONTENT)),
                Mount("/host", StaticFiles(directory=HERE)),
                Mount("/plugins/incident/ui", StaticFiles(directory=ui)),
                Mount("/plugins/incident", routes=api),
            ]
        )
        self._routes = [
            (re.compile(pattern + "$"), handler)
            for pattern, handler in (
                (r"GET properties", self.properties),
                (r"GET projects", self.page),
                (r"GET projects/(\d+)", self.project),
                (r"DELETE projects/(\d+)", self.delete),
                (r"PATCH projects/(\d+)", self.patch),
                (r"POST projects/(\d+)/(opened|viewed)", self.note),
                (r"POST reports/(\d+)/used/(printed|saved)", self.report_used),
                (r"(POST|PUT|DELETE) projects/(\d+)/comments(?:/(\w+))?", self.comment),
                (r"(POST|PUT|DELETE) projects/(\d+)/calls(?:/(\w+))?", self.call),
                (r"POST projects/(\d+)/sequences/remove", self.remove_sequences),
                (r"GET projects/(\d+)/activity", self.activity),
                (r"POST projects/(\d+)/presence", lambda *_: _json({"others": []})),
                (r"GET projects/(\d+)/unsaved", lambda *_: _json({"entries": "", "at": None})),
                (r"PUT projects/(\d+)/unsaved", lambda *_: Response(status_code=HTTPStatus.NO_CONTENT)),
                (r"GET projects/(\d+)/sequences/states", lambda *_: _json({"states": []})),
                (r"GET notices", lambda *_: _json({"notices": []})),
                (r"(GET|PUT) projects/(\d+)/preserve", self.preserve),
                (r"GET report-design", self.report_design),
                (r"POST projects/(\d+)/reports", self.report),
                (r"GET reports/(\d+)", self.report_job),
                (r"POST reports/(\d+)/cancel", self.cancel_report),
                (r"GET reports/(\d+)/file", self.report_file),
                (r"GET export-list", self.export_list),
                (r"POST export-list", self.send_for_export),
                (r"POST export-list/remove", self.remove_items),
                (r"PUT export-list/items/(\w+)", self.change_item),
                (r"POST export-list/estimate", self.estimate),
                (r"POST sequences/exported", self.earlier),
                (r"GET export-presets", self.presets),
                (r"PUT export-presets", self.save_preset),
                (r"POST exports/(\w+)/(again|receipts|remove-files)", self.job),
                (r"GET exports", self.exports),
                (r"POST exports", self.start_export),
                (r"POST exports/(\w+)/cancel", self.cancel_export),
                (r"GET exports/(\w+)/files/.*E(\d+)\.mp4", self.file),
                (r"GET exports/(\w+)/archive", self.archive),
                (r"GET recorded/.*", self.nothing_recorded),
                (r"GET video/.*", self.no_video),
            )
        ]

    async def session(self, request: Request) -> Response:
        """Say who looks at the page."""
        person = PEOPLE[request.query_params.get("as", OPERATOR.id)]
        cameras = [
            {"id": key, "name": name, "group": "Site", "capabilities": []} for key, name in NAMES.items()
        ]
        return _json({"principal": person, "permissions": sorted(self.permissions), "cameras": cameras})

    async def answer(self, request: Request) -> Response:
        """Answer one request to the plug-in."""
        what = f"{request.method} {request.path_params['rest']}"
        if request.method != "GET" or what.endswith("activity"):
            self.seen.append(what)
        try:
            for pattern, error in self.refuse.items():
                if re.fullmatch(pattern, what):
                    raise error
            for known, handler in self._routes:
                if found := known.match(what):
                    body = await request.body()
                    given = msgspec.json.decode(body) if body else {}
                    return handler(request, given, *found.groups())
            raise NotFound(f"There is nothing at {what}.")
        except IncidentError as error:
            return _refusal(error)

    def _who(self, request: Request) -> Person:
        return PEOPLE[request.headers["x-principal"]]

    def _project(self, number: str) -> Project:
        if found := self.world.projects.get(int(number)):
            return found
        raise NotFound(f"Incident project {number} was deleted by {PEOPLE['colleague'].name}.")

    def properties(self, _r: Request, _b: dict) -> Response:
        return _json(self.world.properties)

    def page(self, request: Request, _b: dict) -> Response:
        query = request.query_params
        number, before = query.get("id"), query.get("before")
        return _json(
            self.world.page(
                int(number) if number else None,
                query.get("text", ""),
                int(before) if before else None,
                int(query["limit"]),
            )
        )

    def project(self, _r: Request, _b: dict, number: str) -> Response:
        return _json(_whole(self._project(number)))

    def delete(self, _r: Request, _b: dict, number: str) -> Response:
        self._project(number)
        del self.world.projects[int(number)]
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def patch(self, request: Request, body: dict, number: str) -> Response:
        before = self._project(number)
        changes = tuple(FieldChange(**change) for change in body["changes"])
        after = before.changed(changes, self.world.properties)
        return _json(_whole(self.world.save(before, after, self._who(request))))

    def note(self, request: Request, body: dict, number: str, what: str) -> Response:
        action = {
            "opened": Action.OPENED,
            "viewed": Action.VIDEO_VIEWED,
        }[what]
        subject = body.get("sequence", "")
        self.world.log(int(number), Activity(action=action, subject=subject), self._who(request))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def comment(
        self, request: Request, body: dict, method: str, number: str, comment: str | None
    ) -> Response:
        before, who, now = self._project(number), self._who(request), self.world.instant()
        known = CommentId(comment or self.world.new_id("c"))
        if method == "POST":
            after = before.with_comment(Comment(id=known, text=body["text"], author=who, at=now))
        elif method == "PUT":
            seen = None if body["seen"] is None else datetime.fromisoformat(body["seen"])
            after = before.with_edited_comment(known, body["text"], seen=seen, by=who, at=now)
        else:
            after = before.without_comment(known)
        return _json(_whole(self.world.save(before, after, who)))

    def call(self, request: Request, body: dict, method: str, number: str, call: str | None) -> Response:
        before, who = self._project(number), self._who(request)
        known = CallId(call or self.world.new_id("k"))
        if method == "DELETE":
            return _json(_whole(self.world.save(before, before.without_call(known), who)))
        seconds = body["duration_seconds"]
        entered = Call(
            id=known,
            direction=CallDirection(body["direction"]),
            author=who,
            at=datetime.fromisoformat(body["at"]),
            number=body["number"],
            person=body["person"],
            duration=None if seconds is None else timedelta(seconds=seconds),
            outcome=body["outcome"],
            note=body["note"],
        )
        return _json(_whole(self.world.save(before, before.with_call(entered), who)))

    def remove_sequences(self, request: Request, body: dict, number: str) -> Response:
        before = self._project(number)
        after = before.without_sequences(frozenset(body["ids"]))
        return _json(_whole(self.world.save(before, after, self._who(request))))

    def activity(self, _r: Request, _b: dict, number: str) -> Response:
        entries = [_shown(entry) for entry in self.world.logs[int(number)]]
        people = {entry.actor.id: entry.actor for entry in self.world.logs[int(number)]}
        count = {"found": len(entries), "total": len(entries), "people": list(people.values())}
        return _json({"entries": entries[::-1], "fault": self.world.fault, **count})

    def preserve(self, _r: Request, body: dict, method: str, number: str) -> Response:
        """A vault that keeps a copy as soon as it is wanted."""
        if method == "PUT":
            self.world.preserved = body["wanted"]
        copies = [
            {"sequence": s.id, "state": "kept", "progress": None, "message": ""}
            for s in (self._project(number).sequences if self.world.preserved else ())
        ]
        return _json({"wanted": self.world.preserved, "by_rules": False, "copies": copies})

    def report_design(self, _r: Request, _b: dict) -> Response:
        languages = [{"tag": "en", "name": "English"}, {"tag": "da", "name": "Dansk"}]
        return _json({"titles": self.world.report_titles, "languages": languages})

    def report(self, request: Request, body: dict, number: str) -> Response:
        self.world.reports.append(body)
        self.world.log(int(number), Activity(action=Action.REPORT_GENERATED), self._who(request))
        return self.report_job(request, body, number)

    def report_job(self, _r: Request, _b: dict, number: str) -> Response:
        """The job of a project's report has the project's number."""
        missing = [] if self.world.report_complete else ["Picture of 1 Lobby: the recorder did not answer."]
        progress = self.world.report_progress.pop(0) if self.world.report_progress else 1.0
        state = "cancelled" if self.world.report_cancelled else "done" if progress == 1.0 else "running"
        name = f"incident-project-{number}.pdf"
        job = {"id": number, "state": state, "progress": progress, "missing": missing, "file_name": name}
        return _json(job)

    def cancel_report(self, request: Request, body: dict, number: str) -> Response:
        self.world.report_cancelled = True
        return self.report_job(request, body, number)

    def report_file(self, _r: Request, _b: dict, number: str) -> Response:
        names = self.world.reports[-1]["show_user_names"]
        paper = io.BytesIO()
        pdf = canvas.Canvas(paper)
        pdf.setFont("Helvetica", 20)
        pdf.drawString(72, 740, f"Incident project {number}")
        pdf.drawString(72, 700, OPERATOR.name if names else "User names are hidden")
        pdf.save()
        return Response(paper.getvalue(), media_type="application/pdf")

    def report_used(self, request: Request, _b: dict, number: str, use: str) -> Response:
        action = {"printed": Action.REPORT_PRINTED, "saved": Action.REPORT_SAVED}[use]
        self.world.log(int(number), Activity(action=action), self._who(request))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def export_list(self, _r: Request, _b: dict) -> Response:
        return _json(self.world.export_list)

    def send_for_export(self, request: Request, body: dict) -> Response:
        for number in body["projects"]:
            project = self._project(str(number))
            items = tuple(
                ExportItem(project=project.id, sequence=s.id, footage=s.footage) for s in project.sequences
            )
            self.world.export_list = self.world.export_list.with_items(items)
            self.world.log(number, Activity(action=Action.SENT_FOR_EXPORT), self._who(request))
        return _json(self.world.export_list)

    def remove_items(self, _r: Request, body: dict) -> Response:
        self.world.export_list = self.world.export_list.without(frozenset(body["sequences"]))
        return _json(self.world.export_list)

    def change_item(self, _r: Request, body: dict, sequence: str) -> Response:
        waiting = self.world.export_list.with_comment(SequenceId(sequence), body["comment"])
        if "start" in body:
            wanted = Interval(datetime.fromisoformat(body["start"]), datetime.fromisoformat(body["end"]))
            waiting = waiting.trimmed(SequenceId(sequence), wanted)
        self.world.export_list = waiting
        return _json(waiting)

    def estimate(self, _r: Request, _b: dict) -> Response:
        return _json(Estimate(size=2_500_000_000, free=self.world.free, seconds=95.0, measured=False))

    def earlier(self, _r: Request, body: dict) -> Response:
        found = [
            EarlierExport(
                sequence=item.sequence,
                export=job.id,
                finished_at=job.finished_at,
                name=job.package.name,
                available=True,
            )
            for job in self.world.exports
            if job.package
            for item in job.items
            if item.sequence in body["sequences"]
        ]
        return _json({"earlier": found})

    def presets(self, _r: Request, _b: dict) -> Response:
        return _json({"site": [], "mine": self.world.presets, "sound": self.world.sound})

    def save_preset(self, _r: Request, body: dict) -> Response:
        self.world.presets.append({"name": body["name"], "settings": body["settings"]})
        return self.presets(_r, body)

    def job(self, request: Request, body: dict, _job: str, what: str) -> Response:
        if what == "receipts":
            receipt = Receipt(**body, handed_over_by=self._who(request), at=self.world.instant())
            self.world.advance(receipts=(*self.world.exports[0].receipts, receipt))
        else:
            self.world.advance(state=ExportState.RUNNING if what == "again" else ExportState.EXPIRED)
        return _json(self.world.exports[0])

    def exports(self, _r: Request, _b: dict) -> Response:
        return _json({"exports": self.world.exports})

    def start_export(self, _r: Request, body: dict) -> Response:
        self.world.ordered = body
        settings = msgspec.convert(body["settings"], ExportSettings)
        return _json(self.world.start_export(settings), HTTPStatus.CREATED)

    def cancel_export(self, _r: Request, _b: dict, _job: str) -> Response:
        self.world.advance(state=ExportState.CANCELLED, finished_at=self.world.instant())
        return _json(self.world.exports[0])

    def file(self, _r: Request, _b: dict, _job: str, number: str) -> Response:
        name = {"Content-Disposition": f'attachment; filename="E{number}.mp4"'}
        return Response(file_bytes(int(number)), media_type="video/mp4", headers=name)

    def archive(self, _r: Request, _b: dict, job: str) -> Response:
        name = {"Content-Disposition": f'attachment; filename="export-{job}.zip"'}
        return Response(b"PK\5\6" + bytes(18), media_type="application/zip", headers=name)

    def nothing_recorded(self, _r: Request, _b: dict) -> Response:
        return _json({"spans": []})

    def no_video(self, _r: Request, _b: dict) -> Response:
        return Response(status_code=HTTPStatus.NO_CONTENT)


def _shown(entry: Entry) -> dict[str, object]:
    activity = attrs.asdict(entry.activity)
    words = f"{activity['action'].replace('.', ' ')} {activity['subject']} {activity['after']}"
    said = words.strip()
    return {
        "number": entry.number,
        "at": entry.at,
        "actor": entry.actor,
        **activity,
        "text": said,
        "said": [said],
    }


def _whole(project: Project) -> dict[str, object]:
    return {**attrs.asdict(project, recurse=False), "comment_count": len(project.comments)}


def _json(value: object, status: int = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def _refusal(error: IncidentError) -> Response:
    status = STATUS.get(type(error), HTTPStatus.SERVICE_UNAVAILABLE)
    document = {
        "title": error.title,
        "status": status,
        "detail": error.detail,
        "message_id": error.message_id,
    }
    return JSONResponse(document, status, media_type="application/problem+json")
