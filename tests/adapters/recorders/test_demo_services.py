"""What the demo recorder offers beside pictures, by the adapters: a wrong clock, retention, PTZ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incident_plugin.domain.media import Motion
from incident_plugin.domain.time import Interval

from .conftest import site_of

SECOND = timedelta(seconds=1)


async def test_a_recorder_seven_seconds_fast_is_measured_and_corrected(fast):
    """7.0 s within 0.2 s; what is recorded and shown is at our times."""
    site = site_of(fast)
    door = (await site.cameras())[0].id
    measured = await site.clock_offset(door)
    assert abs(measured.offset - 7 * SECOND) <= 0.2 * SECOND
    assert measured.uncertainty <= 0.2 * SECOND
    now = datetime.now(UTC)
    (span,) = await site.recorded(door, Interval(now - 60 * SECOND, now + 60 * SECOND))
    assert abs(span.end - datetime.now(UTC)) < 4 * SECOND
    async with site.live(door) as stream:
        unit = await anext(aiter(stream))
    assert abs(unit.time - datetime.now(UTC)) < 4 * SECOND
    assert await site.keeps_for(door) == timedelta(days=14)
    await site.close()


@pytest.mark.asyncio(loop_scope="session")
async def test_one_camera_moves(site):
    """Yard has motors: it moves, stops, and goes where it is sent; the others have none."""
    cameras = {camera.name: camera for camera in await site.cameras()}
    assert [name for name, camera in cameras.items() if camera.ptz] == ["Yard"]
    yard = cameras["Yard"].id
    presets = await site.presets(yard)
    assert [preset.name for preset in presets] == ["Gate", "Door"]
    await site.move(yard, Motion(pan=0.5, tilt=0.0, zoom=0.1), lasting=SECOND)
    await site.stop(yard)
    await site.go_to(yard, presets[0].token)


@pytest.mark.asyncio(loop_scope="session")
async def test_motion_is_told_where_the_person_walks(site):
    """First how it is: on one of the four cameras somebody moves, by the camera's own id."""
    ids = {camera.id for camera in await site.cameras()}
    async with site.watch() as events:
        first = [await anext(events) for _ in range(4)]
    assert {event.camera for event in first} == ids
    assert sum(event.active for event in first) == 1
    assert {(event.topic, event.initial) for event in first} == {("VideoSource/MotionAlarm", True)}
