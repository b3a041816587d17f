"""The whole way against a real recorder in a process of its own: ONVIF, RTSP, files."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import av
import pytest
from tests.programs import RECORDER_PASSWORD, RECORDER_USER

from incident_plugin.adapters.media import PyavWriter
from incident_plugin.adapters.onvif import OnvifDevice
from incident_plugin.domain.errors import NotFound, NoVideo, RecorderUnavailable
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.time import Interval

from .conftest import site_of

#: One loop for all: the recorder's clock is measured once.
pytestmark = pytest.mark.asyncio(loop_scope="session")

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def now() -> datetime:
    return datetime.now(UTC)


async def camera(site, name: str) -> CameraId:
    return next(camera.id for camera in await site.cameras() if camera.name == name)


async def test_cameras_are_found_with_lasting_ids(site, recorder_process):
    """Four recorded cameras; another session gives them the same ids in the same order."""
    cameras = await site.cameras()
    assert [camera.name for camera in cameras] == ["Lobby", "Corridor", "Parking", "Yard"]
    assert {(camera.recorder, camera.recorded) for camera in cameras} == {("Demo", True)}
    again = site_of(recorder_process)
    assert await again.cameras() == cameras
    await again.close()


async def test_its_clock_is_ours(site):
    """They share a clock: the measurement says so within its bound, which is finer than what is shown."""
    measured = await site.clock_offset(await camera(site, "Lobby"))
    assert abs(measured.offset) <= measured.uncertainty < SECOND


@pytest.mark.parametrize("fast", [7, -7])
async def test_a_wrong_clock_is_measured_to_a_fifth_of_a_second(recorder_process, fast):
    """A recorder seven seconds fast is told as 7.0 s ± 0.2 s: here our clock is slow by as much."""
    device = OnvifDevice(
        recorder_process.address,
        RECORDER_USER,
        RECORDER_PASSWORD,
        now=lambda: datetime.now(UTC) - fast * SECOND,
    )
    measured = await device.clock_offset()
    await device.close()
    assert abs(measured.offset - fast * SECOND) <= measured.uncertainty <= 0.2 * SECOND


async def test_spans_and_the_gap_are_found(site, recorder_process):
    """One span from the beginning up to now; on one camera a gap of a minute."""
    moment = now()
    wide = Interval(moment - 300 * MINUTE, moment + 60 * MINUTE)
    whole = await site.recorded(await camera(site, "Lobby"), wide)
    assert len(whole) == 1
    assert whole[0].start == recorder_process.since
    assert moment - 5 * SECOND < whole[0].end <= now() + SECOND
    first, second = await site.recorded(await camera(site, "Yard"), wide)
    assert second.start - first.end == MINUTE
    within = Interval(first.end - SECOND, first.end + SECOND)
    assert await site.recorded(await camera(site, "Yard"), within) == (Interval(within.start, first.end),)


async def test_live_pictures_come_at_once_and_are_now(site):
    """The first picture is a key picture, and its time is the present."""
    moment = now()
    async with site.live(await camera(site, "Parking")) as stream:
        units = []
        async for unit in stream:
            units.append(unit)
            if len(units) == 20:
                break
    assert units[0].key
    assert moment - 3 * SECOND < units[-1].time < now() + SECOND
    assert stream.track.codec_string.startswith("avc1.")


async def test_a_replay_covers_the_interval_exactly(site):
    """From the key picture at or before the start, to the last picture before the end, evenly spaced."""
    start = now() - 30 * MINUTE
    interval = Interval(start, start + 10 * SECOND)
    async with site.replay(await camera(site, "Lobby"), interval) as stream:
        units = [unit async for unit in stream]
    assert units[0].key
    assert units[0].time <= interval.start
    assert sum(unit.key for unit in units if unit.time <= interval.start) == 1
    assert interval.end - 0.1 * SECOND < units[-1].time < interval.end
    assert {b.pts - a.pts for a, b in pairwise(units)} == {6000}
    assert stream.losses == 0


async def test_a_replay_across_the_gap_keeps_it(site, tmp_path):
    """The file has the pictures on both sides and a minute between them."""
    yard = await camera(site, "Yard")
    first, second = await site.recorded(yard, Interval(now() - 300 * MINUTE, now()))
    interval = Interval(first.end - 2 * SECOND, second.start + 2 * SECOND)
    async with site.replay(yard, interval) as stream:
        written = await PyavWriter().write_mp4(tmp_path / "gap.mp4", stream.track, stream)
    with av.open(io.BytesIO((tmp_path / "gap.mp4").read_bytes())) as container:
        times = [float(packet.pts * packet.time_base) for packet in container.demux(video=0) if packet.size]
    steps = [b - a for a, b in pairwise(times)]
    assert max(steps) == pytest.approx(60 + 1 / 15, abs=0.01)
    assert sum(step > 0.1 for step in steps) == 1
    assert written is not None
    assert abs(written.delivered.end - interval.end) < 0.1 * SECOND


async def test_within_the_gap_there_is_no_video(site):
    """The operator is told so, and nothing else happens."""
    yard = await camera(site, "Yard")
    first, _ = await site.recorded(yard, Interval(now() - 300 * MINUTE, now()))
    gap = Interval(first.end + 10 * SECOND, first.end + 20 * SECOND)
    assert await site.recorded(yard, gap) == ()
    with pytest.raises(NoVideo, match="Choose another time"):
        async with site.replay(yard, gap):
            pass


async def test_the_files_pictures_can_all_be_decoded(site, tmp_path):
    """A player that is not ours decodes every picture of an export and of its fragments."""
    start = now() - 40 * MINUTE
    interval = Interval(start, start + 6 * SECOND)
    lobby = await camera(site, "Lobby")
    async with site.replay(lobby, interval) as stream:
        written = await PyavWriter().write_mp4(tmp_path / "a.mp4", stream.track, stream)
    async with site.replay(lobby, interval) as stream:
        pieces = [piece async for piece in PyavWriter().fragments(stream.track, stream)]
    assert written is not None
    for file in ((tmp_path / "a.mp4").read_bytes(), b"".join(pieces)):
        with av.open(io.BytesIO(file)) as container:
            assert sum(1 for _ in container.decode(video=0)) == written.frames


async def test_a_still_shows_the_recorded_moment(site):
    """The first picture of a replay becomes a JPEG."""
    start = now() - 50 * MINUTE
    async with site.replay(await camera(site, "Yard"), Interval(start, start + SECOND)) as stream:
        unit = await anext(aiter(stream))
        jpeg = await PyavWriter().still(stream.track, unit, width=320)
    assert jpeg.startswith(b"\xff\xd8\xff")


async def test_a_wrong_password_is_said_and_shows_in_health(recorder_process):
    """The recorder is there but refuses: the operator reads which and why."""
    site = site_of(recorder_process, password="wrong")
    with pytest.raises(RecorderUnavailable, match="refused the user name or password"):
        await site.cameras()
    (health,) = site.health
    assert health.recorder == "Demo"
    assert health.error is not None
    assert "refused the user name or password" in health.error
    await site.close()


async def test_an_unknown_camera_is_not_found(site):
    """Ids of other systems, or of cameras long gone."""
    with pytest.raises(NotFound, match="No recorder has this camera any more"):
        await site.recorded(CameraId("nobody:nothing"), Interval(now() - MINUTE, now()))


async def test_a_recorder_that_dies_is_noticed_everywhere(mortal):
    """kill -9 while a live stream runs: the stream breaks with a message, and so does the next call."""
    site = site_of(mortal)
    lobby = await camera(site, "Lobby")
    async with site.live(lobby) as stream:
        await anext(aiter(stream))
        mortal.kill()
        with pytest.raises(RecorderUnavailable, match="cannot be reached"):
            _ = [unit async for unit in stream]
    with pytest.raises(RecorderUnavailable, match="cannot be reached"):
        await site.clock_offset(lobby)
    assert site.health[0].error is not None
    await site.close()
