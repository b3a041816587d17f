"""Use cases of reading a project's activity log."""

from __future__ import annotations

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.store import IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.journal import Entry, first_fault
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
class LogFilter:
    """What an activity log is narrowed to."""

    #: Beginning of the action: ``field``, ``comment``, ``sequence``...
    kind: str = ""
    person: str = ""
    #: Name of a field, or id of a comment, call or sequence.
    target: str = ""
    #: Entries with lower numbers.
    before: int | None = None

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is left."""
        return (
            (not self.kind or entry.activity.action.partition(".")[0] == self.kind)
            and (not self.person or entry.actor.id == self.person)
            and (not self.target or entry.activity.target == self.target)
        )


@attrs.frozen(kw_only=True)
class ActivityLogs:
    """Gives activity logs as far as somebody may read them."""

    _store: IncidentStore
    _work: UnitOfWork
    _guard: Guard

    def page(
        self, actor: Actor, project_id: ProjectId, narrowed: LogFilter, *, limit: int | None = None
    ) -> LogPage:
        """Give what the actor may read of a project's activity log; without a limit, all of it."""
        self._guard.require(actor, Permission.ACTIVITY_VIEW)
        entries = self._store.entries(project_id)
        with self._work.reading(actor.person) as work:
            properties = work.properties
        readable = self._guard.readable_log(actor, entries, properties)
        left = [entry for entry in reversed(readable) if narrowed.takes(entry)]
        below = [entry for entry in left if narrowed.before is None or entry.number < narrowed.before]
        people = {entry.actor.id: entry.actor for entry in readable if entry.actor.id}
        return LogPage(
            entries=tuple(below[:limit]),
            found=len(left),
            total=len(entries),
            fault=first_fault(entries),
            people=tuple(sorted(people.values(), key=lambda person: person.name.casefold())),
        )
