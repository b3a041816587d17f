"""Files that leave the house: the recorder's own bits, sealed, as Matroska, and copies for any player."""

from __future__ import annotations

import asyncio
import struct
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from tests.coded import START
from tests.waiting import PATIENCE

from incident_plugin.adapters.evidence import KeyRing, RsaSealer
from incident_plugin.adapters.media import PyavWriter
from incident_plugin.application.exports.exhibits import wall_clock
from incident_plugin.application.media_ports import FileFacts

FACTS = FileFacts(
    camera_name="Lobby \N{GREEK SMALL LETTER ALPHA}", line="1", exporter="Site", exported_at=START
)


def boxes(data: bytes, start: int = 0, end: int | None = None) -> dict[bytes, tuple[int, int]]:
    """Give the boxes of one level with where their content begins and ends; the last of a kind counts."""
    found, place = {}, start
    while place < (len(data) if end is None else end):
        size, kind = struct.unpack_from(">I4s", data, place)
        found[kind] = (place + 8, place + size)
        place += size
    return found


def nals(file: Path) -> list[bytes]:
    """Read the NAL units of a file by a demuxer that is not under test."""
    units = []
    with av.open(str(file)) as container:
        for packet in container.demux(video=0):
            data, place = bytes(packet), 0
            while place < len(data):
                size = int.from_bytes(data[place : place + 4], "big")
                units.append(data[place + 4 : place + 4 + size])
                place += 4 + size
    return units


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
async def test_every_nal_unit_is_as_it_was_received(footage, tmp_path, ending):
    """Byte for byte and in order, SEI included, in either container."""
    file, writer = tmp_path / f"a.{ending}", PyavWriter()
    if ending == "mp4":
        await writer.write_mp4(file, footage.track, footage.stream(), FACTS)
    else:
        await writer.write_mkv(file, footage.track, footage.stream())
    assert nals(file) == [nal for unit in footage.units for nal in unit.nals]


async def test_a_master_says_when_it_begins_in_utc(h264, tmp_path):
    """``cstb`` counts 100 ns since 1601, ``suep`` names camera and exporter; no seal of its own."""
    file = tmp_path / "a.mp4"
    await PyavWriter().write_mp4(file, h264.track, h264.stream(), FACTS)
    data = file.read_bytes()
    start, end = boxes(data)[b"meta"]
    within = boxes(data, start + 4, end)
    assert set(within) == {b"hdlr", b"suep", b"cstb"}
    entries, track, ticks = struct.unpack_from(">IIQ", data, within[b"cstb"][0])
    begins = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
    assert (entries, track, begins) == (1, 1, START)
    assert "Lobby \N{GREEK SMALL LETTER ALPHA}".encode() in data[slice(*within[b"suep"])]


async def test_a_sealed_file_is_verified_as_the_format_says(h264, tmp_path):
    """ONVIF Export File Format: RSASSA-PSS over the file, its signature zeroed, by the certificate in it."""
    file, sealer = tmp_path / "a.mp4", RsaSealer.of(KeyRing(tmp_path / "keys").identity("Site"))
    written = await PyavWriter().write_mp4(file, h264.track, h264.stream(), FACTS, sealer)
    data = file.read_bytes()
    place = data.rindex(b"sibo") + 4
    size = struct.unpack_from(">I", data, place - 8)[0] - 8
    signature, zeroed = data[place : place + size], data[:place] + bytes(size) + data[place + size :]
    found = data.rindex(b"cert") + 4
    length = struct.unpack_from(">I", data, found - 8)[0] - 8
    key = x509.load_der_x509_certificate(data[found : found + length]).public_key()
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=20)
    key.verify(signature, zeroed, pss, hashes.SHA256())
    start, end = boxes(data)[b"meta"]
    assert list(boxes(data, start + 4, end)) == [b"hdlr", b"suep", b"ipro"]
    assert written is not None
    assert written.size == len(data)
    assert nals(file)


async def test_a_court_copy_plays_anywhere_and_bears_the_time(h264, h265, tmp_path):
    """H.264 with its index in front, as many pictures as the master; the corner has text."""
    for number, footage in enumerate((h264, h265)):
        master, copy = tmp_path / f"m{number}.mp4", tmp_path / f"c{number}.mp4"
        await PyavWriter().write_mp4(master, footage.track, footage.stream(), FACTS)
        written = await PyavWriter().write_court_copy(
            master, copy, begins=START, clock=wall_clock("Europe/Copenhagen")
        )
        data = copy.read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")
        with av.open(str(copy)) as container:
            assert container.streams.video[0].codec_context.name == "h264"
            frames = list(container.decode(video=0))
        assert len(frames) == written.frames == len(footage.units)
        corner = frames[0].to_ndarray(format="gray")[-14:-2, 4:200]
        assert corner.min() < 40
        assert corner.max() > 180


async def test_a_court_copy_tells_how_far_it_is_and_stops_when_it_is_not_wanted(h264, tmp_path):
    """Each picture's time is told; who is cancelled waits for no more of them, and no file is left."""
    master, copy = tmp_path / "m.mp4", tmp_path / "c.mp4"
    await PyavWriter().write_mp4(master, h264.track, h264.stream(), FACTS)
    times: list[datetime] = []
    await PyavWriter().write_court_copy(master, copy, begins=START, clock=None, told=times.append)
    assert times[0] == START
    assert sorted(times) == times
    assert len(times) == len(h264.units)
    copy.unlink()
    begun, go_on, seen = threading.Event(), threading.Event(), []

    def wait(at: datetime) -> None:
        seen.append(at)
        begun.set()
        assert go_on.wait(PATIENCE)

    making = asyncio.create_task(
        PyavWriter().write_court_copy(master, copy, begins=START, clock=None, told=wait)
    )
    assert await asyncio.to_thread(begun.wait, PATIENCE)
    making.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert seen == [START]
    assert list(tmp_path.iterdir()) == [master]


def test_both_hours_of_the_night_when_clocks_go_back_are_told_apart():
    """02:30 is there twice; each has its offset, as in the report."""
    shown = wall_clock("Europe/Copenhagen")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert shown(first) == "2026-10-25 02:30:00.000 +02:00"
    assert shown(first + timedelta(hours=1)) == "2026-10-25 02:30:00.000 +01:00"
