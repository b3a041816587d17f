"""Text that people enter, or paste."""

from __future__ import annotations

import pytest

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.text import checked_text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from the log:\0 x", r"U\+0000, after “from the log:”"),
        ("\udc00 x", r"U\+DC00, at the beginning"),
        ("x" * 50 + "\0", r"U\+0000, after “x{20}”"),
    ],
)
def test_what_cannot_be_kept_is_named_with_its_place(text: str, said: str) -> None:
    """Nobody sees a NUL in what was pasted: the message says which character it is, and where it stands."""
    with pytest.raises(InvalidInput, match=said):
        checked_text("The comment", text, 100)


def test_any_other_text_is_kept_as_it_is() -> None:
    """Every script, marks of direction, characters beyond the first plane, and control characters but NUL."""
    text = "a\tb\r\n\u202e\u05e9 \u6f22 \U0001f4a9 \x1b[0m"
    assert checked_text("The comment", text, 100) == text
