"""Retention at work, with a clock that is set: what goes when, who is warned, and what is never touched."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from incident_plugin.application.administration import retention
from incident_plugin.application.administration.keeping import MediaHolds
from incident_plugin.application.administration.retention import Retention, RetentionTask
from incident_plugin.application.guard import Guard
from incident_plugin.domain.certificates import Reason
from incident_plugin.domain.errors import Conflict, InvalidInput
from incident_plugin.domain.exports import Export, ExportId, ExportItem, ExportState
from incident_plugin.domain.journal import AUDIT, first_fault
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import KnownPerson, Person, PersonId
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.retention import RetentionRules
from tests.domain.examples import ANN, BOB, START, between, sequence

from .test_keeping import ACTOR, DAY, Desk, Everything

SERVICE = Person(id=PersonId("incident"), name="Incident manager")
HOUR = timedelta(hours=1)


class Site(Desk):
    """A desk with the task that retention runs as."""

    def __init__(self, directory) -> None:
        super().__init__(directory)
        self.removed: list[ExportId] = []
        guard = Guard(Everything())
        self.retention = Retention(store=self.store, work=self.work, guard=guard, clock=self)
        self.task = RetentionTask(
            store=self.store,
            work=self.work,
            clock=self,
            purger=self.purger,
            guard=guard,
            ids=self,
            shelf=self,
            service=SERVICE,
        )

    def remove(self, export: ExportId) -> None:
        """Stand for the shelf of finished exports."""
        self.removed.append(export)

    def came(self, *people: Person) -> None:
        """Have people work here."""
        with self.work.begin(SERVICE) as work:
            for one in people:
                work.stored.people.put(KnownPerson(id=one.id, name=one.name, seen_at=self.time))

    def told(self, person: Person) -> list[tuple[str, str]]:
        """Give the messages that wait for somebody."""
        with self.store.read() as reading:
            waiting = reading.notices.get(person.id)
        return [(one.title, one.detail) for one in waiting.notices] if waiting else []

    def decide(self, **rules) -> RetentionRules:
        """Have an administrator decide, a day and more before anything else happens."""
        revision = self.retention.rules(ACTOR).revision
        saved = self.retention.save(ACTOR, RetentionRules(**rules, revision=revision))
        self.time += DAY
        return saved

    def run_after(self, days: float) -> int:
        self.time = START + days * DAY
        return self.task.run()


@pytest.fixture
def site(tmp_path) -> Site:
    return Site(tmp_path / "keys")


def test_until_somebody_decides_nothing_is_deleted(site: Site) -> None:
    """Not after a thousand years; and it says that nothing is decided."""
    number = site.create()
    assert not site.task.decided
    assert site.run_after(365_000) == 0
    assert site.project(number) is not None


def test_a_project_goes_when_its_days_are_over_and_not_before(site: Site) -> None:
    """Counted from its creation; past the bin; with a certificate that says why."""
    number = site.create(description="Mrs Miller")
    site.decide(days=30)
    assert site.run_after(29.99) == 0
    assert site.project(number) is not None
    assert site.run_after(30) == 1
    assert site.project(number) is None
    certificate = site.bin.certificate(ACTOR, number)
    assert f'"reason": "{Reason.RETENTION}"' in certificate.text
    assert '"deleted_by": "Incident manager"' in certificate.text
    assert site.bin.all(ACTOR) == ()
    assert first_fault(site.store.entries(number)) is None
    assert "Miller" not in repr(site.store.entries(number))


@pytest.mark.parametrize("few", [5_000, 0])
def test_a_project_of_a_clock_that_was_set_back_goes_in_time(
    site: Site, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Its number says that it is younger than others that stay; where there are very many, within a day."""
    monkeypatch.setattr(retention, "_FEW", few)
    site.decide(days=30)
    site.time = START + 20 * DAY
    stays = site.create()
    site.time = START + DAY
    goes = site.create()
    assert site.run_after(30.9) == 0
    assert site.run_after(31) == (1 if few else 0)
    assert site.run_after(31.9) == (0 if few else 1)
    assert (site.project(goes), site.project(stays) is None) == (None, False)


def test_types_have_days_of_their_own(site: Site) -> None:
    """Where only some types are decided, the others stay."""
    theft, fire, none = site.create(type="theft"), site.create(type="fire"), site.create()
    site.decide(days_by_type={"theft": 10})
    assert site.run_after(11) == 1
    assert site.project(theft) is None
    site.decide(days=20, days_by_type={"fire": 100})
    assert site.run_after(21) == 1
    assert site.project(none) is None
    assert site.run_after(99) == 0
    assert site.run_after(100) == 1
    assert site.project(fire) is None


def test_a_hold_beats_retention_and_its_end_lets_it_go(site: Site) -> None:
    """Held, a project outlives its days; lifted, it goes with the next run."""
    number = site.create()
    site.decide(days=5)
    site.holds.set(ACTOR, number, "order of the court")
    assert site.run_after(50) == 0
    site.holds.lift(ACTOR, number, "case closed")
    assert site.task.run() == 1


def test_the_bin_is_emptied_when_its_days_are_over(site: Site) -> None:
    """Thirty days after deletion, and at the end of retention when that comes first; never while held."""
    old, new, held = site.create(), site.create(), site.create()
    site.bin.delete(ACTOR, old)
    site.bin.delete(ACTOR, held)
    site.holds.set(ACTOR, held, "order of the court")
    assert site.run_after(29) == 0
    assert site.run_after(30) == 1
    assert f'"reason": "{Reason.BIN}"' in site.bin.certificate(ACTOR, old).text
    site.decide(days=40)
    site.bin.delete(ACTOR, new)
    assert site.run_after(39) == 0
    assert site.run_after(40) == 1
    assert f'"reason": "{Reason.RETENTION}"' in site.bin.certificate(ACTOR, new).text
    assert [one.id for one in site.bin.all(ACTOR)] == [held]


def test_a_slip_of_the_keyboard_can_be_taken_back_for_a_day(site: Site) -> None:
    """The forecast says what would go; new rules delete nothing in their first day."""
    number = site.create()
    site.time += 100 * DAY
    assert site.retention.forecast(ACTOR, RetentionRules(days=70)).at_once == 1
    assert site.retention.forecast(ACTOR, RetentionRules(days=700)).at_once == 0
    site.retention.save(ACTOR, RetentionRules(days=70))
    site.time += 23 * HOUR
    assert site.task.run() == 0
    assert site.retention.save(ACTOR, RetentionRules(days=700, revision=1)).revision == 2
    site.time += 5 * DAY
    assert site.task.run() == 0
    assert site.project(number) is not None


@pytest.mark.parametrize(
    "rules", [{"days": 0}, {"days": 365_001}, {"bin_days": -1}, {"days_by_type": {"fire": 0}}]
)
def test_days_beyond_what_is_possible_are_refused(site: Site, rules) -> None:
    """From 1 to 365,000 days."""
    with pytest.raises(InvalidInput, match="Nothing was changed"):
        site.retention.save(ACTOR, RetentionRules(**rules))


def test_two_administrators_at_once_are_told_of_one_another(site: Site) -> None:
    """The second one sees that the rules are others now; what the first chose stays."""
    site.retention.save(ACTOR, RetentionRules(days=30))
    with pytest.raises(Conflict, match="Another administrator"):
        site.retention.save(ACTOR, RetentionRules(days=7))
    assert site.retention.rules(ACTOR).days == 30
    with pytest.raises(InvalidInput, match="no incident type “gone”"):
        site.retention.save(ACTOR, RetentionRules(days_by_type={"gone": 7}, revision=1))
    said = [e.activity for e in site.store.entries(AUDIT)]
    assert [(a.subject, a.before, a.after) for a in said] == [
        ("Retention of incident projects", "not set", "30 days")
    ]


def test_people_are_warned_once_at_each_mark(site: Site) -> None:
    """Fourteen, seven and one day before the end."""
    site.create(owner="Bob Baker")
    site.decide(days=30)
    site.came(ANN)
    site.task.run()
    for day in (10, 16, 17, 23, 23.5, 29, 29.5):
        site.run_after(day)
    assert [title for title, _ in site.told(ANN)] == [
        "An incident project is deleted within 14 days.",
        "An incident project is deleted within 7 days.",
        "An incident project is deleted within 1 day.",
    ]
    assert all(detail.startswith("1. Export or report") for _, detail in site.told(ANN))
    soon = site.retention.outlook(ACTOR).expiring
    assert [(one.days, one.count, one.first) for one in soon] == [(d, 1, (1,)) for d in (14, 7, 1)]


def test_thousands_are_deleted_in_the_order_of_their_age(site: Site) -> None:
    """Those whose days are over go, and no other, wherever the line between them lies."""
    for day in range(40):
        site.time = START + day * DAY
        site.create()
    site.time = START
    site.decide(days=50)
    for day in (49.5, 50, 63.2, 89, 90):
        site.run_after(day)
        kept = [n for n in range(1, 41) if site.project(ProjectId(n)) is not None]
        assert kept == [n for n in range(1, 41) if n - 1 + 50 > day]


def test_video_of_kept_projects_is_held_also_in_the_bin(site: Site) -> None:
    """Listed, binned and held ones; what was deleted for good holds nothing."""
    media_holds = MediaHolds(store=site.store, work=site.work, service=SERVICE)
    dock = CameraId("dock")
    listed, binned, gone = site.create(), site.create(), site.create()
    site.bin.delete(ACTOR, binned)
    site.bin.delete(ACTOR, gone)
    site.bin.purge(ACTOR, gone)
    site.holds.set(ACTOR, listed, "order")
    held = media_holds.of(dock, between(10, 20))
    assert [(one.project, one.by_law) for one in held] == [(listed, True), (binned, False)]
    assert media_holds.of(dock, between(60, 70)) == ()
    assert media_holds.of(CameraId("yard"), between(10, 20)) == ()


def test_nobody_is_told_of_what_is_not_theirs(site: Site) -> None:
    """An operator hears of their own projects only."""

    class Operators(Everything):
        def allows(self, _actor, permission, _cameras=()) -> bool:
            return permission != "incident.properties.manage"

    site.task = attrs.evolve(site.task, guard=Guard(Operators()), fault="")
    site.create(owner=ANN.name)
    site.create(owner=BOB.name)
    site.decide(days=30)
    site.came(BOB)
    site.task.run()
    site.run_after(16)
    assert [detail[0] for _, detail in site.told(BOB)] == ["2"]
    assert site.told(ANN) == []


def test_exports_go_when_all_their_projects_are_gone(site: Site) -> None:
    """One of a project that is still kept stays, also while that lies in the bin."""
    gone, kept = site.create(), site.create()

    def export(name: str, *projects: ProjectId) -> Export:
        items = tuple(
            ExportItem(project=n, sequence=sequence().id, footage=sequence().footage) for n in projects
        )
        return Export(
            id=ExportId(name),
            owner=ANN,
            created_at=START,
            items=items,
            state=ExportState.DONE,
            finished_at=START,
        )

    with site.work.begin(ANN) as work:
        work.stored.exports.put(export("one", gone))
        work.stored.exports.put(export("both", gone, kept))
    site.bin.delete(ACTOR, gone)
    site.bin.delete(ACTOR, kept)
    site.task.run()
    assert site.removed == []
    site.bin.purge(ACTOR, gone)
    site.task.run()
    assert site.removed == ["one"]
    with site.store.read() as reading:
        assert [one.id for one in reading.exports.all()] == ["both"]
