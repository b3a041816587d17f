"""Pictures: JPEG files that go into the document as they are, without being decoded."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from io import BytesIO

import attrs
from PIL import Image
from reportlab.pdfbase.pdfdoc import PDFError
from reportlab.pdfbase.pdfutils import readJPEGInfo

_START, _END = b"\xff\xd8\xff", b"\xff\xd9"
_GREY, _COLOUR = 1, 3
#: Edge of a logo at most: 600 dots an inch.
_LOGO_PIXELS = 1_000


@attrs.frozen(kw_only=True)
class Jpeg:
    """A whole JPEG picture (ITU-T T.81), fetched when it is written."""

    fetch: Callable[[], bytes]
    #: Pixels.
    width: int
    height: int
    #: SHA-256, by which equal pictures are known.
    digest: bytes
    #: A shade of grey for each pixel, no colours.
    grey: bool


def read_jpeg(fetch: Callable[[], bytes]) -> Jpeg | None:
    """Look at a picture; give nothing when it is truncated or no JPEG that a PDF reader shows."""
    data = fetch()
    if not (data.startswith(_START) and data.endswith(_END)):
        return None
    try:
        # The published types say that it returns nothing.
        width, height, components, _ = readJPEGInfo(BytesIO(data))  # type: ignore[misc]
    except (PDFError, struct.error, IndexError):
        return None
    if not (width and height) or components not in (_GREY, _COLOUR):
        return None
    digest = hashlib.sha256(data).digest()
    return Jpeg(fetch=fetch, width=width, height=height, digest=digest, grey=components == _GREY)


def read_logo(data: bytes) -> Jpeg | None:
    """Look at a logo, PNG or JPEG; what is transparent becomes white. Give nothing for one that is broken."""
    if data.startswith(_START):
        return read_jpeg(lambda: data)
    try:
        with Image.open(BytesIO(data), formats=("PNG",)) as image:
            image.thumbnail((_LOGO_PIXELS, _LOGO_PIXELS))
            flat = Image.new("RGB", image.size, "white")
            flat.paste(image.convert("RGBA"), mask=image.convert("RGBA"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    file = BytesIO()
    flat.save(file, "JPEG", quality=95, subsampling=0)
    return read_jpeg(file.getvalue)
