"""The text burnt into every frame: the camera's name and UTC time to a hundredth of a second."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from demo_recorder.cameras import WIDTH
from demo_recorder.picture import BLACK, GREY_CHROMA, WHITE, Picture, Plane
from demo_recorder.timebase import FrameNumber, moment_of

#: Lines of the bar that the text stands on, at the top of the picture.
BAR_HEIGHT = 24

_MARGIN = 10
_CELL = 10
_ALPHABET = "0123456789-+:. UTCPZ"
_FONT = ImageFont.load_default(size=16)
_BASELINE = 18


def _glyph(character: str) -> Plane:
    """A character in the middle of a cell of fixed width, so that the running digits do not jitter."""
    cell = Image.new("L", (_CELL, BAR_HEIGHT), BLACK)
    ImageDraw.Draw(cell).text((_CELL / 2, _BASELINE), character, fill=WHITE, font=_FONT, anchor="ms")
    return np.asarray(cell, np.uint8)


_GLYPHS = {character: _glyph(character) for character in _ALPHABET}


def put_bar(picture: Picture, name: str) -> None:
    """Draw the bar with the name; done once for each background."""
    bar = Image.new("L", (WIDTH, BAR_HEIGHT), BLACK)
    ImageDraw.Draw(bar).text((_MARGIN, _BASELINE), name, fill=WHITE, font=_FONT, anchor="ls")
    picture.y[:BAR_HEIGHT] = np.asarray(bar, np.uint8)
    picture.u[: BAR_HEIGHT // 2] = GREY_CHROMA
    picture.v[: BAR_HEIGHT // 2] = GREY_CHROMA


def put_text(picture: Picture, text: str, left: int) -> None:
    """Write a line of digits and the few letters that go with them into the bar, from ``left`` on."""
    for place, character in enumerate(text):
        start = left + place * _CELL
        picture.y[:BAR_HEIGHT, start : start + _CELL] = _GLYPHS[character]


class TimeText:
    """Writes the time into successive frames of one picture, drawing only characters that changed."""

    def __init__(self, picture: Picture) -> None:
        """Write into a picture that carries a bar."""
        self._luma = picture.y
        self._written = ""

    def write(self, frame: FrameNumber) -> None:
        """Write the frame's time."""
        text = time_text(frame)
        before = self._written.ljust(len(text))
        left = WIDTH - _MARGIN - _CELL * len(text)
        for place, (old, new) in enumerate(zip(before, text, strict=True)):
            if new != old:
                start = left + place * _CELL
                self._luma[:BAR_HEIGHT, start : start + _CELL] = _GLYPHS[new]
        self._written = text


def time_text(frame: FrameNumber) -> str:
    """The time as it is burnt in, for example ``2026-11-22 13:09:57.06 UTC``."""
    moment = moment_of(frame)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 10_000:02d} UTC"
