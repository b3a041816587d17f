"""What the plug-in tells its host: health, cameras, timeline, holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support import OPERATOR, host_services

from incident_plugin.bootstrap import RecorderSettings, Settings, assemble
from incident_plugin.runtime import IncidentRuntime
from vms_hooks.values import Interval, Target


async def test_a_healthy_plugin_says_so(runtime):
    """Store, recorder and background work are each asked, and all are well."""
    health = await runtime.health()
    assert health.ok
    assert [part.name for part in health.parts] == ["store", "recorder", "background work"]


async def test_a_store_that_is_gone_is_said(runtime):
    """When the store does not answer, the host learns which part it is and why."""
    runtime.parts.store.close()
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
    marks = {row.camera: [mark.target for mark in row.marks] for row in rows}
    assert marks == {
        cameras["Lobby"]: [Target(tab="incidents", path=str(project))],
        cameras["Yard"]: [],
    }
    assert all(row.spans and not row.incomplete for row in rows)
    (hold,) = await runtime.media_holds(cameras["Lobby"], hour)
    assert hold.interval == Interval(start=start, end=end)
    assert str(project) in hold.reason
