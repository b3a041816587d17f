"""From a recorder's replay to a file: every bit, every time, whatever the order in which pictures are coded.

The recorder is a real RTSP server; what is in the files is read by ffprobe.
"""

from __future__ import annotations

import json
import subprocess
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import attrs
import av
import pytest

from incident_plugin.adapters.media import PyavWriter
from incident_plugin.adapters.recorders.joining import JoinedReplay, Segment
from incident_plugin.adapters.rtsp import Credentials, RtspClient
from incident_plugin.adapters.vault import cut
from incident_plugin.adapters.vault.fallback import Film
from incident_plugin.application.fetching import Retrieval
from incident_plugin.domain.media import CameraId, Codec
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
    done = cut(file, START, part, tmp_path / "cut.mp4")
    exact(tmp_path / "cut.mp4", expected(recorded, 1.2, 2.7))
    assert done.written.delivered.start <= part.start
    assert done.written.delivered.end >= part.end
    assert done.written.frames == len(done.times) == len(expected(recorded, 1.2, 2.7))
    assert complaints(tmp_path / "cut.mp4") == b""
