"""Fonts: which one draws a character, how wide it is, and what nobody here can draw.

The family that comes with reportlab draws all it can, so that a report looks the same on every machine; fonts
of the operating system are asked only for what it lacks. No font file belongs to this project.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

#: Stands for a character that cannot be shown; the built-in family has it and nobody writes it.
SUBSTITUTE = "\u25ca"


class Weight(StrEnum):
    """How heavy letters are."""

    REGULAR = "regular"
    BOLD = "bold"


_BUILT_IN = {Weight.REGULAR: "Vera.ttf", Weight.BOLD: "VeraBd.ttf"}

#: Families for what the built-in one lacks, in the order they are asked: regular, bold.
_SYSTEM_FAMILIES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("wqy-zenhei.ttc", "wqy-zenhei.ttc"),
    ("wqy-microhei.ttc", "wqy-microhei.ttc"),
)

#: Letters that need joining, stacking or another direction before they can be read. Set one after the other
#: they would say something else than what was written, which is worse than a substitute.
_NEEDS_SHAPING = (
    range(0x0590, 0x10A0),  # Hebrew, Arabic, the scripts of India, Thai, Tibetan, Myanmar
    range(0x1780, 0x18B0),  # Khmer, Mongolian
    range(0x1A00, 0x1C50),
    range(0xA800, 0xAC00),
    range(0xFB1D, 0xFE00),  # presentation forms of Hebrew and Arabic
    range(0xFE70, 0xFF00),
    range(0x10000, 0x110000),  # the library's map back to text ends with the basic plane
)


class Fonts:
    """All fonts of one maker, loaded when a text first needs them."""

    def __init__(self, directories: Sequence[Path]) -> None:
        self._directories = directories
        self._faces = {weight: [_registered(name)] for weight, name in _BUILT_IN.items()}
        self._widths = {weight: _Widths(self, weight) for weight in Weight}
        self._system_loaded = False
        #: What the built-in family draws in every weight.
        self._plain = frozenset(c for c in map(chr, self._common_codes()) if _can_be_set(c))

    def face(self, character: str, weight: Weight) -> TTFont | None:
        """Give the first font that can show a character."""
        if not _can_be_set(character):
            return None
        code = ord(character)
        for face in self._faces[weight]:
            if code in face.face.charToGlyph:
                return face
        if self._system_loaded:
            return None
        self._load_system_fonts()
        return self.face(character, weight)

    def shows(self, character: str) -> bool:
        """Whether a character can be shown in every weight."""
        return character in self._plain or all(self.face(character, weight) for weight in Weight)

    def width(self, text: str, weight: Weight) -> float:
        """Give the width of a text of size 1; every character must be showable."""
        return sum(map(self._widths[weight].__getitem__, text)) / 1000

    def runs(self, text: str, weight: Weight) -> list[tuple[str, str]]:
        """Split a text into runs of one font each: the font's registered name, and the characters."""
        built_in = self._faces[weight][0]
        if self._plain.issuperset(text):
            return [(built_in.fontName, text)]
        return [
            (name, "".join(characters))
            for name, characters in groupby(text, lambda c: (self.face(c, weight) or built_in).fontName)
        ]

    def _common_codes(self) -> set[int]:
        return set.intersection(*(set(faces[0].face.charToGlyph) for faces in self._faces.values()))

    def _load_system_fonts(self) -> None:
        self._system_loaded = True
        wanted = {name for family in _SYSTEM_FAMILIES for name in family}
        found: dict[str, Path] = {}
        for directory in self._directories:
            for path in sorted(p for p in directory.rglob("*") if p.name in wanted):
                found.setdefault(path.name, path)
        for family in _SYSTEM_FAMILIES:
            for weight, name in zip(Weight, family, strict=True):
                if face := name in found and _loaded(found[name]):
                    self._faces[weight].append(face)


class _Widths(dict[str, float]):
    """Widths of characters in thousandths of the size, learned one by one."""

    def __init__(self, fonts: Fonts, weight: Weight) -> None:
        super().__init__()
        self._fonts = fonts
        self._weight = weight

    def __missing__(self, character: str) -> float:
        face = self._fonts.face(character, self._weight)
        if face is None:
            raise ValueError(f"no font shows {character!r}: replace it before it is measured")
        width: float = face.face.getCharWidth(ord(character))  # type: ignore[no-untyped-call]
        self[character] = width
        return width


def _registered(file: str) -> TTFont:
    font = TTFont(f"incident:{file}", file, shapable=False)
    pdfmetrics.registerFont(font)
    return font


def _loaded(path: Path) -> TTFont | None:
    try:
        return _registered(str(path))
    except (TTFError, OSError):
        # One unusable font file of the machine is no reason to have no report.
        return None


@functools.lru_cache(maxsize=4096)
def _can_be_set(character: str) -> bool:
    code = ord(character)
    if any(code in block for block in _NEEDS_SHAPING):
        return False
    # Controls, invisible format characters (which can turn a line around), and what Unicode does not define.
    return not unicodedata.category(character).startswith("C")
