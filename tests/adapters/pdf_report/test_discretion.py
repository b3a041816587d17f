from __future__ import annotations

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import StreamObject

from incident_plugin.adapters.pdf_report.discretion import without_user_names
from incident_plugin.domain.people import Person, PersonId

from .conftest import Print, Printed
from .samples import ANNA, CARL, DORA, EMIL, comment, content, entries, project

NAMES = ("Anna Berg", "Carl Østergård", "Dora Lund", "Emil Holm", "Gerda Fjord")


def everything(report: Printed) -> str:
    """All that a reader of the file can find: text, metadata, outline, and the bytes themselves."""
    objects = [
        value.get_data().decode("latin-1") if isinstance(value, StreamObject) else str(value)
        for value in map(report.reader.get_object, range(1, int(report.reader.trailer["/Size"])))
    ]
    metadata = str(report.reader.metadata)
    outline = str(report.reader.outline)
    raw = [report.pdf.decode(encoding, "ignore") for encoding in ("latin-1", "utf-8", "utf-16-be")]
    return " ".join((report.text, metadata, outline, *objects, *raw)).casefold()


def test_no_name_is_anywhere_when_names_are_hidden(printed: Print) -> None:
    """Creator, authors, owner now and before, who added and who made the report: nowhere in the file."""
    told = project(
        comments=(comment("ANNA  BERG told Gerda\nFjord; Anna Bergs cykel."), comment("So.", CARL))
    )
    shown = everything(printed(content(told)))
    hidden = everything(printed(content(told, show_user_names=False)))
    for name in NAMES:
        assert name.casefold() in shown
        assert name.casefold() not in hidden
        for part in name.split():
            assert part.casefold() not in hidden


def test_the_same_number_is_the_same_person(printed: Print) -> None:
    """Numbers go by who comes first; the owner, who is known by name only, has the number of that user."""
    text = printed(content(show_user_names=False)).text
    assert "Created by Person 1" in text
    assert "Owner Person 2" in text
    assert "Logged by Person 2" in text
    assert "by Person 3" in text
    assert "+01:00 by Person 4" in text
    assert "Owner changed from “Person 5” to “Person 2”" in text
    assert "User names are hidden" in text


def test_a_name_in_a_text_is_visibly_replaced() -> None:
    """The reader sees where a name stood; the rest of the text is untouched."""
    told = project(comments=(comment("Ask Anna Berg, not Annabel."),))
    hidden = without_user_names(content(told))
    assert hidden.project.comments[0].text == "Ask [Person 1], not Annabel."


def test_a_short_name_does_not_tear_words_apart() -> None:
    """Somebody called Bo is hidden as a word of its own only."""
    bo = Person(id=PersonId("u9"), name="Bo")
    told = project(comments=(comment("Bo took both bottles from Bo.", bo),))
    assert without_user_names(content(told)).project.comments[0].text == (
        "[Person 2] took both bottles from [Person 2]."
    )


def test_two_users_of_one_name_are_not_confused() -> None:
    """A text does not say which of two users of the same name it means, nor does the report pretend to."""
    other = Person(id=PersonId("u8"), name="Anna Berg")
    told = project(comments=(comment("I am Anna Berg.", other),))
    hidden = without_user_names(content(told))
    assert hidden.project.comments[0].author.name == "Person 2"
    assert hidden.project.comments[0].text == "I am [Person 1 or Person 2]."


def test_a_user_who_was_renamed_keeps_one_number() -> None:
    """One id, two names over time: one number, and both names are hidden."""
    married = attrs.evolve(ANNA, name="Anna Dahl")
    told = project(comments=(comment("Anna Dahl was Anna Berg.", married),))
    hidden = without_user_names(content(told))
    assert hidden.project.comments[0].text == "[Person 1] was [Person 1]."


@pytest.mark.parametrize(
    "name", ["", "  ", "(", ".*", "Person 1", "[Person 2]", "new", "Owner", "İ", "\u017f", "Straße"]
)
def test_any_name_can_be_hidden(printed: Print, name: str) -> None:
    """Names that look like patterns, labels or values neither break the report nor lose a section."""
    odd = Person(id=PersonId("u7"), name=name)
    told = project(created_by=odd, comments=(comment(f"Seen by {name} and {name.upper()}i.", odd),))
    text = printed(content(told, entries=entries(told, actor=odd), show_user_names=False)).text
    assert "Created by Person 1" in text


@settings(max_examples=100, deadline=None)
@given(
    name=st.text(min_size=4, max_size=12).filter(str.strip),
    before=st.text(max_size=10),
    after=st.text(max_size=10),
)
def test_a_hidden_name_is_in_no_text(name: str, before: str, after: str) -> None:
    """Whatever surrounds a name of four letters or more, it does not stay in a text as it was written."""
    person = Person(id=PersonId("u6"), name=name)
    told = project(comments=(comment("x", person),), calls=(), sequences=())
    told = attrs.evolve(told, fields={"status": "new", "description": f"{before}{name}{after}"})
    hidden = without_user_names(content(told))
    if not all(part in "Person hidden or 0123456789[]" for part in name.split()):
        assert " ".join(name.split()) not in " ".join(str(hidden.project.fields["description"]).split())
    assert "Person" in str(hidden.project.fields["description"])


def test_nothing_but_names_is_changed() -> None:
    """Times, ids, values and pictures are the same; hiding twice changes nothing more."""
    open_content = content()
    hidden = without_user_names(open_content)
    assert hidden.project.sequences[0].footage == open_content.project.sequences[0].footage
    assert hidden.properties == open_content.properties
    assert [e.at for e in hidden.entries] == [e.at for e in open_content.entries]
    assert hidden.project.fields["description"] == open_content.project.fields["description"]
    assert without_user_names(hidden).project == hidden.project
    assert {p.name for p in (CARL, DORA, EMIL)}.isdisjoint(str(hidden).split("'"))


def test_a_colleague_who_did_nothing_here_is_hidden_too() -> None:
    """A comment that names somebody who works at the site names them no more."""
    gerda = Person(id=PersonId("u20"), name="Gerda Fjord")
    told = project(comments=(comment("Gerda Fjord had the night watch."),))
    hidden = without_user_names(content(told, colleagues=(gerda,)))
    assert "Gerda" not in hidden.project.comments[0].text
