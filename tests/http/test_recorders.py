"""Recorder administration over HTTP, with two real recorders."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.programs import RECORDER_PASSWORD, RECORDER_USER, RunningRecorder, running_recorder
from tests.serving import closed_port

from incident_plugin.domain.journal import AUDIT
from vms_hooks.values import Interval

SECRET = "north-secret-9f3"


@pytest.fixture(scope="module")
def north() -> Iterator[RunningRecorder]:
    """A second recorder of the same make: even its serial number is the same."""
    with running_recorder(password=SECRET) as running:
        yield running


def entered(recorder: RunningRecorder, **changes):
    return {
        "name": "North",
        "address": recorder.address,
        "username": RECORDER_USER,
        "password": SECRET,
        **changes,
    }


async def walked(client, body) -> dict[str, dict]:
    """The steps of a test as they ended."""
    steps = {}
    async with client.stream("POST", "/recorder-test", json=body) as response:
        assert response.status_code == 200
        async for line in response.aiter_lines():
            step = json.loads(line)
            steps[step["step"]] = step
    return steps


async def added(client, recorder, **changes) -> dict:
    response = await client.post("/recorders", json=entered(recorder, **changes))
    assert response.status_code == 201, response.text
    return response.json()


def audited(runtime) -> list[str]:
    entries = runtime.parts.ground.store.entries(AUDIT)
    return [f"{e.activity.action}: {e.activity.before} > {e.activity.after}" for e in entries]


class TestAdding:
    async def test_its_cameras_are_there_at_once_and_stay_apart(self, client, runtime, north, cameras):
        """No restart; cameras with one serial number at two recorders are two cameras."""
        recorder = await added(client, north)
        assert recorder["state"]["error"] is None
        assert recorder["has_password"]
        names = [camera.name for camera in runtime.parts.recorders.cameras.known]
        assert sorted(names) == sorted(2 * ["Lobby", "Corridor", "Parking", "Yard"])
        theirs = (await client.get(f"/recorders/{recorder['id']}/cameras")).json()["cameras"]
        assert not {camera["id"] for camera in theirs} & set(cameras.values())
        lobby = next(camera["id"] for camera in theirs if camera["name"] == "Lobby")
        end = datetime.now(UTC) - timedelta(minutes=5)
        wanted = {"start": (end - timedelta(seconds=2)).isoformat(), "end": end.isoformat()}
        video = await client.get(f"/video/{lobby}", params=wanted)
        assert video.status_code == 200

    async def test_the_password_is_kept_by_the_host_and_nowhere_else(self, client, runtime, host, north):
        """Neither in answers nor in the store's files nor in the audit log."""
        recorder = await added(client, north)
        listed = (await client.get("/recorders")).text
        assert SECRET not in listed + json.dumps(recorder) + "".join(audited(runtime))
        assert host.secrets.get(recorder["password_secret"]) == SECRET
        for file in host.storage.rglob("*"):
            assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file

    async def test_it_is_there_after_a_restart(self, client, runtime, host, north):
        """The store has it and the host its password: the next start uses it."""
        await added(client, north)
        kept = runtime.parts.ground.store
        with kept.read() as reading:
            (config,) = reading.recorders.all()
        assert (config.name, config.address) == ("North", north.address)
        # That its cameras had to be told apart is kept: they have these ids whoever answers first.
        assert config.apart
        assert host.secrets.get(config.password_secret) == SECRET

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"address": "not an address"}, "not the address of a recorder"),
            ({"address": "http://admin:pw@192.0.2.7/"}, "Leave user name and password out"),
            ({"name": " "}, "needs a name"),
            ({"name": "Recorder"}, "Another recorder is called “Recorder”"),
            ({"tls": "pinned", "fingerprint": "zz"}, "64 hexadecimal digits"),
        ],
    )
    async def test_what_cannot_work_is_refused(self, client, runtime, north, wrong, said):
        """In its own words, and nothing is kept of it."""
        response = await client.post("/recorders", json=entered(north, **wrong))
        assert response.status_code == 422
        assert said in response.json()["detail"]
        known = response.json()["message_id"] == "incident.recorder-known"
        assert known is ("Another recorder" in said)
        assert not any("recorder.added" in row for row in audited(runtime))


class TestChanging:
    async def test_a_change_takes_effect_and_is_audited(self, client, runtime, north):
        """Its name changes for operators, and the log has before and after, without passwords."""
        recorder = await added(client, north)
        body = {k: v for k, v in entered(north, name="Warehouse").items() if k != "password"}
        changed = await client.put(f"/recorders/{recorder['id']}", json={**body, "revision": 0})
        assert changed.status_code == 200
        assert changed.json()["revision"] == 1
        assert "Warehouse" in {camera.recorder for camera in runtime.parts.recorders.cameras.known}
        assert any("recorder.changed: North" in r and "> Warehouse" in r for r in audited(runtime))
        stale = await client.put(f"/recorders/{recorder['id']}", json={**body, "revision": 0})
        assert stale.status_code == 409

    async def test_a_password_is_not_sent_to_another_computer(self, client, north):
        """Who may change addresses does not thereby learn passwords; nor by testing."""
        recorder = await added(client, north)
        elsewhere = {k: v for k, v in entered(north).items() if k != "password"}
        elsewhere["address"] = north.address.replace("127.0.0.1", "localhost")
        changed = await client.put(f"/recorders/{recorder['id']}", json={**elsewhere, "revision": 0})
        assert changed.status_code == 422
        assert "Enter the password again" in changed.json()["detail"]
        assert changed.json()["message_id"] == "incident.recorder-moved"
        steps = await walked(client, {**elsewhere, "recorder": recorder["id"]})
        assert steps["sign-in"]["state"] == "failed"

    async def test_one_id_at_the_host_makes_one_camera(self, client, runtime, north, cameras):
        """Mapped to the id of the other recorder's camera it is that camera, with the video of both."""
        recorder = await added(client, north)
        theirs = (await client.get(f"/recorders/{recorder['id']}/cameras")).json()["cameras"]
        own = next(camera["own"] for camera in theirs if camera["name"] == "Lobby")
        body = {k: v for k, v in entered(north).items() if k != "password"}
        mapped = {"cameras": {own: cameras["Lobby"]}, "revision": 0}
        assert (await client.put(f"/recorders/{recorder['id']}", json={**body, **mapped})).status_code == 200
        named = [c for c in await runtime.parts.recorders.cameras.refresh() if c.name == "Lobby"]
        assert [camera.id for camera in named] == [cameras["Lobby"]]
        now = datetime.now(UTC)
        hour = Interval(start=now - timedelta(hours=1), end=now)
        assert await runtime.parts.recorders.network.recorded(cameras["Lobby"], hour)


class TestRemoving:
    async def test_it_takes_its_cameras_and_its_password_with_it(self, client, runtime, host, north, cameras):
        """At once; the other recorder's cameras stay."""
        recorder = await added(client, north)
        assert (await client.delete(f"/recorders/{recorder['id']}")).status_code == 204
        assert {camera.id for camera in runtime.parts.recorders.cameras.known} == set(cameras.values())
        assert host.secrets.get(recorder["password_secret"]) is None
        assert any("recorder.removed" in row for row in audited(runtime))
        listed = (await client.get("/recorders")).json()["recorders"]
        assert [one["name"] for one in listed] == ["Recorder"]

    async def test_the_one_of_the_configuration_file_stays(self, client):
        """It is changed where it stands."""
        refused = await client.delete("/recorders/configured-1")
        assert refused.status_code == 422
        assert "configuration file" in refused.json()["detail"]
        assert refused.json()["message_id"] == "incident.recorder-configured"


class TestTesting:
    async def test_every_step_of_a_good_recorder_passes(self, client, north):
        """From its name to its recorded video; without TLS that one step does not apply."""
        steps = await walked(client, entered(north))
        states = {name: step["state"] for name, step in steps.items()}
        assert states == {
            **dict.fromkeys(("resolve", "tcp", "soap", "clock", "sign-in", "services"), "passed"),
            **dict.fromkeys(("cameras", "stream", "search", "replay"), "passed"),
            "tls": "skipped",
        }
        assert "H264" in steps["replay"]["technical"]
        assert SECRET not in json.dumps(steps)

    async def test_a_wrong_password_is_the_step_that_failed(self, client, north):
        """What stands on it is not tried, and says so."""
        steps = await walked(client, entered(north, password="wrong"))
        assert steps["sign-in"]["state"] == "failed"
        assert "refused the user name or password" in steps["sign-in"]["said"]
        assert "NotAuthorised" in steps["sign-in"]["technical"]
        assert {steps[n]["state"] for n in ("services", "cameras", "stream", "replay")} == {"skipped"}

    async def test_a_port_where_nobody_answers_is_said_at_once(self, client, north):
        """With what to do for an operator, and address and error for an engineer."""
        with closed_port() as port:
            began = time.monotonic()
            steps = await walked(client, entered(north, address=f"127.0.0.1:{port}"))
            assert time.monotonic() - began < 5
        assert steps["tcp"]["state"] == "failed"
        assert "Check the port" in steps["tcp"]["remedy"]
        assert f"127.0.0.1:{port}" in steps["tcp"]["technical"]

    async def test_what_is_not_encrypted_is_told_apart_from_a_bad_certificate(self, client, north):
        """https at a port that speaks http: the step says what to enter instead."""

        async def plain(_reader, writer):
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            steps = await walked(client, entered(north, address=f"https://127.0.0.1:{port}"))
        assert steps["tls"]["state"] == "failed"
        assert "http://" in steps["tls"]["remedy"]

    async def test_an_existing_recorder_is_tested_with_its_kept_password(self, client):
        """Nobody has to know it for that."""
        (one,) = (await client.get("/recorders")).json()["recorders"]
        body = {"name": one["name"], "address": one["address"], "username": one["username"]}
        steps = await walked(client, {**body, "recorder": one["id"]})
        assert steps["sign-in"]["state"] == "passed"
        assert RECORDER_PASSWORD not in json.dumps(steps)
