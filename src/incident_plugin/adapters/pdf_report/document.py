"""The PDF file: draws pages that are laid out, with outline and metadata."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from incident_plugin.adapters.pdf_report.fonts import Fonts
from incident_plugin.adapters.pdf_report.layout import (
    HAIRLINE,
    LEFT,
    MM,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RIGHT,
    WIDTH,
    Area,
    Colour,
    Page,
    Style,
    Words,
)
from incident_plugin.adapters.pdf_report.report import Report

_HEADER = PAGE_HEIGHT - 16 * MM
_FOOTER = 13 * MM


def written(report: Report, fonts: Fonts) -> bytes:
    """Give the PDF. Its only time stamp is the report's own, so that the same report gives the same bytes."""
    file = BytesIO()
    with _binary_streams():
        canvas = Canvas(file, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1, invariant=1, lang="en")
        _describe(canvas, report)
        for number, page in enumerate(report.pages):
            for key, bookmark in enumerate(report.bookmarks):
                if bookmark.page == number:
                    canvas.bookmarkHorizontal(str(key), 0, bookmark.y)
                    canvas.addOutlineEntry(bookmark.title, str(key))
            _draw(canvas, page, fonts)
            _draw(canvas, _margins(report, number, fonts), fonts)
            canvas.showPage()
        canvas.save()
    return file.getvalue()


@contextmanager
def _binary_streams() -> Iterator[None]:
    """Leave out the library's ASCII armour, which it can only switch off for the whole process.

    It makes files a quarter larger and takes half the time of a report with pictures. Another user of the
    library who writes at the same moment gets a valid file either way.
    """
    before = rl_config.useA85
    rl_config.useA85 = 0
    try:
        yield
    finally:
        rl_config.useA85 = before


def _describe(canvas: Canvas, report: Report) -> None:
    canvas.setTitle(report.title)
    canvas.setSubject(report.site)
    canvas.setAuthor(report.author)
    canvas.setCreator("Incident manager")
    canvas.setProducer("ReportLab")
    stamp = report.generated_at.strftime("D:%Y%m%d%H%M%S%z")
    canvas.setDateFormatter(lambda *_: f"{stamp[:-2]}'{stamp[-2:]}'")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.showOutline()


def _margins(report: Report, number: int, fonts: Fonts) -> Page:
    """Header and footer of a page."""
    style = report.marginal

    def at_right(text: str) -> float:
        return RIGHT - style.size * fonts.width(text, style.weight)

    pages = f"Page {number + 1} of {len(report.pages)}"
    return Page(
        words=[
            Words(x=LEFT, y=_HEADER, text=report.site, style=style),
            Words(x=at_right(report.title), y=_HEADER, text=report.title, style=style),
            Words(x=LEFT, y=_FOOTER, text=report.footer, style=style),
            Words(x=at_right(pages), y=_FOOTER, text=pages, style=style),
        ],
        areas=[
            Area(x=LEFT, y=y, width=WIDTH, height=0.5, colour=HAIRLINE)
            for y in (_HEADER - 2.5 * MM, _FOOTER + 4.5 * MM)
        ],
    )


def _draw(canvas: Canvas, page: Page, fonts: Fonts) -> None:
    for area in page.areas:
        canvas.setFillColorRGB(area.colour.red, area.colour.green, area.colour.blue)
        canvas.rect(area.x, area.y, area.width, area.height, stroke=0, fill=1)
    for picture in page.pictures:
        canvas.drawImage(picture.jpeg, picture.x, picture.y, picture.width, picture.height)
    pen = _Pen(canvas.beginText(), fonts)
    for words in page.words:
        pen.write(words)
    canvas.drawText(pen.text)


class _Pen:
    """Writes lines of text; changes font and colour only when they change."""

    def __init__(self, text: PDFTextObject, fonts: Fonts) -> None:
        self.text = text
        self._fonts = fonts
        self._font: tuple[str, float] | None = None
        self._colour: Colour | None = None

    def write(self, words: Words) -> None:
        style = words.style
        self.text.setTextOrigin(words.x, words.y)
        if style.colour != self._colour:
            self._colour = style.colour
            self.text.setFillColorRGB(style.colour.red, style.colour.green, style.colour.blue)
        for name, characters in self._fonts.runs(words.text, style.weight):
            self._use(name, style)
            self.text.textOut(characters)

    def _use(self, name: str, style: Style) -> None:
        if (name, style.size) != self._font:
            self._font = (name, style.size)
            self.text.setFont(name, style.size)
