from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.adapters.pdf_report.fonts import SUBSTITUTE
from incident_plugin.adapters.pdf_report.text import Showable, clusters, wrapped

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


def plain(text: str) -> bool:
    """A font with the letters of ASCII alone."""
    return text.isascii() and text.isprintable()


def shown_by_font(cluster: str) -> bool:
    """A font for ASCII and Greek."""
    return plain(cluster[0]) or cluster[0] == SUBSTITUTE or "GREEK" in unicodedata.name(cluster[0], "")


def showable() -> Showable:
    """Texts shown with these fonts."""
    return Showable(plain, shown_by_font)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\v", "\f", "\u2028", "\u2029", "\x85"])
def test_every_line_end_is_a_line_end(end: str) -> None:
    """Texts pasted from anywhere keep their lines."""
    assert showable()(f"one{end}two") == "one\ntwo"


def test_what_must_not_be_shown_is_replaced_and_counted() -> None:
    """Nothing is dropped: each control has its substitute."""
    text = showable()
    assert text("a\x00b\u202ec\x00") == f"a{SUBSTITUTE}b{SUBSTITUTE}c{SUBSTITUTE}"
    assert text.replaced == {"\x00": 2, "\u202e": 1}


def test_a_script_without_a_font_is_said_in_words() -> None:
    """How many characters of which script, where they stood; what a font shows is kept."""
    text = showable()
    assert text("At \u4f60\u597d, \u0645 and \u0395\u03bb.") == (
        "At [2 Cjk characters, no font], [1 Arabic character, no font] and \u0395\u03bb."
    )
    assert text.without_font == {"Cjk": 2, "Arabic": 1}


def test_a_picture_without_a_font_is_named() -> None:
    """An emoji says something, so its name is said."""
    text = showable()
    assert text("\U0001f525\U0001f692!") == "[fire][fire engine]!"
    assert text.without_font == {}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\u200db", False),
        ("\u200d", False),
        ("\u03b1\u200d\u03b2", True),
        ("a\u200fb", False),
        ("a\u2066b\u2069", False),
        ("a\u200bb", False),
        ("\ufeffa", False),
    ],
)
def test_an_invisible_character_stays_only_where_a_letter_needs_it(text: str, *, kept: bool) -> None:
    """Joiners belong to letters that join; what would hide in a text is shown."""
    shown = showable()
    shown(text)
    assert (not shown.replaced) is kept


def test_letters_written_in_parts_are_put_together() -> None:
    """An accent that stands apart becomes part of its letter, so that a font without accents shows it."""
    assert Showable(str.isalpha, str.isalpha)("e\u0301") == "\u00e9"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("x\u0301b", ["x\u0301", "b"]),
        ("\u0e17\u0e35\u0e48\u0e19", ["\u0e17\u0e35\u0e48", "\u0e19"]),
        ("\u0915\u094d\u0937\u093f\u0930", ["\u0915\u094d\u0937\u093f", "\u0930"]),
        ("\U0001f469\u200d\U0001f692!", ["\U0001f469\u200d\U0001f692", "!"]),
        ("\U0001f44d\U0001f3fd", ["\U0001f44d\U0001f3fd"]),
    ],
)
def test_what_is_one_letter_to_a_reader_stays_together(text: str, parts: list[str]) -> None:
    """Marks, conjuncts, joined pictures and skin tones are never parted from what they belong to."""
    assert list(clusters(text)) == parts


@given(st.text(max_size=60))
def test_letters_are_never_lost_in_parting(text: str) -> None:
    """The parts make the text."""
    assert "".join(clusters(text)) == text


def test_ideographs_break_anywhere_but_before_a_closing_mark() -> None:
    """A line of Chinese is as full as it can be, and does not begin with a full stop."""
    text = "\u4f60\u597d\u4f60\u597d\u3002\u4f60"
    assert wrapped(text, 4, width) == [text[:3], text[3:]]


def test_an_opening_mark_stays_with_what_it_opens() -> None:
    """A line of Japanese does not end with an opening bracket."""
    text = "\u4f60\u4f60\u300c\u597d\u300d"
    assert wrapped(text, 3, width) == [text[:2], text[2:]]


def test_thai_breaks_where_a_syllable_begins() -> None:
    """Before a vowel that is written first, as no space parts its words."""
    text = "\u0e21\u0e32\u0e41\u0e25\u0e49\u0e27\u0e40\u0e02\u0e32"
    assert wrapped(text, 6, width) == [text[:6], text[6:]]
