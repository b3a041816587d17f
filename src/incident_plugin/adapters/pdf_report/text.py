"""User text on its way to paper: what a font can show of it, and lines that fit."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class Showable:
    """Makes texts showable and counts what had to be replaced."""

    def __init__(self, shows: Callable[[str], bool], substitute: str) -> None:
        self._shows = shows
        self._substitute = substitute
        #: Characters that were replaced, and how often.
        self.replaced: Counter[str] = Counter()

    def __call__(self, text: str) -> str:
        """Give a text of which every character but a line's end can be shown."""
        text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)).replace("\t", "    ")
        for character in sorted(set(text) - {"\n"}):
            if not self._shows(character):
                self.replaced[character] += text.count(character)
                text = text.replace(character, self._substitute)
        return text


def wrapped(text: str, room: float, width: Callable[[str], float]) -> list[str]:
    """Break a text into lines no wider than ``room``; a word that is wider is broken where it must be."""
    return [line for paragraph in text.split("\n") for line in _filled(paragraph, room, width)]


def _filled(paragraph: str, room: float, width: Callable[[str], float]) -> Iterator[str]:
    space = width(" ")
    words: list[str] = []
    used = 0.0
    for word in paragraph.split(" "):
        needed = width(word)
        if words and used + space + needed > room:
            yield " ".join(words)
            words, used = [], 0.0
        if needed > room:
            *full, word = _pieces(word, room, width)  # noqa: PLW2901
            yield from full
            needed = width(word)
        used += needed + (space if words else 0)
        words.append(word)
    yield " ".join(words)


def _pieces(word: str, room: float, width: Callable[[str], float]) -> Iterator[str]:
    start, used = 0, 0.0
    for position, character in enumerate(word):
        needed = width(character)
        if position > start and used + needed > room:
            yield word[start:position]
            start, used = position, 0.0
        used += needed
    yield word[start:]
