"""Every message for its cause, provoked for real: a known title, an id of its own, a second line."""

from __future__ import annotations

import ast
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import httpx
import pytest
from tests.adversary.listing import FAULTS, message_of
from tests.failing_disk import FailingDisk, Failure
from tests.support import OPERATOR, as_principal, host_services

import incident_plugin
from incident_plugin.adapters.onvif import errors as onvif
from incident_plugin.application.incidents.collections import MOST_RUNNING
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.filters import MAXIMUM_SAVED
from incident_plugin.domain.messages import CAUSES
from incident_plugin.domain.project import MAXIMUM_RELATED, MAXIMUM_SEQUENCES
from incident_plugin.domain.time import Interval
from vms_hooks.values import Principal, View, ViewMode

CARL = Principal(id="carl", name="Carl", roles=OPERATOR.roles)
SOURCE = Path(incident_plugin.__file__).parent
TESTS = Path(__file__).parents[1]


def minutes_ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


@pytest.fixture
def disk():
    """A disk that fails when it is told to; the store is opened on it."""
    failing = FailingDisk()
    yield failing
    failing.unregister()


@pytest.fixture
def host(disk, tmp_path):
    return host_services(tmp_path)


@attrs.frozen
class World:
    """A project with something in every part, and ways to ask for it."""

    client: httpx.AsyncClient
    carl: httpx.AsyncClient
    cameras: dict[str, str]
    runtime: object
    disk: FailingDisk
    path: str
    project: dict

    def item(self, part: str) -> str:
        return f"{self.path}/{part}/{self.project[part][0]['id']}"

    def footage(self, start: float, end: float, camera: str = "Lobby") -> dict:
        camera = self.cameras.get(camera, camera)
        return {"footage": [{"camera": camera, "start": minutes_ago(start), "end": minutes_ago(end)}]}

    async def change(self, field: str, before: object, after: object) -> httpx.Response:
        body = {"changes": [{"field": field, "before": before, "after": after}]}
        return await self.client.patch(self.path, json=body)


@pytest.fixture
async def world(runtime, client, cameras, disk):
    footage = {"camera": cameras["Yard"], "start": minutes_ago(4), "end": minutes_ago(3)}
    made = await client.post("/projects", json={"description": "gate", "footage": [footage]})
    path = f"/projects/{made.json()['project']['id']}"
    await client.post(f"{path}/comments", json={"text": "x"})
    await client.post(f"{path}/calls", json={"direction": "made", "at": minutes_ago(1)})
    project = (await client.get(path)).json()
    transport = httpx.ASGITransport(as_principal(runtime.parts.app, CARL))
    async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as carl:
        yield World(client, carl, cameras, runtime, disk, path, project)
    disk.repair()


async def gone(world: World, part: str) -> httpx.Response:
    if part == "sequences":
        ids = [world.project["sequences"][0]["id"]]
        await world.carl.post(f"{world.path}/sequences/remove", json={"ids": ids})
        return await world.client.put(world.item(part), json={"before": "", "note": "n"})
    await world.carl.delete(world.item(part))
    return await world.client.delete(world.item(part))


async def twice(world: World) -> httpx.Response:
    key = {"Idempotency-Key": "k"}
    await world.client.post(f"{world.path}/comments", json={"text": "a"}, headers=key)
    return await world.client.post(f"{world.path}/comments", json={"text": "b"}, headers=key)


async def full(world: World, failure: Failure) -> httpx.Response:
    world.disk.fail_after(0, failure)
    return await world.client.post(f"{world.path}/comments", json={"text": "lost?"})


async def deleted(world: World) -> httpx.Response:
    await world.carl.delete(world.path)
    return await world.client.post(f"{world.path}/comments", json={"text": "late"})


async def purged(world: World) -> httpx.Response:
    await world.carl.delete(world.path)
    number = world.project["id"]
    assert (await world.carl.post(f"/bin/{number}/purge", json={"reason": "due"})).is_success
    return await world.client.get(world.path)


async def collecting(world: World) -> httpx.Response:
    feed = {"client": "tab-1", "cameras": [world.cameras["Lobby"]]}
    return await world.client.post("/collections", json=feed)


async def too_many_collections(world: World) -> httpx.Response:
    for _ in range(MOST_RUNNING):
        assert (await collecting(world)).is_success
    return await collecting(world)


async def too_many_sequences(world: World) -> httpx.Response:
    """Add one to a project that is full."""
    with world.runtime.parts.ground.store.transaction() as stored:
        project = stored.project(world.project["id"])
        one = project.sequences[0]
        full = tuple(attrs.evolve(one, id=f"s{number}") for number in range(MAXIMUM_SEQUENCES))
        stored.put_project(attrs.evolve(project, sequences=full))
    return await world.client.post(f"{world.path}/sequences", json=world.footage(2, 1))


async def related_to_many(world: World) -> httpx.Response:
    for _ in range(MAXIMUM_RELATED + 1):
        other = (await world.client.post("/projects", json={})).json()["project"]["id"]
        answer = await world.client.post(f"{world.path}/related", json={"project": other})
    return answer


async def retired(world: World, field: str, value: str) -> httpx.Response:
    """Have an administrator retire a value and a category, and choose of them."""
    definition = (await world.client.get("/properties/definition")).json()["properties"]
    for one in definition["types"]:
        one["retired"] = one["id"] == "theft"
    for category in definition["categories"]:
        category["enabled"] = category["id"] != "severity"
    assert (await world.carl.put("/properties/definition", json=definition)).is_success
    return await world.change(field, None, value)


async def sent(world: World) -> str:
    """Put the project's sequence on the export list, and give its path there."""
    await world.client.post("/export-list", json={"projects": [world.project["id"]]})
    return f"/export-list/items/{world.project['sequences'][0]['id']}"


async def trimmed(world: World, start: float, end: float) -> httpx.Response:
    return await world.client.put(
        await sent(world), json={"start": minutes_ago(start), "end": minutes_ago(end)}
    )


async def cancelled(world: World) -> str:
    """Begin an export and cancel it; give its path."""
    await sent(world)
    path = f"/exports/{(await world.client.post('/exports', json={})).json()['id']}"
    assert (await world.client.post(f"{path}/cancel")).is_success
    return path


async def archive_of_a_cancelled_one(world: World) -> httpx.Response:
    return await world.client.get(f"{await cancelled(world)}/archive")


async def removing_files_twice(world: World) -> httpx.Response:
    return await world.client.post(f"{await cancelled(world)}/remove-files")


async def ordered(world: World, settings: dict, password: str = "") -> httpx.Response:
    await sent(world)
    return await world.client.post("/exports", json={"settings": settings, "password": password})


async def stills_of_hours(world: World) -> httpx.Response:
    """A picture each second of a sequence that lasts two hours."""
    with world.runtime.parts.ground.store.transaction() as stored:
        project = stored.project(world.project["id"])
        one = project.sequences[0]
        end = one.footage.interval.end
        footage = attrs.evolve(one.footage, interval=Interval(end - timedelta(hours=2), end))
        stored.put_project(attrs.evolve(project, sequences=(attrs.evolve(one, footage=footage),)))
    return await ordered(world, {"stills_every": 1})


async def export_of_nothing(world: World) -> httpx.Response:
    empty = (await world.client.post("/projects", json={})).json()["project"]["id"]
    return await world.client.post("/export-list", json={"projects": [empty]})


async def too_many_filters(world: World) -> httpx.Response:
    for number in range(MAXIMUM_SAVED + 1):
        answer = await world.client.post("/list/filters", json={"name": f"f{number}", "query": ""})
    return answer


async def held(world: World, method: str, path: str, body: dict) -> httpx.Response:
    """Ask for something while the project is on hold."""
    assert (await world.carl.put(f"{world.path}/hold", json={"reason": "Order of a court"})).is_success
    return await world.client.request(method, f"{world.path}/{path}", json=body)


Provoke = Callable[[World], Awaitable[httpx.Response]]
REFRESH = "Cannot perform this action. Please refresh the list."
AS_ENTERED = "This cannot be saved as entered."
SAVE = "Cannot save {}. Try again later."
NOON = "2026-03-01T12:00:00Z"

PROVOKED: dict[str, tuple[str, str, Provoke]] = {
    "no-sequences": (AS_ENTERED, "Add sequences first", export_of_nothing),
    "export-list-empty": (AS_ENTERED, "list is empty", lambda w: w.client.post("/exports", json={})),
    "password-short": (AS_ENTERED, "Nothing was begun", lambda w: ordered(w, {"encrypted": True}, "abc")),
    "password-unkeepable": (
        AS_ENTERED,
        "Nothing was begun",
        lambda w: ordered(w, {"encrypted": True}, "å" * 20),
    ),
    "parts-too-small": (AS_ENTERED, "at least 1 MB", lambda w: ordered(w, {"split_size": 5})),
    "stills-apart": (AS_ENTERED, "a second to a day", lambda w: ordered(w, {"stills_every": 0})),
    "too-many-stills": (AS_ENTERED, "your list was kept", stills_of_hours),
    "trimmed-too-far": (AS_ENTERED, "left as it was", lambda w: trimmed(w, 300, 2)),
    "export-item-gone": (
        REFRESH,
        "no longer in your export list",
        lambda w: w.client.put("/export-list/items/none", json={"comment": "x"}),
    ),
    "export-unknown": (REFRESH, "does not exist", lambda w: w.client.get("/exports/none")),
    "export-not-finished": (REFRESH, "nothing to download yet", archive_of_a_cancelled_one),
    "export-files-removed": (REFRESH, "no files on the server", removing_files_twice),
    "name-empty": (
        AS_ENTERED,
        "no name",
        lambda w: w.client.post("/list/filters", json={"name": " ", "query": ""}),
    ),
    "too-many-filters": (AS_ENTERED, "remove one first", too_many_filters),
    "filter-gone": (SAVE.format("filter"), "any more", lambda w: w.client.delete("/list/filters/none")),
    "collection-ended": (
        REFRESH,
        "Look for it in the Incidents tab",
        lambda w: w.client.post("/collections/none/pause"),
    ),
    "reason-missing": (
        AS_ENTERED,
        "say why",
        lambda w: w.client.put(f"{w.path}/hold", json={"reason": " "}),
    ),
    "held-already": (AS_ENTERED, "set by Carl", lambda w: held(w, "PUT", "hold", {"reason": "again"})),
    "not-held": (
        AS_ENTERED,
        "not on legal hold",
        lambda w: w.client.post(f"{w.path}/hold/lift", json={"reason": "over"}),
    ),
    "preserved-by-hold": (
        AS_ENTERED,
        "Lift the hold first",
        lambda w: held(w, "PUT", "preserve", {"wanted": False}),
    ),
    "not-in-the-bin": (REFRESH, "Nothing was changed", lambda w: w.client.post("/bin/99/restore")),
    "report-gone": (
        "Cannot generate report. Try again later.",
        "create it again",
        lambda w: w.client.get("/reports/none"),
    ),
    "project-unknown": (REFRESH, "no incident project 99", lambda w: w.client.get("/projects/99")),
    "project-binned": (SAVE.format("comment"), "Carl deleted incident project", deleted),
    "project-deleted": (REFRESH, "deleted incident project", purged),
    "comment-gone": (SAVE.format("comment"), "Carl deleted this comment", lambda w: gone(w, "comments")),
    "call-gone": (SAVE.format("call"), "Carl deleted this call", lambda w: gone(w, "calls")),
    "sequence-gone": (SAVE.format("note"), "Carl removed this sequence", lambda w: gone(w, "sequences")),
    "not-remembered": (
        SAVE.format("incident project"),
        "Nothing was put back",
        lambda w: w.client.post(f"{w.path}/restore", json={"ids": ["never"]}),
    ),
    "camera-unknown": (
        "Cannot add sequence. Try again later.",
        "not known to any recorder",
        lambda w: w.client.post(f"{w.path}/sequences", json=w.footage(2, 1, "no such camera")),
    ),
    "disk-full": (SAVE.format("comment"), "The disk is full", lambda w: full(w, Failure.FULL)),
    "disk-fault": (SAVE.format("comment"), "disk does not work", lambda w: full(w, Failure.BROKEN)),
    "end-before-start": (
        AS_ENTERED,
        "before the start",
        lambda w: w.client.post(f"{w.path}/sequences", json=w.footage(1, 2)),
    ),
    "in-the-future": (
        AS_ENTERED,
        "in the future",
        lambda w: w.client.post(f"{w.path}/sequences", json=w.footage(1, -9)),
    ),
    "no-length": (
        AS_ENTERED,
        "same time",
        lambda w: w.client.post(
            f"{w.path}/sequences",
            json={"footage": [{**w.footage(2, 1)["footage"][0], "end": NOON, "start": NOON}]},
        ),
    ),
    "outside-calendar": (
        AS_ENTERED,
        "outside the calendar",
        lambda w: w.client.get(f"/video/{w.cameras['Lobby']}?start=0001-01-01T00:00:00%2B14:00&end={NOON}"),
    ),
    "too-many-collections": (AS_ENTERED, "collections already", too_many_collections),
    "too-many-sequences": (AS_ENTERED, "None were added", too_many_sequences),
    "too-many-related": (AS_ENTERED, "Unlink one first", related_to_many),
    "value-retired": (AS_ENTERED, "is retired", lambda w: retired(w, "type", "theft")),
    "field-retired": (AS_ENTERED, "no longer used", lambda w: retired(w, "category:severity", "high")),
    "text-too-long": (AS_ENTERED, "100,001", lambda w: w.change("description", "gate", "x" * 100_001)),
    "text-unkeepable": (AS_ENTERED, "cannot be kept", lambda w: w.change("description", "gate", "\0")),
    "text-empty": (
        AS_ENTERED,
        "is empty",
        lambda w: w.client.post(f"{w.path}/comments", json={"text": " \n"}),
    ),
    "call-duration": (
        AS_ENTERED,
        "0 seconds and a day",
        lambda w: w.client.post(
            f"{w.path}/calls", json={"direction": "made", "at": minutes_ago(1), "duration_seconds": -1}
        ),
    ),
    "related-to-itself": (
        AS_ENTERED,
        "not related to itself",
        lambda w: w.client.post(f"{w.path}/related", json={"project": w.project["id"]}),
    ),
    "field-unknown": (AS_ENTERED, "no field", lambda w: w.change("colour", None, "red")),
    "value-not-offered": (AS_ENTERED, "choose from the list", lambda w: w.change("type", None, "nonsense")),
    "status-required": (AS_ENTERED, "has a status", lambda w: w.change("status", "new", None)),
    "not-a-whole-number": (AS_ENTERED, "whole number", lambda w: w.change("data:persons", None, "two")),
    "not-a-number": (AS_ENTERED, "a number", lambda w: w.change("data:damage", None, "much")),
    "not-a-check": (AS_ENTERED, "either checked or not", lambda w: w.change("data:injuries", None, "yes")),
    "not-a-time": (AS_ENTERED, "a date and time", lambda w: w.change("data:reported", None, "noon")),
    "key-reused": (AS_ENTERED, "another request", twice),
    "key-invalid": (
        AS_ENTERED,
        "visible characters",
        lambda w: w.client.post("/projects", json={}, headers={"Idempotency-Key": ""}),
    ),
    "unsaved-too-long": (
        AS_ENTERED,
        "still in your browser",
        lambda w: w.client.put(f"{w.path}/unsaved", json={"entries": "x" * 400_001}),
    ),
    "unknown-person": (
        AS_ENTERED,
        "does not work with incident projects",
        lambda w: w.client.post(f"{w.path}/owner", json={"before": None, "to": "nobody"}),
    ),
}


@pytest.mark.parametrize("cause", PROVOKED)
async def test_a_cause_is_told_under_its_title(world: World, cause: str) -> None:
    """With its own id, and a second line that says what happened."""
    title, words, provoke = PROVOKED[cause]
    answer = await provoke(world)
    problem = answer.json()
    assert problem["message_id"] == f"incident.{cause}", problem
    assert problem["title"] == title
    assert words in problem["detail"]
    assert answer.status_code >= 400


@pytest.mark.parametrize(
    ("title", "method", "path", "body"),
    [
        ("Cannot add sequence. Try again later.", "POST", "{}/sequences", {"drafts": "all"}),
        ("Cannot create incident project. Try again later.", "POST", "/projects", {}),
        ("Cannot generate report. Try again later.", "POST", "{}/report", {}),
        ("Cannot remove all sequences. Try again later.", "POST", "{}/sequences/remove", {"ids": []}),
        ("Cannot perform this action. Try again later.", "GET", "{}", None),
        ("Cannot save comment. Try again later.", "POST", "{}/comments", {"text": "x"}),
        ("Cannot save incident project. Try again later.", "PATCH", "{}", {"changes": []}),
        ("Cannot save owner. Try again later.", "POST", "{}/owner", {"before": None, "to": "x"}),
    ],
)
async def test_the_titles_of_the_manual_when_the_store_is_away(
    world: World, title: str, method: str, path: str, body: object
) -> None:
    """Each operation says what it could not do, that nothing was changed, and what to do."""
    world.runtime.parts.ground.store.close()
    answer = await world.client.request(method, path.format(world.path), json=body)
    assert answer.json()["title"] == title
    assert answer.json()["message_id"] == "incident.stopping"
    assert "Try again when it runs." in answer.json()["detail"]


async def test_where_the_server_keeps_its_files_is_told_to_those_who_keep_it(
    world: World, host, tmp_path
) -> None:
    """An operator reads what happened and what was kept; who may take backups reads where, too."""
    told = {}
    for role, held in (("works", Permission.COMMENTS_MANAGE), ("keeps", Permission.BACKUP_MANAGE)):
        rights = frozenset({held.value, Permission.PROJECTS_MANAGE.value, Permission.COMMENTS_MANAGE.value})
        host.access.permissions = {role: rights}
        person = Principal(id=role, name=role, roles=frozenset({role}))
        transport = httpx.ASGITransport(as_principal(world.runtime.parts.app, person))
        async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as client:
            world.disk.fail_after(0, Failure.BROKEN)
            told[role] = (await client.post(f"{world.path}/comments", json={"text": "lost?"})).json()
        world.disk.repair()
    assert {answer["message_id"] for answer in told.values()} == {"incident.disk-fault"}
    assert all("this change was not" in answer["detail"] for answer in told.values())
    assert str(tmp_path) in told["keeps"]["detail"]
    assert str(tmp_path) not in str(told["works"])


async def test_who_looks_at_live_pictures_is_not_told_where_the_server_keeps_its_files(
    world: World, tmp_path
) -> None:
    """What a plug-in raises over a view, hosts show to the operator."""
    lobby = world.cameras["Lobby"]
    await world.client.post("/collections", json={"client": "tab", "cameras": [lobby]})
    view = View(
        principal=OPERATOR, client="tab", number=1, mode=ViewMode.LIVE, cameras=(), at=datetime.now(UTC)
    )
    world.disk.fail_after(0, Failure.FULL)
    with pytest.raises(StoreUnavailable, match=r"disk is full.*this change was not") as refused:
        await world.runtime.view_changed(view)
    assert str(tmp_path) not in str(refused.value)


async def test_permissions_have_two_titles(world: World, host) -> None:
    """One for doing, one for reading; the second line names what is missing and who can help."""
    host.access.permissions = {"look": frozenset({Permission.PROJECTS_VIEW.value})}
    lee = Principal(id="lee", name="Lee", roles=frozenset({"look"}))
    transport = httpx.ASGITransport(as_principal(world.runtime.parts.app, lee))
    async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as client:
        doing = (await client.post(f"{world.path}/comments", json={"text": "x"})).json()
        reading = (await client.get(f"{world.path}/activity")).json()
    assert (doing["title"], doing["message_id"]) == ("Permission denied.", "incident.denied")
    assert (reading["title"], reading["message_id"]) == (
        "This information is not available to you.",
        "incident.unreadable",
    )
    for problem in (doing, reading):
        assert "Lee has no permission" in problem["detail"]
        assert "administrator" in problem["detail"]


@pytest.mark.parametrize("kind", onvif._CAUSES)
def test_each_fault_of_a_recorder_has_a_cause(kind: type[onvif.OnvifError]) -> None:
    """It names the recorder, and is in the catalogue."""
    error = kind((), "why") if kind is onvif.Fault else kind("why")
    told = onvif.told(error, "recorder North")
    assert "ecorder North" in told.detail
    assert CAUSES[told.message_id].kind is type(told)


def test_the_catalogue_has_every_cause_and_no_other() -> None:
    """What the code raises is in the catalogue, and the other way round."""
    raised: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        if path.name == "messages.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                raised |= {node.value} & set(CAUSES)
            if isinstance(node, ast.keyword) and node.arg == "cause" and isinstance(node.value, ast.Constant):
                assert node.value.value in CAUSES, (path, node.value.value)
    made = {f"incident.{what}-gone" for what in ("comment", "call", "sequence")}
    assert raised | made == set(CAUSES)


def test_every_cause_is_provoked_by_some_test() -> None:
    """Here, or where its files, recorders and connections are broken."""
    told = {f"incident.{cause}" for cause in PROVOKED}
    for path in TESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                told |= {node.value} & set(CAUSES)
    told |= {message_of(fault, expected) for fault in FAULTS for expected in fault.told}
    assert set(CAUSES) - told == set()
