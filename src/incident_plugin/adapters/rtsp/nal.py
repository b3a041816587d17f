"""What kind of NAL unit it is (ITU-T H.264 table 7-1, H.265 table 7-1)."""

from __future__ import annotations

from collections.abc import Iterable

from incident_plugin.domain.media import Codec


def _h264(first: int) -> int:
    return first & 0x1F


def _h265(first: int) -> int:
    return first >> 1 & 0x3F


_TYPE = {Codec.H264: _h264, Codec.H265: _h265}


#: What a NAL unit is of a picture: nothing of it, a slice, or a slice of one that a decoder can start at.
BESIDE, SLICE, KEY = range(3)
_SLICES = {Codec.H264: range(1, 6), Codec.H265: range(32)}
_KEYS = {Codec.H264: range(5, 6), Codec.H265: range(16, 24)}
_PARAMETER_SETS = {Codec.H264: (7, 8), Codec.H265: (32, 33, 34)}


def kinds(codec: Codec) -> bytes:
    """Give what a NAL unit is by its first byte: it is asked of every picture, so it is worked out once.

    A decoder can start at IDR and IRAP pictures.
    """
    types = map(_TYPE[codec], range(256))
    return bytes((one in _SLICES[codec]) + (one in _KEYS[codec]) for one in types)


def parameter_sets(codec: Codec, nals: Iterable[bytes]) -> tuple[bytes, ...]:
    """Give the parameter sets in decoders' order, or nothing when a kind of them is missing."""
    kind, nals = _TYPE[codec], tuple(nals)
    found = tuple(tuple(nal for nal in nals if kind(nal[0]) == wanted) for wanted in _PARAMETER_SETS[codec])
    return tuple(nal for group in found for nal in dict.fromkeys(group)) if all(found) else ()
