"""What a camera with a microphone hears, live and from the recording."""

import asyncio
import json
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from struct import unpack_from

import av
import numpy as np
import pytest
from attrs import frozen
from numpy.typing import NDArray
from tests.programs import RunningRecorder
from tests.waiting import PATIENCE

from demo_recorder.cameras import SoundCodec
from demo_recorder.rtsp.target import clock_text
from demo_recorder.sound import SOUNDS, Sound, mu_law
from demo_recorder.timebase import GROUP_FRAMES, NTP_UNIX_OFFSET, FrameNumber, moment_of

from .conftest import ACCOUNT, RtspSide
from .rtsp_client import RtspClient

G711, AAC = SOUNDS[SoundCodec.G711], SOUNDS[SoundCodec.AAC]
SAMPLE_RATE, PACKETS_PER_SECOND = 8_000, 50


@frozen(kw_only=True)
class Heard:
    """A packet of sound."""

    timestamp: int
    #: When it was recorded, in packets since 1970, by the replay extension.
    number: int | None
    flags: int
    samples: bytes


async def set_up(client: RtspClient, path: str, *, video: bool = True) -> None:
    assert (await client.request("DESCRIBE", path)).status == 200
    tracks = (("video", "0-1"), ("sound", "2-3")) if video else (("sound", "2-3"),)
    for track, channels in tracks:
        transport = f"RTP/AVP/TCP;unicast;interleaved={channels}"
        reply = await client.request("SETUP", f"{path}/{track}", Transport=transport)
        assert reply.status == 200


async def hear(client: RtspClient, count: int) -> list[Heard]:
    """The next packets of sound; pictures are let pass."""
    heard: list[Heard] = []
    async with asyncio.timeout(PATIENCE):
        while len(heard) < count:
            channel, data = await client._packet()
            if channel == 2:
                heard.append(read(data))
    return heard


def read(data: bytes) -> Heard:
    assert data[1] == 0, "PCMU, no marker"
    number, flags, start = None, 0, 12
    if data[0] & 0x10:
        profile, words, ntp, flags = unpack_from(">HHQB", data, 12)
        assert profile == 0xABAC
        seconds = (ntp >> 32) - NTP_UNIX_OFFSET
        number = seconds * PACKETS_PER_SECOND + ((ntp & 0xFFFF_FFFF) * PACKETS_PER_SECOND >> 32)
        start = 16 + 4 * words
    return Heard(timestamp=unpack_from(">I", data, 4)[0], number=number, flags=flags, samples=data[start:])


def decoded(samples: bytes) -> NDArray[np.int16]:
    """By a decoder that is not ours."""
    context = av.CodecContext.create("pcm_mulaw", "r")
    context.sample_rate, context.layout = SAMPLE_RATE, "mono"
    return np.concatenate([frame.to_ndarray()[0] for frame in context.decode(av.Packet(samples))])


async def test_a_recording_is_heard_as_it_sounded(rtsp: RtspSide) -> None:
    """Four seconds: every packet once, at its time, with the flags that frames have; pips at the seconds."""
    client = await rtsp.connect()
    start = moment_of(FrameNumber(rtsp.recording("lobby").start + 10 * GROUP_FRAMES))
    await set_up(client, "replay/rec_lobby")
    interval = f"clock={clock_text(start)}-{clock_text(start + timedelta(seconds=4))}"
    reply = await client.request("PLAY", "replay/rec_lobby", Range=interval, Rate_Control="no")
    assert reply.headers["rtp-info"].count("url=") == 2
    heard = await hear(client, 4 * PACKETS_PER_SECOND)
    first = int(start.timestamp()) * PACKETS_PER_SECOND
    assert [one.number for one in heard] == list(range(first, first + 200))
    assert {(b.timestamp - a.timestamp) % 2**32 for a, b in pairwise(heard)} == {160}
    assert [one.flags >> 4 & 1 for one in heard] == [0] * 199 + [1]
    loud = np.abs(decoded(b"".join(one.samples for one in heard)).astype(np.int32)) > 3_000
    begins = [second * SAMPLE_RATE + int(np.argmax(loud[second * SAMPLE_RATE :])) for second in range(4)]
    assert [round(at / SAMPLE_RATE, 2) for at in begins] == [0, 1, 2, 3]


async def test_live_sound_comes_with_its_pictures(rtsp: RtspSide) -> None:
    """Reports tie both clocks to UTC; the samples are those of the moment."""
    client = await rtsp.connect()
    await set_up(client, "live/lobby")
    await client.request("PLAY", "live/lobby")
    async with asyncio.timeout(PATIENCE):
        reports, heard = {}, []
        while len(heard) < 10:
            channel, data = await client._packet()
            if channel in (1, 3):
                reports.setdefault(channel, data)
            if channel == 2:
                heard.append(read(data))
    assert set(reports) == {1, 3}
    ntp, ticks = unpack_from(">QI", reports[3], 8)
    moment = (ntp >> 32) - NTP_UNIX_OFFSET + (ntp & 0xFFFF_FFFF) / 2**32
    assert abs(datetime.fromtimestamp(moment, UTC) - rtsp.clock()) < timedelta(seconds=PATIENCE)
    number = round(moment * PACKETS_PER_SECOND) + (heard[0].timestamp - ticks) // 160
    assert [one.samples for one in heard] == [G711.packet(number + index) for index in range(10)]


async def test_sound_alone_and_no_sound_where_none_is(rtsp: RtspSide) -> None:
    """Who sets up only sound gets only sound; a deaf camera has no such track."""
    client = await rtsp.connect()
    await set_up(client, "live/lobby", video=False)
    await client.request("PLAY", "live/lobby")
    async with asyncio.timeout(PATIENCE):
        assert {(await client._packet())[0] for _ in range(20)} <= {2, 3}
    other = await rtsp.connect()
    description = (await other.request("DESCRIBE", "live/yard")).body
    assert b"m=audio" not in description
    refused = await other.request("SETUP", "live/yard/sound", Transport="RTP/AVP/TCP;interleaved=2-3")
    assert refused.status == 404


async def test_key_pictures_come_without_sound(rtsp: RtspSide) -> None:
    """Whoever skims a recording hears nothing, rather than shreds."""
    client = await rtsp.connect()
    start = moment_of(rtsp.recording("lobby").start)
    await set_up(client, "replay/rec_lobby")
    interval = f"clock={clock_text(start)}-{clock_text(start + timedelta(seconds=8))}"
    await client.request("PLAY", "replay/rec_lobby", Range=interval, Rate_Control="no", Frames="intra")
    frames = await client.take_all()
    assert len(frames) == 4


@pytest.mark.parametrize("frame", [0, 1, 29, 30, 12_345_678])
@pytest.mark.parametrize(("sound", "counts"), [(G711, (3, 4)), (AAC, (1, 2))], ids=["G.711", "AAC"])
def test_every_packet_belongs_to_one_frame(frame: int, sound: Sound, counts: tuple[int, int]) -> None:
    """Those of successive frames follow one another, and every frame has one."""
    now, following = (sound.packets_with(FrameNumber(frame + later)) for later in (0, 1))
    assert now[-1] + 1 == following[0]
    assert len(now) in counts
    seconds = sound.samples / sound.rate
    assert now[0] * seconds >= frame / 15 > (now[0] - 1) * seconds


async def test_aac_is_heard_at_its_time_too(rtsp: RtspSide) -> None:
    """A camera with a microphone in AAC: the sound is in step with the seconds of its recording."""
    client = await rtsp.connect()
    start = moment_of(FrameNumber(rtsp.recording("corridor").start + 10 * GROUP_FRAMES))
    description = (await client.request("DESCRIBE", "live/corridor")).body.decode()
    await set_up(client, "replay/rec_corridor")
    interval = f"clock={clock_text(start)}-{clock_text(start + timedelta(seconds=4))}"
    await client.request("PLAY", "replay/rec_corridor", Range=interval, Rate_Control="no")
    first = int(-(-start.timestamp() * AAC.rate // AAC.samples))
    packets = []
    async with asyncio.timeout(PATIENCE):
        while len(packets) < 62:
            channel, data = await client._packet()
            if channel == 2:
                packets.append(data[16 + 4 * unpack_from(">H", data, 14)[0] :])
    assert "a=rtpmap:97 MPEG4-GENERIC/16000/1" in description
    assert {unpack_from(">HH", one) for one in packets} == {(16, len(one) - 4 << 3) for one in packets}
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = bytes.fromhex("1408")
    frames = (frame for one in packets for frame in decoder.decode(av.Packet(one[4:])))
    loud = np.abs(np.concatenate([frame.to_ndarray()[0] for frame in frames])) > 0.1
    late = first * AAC.samples / AAC.rate - start.timestamp()
    begins = [s + int(np.argmax(loud[s * AAC.rate :])) / AAC.rate + late for s in range(1, 4)]
    assert [round(at, 1) for at in begins] == [1.0, 2.0, 3.0]


def test_the_coding_is_that_of_g711() -> None:
    """Decoded by ffmpeg's decoder, no sample is farther off than the coding's steps allow."""
    samples = np.linspace(-0.95, 0.95, 4_001, dtype=np.float32)
    back = decoded(mu_law(samples)).astype(np.float32) / 32_768
    assert np.all(np.abs(back - samples) <= 0.04 * np.abs(samples) + 0.0005)


def test_ffmpeg_hears_it(device: RunningRecorder) -> None:
    """A program that knows nothing of us finds both streams."""
    url = f"rtsp://{ACCOUNT.username}:{ACCOUNT.password}@127.0.0.1:{device.rtsp_port}/live/lobby"
    command = ["ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-of", "json", "-show_streams", url]
    found = json.loads(subprocess.check_output(command, timeout=PATIENCE))
    assert [stream["codec_name"] for stream in found["streams"]] == ["h264", "pcm_mulaw"]
