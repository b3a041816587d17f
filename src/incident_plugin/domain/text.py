"""Text that people enter, and that recorders send."""

from __future__ import annotations

import re
import unicodedata

from incident_plugin.domain.errors import InvalidInput

#: Characters of a long text: description, comment, note.
MAXIMUM_TEXT = 100_000
#: Characters of a single line: a name, a phone number.
MAXIMUM_LINE = 200
#: Explicit embeddings, overrides and isolates: they turn the text around them (UAX #9).
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: What no line from elsewhere may have: controls, and what turns the text around it.
_UNSHOWABLE = re.compile(f"[\0-\x1f\x7f-\x9f]|{TURNING.pattern}")
#: Characters by which words are compared: no language writes longer ones, and an index has to end somewhere.
COMPARED = 64

#: The same for ASCII, several times as fast: what is no part of a word becomes a space.
_PARTING = {n: " " for n in range(128) if not chr(n).isalnum()}
#: What no store keeps: NUL, and half of a surrogate pair.
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
_WORD = re.compile(r"[^\W_]+")


def checked_text(name: str, text: str, maximum: int) -> str:
    """Give the text if it can be kept: not too long, no NUL, no half of a surrogate pair."""
    if len(text) > maximum:
        raise InvalidInput(
            f"{name} has {len(text):,} characters; {maximum:,} are possible. "
            "Nothing was changed: shorten it.",
            cause="incident.text-too-long",
        )
    if unkeepable := _UNKEEPABLE.search(text):
        # Nobody sees such a character in a text that was pasted: where it stands is said.
        before = text[max(0, unkeepable.start() - 20) : unkeepable.start()]
        where = f"after “{before}”" if before else "at the beginning"
        raise InvalidInput(
            f"{name} has a character that cannot be kept, U+{ord(unkeepable[0]):04X}, {where}. "
            "Nothing was changed: remove it.",
            cause="incident.text-unkeepable",
        )
    return text


def one_line(text: str) -> str:
    """Give what a device calls something, or says, as a line of text that people can be shown."""
    line = _UNSHOWABLE.sub("", " ".join(text.split()))
    return line if len(line) <= MAXIMUM_LINE else f"{line[: MAXIMUM_LINE - 1].rstrip()}…"


def words(text: str) -> tuple[str, ...]:
    """Give the words of a text as searching compares them: in one case, without accents and other marks.

    Letters are decomposed (Unicode normal form NFKD), case-folded and stripped of their combining marks, so
    that a word is found however it was typed. What is neither a letter nor a number parts words, and the
    first ``COMPARED`` characters of a word stand for all of it.
    """
    if text.isascii():
        found = text.lower().translate(_PARTING).split()
    else:
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        folded = "".join(c for c in folded if not unicodedata.category(c).startswith("M"))
        found = _WORD.findall(folded)
    # Hardly any word is so long, and slicing each costs more than all the rest.
    if found and max(map(len, found)) > COMPARED:
        found = [word[:COMPARED] for word in found]
    return tuple(found)
