"""How a project may change, and how it may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from incident_plugin.domain.errors import Conflict, IncidentError, Incomplete, InvalidInput, NotFound
from incident_plugin.domain.project import (
    MAXIMUM_SEQUENCES,
    CallId,
    CommentId,
    FieldChange,
    Project,
)
from incident_plugin.domain.properties import DELIVERED, FieldValue
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.domain.text import MAXIMUM_LINE, MAXIMUM_TEXT

from .examples import BOB, at, call, comment, project, sequence


def change(field: str, before: FieldValue, after: FieldValue) -> FieldChange:
    return FieldChange(field=field, before=before, after=after)


def test_two_people_changing_different_fields_both_keep_their_work() -> None:
    """Only the named fields are touched."""
    mine = project().changed((change("status", "new", "closed"),), DELIVERED)
    both = mine.changed((change("type", None, "theft"),), DELIVERED)
    assert both.fields == {"status": "closed", "type": "theft"}


def test_two_people_changing_the_same_field_conflict() -> None:
    """The second is told what stands there now, by its name, and nothing is overwritten."""
    mine = project().changed((change("status", "new", "in-progress"),), DELIVERED)
    with pytest.raises(Conflict, match=r"Status is now “In progress”.*not saved"):
        mine.changed((change("status", "new", "closed"),), DELIVERED)


def test_a_change_that_is_there_already_is_no_conflict() -> None:
    """A repeated request does no harm, and two people may agree."""
    once = project().changed((change("status", "new", "closed"),), DELIVERED)
    assert once.changed((change("status", "new", "closed"),), DELIVERED) == once


def test_one_conflict_keeps_all_changes_back() -> None:
    """A set of changes is saved whole or not at all."""
    before = project(type="fire")
    with pytest.raises(Conflict):
        before.changed((change("status", "new", "closed"), change("type", None, "theft")), DELIVERED)
    assert before.fields == {"status": "new", "type": "fire"}


def test_clearing_a_field_takes_it_away() -> None:
    """A field without a value is absent."""
    cleared = project(type="fire").changed((change("type", "fire", None),), DELIVERED)
    assert cleared.fields == {"status": "new"}


def test_a_project_spans_its_sequences() -> None:
    """From the earliest start to the latest end; nothing without sequences."""
    spanning = project(sequences=(sequence("a", start=30, end=90), sequence("b", start=10, end=40)))
    assert (spanning.start, spanning.end) == (at(10), at(90))
    assert (project().start, project().end) == (None, None)


def test_a_comment_is_added_edited_and_deleted() -> None:
    """An edit says when, and keeps the place."""
    two = project().with_comment(comment("a", "first")).with_comment(comment("b", "second"))
    edited = two.with_edited_comment(CommentId("a"), "better", seen=None, by=BOB, at=at(9))
    assert [(c.text, c.edited_at) for c in edited.comments] == [("better", at(9)), ("second", None)]
    assert [c.id for c in edited.without_comment(CommentId("a")).comments] == ["b"]


def test_a_call_is_added_replaced_and_deleted() -> None:
    """A call of the same id takes the place of the earlier one."""
    two = project().with_call(call("a")).with_call(call("b"))
    replaced = two.with_call(call("a", note="called back", duration=90))
    assert [(c.id, c.note) for c in replaced.calls] == [("a", "called back"), ("b", "")]
    assert replaced.without_call(CallId("a")).calls == (call("b"),)


def test_the_same_footage_is_kept_once() -> None:
    """Sending a draft sequence twice adds it once, also under another id."""
    once = project().with_sequences((sequence("a"), sequence("b")))
    assert [s.id for s in once.sequences] == ["a"]
    assert once.with_sequences((sequence("c"),)) == once


def test_sequences_are_taken_out_together_or_not_at_all() -> None:
    """One that somebody else removed keeps the others in."""
    two = project(sequences=(sequence("a"), sequence("b", start=5)))
    assert [s.id for s in two.without_sequences(frozenset({SequenceId("a")})).sequences] == ["b"]
    with pytest.raises(NotFound):
        two.without_sequences(frozenset({SequenceId("a"), SequenceId("gone")}))


def test_a_project_takes_so_many_sequences_and_no_more() -> None:
    """The limit is reached exactly; beyond it nothing is added."""
    many = tuple(sequence(f"s{i}", start=i, end=i + 1) for i in range(MAXIMUM_SEQUENCES))
    full = project().with_sequences(many)
    assert len(full.sequences) == MAXIMUM_SEQUENCES
    with pytest.raises(InvalidInput, match="1,000 sequences"):
        full.with_sequences((sequence("more", camera="gate"),))


GONE: list[Callable[[Project], object]] = [
    lambda p: p.comment(CommentId("gone")),
    lambda p: p.with_edited_comment(CommentId("gone"), "text", seen=None, by=BOB, at=at(0)),
    lambda p: p.without_comment(CommentId("gone")),
    lambda p: p.call(CallId("gone")),
    lambda p: p.without_call(CallId("gone")),
    lambda p: p.sequence(SequenceId("gone")),
]


@pytest.mark.parametrize("act", GONE)
def test_what_somebody_else_removed_is_not_found(act: Callable[[Project], object]) -> None:
    """The message says that it is gone, and from which project."""
    with pytest.raises(NotFound, match="no longer in incident project 1"):
        act(project().with_comment(comment()).with_call(call()))


def edited(text: str) -> Project:
    return (
        project()
        .with_comment(comment())
        .with_edited_comment(CommentId("c1"), text, seen=None, by=BOB, at=at(1))
    )


@pytest.mark.parametrize("make", [lambda t: project().with_comment(comment(text=t)), edited])
def test_a_comment_has_between_one_and_100_000_characters(make: Callable[[str], Project]) -> None:
    """Exactly the limit is kept as it was typed; more, or nothing but space, is refused."""
    assert make("ö" * MAXIMUM_TEXT).comments[0].text == "ö" * MAXIMUM_TEXT
    with pytest.raises(InvalidInput, match="100,001 characters"):
        make("ö" * (MAXIMUM_TEXT + 1))
    with pytest.raises(InvalidInput, match="empty"):
        make(" \n\t")


@pytest.mark.parametrize("field", ["number", "person", "outcome"])
def test_lines_of_a_call_have_at_most_200_characters(field: str) -> None:
    """So has every single line."""
    longest = attrs.evolve(call(), **{field: "x" * MAXIMUM_LINE})
    assert project().with_call(longest).calls == (longest,)
    with pytest.raises(InvalidInput, match="201 characters"):
        project().with_call(attrs.evolve(call(), **{field: "x" * (MAXIMUM_LINE + 1)}))


@pytest.mark.parametrize("duration", [timedelta(seconds=-1), timedelta(days=1, microseconds=1)])
def test_an_impossible_duration_is_refused(duration: timedelta) -> None:
    """A call takes no negative time, and not more than a day."""
    with pytest.raises(InvalidInput, match="duration"):
        project().with_call(attrs.evolve(call(), duration=duration))


@pytest.mark.parametrize("text", ["nul \0 here", "half \ud83d a pair"])
@pytest.mark.parametrize(
    "make",
    [
        lambda t: project().with_comment(comment(text=t)),
        lambda t: project().with_call(call(note=t)),
        lambda t: project().changed((change("description", None, t),), DELIVERED),
        lambda t: project().changed((change("data:reference", None, t),), DELIVERED),
    ],
)
def test_characters_that_cannot_be_kept_are_refused(make: Callable[[str], Project], text: str) -> None:
    """Text that some store or reader would cut or break never gets in."""
    with pytest.raises(IncidentError, match="cannot be kept"):
        make(text)


SEVERITY = "category:severity"
STRICT = attrs.evolve(DELIVERED, required_to_close=("type", SEVERITY))


def test_closing_names_every_required_value_that_is_missing():
    """Nothing is changed; with the values it closes, and a closed one keeps them."""
    with pytest.raises(Incomplete, match="Type and Severity have no value") as refused:
        project().changed((change("status", "new", "closed"),), STRICT)
    assert "Incident project 1 was not changed" in refused.value.detail
    filled = (
        change("type", None, "theft"),
        change(SEVERITY, None, "high"),
        change("status", "new", "closed"),
    )
    closed = project().changed(filled, STRICT)
    assert closed.fields["status"] == "closed"
    with pytest.raises(Incomplete, match="Severity has no value"):
        closed.changed((change(SEVERITY, "high", None),), STRICT)


def test_what_was_closed_before_something_was_required_stays_editable():
    """A value that was missing all along stops nobody from correcting another one."""
    closed = project(status="closed")
    assert closed.changed((change("description", None, "corrected"),), STRICT).fields["description"]


def test_a_retired_value_stays_and_cannot_be_chosen_anew():
    """It is shown where it is; choosing it says so; a category no longer used takes nothing new."""
    retired = attrs.evolve(
        DELIVERED,
        types=tuple(attrs.evolve(t, retired=t.id == "fire") for t in DELIVERED.types),
        categories=tuple(attrs.evolve(c, enabled=False) for c in DELIVERED.categories),
    )
    kept = project(type="fire", **{SEVERITY: "high"})
    same = kept.changed((change("type", "fire", "fire"), change("description", None, "x")), retired)
    assert same.fields["type"] == "fire"
    with pytest.raises(InvalidInput, match="“Fire” is retired"):
        project().changed((change("type", None, "fire"),), retired)
    with pytest.raises(InvalidInput, match="Severity is no longer used"):
        kept.changed((change(SEVERITY, "high", "low"),), retired)
    assert SEVERITY not in kept.changed((change(SEVERITY, "high", None),), retired).fields
