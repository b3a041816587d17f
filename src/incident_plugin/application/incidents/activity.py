"""Use cases of reading a project's activity log."""

from __future__ import annotations

from time import monotonic

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.store import EntryFilter, IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.journal import Entry
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId

#: What was found of a whole log is told again for so long, unless it has grown; and of how many logs.
_BELIEVED_SECONDS = 60
_MOST_KNOWN = 100


@attrs.frozen(kw_only=True)
class LogPage:
    """A page of an activity log, newest first, and what the whole log is."""

    entries: tuple[Entry, ...]
    #: How many entries the filter leaves, and how many there are.
    found: int
    total: int
    #: What is wrong with the chain of all entries; nothing when it is whole.
    fault: str | None
    #: Everybody who stands in the log.
    people: tuple[Person, ...]


@attrs.frozen(kw_only=True)
class _Whole:
    """What was found when all of a log was read."""

    newest: tuple[Entry, ...]
    fault: str | None
    people: tuple[Person, ...]
    since: float


@attrs.frozen(kw_only=True)
class ActivityLogs:
    """Gives activity logs as far as somebody may read them."""

    _store: IncidentStore
    _work: UnitOfWork
    _guard: Guard
    _known: dict[ProjectId, _Whole] = attrs.field(factory=dict, init=False)

    def page(
        self,
        actor: Actor,
        project_id: ProjectId,
        narrowed: EntryFilter,
        *,
        limit: int | None = None,
        before: int | None = None,
    ) -> LogPage:
        """Give what the actor may read of entries below a number; without a limit, of all of them."""
        self._guard.require(actor, Permission.ACTIVITY_VIEW)
        with self._work.reading(actor.person) as work:
            properties = work.properties
            total = self._store.count_entries(project_id, EntryFilter())
            # Of what a filter for one thing finds all is read: what may be read of it is counted.
            some = total if narrowed.target or limit is None else limit
            below = None if narrowed.target else before
            stored = self._store.newest_entries(project_id, narrowed, limit=some, below=below)
            found = total if narrowed == EntryFilter() else self._store.count_entries(project_id, narrowed)
            whole = self._looked_through(project_id)
        readable = self._guard.readable_log(actor, stored, properties)
        left = [entry for entry in readable if narrowed.selects(entry)]
        entries = [entry for entry in left if before is None or entry.number < before]
        return LogPage(
            entries=tuple(entries[:limit]),
            found=len(left) if narrowed.target else found,
            total=total,
            fault=whole.fault,
            people=whole.people,
        )

    def _looked_through(self, project_id: ProjectId) -> _Whole:
        """Say what there is to say of the whole log; pages that follow one another are told the same."""
        newest = self._store.newest_entries(project_id, EntryFilter(), limit=1)
        known = self._known.get(project_id)
        if known and known.newest == newest and monotonic() - known.since < _BELIEVED_SECONDS:
            return known
        people = sorted(self._store.entry_people(project_id), key=lambda person: person.name.casefold())
        fault = self._store.chain(project_id).fault
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        whole = _Whole(newest=newest, fault=fault, people=tuple(people), since=monotonic())
        self._known[project_id] = whole
        return whole
