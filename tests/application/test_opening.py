"""That somebody opened a project stands in its log once for each time that they look."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import attrs
import pytest

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.application.guard import Guard
from incident_plugin.application.incidents.projects import OPENED_ONCE_WITHIN, NewProject, Projects
from incident_plugin.application.ports import Actor
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.errors import NotFound
from incident_plugin.domain.journal import Action
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId
from tests.domain.examples import ANN, BOB
from vms_hooks.testing.services import SetClock

MINUTE = timedelta(minutes=1)


@attrs.define
class Site:
    """The use cases in memory, for people who may do everything."""

    clock: SetClock = attrs.field(factory=SetClock)
    store: MemoryStore = attrs.field(factory=MemoryStore)
    _ids: count = attrs.field(factory=count)

    def new(self) -> str:
        return f"id-{next(self._ids)}"

    def allows(self, *_: object) -> bool:
        return True

    def refusal_of_new_projects(self) -> None:
        return None

    @property
    def projects(self) -> Projects:
        work = UnitOfWork(self.store, self.clock, self)
        return Projects(
            store=self.store, work=work, guard=Guard(self), clock=self.clock, ids=self, licence=self
        )

    def open(self, project: ProjectId, *people: Person) -> None:
        """Have people open a project, one after the other."""
        for person in people:
            self.projects.opened(Actor(person=person), project)

    def openers(self, project: ProjectId) -> list[Person]:
        """Give who opened it, as its log has it."""
        entries = self.store.entries(project)
        return [entry.actor for entry in entries if entry.activity.action is Action.OPENED]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def project(site: Site) -> ProjectId:
    return site.projects.create(Actor(person=ANN), NewProject(description="begun")).id


def test_a_page_that_is_loaded_again_is_one_look(site: Site, project: ProjectId) -> None:
    """Each person has a row of their own; another project is another look."""
    other = site.projects.create(Actor(person=ANN), NewProject(description="other")).id
    site.open(project, ANN, BOB, ANN, BOB)
    site.open(other, ANN)
    assert site.openers(project) == [ANN, BOB]
    assert site.openers(other) == [ANN]


@pytest.mark.parametrize("back_or_on", [-1, 1])
def test_later_it_is_another_look(site: Site, project: ProjectId, back_or_on: int) -> None:
    """Counted from the row in the log; a clock that was set back hides nobody for longer than that."""
    site.open(project, ANN)
    site.clock.instant += back_or_on * (OPENED_ONCE_WITHIN - MINUTE)
    site.open(project, ANN)
    assert site.openers(project) == [ANN]
    site.clock.instant += back_or_on * 2 * MINUTE
    site.open(project, ANN)
    assert site.openers(project) == [ANN, ANN]


def test_what_is_not_there_is_not_opened(site: Site, project: ProjectId) -> None:
    """Also not by somebody whose last look was just now."""
    site.open(project, ANN)
    with site.store.transaction() as transaction:
        transaction.remove_project(project)
    with pytest.raises(NotFound):
        site.open(project, ANN)
    assert site.openers(project) == [ANN]
