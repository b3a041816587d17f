"""What a player gets: the sought picture first, the recorder's bits, true times, and sound it can play."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from tests.adapters.media.test_writer import nals_of

from incident_plugin.adapters.media import PyavWriter
from incident_plugin.adapters.media.playing import PlayingStream
from incident_plugin.domain.media import AccessUnit, Codec, SoundCodec, SoundTrack, SoundUnit, VideoTrack

START = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


async def pieces_of(track, units, *, sought=START, sound=None) -> list[bytes]:
    async def stream():
        for unit in units:
            yield unit

    return [piece async for piece in PyavWriter().playing(track, stream(), sought=sought, sound=sound)]


def packets_of(file: bytes, kind: str) -> list[av.Packet]:
    with av.open(io.BytesIO(file)) as container:
        return [packet for packet in container.demux(**{kind: 0}) if packet.size]


async def test_first_fragment_ends_with_the_sought_picture(footage):
    """Who seeks waits for no picture that is not needed to show the one that was sought."""
    sought = footage.units[20].time + timedelta(milliseconds=5)
    head, first, *_ = await pieces_of(footage.track, footage.units, sought=sought)
    assert len(packets_of(head + first, "video")) == 21


async def test_pictures_and_times_are_the_recorders(footage, samples):
    """Nothing is lost, changed or moved by the way it is cut."""
    file = b"".join(await pieces_of(footage.track, footage.units, sought=footage.units[3].time))
    assert [nals_of(sample) for sample in samples(file)] == [unit.nals for unit in footage.units]
    times = [float(packet.pts * packet.time_base) for packet in packets_of(file, "video")]
    wanted = [(unit.pts - footage.units[0].pts) / 90_000 for unit in footage.units]
    assert times == pytest.approx(wanted)


async def test_last_picture_before_a_gap_does_not_stand_in_it(gapped):
    """What was not recorded is not shown as if it had been."""
    packets = packets_of(b"".join(await pieces_of(gapped.track, gapped.units)), "video")
    longest = max(float(packet.duration * packet.time_base) for packet in packets)
    assert longest < 0.2
    assert float(packets[-1].pts * packets[-1].time_base) == pytest.approx(
        (gapped.units[-1].pts - gapped.units[0].pts) / 90_000
    )


def with_b_pictures() -> tuple[VideoTrack, list[AccessUnit]]:
    """Two groups of pictures that refer forwards, in decoding order."""
    coder = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt = 64, 48, "yuv420p"
    coder.time_base, coder.framerate = Fraction(1, 10), Fraction(10)
    coder.options = {"x264-params": "bframes=2:b-adapt=0:keyint=10:scenecut=0:repeat-headers=1:open-gop=0"}
    packets = []
    for number in range(20):
        frame = av.VideoFrame.from_ndarray(np.full((72, 64), 12 * number, np.uint8), format="yuv420p")
        frame.pts = number
        packets += coder.encode(frame)
    packets += coder.encode(None)
    units = []
    for packet in packets:
        data = bytes(packet).replace(b"\0\0\0\1", b"\0\0\1")
        nals = tuple(nal for nal in data.split(b"\0\0\1") if nal)
        time = START + timedelta(seconds=packet.pts / 10)
        units.append(AccessUnit(pts=packet.pts * 9000, time=time, key=packet.is_keyframe, nals=nals))
    sets = tuple(nal for nal in units[0].nals if nal[0] & 0x1F in (7, 8))
    return VideoTrack(codec=Codec.H264, parameter_sets=sets), units


@pytest.mark.parametrize("sought", [0.0, 0.15, 0.4, 1.3])
async def test_pictures_that_refer_forwards_keep_order_and_time(sought):
    """B pictures are decoded in the order they came, and shown when they were taken."""
    track, units = with_b_pictures()
    assert [unit.pts for unit in units] != sorted(unit.pts for unit in units)
    file = b"".join(await pieces_of(track, units, sought=START + timedelta(seconds=sought)))
    packets = packets_of(file, "video")
    # libavformat moves the whole line where a picture is decoded after it is shown; browsers do not.
    assert [packet.pts - packets[0].pts for packet in packets] == [unit.pts for unit in units]
    decoded = [packet.dts for packet in packets]
    assert decoded == sorted(set(decoded))
    with av.open(io.BytesIO(file)) as container:
        shown = [frame.pts for frame in container.decode(video=0)]
    assert [pts - shown[0] for pts in shown] == [9000 * number for number in range(20)]


def tone(seconds: float, rate: int) -> np.ndarray:
    return (np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate) * 12_000).astype(np.int16)


def telephone(codec: SoundCodec, name: str) -> tuple[SoundTrack, list[SoundUnit]]:
    """Two seconds of a tone as G.711, in pieces of 20 ms."""
    coder = av.CodecContext.create(name, "w")
    coder.sample_rate, coder.layout, coder.format = 8000, "mono", "s16"
    units = []
    for number in range(100):
        piece = tone(2, 8000)[160 * number : 160 * (number + 1)]
        frame = av.AudioFrame.from_ndarray(piece.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 8000
        data = b"".join(bytes(packet) for packet in coder.encode(frame))
        time = START + timedelta(seconds=number / 50)
        units.append(SoundUnit(pts=5000 + 160 * number, time=time, data=data))
    return SoundTrack(codec=codec, rate=8000, channels=1), units


def mixed(footage, sounds: list[SoundUnit]) -> list[AccessUnit | SoundUnit]:
    shift = footage.units[0].time - START
    pictures = [(unit.time - shift, unit) for unit in footage.units]
    moved = [AccessUnit(pts=u.pts, time=time, key=u.key, nals=u.nals) for time, u in pictures]
    return sorted([*moved, *sounds], key=lambda unit: unit.time)


@pytest.mark.parametrize(("codec", "name"), [(SoundCodec.PCMU, "pcm_mulaw"), (SoundCodec.PCMA, "pcm_alaw")])
async def test_telephone_sound_is_heard_with_its_pictures(h264, codec, name):
    """G.711, which no browser plays in MP4, comes as Opus, on the time line of the pictures."""
    track, sounds = telephone(codec, name)
    file = b"".join(await pieces_of(h264.track, mixed(h264, sounds), sound=track))
    assert track.codec_string == "opus"
    assert len(packets_of(file, "video")) == len(h264.units)
    with av.open(io.BytesIO(file)) as container:
        assert container.streams.audio[0].codec_context.name == "opus"
        heard = [(float(frame.time), frame.to_ndarray()) for frame in container.decode(audio=0)]
    assert heard[0][0] < 0.02
    assert heard[-1][0] > 1.5
    loud = np.concatenate([samples[0] for time, samples in heard if 0.3 < time < 1.6])
    crossings = np.count_nonzero(np.diff(np.signbit(loud)))
    assert crossings / 2 / (len(loud) / 48_000) == pytest.approx(440, rel=0.02)


@pytest.mark.parametrize("codec", [SoundCodec.PCMU, SoundCodec.AAC, SoundCodec.OPUS])
async def test_sound_has_no_hole_from_the_first_picture_to_the_last(h264, codec):
    """A browser shows no picture while a track has a hole: what was not recorded, or not yet, is silent."""
    config = b"\x15\x88" if codec is SoundCodec.AAC else b""
    rate = {SoundCodec.PCMU: 8000, SoundCodec.AAC: 8000, SoundCodec.OPUS: 48_000}[codec]
    track, sounds = telephone(SoundCodec.PCMU, "pcm_mulaw")
    track = SoundTrack(codec=codec, rate=rate, channels=1, config=config)
    # Nothing in the beginning, nothing in the middle, nothing in the end.
    kept = [unit for n, unit in enumerate(sounds) if 15 <= n < 30 or 60 <= n < 70]
    if codec is not SoundCodec.PCMU:
        kept = []
    file = b"".join(await pieces_of(h264.track, mixed(h264, kept), sound=track))
    heard = [(p.pts * p.time_base, p.duration * p.time_base) for p in packets_of(file, "audio")]
    assert heard[0][0] == 0
    for (at, length), (following, _) in pairwise(heard):
        assert at + length == following
    last = packets_of(file, "video")[-1]
    assert sum(heard[-1]) >= last.pts * last.time_base
    with av.open(io.BytesIO(file)) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) > rate


async def test_the_picture_that_is_sought_does_not_wait_for_sound(h264):
    """The first fragment has sound up to the end of its last picture, as recorded, nearly all of it."""
    track, sounds = telephone(SoundCodec.PCMU, "pcm_mulaw")
    units = mixed(h264, sounds)
    pictures = [unit for unit in units if isinstance(unit, AccessUnit)]
    sought = pictures[9].time
    stream = PlayingStream(h264.track, pictures[0], sought=sought, sound=track)
    first = next(filter(None, map(stream.add, units)))
    shown = packets_of(stream.head + first, "video")
    heard = packets_of(stream.head + first, "audio")
    assert len(shown) == 10
    assert sum((heard[-1].pts, heard[-1].duration)) * heard[-1].time_base >= (
        sum((shown[-1].pts, shown[-1].duration)) * shown[-1].time_base
    )
    assert sum(bytes(packet) == b"\xf8\xff\xfe" for packet in heard) <= 1


async def test_aac_stays_as_it_is(h264):
    """AAC that browsers play is passed on byte by byte."""
    coder = av.CodecContext.create("aac", "w")
    coder.sample_rate, coder.layout, coder.format = 16_000, "mono", "fltp"
    samples = (tone(2, 16_000) / 32768).astype(np.float32)
    packets = []
    for number in range(len(samples) // 1024):
        piece = samples[1024 * number : 1024 * (number + 1)].reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
        frame.sample_rate = 16_000
        packets += coder.encode(frame)
    sounds = [
        SoundUnit(pts=1024 * n, time=START + timedelta(seconds=1024 * n / 16_000), data=bytes(packet))
        for n, packet in enumerate(packets)
    ]
    track = SoundTrack(codec=SoundCodec.AAC, rate=16_000, channels=1, config=bytes(coder.extradata))
    file = b"".join(await pieces_of(h264.track, mixed(h264, sounds), sound=track))
    written = [bytes(packet) for packet in packets_of(file, "audio")]
    assert written[: len(sounds) - 2] == [unit.data for unit in sounds][: len(sounds) - 2]


@pytest.mark.parametrize(
    ("track", "name"),
    [
        (SoundTrack(codec=SoundCodec.OPUS, rate=48_000, channels=2), "opus"),
        (SoundTrack(codec=SoundCodec.AAC, rate=48_000, channels=2, config=b"\x11\x90"), "mp4a.40.2"),
        (SoundTrack(codec=SoundCodec.AAC, rate=24_000, channels=2, config=b"\x2b\x11"), ""),
        (SoundTrack(codec=SoundCodec.AAC, rate=48_000, channels=6, config=b"\x11\xb0"), ""),
    ],
)
def test_sound_is_named_as_browsers_know_it(track, name):
    """What they cannot play has no name, and the pictures come without it."""
    assert track.codec_string == name
