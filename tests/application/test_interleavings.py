"""Several operators at one project, each with an old view: nobody overwrites what they did not see.

``SOAK=1`` takes 10,000 histories.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.application.guard import Guard
from incident_plugin.application.incidents.projects import CallFacts, NewProject, Projects
from incident_plugin.application.ports import Actor
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.errors import Conflict, NotFound
from incident_plugin.domain.journal import first_fault
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import CallDirection, Comment, FieldChange, Project, ProjectId
from tests.domain.examples import ANN, BOB, START

PEOPLE = (ANN, BOB, *(Person(id=PersonId(f"p{number}"), name=f"Operator {number}") for number in range(3, 9)))
FIELDS = ("description", "owner", "data:reference")
HISTORIES = 10_000 if os.environ.get("SOAK") == "1" else 150


class Site:
    """Use cases in memory, and what each operator's page shows."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = count()
        self.store = MemoryStore()
        work = UnitOfWork(self.store, self, self)
        self.projects = Projects(
            store=self.store, work=work, guard=Guard(self), clock=self, ids=self, licence=self
        )
        self.number = self.projects.create(Actor(person=ANN), NewProject(description="begun")).id
        self.seen = {person.id: self.now_stored() for person in PEOPLE}

    def now(self) -> datetime:
        return START + timedelta(milliseconds=next(self._numbers))

    def new(self) -> str:
        return f"id-{next(self._numbers)}"

    def allows(self, *_: object) -> bool:
        return True

    def refusal_of_new_projects(self) -> None:
        return None

    def now_stored(self) -> Project:
        with self.store.read() as reading:
            project = reading.project(self.number)
        assert project is not None
        return project


steps = st.tuples(
    st.sampled_from(PEOPLE),
    st.sampled_from(["look", "field", "comment", "edit", "delete", "restore", "call", "edit call", "note"]),
    st.sampled_from(FIELDS),
    st.integers(0, 3),
)


@settings(max_examples=HISTORIES, deadline=None)
@given(st.lists(steps, max_size=30))
def test_nobody_overwrites_what_they_did_not_see(history: list[tuple[Person, str, str, int]]) -> None:
    """Whatever replaces a text was written by somebody who saw it; everything else is a conflict."""
    site = Site()
    for person, act, field, which in history:
        view, before = site.seen[person.id], site.now_stored()
        try:
            after = Page(site, person, view, field, which).do(act)
        except (Conflict, NotFound):
            assert site.now_stored() == before
            site.seen[person.id] = before
            continue
        stored = site.now_stored()
        site.seen[person.id] = after or stored
        for name in FIELDS:
            if stored.fields.get(name) != before.fields.get(name):
                assert view.fields.get(name) == before.fields.get(name)
        for part in ("comments", "calls"):
            shown = {one.id: one for one in getattr(view, part)}
            for old in getattr(before, part):
                new = next((one for one in getattr(stored, part) if one.id == old.id), None)
                assert new == old or new is None or shown[old.id] == old
    assert first_fault(site.store.entries(site.number)) is None


@attrs.frozen
class Page:
    """What somebody looks at, and the field, comment and call that they would act on."""

    site: Site
    person: Person
    view: Project
    field: str
    which: int

    def do(self, act: str) -> Project | None:
        """Do one thing; gives what they are shown then, nothing when there is nothing to do it to."""
        comments, calls = self.view.comments, self.view.calls
        on_comment = ("edit", "delete", "restore")
        if act in on_comment and comments:
            return self._comment(act, comments[self.which % len(comments)])
        if act == "edit call" and calls:
            call = calls[self.which % len(calls)]
            return self._projects.edit_call(self._actor, self._number, call.id, self._facts, call.edited_at)
        if act == "field":
            change = FieldChange(field=self.field, before=self.view.fields.get(self.field), after=self._text)
            return self._projects.change(self._actor, self._number, (change,))
        if act == "comment":
            return self._projects.add_comment(self._actor, self._number, self._text)
        return self._projects.add_call(self._actor, self._number, self._facts) if act == "call" else None

    def _comment(self, act: str, comment: Comment) -> Project:
        if act == "edit":
            return self._projects.edit_comment(
                self._actor, self._number, comment.id, self._text, comment.edited_at
            )
        if act == "delete":
            return self._projects.delete_comment(self._actor, self._number, comment.id)
        return self._projects.restore(self._actor, self._number, frozenset({comment.id}))

    @property
    def _projects(self) -> Projects:
        return self.site.projects

    @property
    def _number(self) -> ProjectId:
        return self.site.number

    @property
    def _actor(self) -> Actor:
        return Actor(person=self.person)

    @property
    def _text(self) -> str:
        return self.site.new()

    @property
    def _facts(self) -> CallFacts:
        return CallFacts(direction=CallDirection.MADE, at=START, note=self._text)
