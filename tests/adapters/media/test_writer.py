"""What the writer puts into files is what the recorder sent."""

from __future__ import annotations

import asyncio
import hashlib
import io
import pickle
import resource
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import attrs
import av
import pytest
from tests.waiting import PATIENCE

from incident_plugin.adapters.media import PyavWriter, master
from incident_plugin.adapters.media.master import Mp4
from incident_plugin.domain.errors import RecorderUnavailable, StoreUnavailable
from incident_plugin.domain.media import AccessUnit


def nals_of(sample: bytes) -> tuple[bytes, ...]:
    nals, position = [], 0
    while position < len(sample):
        end = position + 4 + int.from_bytes(sample[position : position + 4], "big")
        nals.append(sample[position + 4 : end])
        position = end
    return tuple(nals)


def times_of(file: bytes) -> list[float]:
    with av.open(io.BytesIO(file)) as container:
        return [float(packet.pts * packet.time_base) for packet in container.demux(video=0) if packet.size]


async def test_every_nal_unit_of_a_file_is_byte_identical(footage, samples, tmp_path):
    """Nothing is filtered, reordered or cut anew on the way into an MP4, for both codecs."""
    path = tmp_path / "a.mp4"
    written = await PyavWriter().write_mp4(path, footage.track, footage.stream())
    assert written is not None
    assert [nals_of(sample) for sample in samples(path.read_bytes())] == [unit.nals for unit in footage.units]


async def test_nal_units_that_look_like_start_codes_survive(h264, samples, tmp_path):
    """Trailing zero bytes and embedded start codes, which a byte-stream parser would drop, stay."""
    odd = b"\x06\x05\x04\x00\x00\x01\xff\x00\x00\x00\x01\x00\x00\x00"
    units = tuple(attrs.evolve(unit, nals=(odd, *unit.nals)) for unit in h264.units)
    footage = attrs.evolve(h264, units=units)
    await PyavWriter().write_mp4(tmp_path / "a.mp4", footage.track, footage.stream())
    assert [nals_of(sample)[0] for sample in samples((tmp_path / "a.mp4").read_bytes())] == [odd] * len(units)


async def test_every_nal_unit_of_the_fragments_is_byte_identical(footage, samples):
    """Fragments for the browser carry the same bytes."""
    pieces = [piece async for piece in PyavWriter().fragments(footage.track, footage.stream())]
    file = b"".join(pieces)
    assert [nals_of(sample) for sample in samples(file)] == [unit.nals for unit in footage.units]


async def test_the_first_piece_is_the_initialisation_segment(h264):
    """A browser is given ftyp and moov first, then pieces that each begin with a fragment."""
    pieces = [piece async for piece in PyavWriter().fragments(h264.track, h264.stream())]
    assert [piece[4:8] for piece in pieces] == [b"ftyp", b"moof", b"moof"]
    assert b"moov" in pieces[0]
    assert b"mfra" not in pieces[-1]


async def test_the_time_line_of_fragments_begins_at_zero(h264):
    """Whatever the recorder's time stamps are, the player starts at 0."""
    pieces = [piece async for piece in PyavWriter().fragments(h264.track, h264.stream())]
    assert times_of(b"".join(pieces)) == pytest.approx([number / 15 for number in range(30)])


async def test_a_gap_in_the_recording_is_a_gap_in_the_file(gapped, tmp_path):
    """The picture after a gap of one minute is one minute later in the file too."""
    path = tmp_path / "a.mp4"
    written = await PyavWriter().write_mp4(path, gapped.track, gapped.stream())
    times = times_of(path.read_bytes())
    assert times[14:16] == pytest.approx([14 / 15, 61.0])
    assert written is not None
    assert written.delivered.start == gapped.units[0].time
    assert written.delivered.end == gapped.units[-1].time + timedelta(seconds=1 / 15)


async def test_the_fragment_is_given_as_soon_as_the_next_group_begins(h264):
    """Playback does not wait longer than needed: the first second is there when the second one starts."""
    read = 0

    async def counted() -> AsyncIterator[AccessUnit]:
        nonlocal read
        for unit in h264.units:
            read += 1
            yield unit

    pieces = PyavWriter().fragments(h264.track, counted())
    await anext(pieces)
    assert read == 1
    await anext(pieces)
    assert read == 16
    await pieces.aclose()


async def test_what_is_said_about_the_file_is_true(h264, tmp_path):
    """Size, number of pictures and SHA-256 are those of the finished file, and its index is in front."""
    path = tmp_path / "a.mp4"
    written = await PyavWriter().write_mp4(path, h264.track, h264.stream())
    file = path.read_bytes()
    assert written is not None
    assert written.sha256 == hashlib.sha256(file).hexdigest()
    assert (written.size, written.frames) == (len(file), 30)
    assert file.index(b"moov") < file.index(b"mdat")
    assert list(tmp_path.iterdir()) == [path]


async def test_no_picture_gives_no_file(h264, tmp_path):
    """An interval without video leaves nothing behind."""
    empty = attrs.evolve(h264, units=())
    assert await PyavWriter().write_mp4(tmp_path / "a.mp4", empty.track, empty.stream()) is None
    assert [piece async for piece in PyavWriter().fragments(empty.track, empty.stream())] == []
    assert list(tmp_path.iterdir()) == []


async def test_one_picture_makes_a_file(h264, tmp_path):
    """A single picture can be kept, with a nominal length."""
    one = attrs.evolve(h264, units=h264.units[:1])
    written = await PyavWriter().write_mp4(tmp_path / "a.mp4", one.track, one.stream())
    assert written is not None
    assert written.delivered.length == timedelta(seconds=1 / 25)


async def test_a_stream_that_breaks_leaves_no_file(h264, tmp_path):
    """Half a file never looks like a whole one."""

    async def breaking() -> AsyncIterator[AccessUnit]:
        for unit in h264.units[:20]:
            yield unit
        raise RecorderUnavailable("it broke")

    with pytest.raises(RecorderUnavailable, match="it broke"):
        await PyavWriter().write_mp4(tmp_path / "a.mp4", h264.track, breaking())
    assert list(tmp_path.iterdir()) == []


async def test_an_unusable_place_is_said_in_plain_words(h264, tmp_path):
    """A directory that is not there: what happened, to which file, what to do."""
    with pytest.raises(StoreUnavailable, match=r"a\.mp4 was not written.*try again"):
        await PyavWriter().write_mp4(tmp_path / "none" / "a.mp4", h264.track, h264.stream())


async def test_equal_and_backward_time_stamps_are_written(h264, tmp_path, samples):
    """A recorder that repeats or turns back its time stamps does not stop an export."""
    units = tuple(attrs.evolve(unit, pts=1000 if i % 3 else 900 - i) for i, unit in enumerate(h264.units))
    odd = attrs.evolve(h264, units=units)
    await PyavWriter().write_mp4(tmp_path / "a.mp4", odd.track, odd.stream())
    times = times_of((tmp_path / "a.mp4").read_bytes())
    assert len(times) == 30
    assert times == sorted(set(times))


async def test_a_still_is_a_picture_of_the_asked_width(footage):
    """A key picture becomes a JPEG, scaled down in proportion, never up."""
    jpeg = await PyavWriter().still(footage.track, footage.units[0], width=160)
    full = await PyavWriter().still(footage.track, footage.units[0], width=9999)
    for data, size in ((jpeg, (160, 90)), (full, (320, 180))):
        with av.open(io.BytesIO(data)) as image:
            assert (image.streams.video[0].width, image.streams.video[0].height) == size
            assert image.streams.video[0].codec_context.name == "mjpeg"


async def test_rubbish_gives_no_still(h264):
    """Bytes that are no picture are refused in plain words."""
    rubbish = attrs.evolve(h264.units[0], nals=(b"\x65\x00\x01\x02\x03",))
    with pytest.raises(RecorderUnavailable, match="cannot be decoded"):
        await PyavWriter().still(attrs.evolve(h264.track), rubbish)


async def test_unreadable_parameter_sets_are_refused(h264, tmp_path):
    """A recorder whose parameter sets are cut off is named as the cause; no file appears."""
    sps = h264.track.parameter_sets[0]
    broken = attrs.evolve(h264.track, parameter_sets=(sps[:2],))
    with pytest.raises(RecorderUnavailable, match="nothing was written"):
        await PyavWriter().write_mp4(tmp_path / "a.mp4", broken, h264.stream())
    assert list(tmp_path.iterdir()) == []


DISK_FULL = """
import asyncio, pathlib, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.dont_write_bytecode = True  # A module cut short by the limit would be loaded by every later test.
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
from incident_plugin.adapters.media import PyavWriter
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.media import AccessUnit, Codec, VideoTrack
import pickle
track, units = pickle.load(sys.stdin.buffer)
async def stream():
    for unit in units:
        yield unit
try:
    asyncio.run(PyavWriter().write_mp4(pathlib.Path(sys.argv[1]), track, stream()))
except StoreUnavailable as error:
    print(error)
"""


def test_a_full_disk_is_said_and_leaves_nothing(h264, tmp_path):
    """A process whose disk has no room for the file says so and leaves no half file."""
    size = sum(len(nal) for unit in h264.units for nal in unit.nals)
    assert size > 20_000
    done = subprocess.run(
        [sys.executable, "-c", DISK_FULL, str(tmp_path / "a.mp4")],
        input=pickle.dumps((h264.track, h264.units)),
        capture_output=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert b"The disk is full" in done.stdout
    assert list(tmp_path.iterdir()) == []


async def test_cancelled_while_its_file_is_opened_leaves_nothing(h264, tmp_path, monkeypatch):
    """The thread that opens goes on behind whoever was cancelled: what it opened is closed and removed."""
    opening, go_on = threading.Event(), threading.Event()

    class Slow(Mp4):
        def __init__(self, *args: Any) -> None:
            opening.set()
            assert go_on.wait(PATIENCE)
            super().__init__(*args)

    monkeypatch.setattr(master, "Mp4", Slow)
    writing = asyncio.create_task(PyavWriter().write_mp4(tmp_path / "a.mp4", h264.track, h264.stream()))
    assert await asyncio.to_thread(opening.wait, PATIENCE)
    writing.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert list(tmp_path.iterdir()) == []


def test_browsers_are_told_the_codec(h264, h265):
    """Codec strings name profile and level as they stand in the parameter sets."""
    sps = h264.track.parameter_sets[0]
    assert h264.track.codec_string == "avc1." + sps[1:4].hex()
    assert h265.track.codec_string.startswith("hev1.1.6.L")
    with pytest.raises(ValueError, match="no sequence parameter set"):
        _ = attrs.evolve(h264.track, parameter_sets=()).codec_string


def test_importing_the_writer_does_not_import_libavformat():
    """The plug-in starts quickly: the library comes with the first picture."""
    code = "import sys, incident_plugin.adapters.media; sys.exit('av' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


async def test_memory_does_not_grow_with_the_length(h264, tmp_path):
    """A hundred times the video takes no more than a few megabytes more."""

    async def long(times: int) -> AsyncIterator[AccessUnit]:
        for turn in range(times):
            for unit in h264.units:
                yield attrs.evolve(
                    unit, pts=unit.pts + turn * 180_000, time=unit.time + timedelta(seconds=2 * turn)
                )

    await PyavWriter().write_mp4(tmp_path / "a.mp4", h264.track, long(2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    written = await PyavWriter().write_mp4(tmp_path / "b.mp4", h264.track, long(200))
    assert written is not None
    assert written.frames == 6000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 * 1024
