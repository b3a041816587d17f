"""Columns for what plain comparison does not answer: words of a text, and intervals that overlap.

Each is a few SQL columns that are made from a key's value. What a query asks of them is said in Python as
well, and that is the meaning: SQL finds the same documents by an index.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import attrs

Number = int | float

#: Lengths from here on share a class whose intervals may begin anywhere.
LONGEST_CLASS = 61
_LARGEST = 2**63 - 1


@attrs.frozen
class Words:
    """A top-level key whose text is found by its words; asked with ``matches_words``."""

    key: str


@attrs.frozen
class Span:
    """A top-level key with ``[start, end]``, two numbers, found by time; asked with ``overlaps``."""

    key: str


def folded_words(text: str) -> list[str]:
    """Give the words of a text in one case and without marks (Unicode NFKD); all else parts them."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(c for c in folded if not unicodedata.category(c).startswith("M"))
    return re.findall(r"[^\W_]+", plain)


def has_words(value: object, beginnings: tuple[str, ...]) -> bool:
    """Say whether a value is a text in which each of these begins a word."""
    if not isinstance(value, str):
        return False
    found = folded_words(value)
    return all(any(word.startswith(beginning) for word in found) for beginning in beginnings)


def bounds(value: object) -> tuple[Number, Number] | None:
    """Give start and end of what is an interval; nothing for all else, and for one that ends as it begins."""
    match value:
        case [int() | float() as start, int() | float() as end]:
            plain = not (isinstance(start, bool) or isinstance(end, bool))
            return (start, end) if plain and start < end else None
    return None


def overlap(value: object, start: Number, end: Number) -> bool:
    """Say whether a value is an interval ``[a, b)`` that shares something with ``[start, end)``."""
    found = bounds(value)
    return found is not None and found[0] < end and start < found[1]


def words_value(value: object) -> str | None:
    """Give what the full text keeps of a value."""
    return " ".join(folded_words(value)) if isinstance(value, str) else None


def span_values(key: str, value: object) -> tuple[Any, Any, Any]:
    """Give class, start and end of a value; raises ``ValueError`` for numbers that SQLite cannot keep."""
    found = bounds(value)
    if found is None:
        return None, None, None
    start, end = found
    if any(isinstance(number, int) and abs(number) > _LARGEST for number in found):
        raise ValueError(f"column “{key}” cannot keep {value!r}: too large a number")
    length = end - start
    kind = LONGEST_CLASS if length >= 2.0**LONGEST_CLASS else min(int(length + 1).bit_length(), LONGEST_CLASS)
    return kind, start, end
