"""A simply drawn walking person: red jacket, dark trousers, easy to follow by eye."""

import math

from demo_recorder.scenes.canvas import Canvas, Colour, Point

_SKIN = (224, 178, 146, 255)
_HAIR = (58, 44, 38, 255)
_JACKET = (202, 46, 42, 255)
_JACKET_SHADE = (158, 34, 34, 255)
_TROUSERS = (44, 52, 72, 255)
_TROUSERS_SHADE = (30, 36, 52, 255)
_SHOES = (24, 24, 26, 255)
_BAG = (66, 58, 50, 255)
_SHADOW = (0, 0, 0, 80)


class _Figure:
    """Draws in lengths of the person's height, upwards from the feet."""

    def __init__(self, canvas: Canvas, feet: Point, tall: float) -> None:
        self._canvas = canvas
        self._feet = feet
        self._tall = tall

    def at(self, x: float, up: float) -> Point:
        return self._feet[0] + x * self._tall, self._feet[1] - up * self._tall

    def limb(self, colour: Colour, thickness: float, *points: Point) -> None:
        self._canvas.limb(colour, thickness * self._tall, *(self.at(*point) for point in points))

    def disc(self, colour: Colour, x: float, up: float, across: float, tall: float) -> None:
        self._canvas.disc(colour, self.at(x, up), across * self._tall, tall * self._tall)

    def area(self, colour: Colour, *corners: Point) -> None:
        self._canvas.area(colour, *(self.at(*corner) for corner in corners))


def draw_person(canvas: Canvas, *, feet: Point, tall: float, stride: float | None, away: bool) -> None:
    """Draw the person on ``feet``, ``tall`` dots high, ``stride`` double steps into the walk or standing."""
    figure = _Figure(canvas, feet, tall)
    figure.disc(_SHADOW, 0.02, 0, 0.2, 0.035)
    swing = 0.0 if stride is None else math.sin(stride * math.tau)
    bend = 0.0 if stride is None else math.cos(stride * math.tau)
    if away:
        _from_behind(figure, swing)
    else:
        _from_the_side(figure, swing, bend=bend)


def _from_the_side(figure: _Figure, swing: float, *, bend: float) -> None:
    _arm(figure, _JACKET_SHADE, swing)
    _leg(figure, _TROUSERS_SHADE, -swing, lift=max(0.0, -bend) * abs(bend))
    _leg(figure, _TROUSERS, swing, lift=max(0.0, bend) * abs(bend))
    figure.area(_JACKET, (-0.075, 0.82), (0.075, 0.82), (0.07, 0.45), (-0.075, 0.45))
    figure.limb(_JACKET, 0.13, (0, 0.78), (0, 0.52))
    figure.limb(_SKIN, 0.05, (0, 0.82), (0.005, 0.87))
    figure.disc(_SKIN, 0.015, 0.915, 0.055, 0.068)
    figure.disc(_HAIR, -0.008, 0.945, 0.056, 0.05)
    figure.disc(_SKIN, 0.038, 0.912, 0.03, 0.036)
    _arm(figure, _JACKET, -swing)
    figure.area(_BAG, (-0.125, 0.78), (-0.06, 0.79), (-0.06, 0.56), (-0.13, 0.57))


def _leg(figure: _Figure, colour: Colour, swing: float, *, lift: float) -> None:
    hip = (0.0, 0.49)
    angle = swing * 0.42
    knee = (hip[0] + 0.24 * math.sin(angle), hip[1] - 0.24 * math.cos(angle))
    shin = angle - lift * 0.75 - 0.06
    ankle = (knee[0] + 0.23 * math.sin(shin), max(0.02, knee[1] - 0.23 * math.cos(shin)))
    figure.limb(colour, 0.085, hip, knee)
    figure.limb(colour, 0.068, knee, ankle)
    figure.limb(_SHOES, 0.04, ankle, (ankle[0] + 0.06, ankle[1] - 0.004))


def _arm(figure: _Figure, colour: Colour, swing: float) -> None:
    shoulder = (0.0, 0.79)
    angle = swing * 0.5
    elbow = (shoulder[0] + 0.16 * math.sin(angle), shoulder[1] - 0.16 * math.cos(angle))
    hand = (elbow[0] + 0.15 * math.sin(angle + 0.35), elbow[1] - 0.15 * math.cos(angle + 0.35))
    figure.limb(colour, 0.055, shoulder, elbow)
    figure.limb(colour, 0.048, elbow, hand)
    figure.disc(_SKIN, hand[0], hand[1], 0.026, 0.026)


def _from_behind(figure: _Figure, swing: float) -> None:
    for side in (-1, 1):
        lift = max(0.0, side * swing) * 0.06
        foot = (side * 0.052, 0.02 + lift)
        figure.limb(_TROUSERS if side > 0 else _TROUSERS_SHADE, 0.085, (side * 0.045, 0.48), foot)
        figure.limb(_SHOES, 0.05, foot, (foot[0] + side * 0.012, foot[1]))
    for side in (-1, 1):
        hand = (side * 0.16, 0.47 - side * swing * 0.03)
        figure.limb(_JACKET_SHADE, 0.056, (side * 0.115, 0.78), (side * 0.15, 0.62), hand)
        figure.disc(_SKIN, hand[0], hand[1], 0.026, 0.026)
    figure.area(_JACKET, (-0.12, 0.8), (0.12, 0.8), (0.1, 0.44), (-0.1, 0.44))
    figure.limb(_JACKET, 0.08, (-0.09, 0.79), (0.09, 0.79))
    figure.limb(_SKIN, 0.06, (0, 0.82), (0, 0.87))
    figure.disc(_HAIR, 0, 0.92, 0.06, 0.07)
    figure.area(_BAG, (-0.07, 0.78), (0.07, 0.78), (0.075, 0.54), (-0.075, 0.54))
