"""User text on its way to paper: what can be shown of it, what is said instead, and lines that fit."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby

from incident_plugin.adapters.pdf_report.direction import turns
from incident_plugin.adapters.pdf_report.fonts import INVISIBLE, SUBSTITUTE, script_of

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_JOINER = "\u200d"
_VIRAMA = 9
_TONES = range(0x1F3FB, 0x1F400)
_DIRECTIONS = "\u061c\u200e\u200f"

#: Ideographs, kana and what goes with them: lines may break before and after each.
_IDEOGRAPH = "\u2e80-\u2fdf\u3003-\u3007\u3021-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
_IDEOGRAPH += "\U00020000-\U0003ffff"
_OPENING = "\u3008\u300a\u300c\u300e\u3010\u3014\u3016\u3018\uff08\uff3b\uff5b\uff62"
_CLOSING = "\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u3019\uff01\uff09\uff0c\uff0e\uff1a\uff1b"
_CLOSING += "\uff1f\uff3d\uff5d\uff61\uff63\uff64\u30fc\u3005\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085"
_CLOSING += "\u3087\u30a1\u30a3\u30a5\u30a7\u30a9\u30c3\u30e3\u30e5\u30e7"
#: Thai and Lao vowels that are written first: a syllable begins there, and words are not parted by spaces.
_LEADING = "\u0e40-\u0e44\u0ec0-\u0ec4"
_OPPORTUNITY = re.compile(
    f"(?<=[{_IDEOGRAPH}{_CLOSING}])(?![{_CLOSING}])(?=.)|(?<![{_OPENING}])(?<=.)(?=[{_OPENING}])"
    f"|(?<![{_OPENING}])(?<=.)(?![{_CLOSING}])(?=[{_IDEOGRAPH}])|(?<=[\u0e00-\u0eff])(?=[{_LEADING}])"
)


def clusters(text: str) -> Iterator[str]:
    """Split a text into what readers take for one letter: a character and what is set over or with it."""
    start = 0
    for place in range(1, len(text)):
        before, character = text[place - 1], text[place]
        joined = (
            unicodedata.category(character)[0] == "M"
            or INVISIBLE.match(character) is not None
            or ord(character) in _TONES
            or before == _JOINER
            or (unicodedata.combining(before) == _VIRAMA and character.isalpha())
        )
        if not joined:
            yield text[start:place]
            start = place
    if text:
        yield text[start:]


class Showable:
    """Makes texts showable, and keeps account of what had to be said in other words."""

    def __init__(self, is_plain: Callable[[str], bool], shows: Callable[[str], bool]) -> None:
        self._is_plain = is_plain
        self._shows = shows
        #: Control and other invisible characters that were replaced, and how often.
        self.replaced: Counter[str] = Counter()
        #: Scripts for which there is no font, and how many characters of each.
        self.without_font: Counter[str] = Counter()

    def __call__(self, text: str) -> str:
        """Give a text of which every character but a line's end can be shown."""
        if self._is_plain(text):
            return text
        text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)).replace("\t", "    ")
        if self._is_plain(text.replace("\n", "")):
            return text
        text = self._without_controls(text)
        return "".join(
            "".join(group) if script is None else self._in_words(script, "".join(group))
            for script, group in groupby(clusters(text), self._lacking)
        )

    def _without_controls(self, text: str) -> str:
        shown, turning = [], turns(text)
        for place, character in enumerate(text):
            if character != "\n" and not _may_be_set(character, text[place - 1 : place], turning=turning):
                self.replaced[character] += 1
                character = SUBSTITUTE  # noqa: PLW2901
            shown.append(character)
        return "".join(shown)

    def _lacking(self, cluster: str) -> str | None:
        """Give the script for which there is no font, empty for a picture, nothing when all is well."""
        if cluster == "\n" or self._shows(cluster):
            return None
        return "" if unicodedata.category(cluster[0])[0] == "S" else script_of(cluster[0]) or "unnamed"

    def _in_words(self, script: str, lacking: str) -> str:
        if not script:
            # A picture has a name that says what it shows.
            named = (unicodedata.name(c, "") for c in lacking if not INVISIBLE.match(c))
            return "".join(f"[{name.lower()}]" for name in named if name)
        self.without_font[script] += len(lacking)
        several = "characters" if len(lacking) > 1 else "character"
        return f"[{len(lacking)} {script} {several}, no font]"


def _may_be_set(character: str, before: str, *, turning: bool) -> bool:
    """Whether a character shows itself, or is invisible and needed where it stands."""
    if character in _DIRECTIONS:
        return turning
    if INVISIBLE.match(character):
        # A joiner belongs to the letter or picture before it; elsewhere it would hide in a text.
        return bool(before) and before > "\u02ff" and unicodedata.category(before)[0] in "LMS"
    # Controls, embeddings and overrides of direction, halves of pairs, what Unicode does not define.
    return not unicodedata.category(character).startswith("C")


def wrapped(text: str, room: float, width: Callable[[str], float]) -> list[str]:
    """Break a text into lines no wider than ``room``; a word that is wider is broken where it must be."""
    return [
        paragraph[start:end]
        for paragraph in text.split("\n")
        for start, end in filled(paragraph, room, width)
    ]


def filled(paragraph: str, room: float, width: Callable[[str], float]) -> Iterator[tuple[int, int]]:
    """Give where each line of a paragraph begins and ends."""
    space = width(" ")
    start = end = place = 0
    used, empty = 0.0, True
    for word in paragraph.split(" "):
        gap = space
        for part in [word] if word.isascii() else _OPPORTUNITY.split(word):
            needed = width(part)
            if not empty and used + gap + needed > room:
                yield start, end
                start, used, empty = place, 0.0, True
            if needed > room:
                for piece in _pieces(part, room, width):
                    if not empty:
                        yield start, place
                        start = place
                    place += len(piece)
                    end, used, empty = place, width(piece), False
            else:
                place += len(part)
                end, used, empty = place, used + needed + (0 if empty else gap), False
            gap = 0
        place += 1
    yield start, end


def _pieces(word: str, room: float, width: Callable[[str], float]) -> Iterator[str]:
    piece, used = "", 0.0
    for cluster in clusters(word):
        needed = width(cluster)
        if piece and used + needed > room:
            yield piece
            piece, used = "", 0.0
        piece, used = piece + cluster, used + needed
    yield piece
