"""The little of H.264 that passing it on needs (Rec. ITU-T H.264, RFC 6184)."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

_IDR = 5
_SPS = 7
_PPS = 8
#: NAL unit header, profile_idc, constraint flags, level_idc.
_SPS_HEADER = 4
_BASELINE = 0x42
_CONSTRAINT_SET_1 = 0x40
_CONSTRAINED_BASELINE = "Constrained Baseline"
_NAMES = {
    _BASELINE: "Baseline",
    0x4D: "Main",
    0x64: "High",
    0x6E: "High 10",
    0x7A: "High 4:2:2",
    0xF4: "High 4:4:4 Predictive",
}
#: Each decodes those before it.
_LADDER = (_CONSTRAINED_BASELINE, "Main", "High", "High 10", "High 4:2:2", "High 4:4:4 Predictive")


def nal_type(nal: bytes) -> int:
    """Give nal_unit_type (7.3.1); 0 for an empty unit."""
    return nal[0] & 0x1F if nal else 0


def with_parameter_sets(nals: tuple[bytes, ...], sets: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Put parameter sets before a key picture that comes without its own.

    Cameras may announce them only in the SDP; a viewer that joins later would have none.
    """
    kinds = {nal_type(nal) for nal in nals}
    return nals if {_SPS, _PPS} <= kinds else (*sets, *nals)


def starts_decoding(nals: tuple[bytes, ...]) -> bool:
    """Whether the picture is an IDR picture."""
    return any(nal_type(nal) == _IDR for nal in nals)


@attrs.frozen
class Profile:
    """profile_idc and the constraint flags: the first two bytes of profile-level-id (RFC 6184, 8.1)."""

    idc: int
    constraints: int

    @classmethod
    def of_level_id(cls, text: str) -> Profile:
        """Read ``profile-level-id``; raises ``ValueError`` unless it is six hexadecimal digits."""
        idc, constraints, _level = bytes.fromhex(text)
        return cls(idc, constraints)

    @classmethod
    def of_sets(cls, sets: Iterable[bytes]) -> Profile | None:
        """Read it from the sequence parameter set (7.3.2.1.1), if there is one."""
        sps = next((nal for nal in sets if nal_type(nal) == _SPS), b"")
        return cls(sps[1], sps[2]) if len(sps) >= _SPS_HEADER else None

    @property
    def name(self) -> str:
        """Name as in annex A.2, or the number of a profile that live preview does not know."""
        if self.idc == _BASELINE and self.constraints & _CONSTRAINT_SET_1:
            return _CONSTRAINED_BASELINE
        return _NAMES.get(self.idc, str(self.idc))

    def decodes(self, stream: Profile) -> bool:
        """Whether a decoder of this profile must be able to decode the stream (A.2)."""
        if self.name in _LADDER:
            return stream.name in _LADDER[: _LADDER.index(self.name) + 1]
        return stream.name in (self.name, _CONSTRAINED_BASELINE if self.idc == _BASELINE else "")
