from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.adapters.pdf_report.text import Showable, wrapped

LETTERS = st.text("abc  -\n", max_size=80)


def width(text: str) -> float:
    """A font in which every letter is one wide."""
    return float(len(text))


@given(LETTERS, st.integers(1, 30))
def test_lines_fit_and_lose_nothing_but_spaces_at_their_ends(text: str, room: int) -> None:
    """No line is wider than its room; all letters are there, in order."""
    lines = wrapped(text, room, width)
    assert all(len(line.strip(" ")) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@given(st.text("abc ", max_size=80), st.integers(4, 30))
def test_lines_are_as_full_as_they_can_be(text: str, room: int) -> None:
    """A word goes to the next line only when it does not fit."""
    words = [word[:room] for word in text.split()]
    lines = wrapped(" ".join(words), room, width)
    for line, following in pairwise(lines):
        assert len(line) + 1 + len(following.split(" ")[0]) > room


def test_an_entered_line_end_stays() -> None:
    """Paragraphs and empty lines are kept as they were written."""
    assert wrapped("one\n\ntwo", 10, width) == ["one", "", "two"]


def test_a_long_word_is_broken() -> None:
    """A word without an end is divided, and what is left is followed by the next word."""
    assert wrapped("see aaaaaaaaaaaa bb", 5, width) == ["see", "aaaaa", "aaaaa", "aa bb"]


def test_a_character_wider_than_the_room_still_stands() -> None:
    """There is always progress."""
    assert wrapped("ab", 0.5, width) == ["a", "b"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\v", "\f", "\u2028", "\u2029", "\x85"])
def test_every_line_end_is_a_line_end(end: str) -> None:
    """Texts pasted from anywhere keep their lines."""
    assert Showable(str.isprintable, "#")(f"one{end}two") == "one\ntwo"


def test_what_cannot_be_shown_is_replaced_and_counted() -> None:
    """Nothing is dropped: each character has its substitute."""
    showable = Showable(str.isalpha, "#")
    assert showable("a\x00b\u202ec\x00") == "a#b#c#"
    assert showable.replaced == {"\x00": 2, "\u202e": 1}


def test_letters_written_in_parts_are_put_together() -> None:
    """An accent that stands apart becomes part of its letter, so that a font without accents shows it."""
    assert Showable(str.isalpha, "#")("e\u0301") == "\u00e9"
