"""Fragmented MP4 as the vault has it: boxes, fragments and samples (ISO/IEC 14496-12), without decoding."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, repeat
from typing import NamedTuple

import attrs

from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.media import Codec, SoundCodec, SoundTrack, VideoTrack

#: A sample that no decoder can start at (section 8.8.3.1).
_NOT_SYNC = 0x10000
_HEADER, _LARGE_HEADER = 8, 16
#: Lengths of the fields before the boxes within these.
_BEFORE = {b"stsd": 8, b"avc1": 78, b"avc3": 78, b"hvc1": 78, b"hev1": 78, b"mp4a": 28, b"Opus": 28}
#: Fields of a sample in a run, by the flag that says that they are there; the last is signed in version 1.
_FIELDS = ((0x100, "duration"), (0x200, "size"), (0x400, "flags"), (0x800, "later"))
#: More samples than any fragment has.
_TOO_MANY = 1 << 20
_SIGN, _UNSIGNED = 1 << 31, 1 << 32
_SOUND = {
    b"mp4a": SoundCodec.AAC,
    b"ulaw": SoundCodec.PCMU,
    b"alaw": SoundCodec.PCMA,
    b"Opus": SoundCodec.OPUS,
}


class Damaged(StoreUnavailable):
    """A file of the vault that is not as it was written."""

    message_id = "incident.copy-damaged"


class Box(NamedTuple):
    """Where a box lies."""

    kind: bytes
    start: int
    body: int
    end: int


class Sample(NamedTuple):
    """One picture, or one frame of sound, in a fragment."""

    offset: int
    size: int
    #: When it is shown or heard, in the track's time scale, from the beginning of the file.
    time: int
    key: bool
    #: When it is decoded, and when the next one is.
    decoded: int
    until: int


@attrs.frozen(slots=True)
class Part:
    """What a fragment has of one track (section 8.8.6)."""

    box: Box
    track: int
    #: Decoding time of its first sample, and where that is written, and whether in 64 bits.
    time: int
    time_at: int
    wide: bool


@attrs.frozen(slots=True)
class Fragment:
    """A moof and its mdat."""

    start: int
    data: int
    end: int
    #: Decoding time of its first picture, and when that is shown.
    time: int
    shown: int
    #: Whether it begins with a key picture.
    key: bool
    #: Where the sequence number is written.
    number_at: int
    #: What it has of each track.
    parts: tuple[Part, ...]


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


class Fragments:
    """The fragments of a file, each looked into when it is asked for: a film of a day has 86,400."""

    def __init__(self, data: memoryview, places: Sequence[tuple[Box, Box]], pictures: int) -> None:
        self._data, self._places, self._pictures = data, places, pictures
        self._known: dict[int, Fragment] = {}

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, place: int) -> Fragment:
        """Give a fragment; raises ``Damaged``."""
        if place not in self._known:
            with _named_damage():
                self._known[place] = _fragment(self._data, *self._places[place], self._pictures)
        return self._known[place]

    def __iter__(self) -> Iterator[Fragment]:
        return map(self.__getitem__, range(len(self)))


@attrs.frozen(kw_only=True)
class Movie:
    """A file: its description, and where its fragments are."""

    data: memoryview
    #: Where its description is, and what ends before the first fragment.
    moov: Box
    track: VideoTrack
    #: Numbers of the tracks, and their units in a second.
    pictures: int
    scale: int
    fragments: Fragments
    sound: SoundTrack | None = None
    heard: int = 0

    def within(self, start: float, end: float) -> list[Fragment]:
        """Give the fragments from the key picture at or before ``start`` to the first that begin at ``end``.

        Where there is no such key picture they begin with the first; raises ``Damaged``.
        """
        place = max(0, bisect_right(self.fragments, start, key=lambda one: one.shown) - 1)
        while place and not self.fragments[place].key:
            place -= 1
        found = []
        for number in range(place, len(self.fragments)):
            found.append(self.fragments[number])
            if found[-1].key and found[-1].time >= end:
                break
        return found

    def times(self, fragment: Fragment) -> list[int]:
        """Give when the pictures of a fragment are shown, in decoding order."""
        return [
            time + later
            for columns in self._runs(fragment, self.pictures)
            for time, later in zip(columns.decoded, columns.later, strict=False)
        ]

    def samples(self, fragment: Fragment) -> Iterator[Sample]:
        """Give the pictures of a fragment in decoding order."""
        return self._samples(fragment, self.pictures)

    def sounds(self, fragment: Fragment) -> Iterator[Sample]:
        """Give the sound of a fragment."""
        return self._samples(fragment, self.heard)

    def _samples(self, fragment: Fragment, track: int) -> Iterator[Sample]:
        for run in self._runs(fragment, track):
            offset = run.offset
            for place, (size, later, flags) in enumerate(zip(run.sizes, run.later, run.flags, strict=False)):
                time, until = run.decoded[place], run.decoded[place + 1]
                yield Sample(offset, size, time + later, not flags & _NOT_SYNC, time, until)
                offset += size

    def _runs(self, fragment: Fragment, track: int) -> Iterator[_Run]:
        for part in fragment.parts:
            if part.track != track:
                continue
            with _named_damage():
                defaults = _defaults(self.data, find(self.data, part.box, b"tfhd"))
                time = part.time
                for box in boxes(self.data, part.box.body, part.box.end):
                    if box.kind == b"trun":
                        run = _run(self.data, box, fragment.start, time, defaults)
                        yield run
                        time = run.decoded[-1]


@contextmanager
def _named_damage() -> Iterator[None]:
    """Let what cannot be read be named as that."""
    try:
        yield
    except (struct.error, IndexError, KeyError, StopIteration) as error:
        raise Damaged("A file of the vault is damaged: it cannot be read as a film.") from error


def read(data: memoryview) -> Movie:
    """Look through a file; raises ``Damaged``."""
    with _named_damage():
        return _read(data)


def _read(data: memoryview) -> Movie:
    whole = list(boxes(data, 0, len(data)))
    moov = next((box for box in whole if box.kind == b"moov"), None)
    if moov is None:
        raise Damaged("A file of the vault is damaged: its description is missing.")
    tracks = dict([_described(data, box) for box in boxes(data, moov.body, moov.end) if box.kind == b"trak"])
    pictures = next((number for number, one in tracks.items() if isinstance(one[1], VideoTrack)), None)
    if pictures is None:
        raise Damaged("A file of the vault is damaged: its description of the video is missing.")
    scale, track = tracks[pictures]
    heard, sound = next(
        ((number, one[1]) for number, one in tracks.items() if isinstance(one[1], SoundTrack)), (0, None)
    )
    assert isinstance(track, VideoTrack)  # noqa: S101 - it was chosen for that
    places = [(box, whole[place + 1]) for place, box in enumerate(whole) if box.kind == b"moof"]
    return Movie(
        data=data,
        moov=moov,
        track=track,
        pictures=pictures,
        scale=scale,
        fragments=Fragments(data, places, pictures),
        sound=sound,
        heard=heard,
    )


def head_without(movie: Movie, track: int) -> bytes:
    """Give what stands before the fragments, with a track left out of the description."""
    data, moov = movie.data, movie.moov
    kept = b"".join(_kept(data, box, track) for box in boxes(data, moov.body, moov.end))
    return bytes(data[: moov.start]) + struct.pack(">I4s", _HEADER + len(kept), b"moov") + kept


def _kept(data: memoryview, box: Box, track: int) -> bytes:
    """Give a box of the description without what is said of a track (sections 8.3.1 and 8.8.3)."""
    if box.kind == b"trak" and _described(data, box)[0] == track:
        return b""
    if box.kind == b"trex" and struct.unpack_from(">I", data, box.body + 4)[0] == track:
        return b""
    if box.kind == b"mvex":
        kept = b"".join(_kept(data, one, track) for one in boxes(data, box.body, box.end))
        return struct.pack(">I4s", _HEADER + len(kept), b"mvex") + kept
    return bytes(data[box.start : box.end])


def _described(data: memoryview, trak: Box) -> tuple[int, tuple[int, VideoTrack | SoundTrack]]:
    """Give a track's number, its units in a second, and what a decoder must know."""
    header = find(data, trak, b"tkhd")
    number = struct.unpack_from(">I", data, header.body + (20 if data[header.body] else 12))[0]
    media = find(data, trak, b"mdia")
    header = find(data, media, b"mdhd")
    scale = struct.unpack_from(">I", data, header.body + (20 if data[header.body] else 12))[0]
    stsd = find(data, media, b"minf", b"stbl", b"stsd")
    entry = next(boxes(data, stsd.body + 8, stsd.end))
    if entry.kind in _SOUND:
        return number, (scale, _heard(data, entry, scale))
    return number, (scale, _track(data, entry))


def _fragment(data: memoryview, moof: Box, mdat: Box, pictures: int) -> Fragment:
    parts = tuple(_part(data, box) for box in boxes(data, moof.body, moof.end) if box.kind == b"traf")
    shown = next(part for part in parts if part.track == pictures)
    defaults = _defaults(data, find(data, shown.box, b"tfhd"))
    first = _run(data, find(data, shown.box, b"trun"), moof.start, shown.time, defaults, most=1)
    return Fragment(
        moof.start,
        mdat.start,
        mdat.end,
        shown.time,
        shown.time + next(iter(first.later)),
        not next(iter(first.flags)) & _NOT_SYNC,
        find(data, moof, b"mfhd").body + 4,
        parts,
    )


def _part(data: memoryview, traf: Box) -> Part:
    track = struct.unpack_from(">I", data, find(data, traf, b"tfhd").body + 4)[0]
    time = find(data, traf, b"tfdt")
    wide, at = data[time.body] == 1, time.body + 4
    return Part(traf, track, struct.unpack_from(">Q" if wide else ">I", data, at)[0], at, wide)


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


class _Run(NamedTuple):
    """Samples that lie one behind the other (section 8.8.8)."""

    #: Where the first one begins.
    offset: int
    sizes: Sequence[int]
    #: When each is decoded, and at the end when the next one would be.
    decoded: Sequence[int]
    flags: Iterable[int]
    #: How much later than it is decoded each is shown.
    later: Iterable[int]


def _run(
    data: memoryview, trun: Box, base: int, time: int, defaults: dict[str, int], *, most: int = _TOO_MANY
) -> _Run:
    """Read a run, or the first samples of it; ``time`` is when the first one is decoded."""
    flags, count = struct.unpack_from(">II", data, trun.body)
    if count > _TOO_MANY:
        raise Damaged("A file of the vault is damaged: a part of it has more pictures than can be.")
    place, offset, count = trun.body + 8, base, min(count, most)
    if flags & 0x01:
        offset += struct.unpack_from(">i", data, place)[0]
        place += 4
    first_flags = None
    if flags & 0x04:
        first_flags = struct.unpack_from(">I", data, place)[0]
        place += 4
    fields = [name for bit, name in _FIELDS if flags & bit]
    rows = struct.unpack_from(f">{len(fields) * count}I", data, place)
    columns = {name: rows[number :: len(fields)] for number, name in enumerate(fields)}
    own: Iterable[int] = columns.get("flags") or repeat(defaults["flags"], count)
    if first_flags is not None:
        own = [first_flags, *list(own)[1:]]
    later: Iterable[int] = columns.get("later") or repeat(0, count)
    if data[trun.body]:
        later = [one - _UNSIGNED if one >= _SIGN else one for one in later]
    durations = columns.get("duration") or repeat(defaults["duration"], count)
    return _Run(
        offset,
        columns.get("size") or (defaults["size"],) * count,
        list(accumulate(durations, initial=time)),
        own,
        later,
    )


def _heard(data: memoryview, entry: Box, scale: int) -> SoundTrack:
    """Give what a decoder of the sound must know (section 12.2.3; ISO/IEC 14496-14 section 5.6)."""
    codec, config = _SOUND[entry.kind], b""
    if codec is SoundCodec.AAC:
        record = find(data, entry, b"esds")
        config = _configuration(bytes(data[record.body + 4 : record.end]))
    channels = struct.unpack_from(">H", data, entry.body + 16)[0]
    return SoundTrack(codec=codec, rate=scale, channels=channels, config=config)


def _configuration(descriptors: bytes) -> bytes:
    """Find the AudioSpecificConfig in an elementary stream's descriptors (ISO/IEC 14496-1 section 7.2.6)."""
    place = 0
    #: Fields before the descriptors within one, by its tag.
    before = {3: 3, 4: 13}
    while place < len(descriptors):
        tag, size, place = descriptors[place], 0, place + 1
        while descriptors[place] & 0x80:
            size, place = size << 7 | descriptors[place] & 0x7F, place + 1
        size, place = size << 7 | descriptors[place], place + 1
        if tag not in before:
            return descriptors[place : place + size]
        place += before[tag]
    return b""


def _track(data: memoryview, entry: Box) -> VideoTrack:
    """Give codec and parameter sets (ISO/IEC 14496-15, sections 5.3.3 and 8.3.3)."""
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
