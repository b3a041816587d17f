"""Fragmented MP4 as the vault has it: boxes, fragments and samples (ISO/IEC 14496-12), without decoding."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import attrs

from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.media import Codec, VideoTrack

#: A sample that no decoder can start at (section 8.8.3.1).
_NOT_SYNC = 0x10000
_HEADER, _LARGE_HEADER = 8, 16
#: Lengths of the fields before the boxes within these.
_BEFORE = {b"stsd": 8, b"avc1": 78, b"avc3": 78, b"hvc1": 78, b"hev1": 78}


class Damaged(StoreUnavailable):
    """A file of the vault that is not as it was written."""

    message_id = "incident.copy-damaged"


@attrs.frozen(slots=True)
class Box:
    """Where a box lies."""

    kind: bytes
    start: int
    body: int
    end: int


@attrs.frozen(slots=True)
class Sample:
    """One picture in a fragment."""

    offset: int
    size: int
    #: In the track's time scale, from the beginning of the file.
    time: int
    key: bool


@attrs.frozen(slots=True)
class Fragment:
    """A moof and its mdat."""

    start: int
    data: int
    end: int
    #: Decoding time of its first sample, and where that is written, and whether in 64 bits.
    time: int
    time_at: int
    wide: bool
    #: Whether it begins with a key picture.
    key: bool
    #: Where the sequence number is written.
    number_at: int


def boxes(data: memoryview, start: int, end: int) -> Iterator[Box]:
    """Walk the boxes between two places; raises ``Damaged``."""
    while start + _HEADER <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        head = _HEADER
        if size == 1:
            size, head = struct.unpack_from(">Q", data, start + _HEADER)[0], _LARGE_HEADER
        if size < head or start + size > end:
            raise Damaged("A file of the vault is damaged: a part of it ends elsewhere than it says.")
        yield Box(kind, start, start + head, start + size)
        start += size


def find(data: memoryview, within: Box, *path: bytes) -> Box:
    """Find a box by its path; raises ``Damaged``."""
    start = within.body + _BEFORE.get(within.kind, 0)
    for box in boxes(data, start, within.end):
        if box.kind == path[0]:
            return find(data, box, *path[1:]) if len(path) > 1 else box
    raise Damaged(f"A file of the vault is damaged: its {path[0].decode('latin-1')} is missing.")


@attrs.frozen(kw_only=True)
class Movie:
    """A file: its description, and where its fragments are."""

    data: memoryview
    #: Bytes before the first fragment: what every cut begins with.
    head: int
    track: VideoTrack
    #: Units in a second.
    scale: int
    fragments: tuple[Fragment, ...]

    def samples(self, fragment: Fragment) -> Iterator[Sample]:
        """Give the pictures of a fragment."""
        moof = Box(b"moof", fragment.start, fragment.start + _HEADER, fragment.data)
        traf = find(self.data, moof, b"traf")
        defaults = _defaults(self.data, find(self.data, traf, b"tfhd"))
        time = fragment.time
        for run in (box for box in boxes(self.data, traf.body, traf.end) if box.kind == b"trun"):
            for offset, size, duration, flags in _run(self.data, run, fragment.start, defaults):
                yield Sample(offset, size, time, not flags & _NOT_SYNC)
                time += duration


def read(data: memoryview) -> Movie:
    """Look through a file; raises ``Damaged``."""
    try:
        return _read(data)
    except (struct.error, IndexError, KeyError) as error:
        raise Damaged("A file of the vault is damaged: it cannot be read as a film.") from error


def _read(data: memoryview) -> Movie:
    whole = list(boxes(data, 0, len(data)))
    moov = next((box for box in whole if box.kind == b"moov"), None)
    if moov is None:
        raise Damaged("A file of the vault is damaged: its description is missing.")
    media = find(data, moov, b"trak", b"mdia")
    header = find(data, media, b"mdhd")
    scale = struct.unpack_from(">I", data, header.body + (20 if data[header.body] else 12))[0]
    fragments = []
    for place, box in enumerate(whole):
        if box.kind == b"moof":
            fragments.append(_fragment(data, box, whole[place + 1]))
    return Movie(data=data, head=moov.end, track=_track(data, media), scale=scale, fragments=tuple(fragments))


def _fragment(data: memoryview, moof: Box, mdat: Box) -> Fragment:
    traf = find(data, moof, b"traf")
    time = find(data, traf, b"tfdt")
    wide = data[time.body] == 1
    at = time.body + 4
    defaults = _defaults(data, find(data, traf, b"tfhd"))
    first = next(_run(data, find(data, traf, b"trun"), moof.start, defaults))
    return Fragment(
        moof.start,
        mdat.start,
        mdat.end,
        struct.unpack_from(">Q" if wide else ">I", data, at)[0],
        at,
        wide,
        not first[3] & _NOT_SYNC,
        find(data, moof, b"mfhd").body + 4,
    )


def _defaults(data: memoryview, tfhd: Box) -> dict[str, int]:
    """Give what samples are when their run does not say (section 8.8.7)."""
    flags = struct.unpack_from(">I", data, tfhd.body)[0] & 0xFFFFFF
    place = tfhd.body + 8
    found = {"duration": 0, "size": 0, "flags": 0}
    for bit, name, length in (
        (0x01, "base", 8),
        (0x02, "description", 4),
        (0x08, "duration", 4),
        (0x10, "size", 4),
        (0x20, "flags", 4),
    ):
        if flags & bit:
            found[name] = struct.unpack_from(">Q" if length == _HEADER else ">I", data, place)[0]
            place += length
    return found


def _run(
    data: memoryview, trun: Box, base: int, defaults: dict[str, int]
) -> Iterator[tuple[int, int, int, int]]:
    """Give place, size, duration and flags of each sample of a run (section 8.8.8)."""
    flags = struct.unpack_from(">I", data, trun.body)[0] & 0xFFFFFF
    count = struct.unpack_from(">I", data, trun.body + 4)[0]
    place = trun.body + 8
    offset = base
    if flags & 0x01:
        offset += struct.unpack_from(">i", data, place)[0]
        place += 4
    first_flags = None
    if flags & 0x04:
        first_flags = struct.unpack_from(">I", data, place)[0]
        place += 4
    for number in range(count):
        duration, size, own = defaults["duration"], defaults["size"], defaults["flags"]
        if flags & 0x100:
            duration = struct.unpack_from(">I", data, place)[0]
            place += 4
        if flags & 0x200:
            size = struct.unpack_from(">I", data, place)[0]
            place += 4
        if flags & 0x400:
            own = struct.unpack_from(">I", data, place)[0]
            place += 4
        if flags & 0x800:
            place += 4
        if number == 0 and first_flags is not None:
            own = first_flags
        yield offset, size, duration, own
        offset += size


def _track(data: memoryview, media: Box) -> VideoTrack:
    """Give codec and parameter sets (ISO/IEC 14496-15, sections 5.3.3 and 8.3.3)."""
    stsd = find(data, media, b"minf", b"stbl", b"stsd")
    entry = next(boxes(data, stsd.body + 8, stsd.end))
    if entry.kind in (b"avc1", b"avc3"):
        record = find(data, entry, b"avcC")
        place = record.body + 5
        sets, place = _counted(data, place + 1, data[place] & 0x1F)
        more, _ = _counted(data, place + 1, data[place])
        return VideoTrack(codec=Codec.H264, parameter_sets=(*sets, *more))
    record = find(data, entry, b"hvcC")
    place = record.body + 23
    found: list[bytes] = []
    for _ in range(data[record.body + 22]):
        count = struct.unpack_from(">H", data, place + 1)[0]
        sets, place = _counted(data, place + 3, count)
        found += sets
    return VideoTrack(codec=Codec.H265, parameter_sets=tuple(found))


def _counted(data: memoryview, place: int, count: int) -> tuple[list[bytes], int]:
    found = []
    for _ in range(count):
        size = struct.unpack_from(">H", data, place)[0]
        found.append(bytes(data[place + 2 : place + 2 + size]))
        place += 2 + size
    return found, place
