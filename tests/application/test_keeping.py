"""Deleting, restoring, deleting for good and legal holds, over the store in memory."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.adapters.signing import SigningKey
from incident_plugin.application.administration.keeping import LegalHolds, Purger, RecycleBin
from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.searching import ProjectFilter
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.errors import Held, InvalidInput, NotFound
from incident_plugin.domain.exports import ExportItem, ExportList
from incident_plugin.domain.journal import AUDIT, Action, first_fault
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.retention import RetentionRules
from tests.domain.examples import ANN, BOB, START, comment, sequence
from tests.domain.examples import project as example

ACTOR = Actor(person=ANN)
DAY = timedelta(days=1)


class Everything:
    """Lets everybody do everything."""

    def allows(self, *_: object) -> bool:
        return True


class Desk:
    """The use cases over one store, with a clock that is set."""

    def __init__(self, directory) -> None:
        self.store, self.time, self._ids = MemoryStore(), START, 0
        self.key = SigningKey(directory)
        self.work = UnitOfWork(self.store, self, self)
        guard = Guard(Everything())
        self.purger = Purger(clock=self, signer=self.key, site="Harbour")
        self.bin = RecycleBin(work=self.work, guard=guard, purger=self.purger)
        self.holds = LegalHolds(work=self.work, guard=guard, clock=self)

    def now(self):
        return self.time

    def new(self) -> str:
        self._ids += 1
        return f"i{self._ids}"

    def create(self, **fields: str) -> ProjectId:
        with self.work.begin(ANN) as work:
            made = work.create(
                lambda number: attrs.evolve(
                    example(number, sequences=(sequence(),), **fields), created_at=self.time
                )
            )
            work.save(made.with_comment(comment(text="Mrs Miller saw it")))
        return made.id

    def rules(self, **rules: int) -> None:
        with self.work.begin(ANN) as work:
            work.stored.retention.put(RetentionRules(**rules))

    def project(self, number: ProjectId) -> Project | None:
        with self.store.read() as reading:
            return reading.project(number)

    def actions(self, number: int) -> list[str]:
        return [e.activity.action for e in self.store.entries(ProjectId(number))]


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path / "keys")


def test_a_deleted_project_waits_in_the_bin_and_comes_back_as_it_was(desk: Desk) -> None:
    """Lists know it no more; restoring brings back everything, with a revision of its own."""
    number = desk.create(description="Bag taken")
    before = desk.project(number)
    deleted = desk.bin.delete(ACTOR, number, "a test only")
    assert deleted.restorable_until == START + 30 * DAY
    assert desk.store.count(ProjectFilter(), cap=9) == 0
    (binned,) = desk.bin.all(ACTOR)
    assert (binned.description, binned.reason, binned.comments) == ("Bag taken", "a test only", 1)
    restored = desk.bin.restore(ACTOR, number)
    assert before is not None
    assert desk.project(number) == attrs.evolve(before, revision=before.revision + 1)
    assert restored.comments == before.comments
    assert desk.bin.all(ACTOR) == ()
    assert desk.actions(number)[-2:] == [Action.DELETED, Action.RESTORED]
    with pytest.raises(NotFound, match="not in the recycle bin"):
        desk.bin.restore(ACTOR, number)


def test_who_comes_too_late_is_told_of_the_bin(desk: Desk) -> None:
    """Who deleted it, when, and until when it can be restored."""
    number = desk.create()
    desk.bin.delete(Actor(person=BOB), number)
    with desk.work.begin(ANN) as work, pytest.raises(NotFound, match="Bob Baker deleted") as told:
        work.project(number)
    assert "in the recycle bin until 2026-03-31 12:00:00 UTC" in told.value.detail


def test_deleting_for_good_forgets_what_people_wrote_and_keeps_the_chain(desk: Desk) -> None:
    """No text or name of the project is left anywhere; the log verifies; a certificate says who and why."""
    number = desk.create(description="Mrs Miller")
    other = desk.create()
    item = ExportItem(project=number, sequence=sequence().id, footage=sequence().footage)
    with desk.work.begin(ANN) as work:
        work.stored.export_lists.put(ExportList(id="ann", items=(item,)))
    desk.bin.delete(ACTOR, number, "asked for by the person")
    head = desk.store.entries(number)[-1]
    certificate = desk.bin.purge(Actor(person=BOB), number)
    with desk.store.read() as reading:
        assert reading.bin.all() == ()
        lists = reading.export_lists.get("ann")
        assert lists is not None
        assert lists.items == ()
        assert reading.certificates.get(str(number)) == certificate
    entries = desk.store.entries(number)
    assert "Miller" not in repr(entries)
    assert first_fault(entries) is None
    assert entries[-1].activity.action is Action.PURGED
    assert desk.actions(AUDIT) == [Action.PURGED]
    assert desk.key.signed(certificate.text, certificate.signature)
    for part in (f'"incident_project": {number}', '"deleted_by": "Bob Baker"', head.hash, '"comments": 1'):
        assert part in certificate.text
    assert "Miller" not in certificate.text
    assert desk.project(other) is not None


def test_without_a_bin_deleting_is_final(desk: Desk) -> None:
    """Zero days: the project is gone at once, with a certificate."""
    desk.rules(bin_days=0)
    number = desk.create()
    assert desk.bin.delete(ACTOR, number).restorable_until is None
    assert desk.bin.all(ACTOR) == ()
    assert desk.bin.certificate(ACTOR, number).id == str(number)


def test_the_bin_keeps_nothing_beyond_its_retention(desk: Desk) -> None:
    """A project is gone when its retention ends, at the latest, and not when the bin would let it go."""
    desk.rules(days=10, bin_days=30)
    number = desk.create()
    desk.time += 4 * DAY
    assert desk.bin.delete(ACTOR, number).restorable_until == START + 10 * DAY


def test_a_hold_stops_every_deletion_until_it_is_lifted(desk: Desk) -> None:
    """Also of a project in the bin; setting and lifting take a reason and are logged twice."""
    kept, binned = desk.create(), desk.create()
    desk.holds.set(ACTOR, kept, "order of the court")
    with pytest.raises(Held, match="“order of the court”"):
        desk.bin.delete(ACTOR, kept)
    desk.bin.delete(ACTOR, binned)
    desk.holds.set(ACTOR, binned, "order of the court")
    with pytest.raises(Held):
        desk.bin.purge(ACTOR, binned)
    with pytest.raises(InvalidInput, match="lifted for a reason"):
        desk.holds.lift(ACTOR, binned, " ")
    desk.holds.lift(ACTOR, binned, "case closed")
    desk.bin.purge(ACTOR, binned)
    lifted = desk.store.entries(kept)[-1]
    assert (lifted.activity.action, lifted.activity.after) == (Action.HOLD_SET, "order of the court")
    assert desk.actions(AUDIT) == [Action.HOLD_SET, Action.HOLD_SET, Action.HOLD_LIFTED, Action.PURGED]
    assert "court" not in repr(desk.store.entries(AUDIT))


def test_a_hold_is_set_once_and_lifted_once(desk: Desk) -> None:
    """A second one says who set the first; a reason is asked for."""
    number = desk.create()
    with pytest.raises(InvalidInput, match="for a reason"):
        desk.holds.set(ACTOR, number, "")
    with pytest.raises(InvalidInput, match="not on legal hold"):
        desk.holds.lift(ACTOR, number, "why not")
    desk.holds.set(ACTOR, number, "order")
    with pytest.raises(InvalidInput, match="already, set by Ann Archer"):
        desk.holds.set(ACTOR, number, "order")
