"""The time strip survives what happens to pictures, and never lies."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from demo_recorder.strip import BLOCKS, StripReading, UnreadableStripError, read_strip, strip_blocks

CAMERAS = st.integers(1, 15)
TIMES = st.integers(0, (1 << 42) - 1)


def picture(camera: int, time_ms: int, *, width: int = 640, height: int = 360) -> NDArray[np.uint8]:
    """A grey picture with a strip."""
    luma = np.full((height, width), 120, np.uint8)
    blocks = strip_blocks(camera=camera, time_ms=time_ms)
    luma[-8:] = (blocks * 219 + 16).repeat(width // BLOCKS)
    return luma


@settings(deadline=None)
@given(CAMERAS, TIMES)
def test_what_is_written_is_read(camera: int, time_ms: int) -> None:
    """Every camera and time comes back as it was drawn."""
    assert read_strip(picture(camera, time_ms)) == StripReading(camera=camera, time_ms=time_ms)


@settings(deadline=None)
@given(CAMERAS, TIMES, st.integers(0, BLOCKS - 1))
def test_a_wrong_block_is_noticed(camera: int, time_ms: int, block: int) -> None:
    """One block turned to its opposite makes the strip unreadable, never another time."""
    luma = picture(camera, time_ms)
    luma[-8:, block * 10 : block * 10 + 10] = 251 - luma[-8:, block * 10 : block * 10 + 10]
    with pytest.raises(UnreadableStripError):
        read_strip(luma)


@pytest.mark.parametrize("size", [(320, 180), (640, 360), (1280, 720), (1024, 576), (427, 240)])
def test_it_is_read_at_other_sizes_in_colour_after_compression(size: tuple[int, int]) -> None:
    """A scaled JPEG still carries it: thumbnails and screenshots can be checked."""
    file = io.BytesIO()
    scaled = Image.fromarray(picture(3, 1_795_000_000_123)).resize(size, Image.Resampling.BILINEAR)
    scaled.convert("RGB").save(file, "JPEG", quality=60)
    rgb = np.asarray(Image.open(file), np.uint8)
    assert read_strip(rgb) == StripReading(camera=3, time_ms=1_795_000_000_123)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_without_strip_is_refused(level: int) -> None:
    """A plain picture says nothing."""
    with pytest.raises(UnreadableStripError, match="no time strip"):
        read_strip(np.full((360, 640), level, np.uint8))


def test_a_picture_too_small_is_refused() -> None:
    """Fewer dots than blocks cannot carry a strip."""
    with pytest.raises(UnreadableStripError, match="too small"):
        read_strip(np.zeros((20, 30), np.uint8))


@pytest.mark.parametrize(("camera", "time_ms"), [(0, 0), (16, 0), (1, -1), (1, 1 << 42)])
def test_what_cannot_be_carried_is_refused(camera: int, time_ms: int) -> None:
    """No strip is drawn that would be read differently."""
    with pytest.raises(ValueError, match="no strip can carry"):
        strip_blocks(camera=camera, time_ms=time_ms)
