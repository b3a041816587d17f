"""Decoding what was sent, as any player would."""

from collections.abc import Iterable

import av
import numpy as np
from numpy.typing import NDArray

from demo_recorder.encoder import AccessUnit
from demo_recorder.strip import StripReading, read_strip


def decoded(units: Iterable[AccessUnit]) -> list[NDArray[np.uint8]]:
    """The luma planes of coded frames."""
    decoder = av.CodecContext.create("h264", "r")
    frames = []
    for unit in units:
        data = b"".join(b"\0\0\0\1" + nal_unit for nal_unit in unit.nal_units)
        frames += decoder.decode(av.Packet(data))
    frames += decoder.decode(None)
    return [frame.to_ndarray(format="gray") for frame in frames]


def strips(units: Iterable[AccessUnit]) -> list[StripReading]:
    """What the time strips of coded frames say."""
    return [read_strip(luma) for luma in decoded(units)]
