"""The PDF file: draws pages that are laid out, with outline and metadata, for archives (PDF/A-2b)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObjectReference, PDFString

from incident_plugin.adapters.pdf_report.archive import information, metadata, output_intent
from incident_plugin.adapters.pdf_report.embedding import Embedded
from incident_plugin.adapters.pdf_report.fonts import Face
from incident_plugin.adapters.pdf_report.layout import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Bookmark,
    Colour,
    Page,
    Picture,
    Words,
)
from incident_plugin.adapters.pdf_report.objects import Book, Stream, page_name
from incident_plugin.adapters.pdf_report.report import Report
from incident_plugin.adapters.pdf_report.shaping import Run, Shaper

#: Called with the number of pages drawn so far; may raise to stop.
Progress = Callable[[int], None]


def written(report: Report, file: BinaryIO, progress: Progress = lambda _: None) -> None:
    """Write the PDF. Its only time stamp is the report's own: the same report gives the same bytes."""
    book = Book()
    artist = _Artist(book, report.flow.shaper)
    fingerprint = hashlib.sha256()
    tree = PDFDictionary({"Type": PDFName("Pages"), "Count": len(report.pages)})
    parent = book.add(tree)
    for number, page in enumerate(report.pages):
        code = "\n".join((*artist.drawn(page), *artist.drawn(report.margins(number)))).encode("ascii")
        fingerprint.update(code)
        book.add_page(artist.page(code, (page, report.margins(number))), parent)
        progress(number + 1)
    tree["Kids"] = PDFArray(book.pages)
    artist.embed_fonts()
    root = PDFDictionary(
        {
            "Type": PDFName("Catalog"),
            "Pages": parent,
            "Lang": PDFString(report.about.language),
            "Metadata": book.add(metadata(report.about)),
            "OutputIntents": PDFArray([output_intent(book)]),
            "ViewerPreferences": PDFDictionary({"DisplayDocTitle": "true"}),
            "PageMode": PDFName("UseOutlines"),
            "Outlines": _outline(book, report.bookmarks),
        }
    )
    fingerprint.update(repr(report.about).encode("utf-8", "surrogatepass"))
    book.write(file, book.add(root), book.add(information(report.about)), fingerprint.digest()[:16])


def _outline(book: Book, bookmarks: list[Bookmark]) -> PDFObjectReference:
    """Give the outline (ISO 32000-1, section 12.3.3); parts of a section are folded away at first."""
    root = PDFDictionary({"Type": PDFName("Outlines"), "Count": sum(not b.level for b in bookmarks)})
    reference = book.add(root)
    items = [(bookmark, PDFDictionary()) for bookmark in bookmarks]
    references = [book.add(item) for _, item in items]
    last: dict[int, int] = {}
    for place, (bookmark, item) in enumerate(items):
        above, parent = (root, reference)
        if bookmark.level:
            above, parent = items[last[0]][1], references[last[0]]
            above["Count"] = above.dict.get("Count", 0) - 1
        item["Title"] = PDFString(bookmark.title)
        item["Parent"] = parent
        item["Dest"] = PDFArray(
            [PDFObjectReference(page_name(bookmark.page)), PDFName("XYZ"), 0, round(bookmark.y, 2), "null"]
        )
        if "First" in above:
            before = last[bookmark.level]
            items[before][1]["Next"] = references[place]
            item["Prev"] = references[before]
        else:
            above["First"] = references[place]
        above["Last"] = references[place]
        last[bookmark.level] = place
    return reference


class _Artist:
    """Draws with the fonts and pictures of one document."""

    def __init__(self, book: Book, shaper: Shaper) -> None:
        self._book = book
        self._shaper = shaper
        self._fonts: dict[int, Embedded] = {}
        #: By what is in them: their name in the resources, and where they are. Equal ones are stored once.
        self._pictures: dict[bytes, tuple[str, PDFObjectReference]] = {}

    def drawn(self, page: Page) -> Iterator[str]:
        """Give the operators that draw a page (ISO 32000-1, annex A)."""
        for area in page.areas:
            yield f"{_colour(area.colour)} {_numbers(area.x, area.y, area.width, area.height)} re f"
        for picture in page.pictures:
            yield f"q {_numbers(picture.width, 0, 0, picture.height, picture.x, picture.y)} cm"
            yield f"/{self._picture(picture)} Do Q"
        if page.words:
            yield "BT"
            yield from self._text(page.words)
            yield "ET"

    def page(self, code: bytes, layers: tuple[Page, ...]) -> PDFDictionary:
        """Give a page of these operators."""
        resources = PDFDictionary({"Font": self._book.fonts_reference})
        pictures = [picture for layer in layers for picture in layer.pictures]
        if pictures:
            resources["XObject"] = PDFDictionary(
                {self._picture(picture): self._pictures[picture.jpeg.digest][1] for picture in pictures}
            )
        return PDFDictionary(
            {
                "MediaBox": PDFArray([0, 0, round(PAGE_WIDTH, 2), round(PAGE_HEIGHT, 2)]),
                "Contents": self._book.add(Stream(code)),
                "Resources": resources,
            }
        )

    def embed_fonts(self) -> None:
        """Put every font that was used into the document."""
        for font in self._fonts.values():
            self._book.fonts[font.resource] = font.embed(self._book)

    def _text(self, words: list[Words]) -> Iterator[str]:
        font, colour = "", ""
        for one in words:
            style = one.style
            if (wanted := _colour(style.colour)) != colour:
                colour = wanted
                yield colour
            x = one.x
            for run in self._shaper.runs(one.text, one.levels, style.weight):
                embedded = self._font(run)
                if (wanted := f"/{embedded.resource} {style.size:g} Tf") != font:
                    font = wanted
                    yield font
                yield f"1 0 0 1 {_numbers(x, one.y)} Tm {embedded.shown(run, style.size)}"
                x += run.width * style.size / 1000

    def _font(self, run: Run) -> Embedded:
        face: Face = run.face
        if id(face) not in self._fonts:
            self._fonts[id(face)] = Embedded(face, f"F{len(self._fonts) + 1}")
        return self._fonts[id(face)]

    def _picture(self, picture: Picture) -> str:
        jpeg = picture.jpeg
        if jpeg.digest not in self._pictures:
            stream = Stream(
                jpeg.fetch,
                packed=False,
                Type=PDFName("XObject"),
                Subtype=PDFName("Image"),
                Width=jpeg.width,
                Height=jpeg.height,
                ColorSpace=PDFName("DeviceGray" if jpeg.grey else "DeviceRGB"),
                BitsPerComponent=8,
                Filter=PDFName("DCTDecode"),
            )
            self._pictures[jpeg.digest] = (f"P{len(self._pictures) + 1}", self._book.add(stream))
        return self._pictures[jpeg.digest][0]


def _numbers(*values: float) -> str:
    return " ".join(f"{value:.2f}".rstrip("0").rstrip(".") for value in values)


def _colour(colour: Colour) -> str:
    return f"{_numbers(colour.red, colour.green, colour.blue)} rg"
