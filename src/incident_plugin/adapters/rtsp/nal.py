"""What kind of NAL unit it is (ITU-T H.264 table 7-1, H.265 table 7-1)."""

from __future__ import annotations

from collections.abc import Iterable

from incident_plugin.domain.media import Codec


def _h264(first: int) -> int:
    return first & 0x1F


def _h265(first: int) -> int:
    return first >> 1 & 0x3F


_TYPE = {Codec.H264: _h264, Codec.H265: _h265}


def _beginnings(h264: range, h265: range) -> dict[Codec, frozenset[int]]:
    """First bytes of NAL units of these types: asked of every picture, so they are worked out once."""
    wanted = {Codec.H264: h264, Codec.H265: h265}
    return {codec: frozenset(b for b in range(256) if _TYPE[codec](b) in wanted[codec]) for codec in Codec}


_PICTURE = _beginnings(range(1, 6), range(32))
_KEY = _beginnings(range(5, 6), range(16, 24))
_PARAMETER_SETS = {Codec.H264: (7, 8), Codec.H265: (32, 33, 34)}


def has_picture(codec: Codec, nals: Iterable[bytes]) -> bool:
    """Whether there is a slice of a coded picture."""
    return not _PICTURE[codec].isdisjoint([nal[0] for nal in nals])


def is_key(codec: Codec, nals: Iterable[bytes]) -> bool:
    """Whether a decoder can start here: an IDR or IRAP picture."""
    return not _KEY[codec].isdisjoint([nal[0] for nal in nals])


def parameter_sets(codec: Codec, nals: Iterable[bytes]) -> tuple[bytes, ...]:
    """Give the parameter sets in decoders' order, or nothing when a kind of them is missing."""
    kind, nals = _TYPE[codec], tuple(nals)
    found = tuple(tuple(nal for nal in nals if kind(nal[0]) == wanted) for wanted in _PARAMETER_SETS[codec])
    return tuple(nal for group in found for nal in dict.fromkeys(group)) if all(found) else ()
