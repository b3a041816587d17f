"""Saving a project writes its activity log: no use case can forget to, neither is kept alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import count

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.application.store import ProjectFilter
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.errors import NotFound
from incident_plugin.domain.fields import field_title, shown_value
from incident_plugin.domain.journal import Action, Activity, Entry, first_fault
from incident_plugin.domain.project import FieldChange, Project, ProjectId
from incident_plugin.domain.properties import DELIVERED
from tests.domain.examples import ANN, BOB, at, call, comment, project, sequence


class Steps:
    """A clock and a source of ids that count."""

    def __init__(self) -> None:
        self._count = count(1)

    def now(self) -> datetime:
        """Each look is a second later."""
        return at(next(self._count))

    def new(self) -> str:
        """Each id is the next number."""
        return str(next(self._count))


@attrs.frozen
class Desk:
    """A store with a way to work on it."""

    store: MemoryStore
    work: UnitOfWork

    def create(self) -> ProjectId:
        with self.work.begin(ANN) as work:
            return work.create(project).id

    def entries(self, number: ProjectId) -> tuple[Entry, ...]:
        return self.store.entries(number)


def desk() -> Desk:
    store, steps = MemoryStore(), Steps()
    return Desk(store, UnitOfWork(store, steps, steps))


def test_a_new_project_is_stored_with_its_log() -> None:
    """Under a new id, by whom it was created."""
    at_desk = desk()
    number = at_desk.create()
    assert at_desk.create() > number
    assert [(e.number, e.activity.action, e.actor) for e in at_desk.entries(number)] == [
        (1, Action.CREATED, ANN),
        (2, Action.FIELD_SET, ANN),
    ]


def test_a_saved_change_counts_the_revision_and_says_who() -> None:
    """The log goes on where it ended."""
    at_desk = desk()
    number = at_desk.create()
    with at_desk.work.begin(BOB) as work:
        saved = work.save(work.project(number).with_comment(comment(text="seen")))
    assert saved.revision == 2
    last = at_desk.entries(number)[-1]
    assert (last.number, last.actor, last.activity.after) == (3, BOB, "seen")
    assert first_fault(at_desk.entries(number)) is None


def test_saving_without_a_change_writes_nothing() -> None:
    """No revision, no entry."""
    at_desk = desk()
    number = at_desk.create()
    with at_desk.work.begin(BOB) as work:
        assert work.save(work.project(number)).revision == 1
    assert len(at_desk.entries(number)) == 2


def test_a_failure_keeps_neither_the_change_nor_its_log() -> None:
    """Everything since the beginning of the unit of work is taken back, a new project as well."""
    at_desk = desk()
    number = at_desk.create()
    before = at_desk.entries(number)
    with suppress(ZeroDivisionError), at_desk.work.begin(BOB) as work:
        work.save(work.project(number).with_comment(comment()))
        work.create(project)
        _ = 1 / 0
    assert at_desk.entries(number) == before
    assert [p.id for p in at_desk.store.page(ProjectFilter(), limit=10)] == [number]
    with at_desk.store.read() as reading:
        stored = reading.project(number)
        assert stored is not None
        assert stored.comments == ()


def test_a_deleted_project_keeps_its_log() -> None:
    """Who deleted it and when is the last entry; the project is gone and says so."""
    at_desk = desk()
    number = at_desk.create()
    with at_desk.work.begin(BOB) as work:
        work.delete(number)
    assert at_desk.entries(number)[-1].activity.action == Action.DELETED
    assert first_fault(at_desk.entries(number)) is None
    with at_desk.work.begin(BOB) as work, pytest.raises(NotFound, match="Bob Baker deleted incident project"):
        work.project(number)


def test_what_was_only_looked_at_is_logged_without_a_new_revision() -> None:
    """Opening a project is an activity and no change."""
    at_desk = desk()
    number = at_desk.create()
    with at_desk.work.begin(BOB) as work:
        work.note(number, Activity(action=Action.OPENED))
        assert work.project(number).revision == 1
    assert at_desk.entries(number)[-1].activity.action == Action.OPENED


def test_a_site_begins_with_the_delivered_properties() -> None:
    """Until others are stored."""
    at_desk = desk()
    with at_desk.work.begin(ANN) as work:
        assert work.properties == DELIVERED
        work.stored.put_properties(attrs.evolve(DELIVERED, types=()))
        assert work.properties.types == ()


def test_a_change_that_the_log_would_not_tell_is_refused() -> None:
    """It is a mistake of the program, and nothing of it is kept."""
    at_desk = desk()
    number = at_desk.create()
    with pytest.raises(RuntimeError, match="log would not tell"), at_desk.work.begin(BOB) as work:
        work.save(attrs.evolve(work.project(number), created_by=BOB))
    with at_desk.store.read() as reading:
        stored = reading.project(number)
    assert stored is not None
    assert attrs.evolve(stored, stamps={}) == project(1)


Change = Callable[[Project], Project]

#: A call that is taken out and put back in one save would change nothing but the order of calls.
FRESH = count()


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Give something that a use case may do to a project; it changes nothing where it does not apply."""
    key = draw(st.sampled_from(["a", "b", "c"]))
    text = draw(st.text("xyz", min_size=1, max_size=3))
    field, value = draw(
        st.sampled_from(
            [
                ("type", "theft"),
                ("type", None),
                ("status", "closed"),
                ("status", "new"),
                ("priority", "high"),
                ("priority", None),
                ("category:severity", "low"),
                ("category:severity", None),
                ("data:injuries", True),
                ("data:injuries", False),
                ("data:persons", 0),
                ("description", text),
            ]
        )
    )

    def set_field(p: Project) -> Project:
        return p.changed((FieldChange(field=field, before=p.fields.get(field), after=value),), DELIVERED)

    def remark(p: Project) -> Project:
        # As in the product, an id is never given twice.
        return p.with_comment(comment(f"{key}{next(FRESH)}", text))

    def edit(p: Project) -> Project:
        if not p.comments:
            return p
        first = p.comments[0]
        return p.with_edited_comment(first.id, text, seen=first.edited_at, by=BOB, at=at(len(text)))

    def uncomment(p: Project) -> Project:
        return p.without_comment(p.comments[0].id) if p.comments else p

    def uncall(p: Project) -> Project:
        return p.without_call(p.calls[0].id) if p.calls else p

    def remove(p: Project) -> Project:
        return p.without_sequences(frozenset(s.id for s in p.sequences if s.footage.camera == key))

    def add(p: Project) -> Project:
        return p.with_sequences((sequence(f"{key}{next(FRESH)}", camera=key),))

    acts: list[Change] = [
        set_field,
        remark,
        edit,
        uncomment,
        lambda p: p.with_call(call(key, note=f"{text} {next(FRESH)}")),
        uncall,
        add,
        remove,
    ]
    return draw(st.sampled_from(acts))


@given(st.lists(st.lists(changes(), min_size=1, max_size=3), max_size=15))
@settings(deadline=None)
def test_the_log_tells_every_change(saves: list[list[Change]]) -> None:
    """Whatever is done, replaying the log gives the project's fields and how many things it has."""
    at_desk = desk()
    number = at_desk.create()
    for acts in saves:
        with at_desk.work.begin(ANN) as work:
            before = changed = work.project(number)
            logged = len(at_desk.entries(number))
            for act in acts:
                changed = act(changed)
            saved = work.save(changed)
            assert (len(at_desk.entries(number)) > logged) == (saved != before)
    with at_desk.store.read() as reading:
        stored = reading.project(number)
    assert stored is not None
    entries = at_desk.entries(number)
    assert first_fault(entries) is None
    counted = Counter(e.activity.action for e in entries)
    assert len(stored.comments) == counted[Action.COMMENT_ADDED] - counted[Action.COMMENT_DELETED]
    assert len(stored.calls) == counted[Action.CALL_ADDED] - counted[Action.CALL_DELETED]
    assert len(stored.sequences) == counted[Action.SEQUENCE_ADDED] - counted[Action.SEQUENCE_REMOVED]
    told = {e.activity.subject: e.activity.after for e in entries if e.activity.action.startswith("field.")}
    assert {title: text for title, text in told.items() if text} == {
        field_title(field, DELIVERED): shown_value(field, value, DELIVERED)
        for field, value in stored.fields.items()
    }
