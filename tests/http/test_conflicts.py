"""Every kind of thing that two people can change at once: the second one is asked, and nothing is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import attrs
import httpx
import pytest
from tests.support import OPERATOR, as_principal

from incident_plugin.domain.fields import _CHECKS
from incident_plugin.domain.properties import DELIVERED
from vms_hooks.values import Principal

CARL = Principal(id="carl", name="Carl", roles=OPERATOR.roles)

#: Field: what Carl and what Olivia make of it.
FIELDS: dict[str, tuple[object, object]] = {
    "type": ("theft", "fire"),
    "status": ("in-progress", "on-hold"),
    "description": ("Carl's words", "Olivia's words"),
    "owner": ("Carl", "Olivia"),
    "priority": ("high", "low"),
    "category:severity": ("low", "high"),
    "category:authorities": ("police", "ambulance"),
    "data:persons": (2, 3),
    "data:damage": ("12.5", "13"),
    "data:reference": ("A-1", "B-2"),
    "data:injuries": (True, False),
    "data:reported": ("2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z"),
}


@attrs.frozen
class World:
    """A project with something in every part, and two people who have it open."""

    olivia: httpx.AsyncClient
    carl: httpx.AsyncClient
    project: dict

    @property
    def path(self) -> str:
        return f"/projects/{self.project['id']}"

    def item(self, part: str) -> str:
        return f"{self.path}/{part}/{self.project[part][0]['id']}"

    async def now(self) -> dict:
        return (await self.olivia.get(self.path)).json()


def minutes_ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


CALL = {"direction": "made", "at": minutes_ago(1), "number": "112"}


@pytest.fixture
async def world(runtime, client, cameras):
    footage = {"camera": cameras["Yard"], "start": minutes_ago(4), "end": minutes_ago(3)}
    made = await client.post("/projects", json={"description": "gate", "footage": [footage]})
    path = f"/projects/{made.json()['project']['id']}"
    await client.post(f"{path}/comments", json={"text": "first"})
    await client.post(f"{path}/calls", json=CALL)
    transport = httpx.ASGITransport(as_principal(runtime.parts.app, CARL))
    async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as carl:
        yield World(client, carl, (await client.get(path)).json())


@pytest.mark.parametrize("field", FIELDS)
async def test_a_field(world: World, field: str) -> None:
    """The first value stays and is told with its author; the one that is then chosen settles it."""
    carls, olivias = FIELDS[field]
    before = world.project["fields"].get(field)

    async def change(client: httpx.AsyncClient, seen: object, value: object) -> httpx.Response:
        changes = [{"field": field, "before": seen, "after": value}]
        return await client.patch(world.path, json={"changes": changes})

    assert (await change(world.carl, before, carls)).is_success
    stored = (await world.now())["fields"][field]
    refused = await change(world.olivia, before, olivias)
    assert refused.status_code == HTTPStatus.CONFLICT
    told = refused.json()
    assert (told["message_id"], told["field"], told["now"], told["by"]) == (
        "incident.conflict",
        field,
        stored,
        "Carl",
    )
    assert (await world.now())["fields"][field] == stored
    assert (await change(world.olivia, told["now"], olivias)).is_success
    assert (await world.now())["fields"][field] != stored


def test_every_kind_of_field_is_among_them() -> None:
    """A kind that is new in the program is missed here."""
    assert set(_CHECKS) == {field for field in FIELDS if ":" not in field}
    assert {f"category:{one.id}" for one in DELIVERED.categories} <= set(FIELDS)
    assert {f"data:{one.id}" for one in DELIVERED.data} <= set(FIELDS)


async def sequence_noted(world: World, client: httpx.AsyncClient, words: str) -> httpx.Response:
    return await client.put(world.item("sequences"), json={"before": "", "note": words})


async def comment_edited(world: World, client: httpx.AsyncClient, words: str) -> httpx.Response:
    return await client.put(world.item("comments"), json={"text": words, "seen": None})


async def call_edited(world: World, client: httpx.AsyncClient, words: str) -> httpx.Response:
    return await client.put(world.item("calls"), json={**CALL, "note": words, "seen": None})


Edit = Callable[[World, httpx.AsyncClient, str], Awaitable[httpx.Response]]
EDITS: dict[str, Edit] = {
    "comments": comment_edited,
    "calls": call_edited,
    "sequences": sequence_noted,
}


@pytest.mark.parametrize("part", EDITS)
async def test_an_edit_of_what_was_edited(world: World, part: str) -> None:
    """Comment, call, note of a sequence: the first one's words stay, and are told.

    Of a call there are many; the page shows them from the project. A note has no author of its own.
    """
    assert (await EDITS[part](world, world.carl, "Carl's words")).is_success
    stored = (await world.now())[part]
    refused = await EDITS[part](world, world.olivia, "Olivia's words")
    assert refused.status_code == HTTPStatus.CONFLICT
    told = refused.json()
    assert (told["message_id"], told["now"]) == (
        "incident.conflict",
        "" if part == "calls" else "Carl's words",
    )
    if part != "sequences":
        assert told["by"] == "Carl"
    assert (await world.now())[part] == stored
    assert "Carl's words" in str(stored)


@pytest.mark.parametrize("part", EDITS)
async def test_an_edit_of_what_was_taken_out(world: World, part: str) -> None:
    """It says who took it out; nothing comes back by itself."""
    if part == "sequences":
        ids = [world.project[part][0]["id"]]
        assert (await world.carl.post(f"{world.path}/sequences/remove", json={"ids": ids})).is_success
    else:
        assert (await world.carl.delete(world.item(part))).is_success
    refused = await EDITS[part](world, world.olivia, "Olivia's words")
    assert refused.status_code == HTTPStatus.NOT_FOUND
    assert refused.json()["message_id"] == f"incident.{part.removesuffix('s')}-gone"
    assert "Carl" in refused.json()["detail"]
    assert (await world.now())[part] == []


async def test_a_project_that_was_deleted(world: World) -> None:
    """Each edit says who deleted it."""
    assert (await world.carl.delete(world.path)).is_success
    for edit in EDITS.values():
        refused = await edit(world, world.olivia, "Olivia's words")
        assert refused.json()["message_id"] == "incident.project-binned"
        assert "Carl" in refused.json()["detail"]


@pytest.mark.parametrize("what", ["properties/definition", "retention", "collecting"])
async def test_what_administrators_define(world: World, what: str) -> None:
    """Made of an older revision it is refused; the first one's stays."""
    read = (await world.olivia.get(f"/{what}")).json()
    body, changed = {
        "properties/definition": lambda: (
            read["properties"],
            {**read["properties"], "types": read["properties"]["types"][:-1]},
        ),
        "retention": lambda: ({"days": 30, "revision": read["revision"]}, {"days": 30, "bin_days": 9}),
        "collecting": lambda: (
            {"pre_roll_seconds": 9, "merge_within_seconds": 9},
            {"pre_roll_seconds": 8, "merge_within_seconds": 8},
        ),
    }[what]()
    first = await world.carl.put(f"/{what}", json=changed)
    assert first.is_success, first.text
    stored = (await world.olivia.get(f"/{what}")).json()
    refused = await world.olivia.put(f"/{what}", json=body)
    assert (refused.status_code, refused.json()["message_id"]) == (HTTPStatus.CONFLICT, "incident.conflict")
    assert (await world.olivia.get(f"/{what}")).json() == stored
