"""Incident projects over HTTP, against a real recorder and a store on disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.support import SetLicence, host_services

from vms_hooks.host import LicenceState


def minutes_ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


async def new_project(client, **body) -> dict:
    response = await client.post("/projects", json={"description": "a fight", **body})
    assert response.status_code == 201, response.text
    return response.json()["project"]


async def actions(client, project: dict) -> list[str]:
    activity = (await client.get(f"/projects/{project['id']}/activity")).json()
    assert activity["fault"] is None
    return [entry["action"] for entry in activity["entries"]]


async def test_an_empty_project_is_listed_at_once_and_logged(client):
    """A new project is first in the list, with its first status and its creation logged."""
    first = await new_project(client, type="theft")
    second = await new_project(client)
    page = (await client.get("/projects")).json()
    assert [p["id"] for p in page["projects"]] == [second["id"], first["id"]]
    assert page["total"] == 2
    assert page["projects"][1]["status"] == "new"
    assert await actions(client, first) == ["project.created", "field.set", "field.set", "field.set"]


async def test_the_list_is_filtered_by_id_and_by_words_of_the_description(client):
    """The two filters of the list narrow it, alone and together."""
    one = await new_project(client, description="Bicycle stolen at the gate")
    await new_project(client, description="Window broken")
    by_text = (await client.get("/projects", params={"text": "STOLEN bicy"})).json()
    assert [p["id"] for p in by_text["projects"]] == [one["id"]]
    by_id = (await client.get("/projects", params={"id": one["id"], "text": "window"})).json()
    assert by_id["projects"] == []


async def test_footage_is_added_with_the_names_of_its_time(client, cameras):
    """A sequence from recorded video carries camera and recorder names and the interval asked for."""
    footage = {"camera": cameras["Lobby"], "start": minutes_ago(10), "end": minutes_ago(9)}
    project = await new_project(client, footage=[footage])
    (sequence,) = project["sequences"]
    assert sequence["footage"]["camera_name"] == "Lobby"
    assert sequence["added_by"] == {"id": "olivia", "name": "Olivia"}
    assert datetime.fromisoformat(sequence["footage"]["interval"]["start"]) == datetime.fromisoformat(
        footage["start"]
    )


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (5, 6, "before the start"),
        (5, 5, "same time"),
        (5, -5, "in the future"),
        (60 * 24, 60 * 23, "no recorded video"),
    ],
)
async def test_an_impossible_time_is_refused_with_its_own_words(client, cameras, start, end, words):
    """Reversed, empty, future and unrecorded time: each says what is wrong; nothing is added."""
    now = datetime.now(UTC)
    footage = {
        "camera": cameras["Lobby"],
        "start": (now - timedelta(minutes=start)).isoformat(),
        "end": (now - timedelta(minutes=end)).isoformat(),
    }
    response = await client.post("/drafts", json={"footage": [footage]})
    assert response.status_code == 422
    assert words in response.json()["detail"]
    assert (await client.get("/drafts")).json()["sequences"] == []


async def test_drafts_move_into_the_project_they_are_added_to(client, cameras):
    """Drafts leave the draft list and join the project together, added when the activity log says so."""
    project = await new_project(client)
    for name in ("Lobby", "Corridor"):
        footage = {"camera": cameras[name], "start": minutes_ago(4), "end": minutes_ago(3)}
        assert (await client.post("/drafts", json={"footage": [footage]})).status_code == 201
    drafts = (await client.get("/drafts")).json()["sequences"]
    response = await client.post(f"/projects/{project['id']}/sequences", json={"drafts": [drafts[0]["id"]]})
    (joined,) = response.json()["project"]["sequences"]
    assert joined["footage"]["camera_name"] == "Lobby"
    log = (await client.get(f"/projects/{project['id']}/activity")).json()["entries"]
    (entry,) = (one for one in log if one["action"] == "sequence.added")
    assert drafts[1]["added_at"] < joined["added_at"] <= entry["at"]
    assert [s["id"] for s in (await client.get("/drafts")).json()["sequences"]] == [drafts[1]["id"]]


async def test_two_operators_on_different_fields_both_keep_their_work(client):
    """Field-level save: a change to another field is no conflict; the same field shows both values."""
    project = await new_project(client)
    path = f"/projects/{project['id']}"
    status = {"field": "status", "before": "new", "after": "in-progress"}
    severity = {"field": "category:severity", "before": None, "after": "high"}
    assert (await client.patch(path, json={"changes": [status]})).status_code == 200
    saved = (await client.patch(path, json={"changes": [severity]})).json()
    assert saved["fields"]["status"] == "in-progress"
    assert saved["fields"]["category:severity"] == "high"
    late = {"field": "status", "before": "new", "after": "closed"}
    refused = await client.patch(path, json={"changes": [late]})
    assert refused.status_code == 409
    assert (refused.json()["field"], refused.json()["now"]) == ("status", "in-progress")
    assert (await client.get(path)).json()["fields"]["status"] == "in-progress"


async def test_an_over_long_description_is_refused_with_its_length(client):
    """100,001 characters: the message says how many there are and how many are possible."""
    response = await client.post("/projects", json={"description": "x" * 100_001})
    assert response.status_code == 422
    assert "100,001 characters; 100,000 are possible" in response.json()["detail"]
    assert (await client.get("/projects")).json()["total"] == 0


async def test_every_kind_of_work_on_a_project_is_in_its_activity_log(client, cameras):
    """Comments, calls, fields, sequences, opening and viewing are logged in order, with before and after."""
    footage = {"camera": cameras["Yard"], "start": minutes_ago(4), "end": minutes_ago(3)}
    project = await new_project(client, footage=[footage])
    path = f"/projects/{project['id']}"
    sequence = project["sequences"][0]["id"]
    await client.post(f"{path}/opened")
    comments = (await client.post(f"{path}/comments", json={"text": "first"})).json()["comments"]
    await client.put(f"{path}/comments/{comments[0]['id']}", json={"text": "second", "seen": None})
    await client.delete(f"{path}/comments/{comments[0]['id']}")
    call = {"direction": "made", "at": minutes_ago(1), "number": "112", "duration_seconds": 65}
    calls = (await client.post(f"{path}/calls", json=call)).json()["calls"]
    await client.put(f"{path}/calls/{calls[0]['id']}", json={**call, "person": "Police", "seen": None})
    await client.delete(f"{path}/calls/{calls[0]['id']}")
    await client.post(f"{path}/viewed", json={"sequence": sequence})
    await client.post(f"{path}/sequences/remove", json={"ids": [sequence]})
    assert (await actions(client, project))[4:] == [
        "project.opened",
        "comment.added",
        "comment.edited",
        "comment.deleted",
        "call.added",
        "call.edited",
        "call.deleted",
        "video.viewed",
        "sequence.removed",
    ]
    edited = (await client.get(f"{path}/activity")).json()["entries"][6]
    assert (edited["before"], edited["after"]) == ("first", "second")


async def test_a_deleted_project_is_gone_and_its_log_stays(client):
    """Delete: afterwards every action on it says so, and its activity log can still be read and verified."""
    project = await new_project(client)
    path = f"/projects/{project['id']}"
    assert (await client.delete(path)).status_code == 200
    gone = await client.post(f"{path}/comments", json={"text": "too late"})
    assert gone.status_code == 404
    assert gone.json()["title"] == "Cannot save comment. Try again later."
    assert (await client.delete(path)).json()[
        "title"
    ] == "Cannot perform this action. Please refresh the list."
    assert (await actions(client, project))[-1] == "project.deleted"


class TestExpiredLicence:
    """An expired licence refuses new projects only."""

    @pytest.fixture
    def host(self, tmp_path):
        return host_services(tmp_path, licence=SetLicence(LicenceState.EXPIRED))

    async def test_no_new_project(self, client):
        """The refusal says why and what to do, and reading goes on."""
        refused = await client.post("/projects", json={"description": "new"})
        assert refused.status_code == 403
        assert "Renew it." in refused.json()["detail"]
        assert (await client.get("/projects")).status_code == 200

    async def test_a_running_collection_is_saved_and_work_goes_on(self, client, cameras, host):
        """What began before the end of the licence is kept; work goes on, and nothing new begins."""
        feed = {"client": "tab-1", "cameras": [cameras["Lobby"]]}
        host.licence.state = LicenceState.VALID
        collection = (await client.post("/collections", json=feed)).json()["id"]
        host.licence.state = LicenceState.EXPIRED
        assert (await client.post("/collections", json=feed)).status_code == 403
        saved = await client.post(f"/collections/{collection}/save", json={"description": "in time"})
        assert saved.status_code == 201
        path = f"/projects/{saved.json()['id']}"
        assert (await client.post(f"{path}/comments", json={"text": "still here"})).status_code == 200
        assert (await client.post(f"{path}/report", json={})).status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"descriptio": "typo"}', b'{"description": 5}', b"\xff\xfe", b"null"],
)
async def test_a_body_that_is_no_request_is_refused(client, body):
    """Broken JSON, wrong types and unknown keys are refused in words, and make no project."""
    response = await client.post("/projects", content=body)
    assert response.status_code == 422
    assert response.json()["message_id"] == "incident.invalid-input"
    assert (await client.get("/projects")).json()["total"] == 0


async def test_a_body_of_megabytes_is_refused(client):
    """What is larger than any request of ours is not read to its end."""
    assert (await client.post("/projects", content=b"x" * (2 << 20))).status_code == 413


@pytest.mark.parametrize("project", ["0", "-1", "1e3", "\uff19", "99999999999999999999", "..%2f..%2fetc"])
async def test_an_id_from_elsewhere_is_refused(client, project):
    """Ids that no project can have are refused, never a server error."""
    assert (await client.get(f"/projects/{project}")).status_code in (404, 422)
