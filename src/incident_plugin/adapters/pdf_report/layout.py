"""Pages as values: what stands where. Nothing here draws, so that it can be measured and tested."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import attrs

from incident_plugin.adapters.pdf_report.direction import base_level, levels, on_line
from incident_plugin.adapters.pdf_report.fonts import Fonts, Weight
from incident_plugin.adapters.pdf_report.pictures import Jpeg
from incident_plugin.adapters.pdf_report.shaping import Shaper
from incident_plugin.adapters.pdf_report.text import Showable, filled

#: Points, 1/72 inch; the origin is the lower left corner (ISO 32000-1, section 8.3).
MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM
LEFT, RIGHT = 20 * MM, PAGE_WIDTH - 20 * MM
TOP, BOTTOM = PAGE_HEIGHT - 27 * MM, 24 * MM
WIDTH = RIGHT - LEFT
#: A row no higher than this is not divided between two pages.
_KEPT_WHOLE = 30 * MM


@attrs.frozen
class Colour:
    """Red, green and blue, 0 to 1."""

    red: float
    green: float
    blue: float


INK = Colour(0.12, 0.14, 0.17)
QUIET = Colour(0.38, 0.41, 0.45)
HAIRLINE = Colour(0.83, 0.85, 0.87)
AMBER = Colour(0.60, 0.36, 0.0)
AMBER_TINT = Colour(1.0, 0.96, 0.87)
GREY = Colour(0.62, 0.65, 0.69)
GREY_TINT = Colour(0.955, 0.96, 0.967)


@attrs.frozen(kw_only=True)
class Style:
    """How a text looks; lengths in points."""

    size: float
    leading: float
    weight: Weight = Weight.REGULAR
    colour: Colour = INK


@attrs.frozen(kw_only=True)
class Words:
    """One line of text at its base line."""

    x: float
    y: float
    text: str
    style: Style
    #: Which way each character runs (UAX 9); empty when all run from left to right.
    levels: bytes = b""


@attrs.frozen(kw_only=True)
class Area:
    """A filled rectangle; a rule is a very flat one."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour


@attrs.frozen(kw_only=True)
class Picture:
    """A JPEG picture and its place."""

    x: float
    y: float
    width: float
    height: float
    jpeg: Jpeg


@attrs.frozen(kw_only=True)
class Bookmark:
    """A section's beginning, or that of a part of it."""

    title: str
    page: int
    y: float
    #: 0 for a section, 1 for a part.
    level: int = 0


@attrs.frozen
class Page:
    """What stands on one page."""

    words: list[Words] = attrs.field(factory=list)
    areas: list[Area] = attrs.field(factory=list)
    pictures: list[Picture] = attrs.field(factory=list)


@attrs.frozen(kw_only=True)
class Cell:
    """A text in a column that begins ``x`` points right of the margin."""

    text: str
    style: Style
    x: float = 0
    width: float = WIDTH


@attrs.frozen
class Line:
    """One line of a cell."""

    text: str
    levels: bytes
    #: 1 in a paragraph that runs from right to left.
    base: int


#: Cells side by side.
Row = tuple[Cell, ...]


@attrs.frozen(kw_only=True)
class Notice:
    """How a box of notices looks."""

    bar: Colour
    tint: Colour


class Flow:
    """Fills pages from top to bottom; what does not fit goes on overleaf."""

    def __init__(self, fonts: Fonts) -> None:
        self.shaper = Shaper(fonts)
        self.pages = [Page()]
        self.bookmarks: list[Bookmark] = []
        self.showable = Showable(fonts.is_plain, fonts.shows)
        #: Top of what comes next.
        self.y = TOP
        self._overleaf: Callable[[], None] | None = None
        #: A heading that waits for what it stands above, and its height.
        self._heading: tuple[Callable[[], None], float] | None = None
        self._width = functools.lru_cache(maxsize=20_000)(self.shaper.width)

    @property
    def page(self) -> Page:
        """The page being filled."""
        return self.pages[-1]

    def need(self, height: float) -> None:
        """Go on overleaf if less than this height is left; a heading that waits comes first."""
        heading, self._heading = self._heading, None
        if self.y - height - (heading[1] if heading else 0) < BOTTOM and self.y < TOP:
            self.pages.append(Page())
            self.y = TOP
            if self._overleaf:
                self._overleaf()
        if heading:
            heading[0]()

    def heading(self, draw: Callable[[], None], height: float) -> None:
        """Have a heading drawn on the page that what follows it begins on."""
        self._heading = draw, height

    def space(self, height: float) -> None:
        """Leave a space, except at the top of a page."""
        if self.y < TOP:
            self.y -= height

    def rule(self) -> None:
        """Draw a hairline over the whole width."""
        self.page.areas.append(Area(x=LEFT, y=self.y, width=WIDTH, height=0.5, colour=HAIRLINE))

    def bookmark(self, title: str, level: int = 0) -> None:
        """Let the outline of the document point here."""
        line = " ".join(self.showable(title).split())
        self.bookmarks.append(Bookmark(title=line, page=len(self.pages) - 1, y=self.y, level=level))

    def lines(self, cell: Cell) -> list[Line]:
        """Break a cell's text into lines."""
        size, weight = cell.style.size, cell.style.weight
        found: list[Line] = []
        for paragraph in self.showable(cell.text).split("\n"):
            base, running = base_level(paragraph), levels(paragraph)
            for start, end in filled(paragraph, cell.width, lambda text: size * self._width(text, weight)):
                line = paragraph[start:end]
                found.append(Line(line, running and on_line(running[start:end], line, base), base))
        return found

    def width(self, text: str, style: Style) -> float:
        """Give the width of a line."""
        return style.size * self._width(text, style.weight)

    def height(self, rows: Iterable[Row]) -> float:
        """Give how much room rows take."""
        return sum(
            max(len(self.lines(cell)) for cell in row) * max(cell.style.leading for cell in row)
            for row in rows
        )

    def row(self, *cells: Cell, notice: Notice | None = None) -> None:
        """Set cells side by side, line by line; a high row may be divided between pages."""
        columns = [self.lines(cell) for cell in cells]
        leading = max(cell.style.leading for cell in cells)
        # 0.73 of the size is the height of capitals: the biggest ones stand in the middle of their line.
        drop = (leading + 0.73 * max(cell.style.size for cell in cells)) / 2
        count = max(map(len, columns))
        if count * leading <= _KEPT_WHOLE:
            self.need(count * leading)
        for number in range(count):
            self.need(leading)
            if notice:
                self._tinted(leading, notice)
            for cell, column in zip(cells, columns, strict=True):
                if number < len(column) and column[number].text:
                    # A short value stays beside its name, a text that runs from the right begins there.
                    at_right = column[number].base == 1 and len(column) > 1
                    self._set(cell, column[number], self.y - drop, at_right=at_right)
            self.y -= leading

    def _set(self, cell: Cell, line: Line, y: float, *, at_right: bool) -> None:
        x = LEFT + cell.x
        if at_right:
            x += cell.width - self.width(line.text, cell.style)
        self.page.words.append(Words(x=x, y=y, text=line.text, style=cell.style, levels=line.levels))

    def padding(self, height: float, notice: Notice) -> None:
        """Go on with the tint of a notice, without text."""
        self.need(height)
        self._tinted(height, notice)
        self.y -= height

    @contextmanager
    def headed(self, head: Callable[[], None]) -> Iterator[None]:
        """Set a head now, and again on every page that is begun within."""
        head()
        self._overleaf = head
        yield
        self._overleaf = None

    def _tinted(self, height: float, notice: Notice) -> None:
        bottom = self.y - height
        # A breath of overlap, so that no reader draws a white seam between two lines.
        body = Area(x=LEFT, y=bottom, width=WIDTH, height=height + 0.2, colour=notice.tint)
        self.page.areas.append(body)
        self.page.areas.append(attrs.evolve(body, width=2.5, colour=notice.bar))


def shortened(flow: Flow, text: str, room: float, style: Style) -> str:
    """Cut a line so that it fits, with an ellipsis."""
    text = " ".join(flow.showable(text).split())
    if flow.width(text, style) <= room:
        return text
    while text and flow.width(f"{text}\u2026", style) > room:
        text = text[:-1]
    return f"{text}\u2026"
