"""From a recorder's replay to a file: every bit, every time, whatever the order in which pictures are coded.

The recorder is a real RTSP server; what is in the files is read by ffprobe.
"""

from __future__ import annotations

import json
import math
import subprocess
from array import array
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import attrs
import av
import numpy as np
import pytest

from incident_plugin.adapters.media import PyavWriter
from incident_plugin.adapters.recorders.joining import JoinedReplay, Segment
from incident_plugin.adapters.rtsp import Credentials, RtspClient
from incident_plugin.adapters.vault import cut
from incident_plugin.adapters.vault.fallback import Film
from incident_plugin.application.media_ports import MasterOrder
from incident_plugin.application.video.fetching import Retrieval
from incident_plugin.domain.media import CameraId, Codec, SoundCodec, SoundTrack, SoundUnit
from incident_plugin.domain.preserving import Copy
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.domain.time import Interval
from tests.archive import Archive
from tests.coded import PYRAMID, START, Footage, encode

CAMERA = CameraId("one")


def span(start: float, end: float) -> Interval:
    return Interval(START + timedelta(seconds=start), START + timedelta(seconds=end))


@attrs.frozen
class Recorders:
    """One camera of one archive, by the parts that the product has for it."""

    archive: Archive
    client: RtspClient = attrs.field(factory=lambda: RtspClient(Credentials(username="u", password="p")))

    @asynccontextmanager
    async def replay(self, _: CameraId, interval: Interval, *, sound: bool = False):
        def opened(part: Interval):
            return self.client.replay(self.archive.url, part, clock_offset=timedelta(0), sound=sound)

        async with JoinedReplay([Segment(open=opened, interval=interval)], pauses=(0.0,)) as stream:
            yield stream


def retrieval(archive: Archive, interval: Interval, *, sound: bool = False) -> Retrieval:
    return Retrieval(
        recorders=Recorders(archive),
        now=lambda: START + timedelta(hours=1),
        camera=CAMERA,
        interval=interval,
        sound=sound,
    )


def probed(file: Path, kind: str = "v") -> list[tuple[int, int]]:
    """Presentation and decoding times of a file's packets in its own units, as ffprobe reads them."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", kind, "-show_packets", "-of", "json", file],
        capture_output=True,
        check=True,
    )
    return [(int(one["pts"]), int(one["dts"])) for one in json.loads(done.stdout)["packets"]]


def complaints(file: Path) -> bytes:
    """What ffmpeg says against a file when it decodes all of it."""
    command = ["ffmpeg", "-v", "error", "-i", file, "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, check=True).stderr


def nals(file: Path) -> list[bytes]:
    """NAL units by a demuxer that is not under test."""
    found = []
    with av.open(str(file)) as container:
        for packet in container.demux(video=0):
            data, place = bytes(packet), 0
            while place < len(data):
                size = int.from_bytes(data[place : place + 4], "big")
                found.append(data[place + 4 : place + 4 + size])
                place += 4 + size
    return found


@pytest.fixture(scope="module", params=list(Codec))
def recorded(request: pytest.FixtureRequest) -> Footage:
    """Four seconds with pictures that refer to later ones, in a pyramid."""
    return encode(request.param, frames=60, reordered=PYRAMID[request.param])


def expected(recorded: Footage, start: float, end: float) -> list:
    """What belongs to an interval: from its key picture to what is decoded with the picture at its end."""
    wanted, units = span(start, end), recorded.units
    first = max(n for n, u in enumerate(units) if u.key and u.time <= wanted.start)
    reached = next(u for u in units[first:] if u.time >= wanted.end)
    place = units.index(reached)
    following = [n for n, u in enumerate(units) if n > place and u.time > reached.time]
    return list(units[first : following[0] if following else None])


def exact(file: Path, units: list) -> None:
    """Each NAL unit, each time to the tick, decoding times that increase and are not after the picture's."""
    assert nals(file) == [nal for unit in units for nal in unit.nals]
    times = probed(file)
    assert [pts for pts, _ in times] == [unit.pts - units[0].pts for unit in units]
    decoded = [dts for _, dts in times]
    assert decoded == sorted(set(decoded))
    assert all(dts <= pts for pts, dts in times)


@pytest.mark.parametrize("breaks", [[], [7], [3, 19, 1]])
async def test_a_master_has_reordered_pictures_at_the_recorders_times(recorded, breaks, tmp_path):
    """Unbroken, and with connections that break within groups whose pictures are reordered."""
    async with Archive(recorded, breaks=list(breaks)) as archive:
        wanted = retrieval(archive, span(1.2, 2.7))
        units = wanted.units()
        first = await anext(units)

        async def all_of_them():
            yield first
            async for unit in units:
                yield unit

        assert wanted.track is not None
        file = tmp_path / "master.mp4"
        written = await PyavWriter().write_mp4(file, wanted.track, all_of_them())
    assert written is not None
    assert len(archive.ranges) == len(breaks) + 1
    exact(file, expected(recorded, 1.2, 2.7))
    assert written.delivered.start <= wanted.interval.start
    assert written.delivered.end >= wanted.interval.end
    assert wanted.missing((wanted.interval,)) == ()


async def kept(
    recorded: Footage, folder: Path, archive: Archive, *, sound: bool = False
) -> tuple[Path, Copy]:
    """Put three seconds into a file as the vault keeps them."""
    interval, file = span(0.5, 3.5), folder / "kept.mp4"
    async with Recorders(archive).replay(CAMERA, interval, sound=sound) as stream:
        units = stream.mixed() if sound else stream
        pieces = PyavWriter().fragments(stream.track, units, sound=stream.sound)
        file.write_bytes(b"".join([piece async for piece in pieces]))
    copy = Copy(
        sequence=SequenceId("s"),
        camera=CAMERA,
        camera_name="One",
        interval=interval,
        delivered=Interval(START, interval.end),
    )
    return file, copy


def ordered(part: Interval, target: Path, *, sound: bool = False) -> MasterOrder:
    """A part of the film as a master."""
    return MasterOrder(camera=CAMERA, interval=part, target=target, sound=sound)


async def test_the_vault_keeps_and_cuts_reordered_pictures(recorded, tmp_path):
    """Read back, and cut at box level: the same pictures at the same times, in a file that plays."""
    async with Archive(recorded) as archive:
        file, copy = await kept(recorded, tmp_path, archive)
    last = max(n for n, u in enumerate(recorded.units) if u.time < copy.interval.end)
    film = Film(file, copy, copy.interval)
    units = [unit async for unit in film]
    film.close()
    assert [u.nals for u in units] == [u.nals for u in recorded.units[: last + 1]]
    assert [u.pts for u in units] == [u.pts - recorded.units[0].pts for u in recorded.units[: last + 1]]
    part = span(1.2, 2.7)
    done = cut(file, START, ordered(part, tmp_path / "cut.mp4"))
    exact(tmp_path / "cut.mp4", expected(recorded, 1.2, 2.7))
    assert done.written.delivered.start <= part.start
    assert done.written.delivered.end >= part.end
    assert done.written.frames == len(done.times) == len(expected(recorded, 1.2, 2.7))
    assert complaints(tmp_path / "cut.mp4") == b""


def speech(codec: SoundCodec) -> tuple[SoundTrack, list[SoundUnit]]:
    """Four seconds of a tone as a recorder would send it, with a second of nothing in it."""
    if codec is SoundCodec.AAC:
        track = SoundTrack(codec=codec, rate=16_000, channels=1, config=bytes.fromhex("1408"))
        encoder, step = av.CodecContext.create("aac", "w"), 1024
    else:
        track = SoundTrack(codec=codec, rate=8000, channels=1)
        encoder = av.CodecContext.create(f"pcm_{'mu' if codec is SoundCodec.PCMU else 'a'}law", "w")
        step = 320
    encoder.sample_rate, encoder.layout = track.rate, "mono"
    encoder.format = "fltp" if codec is SoundCodec.AAC else "s16"
    packets = []
    for place in range(0, 4 * track.rate, step):
        frame = av.AudioFrame(format=encoder.format.name, layout="mono", samples=step)
        tone = [math.sin(2 * math.pi * 440 * (place + n) / track.rate) for n in range(step)]
        if codec is SoundCodec.AAC:
            frame.planes[0].update(array("f", tone).tobytes())
        else:
            frame.planes[0].update(array("h", [round(20_000 * one) for one in tone]).tobytes())
        frame.sample_rate, frame.pts = track.rate, place
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    units = [
        SoundUnit(pts=5000 + n * step, time=START + timedelta(seconds=n * step / track.rate), data=data)
        for n, data in enumerate(packets)
    ]
    return track, [one for one in units if not 2.0 <= (one.time - START).total_seconds() < 3.0]


def heard_in(file: Path) -> tuple[list[bytes], list[float]]:
    """Sound of a file and its times in seconds, by a demuxer that is not under test."""
    with av.open(str(file)) as container:
        packets = [packet for packet in container.demux(audio=0) if packet.size]
        return [bytes(p) for p in packets], [float(p.pts * p.time_base) for p in packets]


@pytest.fixture(scope="module")
def filmed() -> Footage:
    return encode(Codec.H264, frames=60, reordered=PYRAMID[Codec.H264])


@pytest.mark.parametrize(
    ("codec", "ending", "breaks"),
    [
        (SoundCodec.AAC, "mp4", []),
        (SoundCodec.AAC, "mp4", [19]),
        (SoundCodec.PCMU, "mp4", [19]),
        (SoundCodec.PCMA, "mp4", []),
        (SoundCodec.AAC, "mkv", [19]),
    ],
)
async def test_a_master_has_the_recorders_sound(filmed, codec, breaks, ending, tmp_path):
    """Every byte of it, in step with the pictures; what is missing is missing, a break doubles nothing."""
    track, units = speech(codec)
    async with Archive(filmed, sound=track, heard=units, breaks=list(breaks)) as archive:
        wanted = retrieval(archive, span(0.0, 3.5), sound=True)
        everything = [unit async for unit in wanted.units()]
    assert wanted.heard == track

    async def all_of_them():
        for unit in everything:
            yield unit

    file, writer = tmp_path / f"master.{ending}", PyavWriter()
    write = writer.write_mp4 if ending == "mp4" else writer.write_mkv
    written = await write(file, wanted.track, all_of_them(), sound=track)
    assert written is not None
    until = [one for one in units if one.time < wanted.interval.end]
    data, times = heard_in(file)
    assert b"".join(data) == b"".join(one.data for one in until)
    assert data == [one.data for one in until]
    rounding = 0.001 if ending == "mkv" else 0.5 / track.rate
    assert times == pytest.approx([(one.time - START).total_seconds() for one in until], abs=rounding)
    assert complaints(file) == b""


async def test_preserved_sound_is_read_back_and_cut(filmed, tmp_path):
    """The vault keeps the sound; a cut has what was heard from its first picture to its end, no more."""
    track, units = speech(SoundCodec.AAC)
    async with Archive(filmed, sound=track, heard=units) as archive:
        file, copy = await kept(filmed, tmp_path, archive, sound=True)
    film = Film(file, copy, copy.interval)
    assert film.sound == track
    back = [unit async for unit in film.mixed() if isinstance(unit, SoundUnit)]
    film.close()
    assert [one.data for one in back] == [one.data for one in units if one.time < copy.interval.end]
    cut(file, START, ordered(span(1.2, 1.9), tmp_path / "cut.mp4", sound=True))
    exact(tmp_path / "cut.mp4", expected(filmed, 1.2, 1.9))
    data, times = heard_in(tmp_path / "cut.mp4")
    inside = [one for one in units if span(1.0, 1.9).contains(one.time)]
    assert data[: len(inside)] == [one.data for one in inside]
    assert len(data) <= len(inside) + 2
    assert times[0] == pytest.approx((inside[0].time - span(1, 2).start).total_seconds(), abs=0.001)
    assert complaints(tmp_path / "cut.mp4") == b""


async def test_preserved_sound_is_left_out_of_a_cut_without_taking_it_apart(filmed, tmp_path):
    """The same pictures at the same times; no track of sound, and no byte of it."""
    track, units = speech(SoundCodec.AAC)
    async with Archive(filmed, sound=track, heard=units) as archive:
        file, _ = await kept(filmed, tmp_path, archive, sound=True)
    done = cut(file, START, ordered(span(0.2, 3.1), tmp_path / "cut.mp4"))
    exact(tmp_path / "cut.mp4", expected(filmed, 0.2, 3.1))
    assert done.sound is None
    assert heard_in(file)[0]
    with av.open(str(tmp_path / "cut.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video"]
    written = (tmp_path / "cut.mp4").read_bytes()
    assert not [one for one in units if one.data in written]
    assert complaints(tmp_path / "cut.mp4") == b""


@pytest.mark.parametrize("codec", [SoundCodec.AAC, SoundCodec.PCMU])
async def test_a_court_copy_can_be_heard_anywhere(filmed, codec, tmp_path):
    """AAC whatever the recorder used, as long as the master, silent where it has a gap."""
    track, units = speech(codec)
    async with Archive(filmed, sound=track, heard=units) as archive:
        wanted = retrieval(archive, span(0.0, 3.5), sound=True)
        everything = [unit async for unit in wanted.units()]

    async def all_of_them():
        for unit in everything:
            yield unit

    master, copy = tmp_path / "master.mp4", tmp_path / "copy.mp4"
    await PyavWriter().write_mp4(master, wanted.track, all_of_them(), sound=track)
    await PyavWriter().write_court_copy(master, copy, begins=START, clock=None)
    with av.open(str(copy)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
        frames = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    samples = np.concatenate(frames)
    assert len(samples) / rate == pytest.approx(3.5, abs=0.15)
    loud = [abs(samples[int(at * rate) : int((at + 0.2) * rate)]).max() for at in (0.5, 2.4, 3.2)]
    assert loud[0] > 0.3
    assert loud[1] < 0.01
    assert loud[2] > 0.3
