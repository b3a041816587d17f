"""The little of H.265 that passing it on needs (Rec. ITU-T H.265, RFC 7798)."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

_IRAP = range(16, 24)
_VPS, _SPS, _PPS = 32, 33, 34
#: NAL unit header, a byte of counts, then general profile, tier and level (7.3.2.2, 7.3.3).
_PROFILE, _LEVEL = 3, 14


def nal_type(nal: bytes) -> int:
    """Give nal_unit_type (7.3.1.2); -1 for what is none."""
    return nal[0] >> 1 & 0x3F if len(nal) > 1 else -1


def with_parameter_sets(nals: tuple[bytes, ...], sets: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Put parameter sets before a key picture that comes without its own."""
    kinds = {nal_type(nal) for nal in nals}
    return nals if {_VPS, _SPS, _PPS} <= kinds else (*sets, *nals)


def starts_decoding(nals: tuple[bytes, ...]) -> bool:
    """Whether the picture is an IRAP picture."""
    return any(nal_type(nal) in _IRAP for nal in nals)


@attrs.frozen
class Profile:
    """general_profile_idc and general_level_idc, as profile-id and level-id name them (RFC 7798, 7.1)."""

    idc: int
    level: int

    @classmethod
    def of_sets(cls, sets: Iterable[bytes]) -> Profile | None:
        """Read it from the sequence parameter set, if there is one."""
        sps = next((nal for nal in sets if nal_type(nal) == _SPS), b"").replace(b"\0\0\3", b"\0\0")
        return cls(sps[_PROFILE] & 0x1F, sps[_LEVEL]) if len(sps) > _LEVEL else None

    def decodes(self, stream: Profile) -> bool:
        """Whether a decoder of this profile and level must be able to decode the stream (A.3, A.4)."""
        return stream.idc <= self.idc and stream.level <= self.level
