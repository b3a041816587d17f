"""What no screen of ours sends is refused with a reason, and never with "something unexpected happened"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

EDGES = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9Z")


async def created(client) -> int:
    return (await client.post("/projects", json={})).json()["project"]["id"]


@pytest.mark.parametrize("seconds", [10**15, -1, 86_401, 10**300])
async def test_a_call_of_impossible_length(client, seconds):
    """The call is not saved, and the duration is named."""
    call = {"direction": "made", "at": "2026-01-01T00:00:00Z", "duration_seconds": seconds}
    response = await client.post(f"/projects/{await created(client)}/calls", json=call)
    assert response.status_code == 422, response.text


@pytest.mark.parametrize("number", [10**30, 10**15, 0, -1])
async def test_a_project_number_that_no_store_can_keep(client, number):
    """Nothing is sent for export."""
    response = await client.post("/export-list", json={"projects": [number]})
    assert response.status_code == 422, response.text


@pytest.mark.parametrize("at", EDGES)
async def test_a_picture_from_the_edge_of_the_calendar(client, cameras, at):
    """Clocks and margins cannot be added to such an instant: it is refused before that."""
    response = await client.get(f"/stills/{cameras['Lobby']}", params={"at": at})
    assert response.status_code == 422
    assert "outside the calendar" in response.json()["detail"]


async def test_footage_from_the_edge_of_the_calendar(client, cameras):
    """The same for what is picked and for recorded video."""
    footage = {"camera": cameras["Lobby"], "start": EDGES[0], "end": "2026-01-01T00:00:00Z"}
    assert (await client.post("/drafts", json={"footage": [footage]})).status_code == 422
    span = {"start": EDGES[0], "end": "0001-01-01T00:00:30Z"}
    assert (await client.get(f"/video/{cameras['Lobby']}", params=span)).status_code == 422


async def test_a_project_that_never_was_and_one_that_was_deleted(client, host):
    """Who comes too late is told who deleted it and when; a number that never was is not called deleted."""
    project = await created(client)
    unknown = (await client.get(f"/projects/{project + 1}")).json()
    assert unknown["detail"] == f"There is no incident project {project + 1}. Nothing was changed."
    assert (await client.delete(f"/projects/{project}")).status_code == 200
    told = (await client.post(f"/projects/{project}/comments", json={"text": "too late"})).json()
    assert told["title"] == "Cannot save comment. Try again later."
    assert f"Olivia deleted incident project {project} at 20" in told["detail"]
    moment = told["detail"].partition(" at ")[2][:19]
    # In the site's zone, as its people read it.
    deleted = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(host.site.time_zone))
    assert timedelta(0) <= datetime.now(UTC) - deleted < timedelta(minutes=1)


@pytest.mark.parametrize("seconds", [0, -1, 86_401, 10**30])
async def test_still_pictures_impossibly_far_apart(client, seconds):
    """Refused where they are chosen, not where they would be counted."""
    response = await client.post("/export-list/estimate", json={"stills_every": seconds})
    assert response.status_code == 422
    assert "a second to a day" in response.json()["detail"]


@pytest.mark.parametrize("file", ["\u202e\u0301", "****", "YQ"])
async def test_a_key_that_is_no_base64(client, file):
    """The key in use stays."""
    response = await client.post("/evidence-keys", json={"file": file})
    assert response.status_code == 422
    assert "left as it is" in response.json()["detail"]


@pytest.mark.parametrize("address", ["../../etc/passwd", "a" * 64, "a..b"])
async def test_a_recorder_with_a_name_that_no_name_service_takes(client, address):
    """It is added like one that does not answer yet, and its test says what is wrong."""
    added = await client.post("/recorders", json={"name": "North", "address": address})
    assert added.status_code in {201, 422}, added.text
    tested = await client.post("/recorder-test", json={"name": "North", "address": address})
    assert "name" in tested.text
