"""Fields take values of their kind, in one stored form, and are shown as people named them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.fields import checked_field, field_title, shown_value
from incident_plugin.domain.properties import DELIVERED, FieldValue
from incident_plugin.domain.text import MAXIMUM_LINE, MAXIMUM_TEXT, words

STORED: list[tuple[str, FieldValue, FieldValue]] = [
    ("type", "theft", "theft"),
    ("type", "", None),
    ("status", "closed", "closed"),
    ("priority", "high", "high"),
    ("priority", None, None),
    ("description", "", None),
    ("description", " as typed ", " as typed "),
    ("owner", "ann", "ann"),
    ("category:severity", "low", "low"),
    ("category:severity", None, None),
    ("data:persons", "12", 12),
    ("data:persons", " -7 ", -7),
    ("data:persons", 0, 0),
    ("data:persons", "", None),
    ("data:damage", "+0012.50", "12.50"),
    ("data:damage", 3, "3"),
    ("data:reference", 17, "17"),
    ("data:injuries", True, True),
    ("data:injuries", False, False),
    ("data:reported", "2026-07-01T14:00:00+02:00", "2026-07-01T12:00:00Z"),
    ("data:reported", "2026-07-01T12:00:00.250Z", "2026-07-01T12:00:00.250000Z"),
]

REFUSED: list[tuple[str, FieldValue]] = [
    ("type", "arson"),
    ("type", 1),
    ("status", ""),
    ("status", None),
    ("status", "done"),
    ("priority", "urgent"),
    ("description", "x" * (MAXIMUM_TEXT + 1)),
    ("owner", "x" * (MAXIMUM_LINE + 1)),
    ("category:severity", "none"),
    ("category:gone", "low"),
    ("data:gone", "1"),
    ("data:persons", "1.5"),
    ("data:persons", "many"),
    ("data:persons", True),
    ("data:persons", "1" * 16),
    ("data:persons", "١٢"),
    ("data:damage", "12,50"),
    ("data:damage", "1e3"),
    ("data:damage", "NaN"),
    ("data:damage", False),
    ("data:injuries", 1),
    ("data:injuries", "yes"),
    ("data:reported", "yesterday"),
    ("data:reported", "2026-07-01T14:00:00"),
    ("data:reported", "0001-01-01T00:00:00+14:00"),
    ("number", "7"),
    ("type:theft", "theft"),
    ("", ""),
]


@pytest.mark.parametrize(("field", "entered", "stored"), STORED)
def test_a_value_is_kept_in_the_form_of_its_kind(field: str, entered: FieldValue, stored: FieldValue) -> None:
    """What is stored has one form, and entering that form again changes nothing."""
    found = checked_field(field, entered, DELIVERED)
    assert (type(found), found) == (type(stored), stored)
    if stored is not None:
        assert checked_field(field, stored, DELIVERED) == stored


@pytest.mark.parametrize(("field", "entered"), REFUSED)
def test_a_value_of_another_kind_is_refused(field: str, entered: FieldValue) -> None:
    """The message says that nothing changed."""
    with pytest.raises(InvalidInput, match=r"not changed|Nothing was changed|not saved"):
        checked_field(field, entered, DELIVERED)


@given(st.sampled_from(["data:persons", "data:damage", "data:reported"]), st.text())
def test_any_text_is_either_of_the_kind_or_refused(field: str, entered: str) -> None:
    """No text whatever breaks a field, and what it takes stays as it is taken."""
    try:
        stored = checked_field(field, entered, DELIVERED)
    except InvalidInput:
        return
    assert checked_field(field, stored, DELIVERED) == stored


@pytest.mark.parametrize(
    ("field", "value", "title", "text"),
    [
        ("status", "in-progress", "Status", "In progress"),
        ("type", "gone", "Type", "gone"),
        ("category:authorities", "fire-brigade", "Authorities", "Fire brigade"),
        ("category:gone", "low", "gone", "low"),
        ("data:injuries", True, "Injuries", "yes"),
        ("data:injuries", False, "Injuries", "no"),
        ("data:persons", 0, "Persons involved", "0"),
        ("description", None, "Description", ""),
    ],
)
def test_fields_and_values_have_names(field: str, value: FieldValue, title: str, text: str) -> None:
    """Also when an administrator has removed the definition since: then the id stands for the name."""
    assert field_title(field, DELIVERED) == title
    assert shown_value(field, value, DELIVERED) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Red VAN, at the dock-12!", ("red", "van", "at", "the", "dock", "12")),
        ("Straße STRASSE", ("strasse", "strasse")),
        ("Café cafe\u0301 \uff23\uff21\uff26\uff25", ("cafe", "cafe", "cafe")),
        ("İstanbul", ("istanbul",)),
        ("سَيَّارَة חָנוּת", ("سيارة", "חנות")),
        ("🚗 _ …", ()),
        ("", ()),
    ],
)
def test_words_are_compared_without_case_and_marks(text: str, found: tuple[str, ...]) -> None:
    """A word is found however it was typed."""
    assert words(text) == found


@given(st.text())
def test_words_of_words_are_the_same_words(text: str) -> None:
    """Nothing is folded twice: what is searched for is folded as what is found."""
    assert words(" ".join(words(text))) == words(text)
