"""Live view over RTSP, as a client sees it."""

import asyncio
import json
import re
import shutil
import subprocess
from base64 import b64decode
from datetime import timedelta
from itertools import pairwise
from struct import unpack_from
from urllib.parse import quote

import pytest
from tests.programs import RunningRecorder
from tests.waiting import PATIENCE

from demo_recorder.cameras import CAMERAS, Camera
from demo_recorder.timebase import FrameNumber, clean_point, latest_frame, milliseconds_of, moment_of, ntp_of

from .conftest import ACCOUNT, RtspSide
from .decoding import strips


async def watched(rtsp: RtspSide, camera: Camera) -> None:
    client = await rtsp.connect()
    newest = latest_frame(rtsp.clock())
    await client.play(f"live/{camera.token}")
    readings = strips(frame.unit for frame in await client.take(33))
    first = latest_frame(readings[0].moment + timedelta(milliseconds=1))
    assert newest - 30 < first <= latest_frame(rtsp.clock())
    assert first == clean_point(first)
    assert [reading.time_ms for reading in readings] == [
        milliseconds_of(FrameNumber(first + index)) for index in range(33)
    ]
    assert {reading.camera for reading in readings} == {camera.number}
    assert moment_of(FrameNumber(first + 32)) <= rtsp.clock(), "no frame comes before its time"


async def test_live_frames_carry_present_times(rtsp: RtspSide) -> None:
    """On all cameras every frame from the newest key frame on comes, decodes, and says its true time."""
    await asyncio.gather(*(watched(rtsp, camera) for camera in CAMERAS))


async def test_live_bits_are_the_recorded_bits(rtsp: RtspSide) -> None:
    """What was watched is found in the recording unchanged, frame by frame."""
    watching, replaying = await rtsp.connect(), await rtsp.connect()
    await watching.play("live/parking")
    live = await watching.take(10)
    start = strips([live[0].unit])[0].moment
    text = f"{start:%Y%m%dT%H%M%S}Z"
    await replaying.replay("replay/rec_parking", text)
    recorded = await replaying.take(10)
    assert [frame.unit for frame in live] == [frame.unit for frame in recorded]


async def test_a_sender_report_ties_rtp_time_to_utc(rtsp: RtspSide) -> None:
    """The first report comes before the first frame, and is exact."""
    client = await rtsp.connect()
    await client.play("live/lobby")
    (frame,) = await client.take(1)
    version, kind, _, _, ntp, timestamp, _, _ = unpack_from(">BBHIQIII", client.reports[0])
    reading = strips([frame.unit])[0]
    assert (version >> 6, kind) == (2, 200)
    assert timestamp == frame.timestamp
    assert ntp == ntp_of(latest_frame(reading.moment + timedelta(milliseconds=1)))


async def test_rtp_timestamps_count_frames(rtsp: RtspSide) -> None:
    """6,000 ticks of 90 kHz from frame to frame; RTP-Info names the first packet."""
    client = await rtsp.connect()
    reply = await client.play("live/lobby")
    frames = await client.take(5)
    steps = {(after.timestamp - before.timestamp) % (1 << 32) for before, after in pairwise(frames)}
    assert steps == {6000}
    info = dict(part.split("=", 1) for part in reply.headers["rtp-info"].split(";"))
    assert int(info["rtptime"]) == frames[0].timestamp
    assert info["url"] == client.url("live/lobby/video")


async def test_a_slow_viewer_goes_on_with_a_key_frame(rtsp: RtspSide) -> None:
    """Whoever falls behind misses frames, but gets a picture that decodes at once."""
    client = await rtsp.connect()
    await client.play("live/yard")
    await client.take(1)
    rtsp.clock.shift += timedelta(seconds=20)
    frames = await client.take(35)
    steps = [(after.timestamp - before.timestamp) % (1 << 32) for before, after in pairwise(frames)]
    jump = next(index for index, step in enumerate(steps) if step != 6000)
    assert frames[jump + 1].is_key
    assert steps[jump] % 6000 == 0
    assert set(steps[jump + 1 :]) == {6000}


async def test_pause_stops_and_play_goes_on_with_the_present(rtsp: RtspSide) -> None:
    """A paused live view costs nothing and comes back live, on a key frame."""
    client = await rtsp.connect()
    await client.play("live/lobby")
    await client.take(1)
    assert (await client.request("PAUSE", "live/lobby")).status == 200
    client.waiting.clear()
    assert (await client.request("PAUSE", "live/lobby")).status == 455
    rtsp.clock.shift += timedelta(seconds=30)
    moment = rtsp.clock()
    assert (await client.request("PLAY", "live/lobby")).status == 200
    (frame,) = await client.take(1)
    assert frame.is_key
    assert moment - timedelta(seconds=5) < strips([frame.unit])[0].moment < rtsp.clock()


async def test_the_description_has_what_a_decoder_needs(rtsp: RtspSide) -> None:
    """The SDP's parameter sets are those in front of the key frame."""
    client = await rtsp.connect()
    reply = await client.request("DESCRIBE", "live/corridor")
    sdp = reply.body.decode()
    assert reply.headers["content-base"] == client.url("live/corridor/")
    sprop = re.search(r"sprop-parameter-sets=(\S+)", sdp)
    profile = re.search(r"profile-level-id=(\w+)", sdp)
    assert sprop
    assert profile
    await client.play("live/corridor")
    (frame,) = await client.take(1)
    assert tuple(map(b64decode, sprop[1].split(","))) == frame.unit.nal_units[:2]
    assert bytes.fromhex(profile[1]) == frame.unit.nal_units[0][1:4]
    assert "a=range:npt=now-" in sdp


async def test_teardown_ends_the_session(rtsp: RtspSide) -> None:
    """After TEARDOWN nothing comes, and the session is unknown."""
    client = await rtsp.connect()
    await client.play("live/lobby")
    await client.take(1)
    assert (await client.request("GET_PARAMETER", "live/lobby")).status == 200
    assert (await client.request("TEARDOWN", "live/lobby")).status == 200
    assert (await client.request("PLAY", "live/lobby")).status == 454


async def test_one_stalled_viewer_does_not_hold_up_another(rtsp: RtspSide) -> None:
    """A client that reads nothing is alone with its trouble."""
    stalled, reading = await rtsp.connect(), await rtsp.connect()
    await stalled.play("live/lobby")
    await reading.play("live/lobby")
    frames = await reading.take(35)
    assert len(frames) == 35


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
async def test_an_independent_reader_plays_live(device: RunningRecorder) -> None:
    """ffprobe, which knows nothing of this recorder, finds the stream and its frames."""
    address = f"rtsp://{ACCOUNT.username}:{quote(ACCOUNT.password)}@127.0.0.1:{device.rtsp_port}/live/yard"
    options = ["-read_intervals", "%+1", "-show_packets", "-show_streams", "-of", "json"]
    command = ["ffprobe", "-v", "error", "-rtsp_transport", "tcp", *options]
    probe = await asyncio.to_thread(
        subprocess.run, [*command, address], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    found = json.loads(probe.stdout)
    stream = found["streams"][0]
    assert (stream["codec_name"], stream["profile"]) == ("h264", "Constrained Baseline")
    assert (stream["width"], stream["height"], stream["has_b_frames"]) == (640, 360, 0)
    assert (stream["avg_frame_rate"], stream["level"]) == ("15/1", 31)
    assert found["packets"][0]["flags"].startswith("K")
    assert len(found["packets"]) >= 10
    assert probe.stderr == ""
