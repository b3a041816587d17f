"""Pictures as the encoder wants them: planar YUV 4:2:0, BT.601, studio range."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo_recorder.cameras import HEIGHT, WIDTH

Plane = NDArray[np.uint8]
Floats = NDArray[np.floating[Any]]

BLACK = 16
WHITE = 235
GREY_CHROMA = 128

# ITU-R BT.601 section 3.5: studio-range luma and colour differences from full-range RGB.
_TO_LUMA = np.array([65.481, 128.553, 24.966], np.float32) / 255
_TO_BLUE = np.array([-37.797, -74.203, 112.0], np.float32) / 255
_TO_RED = np.array([112.0, -93.786, -18.214], np.float32) / 255


class Picture:
    """One frame's three planes, views on a single buffer that can be drawn into and encoded."""

    def __init__(self) -> None:
        """Make a black picture."""
        self.buffer: Plane = np.empty((HEIGHT * 3 // 2, WIDTH), np.uint8)
        chroma = self.buffer[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)
        self.y: Plane = self.buffer[:HEIGHT]
        self.u: Plane = chroma[0]
        self.v: Plane = chroma[1]
        self.y[:] = BLACK
        chroma[:] = GREY_CHROMA

    def copy(self) -> "Picture":
        """A picture of the same content that can be drawn into freely."""
        twin = Picture()
        twin.buffer[:] = self.buffer
        return twin

    def halved(self) -> Plane:
        """The buffer of the same picture at half its width and height."""
        chroma = [_quartered(plane) for plane in (self.u, self.v)]
        small = np.empty((HEIGHT * 3 // 4, WIDTH // 2), np.uint8)
        small[: HEIGHT // 2] = _quartered(self.y)
        small[HEIGHT // 2 :].reshape(2, HEIGHT // 4, WIDTH // 4)[:] = chroma
        return small

    def put_rgb(self, rgb: Plane) -> None:
        """Replace the whole picture by a height x width x 3 array."""
        self.y[:], self.u[:], self.v[:] = to_yuv(rgb)


def to_yuv(rgb: Plane) -> tuple[Plane, Plane, Plane]:
    """Convert an even-sized RGB array to a luma plane and two chroma planes of half its size."""
    colours = rgb.astype(np.float32)
    return (
        _rounded(colours @ _TO_LUMA + BLACK),
        _rounded(halved(colours @ _TO_BLUE) + GREY_CHROMA),
        _rounded(halved(colours @ _TO_RED) + GREY_CHROMA),
    )


def halved(plane: Floats) -> Floats:
    """The plane at half its width and height, each value the mean of four."""
    return (plane[0::2, 0::2] + plane[1::2, 0::2] + plane[0::2, 1::2] + plane[1::2, 1::2]) / 4


def _quartered(plane: Plane) -> Plane:
    """Each dot the mean of four, without leaving whole numbers."""
    rows = plane[0::2].astype(np.uint16) + plane[1::2]
    return ((rows[:, 0::2] + rows[:, 1::2] + 2) >> 2).astype(np.uint8)


def _rounded(plane: Floats) -> Plane:
    return np.rint(plane).clip(0, 255).astype(np.uint8)
