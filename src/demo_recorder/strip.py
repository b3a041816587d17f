"""The time strip: which camera took a frame, and when, as blocks that survive compression.

The lowest 8 of 360 picture lines are a row of 64 equal blocks, white for one and black for zero. From the
left:

====== ====================================================================
blocks meaning
====== ====================================================================
1      one, always (what white looks like in this picture)
1      zero, always (what black looks like)
4      camera number, most significant bit first
42     milliseconds since 1970-01-01T00:00:00Z, rounded down
16     CRC-16/CCITT (initial value 0xFFFF) of the 46 bits above, taken as six
       bytes, most significant first, led by two zero bits
====== ====================================================================

A reader needs only the picture, at any size that keeps its shape, in grey or in RGB.
"""

import binascii
from datetime import UTC, datetime, timedelta

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

BLOCKS = 64
MAX_CAMERA = 15

#: The part of the picture's height that the strip takes, at the bottom.
HEIGHT_RATIO = 8 / 360

_TIME_BITS = 42
_VALUE_BITS = 46
_CHECK_BITS = 16
_LEAST_CONTRAST = 40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnreadableStripError(ValueError):
    """The picture carries no time strip, or one too damaged to trust."""


@frozen(kw_only=True)
class StripReading:
    """What a time strip says."""

    #: The number of the camera, from 1.
    camera: int
    #: When the frame was taken, in milliseconds since 1970, rounded down.
    time_ms: int

    @property
    def moment(self) -> datetime:
        """When the frame was taken, UTC, to the millisecond."""
        return _EPOCH + timedelta(milliseconds=self.time_ms)


def strip_blocks(*, camera: int, time_ms: int) -> NDArray[np.bool_]:
    """The 64 blocks of a strip, true for white."""
    if not 0 < camera <= MAX_CAMERA or not 0 <= time_ms < 1 << _TIME_BITS:
        raise ValueError(f"no strip can carry camera {camera} at {time_ms} ms")
    value = camera << _TIME_BITS | time_ms
    word = 0b10 << (_VALUE_BITS + _CHECK_BITS) | value << _CHECK_BITS | _check(value)
    return np.unpackbits(np.frombuffer(word.to_bytes(8, "big"), np.uint8)).astype(np.bool_)


def read_strip(picture: NDArray[np.uint8]) -> StripReading:
    """Read the time strip of a picture.

    The picture is height x width (grey, or the luma plane) or height x width x 3 or more (RGB, RGBA).
    Raises UnreadableStripError when there is none, or its check does not match.
    """
    levels = _block_levels(picture)
    white, black = levels[0], levels[1]
    if white - black < _LEAST_CONTRAST:
        raise UnreadableStripError(f"no time strip: first blocks are {white:.0f} and {black:.0f}")
    word = int.from_bytes(np.packbits(levels > (white + black) / 2).tobytes(), "big")
    value = word >> _CHECK_BITS & (1 << _VALUE_BITS) - 1
    if word & (1 << _CHECK_BITS) - 1 != _check(value):
        raise UnreadableStripError(f"time strip is damaged: {word:016x} fails its check")
    return StripReading(camera=value >> _TIME_BITS, time_ms=value & (1 << _TIME_BITS) - 1)


def _check(value: int) -> int:
    return binascii.crc_hqx(value.to_bytes(6, "big"), 0xFFFF)


def _block_levels(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The brightness of each block, measured in the middle of it, away from its blurred edges."""
    height, width = picture.shape[:2]
    tall, wide = height * HEIGHT_RATIO, width / BLOCKS
    if tall < 1 or wide < 1:
        raise UnreadableStripError(f"a picture of {width}x{height} is too small to hold a time strip")
    rows = _middle(height - tall, tall)
    means = [picture[rows, _middle(block * wide, wide)].mean() for block in range(BLOCKS)]
    return np.array(means, np.float64)


def _middle(start: float, size: float) -> slice:
    first = int(start + size * 0.3)
    return slice(first, max(first + 1, int(start + size * 0.7)))
