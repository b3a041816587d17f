"""PDF objects on top of the library's: streams as the archive standard wants them, a file that is not held.

The library's own streams lack the line end before ``endstream`` (ISO 19005-2, 6.1.7.1), and its document is
joined in memory before it is written. Here objects go to the file one by one; a picture is read when its turn
comes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import BinaryIO

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFCrossReferenceTable,
    PDFDictionary,
    PDFDocument,
    PDFIndirectObject,
    PDFName,
    PDFObject,
    PDFObjectReference,
    PDFText,
    PDFTrailer,
)

#: PDF 1.7 (ISO 32000-1); four bytes beyond ASCII tell transports that this is no text.
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
#: Between size and time: a third faster than the usual level, a few percent larger.
_EFFORT = 4


class Stream(PDFObject):
    """A stream whose bytes are there, or are fetched when it is written."""

    __RefOnly__ = 1

    def __init__(
        self, content: bytes | Callable[[], bytes], *, packed: bool = True, **entries: object
    ) -> None:
        self._entries = entries
        self._content = content
        if packed and isinstance(content, bytes):
            self._content = zlib.compress(content, _EFFORT)
            self._entries["Filter"] = PDFName("FlateDecode")

    def format(self, document: PDFDocument) -> bytes:
        """Give the stream as it stands in the file."""
        data = self._content if isinstance(self._content, bytes) else self._content()
        head: bytes = PDFDictionary({**self._entries, "Length": len(data)}).format(document)
        return b"".join((head, b"\nstream\n", data, b"\nendstream\n"))


class Book:
    """The objects of one document, and the file that they are written to."""

    def __init__(self) -> None:
        self._document = PDFDocument(compression=0, invariant=1)
        # A new document registers a dictionary for fonts: these are ours.
        self.fonts = PDFDictionary()
        self.fonts_reference = self.add(self.fonts)
        self.pages: list[PDFObjectReference] = []

    def add(self, thing: PDFObject, name: str | None = None) -> PDFObjectReference:
        """Register an object; give the reference to it. A name is for objects that are spoken of earlier."""
        reference: PDFObjectReference = self._document.Reference(thing, name)  # type: ignore[no-untyped-call]
        return reference

    def add_page(self, page: PDFDictionary, parent: PDFObjectReference) -> None:
        """Register the next page."""
        page["Type"] = PDFName("Page")
        page["Parent"] = parent
        self.pages.append(self.add(page, page_name(len(self.pages))))

    def write(
        self, file: BinaryIO, root: PDFObjectReference, info: PDFObjectReference, digest: bytes
    ) -> None:
        """Write everything; the digest is the document's fingerprint."""
        document = self._document
        file.write(_HEADER)
        position = len(_HEADER)
        names = []
        number = 1
        # Objects may be added while others are formatted.
        while number in document.numberToId:
            name = document.numberToId[number]
            written = PDFIndirectObject(name, document.idToObject[name]).format(document)
            document.idToOffset[name] = position
            position += file.write(written)
            names.append(name)
            number += 1
        table = PDFCrossReferenceTable()
        table.addsection(0, names)
        file.write(table.format(document))
        fingerprint = PDFText(digest, enc="raw")
        trailer = PDFTrailer(
            startxref=position, Size=number, Root=root, Info=info, ID=PDFArray([fingerprint, fingerprint])
        )
        file.write(trailer.format(document))


def page_name(number: int) -> str:
    """Name a page by its number, counted from 0, so that it can be referred to before it is there."""
    return f"page {number}"
