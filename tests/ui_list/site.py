"""One host with the plug-in at work, without a recorder, and what people do there beside the browsers."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import attrs
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from incident_plugin.adapters.host import RandomIds
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.assembly import assemble
from incident_plugin.domain.access import Permission
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import (
    Call,
    CallDirection,
    CallId,
    Comment,
    CommentId,
    FieldChange,
    LegalHold,
    Project,
    ProjectId,
)
from incident_plugin.domain.properties import DELIVERED, FieldValue, IncidentProperties
from incident_plugin.domain.sequence import Sequence
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import Settings
from tests.support import ListedAccess, SystemClock, as_principal, host_services
from tests.ui_tabs.serving import HERE, PAGE
from vms_hooks.values import Principal

OLIVIA = Person(id=PersonId("olivia"), name="Olivia Operator")
CARL = Person(id=PersonId("carl"), name="Carl Colleague")
PEOPLE = {person.id: person for person in (OLIVIA, CARL)}
EVERYTHING = frozenset(p.value for p in Permission)
CAMERAS = {"dock": "Dock", "gate": "Gate"}


class Site:
    """The host; what a person holds can be changed while it runs."""

    address = ""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.access = ListedAccess(permissions=dict.fromkeys(PEOPLE, EVERYTHING))
        self.runtime = IncidentRuntime(
            parts=assemble(host_services(directory, access=self.access), Settings())
        )
        self.work = UnitOfWork(self.runtime.parts.ground.store, SystemClock(), RandomIds())
        #: Path and query of every request to the plug-in's interface.
        self.asked: list[str] = []
        self.asgi = Starlette(
            routes=[
                Route("/", lambda _: HTMLResponse(PAGE)),
                Route("/session", self._session),
                Route("/favicon.ico", lambda _: Response(status_code=HTTPStatus.NO_CONTENT)),
                Mount("/host", StaticFiles(directory=HERE)),
                Mount("/plugins/incident", self._mounted),
            ]
        )

    async def _mounted(self, scope, receive, send) -> None:
        person = PEOPLE[dict(scope["headers"]).get(b"x-principal", OLIVIA.id.encode()).decode()]
        principal = Principal(id=person.id, name=person.name, roles=frozenset({person.id}))
        if "/ui/" not in scope["path"]:
            self.asked.append(f"{scope['method']} {scope['path']}?{scope['query_string'].decode()}")
        await as_principal(self.runtime.parts.app, principal)(scope, receive, send)

    async def _session(self, request: Request) -> Response:
        person = PEOPLE[request.query_params.get("as", OLIVIA.id)]
        cameras = [{"id": k, "name": n, "group": "Site", "capabilities": []} for k, n in CAMERAS.items()]
        return JSONResponse(
            {
                "principal": attrs.asdict(person),
                "permissions": sorted(self.access.permissions[person.id]),
                "cameras": cameras,
            }
        )

    def create(self, *sequences: Sequence, by: Person = CARL, **fields: FieldValue) -> ProjectId:
        """Have somebody make a project; gives its id."""
        values: dict[str, FieldValue] = {"status": "new", **fields}

        def made(number: ProjectId) -> Project:
            return Project(
                id=number, created_by=by, created_at=datetime.now(UTC), fields=values, sequences=sequences
            )

        with self.work.begin(by) as work:
            return work.create(made).id

    def set_field(self, number: int, field: str, value: FieldValue, by: Person = CARL) -> None:
        """Have somebody change a field."""
        with self.work.begin(by) as work:
            project = work.project(ProjectId(number))
            change = FieldChange(field=field, before=project.fields.get(field), after=value)
            work.save(project.changed((change,), work.properties))

    def comment(self, number: int, text: str, by: Person = CARL) -> None:
        """Have somebody comment."""
        with self.work.begin(by) as work:
            comment = Comment(id=CommentId(RandomIds().new()), text=text, author=by, at=datetime.now(UTC))
            work.save(work.project(ProjectId(number)).with_comment(comment))

    def call(self, number: int, note: str, by: Person = CARL) -> None:
        """Have somebody log a call."""
        with self.work.begin(by) as work:
            made = Call(
                id=CallId(RandomIds().new()),
                direction=CallDirection.MADE,
                author=by,
                at=datetime.now(UTC),
                note=note,
            )
            work.save(work.project(ProjectId(number)).with_call(made))

    def hold(self, number: int, reason: str = "Order of the court") -> None:
        """Have somebody put a project on legal hold."""
        with self.work.begin(CARL) as work:
            held = LegalHold(reason=reason, by=CARL, at=datetime.now(UTC))
            work.save(work.project(ProjectId(number)).with_hold(held))

    def keep_for(self, days: int, **by_type: int) -> None:
        """Have an administrator decide how long projects are kept."""
        with self.work.begin(CARL) as work:
            work.save_retention(
                attrs.evolve(work.retention, days=days, days_by_type=by_type), datetime.now(UTC)
            )

    def delete(self, number: int, by: Person = CARL) -> None:
        """Have somebody delete a project."""
        with self.work.begin(by) as work:
            work.delete(ProjectId(number))

    @property
    def properties(self) -> IncidentProperties:
        """What is stored of the incident properties."""
        with self.runtime.parts.ground.store.read() as reading:
            return reading.properties() or DELIVERED

    def set_properties(self, properties: IncidentProperties) -> None:
        """Have an administrator change the incident properties."""
        with self.work.begin(CARL) as work:
            work.stored.put_properties(properties)
            work.audit(Activity(action=Action.FIELD_CHANGED, subject="Incident properties"))
