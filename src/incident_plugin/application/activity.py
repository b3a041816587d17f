"""Use cases of reading a project's activity log."""

from __future__ import annotations

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.store import EntryFilter, IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.journal import Entry
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId


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
class ActivityLogs:
    """Gives activity logs as far as somebody may read them."""

    _store: IncidentStore
    _work: UnitOfWork
    _guard: Guard

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
            # Of what a filter for one thing finds, all is read: how many there are is told of what may be read.
            some = total if narrowed.target or limit is None else limit
            below = None if narrowed.target else before
            stored = self._store.newest_entries(project_id, narrowed, limit=some, below=below)
            found = total if narrowed == EntryFilter() else self._store.count_entries(project_id, narrowed)
            people = self._store.entry_people(project_id)
            # A page by itself proves nothing.
            fault = self._store.chain(project_id).fault
        readable = self._guard.readable_log(actor, stored, properties)
        left = [entry for entry in readable if narrowed.selects(entry)]
        entries = [entry for entry in left if before is None or entry.number < before]
        return LogPage(
            entries=tuple(entries[:limit]),
            found=len(left) if narrowed.target else found,
            total=total,
            fault=fault,
            people=tuple(sorted(people, key=lambda person: person.name.casefold())),
        )
