"""What the demo recorder offers beside pictures, by the adapters: a wrong clock, retention, PTZ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import av
import pytest
from tests.certificates import own_certificate
from tests.programs import RunningRecorder, running_recorder

from demo_recorder.cameras import cameras_with
from demo_recorder.encoder import GroupEncoder
from demo_recorder.strip import read_strip
from demo_recorder.timebase import first_frame_from, group_of
from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.domain.media import Codec, Motion, SoundCodec, SoundUnit
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


@pytest.fixture(scope="module")
def widened(tmp_path_factory) -> Iterator[tuple[RunningRecorder, str]]:
    """One that is encrypted, with a camera in H.265 and one that was set up anew; and its fingerprint."""
    file, fingerprint = own_certificate(tmp_path_factory.mktemp("recorder"))
    with running_recorder(
        "--certificate", str(file), "--h265", "corridor", "--renewed", "parking"
    ) as running:
        yield running, fingerprint


async def test_a_camera_in_h265_is_found_replayed_and_seen_live(widened):
    """Only Media2 names its codec; its NAL units come bit by bit as they were coded, and decode."""
    running, fingerprint = widened
    site = site_of(running, fingerprint=fingerprint)
    corridor = next(camera.id for camera in await site.cameras() if camera.name == "Corridor")
    start = running.since + 60 * SECOND
    async with site.replay(corridor, Interval(start, start + 2 * SECOND)) as stream:
        assert stream.track.codec is Codec.H265
        units = [unit async for unit in stream]
    async with site.live(corridor) as stream:
        assert (await anext(aiter(stream))).key
    await site.close()
    encoder = GroupEncoder(cameras_with(h265={"corridor"})[1], group_of(first_frame_from(start)))
    assert [unit.nals for unit in units] == [encoder.encode_next().nal_units for _ in range(30)]
    decoder = av.CodecContext.create("hevc", "r")
    pictures = [
        picture
        for unit in units
        for picture in decoder.decode(av.Packet(b"".join(b"\0\0\0\1" + nal for nal in unit.nals)))
    ] + decoder.decode(None)
    seen = [read_strip(picture.to_ndarray(format="gray")).moment for picture in pictures]
    assert seen[0] == start
    assert len(seen) == len(units) == 30


@pytest.mark.asyncio(loop_scope="session")
async def test_recorded_motion_is_found(site, recorder_process):
    """What moved while it was recorded, by our clock and in order; first how it was at the beginning."""
    cameras = {camera.name: camera.id for camera in await site.cameras()}
    start = (recorder_process.since + timedelta(minutes=30)).replace(second=5)
    events = await site.happened(cameras["Lobby"], Interval(start, start + timedelta(minutes=2)))
    assert {(event.camera, event.topic) for event in events} == {
        (cameras["Lobby"], "VideoSource/MotionAlarm")
    }
    told = [((event.at - start).total_seconds(), event.initial, event.active) for event in events]
    assert told == [
        (0, True, True),
        (10, False, False),
        (55, False, True),
        (70, False, False),
        (115, False, True),
    ]
    before = Interval(start - timedelta(days=2), start - timedelta(days=1))
    assert not any(event.active for event in await site.happened(cameras["Lobby"], before))


async def test_two_recordings_with_gaps_are_one_camera(widened):
    """A camera that was set up anew: its spans are those of both recordings, and one replay crosses them."""
    running, fingerprint = widened
    site, since = site_of(running, fingerprint=fingerprint), running.since
    parking = next(camera.id for camera in await site.cameras() if camera.name == "Parking")
    spans = await site.recorded(parking, Interval(since, since + timedelta(minutes=70)))
    edges = [((s.start - since) / SECOND, (s.end - since) / SECOND) for s in spans]
    assert edges == [(0, 1200), (1230, 2400), (2430, 3600), (3660, 4200)]
    across = Interval(spans[2].end - 2 * SECOND, spans[3].start + 2 * SECOND)
    async with site.replay(parking, across) as stream:
        units = [unit async for unit in stream]
    await site.close()
    assert len(units) == 60
    assert [units[at].time - across.start for at in (0, 15, 30)] == [0 * SECOND, SECOND, 62 * SECOND]


async def test_an_encrypted_recorder_is_encrypted_throughout(widened):
    """Questions, live pictures and recorded video over TLS; another certificate is refused by all of them."""
    running, fingerprint = widened
    site, impostor = (site_of(running, fingerprint=one) for one in (fingerprint, "ab" * 32))
    lobby = (await site.cameras())[0].id
    assert running.address.startswith("https://")
    async with site.live(lobby) as stream:
        assert (await anext(aiter(stream))).key
    with pytest.raises(RecorderUnavailable, match="another certificate than the one that was confirmed"):
        await impostor.cameras()
    await site.close()
    await impostor.close()


@pytest.mark.asyncio(loop_scope="session")
async def test_the_lobby_is_heard(site):
    """Sound comes beside the pictures when it is asked for: fifty pieces a second, each at its time."""
    cameras = {camera.name: camera.id for camera in await site.cameras()}
    start = datetime.now(UTC).replace(microsecond=0) - 600 * SECOND
    async with site.replay(cameras["Lobby"], Interval(start, start + 4 * SECOND), sound=True) as stream:
        assert stream.sound is not None
        assert (stream.sound.codec, stream.sound.rate) == (SoundCodec.PCMU, 8_000)
        heard = [unit async for unit in stream.mixed() if isinstance(unit, SoundUnit)]
    within = [unit for unit in heard if start <= unit.time < start + 4 * SECOND]
    assert [unit.time for unit in within] == [start + n * SECOND / 50 for n in range(200)]
    async with site.replay(cameras["Yard"], Interval(start, start + 2 * SECOND), sound=True) as stream:
        assert stream.sound is None
