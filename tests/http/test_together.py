"""Several people at one project over HTTP: repeated requests, conflicts, undo, owners, relations, logs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx
import pytest
from tests.support import OPERATOR, as_principal
from tests.waiting import until

from incident_plugin.domain.access import Permission
from incident_plugin.domain.journal import Action
from vms_hooks.values import Principal

CARL = Principal(id="carl", name="Carl", roles=OPERATOR.roles)


def minutes_ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


@pytest.fixture
async def carl(runtime):
    """Speaks to the plug-in as a colleague."""
    transport = httpx.ASGITransport(as_principal(runtime.parts.app, CARL))
    async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as client:
        yield client


async def new_project(client, **body) -> dict:
    response = await client.post("/projects", json={"description": "a fight", **body})
    assert response.status_code == HTTPStatus.CREATED, response.text
    return response.json()["project"]


async def actions(client, number: int) -> list[str]:
    return [e["action"] for e in (await client.get(f"/projects/{number}/activity")).json()["entries"]]


class TestRepeatedRequests:
    """The answer was lost, and the page sends the request again."""

    async def test_each_creation_happens_once(self, client, cameras):
        """Project, comment, call and sequence: the second answer is that of the first request."""
        key = {"Idempotency-Key": '"first"'}
        body = {"description": "once"}
        one, again = [await client.post("/projects", json=body, headers=key) for _ in range(2)]
        assert one.json()["project"]["id"] == again.json()["project"]["id"]
        assert (await client.get("/projects")).json()["total"] == 1
        path = f"/projects/{one.json()['project']['id']}"
        footage = {"camera": cameras["Lobby"], "start": minutes_ago(5), "end": minutes_ago(4)}
        for part, body in (
            ("comments", {"text": "said once"}),
            ("calls", {"direction": "made", "at": minutes_ago(1)}),
            ("sequences", {"footage": [footage]}),
        ):
            for _ in range(2):
                answer = await client.post(f"{path}/{part}", json=body, headers={"Idempotency-Key": part})
                assert answer.status_code == HTTPStatus.OK, answer.text
            project = (await client.get(path)).json()
            assert len(project[part]) == 1, part
            await client.post(f"{path}/{part}", json=body, headers={"Idempotency-Key": f"{part} 2"})
        project = (await client.get(path)).json()
        # The same footage is kept once in any case.
        assert [len(project[part]) for part in ("comments", "calls", "sequences")] == [2, 2, 1]

    async def test_repetitions_at_the_same_time_make_one(self, client):
        """However they interleave."""
        headers = {"Idempotency-Key": "together"}
        answers = await asyncio.gather(
            *(client.post("/projects", json={"description": "x"}, headers=headers) for _ in range(8))
        )
        assert len({answer.json()["project"]["id"] for answer in answers}) == 1

    async def test_a_key_belongs_to_one_request_of_one_person(self, client, carl):
        """Another body with it is refused; another person's same key is another request."""
        headers = {"Idempotency-Key": "mine"}
        await client.post("/projects", json={"description": "one"}, headers=headers)
        refused = await client.post("/projects", json={"description": "two"}, headers=headers)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert refused.json()["message_id"] == "incident.key-reused"
        other = await carl.post("/projects", json={"description": "two"}, headers=headers)
        assert other.json()["project"]["id"] == 2
        for bad in ("", "x" * 201, "tab\tin it"):
            refused = await client.post("/projects", json={}, headers={"Idempotency-Key": bad})
            assert refused.json()["message_id"] == "incident.key-invalid"


class TestConflicts:
    """Two people edit the same thing."""

    async def test_a_field_tells_who_changed_it_and_when(self, client, carl):
        """With the value that is stored now; nothing is overwritten."""
        number = (await new_project(client))["id"]
        change = [{"field": "status", "before": "new", "after": "on-hold"}]
        await carl.patch(f"/projects/{number}", json={"changes": change})
        mine = [{"field": "status", "before": "new", "after": "closed"}]
        refused = (await client.patch(f"/projects/{number}", json={"changes": mine})).json()
        assert (refused["now"], refused["by"], refused["message_id"]) == (
            "on-hold",
            "Carl",
            "incident.conflict",
        )
        stamp = (await client.get(f"/projects/{number}")).json()["stamps"]["status"]
        assert (stamp["by"]["name"], stamp["at"]) == ("Carl", refused["at"])

    @pytest.mark.parametrize("part", ["comments", "calls"])
    async def test_a_comment_or_call_edited_meanwhile_is_not_overwritten(self, client, carl, part):
        """Whoever saw the older one is told by whom it was edited; the same words twice are no conflict."""
        path = f"/projects/{(await new_project(client))['id']}/{part}"
        phoned = {"direction": "made", "at": minutes_ago(3)}
        bodies = (
            [{"text": text} for text in ("first", "second", "third")]
            if part == "comments"
            else [{**phoned, "note": text} for text in ("first", "second", "third")]
        )
        item = (await client.post(path, json=bodies[0])).json()[part][0]
        one = f"{path}/{item['id']}"
        edited = (await carl.put(one, json={**bodies[1], "seen": None})).json()[part][0]
        assert edited["edited_by"]["name"] == "Carl"
        refused = await client.put(one, json={**bodies[2], "seen": None})
        assert refused.status_code == HTTPStatus.CONFLICT
        assert refused.json()["by"] == "Carl"
        assert (await client.put(one, json={**bodies[1], "seen": None})).status_code == HTTPStatus.OK
        chosen = await client.put(one, json={**bodies[2], "seen": edited["edited_at"]})
        assert chosen.status_code == HTTPStatus.OK
        assert (await client.put(one, json=bodies[2])).status_code == HTTPStatus.UNPROCESSABLE_ENTITY

    async def test_what_was_deleted_under_ones_hands_says_by_whom(self, client, carl):
        """Comment, call and sequence; with the time in the site's zone, and a message id of its own."""
        number = (await new_project(client))["id"]
        path = f"/projects/{number}"
        comment = (await client.post(f"{path}/comments", json={"text": "x"})).json()["comments"][0]["id"]
        call = (await client.post(f"{path}/calls", json={"direction": "made", "at": minutes_ago(1)})).json()[
            "calls"
        ][0]["id"]
        await carl.delete(f"{path}/comments/{comment}")
        await carl.delete(f"{path}/calls/{call}")
        gone = (await client.put(f"{path}/comments/{comment}", json={"text": "y", "seen": None})).json()
        assert gone["title"] == "Cannot save comment. Try again later."
        assert gone["message_id"] == "incident.comment-gone"
        assert gone["detail"].startswith(f"Carl deleted this comment of incident project {number} at 20")
        gone = (await client.delete(f"{path}/calls/{call}")).json()
        assert "Carl deleted this call" in gone["detail"]
        await carl.delete(path)
        for refused in (
            await client.patch(path, json={"changes": []}),
            await client.post(f"{path}/comments", json={"text": "late"}),
            await client.delete(path),
        ):
            assert refused.status_code == HTTPStatus.NOT_FOUND
            assert "Carl deleted incident project" in refused.json()["detail"]


async def test_what_was_taken_out_is_put_back_as_it_was(client, cameras):
    """Comment, call and sequences, with author and time; each step is in the log."""
    footage = [
        {"camera": cameras["Lobby"], "start": minutes_ago(n + 1), "end": minutes_ago(n)} for n in (4, 6, 8)
    ]
    before = await new_project(client, footage=footage)
    path = f"/projects/{before['id']}"
    await client.post(f"{path}/comments", json={"text": "kept"})
    before = (await client.post(f"{path}/calls", json={"direction": "received", "at": minutes_ago(2)})).json()
    ids = [one["id"] for part in ("comments", "calls", "sequences") for one in before[part]]
    await client.delete(f"{path}/comments/{ids[0]}")
    await client.delete(f"{path}/calls/{ids[1]}")
    await client.post(f"{path}/sequences/remove", json={"ids": ids[2:]})
    back = (await client.post(f"{path}/restore", json={"ids": ids})).json()
    for part in ("comments", "calls", "sequences"):
        assert back[part] == before[part]
    told = await actions(client, before["id"])
    assert told.count("sequence.restored") == 3
    assert {"comment.restored", "call.restored"} < set(told)
    unknown = await client.post(f"{path}/restore", json={"ids": ["never"]})
    assert unknown.json()["message_id"] == "incident.not-remembered"


async def test_putting_back_takes_the_permission_for_it(client, host, runtime):
    """Whoever may not manage comments does not bring one back."""
    number = (await new_project(client))["id"]
    path = f"/projects/{number}"
    comment = (await client.post(f"{path}/comments", json={"text": "x"})).json()["comments"][0]["id"]
    await client.delete(f"{path}/comments/{comment}")
    look = frozenset({Permission.PROJECTS_VIEW.value, Permission.COMMENTS_VIEW.value})
    host.access.permissions = {"look": look}
    lee = Principal(id="lee", name="Lee", roles=frozenset({"look"}))
    transport = httpx.ASGITransport(as_principal(runtime.parts.app, lee))
    async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as onlooker:
        refused = await onlooker.post(f"{path}/restore", json={"ids": [comment]})
    assert refused.json()["title"] == "Permission denied."


async def test_a_note_on_a_sequence_is_kept_and_not_overwritten(client, carl, cameras):
    """Its author says what they saw; hidden cameras cannot be noted on."""
    footage = {"camera": cameras["Yard"], "start": minutes_ago(4), "end": minutes_ago(3)}
    project = await new_project(client, footage=[footage])
    path = f"/projects/{project['id']}/sequences/{project['sequences'][0]['id']}"
    noted = await client.put(path, json={"before": "", "note": "red van"})
    assert noted.json()["sequences"][0]["note"] == "red van"
    refused = await carl.put(path, json={"before": "", "note": "blue van"})
    assert (refused.status_code, refused.json()["now"]) == (HTTPStatus.CONFLICT, "red van")
    gone = await client.put(path + "x", json={"before": "", "note": ""})
    assert gone.json()["message_id"] == "incident.sequence-gone"


async def test_related_projects_know_one_another(client, carl):
    """A link is in both and in both logs; unlinking takes it from both; a deleted one is said to be."""
    one, other = (await new_project(client))["id"], (await new_project(client, description="van"))["id"]
    linked = await client.post(f"/projects/{one}/related", json={"project": other, "why": "same van"})
    assert linked.json()["related"][0]["project"] == other
    for number, partner in ((one, other), (other, one)):
        around = (await carl.get(f"/projects/{number}/related")).json()
        assert around["related"][0]["relation"]["why"] == "same van"
        assert around["related"][0]["summary"]["id"] == partner
        assert "project.related" in await actions(client, number)
    await client.post(f"/projects/{other}/related/remove", json={"project": one})
    assert (await client.get(f"/projects/{one}/related")).json()["related"] == []
    assert "project.unrelated" in await actions(client, one)
    itself = await client.post(f"/projects/{one}/related", json={"project": one})
    assert itself.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    await client.post(f"/projects/{one}/related", json={"project": other})
    await client.delete(f"/projects/{other}")
    assert (await client.get(f"/projects/{one}/related")).json()["related"][0]["summary"] is None
    missing = await client.post(f"/projects/{one}/related", json={"project": 4711})
    assert missing.json()["message_id"] == "incident.project-unknown"


async def test_the_same_video_in_two_projects_is_said(client, cameras, host):
    """When it is added, and afterwards; not of a camera that the reader may not see."""
    footage = {"camera": cameras["Lobby"], "start": minutes_ago(9), "end": minutes_ago(7)}
    later = {**footage, "start": minutes_ago(8), "end": minutes_ago(6)}
    first = await new_project(client, footage=[footage])
    second = (await client.post("/projects", json={"footage": [later]})).json()
    assert f"already in incident project {first['id']}" in second["warnings"][0]
    empty = await new_project(client)
    added = (await client.post(f"/projects/{empty['id']}/sequences", json={"footage": [later]})).json()
    assert "already in incident projects" in added["warnings"][0]
    around = (await client.get(f"/projects/{first['id']}/related")).json()
    assert {one["project"] for one in around["duplicates"]} == {second["project"]["id"], empty["id"]}
    assert {one["id"] for one in around["others"]} == {second["project"]["id"], empty["id"]}
    host.access.hidden_cameras = frozenset({cameras["Lobby"]})
    assert (await client.get(f"/projects/{first['id']}/related")).json()["duplicates"] == []


async def test_a_project_is_handed_over_and_the_colleague_is_told(client, carl):
    """Once; a change of owner in between is a conflict; strangers cannot become owners."""
    number = (await new_project(client, description="gate"))["id"]
    path = f"/projects/{number}"
    unknown = await client.post(f"{path}/owner", json={"before": None, "to": "carl"})
    assert unknown.json()["message_id"] == "incident.unknown-person"
    await carl.post(f"{path}/presence", json={"client": "tab"})
    assert (await client.get("/people")).json()["people"] == [{"id": "carl", "name": "Carl"}]
    given = await client.post(f"{path}/owner", json={"before": None, "to": "carl"})
    assert given.json()["fields"]["owner"] == "Carl"
    refused = await client.post(f"{path}/owner", json={"before": None, "to": "carl"})
    assert refused.status_code == HTTPStatus.OK
    refused = await client.post(f"{path}/owner", json={"before": "Nora", "to": "olivia"})
    assert refused.status_code in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
    notices = (await carl.get("/notices")).json()["notices"]
    assert notices[0]["title"] == f"Olivia handed incident project {number} over to you."
    assert (await client.get("/notices")).json()["notices"] == []
    await carl.post("/notices/seen", json={"ids": [one["id"] for one in notices]})
    assert (await carl.get("/notices")).json()["notices"] == []


async def test_who_has_a_project_open_is_known_while_they_have(client, carl):
    """By browser tab; nobody is told of themselves."""
    path = f"/projects/{(await new_project(client))['id']}/presence"
    assert (await client.post(path, json={"client": "a"})).json()["others"] == []
    assert (await carl.post(path, json={"client": "b"})).json()["others"][0]["name"] == "Olivia"
    await carl.post(path, json={"client": "c"})
    await carl.post(path, json={"client": "b", "here": False})
    assert (await client.post(path, json={"client": "a"})).json()["others"][0]["name"] == "Carl"
    await carl.post(path, json={"client": "c", "here": False})
    assert (await client.post(path, json={"client": "a"})).json()["others"] == []


async def test_what_is_not_saved_is_kept_for_its_author_alone(client, carl):
    """Until it is empty, or the project is deleted for good."""
    path = f"/projects/{(await new_project(client))['id']}/unsaved"
    await client.put(path, json={"entries": '{"comment:new": {"text": "half"}}'})
    assert "half" in (await client.get(path)).json()["entries"]
    assert (await carl.get(path)).json() == {"entries": "", "at": None}
    too_long = await client.put(path, json={"entries": "x" * 400_001})
    assert too_long.json()["message_id"] == "incident.unsaved-too-long"
    await client.put(path, json={"entries": ""})
    assert (await client.get(path)).json()["entries"] == ""


async def test_the_state_of_video_follows_the_recorder(client, cameras, runtime):
    """Available, partly gone, gone: as the recorder has it now; asked for in the background."""
    now = datetime.now(UTC)
    oldest = (await runtime.parts.recorders.network.recorded(
        cameras["Lobby"], _interval(now - timedelta(days=3), now)
    ))[0].start  # fmt: skip
    project = await new_project(client)
    spans = {
        "available": (now - timedelta(minutes=5), now - timedelta(minutes=4)),
        "partly-gone": (oldest - timedelta(minutes=1), oldest + timedelta(minutes=1)),
    }
    for start, end in spans.values():
        body = {"footage": [{"camera": cameras["Lobby"], "start": start.isoformat(), "end": end.isoformat()}]}
        assert (await client.post(f"/projects/{project['id']}/sequences", json=body)).is_success

    async def settled() -> list[str] | None:
        answer = (await client.get(f"/projects/{project['id']}/sequences/states")).json()["states"]
        found = [one["video"]["state"] for one in answer]
        return found if "checking" not in found else None

    assert await until(settled, "the states") == list(spans)


def _interval(start: datetime, end: datetime):
    from incident_plugin.domain.time import Interval  # noqa: PLC0415 -- beside its only use

    return Interval(start, end)


async def test_every_row_of_the_log_is_written(client, cameras):
    """All that the manual lists and we add, each with a sentence, filtered by kind, person and field."""
    footage = {"camera": cameras["Yard"], "start": minutes_ago(4), "end": minutes_ago(3)}
    project = await new_project(client, footage=[footage], type="theft")
    path, sequence = f"/projects/{project['id']}", project["sequences"][0]["id"]
    await client.post(f"{path}/opened")
    for changes in (
        [{"field": "status", "before": "new", "after": "in-progress"}],
        [{"field": "category:severity", "before": None, "after": "high"}],
        [{"field": "data:reported", "before": None, "after": "2026-03-01T12:00:00Z"}],
        [{"field": "type", "before": "theft", "after": None}],
    ):
        assert (await client.patch(path, json={"changes": changes})).is_success
    comment = (await client.post(f"{path}/comments", json={"text": "2026-01-01T00:00:00Z"})).json()
    one = f"{path}/comments/{comment['comments'][0]['id']}"
    await client.put(one, json={"text": "edited", "seen": None})
    await client.delete(one)
    phoned = {"direction": "made", "at": minutes_ago(1)}
    call = (await client.post(f"{path}/calls", json=phoned)).json()["calls"][0]["id"]
    await client.put(f"{path}/calls/{call}", json={**phoned, "note": "x", "seen": None})
    await client.delete(f"{path}/calls/{call}")
    await client.post(f"{path}/viewed", json={"sequence": sequence})
    await client.post("/export-list", json={"projects": [project["id"]]})
    await client.post(f"{path}/report", json={})
    await client.post(f"{path}/report/printed")
    await client.post(f"{path}/report/saved")
    await client.put(f"{path}/sequences/{sequence}", json={"before": "", "note": "n"})
    await client.post(f"{path}/sequences/remove", json={"ids": [sequence]})
    await client.post(f"{path}/restore", json={"ids": [sequence]})
    await client.put(f"{path}/hold", json={"reason": "court"})
    await client.post(f"{path}/hold/lift", json={"reason": "over"})
    log = (await client.get(f"{path}/activity")).json()
    told = {entry["action"] for entry in log["entries"]}
    elsewhere = {
        "project.deleted",
        "project.purged",
        "project.restored",
        "entry.forgotten",
        "export.finished",
    }
    elsewhere |= {
        "video.preserved",
        "video.copy-damaged",
        "comment.restored",
        "call.restored",
        "project.related",
        "project.unrelated",
    }
    assert {a.value for a in Action if a.value.startswith(PARTS)} - told - elsewhere == set()
    assert log["fault"] is None
    said = {e["action"]: e["said"] for e in log["entries"]}
    assert any("at" in piece for piece in said["sequence.added"] if isinstance(piece, dict))
    assert all(isinstance(piece, str) for piece in said["comment.added"])
    fields = (await client.get(f"{path}/activity", params={"kind": "field", "limit": 2})).json()
    assert len(fields["entries"]) == 2
    assert fields["found"] > 2
    assert fields["total"] == len(log["entries"])
    past = (await client.get(f"{path}/activity", params={"target": "status", "limit": 9})).json()
    assert [(e["before"], e["after"]) for e in past["entries"]] == [("New", "In progress"), ("", "New")]
    nobody = (await client.get(f"{path}/activity", params={"person": "carl", "limit": 9})).json()
    assert nobody["entries"] == []
    lines = (await client.get(f"{path}/activity/lines")).text.splitlines()
    assert len(lines) == fields["total"]


#: Kinds of the actions that are done to incident projects.
PARTS = ("project.", "field.", "comment.", "call.", "sequence.", "video.", "export.sent", "report.", "hold.")
