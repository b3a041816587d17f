"""Role x operation x own and foreign camera: every cell of the operation table, asked over HTTP.

The table is the plug-in's own. An operation without an example here fails the suite, so that a new one cannot
be forgotten. Each part of the project carries a word of its own, and one camera is hidden from everybody but
the operator who prepared the world: what a person may not read must not occur anywhere in any answer.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import httpx
import msgspec
import pytest
from pypdf import PdfReader
from tests.http.documented import Documented
from tests.http.test_video_and_exports import finished
from tests.support import ListedAccess, SystemClock, as_principal, host_services

from incident_plugin.adapters.host import RandomIds
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Project
from incident_plugin.http.operations import Operation
from incident_plugin.permission_tree import PERMISSION_TREE
from vms_hooks.checks import permission_ids
from vms_hooks.values import Principal

P = Permission
#: The word that stands in each part of the project, and the permission that it takes to read it.
SECRETS = {
    "magpie": P.DETAILS_VIEW,
    "jackdaw": P.COMMENTS_VIEW,
    "rook": P.CALLS_VIEW,
    "Severity": P.CATEGORIES_VIEW,
    "Lobby": P.SEQUENCES_VIEW,
}
#: Files of a package that are read as text.
_TEXTS = (".txt", ".json", ".jsonl", ".html")
#: Operations whose own subject are cameras or drafts: they name the camera without naming a project's part.
OF_CAMERAS = (
    "collections",
    "drafts",
    "export",
    "live",
    "ptz",
    "recorded",
    "recorders",
    "sequences",
    "snapshots",
    "video",
    "stills",
)


@attrs.frozen(kw_only=True)
class Asked:
    """One request of an operation, and the answers that mean it was allowed."""

    path: str
    body: Any = None
    query: Mapping[str, str] = attrs.field(factory=dict)
    content: bytes | None = None
    statuses: frozenset[int] = frozenset({200, 201, 204})


@attrs.frozen(kw_only=True)
class World:
    """What there is when an operation is asked for, made anew for each."""

    project: dict[str, Any]
    cameras: Mapping[str, str]
    properties: dict[str, Any]
    #: A project like the other one, in the recycle bin.
    binned: int
    export: str
    #: One of its files.
    file: str
    collection: str
    start: str
    end: str

    def asked(self, operation: Operation, camera: str = "Lobby") -> Asked:
        """Give the example of an operation; raises ``KeyError`` for one that has none."""
        project, shown = self.project, self.cameras[camera]
        comment, call = (project[part][0]["id"] for part in ("comments", "calls"))
        sequence = next(s["id"] for s in project["sequences"] if s["footage"]["camera"] == shown)
        one, collection, export = f"projects/{project['id']}", self.collection, f"exports/{self.export}"
        feed = {"client": "tab-1", "cameras": [shown]}
        phoned = {"direction": "made", "at": self.start}
        while_ = {"start": self.start, "end": self.end}
        offer, gone = frozenset({422}), frozenset({404})
        offer = frozenset({422})
        nowhere = {"address": "127.0.0.1:9"}
        examples = {
            "GET openapi.json": Asked(path="openapi.json"),
            "GET collections": Asked(path="collections"),
            "POST collections": Asked(path="collections", body=feed),
            "POST collections/{id}/resume": Asked(path=f"collections/{collection}/resume", body=feed),
            "POST collections/{id}/pause": Asked(path=f"collections/{collection}/pause"),
            "POST collections/{id}/save": Asked(path=f"collections/{collection}/save", body={}),
            "POST collections/{id}/discard": Asked(path=f"collections/{collection}/discard"),
            "POST collections/{id}/discard/undo": Asked(path=f"collections/{collection}/discard/undo"),
            "GET drafts": Asked(path="drafts"),
            "POST drafts": Asked(path="drafts", body={}),
            "POST drafts/order": Asked(path="drafts/order", body={"ids": []}),
            "POST drafts/remove": Asked(path="drafts/remove", body={"ids": []}),
            "GET events": Asked(path="events", query={"follow": "no", "after": "0"}),
            "GET properties": Asked(path="properties"),
            "GET projects": Asked(path="projects"),
            "GET list/rows": Asked(path="list/rows", query={"ids": str(project["id"])}),
            "GET list/csv": Asked(path="list/csv"),
            "GET list/overview": Asked(path="list/overview"),
            "GET list/people": Asked(path="list/people"),
            "GET list/settings": Asked(path="list/settings"),
            "PUT list/settings": Asked(path="list/settings", body={"columns": ["id"]}),
            "POST list/filters": Asked(path="list/filters", body={"name": "mine", "query": "mine=yes"}),
            "PUT list/filters/{id}": Asked(
                path="list/filters/kept", body={"name": "kept", "query": ""}, statuses=frozenset({200, 404})
            ),
            "DELETE list/filters/{id}": Asked(path="list/filters/kept", statuses=frozenset({204, 404})),
            "POST projects": Asked(path="projects", body={"drafts": "all"}),
            "GET projects/{id}": Asked(path=one),
            "PATCH projects/{id}": Asked(path=one, body={"changes": []}),
            "DELETE projects/{id}": Asked(path=one),
            "PUT projects/{id}/hold": Asked(path=f"{one}/hold", body={"reason": "court order"}),
            # There is no hold to lift: this is said, and is no refusal of the operation.
            "POST projects/{id}/hold/lift": Asked(
                path=f"{one}/hold/lift", body={"reason": "court closed"}, statuses=frozenset({422})
            ),
            "GET properties/definition": Asked(path="properties/definition"),
            "PUT properties/definition": Asked(
                path="properties/definition", body=self.properties, statuses=frozenset({200, 409})
            ),
            "GET properties/file": Asked(path="properties/file"),
            "POST properties/preview": Asked(
                path="properties/preview",
                body={"form": "json", "text": json.dumps({**self.properties, "revision": 0})},
            ),
            "GET properties/logo": Asked(path="properties/logo"),
            "PUT properties/logo": Asked(
                path="properties/logo", content=b"no picture", statuses=frozenset({422})
            ),
            "DELETE properties/logo": Asked(path="properties/logo"),
            "GET collecting": Asked(path="collecting"),
            "PUT collecting": Asked(
                path="collecting",
                body={"pre_roll_seconds": 30, "merge_within_seconds": 5},
                statuses=frozenset({200, 409}),
            ),
            "GET retention": Asked(path="retention"),
            "PUT retention": Asked(path="retention", body={"days": 365_000}, statuses=frozenset({200, 409})),
            "POST retention/forecast": Asked(path="retention/forecast", body={"days": 7}),
            "GET retention/expiring": Asked(path="retention/expiring"),
            "POST backup": Asked(path="backup", body={"passphrase": "short"}, statuses=frozenset({422})),
            "GET audit": Asked(path="audit"),
            "GET audit/verification": Asked(path="audit/verification"),
            "POST audit/file": Asked(path="audit/file"),
            "GET bin": Asked(path="bin"),
            "POST bin/{id}/restore": Asked(path=f"bin/{self.binned}/restore"),
            "POST bin/{id}/purge": Asked(path=f"bin/{self.binned}/purge"),
            "GET certificates": Asked(path="certificates"),
            "GET certificates/{id}/file": Asked(path="certificates/999/file", statuses=frozenset({404})),
            "POST projects/{id}/opened": Asked(path=f"{one}/opened"),
            "POST projects/{id}/comments": Asked(path=f"{one}/comments", body={"text": "new"}),
            "PUT projects/{id}/comments/{item}": Asked(
                path=f"{one}/comments/{comment}", body={"text": "jackdaw", "seen": None}
            ),
            "DELETE projects/{id}/comments/{item}": Asked(path=f"{one}/comments/{comment}"),
            "POST projects/{id}/calls": Asked(path=f"{one}/calls", body=phoned),
            "PUT projects/{id}/calls/{item}": Asked(
                path=f"{one}/calls/{call}", body={**phoned, "seen": None}
            ),
            "DELETE projects/{id}/calls/{item}": Asked(path=f"{one}/calls/{call}"),
            "POST projects/{id}/sequences": Asked(path=f"{one}/sequences", body={"drafts": "all"}),
            "POST projects/{id}/sequences/remove": Asked(path=f"{one}/sequences/remove", body={"ids": []}),
            "PUT projects/{id}/sequences/{item}": Asked(
                path=f"{one}/sequences/{sequence}", body={"before": "", "note": ""}
            ),
            "POST projects/{id}/restore": Asked(path=f"{one}/restore", body={"ids": []}),
            "POST projects/{id}/presence": Asked(path=f"{one}/presence", body={"client": "tab-1"}),
            "GET projects/{id}/unsaved": Asked(path=f"{one}/unsaved"),
            "PUT projects/{id}/unsaved": Asked(path=f"{one}/unsaved", body={"entries": ""}),
            "POST projects/{id}/owner": Asked(
                path=f"{one}/owner", body={"before": None, "to": "nobody"}, statuses=frozenset({422})
            ),
            "GET projects/{id}/related": Asked(path=f"{one}/related"),
            "POST projects/{id}/related": Asked(
                path=f"{one}/related", body={"project": project["id"]}, statuses=frozenset({422})
            ),
            "POST projects/{id}/related/remove": Asked(
                path=f"{one}/related/remove", body={"project": project["id"]}
            ),
            "GET projects/{id}/sequences/states": Asked(path=f"{one}/sequences/states"),
            "GET people": Asked(path="people"),
            "GET notices": Asked(path="notices"),
            "POST notices/seen": Asked(path="notices/seen", body={"ids": []}),
            "GET projects/{id}/activity/lines": Asked(path=f"{one}/activity/lines"),
            "POST projects/{id}/viewed": Asked(path=f"{one}/viewed", body={"sequence": sequence}),
            "GET projects/{id}/activity": Asked(path=f"{one}/activity"),
            "POST projects/{id}/report": Asked(path=f"{one}/report", body={}),
            "POST projects/{id}/reports": Asked(path=f"{one}/reports", body={}),
            "POST projects/{id}/report/{use}": Asked(path=f"{one}/report/saved"),
            "POST reports": Asked(path="reports", body={}),
            "GET projects/{id}/preserve": Asked(path=f"{one}/preserve"),
            "PUT projects/{id}/preserve": Asked(path=f"{one}/preserve", body={"wanted": None}),
            "GET preserve-rules": Asked(path="preserve-rules"),
            "PUT preserve-rules": Asked(path="preserve-rules", body={"types": []}),
            "GET report-design": Asked(path="report-design"),
            # A report in the making is its maker's alone, and only as long as they may read what is in it.
            "GET reports/{job}": Asked(path="reports/none", statuses=gone),
            "GET reports/{job}/file": Asked(path="reports/none/file", statuses=gone),
            "POST reports/{job}/cancel": Asked(path="reports/none/cancel", statuses=gone),
            "POST reports/{job}/used/{use}": Asked(path="reports/none/used/saved", statuses=gone),
            "GET export-list": Asked(path="export-list"),
            # Who may not read sequences has none to send: this is said, and is no refusal of the operation.
            "POST export-list": Asked(
                path="export-list", body={"projects": [project["id"]]}, statuses=frozenset({200, 422})
            ),
            "PUT export-list/items/{sequence}": Asked(
                path=f"export-list/items/{sequence}", body={"comment": "see the door"}
            ),
            "POST export-list/estimate": Asked(path="export-list/estimate", body={}),
            "POST sequences/exported": Asked(path="sequences/exported", body={"sequences": [sequence]}),
            "GET evidence-keys": Asked(path="evidence-keys"),
            "POST evidence-keys": Asked(path="evidence-keys", body={"file": ""}, statuses=offer),
            "POST evidence-keys/renew": Asked(path="evidence-keys/renew"),
            "PUT evidence-keys/authority": Asked(path="evidence-keys/authority", body={}),
            "GET export-presets": Asked(path="export-presets"),
            "PUT export-presets": Asked(path="export-presets", body={"name": "Court", "settings": {}}),
            "POST export-presets/remove": Asked(path="export-presets/remove", body={"name": "Court"}),
            "POST export-list/remove": Asked(path="export-list/remove", body={"sequences": []}),
            "GET exports": Asked(path="exports"),
            "POST exports": Asked(path="exports", body={}, statuses=frozenset({201, 422})),
            "GET exports/{id}": Asked(path=export),
            "POST exports/{id}/cancel": Asked(path=f"{export}/cancel"),
            "POST exports/{id}/again": Asked(path=f"{export}/again"),
            "POST exports/{id}/remove-files": Asked(path="exports/none/remove-files", statuses=gone),
            "GET exports/{id}/receipt": Asked(path=f"{export}/receipt"),
            "POST exports/{id}/receipts": Asked(path=f"{export}/receipts", body={"recipient": "Police"}),
            "GET exports/{id}/files/{file:path}": Asked(path=f"{export}/files/{self.file}"),
            "GET exports/{id}/archive": Asked(path=f"{export}/archive"),
            "POST live/{camera:path}": Asked(path=f"live/{shown}", content=b"no offer", statuses=offer),
            "OPTIONS live/{camera:path}": Asked(path=f"live/{shown}"),
            "DELETE live/sessions/{id}": Asked(path="live/sessions/none", statuses=gone),
            "PATCH live/sessions/{id}": Asked(path="live/sessions/none", statuses=gone),
            "OPTIONS live/sessions/{id}": Asked(path="live/sessions/none"),
            "GET clocks/{camera:path}": Asked(path=f"clocks/{shown}"),
            "GET recorded/{camera:path}": Asked(path=f"recorded/{shown}", query=while_),
            "POST ptz/moves/{camera:path}": Asked(
                path=f"ptz/moves/{shown}", body={"gesture": "press", "pan": 0.1}, statuses=gone
            ),
            "POST ptz/stops/{camera:path}": Asked(
                path=f"ptz/stops/{shown}", body={"gesture": "press"}, statuses=frozenset({204, 404})
            ),
            "GET ptz/presets/{camera:path}": Asked(path=f"ptz/presets/{shown}", statuses=gone),
            "POST ptz/presets/{camera:path}": Asked(
                path=f"ptz/presets/{shown}", body={"token": "none"}, statuses=gone
            ),
            "POST snapshots/{camera:path}": Asked(path=f"snapshots/{shown}"),
            "GET video/{camera:path}": Asked(path=f"video/{shown}", query=while_),
            "GET stills/{camera:path}": Asked(path=f"stills/{shown}", query={"at": self.start}),
            "GET recorders": Asked(path="recorders"),
            # Asked for again there is one of that name already.
            "POST recorders": Asked(
                path="recorders", body={"name": "North", **nowhere}, statuses=frozenset({201, 422})
            ),
            # The one that is there stands in the site's configuration: it is refused for that alone.
            "PUT recorders/{id}": Asked(
                path="recorders/configured-1",
                body={"name": "South", **nowhere, "revision": 0},
                statuses=frozenset({422}),
            ),
            "DELETE recorders/{id}": Asked(path="recorders/configured-1", statuses=frozenset({422})),
            "GET live/ice-servers": Asked(path="live/ice-servers"),
            "GET recorders/{id}/cameras": Asked(path="recorders/configured-1/cameras"),
            "POST recorder-search": Asked(path="recorder-search", statuses=frozenset({200, 503})),
            "POST recorder-test": Asked(path="recorder-test", body={"name": "North", **nowhere}),
        }
        return examples[f"{operation.method} {operation.path}"]


@pytest.fixture
def host(tmp_path):
    """A host in which a role is a list of permissions."""
    roles = {p.value: frozenset({p.value}) for p in Permission}
    return host_services(tmp_path, access=ListedAccess(permissions=roles))


class Asking:
    """Asks the real application as different people; each answer is one of those in the OpenAPI document."""

    def __init__(self, runtime, client, cameras, access) -> None:
        self._runtime, self._client, self._cameras, self.access = runtime, client, cameras, access
        self._first: World | None = None
        #: What each world's projects are made like; it is there also when somebody deleted the first.
        self._model: Project | None = None
        self._documents: dict[str, Any] = {}
        self._documented = Documented(self.table)

    @property
    def table(self) -> tuple[Operation, ...]:
        return self._runtime.parts.operations

    async def world(self) -> World:
        """Make a project with every part, a draft, a collection and an export list; one export serves all."""
        self.access.hidden_cameras = frozenset()
        if self._first is None:
            self._first = await self._prepared()
            with self._runtime.parts.ground.store.read() as stored:
                self._model = stored.project(self._first.project["id"])
        first = self._model
        olivia = Person(id=PersonId("olivia"), name="Olivia")
        work = UnitOfWork(self._runtime.parts.ground.store, SystemClock(), RandomIds())
        with work.begin(olivia) as unit:
            deleted = unit.create(lambda number: attrs.evolve(first, id=number))
            unit.delete(deleted.id)
            project = unit.create(lambda number: attrs.evolve(first, id=number))
            for documents, document in self._documents.items():
                getattr(unit.stored, documents).put(document)
        return attrs.evolve(self._first, project=msgspec.to_builtins(project), binned=deleted.id)

    async def _prepared(self) -> World:
        now = datetime.now(UTC)
        begin = now - timedelta(minutes=5)
        start, end = begin.isoformat(), (begin + timedelta(seconds=2)).isoformat()
        footage = [{"camera": self._cameras[c], "start": start, "end": end} for c in ("Lobby", "Yard")]
        made = await self._post("projects", {"description": "magpie", "footage": footage})
        one = f"projects/{made['project']['id']}"
        await self._post(f"{one}/comments", {"text": "jackdaw"})
        await self._post(f"{one}/calls", {"direction": "made", "at": start, "note": "rook"})
        change = {"field": "category:severity", "before": None, "after": "high"}
        project = (await self._client.patch(f"/{one}", json={"changes": [change]})).json()
        await self._post("export-list", {"projects": [project["id"]]})
        export = await finished(self._client, await self._post("exports", {}))
        await self._post("export-list", {"projects": [project["id"]]})
        await self._post("drafts", {"footage": footage})
        feed = {"client": "tab-1", "cameras": [f["camera"] for f in footage]}
        collection = (await self._post("collections", feed))["id"]
        with self._runtime.parts.ground.store.read() as stored:
            self._documents = {
                "drafts": stored.drafts.get("olivia"),
                "export_lists": stored.export_lists.get("olivia"),
                "collections": stored.collections.get(collection),
            }
        return World(
            project=project,
            properties=(await self._client.get("/properties")).json(),
            binned=0,
            cameras=self._cameras,
            export=export["id"],
            file=f"{export['package']['name']}/bagit.txt",
            collection=collection,
            start=start,
            end=end,
        )

    async def answer(self, operation: Operation, asked: Asked, held: frozenset[Permission]) -> httpx.Response:
        """Ask as the person who made the world, with these permissions only."""
        person = Principal(id="olivia", name="Olivia", roles=frozenset(p.value for p in held))
        transport = httpx.ASGITransport(as_principal(self._runtime.parts.app, person))
        content = {"content": asked.content} if asked.content is not None else {"json": asked.body}
        if asked.content is not None:
            content["headers"] = {"content-type": "application/sdp"}
        async with httpx.AsyncClient(transport=transport, base_url="http://plugin", timeout=60) as client:
            told = await client.request(operation.method, f"/{asked.path}", params=asked.query, **content)
        assert self._documented.breach(told) == ""
        return told

    async def _post(self, path: str, body: Any) -> Any:
        response = await self._client.post(f"/{path}", json=body)
        assert response.is_success, response.text
        return response.json()


@pytest.fixture
def asking(runtime, client, cameras, host) -> Asking:
    return Asking(runtime, client, cameras, host.access)


def exactly(operation: Operation) -> frozenset[Permission]:
    """What is declared, with what it lies within."""
    declared = {operation.permission, *operation.also}
    return frozenset(declared | {p.within for p in declared if p.within})


def told(response: httpx.Response) -> str:
    """Everything that an answer tells, also inside a PDF or an archive."""
    kind = response.headers.get("content-type", "")
    if kind == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
    if kind == "application/zip":
        archive = zipfile.ZipFile(io.BytesIO(response.content))
        texts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(_TEXTS)]
        return "\n".join([*archive.namelist(), *texts])
    return "" if kind.startswith(("video/", "image/")) else response.text


async def test_exactly_the_declared_permission_allows_an_operation(asking: Asking):
    """Allowed with it and nothing else; and then no other part of the project is told anywhere."""
    wrong = []
    for operation in asking.table:
        world, held = await asking.world(), exactly(operation)
        asked = world.asked(operation)
        response = await asking.answer(operation, asked, held)
        if response.status_code not in asked.statuses:
            wrong.append((operation.method, operation.path, response.status_code, response.text))
        # The names of cameras and categories are told where they are what the operation is about.
        own = ("Lobby",) if operation.path.startswith(OF_CAMERAS) else ()
        own += ("Severity",) if operation.path.startswith("properties") else ()
        for secret, needed in SECRETS.items():
            unread = not needed.implied_by & held and secret not in own
            field_title = secret == "Severity" and operation.path.endswith(
                ("activity", "activity/lines", "report")
            )
            if unread and not field_title and secret in told(response):
                wrong.append((operation.method, operation.path, secret))
    assert wrong == []


async def test_everything_but_the_declared_permission_allows_nothing(asking: Asking):
    """Refused to whoever holds all other permissions, and to whoever may not see projects at all."""
    wrong = []
    world = await asking.world()
    for operation in asking.table:
        declared = operation.permission
        lacking = [frozenset(Permission) - declared.implied_by]
        besides = (*operation.also, *((declared.within,) if declared.within else ()))
        lacking += [frozenset(Permission) - each.implied_by for each in besides]
        for held in lacking:
            response = await asking.answer(operation, world.asked(operation), held)
            if response.status_code != 403:
                wrong.append((operation.method, operation.path, response.status_code))
    assert wrong == []
    assert (await asking.world()).project["id"] == world.project["id"] + 2


async def test_managing_is_enough_for_viewing(asking: Asking):
    """Where viewing is declared, managing the same thing allows it too."""
    wrong = []
    for operation in asking.table:
        for managing in operation.permission.implied_by - {operation.permission}:
            world = await asking.world()
            asked = world.asked(operation)
            response = await asking.answer(operation, asked, frozenset({managing}) | _parent(managing))
            if response.status_code not in asked.statuses:
                wrong.append((operation.method, operation.path, response.status_code, response.text))
    assert wrong == []


def _parent(permission: Permission) -> frozenset[Permission]:
    return frozenset({permission.within}) if permission.within else frozenset()


async def test_a_hidden_camera_is_told_nowhere(asking: Asking, cameras):
    """With every permission but one camera: no answer of any operation names it, and its video is refused."""
    wrong = []
    hidden = cameras["Yard"]
    for operation in asking.table:
        world = await asking.world()
        asking.access.hidden_cameras = frozenset({hidden})
        response = await asking.answer(operation, world.asked(operation), frozenset(Permission))
        found = told(response)
        if "Yard" in found or hidden in found:
            wrong.append((operation.method, operation.path, found))
        if "{camera:path}" in operation.path or operation.path.endswith(
            ("/viewed", "archive", "{file:path}")
        ):
            asked = world.asked(operation, camera="Yard")
            response = await asking.answer(operation, asked, frozenset(Permission))
            if response.status_code != 403:
                wrong.append((operation.method, operation.path, response.status_code))
    assert wrong == []


async def test_picking_a_hidden_camera_is_refused(asking: Asking, cameras):
    """Drafts, new projects and sequences do not take it; a collection does not begin with it."""
    world = await asking.world()
    asking.access.hidden_cameras = frozenset({cameras["Yard"]})
    footage = {"footage": [{"camera": cameras["Yard"], "start": world.start, "end": world.end}]}
    for operation in asking.table:
        if operation.method == "POST" and operation.path in ("drafts", "projects", "projects/{id}/sequences"):
            asked = attrs.evolve(world.asked(operation), body=footage)
            assert (await asking.answer(operation, asked, frozenset(Permission))).status_code == 403
        if operation.method == "POST" and operation.path == "collections":
            asked = world.asked(operation, camera="Yard")
            started = await asking.answer(operation, asked, frozenset(Permission))
            assert started.json()["sequences"] == []


async def test_what_is_hidden_cannot_be_removed(asking: Asking, cameras):
    """A sequence of a hidden camera is not there for who may not see it."""
    world = await asking.world()
    asking.access.hidden_cameras = frozenset({cameras["Yard"]})
    (remove,) = [o for o in asking.table if o.path == "projects/{id}/sequences/remove"]
    foreign = next(s["id"] for s in world.project["sequences"] if s["footage"]["camera"] == cameras["Yard"])
    asked = attrs.evolve(world.asked(remove), body={"ids": [foreign]})
    assert (await asking.answer(remove, asked, frozenset(Permission))).status_code == 404


async def test_the_list_tells_times_and_counts_of_visible_cameras_only(asking: Asking, cameras, client):
    """Start, end and number of sequences are those of what its reader may see; without a right, none."""
    (listing,) = [o for o in asking.table if (o.method, o.path) == ("GET", "projects")]
    world = await asking.world()
    earlier = (datetime.fromisoformat(world.start) - timedelta(minutes=1)).isoformat()
    footage = [{"camera": cameras["Yard"], "start": earlier, "end": world.end}]
    await client.post(f"/projects/{world.project['id']}/sequences", json={"footage": footage})

    async def row(held: frozenset[Permission]) -> Any:
        response = await asking.answer(listing, Asked(path="projects", query={"limit": "1"}), held)
        return response.json()["projects"][0]

    everything = await row(frozenset(Permission))
    assert (datetime.fromisoformat(everything["start"]), everything["sequences"]) == (
        datetime.fromisoformat(earlier),
        3,
    )
    asking.access.hidden_cameras = frozenset({cameras["Yard"]})
    seen = await row(frozenset(Permission))
    assert datetime.fromisoformat(seen["start"]) == datetime.fromisoformat(world.start)
    assert seen["sequences"] == 1
    asking.access.hidden_cameras = frozenset()
    bare = await row(frozenset({P.PROJECTS_VIEW}))
    assert (bare["start"], bare["end"], bare["sequences"]) == (None, None, 0)
    assert [bare[name] for name in ("type", "status", "description", "owner", "priority")] == [
        None,
        None,
        "",
        None,
        None,
    ]


async def test_searching_words_takes_the_right_to_read_them(asking: Asking):
    """A search would tell what a description says; without the right it is refused, not answered."""
    (listing,) = [o for o in asking.table if (o.method, o.path) == ("GET", "projects")]
    await asking.world()
    asked = Asked(path="projects", query={"text": "magp"})
    assert (await asking.answer(listing, asked, frozenset({P.PROJECTS_VIEW}))).status_code == 403
    found = await asking.answer(listing, asked, frozenset({P.PROJECTS_VIEW, P.DETAILS_VIEW}))
    remark = Asked(path="projects", query={"text": "jackdaw"})
    unread = await asking.answer(listing, remark, frozenset({P.PROJECTS_VIEW, P.DETAILS_VIEW}))
    assert unread.json()["projects"] == []
    read = await asking.answer(listing, remark, frozenset({P.PROJECTS_VIEW, P.COMMENTS_VIEW}))
    assert read.json()["projects"] != []
    assert {one["description"] for one in found.json()["projects"]} == {"magpie"}


@pytest.mark.parametrize(
    ("field", "after", "needed"),
    [
        ("status", "closed", P.DETAILS_MANAGE),
        ("description", "changed", P.DETAILS_MANAGE),
        ("category:severity", None, P.CATEGORIES_MANAGE),
    ],
)
async def test_changing_a_field_takes_the_permission_of_its_part(asking: Asking, field, after, needed):
    """Which permission a change takes depends on the field: with exactly it, and not with all others."""
    (change,) = [o for o in asking.table if (o.method, o.path) == ("PATCH", "projects/{id}")]
    world = await asking.world()
    before = world.project["fields"][field]
    body = {"changes": [{"field": field, "before": before, "after": after}]}
    asked = attrs.evolve(world.asked(change), body=body)
    others = frozenset(Permission) - {needed}
    assert (await asking.answer(change, asked, others)).status_code == 403
    assert (await asking.answer(change, asked, frozenset({P.PROJECTS_VIEW, needed}))).status_code == 200


async def test_the_log_keeps_its_numbers_when_something_is_withheld(asking: Asking):
    """Who may read the log and no comments sees that one was written, by whom and when, and not its text."""
    (log,) = [o for o in asking.table if o.path == "projects/{id}/activity"]
    world = await asking.world()
    asked = world.asked(log)
    whole = (await asking.answer(log, asked, frozenset(Permission))).json()["entries"]
    part = (await asking.answer(log, asked, exactly(log))).json()
    assert part["fault"] is None
    assert [(e["number"], e["action"], e["actor"]) for e in part["entries"]] == [
        (e["number"], e["action"], e["actor"]) for e in whole
    ]
    (comment,) = [e for e in part["entries"] if e["action"] == "comment.added"]
    assert comment["text"] == "Comment added: “(not available to you)”"


def test_every_permission_is_in_the_tree_once():
    """Roles can be granted every right, and no two boxes are the same one."""
    ids = permission_ids(PERMISSION_TREE)
    assert len(ids) == len(set(ids))
    assert {p.value for p in Permission} <= set(ids)
