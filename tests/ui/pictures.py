"""Reading the time strip of pictures that a page shows anywhere: in a video, or as an image."""

from __future__ import annotations

import numpy as np
from playwright.async_api import Locator

from demo_recorder.strip import StripReading, UnreadableStripError, read_strip

#: Gives the green of the lowest rows of a video's or an image's picture, and its size.
_LOWEST_ROWS = """shown => {
  const width = shown.videoWidth ?? shown.naturalWidth;
  const height = shown.videoHeight ?? shown.naturalHeight;
  if (!width) return null;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context.drawImage(shown, 0, 0);
  const rows = Math.ceil(height * 8 / 360);
  const {data} = context.getImageData(0, height - rows, width, rows);
  return {width, height, green: [...data].filter((_, i) => i % 4 === 1)};
}"""


async def strip_of(element: Locator) -> StripReading:
    """Read the picture that a video or an image shows now; raises ``UnreadableStripError``."""
    shown = await element.evaluate(_LOWEST_ROWS)
    if shown is None:
        raise UnreadableStripError("there is no picture yet")
    picture = np.zeros((shown["height"], shown["width"]), np.uint8)
    rows = np.array(shown["green"], np.uint8).reshape(-1, shown["width"])
    picture[-len(rows) :] = rows
    return read_strip(picture)
