"""From letters to glyphs: joined, stacked, put in order and placed as their script wants it (by HarfBuzz)."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

import attrs
import uharfbuzz as hb

from incident_plugin.adapters.pdf_report.direction import levels, visual
from incident_plugin.adapters.pdf_report.fonts import Face, Fonts, Weight
from incident_plugin.adapters.pdf_report.text import clusters


@attrs.frozen
class Glyph:
    """One glyph in its place; lengths in thousandths of the size."""

    number: int
    #: The characters that it stands for; empty for a further glyph of the same ones.
    text: str
    advance: float
    dx: float
    dy: float


@attrs.frozen
class Run:
    """A part of a line in one font, from left to right: plain text, or glyphs that were shaped."""

    face: Face
    text: str
    glyphs: tuple[Glyph, ...] | None
    #: In thousandths of the size.
    width: float


class Shaper:
    """Shapes with one set of fonts; remembers what it shaped."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._shaped = functools.lru_cache(maxsize=20_000)(_shaped)

    def width(self, text: str, weight: Weight) -> float:
        """Give the width of a text of size 1; every character must be showable."""
        widths = self._fonts.plain[weight]
        try:
            return sum(map(widths.__getitem__, text)) / 1000
        except KeyError:
            return (
                sum(run.width for run in self._logical(text, levels(text) or bytes(len(text)), weight)) / 1000
            )

    def runs(self, text: str, found: bytes, weight: Weight) -> list[Run]:
        """Split a line, with the levels of its characters, into runs of one font each, from left to right."""
        if not found and self._fonts.is_plain(text):
            return [Run(self._fonts.built_in(weight), text, None, 1000 * self.width(text, weight))]
        found = found or bytes(len(text))
        runs = list(self._logical(text, found, weight))
        starts = [0]
        for run in runs[:-1]:
            starts.append(starts[-1] + len(run.text))
        return visual(runs, [found[start] for start in starts]) if runs else []

    def _logical(self, text: str, found: bytes, weight: Weight) -> Iterator[Run]:
        pieces: list[tuple[Face, int, str]] = []
        place = 0
        for cluster in clusters(text):
            face = self._fonts.face(cluster, weight)
            if face is None:
                raise ValueError(f"no font shows {cluster!r}: replace it before it is set")
            pieces.append((face, found[place], cluster))
            place += len(cluster)
        for (_, level), group in groupby(pieces, lambda piece: (id(piece[0]), piece[1])):
            same = list(group)
            yield self._shaped(same[0][0], level % 2 == 1, "".join(piece[2] for piece in same))


def _shaped(face: Face, turned: bool, text: str) -> Run:
    buffer = hb.Buffer()
    buffer.add_codepoints([ord(character) for character in text])
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if turned else "ltr"
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    hb.shape(face.font, buffer)
    infos = buffer.glyph_infos
    said = _said(text, [info.cluster for info in infos], turned=turned)
    glyphs = []
    for info, place, part in zip(infos, buffer.glyph_positions, said, strict=True):
        advance, dx, dy = (face.scaled(x) for x in (place.x_advance, place.x_offset, place.y_offset))
        glyphs.append(Glyph(info.codepoint, part, advance, dx, dy))
    return Run(face, text, tuple(glyphs), sum(glyph.advance for glyph in glyphs))


def _said(text: str, places: list[int], *, turned: bool) -> list[str]:
    """Give what each glyph stands for, from left to right: all of the text, in its order, each letter once.

    Glyphs of one cluster share its letters, which may stand in another order than the glyphs do.
    """
    starts = sorted(set(places))
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    left = {start: text[start : ends[start]] for start in starts}
    count = Counter(places)
    said = [""] * len(places)
    for glyph in reversed(range(len(places))) if turned else range(len(places)):
        start = places[glyph]
        count[start] -= 1
        # The last glyph of a cluster has all that is left.
        said[glyph] = left[start][:1] if count[start] else left[start]
        left[start] = left[start][len(said[glyph]) :]
    return said
