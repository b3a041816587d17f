"""Fragments of an MP4 as bytes (ISO/IEC 14496-12 section 8.8): what tells where samples are, and when."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import chain
from operator import sub
from typing import NamedTuple

#: Tracks of the files that are written here.
PICTURES, SOUND = 1, 2
#: sample_depends_on = 2 (on nothing); otherwise 1, and not a sync sample (section 8.8.3.1).
KEY, OTHER = 0x02000000, 0x01010000
_BASE_IS_MOOF, _DEFAULT_FLAGS = 0x020000, 0x20
#: Fields of a run: offset of the data; duration and size; flags; composition offset.
_OFFSET, _LENGTHS, _FLAGS, _COMPOSITION = 0x01, 0x300, 0x400, 0x800
#: Version 1 of a run, in which composition offsets are signed.
_SIGNED = 0x01000000
_HEAD, _MFHD, _TFHD, _TFDT, _TRUN = 8, 16, 16, 20, 20


class Piece(NamedTuple):
    """A sample: a coded picture, or a frame of sound."""

    #: When it is shown or heard, in the track's units.
    time: int
    size: int
    key: bool = True


def decoding_times(shown: Sequence[int], after: int) -> list[int]:
    """Give pictures in decoding order the latest decoding times that increase and are not after ``shown``.

    ``after`` is the decoding time before them. Pictures that are not reordered are decoded when they are
    shown. Only where stamps contradict each other one is decoded after it is shown.
    """
    times = list(shown)
    if times == sorted(set(times)) and (not times or times[0] > after):
        return times
    for place in range(len(times) - 2, -1, -1):
        times[place] = min(times[place], times[place + 1] - 1)
    for place, time in enumerate(times):
        times[place] = after = max(time, after + 1)
    return times


def moof(
    number: int,
    pictures: Sequence[Piece],
    decoded: Sequence[int],
    end: int,
    *,
    sound: Sequence[Piece] = (),
    heard_until: int = 0,
) -> bytes:
    """Give what stands before the samples: the pictures, then the sound.

    ``decoded`` are the decoding times of the pictures, and ``end`` is when the next one is decoded;
    ``heard_until`` is the end of the last sound. Where some is missing the frame before lasts until the next.
    """
    shown, sizes, keys = zip(*pictures, strict=True)
    reordered = shown != tuple(decoded)
    columns = [_steps(decoded, max(end, decoded[-1] + 1)), sizes, [KEY if key else OTHER for key in keys]]
    if reordered:
        columns.append(list(map(sub, shown, decoded)))
    samples = _rows("IIIi" if reordered else "III", *columns)
    heard = _heard(sound, heard_until) if sound else b""
    video = _HEAD + _TFHD + _TFDT + _TRUN + len(samples)
    audio = _HEAD + _TFHD + 4 + _TFDT + _TRUN + len(heard) if sound else 0
    size = _HEAD + _MFHD + video + audio
    fields = _OFFSET | _LENGTHS | _FLAGS | (_COMPOSITION | _SIGNED if reordered else 0)
    parts = [
        struct.pack(">I4s", size, b"moof"),
        struct.pack(">I4sII", _MFHD, b"mfhd", 0, number),
        struct.pack(">I4s", video, b"traf"),
        struct.pack(">I4sII", _TFHD, b"tfhd", _BASE_IS_MOOF, PICTURES),
        struct.pack(">I4sIQ", _TFDT, b"tfdt", 0x01000000, decoded[0]),
        struct.pack(">I4sIIi", _TRUN + len(samples), b"trun", fields, len(pictures), size + _HEAD),
        samples,
    ]
    if sound:
        parts += [
            struct.pack(">I4s", audio, b"traf"),
            struct.pack(">I4sIII", _TFHD + 4, b"tfhd", _BASE_IS_MOOF | _DEFAULT_FLAGS, SOUND, KEY),
            struct.pack(">I4sIQ", _TFDT, b"tfdt", 0x01000000, sound[0].time),
            struct.pack(
                ">I4sIIi",
                _TRUN + len(heard),
                b"trun",
                _OFFSET | _LENGTHS,
                len(sound),
                size + _HEAD + sum(sizes),
            ),
            heard,
        ]
    return b"".join(parts)


def mdat(size: int) -> bytes:
    """Give what stands before so many bytes of samples."""
    return struct.pack(">I4s", _HEAD + size, b"mdat")


def _heard(sound: Sequence[Piece], until: int) -> bytes:
    times, sizes, _ = zip(*sound, strict=True)
    return _rows("II", _steps(times, until), sizes)


def _steps(times: Sequence[int], end: int) -> list[int]:
    """Give how long each lasts: until the next one, or the end."""
    return list(map(sub, (*times[1:], end), times))


def _rows(row: str, *columns: Sequence[int]) -> bytes:
    """Write fields of samples, sample by sample."""
    return struct.pack(">" + row * len(columns[0]), *chain.from_iterable(zip(*columns, strict=True)))
