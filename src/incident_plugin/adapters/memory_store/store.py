"""The incident store in memory: one state, replaced as a whole when a transaction ends well."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice

from incident_plugin.adapters.memory_store.transaction import MemoryTransaction, State
from incident_plugin.application.searching import EntryFilter, matches
from incident_plugin.application.store import (
    Change,
    Marked,
    ProjectFilter,
    ProjectSummary,
    Transaction,
    summary,
)
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.journal import Chain, Entry, chain_of
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import DELIVERED
from incident_plugin.domain.sealing import Seal
from incident_plugin.domain.time import Interval


class MemoryStore:
    """Keeps nothing when the process ends."""

    def __init__(self) -> None:
        self._state: State | None = State()
        self._write_lock = threading.Lock()
        self._changed = threading.Condition()
        self._threads = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Begin a transaction; all of it is kept, or nothing."""
        self._refuse_nesting()
        with self._write_lock:
            state = self._present().copied()
            with self._within(state, writes=True) as transaction:
                yield transaction
            self._state = state
        with self._changed:
            self._changed.notify_all()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Begin a consistent reading that writes nothing and waits for no writer."""
        self._refuse_nesting()
        with self._within(self._present(), writes=False) as transaction:
            yield transaction

    def page(
        self, narrowed: ProjectFilter, *, limit: int, before: ProjectId | None = None
    ) -> tuple[ProjectSummary, ...]:
        """Give projects, newest first, from those whose id is below ``before``."""
        found = self._selected(narrowed)
        below = [project for project in found if before is None or project.id < before]
        return tuple(summary(project) for project in below[:limit])

    def count(self, narrowed: ProjectFilter, *, cap: int) -> int:
        """Count projects, up to ``cap``."""
        return min(len(self._selected(narrowed)), cap)

    def entries(self, project_id: ProjectId) -> tuple[Entry, ...]:
        """Give a project's activity log, oldest first; also of a deleted project."""
        return self._present().journal.get(project_id, ())

    def newest_entries(
        self, project_id: ProjectId, narrowed: EntryFilter, *, limit: int, below: int | None = None
    ) -> tuple[Entry, ...]:
        """Give entries of a log, newest first, from those whose number is below ``below``."""
        found = (
            entry
            for entry in reversed(self.entries(project_id))
            if (below is None or entry.number < below) and narrowed.selects(entry)
        )
        return tuple(islice(found, limit))

    def count_entries(self, project_id: ProjectId, narrowed: EntryFilter) -> int:
        """Count the entries of a log."""
        return sum(map(narrowed.selects, self.entries(project_id)))

    def entry_people(self, project_id: ProjectId) -> tuple[Person, ...]:
        """Give everybody whom a log names as having done something, once, by the latest name."""
        return tuple({e.actor.id: e.actor for e in self.entries(project_id) if e.actor.id}.values())

    def chain(self, project_id: ProjectId) -> Chain:
        """Give the hashes of one activity log as its entries are now."""
        return chain_of(project_id, (entry.link for entry in self.entries(project_id)))

    def chains(self) -> Iterator[Chain]:
        """Give the hashes of every activity log as its entries are now, by project."""
        for project, entries in sorted(self._present().journal.items()):
            yield chain_of(project, (entry.link for entry in entries))

    def seals(self) -> Iterator[Seal]:
        """Give all seals of the activity logs, oldest first."""
        return iter(self._present().seals)

    def last_change(self) -> int:
        """Give the number of the newest change, 0 before the first one."""
        return len(self._present().changed)

    def changes(self, after: int, *, limit: int) -> tuple[Change, ...]:
        """Give up to ``limit`` changes with higher numbers, oldest first."""
        changed = self._present().changed[after : after + limit]
        return tuple(Change(number=n, project=p) for n, (p, _) in enumerate(changed, start=after + 1))

    def entries_of(self, changes: Sequence[int]) -> tuple[Entry, ...]:
        """Give the entries that these changes wrote, by their numbers, in the order of the numbers."""
        state = self._present()
        written = (state.changed[n - 1] for n in sorted(set(changes)) if 0 < n <= len(state.changed))
        return tuple(state.journal[project][place] for project, place in written)

    def wait_for_change(self, after: int, timeout: timedelta) -> bool:
        """Wait until there is a change with a higher number; say whether there is."""
        with self._changed:
            return self._changed.wait_for(lambda: self.last_change() > after, timeout.total_seconds())

    def marked(self, cameras: Sequence[CameraId], interval: Interval) -> tuple[Marked, ...]:
        """Give the sequences of projects for these cameras that overlap the interval, by their start."""
        marks = (
            Marked(project=project.id, camera=sequence.footage.camera, interval=sequence.footage.interval)
            for project in self._present().projects.values()
            for sequence in project.sequences
            if sequence.footage.camera in cameras and sequence.footage.interval.overlaps(interval)
        )
        return tuple(sorted(marks, key=lambda mark: (mark.interval, mark.project, mark.camera)))

    def seen(self, first: ProjectId, last: ProjectId) -> tuple[tuple[ProjectId, CameraId], ...]:
        """Give the cameras of the projects with these and the ids between, each of a project once."""
        projects = [p for p in self._present().projects.values() if first <= p.id <= last]
        return tuple({(p.id, s.footage.camera): None for p in projects for s in p.sequences})

    def cameras(self) -> tuple[CameraId, ...]:
        """Give every camera that a project has a sequence of."""
        stored = self._present().projects.values()
        return tuple(sorted({s.footage.camera for project in stored for s in project.sequences}))

    def footage(self, projects: Sequence[ProjectId]) -> tuple[Marked, ...]:
        """Give the sequences of these projects, in no particular order."""
        stored = self._present().projects
        return tuple(
            Marked(project=number, camera=sequence.footage.camera, interval=sequence.footage.interval)
            for number in projects
            if number in stored
            for sequence in stored[number].sequences
        )

    def sweep(self) -> bool:
        """Do nothing: memory keeps nothing of what was removed."""
        self._present()
        return True

    def tidy(self) -> None:
        """Do nothing: memory is searched whole."""
        self._present()

    def close(self) -> None:
        """Refuse everything from now on."""
        if getattr(self._threads, "state", None) is not None:
            raise RuntimeError("a transaction of this thread is open: it cannot close the store")
        with self._write_lock:
            self._state = None

    def _present(self) -> State:
        within: State | None = getattr(self._threads, "state", None)
        state = within or self._state
        if state is None:
            raise StoreUnavailable(
                "The server is stopping. Nothing was changed. Try again when it runs.",
                cause="incident.stopping",
            )
        return state

    def _refuse_nesting(self) -> None:
        if getattr(self._threads, "state", None) is not None:
            raise RuntimeError("a transaction of this thread is open already: transactions do not nest")

    @contextmanager
    def _within(self, state: State, *, writes: bool) -> Iterator[MemoryTransaction]:
        transaction = MemoryTransaction(state, writes=writes)
        self._threads.state = state
        try:
            yield transaction
        finally:
            self._threads.state = None
            transaction.end()

    def _selected(self, narrowed: ProjectFilter) -> list[Project]:
        state = self._present()
        properties = state.properties or DELIVERED
        return [
            state.projects[number]
            for number in sorted(state.projects, reverse=True)
            if matches(state.projects[number], narrowed, properties)
        ]
