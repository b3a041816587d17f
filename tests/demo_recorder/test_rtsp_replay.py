"""ONVIF replay over RTSP, as a client sees it."""

import asyncio
import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from demo_recorder.recording import Recording
from demo_recorder.rtsp.target import clock_text
from demo_recorder.timebase import FrameNumber, latest_frame, milliseconds_of, moment_of, ntp_of

from .conftest import ACCOUNT, RtspSide
from .decoding import strips
from .rtsp_client import Frame, RtspClient

SECOND = timedelta(seconds=1)


def began(recording: Recording) -> datetime:
    return moment_of(recording.start)


def at(moment: datetime) -> str:
    return clock_text(moment)


def number_of(frame: Frame) -> FrameNumber:
    """The frame's number by its replay extension."""
    assert frame.ntp is not None
    seconds = (frame.ntp >> 32) - 2_208_988_800
    number = FrameNumber(seconds * 15 + ((frame.ntp & 0xFFFF_FFFF) * 15 >> 32))
    assert ntp_of(number) == frame.ntp
    return number


async def test_an_interval_is_delivered_from_its_clean_point_to_its_end(rtsp: RtspSide) -> None:
    """Pre-roll to the key frame before the start, then every frame up to the end, which is not included."""
    start = began(rtsp.recording("lobby")) + timedelta(minutes=5, seconds=1.2)
    client = await rtsp.connect()
    reply = await client.replay("replay/rec_lobby", at(start), at(start + 5 * SECOND))
    frames = await client.take_all()
    numbers = [number_of(frame) for frame in frames]
    first = latest_frame(start - 1.2 * SECOND)
    assert numbers == list(range(first, latest_frame(start + 5 * SECOND)))
    assert [frame.flags for frame in frames] == ["C" if n % 30 == 0 else "" for n in numbers[:-1]] + ["T"]
    assert reply.headers["range"] == f"clock={at(moment_of(first))}-{at(start + 5 * SECOND)}"


async def test_replayed_frames_carry_their_true_times(rtsp: RtspSide) -> None:
    """Time strip, replay extension and RTP timestamps agree on every frame."""
    start = began(rtsp.recording("corridor")) + timedelta(minutes=30)
    client = await rtsp.connect()
    await client.replay("replay/rec_corridor", at(start), at(start + 4 * SECOND))
    frames = await client.take_all()
    readings = strips(frame.unit for frame in frames)
    assert [reading.time_ms for reading in readings] == [milliseconds_of(number_of(one)) for one in frames]
    assert {reading.camera for reading in readings} == {2}
    ticks = [(frame.timestamp - frames[0].timestamp) % (1 << 32) for frame in frames]
    assert ticks == [6000 * index for index in range(60)]


async def test_the_gap_is_marked_and_skipped(rtsp: RtspSide) -> None:
    """The last frame before the gap has the E bit; the next one is the key frame a minute later."""
    gap = rtsp.recording("yard").gaps[0]
    client = await rtsp.connect()
    await client.replay(
        "replay/rec_yard", at(moment_of(gap.start) - 2 * SECOND), at(moment_of(gap.end) + 2 * SECOND)
    )
    frames = await client.take_all()
    numbers = [number_of(frame) for frame in frames]
    assert numbers == [*range(gap.start - 30, gap.start), *range(gap.end, gap.end + 30)]
    assert gap.end - gap.start == 900
    assert [n for n, frame in zip(numbers, frames, strict=True) if "E" in frame.flags] == [gap.start - 1]
    assert frames[30].flags == "C"


async def test_an_interval_that_ends_in_the_gap_ends_with_both_marks(rtsp: RtspSide) -> None:
    """The last frame before the gap then is the last one at all."""
    gap = rtsp.recording("yard").gaps[0]
    client = await rtsp.connect()
    await client.replay(
        "replay/rec_yard", at(moment_of(gap.start) - SECOND), at(moment_of(gap.start) + 30 * SECOND)
    )
    frames = await client.take_all()
    assert number_of(frames[-1]) == gap.start - 1
    assert frames[-1].flags == "ET"


async def test_a_start_within_the_gap_begins_behind_it(rtsp: RtspSide) -> None:
    """Footage begins with the first clean point after the gap."""
    gap = rtsp.recording("yard").gaps[0]
    client = await rtsp.connect()
    await client.replay("replay/rec_yard", at(moment_of(gap.start) + 10 * SECOND))
    (frame,) = await client.take(1)
    assert (number_of(frame), frame.flags) == (gap.end, "C")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (timedelta(minutes=90, seconds=5), timedelta(minutes=90, seconds=50)),
        (timedelta(hours=3), None),
        (timedelta(minutes=-20), timedelta(minutes=-10)),
        (timedelta(minutes=10), timedelta(minutes=10)),
        (timedelta(minutes=10), timedelta(minutes=9)),
    ],
    ids=["in the gap", "in the future", "before the recording", "empty", "backwards"],
)
async def test_an_interval_without_footage_is_refused(rtsp: RtspSide, start, end) -> None:
    """Nothing to play is said at once, not by silence."""
    began_at = began(rtsp.recording("yard"))
    client = await rtsp.connect()
    reply = await client.replay(
        "replay/rec_yard", at(began_at + start), "" if end is None else at(began_at + end)
    )
    assert reply.status == 457


async def test_every_frame_names_the_play_request_it_belongs_to(rtsp: RtspSide) -> None:
    """After a jump the low byte of CSeq is the new request's, and the first frame has the D bit."""
    start = began(rtsp.recording("lobby")) + timedelta(minutes=20)
    client = await rtsp.connect()
    await client.replay("replay/rec_lobby", at(start))
    (before,) = await client.take(1)
    assert (before.cseq, before.flags) == (client.cseq & 0xFF, "C")
    client.cseq += 250
    jump = {"Range": f"clock={at(start + timedelta(minutes=1))}-", "Rate_Control": "no", "Immediate": "yes"}
    assert (await client.request("PLAY", "replay/rec_lobby", **jump)).status == 200
    async with asyncio.timeout(10):
        async for frame in client.frames():
            if frame.cseq == client.cseq & 0xFF:
                break
    assert frame.flags == "CD"
    assert number_of(frame) == latest_frame(start + timedelta(minutes=1))


async def test_key_frames_alone_can_be_asked_for(rtsp: RtspSide) -> None:
    """``Frames: intra`` gives one frame per group, over a gap as well."""
    gap = rtsp.recording("yard").gaps[0]
    start, end = moment_of(gap.start) - 10 * SECOND, moment_of(gap.end) + 10 * SECOND
    client = await rtsp.connect()
    await client.replay("replay/rec_yard", at(start), at(end), Frames="intra")
    frames = await client.take_all()
    assert [number_of(frame) for frame in frames] == [
        *range(gap.start - 150, gap.start, 30),
        *range(gap.end, gap.end + 150, 30),
    ]
    assert [frame.flags for frame in frames] == ["C"] * 4 + ["CE"] + ["C"] * 4 + ["CT"]
    assert all(frame.is_key for frame in frames)


async def test_key_frames_can_be_asked_for_at_a_distance(rtsp: RtspSide) -> None:
    """``Frames: intra/5000`` leaves at least five seconds between frames."""
    start = began(rtsp.recording("lobby")) + timedelta(minutes=40)
    client = await rtsp.connect()
    await client.replay("replay/rec_lobby", at(start), at(start + 20 * SECOND), Frames="intra/5000")
    numbers = [number_of(frame) for frame in await client.take_all()]
    assert [number - numbers[0] for number in numbers] == [0, 90, 180, 270]


async def test_with_rate_control_frames_come_in_step_with_time(rtsp: RtspSide) -> None:
    """At four times the speed, four seconds take one; RTP timestamps follow the playback."""
    start = began(rtsp.recording("parking")) + timedelta(minutes=15)
    client = await rtsp.connect()
    begun = time.monotonic()
    await client.play(
        "replay/rec_parking",
        Range=f"clock={at(start)}-{at(start + 4 * SECOND)}",
        Scale="4",
        Require="onvif-replay",
    )
    frames = await client.take_all()
    assert time.monotonic() - begun > 0.9
    steps = {(after.timestamp - before.timestamp) % (1 << 32) for before, after in pairwise(frames)}
    assert steps == {1500}
    assert number_of(frames[-1]) - number_of(frames[0]) == 59


async def test_a_replay_that_reaches_the_present_goes_on_as_it_is_recorded(rtsp: RtspSide) -> None:
    """An open interval near now delivers what exists, then each frame as it comes, without an E bit."""
    client = await rtsp.connect()
    now = rtsp.clock()
    await client.replay("replay/rec_lobby", at(now - SECOND))
    frames = await client.take(50)
    numbers = [number_of(frame) for frame in frames]
    assert numbers == list(range(numbers[0], numbers[0] + 50))
    assert moment_of(numbers[-1]) > now
    assert moment_of(numbers[-1]) <= rtsp.clock()
    assert {frame.flags for frame in frames} <= {"", "C"}


async def test_pause_and_play_lose_no_frame(rtsp: RtspSide) -> None:
    """PLAY without a range goes on where PAUSE stopped."""
    start = began(rtsp.recording("lobby")) + timedelta(minutes=50)
    client = await rtsp.connect()
    speed = {"Scale": "8", "Require": "onvif-replay"}
    await client.play("replay/rec_lobby", Range=f"clock={at(start)}-", **speed)
    before = await client.take(10)
    assert (await client.request("PAUSE", "replay/rec_lobby")).status == 200
    assert (await client.request("PLAY", "replay/rec_lobby", **speed)).status == 200
    frames = before + await client.take(40)
    numbers = [number_of(frame) for frame in frames]
    assert numbers == list(range(numbers[0], numbers[0] + 50))
    assert not any("D" in frame.flags for frame in frames)


async def test_a_reader_who_waits_gets_everything_in_the_end(rtsp: RtspSide) -> None:
    """Replay waits for a slow consumer, who misses nothing."""
    start = began(rtsp.recording("lobby")) + timedelta(minutes=60)
    client = await RtspClient.connect(rtsp.port, ACCOUNT, room=16 << 10)
    await client.replay("replay/rec_lobby", at(start), at(start + 40 * SECOND))
    await client.until_full()
    numbers = [number_of(frame) for frame in await client.take_all()]
    await client.close()
    assert numbers == list(range(numbers[0], numbers[0] + 600))


async def test_a_client_that_knows_no_onvif_plays_from_the_beginning(rtsp: RtspSide) -> None:
    """``npt=0-`` without Require is the beginning of the recording, in real time."""
    client = await rtsp.connect()
    await client.play("replay/rec_lobby", Range="npt=0.000-")
    (frame,) = await client.take(1)
    assert number_of(frame) == rtsp.recording("lobby").start


async def test_the_description_names_track_and_time_range(rtsp: RtspSide) -> None:
    """The SDP says from when to when there is footage, and which track this is."""
    client = await rtsp.connect()
    sdp = (await client.request("DESCRIBE", "replay/rec_yard", Require="onvif-replay")).body.decode()
    assert "a=x-onvif-track:VIDEO001\r\n" in sdp
    assert f"a=range:clock={at(began(rtsp.recording('yard')))}-" in sdp
    assert "a=control:video\r\n" in sdp
