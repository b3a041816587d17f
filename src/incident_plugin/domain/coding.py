"""What parameter sets tell of coded pictures (ITU-T H.264 section 7.3.2.1, H.265 section 7.3.2.2)."""

from __future__ import annotations

from collections.abc import Sequence

#: No picture is preceded in decoding order by more pictures that are shown after it (H.264 section A.3.1,
#: H.265 section A.4.1): what is assumed where the parameter sets do not tell.
MOST_REORDERED = 16
_H264_SPS, _H265_SPS = 7, 33
_BASELINE = 66
#: Profiles whose parameter sets have chroma format and bit depths.
_H264_HIGH = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
_YUV_444 = 3
_SMALL_LISTS, _SMALL, _LARGE = 6, 16, 64


class Bits:
    """Reads a raw byte sequence payload bit by bit, without its emulation prevention bytes."""

    def __init__(self, nal: bytes, *, skip: int) -> None:
        payload = nal[skip:].replace(b"\x00\x00\x03", b"\x00\x00")
        self._bits = "".join(f"{byte:08b}" for byte in payload)
        self._position = 0

    def take(self, count: int) -> int:
        """Give the next bits as a number; raises ``ValueError`` at the end."""
        taken = self._bits[self._position : self._position + count]
        if len(taken) < count:
            raise ValueError("a parameter set is cut off")
        self._position += count
        return int(taken or "0", 2)

    def golomb(self) -> int:
        """Give the next unsigned Exp-Golomb number (H.264 section 9.1); raises ``ValueError``."""
        zeros = self._bits.index("1", self._position) - self._position
        self._position += zeros
        return self.take(zeros + 1) - 1

    def signed(self) -> int:
        """Give the next signed Exp-Golomb number (H.264 section 9.1.1); raises ``ValueError``."""
        number = self.golomb()
        return (number + 1) // 2 if number % 2 else -(number // 2)


def skip_sub_layers(bits: Bits, layers: int) -> None:
    """Pass over what profile_tier_level says about temporal sub-layers (H.265 section 7.3.3)."""
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for profile, level in present:
        bits.take(88 * profile + 8 * level)


def h264_reordering(sets: Sequence[bytes]) -> int:
    """Say how many pictures may be decoded before one that is shown before them; 0 when none ever is."""
    sps = next((nal for nal in sets if nal[:1] and nal[0] & 0x1F == _H264_SPS), b"")
    try:
        profile = sps[1]
        bits = Bits(sps, skip=4)
        bits.golomb()
        if profile in _H264_HIGH:
            _skip_high(bits)
        bits.golomb()
        # With order count type 2 pictures are shown in decoding order (section 8.2.1.3).
        shown_as_decoded = profile == _BASELINE or bits.golomb() == 2  # noqa: PLR2004
    except (IndexError, ValueError):
        return MOST_REORDERED
    return 0 if shown_as_decoded else MOST_REORDERED


def h265_reordering(sets: Sequence[bytes]) -> int:
    """Say the same of H.265, whose parameter sets have the number (``sps_max_num_reorder_pics``)."""
    sps = next((nal for nal in sets if nal[:1] and nal[0] >> 1 & 0x3F == _H265_SPS), b"")
    try:
        bits = Bits(sps, skip=2)
        bits.take(4)
        layers = bits.take(3)
        bits.take(1 + 96)
        skip_sub_layers(bits, layers)
        bits.golomb()
        if bits.golomb() == _YUV_444:
            bits.take(1)
        bits.golomb(), bits.golomb()
        if bits.take(1):
            for _ in range(4):
                bits.golomb()
        for _ in range(3):
            bits.golomb()
        told = []
        for _ in range(layers + 1 if bits.take(1) else 1):
            bits.golomb()
            told.append(bits.golomb())
            bits.golomb()
    except ValueError:
        return MOST_REORDERED
    return min(max(told), MOST_REORDERED)


def _skip_high(bits: Bits) -> None:
    chroma = bits.golomb()
    if chroma == _YUV_444:
        bits.take(1)
    bits.golomb(), bits.golomb()
    bits.take(1)
    if bits.take(1):
        for number in range(12 if chroma == _YUV_444 else 8):
            if bits.take(1):
                _skip_scaling(bits, _SMALL if number < _SMALL_LISTS else _LARGE)


def _skip_scaling(bits: Bits, size: int) -> None:
    """Pass over a scaling list (H.264 section 7.3.2.1.1.1)."""
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last
