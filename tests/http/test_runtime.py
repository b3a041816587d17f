"""What the plug-in tells its host: health, cameras, timeline, holds."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from tests.support import OPERATOR, host_services
from tests.waiting import until

from incident_plugin.adapters.evidence import KeyRing
from incident_plugin.adapters.system import ClockState
from incident_plugin.application.video import timeline
from incident_plugin.assembly import assemble
from incident_plugin.domain.media import ClockOffset
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import RecorderSettings, Settings, StorageSettings
from vms_hooks.values import Interval, Target


async def test_a_healthy_plugin_says_so(runtime):
    """Store, recorder and background work are each asked, and all are well."""
    health = await runtime.health()
    assert health.ok
    names = [part.name for part in health.parts]
    assert names == ["store", "recorder", "background work", "retention", "server clock", "disk"]
    assert [room.id for room in health.rooms] == ["store", "exports", "vault", "cache"]
    assert health.rooms[0].used > 0


async def test_a_store_that_is_gone_is_said(runtime):
    """When the store does not answer, the host learns which part it is and why."""
    runtime.parts.ground.store.close()
    health = await runtime.health()
    assert not health.ok
    (store,) = [part for part in health.parts if not part.ok]
    assert store.name == "store"
    assert store.detail


async def test_a_recorder_that_is_not_there_is_said_and_the_rest_works(tmp_path):
    """The plug-in starts without its recorder, says what to do, and incident work goes on."""
    settings = Settings(recorder=RecorderSettings(address="http://127.0.0.1:9/onvif/device_service"))
    runtime = IncidentRuntime(parts=assemble(host_services(tmp_path), settings))
    await runtime.start()
    try:
        health = await runtime.health()
        (recorder,) = [part for part in health.parts if not part.ok]
        assert recorder.name == "recorder"
        assert "127.0.0.1:9" in recorder.detail
        assert recorder.remedy
        assert await runtime.cameras(OPERATOR) == ()
    finally:
        await runtime.stop()


async def test_sequences_are_marks_on_the_timeline_and_held(runtime, client, cameras):
    """What is in a project is marked where it was recorded, leads to the project, and must not be deleted."""
    now = datetime.now(UTC)
    start, end = now - timedelta(minutes=20), now - timedelta(minutes=19)
    pick = {"camera": cameras["Lobby"], "start": start.isoformat(), "end": end.isoformat()}
    project = (await client.post("/projects", json={"footage": [pick]})).json()["project"]["id"]
    hour = Interval(start=now - timedelta(hours=1), end=now)
    rows = await runtime.timeline((cameras["Lobby"], cameras["Yard"]), hour, OPERATOR)
    marks = {row.camera: [mark.target for mark in row.marks if mark.target] for row in rows}
    assert marks == {
        cameras["Lobby"]: [Target(tab="incidents", path=str(project))],
        cameras["Yard"]: [],
    }
    assert all(row.spans for row in rows)
    (hold,) = await runtime.media_holds(cameras["Lobby"], hour)
    assert hold.interval == Interval(start=start, end=end)
    assert str(project) in hold.reason


async def test_what_the_recorder_noticed_is_on_the_timeline(runtime, cameras):
    """Fifteen seconds of each minute somebody walks by; it leads nowhere, and harms no recorded span."""
    now = datetime.now(UTC)
    ten = Interval(start=now - timedelta(minutes=20), end=now - timedelta(minutes=10))

    async def told():
        (row,) = await runtime.timeline((cameras["Corridor"],), ten, OPERATOR)
        assert row.spans
        return [] if row.incomplete else row.marks

    marks = await until(told, "everything that was noticed")
    assert {(mark.title, mark.target) for mark in marks} == {("Motion", None)}
    assert len(marks) in (10, 11)
    lengths = [mark.interval.end - mark.interval.start for mark in marks[1:-1]]
    assert all(timedelta(seconds=14) <= length <= timedelta(seconds=16) for length in lengths)


async def test_a_recorder_that_does_not_answer_harms_no_other_row(runtime, cameras, monkeypatch):
    """The host waits for a timeline for five seconds only: whoever is late says so in its own row."""
    now = datetime.now(UTC)
    hour = Interval(start=now - timedelta(hours=1), end=now)

    async def slow(camera, interval):
        if camera == cameras["Yard"]:
            await asyncio.Event().wait()
        return (interval,)

    monkeypatch.setattr(runtime.parts.recorders.network, "recorded", slow)
    monkeypatch.setattr(timeline, "_LONGEST", 0.5)
    lobby, yard = await runtime.timeline((cameras["Lobby"], cameras["Yard"]), hour, OPERATOR)
    assert lobby.spans == (hour,)
    assert (yard.spans, yard.incomplete.partition(".")[0]) == ((), "Its recorder has not answered yet")


def named(health, name):
    (part,) = [part for part in health.parts if part.name == name]
    return part


async def test_a_camera_that_is_not_recorded_is_a_warning_for_operators(runtime, cameras, monkeypatch):
    """The plug-in works on; who may see the camera is told, with the camera's name and what to do."""

    async def nothing(camera, interval):
        return ()

    monkeypatch.setattr(runtime.parts.recorders.network, "recorded", nothing)
    await runtime.parts.recorders.watch.look()
    health = await runtime.health()
    part = named(health, "recording of Yard")
    assert (part.ok, part.warning, part.for_operators, part.camera) == (True, True, True, cameras["Yard"])
    assert "Yard has not been recorded for more than an hour" in part.detail
    assert part.remedy
    assert health.ok


@pytest.mark.parametrize(
    ("offset", "told"),
    [
        (timedelta(seconds=7), "7 s (±0.5 s) ahead of"),
        (-timedelta(hours=1, seconds=17), "1:00:17 (±0.5 s) behind"),
    ],
)
async def test_a_recorder_with_another_time_is_a_warning(runtime, cameras, monkeypatch, offset, told):
    """How far, in which direction and how surely; and the clock of the server itself is looked at."""

    async def ahead(camera):
        return ClockOffset(offset=offset, uncertainty=timedelta(seconds=0.5), measured_at=datetime.now(UTC))

    monkeypatch.setattr(runtime.parts.recorders.network, "clock_offset", ahead)
    await runtime.parts.recorders.watch.look()
    health = await runtime.health()
    part = named(health, "clock of Recorder")
    assert part.warning
    assert part.detail.startswith(f"It is {told} the server's clock.")
    assert named(health, "server clock").detail


async def test_a_clock_that_nobody_keeps_right_is_a_warning(runtime, monkeypatch):
    """As the kernel was told by NTP, or was not; where it does not say, that is said."""
    state = ClockState(synchronised=False, error=timedelta(seconds=16))
    for given, warns in ((state, True), (attrs.evolve(state, synchronised=True), False), (None, False)):
        monkeypatch.setattr("incident_plugin.runtime.clock_state", lambda given=given: given)
        assert named(await runtime.health(), "server clock").warning is warns


async def test_a_signing_key_that_is_lost_or_ends_is_told(runtime, monkeypatch):
    """Before the night in which somebody needs a package; before the first one there is no key."""
    ring = KeyRing(runtime.parts.ground.folder / "keys/evidence")
    ring.rotate("site")
    assert named(await runtime.health(), "signing key").ok
    certificates = ring.known()
    soon = attrs.evolve(certificates[0], not_after=datetime.now(UTC) + timedelta(days=29))
    parts = attrs.evolve(runtime.parts.exports, certificates=lambda: (soon,))
    monkeypatch.setattr(runtime, "parts", attrs.evolve(runtime.parts, exports=parts))
    ends = named(await runtime.health(), "signing key")
    assert ends.warning
    assert f"{soon.not_after:%Y-%m-%d}" in ends.detail
    monkeypatch.undo()
    next((runtime.parts.ground.folder / "keys/evidence").rglob("key.pem")).unlink()
    lost = named(await runtime.health(), "signing key")
    assert not lost.ok
    assert "missing" in lost.detail


async def test_a_disk_with_little_space_and_a_full_room_are_told(tmp_path):
    """Little is a warning; almost nothing is a fault that operators see; a full room names its quota."""
    little = StorageSettings(low_disk_gb=10**7, exports_quota_gb=1e-6)
    runtime = IncidentRuntime(parts=assemble(host_services(tmp_path), Settings(storage=little)))
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "film.mp4").write_bytes(b"x" * 2000)
    await runtime.start()
    try:
        health = await runtime.health()
    finally:
        await runtime.stop()
    disk, exports = named(health, "disk"), named(health, "Finished exports")
    assert (disk.ok, disk.for_operators) == (False, True)
    assert "Saving will fail soon" in disk.detail
    assert (exports.ok, exports.warning, exports.for_operators) == (True, True, True)
    assert "2.0 kB of 1.0 kB are used" in exports.detail
    (room,) = [room for room in health.rooms if room.id == "exports"]
    assert (room.used, room.quota) == (2000, 1000)
