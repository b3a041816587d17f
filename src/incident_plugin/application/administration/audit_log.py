"""The audit log: what administrators did, who came and went, and what was denied; on the chain of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.searching import EntryFilter, has_words
from incident_plugin.application.store import IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.journal import AUDIT, Action, Activity, Entry, first_fault
from incident_plugin.domain.people import Person

logger = logging.getLogger(__name__)

PAGE = 100
#: The same person denied the same thing is told once within this time: pages ask again and again.
_ONCE_WITHIN = timedelta(minutes=10)
_REMEMBERED = 10_000


@attrs.frozen(kw_only=True)
class AuditFilter:
    """What the audit log is narrowed to; an empty filter narrows nothing."""

    #: What the action's parts begin with: ``security``, ``host``, ``properties``, ``settings``...
    kind: str = ""
    #: Words of the actor's name or id.
    person: str = ""
    #: Words of the sentence.
    text: str = ""
    since: datetime | None = None
    before: datetime | None = None

    def for_store(self, people: Iterable[Person]) -> EntryFilter:
        """Give it as a store knows it: with the ids of those people who are meant."""
        named = frozenset(one.id for one in people if has_words(f"{one.name} {one.id}", self.person))
        return EntryFilter(
            kind=self.kind,
            people=named if self.person else None,
            since=self.since,
            until=self.before,
            text=self.text,
        )


@attrs.frozen(kw_only=True)
class AuditPage:
    """Entries, newest first, and how many there are of them."""

    entries: tuple[Entry, ...]
    total: int


@attrs.frozen(kw_only=True)
class Verification:
    """What walking the chain found."""

    entries: int
    #: The hash of the newest entry, to compare with what was noted elsewhere.
    head: str
    #: What is wrong first; nothing when the chain is whole.
    fault: str | None


@attrs.frozen(kw_only=True)
class Audit:
    """Reading the audit log. Each method checks the permission."""

    _store: IncidentStore
    _work: UnitOfWork
    _guard: Guard

    def page(self, actor: Actor, narrowed: AuditFilter, *, before: int | None = None) -> AuditPage:
        """Give up to ``PAGE`` entries below a number, newest first."""
        self._guard.require(actor, Permission.AUDIT_VIEW)
        asked = self._asked(narrowed)
        entries = self._store.newest_entries(AUDIT, asked, limit=PAGE, below=before)
        return AuditPage(entries=entries, total=self._store.count_entries(AUDIT, asked))

    def verify(self, actor: Actor) -> Verification:
        """Walk the chain from its beginning."""
        self._guard.require(actor, Permission.AUDIT_VIEW)
        entries = self._store.entries(AUDIT)
        head = entries[-1].hash if entries else ""
        return Verification(entries=len(entries), head=head, fault=first_fault(entries))

    def export(self, actor: Actor, narrowed: AuditFilter, form: str) -> tuple[Entry, ...]:
        """Give all entries of a filter, oldest first; that they were exported is an entry itself."""
        self._guard.require(actor, Permission.AUDIT_VIEW)
        asked = self._asked(narrowed)
        entries = self._store.newest_entries(AUDIT, asked, limit=self._store.count_entries(AUDIT, asked))
        found = entries[::-1]
        with self._work.begin(actor.person) as work:
            many = f"{len(found):,} {'entry' if len(found) == 1 else 'entries'}"
            work.audit(Activity(action=Action.AUDIT_EXPORTED, subject=form, after=many))
        return found

    def _asked(self, narrowed: AuditFilter) -> EntryFilter:
        return narrowed.for_store(self._store.entry_people(AUDIT) if narrowed.person else ())


class Denials:
    """Writes attempts that were denied into the audit log."""

    def __init__(self, work: UnitOfWork, clock: Clock) -> None:
        self._work = work
        self._clock = clock
        self._lock = threading.Lock()
        self._denied: dict[tuple[str, str], datetime] = {}

    def denied(self, actor: Actor, what: str, permission: str) -> None:
        """Log that somebody was denied something; a store that refuses makes a denial no less of one."""
        now = self._clock.now()
        with self._lock:
            last = self._denied.get((actor.person.id, what))
            if last is not None and now - last < _ONCE_WITHIN:
                return
            if len(self._denied) >= _REMEMBERED:
                self._denied.clear()
            self._denied[actor.person.id, what] = now
        try:
            with self._work.begin(actor.person) as work:
                work.audit(Activity(action=Action.DENIED, subject=what, after=permission))
        except IncidentError as error:
            logger.warning("a denied attempt was not written to the audit log: %s", error)
