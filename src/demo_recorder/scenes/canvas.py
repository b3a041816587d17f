"""Drawing in picture coordinates, smooth-edged: everything is drawn large and reduced once at the end."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Colour = tuple[int, int, int] | tuple[int, int, int, int]
Point = tuple[float, float]


class Canvas:
    """A drawing surface of width x height picture dots; colours with a fourth value are see-through."""

    def __init__(self, width: int, height: int, *, smoothness: int, colour: Colour) -> None:
        """Make a surface of one colour, drawn at ``smoothness`` times its size."""
        self._size = (width, height)
        self._scale = smoothness
        mode = "RGBA" if len(colour) == len("RGBA") else "RGB"
        self._image = Image.new(mode, (width * smoothness, height * smoothness), colour)
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def area(self, colour: Colour, *corners: Point) -> None:
        """Fill a polygon."""
        self._draw.polygon(self._scaled(corners), fill=colour)

    def box(self, colour: Colour, left: float, top: float, right: float, bottom: float) -> None:
        """Fill a rectangle."""
        self.area(colour, (left, top), (right, top), (right, bottom), (left, bottom))

    def disc(self, colour: Colour, centre: Point, across: float, tall: float) -> None:
        """Fill an ellipse given by its centre and its two radii."""
        x, y = centre
        self._draw.ellipse(self._scaled([(x - across, y - tall), (x + across, y + tall)]), fill=colour)

    def rounded(
        self, colour: Colour, left: float, top: float, right: float, bottom: float, *, radius: float
    ) -> None:
        """Fill a rectangle with round corners."""
        corners = self._scaled([(left, top), (right, bottom)])
        self._draw.rounded_rectangle(corners, radius * self._scale, fill=colour)

    def stroke(self, colour: Colour, thickness: float, *points: Point) -> None:
        """Draw a line through points."""
        width = max(1, round(thickness * self._scale))
        self._draw.line(self._scaled(points), fill=colour, width=width, joint="curve")

    def limb(self, colour: Colour, thickness: float, *points: Point) -> None:
        """Draw a line with round ends and joints."""
        self.stroke(colour, thickness, *points)
        for point in points:
            self.disc(colour, point, thickness / 2, thickness / 2)

    def shade(
        self, left: float, top: float, right: float, bottom: float, *, above: Colour, below: Colour
    ) -> None:
        """Fill a rectangle with a gradient from its upper to its lower edge."""
        upper, lower = (round(edge * self._scale) for edge in (top, bottom))
        start, end = np.array(above), np.array(below)
        for line in range(upper, lower):
            red, green, blue = start + (end - start) * (line - upper) / (lower - upper)
            ends = [(left * self._scale, line), (right * self._scale, line)]
            self._draw.line(ends, fill=(int(red), int(green), int(blue)))

    def reduced(self) -> NDArray[np.uint8]:
        """The drawing at its own size, as height x width x channels."""
        return np.asarray(self._image.resize(self._size, Image.Resampling.BOX), np.uint8)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]
