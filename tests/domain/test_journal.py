"""The activity log: what is said of a change, and how tampering shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from incident_plugin.domain.journal import GENESIS, Action, Activity, Entry, differences, first_fault
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import CallId, CommentId, Project, ProjectId
from incident_plugin.domain.properties import DELIVERED
from incident_plugin.domain.sequence import SequenceId

from .examples import ANN, BOB, at, call, comment, project, sequence


def said(before: Project | None, after: Project) -> list[tuple[Action, str, str, str]]:
    return [(a.action, a.subject, a.before, a.after) for a in differences(before, after, DELIVERED)]


def test_a_new_project_says_what_it_began_with() -> None:
    """Creation, then every field and every sequence."""
    assert said(None, project(7, type="theft", sequences=(sequence(),))) == [
        (Action.CREATED, "7", "", ""),
        (Action.FIELD_SET, "Status", "", "New"),
        (Action.FIELD_SET, "Type", "", "Theft"),
        (Action.SEQUENCE_ADDED, "Dock", "", "2026-03-01T12:00:00.000Z to 2026-03-01T12:01:00.000Z"),
    ]


def test_fields_are_said_by_the_names_people_read() -> None:
    """Set, changed and cleared, each with before and after."""
    before = project(type="theft", **{"data:injuries": False})
    after = project(status="closed", priority="high", **{"data:injuries": True})
    assert said(before, after) == [
        (Action.FIELD_CHANGED, "Injuries", "no", "yes"),
        (Action.FIELD_SET, "Priority", "", "High"),
        (Action.FIELD_CHANGED, "Status", "New", "Closed"),
        (Action.FIELD_CLEARED, "Type", "Theft", ""),
    ]


def test_comments_keep_their_earlier_text_in_the_log() -> None:
    """Added, edited and deleted: nothing that was written is lost."""
    empty, added = project(), project().with_comment(comment(text="first"))
    edited = added.with_edited_comment(CommentId("c1"), "better", seen=None, by=ANN, at=at(5))
    assert said(empty, added) == [(Action.COMMENT_ADDED, "c1", "", "first")]
    assert said(added, edited) == [(Action.COMMENT_EDITED, "c1", "first", "better")]
    assert said(edited, empty) == [(Action.COMMENT_DELETED, "c1", "better", "")]


def test_calls_are_said_with_all_their_facts() -> None:
    """Added, edited and deleted."""
    added = project().with_call(call(duration=90))
    edited = added.with_call(call(note="no answer"))
    fact = "2026-03-01T12:00:00.000Z: made, +41 44 000 00 00"
    assert said(project(), added) == [(Action.CALL_ADDED, "k1", "", f"{fact}, 90 s")]
    assert said(added, edited) == [(Action.CALL_EDITED, "k1", f"{fact}, 90 s", f"{fact}, no answer")]
    assert said(edited, edited.without_call(CallId("k1"))) == [
        (Action.CALL_DELETED, "k1", f"{fact}, no answer", "")
    ]


def test_a_removed_sequence_says_which() -> None:
    """By its camera and its interval."""
    with_one = project(sequences=(sequence(),))
    assert said(with_one, with_one.without_sequences(frozenset({SequenceId("s1")}))) == [
        (Action.SEQUENCE_REMOVED, "Dock", "2026-03-01T12:00:00.000Z to 2026-03-01T12:01:00.000Z", "")
    ]


def test_an_unchanged_project_says_nothing() -> None:
    """Saving without a change is no activity."""
    assert said(project(), project()) == []


def chained(count: int) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(1, count + 1):
        entries.append(
            Entry(
                project=ProjectId(1),
                number=number,
                at=at(number),
                actor=ANN,
                activity=Activity(action=Action.OPENED, subject=str(number), before="a", after="b"),
                salt=f"salt-{number}",
                previous=entries[-1].hash if entries else GENESIS,
            )
        )
    return entries


def test_a_chain_as_it_was_written_has_no_fault() -> None:
    """Also the empty one."""
    assert first_fault(chained(5)) is None
    assert first_fault([]) is None


CHANGES: list[Callable[[Entry], Entry]] = [
    lambda e: attrs.evolve(e, project=ProjectId(2)),
    lambda e: attrs.evolve(e, number=e.number + 1),
    lambda e: attrs.evolve(e, at=e.at + timedelta(microseconds=1)),
    lambda e: attrs.evolve(e, actor=BOB),
    lambda e: attrs.evolve(e, actor=Person(id=PersonId("ann"), name="Ann")),
    lambda e: attrs.evolve(e, activity=attrs.evolve(e.activity, action=Action.EXPORTED)),
    lambda e: attrs.evolve(e, activity=attrs.evolve(e.activity, subject="")),
    lambda e: attrs.evolve(e, activity=attrs.evolve(e.activity, before="")),
    # The same characters in other fields must not have the same hash.
    lambda e: attrs.evolve(e, activity=attrs.evolve(e.activity, before="ab", after="")),
    lambda e: attrs.evolve(e, salt="other"),
    lambda e: attrs.evolve(e, previous=GENESIS[:-1] + "1"),
]


@pytest.mark.parametrize("changed", CHANGES)
@pytest.mark.parametrize("position", range(4))
def test_any_change_is_found(changed: Callable[[Entry], Entry], position: int) -> None:
    """Whatever is changed in an entry, the chain breaks, or its head is no longer the known one."""
    entries = chained(4)
    head = entries[-1].hash
    entries[position] = changed(entries[position])
    assert first_fault(entries) is not None or entries[-1].hash != head


@given(st.data())
def test_removal_reordering_repetition_and_exchange_are_found(data: st.DataObject) -> None:
    """Any other arrangement of the same entries is a fault, or a shorter chain with another head."""
    entries = chained(5)
    arranged = data.draw(st.lists(st.sampled_from(entries), max_size=7))
    assume(arranged != entries)
    cut = arranged == entries[: len(arranged)]
    assert cut or first_fault(arranged) is not None


def test_a_missing_entry_is_named() -> None:
    """The message says which entry of which project."""
    entries = chained(4)
    del entries[2]
    assert first_fault(entries) == "Entry 3 of incident project 1 is missing."


def test_the_payload_can_be_forgotten_without_breaking_the_chain() -> None:
    """The chain commits to the salted hash only: with it, the hash of an entry needs no text and no name."""
    first, second = chained(2)
    retold = attrs.evolve(first, salt="unknown")
    assert first.payload_hash != retold.payload_hash
    assert second.previous == first.hash


PARTS = st.tuples(*[st.text("1:,a", max_size=4)] * 3)


@given(PARTS, PARTS)
def test_payloads_share_a_hash_only_when_they_are_the_same(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    """Moving characters between fields changes the hash, also characters of the hashed form itself."""
    entry = chained(1)[0]

    def hashed(parts: tuple[str, str, str]) -> str:
        subject, before, after = parts
        activity = attrs.evolve(entry.activity, subject=subject, before=before, after=after)
        return attrs.evolve(entry, activity=activity).hash

    assert (hashed(one) == hashed(other)) == (one == other)
