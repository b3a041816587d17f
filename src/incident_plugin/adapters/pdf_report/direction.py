"""Which way text runs: levels of the Unicode Bidirectional Algorithm (UAX 9), and their order on a line.

The library gives weak, neutral and implicit levels; brackets (rule N0), which it leaves out, are added here.
Explicit embeddings, overrides and isolates never come this far: they can make a text read otherwise than it
was written, so they are shown as what they are (see ``text``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from bidi import algorithm
from bidi.mirror import MIRRORED

#: Right-to-left letters and Arabic digits: what makes text run that way.
_TURNING = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]")
_SET = frozenset({"L", "R", "AL", "EN", "AN", "ES", "ET", "CS", "NSM", "B", "S", "WS", "ON", "BN"})
#: A date, with a time and its offset or without: behind Arabic letters its numbers would change places.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| ?[+-]\d\d:\d\d)?)?", re.ASCII)
_NEUTRAL = ("B", "S", "WS", "ON")
_Item = TypeVar("_Item")


def turns(text: str) -> bool:
    """Whether a part of the text may run from right to left."""
    return _TURNING.search(text) is not None


def base_level(paragraph: str) -> int:
    """Give 1 for a paragraph that runs from right to left, which its first letter decides, else 0."""
    return algorithm.get_base_level(paragraph) if turns(paragraph) else 0


def levels(paragraph: str) -> bytes:
    """Give the level of each character; empty when all of the paragraph runs from left to right."""
    if not turns(paragraph):
        return b""
    base = algorithm.get_base_level(paragraph)
    storage: dict[str, Any] = {"base_level": base, "base_dir": "LR"[base], "chars": [], "runs": []}
    algorithm.get_embedding_levels(paragraph, storage)
    everything = storage["chars"]
    for one in everything:
        if one["type"] not in _SET:
            one["type"] = one["orig"] = "ON"
    for moment in _MOMENT.finditer(paragraph):
        for one in everything[slice(*moment.span())]:
            one["type"] = one["orig"] = "L"
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    _pair_brackets(storage["chars"], "LR"[base])
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    found, last = bytearray(), base
    for one in everything:
        # What has no direction of its own (joiners, marks of direction) stays with the letter before it.
        last = last if one["orig"] == "BN" else one["level"]
        found.append(last)
    return bytes(found)


def on_line(found: bytes, line: str, base: int) -> bytes:
    """Give levels as they are on one line: spaces at its end go with the paragraph (rule L1)."""
    kept = len(line.rstrip())
    return found[:kept] + bytes([base]) * (len(found) - kept)


def visual(items: Sequence[_Item], found: Sequence[int]) -> list[_Item]:
    """Put items into the order in which they stand from left to right (rule L2)."""
    ordered = list(zip(items, found, strict=True))
    for level in range(max(found, default=0), 0, -1):
        start = 0
        while start < len(ordered):
            if ordered[start][1] < level:
                start += 1
                continue
            end = start
            while end < len(ordered) and ordered[end][1] >= level:
                end += 1
            ordered[start:end] = reversed(ordered[start:end])
            start = end
    return [item for item, _ in ordered]


def _pair_brackets(chars: list[dict[str, Any]], base: str) -> None:
    """Let both brackets of a pair run as what they enclose, or as what stands before them (rule N0)."""
    strong = [_strong(one["type"]) for one in chars]
    for opened, closed in sorted(_pairs(chars)):
        within = set(strong[opened + 1 : closed]) - {""}
        if not within:
            continue
        direction = base
        if base not in within:
            before = next((found for found in reversed(strong[:opened]) if found), base)
            direction = before
        for place in (opened, closed):
            chars[place]["type"] = strong[place] = direction


def _strong(kind: str) -> str:
    return "" if kind in _NEUTRAL or kind == "BN" else "L" if kind == "L" else "R"


def _pairs(chars: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    waiting: list[tuple[str, int]] = []
    for place, one in enumerate(chars):
        if one["type"] != "ON":
            continue
        character = one["ch"]
        kind = unicodedata.category(character)
        if kind == "Ps" and character in MIRRORED:
            waiting.append((MIRRORED[character], place))
        elif kind == "Pe":
            for depth in range(len(waiting) - 1, -1, -1):
                if waiting[depth][0] == character:
                    yield waiting[depth][1], place
                    del waiting[depth:]
                    break
