"""Fonts: which one draws a letter, how wide it is, and what nobody here can draw.

The family that comes with reportlab draws all it can, so that a report looks the same on every machine; fonts
of the operating system are asked only for what it lacks. No font file belongs to this project.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import reportlab
import uharfbuzz as hb

#: Stands for a character that must not be shown; the built-in family has it and nobody writes it.
SUBSTITUTE = "\u25ca"


class Weight(StrEnum):
    """How heavy letters are."""

    REGULAR = "regular"
    BOLD = "bold"


_BUILT_IN = {Weight.REGULAR: "Vera.ttf", Weight.BOLD: "VeraBd.ttf"}
_FONTS_OF_LIBRARY = Path(reportlab.__file__).parent / "fonts"

#: Families for what the built-in one lacks, in the order they are asked, after the one made for the script:
#: regular, bold. Only fonts with TrueType outlines can be embedded here.
_FAMILIES = (
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSansSymbols-Regular.ttf", "NotoSansSymbols-Bold.ttf"),
    ("NotoSansSymbols2-Regular.ttf", "NotoSansSymbols2-Regular.ttf"),
    ("NotoSansMath-Regular.ttf", "NotoSansMath-Regular.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("Arial Unicode.ttf", "Arial Unicode.ttf"),
    ("wqy-zenhei.ttc", "wqy-zenhei.ttc"),
    ("wqy-microhei.ttc", "wqy-microhei.ttc"),
    ("DroidSansFallbackFull.ttf", "DroidSansFallbackFull.ttf"),
    ("msyh.ttc", "msyhbd.ttc"),
    ("malgun.ttf", "malgunbd.ttf"),
    ("Nirmala.ttf", "NirmalaB.ttf"),
    ("LeelawUI.ttf", "LeelaUIb.ttf"),
)

#: Characters without a picture of their own that letters need: joiners, marks of direction, variants.
INVISIBLE = re.compile("[\u061c\u200c-\u200f\u2060\ufe00-\ufe0f]")


def script_of(character: str) -> str:
    """Name the script of a letter, as Unicode's names begin: “Arabic”, “Cjk”, “Thai”; empty for none."""
    name = unicodedata.name(character, "")
    return re.split(r"[^A-Z]", name, maxsplit=1)[0].title() if name else ""


class Face:
    """One font file, opened. Lengths are in thousandths of the size."""

    def __init__(self, path: Path) -> None:
        """Open a file; raises ``ValueError`` for one that cannot be used."""
        try:
            blob = hb.Blob.from_file_path(str(path))
        except hb.HarfBuzzError as error:
            raise ValueError(f"{path} cannot be read") from error
        self.face = hb.Face(blob, 0)
        if not self.face.glyph_count or "glyf" not in self.face.table_tags:
            raise ValueError(f"{path} has no outlines that can be embedded")
        self.font = hb.Font(self.face)
        #: Printable in a PDF name.
        self.name = re.sub(r"[^A-Za-z0-9-]", "", path.stem) or "Font"
        self._scale = 1000 / self.face.upem
        self._glyphs: dict[int, int] = {}
        self._advances: dict[int, int] = {}

    def glyph(self, code: int) -> int:
        """Give the number of a character's glyph, 0 when there is none."""
        glyph = self._glyphs.get(code)
        if glyph is None:
            glyph = self._glyphs[code] = self.font.get_nominal_glyph(code) or 0
        return glyph

    def shows(self, cluster: str) -> bool:
        """Whether every character of a cluster that has a picture has one here."""
        return all(self.glyph(ord(c)) for c in cluster if not INVISIBLE.match(c))

    def advance(self, glyph: int) -> int:
        """Give a glyph's width as it is declared in the document."""
        advance = self._advances.get(glyph)
        if advance is None:
            advance = self._advances[glyph] = round(self.font.get_glyph_h_advance(glyph) * self._scale)
        return advance

    def scaled(self, length: float) -> float:
        """Give a length in font units in thousandths."""
        return length * float(self._scale)


class Fonts:
    """All fonts of one maker, opened when a text first needs them; used by one thread at a time."""

    def __init__(self, directories: Sequence[Path]) -> None:
        self._directories = directories
        self._built_in = {weight: Face(_FONTS_OF_LIBRARY / name) for weight, name in _BUILT_IN.items()}
        self._files: dict[str, Path] | None = None
        self._opened: dict[str, Face | None] = {}
        self._chosen: dict[tuple[str, Weight], Face | None] = {}
        #: What the built-in family draws letter by letter in every weight, by its width.
        self.plain: dict[Weight, dict[str, int]] = {weight: {} for weight in Weight}
        for code in sorted(set.intersection(*(set(face.face.unicodes) for face in self._built_in.values()))):
            if is_plain(chr(code)):
                for weight, face in self._built_in.items():
                    self.plain[weight][chr(code)] = face.advance(face.glyph(code))
        self._plain = frozenset(self.plain[Weight.REGULAR])

    def is_plain(self, text: str) -> bool:
        """Whether the built-in family draws a text letter by letter, from left to right."""
        return self._plain.issuperset(text)

    def built_in(self, weight: Weight) -> Face:
        """Give the built-in family's face."""
        return self._built_in[weight]

    def face(self, cluster: str, weight: Weight) -> Face | None:
        """Give the first font that shows all of a cluster of characters."""
        key = (cluster, weight)
        if key not in self._chosen:
            self._chosen[key] = next((f for f in self._asked(cluster, weight) if f.shows(cluster)), None)
        return self._chosen[key]

    def shows(self, cluster: str) -> bool:
        """Whether a cluster of characters can be shown."""
        return self._plain.issuperset(cluster) or self.face(cluster, Weight.REGULAR) is not None

    def _asked(self, cluster: str, weight: Weight) -> Iterator[Face]:
        yield self._built_in[weight]
        script = script_of(cluster[0])
        made_for = (
            (f"Noto{kind}{script}-Regular.ttf", f"Noto{kind}{script}-Bold.ttf") for kind in ("Sans", "Serif")
        )
        for regular, bold in (*made_for, *_FAMILIES):
            for name in (bold, regular) if weight is Weight.BOLD else (regular,):
                if face := self._open(name):
                    yield face
                    break

    def _open(self, name: str) -> Face | None:
        if name not in self._opened:
            path = self._known_files().get(name)
            try:
                self._opened[name] = Face(path) if path else None
            except ValueError:
                # One unusable font file of the machine is no reason to have no report.
                self._opened[name] = None
        return self._opened[name]

    def _known_files(self) -> dict[str, Path]:
        if self._files is None:
            self._files = {}
            for directory in self._directories:
                for path in sorted(p for p in directory.rglob("*.tt[fc]") if p.is_file()):
                    self._files.setdefault(path.name, path)
        return self._files


def is_plain(character: str) -> bool:
    """Whether a character is shown by its own glyph, wherever it stands in a line from left to right."""
    category = unicodedata.category(character)
    return category[0] not in "CM" and unicodedata.bidirectional(character) not in ("R", "AL", "AN")
