"""Retention at work: the rules, what they are about to delete, and the task that deletes and warns."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import attrs

from incident_plugin.application.administration.keeping import Purger
from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock, ExportShelf, Ids
from incident_plugin.application.store import IncidentStore, ProjectFilter, ProjectSummary
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.certificates import Reason
from incident_plugin.domain.errors import Conflict, InvalidInput
from incident_plugin.domain.exports import ExportState
from incident_plugin.domain.notices import Notice, NoticeList
from incident_plugin.domain.people import KnownPerson, Person
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.properties import IncidentProperties
from incident_plugin.domain.retention import WARNINGS, RetentionRules

logger = logging.getLogger(__name__)

#: Projects that are read at once.
_AT_ONCE = 200
#: Projects up to which all are looked at each time; of more, how often: it takes seconds with a million.
_FEW, _ALL_EVERY = 5_000, timedelta(days=1)
#: Counting what is about to go stops here.
COUNT_CAP = 1_001
#: Exports on which nobody works any more.
_OVER = frozenset({ExportState.DONE, ExportState.FAILED, ExportState.CANCELLED, ExportState.EXPIRED})
#: Projects that a message names.
_NAMED = 10


@attrs.frozen(kw_only=True)
class Expiring:
    """Projects that are deleted within some days, unless a hold stops it."""

    days: int
    #: How many, up to ``COUNT_CAP``.
    count: int
    #: The first of them to go.
    first: tuple[ProjectId, ...]


@attrs.frozen(kw_only=True)
class Outlook:
    """What people who work with projects need to know of retention."""

    #: Within 14, 7 and 1 days; all empty while nothing is decided.
    expiring: tuple[Expiring, ...]
    #: How long a deleted project can be restored; 0 for not at all.
    bin_days: int
    #: Whether anything is deleted automatically.
    decided: bool


@attrs.frozen(kw_only=True)
class Forecast:
    """What rules would delete."""

    #: Projects whose retention would be over already, up to ``COUNT_CAP``.
    at_once: int
    #: The instant of the first deletion; nothing while nothing is decided.
    not_before: datetime | None


@attrs.frozen(kw_only=True)
class Retention:
    """The rules, and what they are about to delete. Each method checks the permission."""

    _store: IncidentStore
    _work: UnitOfWork
    _guard: Guard
    _clock: Clock

    def rules(self, actor: Actor) -> RetentionRules:
        """Give the rules."""
        self._guard.require(actor, Permission.PROPERTIES_VIEW)
        with self._work.reading(actor.person) as work:
            return work.retention

    def forecast(self, actor: Actor, rules: RetentionRules) -> Forecast:
        """Say what these rules would delete; raises ``InvalidInput``."""
        self._guard.require(actor, Permission.PROPERTIES_MANAGE)
        now = self._clock.now()
        dated = attrs.evolve(rules.checked(), changed_at=None)
        with self._work.reading(actor.person) as work:
            over = sum(1 for _ in _capped(_ending(self._store, dated, work.properties, now)))
        return Forecast(at_once=over, not_before=attrs.evolve(rules, changed_at=now).earliest)

    def save(self, actor: Actor, rules: RetentionRules) -> RetentionRules:
        """Replace the rules; they delete nothing within a day. Raises ``Conflict`` and ``InvalidInput``."""
        self._guard.require(actor, Permission.PROPERTIES_MANAGE)
        with self._work.begin(actor.person) as work:
            before = work.retention
            if rules.revision != before.revision:
                raise Conflict(
                    "Another administrator changed the retention meanwhile. Nothing of yours was saved: load "
                    "theirs, and make your changes again.",
                    field="revision",
                    now=before.revision,
                )
            unknown = set(rules.days_by_type) - {value.id for value in work.properties.types}
            if unknown:
                raise InvalidInput(f"There is no incident type “{min(unknown)[:100]}”. Nothing was changed.")
            return work.save_retention(rules.checked(), self._clock.now())

    def outlook(self, actor: Actor) -> Outlook:
        """Give what is deleted within 14, 7 and 1 days, and what becomes of what people delete."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        now = self._clock.now()
        with self._work.reading(actor.person) as work:
            rules = work.retention
            expiring = tuple(_expiring(self._store, work, now, days) for days in WARNINGS)
        return Outlook(expiring=expiring, bin_days=rules.bin_days, decided=rules.decided)


@attrs.define(kw_only=True)
class RetentionTask:
    """Deletes what is due and warns of what soon will be; runs now and then, and says what it did."""

    _store: IncidentStore
    _work: UnitOfWork
    _clock: Clock
    _purger: Purger
    _guard: Guard
    _ids: Ids
    _shelf: ExportShelf
    #: In whose name it acts.
    _service: Person
    #: Why the last run failed; empty when it did not.
    fault: str = ""
    #: When every project was looked at, whatever its number says of its time.
    _all_looked_at: datetime | None = attrs.field(default=None, init=False)

    def run(self) -> int:
        """Delete and warn; give how many projects were deleted. Raises ``StoreUnavailable``."""
        now = self._clock.now()
        with self._work.reading(self._service) as work:
            rules, properties = work.retention, work.properties
            binned = [one for one in work.stored.bin.all() if one.purge_at(rules) <= now]
        deleted = sum(self._purge(ProjectId(one.project.id), now) for one in binned)
        if rules.decided:
            everything = self._all_looked_at is None or abs(now - self._all_looked_at) >= _ALL_EVERY
            due = [one.id for one in _ending(self._store, rules, properties, now, everything=everything)]
            deleted += sum(self._purge(number, now) for number in due)
            if everything:
                self._all_looked_at = now
            self._warn(now)
        if deleted:
            logger.info("retention deleted %d incident projects for good", deleted)
        self._sweep()
        return deleted

    @property
    def decided(self) -> bool:
        """Whether somebody has decided how long projects are kept."""
        with self._work.reading(self._service) as work:
            return work.retention.decided

    def _sweep(self) -> None:
        """Leave no trace of what was deleted since the last time, by this task or by people."""
        with self._work.reading(self._service) as work:
            unswept = tuple(one for one in work.stored.certificates.all() if not one.swept)
        if unswept:
            self._remove_exports()
        # A reader may be in the way: then the next run tries again.
        if unswept and self._store.sweep():
            with self._work.begin(self._service) as work:
                for one in unswept:
                    work.stored.certificates.put(attrs.evolve(one, swept=True))

    def _remove_exports(self) -> None:
        """Remove exports, with their files, whose projects are all deleted for good."""
        with self._work.reading(self._service) as work:
            stored = work.stored
            gone = [
                export.id
                for export in stored.exports.all()
                if export.state in _OVER
                and all(stored.project(n) is None and stored.bin.get(str(n)) is None for n in export.projects)
            ]
        for export_id in gone:
            # The files first: a server that is killed between the two tries again.
            self._shelf.remove(export_id)
            with self._work.begin(self._service) as work:
                work.stored.exports.remove(export_id)

    def _purge(self, number: ProjectId, now: datetime) -> bool:
        """Delete one project, unless it is held or was changed or restored meanwhile."""
        with self._work.begin(self._service) as work:
            rules, stored = work.retention, work.stored
            binned = stored.bin.get(str(number))
            project = stored.project(number) if binned is None else binned.project
            if project is None or project.hold is not None:
                return False
            end = rules.end_of(project)
            over = end is not None and end <= now
            if over:
                self._purger.purge(work, project, self._service, Reason.RETENTION)
            elif binned is not None and binned.purge_at(rules) <= now:
                self._purger.purge(work, project, self._service, Reason.BIN, binned.reason)
            else:
                return False
            return True

    def _warn(self, now: datetime) -> None:
        """Tell owners and administrators of projects that came nearer to their end since the last time."""
        with self._work.begin(self._service) as work:
            rules, properties = work.retention, work.properties
            since = rules.warned_until or now
            work.stored.retention.put(attrs.evolve(rules, warned_until=now))
        for days in WARNINGS:
            ahead = timedelta(days=days)
            ending = _ending(self._store, rules, properties, now + ahead)
            new = tuple(_capped(one for one in ending if (one.expires_at or now) > since + ahead))
            if new:
                with self._work.begin(self._service) as work:
                    for known in work.stored.people.all():
                        self._tell(work, known, days, new, now)

    def _tell(
        self, work: Work, known: KnownPerson, days: int, ending: tuple[ProjectSummary, ...], now: datetime
    ) -> None:
        """Leave somebody a message of the projects that concern them: their own, or all they look after."""
        actor = Actor(person=known.person, roles=known.roles)
        everything = self._guard.allows(actor, Permission.PROPERTIES_MANAGE)
        names = (known.id, known.name)
        concerned = sorted(one.id for one in ending if everything or one.owner in names)
        if not concerned or not self._guard.allows(actor, Permission.PROJECTS_VIEW):
            return
        more = "" if len(concerned) <= _NAMED else f" and {len(concerned) - _NAMED:,} more"
        many = len(concerned) > 1
        notice = Notice(
            id=self._ids.new(),
            project=concerned[0],
            title=(
                f"{len(concerned):,} incident projects are deleted"
                if many
                else "An incident project is deleted"
            )
            + f" within {days} {'day' if days == 1 else 'days'}.",
            detail=(
                f"{', '.join(str(one) for one in concerned[:_NAMED])}{more}. Export or report what you still "
                "need, or have it put on legal hold."
            ),
            at=now,
        )
        waiting = work.stored.notices.get(known.id) or NoticeList(id=known.id)
        work.stored.notices.put(waiting.with_notice(notice))


def _expiring(store: IncidentStore, work: Work, now: datetime, days: int) -> Expiring:
    ending = _ending(store, work.retention, work.properties, now + timedelta(days=days))
    found = sorted(_capped(ending), key=lambda one: (one.expires_at or now, one.id))
    return Expiring(days=days, count=len(found), first=tuple(one.id for one in found[:20]))


def _capped(found: Iterator[ProjectSummary]) -> Iterator[ProjectSummary]:
    for _, one in zip(range(COUNT_CAP), found, strict=False):
        yield one


def _ending(
    store: IncidentStore,
    rules: RetentionRules,
    properties: IncidentProperties,
    at: datetime,
    *,
    everything: bool = False,
) -> Iterator[ProjectSummary]:
    """Give the projects, held ones left out, whose retention is over at an instant, with that end.

    Unless ``everything`` is looked at, those of a large site that were created while its clock was set back
    may be left out.
    """
    for narrowed, days in _groups(rules, properties):
        before = None if everything else _created_by(store, at - timedelta(days=days))
        while page := store.page(narrowed, limit=_AT_ONCE, before=before):
            before = page[-1].id
            for one in page:
                end = rules.expires_at(one.created_at, one.type)
                if end is not None and end <= at and not one.held:
                    yield attrs.evolve(one, expires_at=end)


def _groups(rules: RetentionRules, properties: IncidentProperties) -> Iterator[tuple[ProjectFilter, int]]:
    """Give filters that together select all projects of which something is decided, and their days."""
    of_types: Mapping[str, int] = rules.days_by_type
    if rules.days is not None and not of_types:
        yield ProjectFilter(), rules.days
        return
    for value in properties.types:
        days = rules.days_of(value.id)
        if days is not None:
            yield ProjectFilter(fields={"type": (value.id,)}), days
    if rules.days is not None:
        yield ProjectFilter(fields={"type": (None,)}), rules.days


def _created_by(store: IncidentStore, instant: datetime) -> ProjectId | None:
    """Give an id below which are the projects that were created until an instant; nothing for all of them.

    Ids grow with time: a project that was created while the clock was set back is found when the others of
    its neighbourhood are. Where there are few, all are looked at.
    """
    newest = store.page(ProjectFilter(), limit=1)
    low, high = 0, newest[0].id if newest else 0
    if high <= _FEW:
        return None
    while low < high:
        middle = (low + high + 1) // 2
        found = store.page(ProjectFilter(), limit=1, before=ProjectId(middle + 1))
        if not found or found[0].created_at <= instant:
            low = middle
        else:
            high = found[0].id - 1
    return ProjectId(low + 1)
