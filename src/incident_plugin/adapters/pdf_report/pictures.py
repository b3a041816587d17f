"""Pictures of sequences: JPEG files that go into the document as they are, without being decoded."""

from __future__ import annotations

import hashlib
import struct
from io import BytesIO

import attrs
from reportlab.pdfbase.pdfdoc import PDFError
from reportlab.pdfbase.pdfutils import readJPEGInfo

_START, _END = b"\xff\xd8\xff", b"\xff\xd9"
_GREY, _COLOUR = 1, 3


@attrs.frozen(kw_only=True)
class Jpeg:
    """A whole JPEG picture (ITU-T T.81)."""

    data: bytes
    #: Pixels.
    width: int
    height: int

    def __str__(self) -> str:
        # The library takes equal texts for the same picture and stores it once.
        return hashlib.sha256(self.data).hexdigest()

    def jpeg_fh(self) -> BytesIO:
        """Give the coded picture; an object with this method is embedded without being decoded."""
        return BytesIO(self.data)


def read_jpeg(data: bytes) -> Jpeg | None:
    """Give the picture, or nothing when it is truncated or no JPEG that a PDF reader shows."""
    if not (data.startswith(_START) and data.endswith(_END)):
        return None
    try:
        # The published types say that it returns nothing.
        width, height, components, _ = readJPEGInfo(BytesIO(data))  # type: ignore[misc]
    except (PDFError, struct.error, IndexError):
        return None
    if not (width and height) or components not in (_GREY, _COLOUR):
        return None
    return Jpeg(data=data, width=width, height=height)
