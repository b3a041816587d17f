"""Fonts inside the document: only the glyphs that were used, each with the text that it stands for.

Every pair of a glyph and its text has a code of its own (a CID), so that what a reader copies is what was
written, also where letters join or one glyph stands for several. ISO 32000-1, 9.7; ISO 19005-2, 6.2.11.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator

import uharfbuzz as hb
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObjectReference, PDFString

from incident_plugin.adapters.pdf_report.fonts import Face
from incident_plugin.adapters.pdf_report.objects import Book, Stream
from incident_plugin.adapters.pdf_report.shaping import Glyph, Run

#: Entries of one section of a character map (Adobe Technical Note 5014).
_SECTION = 100
#: Tables that only those who lay text out need (as numbers, big-endian).
_NOT_NEEDED = {
    int.from_bytes(tag, "big") for tag in (b"GSUB", b"GPOS", b"GDEF", b"name", b"post", b"OS/2", b"cmap")
}
#: What a shift has to reach before it is written, in thousandths of the size.
_VISIBLE = 0.5


class Embedded:
    """One font of one document."""

    def __init__(self, face: Face, resource: str) -> None:
        self._face = face
        #: Its name in the pages' resources.
        self.resource = resource
        self._codes: dict[tuple[int, str], int] = {}
        self._letters = _Letters(self)

    def code(self, glyph: int, text: str) -> int:
        """Give the code of a glyph that stands for a text."""
        return self._codes.setdefault((glyph, text), len(self._codes) + 1)

    def letter(self, code: int) -> str:
        """Give a character's code in hexadecimal."""
        return f"{self.code(self._face.glyph(code), chr(code)):04X}"

    def shown(self, run: Run, size: float) -> str:
        """Give the operators that show a run; only rises depend on the size."""
        if run.glyphs is None:
            return f"<{run.text.translate(self._letters)}> Tj"
        return " ".join(self._placed(run.glyphs, size / 1000))

    def _placed(self, glyphs: tuple[Glyph, ...], scale: float) -> Iterator[str]:
        """Show glyphs; where a script wants one elsewhere than its width says, move there and back."""
        array: list[str] = []
        rise = 0.0
        shift = 0.0
        for glyph in glyphs:
            if abs(glyph.dy - rise) > _VISIBLE:
                if array:
                    yield f"[{''.join(array)}] TJ"
                    array = []
                rise = glyph.dy
                yield f"{rise * scale:.2f} Ts"
            shift += glyph.dx
            if abs(shift) > _VISIBLE:
                array.append(f"{-shift:.0f} ")
                shift -= round(shift)
            array.append(f"<{self.code(glyph.number, glyph.text):04X}>")
            shift += glyph.advance - self._face.advance(glyph.number) - glyph.dx
        if abs(shift) > _VISIBLE:
            array.append(f"{-shift:.0f}")
        yield f"[{''.join(array)}] TJ"
        if rise:
            yield "0 Ts"

    def embed(self, book: Book) -> PDFObjectReference:
        """Put the font into the document."""
        wanted = hb.SubsetInput()
        wanted.glyph_set.update({glyph for glyph, _ in self._codes})
        wanted.drop_table_tag_set.update(_NOT_NEEDED)
        wanted.flags = hb.SubsetFlags.NO_HINTING
        plan = hb.SubsetPlan(self._face.face, wanted)
        program = bytes(plan.execute().blob.data)
        kept = plan.old_to_new_glyph_mapping
        # A subset's name begins with six letters of its own (ISO 32000-1, section 9.6.4).
        tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(program).digest()[:6])
        name = PDFName(f"{tag}+{self._face.name}")
        places = b"".join(struct.pack(">H", kept[glyph]) for glyph, _ in self._codes)
        descendant = PDFDictionary(
            {
                "Type": PDFName("Font"),
                "Subtype": PDFName("CIDFontType2"),
                "BaseFont": name,
                "CIDSystemInfo": PDFDictionary(
                    {"Registry": PDFString("Adobe"), "Ordering": PDFString("Identity"), "Supplement": 0}
                ),
                "FontDescriptor": book.add(self._descriptor(book, name, program)),
                "W": PDFArray([1, PDFArray([self._face.advance(glyph) for glyph, _ in self._codes])]),
                "CIDToGIDMap": book.add(Stream(b"\0\0" + places)),
            }
        )
        return book.add(
            PDFDictionary(
                {
                    "Type": PDFName("Font"),
                    "Subtype": PDFName("Type0"),
                    "BaseFont": name,
                    "Encoding": PDFName("Identity-H"),
                    "DescendantFonts": PDFArray([book.add(descendant)]),
                    "ToUnicode": book.add(Stream(self._meaning())),
                }
            )
        )

    def _descriptor(self, book: Book, name: str, program: bytes) -> PDFDictionary:
        head = self._face.face.reference_table("head").data
        box = struct.unpack(">4h", bytes(head[36:44]))
        extents = self._face.font.get_font_extents("ltr")
        return PDFDictionary(
            {
                "Type": PDFName("FontDescriptor"),
                "FontName": name,
                # Symbolic: the codes are ours and no standard ones.
                "Flags": 4,
                "FontBBox": PDFArray([round(self._face.scaled(edge)) for edge in box]),
                "ItalicAngle": 0,
                "Ascent": round(self._face.scaled(extents.ascender)),
                "Descent": round(self._face.scaled(extents.descender)),
                "CapHeight": round(self._face.scaled(extents.ascender)),
                "StemV": 80,
                "FontFile2": book.add(Stream(program, Length1=len(program))),
            }
        )

    def _meaning(self) -> bytes:
        """Give the map from codes to text."""
        told = [(code, text) for (_, text), code in self._codes.items() if text]
        lines = [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange",
        ]
        for start in range(0, len(told), _SECTION):
            section = told[start : start + _SECTION]
            lines.append(f"{len(section)} beginbfchar")
            lines += [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in section]
            lines.append("endbfchar")
        lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
        return "\n".join(lines).encode("ascii")


class _Letters(dict[int, str]):
    """A font's codes of characters in hexadecimal, learned one by one."""

    def __init__(self, font: Embedded) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, code: int) -> str:
        found = self[code] = self._font.letter(code)
        return found
