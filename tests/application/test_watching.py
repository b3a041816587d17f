"""A camera that stopped recording and a clock that drifted are noticed; what is not known is not guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from incident_plugin.application.recorders.watching import RecordingWatch
from incident_plugin.application.video.footage import Cameras
from incident_plugin.domain.errors import NotFound, RecorderUnavailable
from incident_plugin.domain.media import Camera, CameraId, ClockOffset
from incident_plugin.domain.time import Interval
from tests.support import SetClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOBBY = Camera(id=CameraId("r1:lobby"), name="Lobby", recorder="Recorder 1")
YARD = Camera(id=CameraId("r2:yard"), name="Yard", recorder="Recorder 2")
DOOR = Camera(id=CameraId("r1:door"), name="Door", recorder="Recorder 1", recorded=False)


@attrs.define
class SetRecorders:
    """Recorders whose recordings and clocks a test sets."""

    until: dict[CameraId, datetime | None] = attrs.field(factory=dict)
    offsets: dict[CameraId, float] = attrs.field(factory=dict)
    refusing: dict[CameraId, Exception] = attrs.field(factory=dict)
    all_named: bool = True

    async def cameras(self) -> tuple[Camera, ...]:
        return (LOBBY, YARD, DOOR)

    async def recorded(self, camera: CameraId, interval: Interval) -> tuple[Interval, ...]:
        if camera in self.refusing:
            raise self.refusing[camera]
        end = self.until.get(camera, interval.end)
        return () if end is None or end <= interval.start else (Interval(interval.start, end),)

    async def clock_offset(self, camera: CameraId) -> ClockOffset:
        if camera in self.refusing:
            raise self.refusing[camera]
        return ClockOffset(
            offset=timedelta(seconds=self.offsets.get(camera, 0)),
            uncertainty=timedelta(seconds=0.5),
            measured_at=NOON,
        )


@pytest.fixture
def recorders() -> SetRecorders:
    return SetRecorders()


@pytest.fixture
async def watch(recorders: SetRecorders) -> RecordingWatch:
    cameras = Cameras(recorders)
    await cameras.refresh()
    minutes = timedelta(minutes=2)
    return RecordingWatch(cameras, recorders, SetClock(NOON), patience=minutes, drift=timedelta(seconds=2))


async def test_all_is_well(watch: RecordingWatch) -> None:
    """A camera that is not meant to be recorded is none that stopped."""
    found = await watch.look()
    assert (found.not_recorded, found.drifts, found.at) == ((), (), NOON)


async def test_a_camera_that_stopped_is_noticed_with_its_last_moment(
    watch: RecordingWatch, recorders: SetRecorders
) -> None:
    """After the patience, not before; when it records again, it is well again."""
    recorders.until = {LOBBY.id: NOON - timedelta(minutes=3), YARD.id: NOON - timedelta(minutes=1)}
    (stopped,) = (await watch.look()).not_recorded
    assert (stopped.camera, stopped.since) == (LOBBY, NOON - timedelta(minutes=3))
    recorders.until = {}
    assert (await watch.look()).not_recorded == ()


async def test_a_camera_without_any_recording_is_noticed(
    watch: RecordingWatch, recorders: SetRecorders
) -> None:
    """Nothing within an hour: since when is not known."""
    recorders.until = {YARD.id: None}
    (stopped,) = (await watch.look()).not_recorded
    assert (stopped.camera, stopped.since) == (YARD, None)


async def test_what_was_known_stays_while_the_recorder_is_away(
    watch: RecordingWatch, recorders: SetRecorders
) -> None:
    """A recorder that does not answer neither mends a camera nor breaks one; one that is gone is gone."""
    recorders.until = {LOBBY.id: None}
    await watch.look()
    recorders.refusing = {c.id: RecorderUnavailable("It is off.") for c in (LOBBY, YARD)}
    assert [one.camera for one in (await watch.look()).not_recorded] == [LOBBY]
    recorders.refusing[LOBBY.id] = NotFound("It was removed.")
    assert (await watch.look()).not_recorded == ()


@pytest.mark.parametrize(("seconds", "told"), [(2.4, False), (2.6, True), (-3.0, True), (-2.0, False)])
async def test_a_clock_that_is_surely_off_is_noticed(
    watch: RecordingWatch, recorders: SetRecorders, seconds: float, told: bool
) -> None:
    """Only when the offset is beyond the limit by more than its own uncertainty; once for each recorder."""
    recorders.offsets = {LOBBY.id: seconds}
    assert [drift.recorder for drift in (await watch.look()).drifts] == (["Recorder 1"] if told else [])
