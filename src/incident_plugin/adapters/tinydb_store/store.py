"""The incident store over TinyDB tables in one SQLite file."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from incident_plugin.adapters.tinydb_store import logs
from incident_plugin.adapters.tinydb_store.chains import chain, chains
from incident_plugin.adapters.tinydb_store.documents import KeyedTable, kept_number, value
from incident_plugin.adapters.tinydb_store.inspection import faults
from incident_plugin.adapters.tinydb_store.migrations import SCHEMA, index_again, upgrade
from incident_plugin.adapters.tinydb_store.refusals import Refusals
from incident_plugin.adapters.tinydb_store.sqlite_table import (
    Column,
    SQLiteDB,
    StorageError,
    StorageNotWritable,
    Tell,
    silently,
    where,
)
from incident_plugin.adapters.tinydb_store.transaction import Tables, TinyDBTransaction
from incident_plugin.application.store import (
    Change,
    EntryFilter,
    Marked,
    ProjectFilter,
    ProjectSummary,
    Transaction,
)
from incident_plugin.domain.journal import Chain, Entry
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.properties import DELIVERED, IncidentProperties
from incident_plugin.domain.sealing import Seal
from incident_plugin.domain.time import Interval

#: How often to look for changes of other processes; those of this one are heard of at once.
_LOOK_SECONDS = 0.1

#: There is no further step.
_SWEPT = object()

#: The file in the store's directory.
FILE = "incidents.db"

_COLUMNS = {
    "collections": (Column("id"),),
    "drafts": (Column("id"),),
    "export_lists": (Column("id"),),
    "exports": (Column("id"),),
    "bin": (Column("id"),),
    "certificates": (Column("id"),),
    "collecting": (Column("id"),),
    "retention": (Column("id"),),
    "logos": (Column("id"),),
    "removed": (Column("id"),),
    "answers": (Column("id"),),
    "unsaved": (Column("id"),),
    "people": (Column("id"),),
    "notices": (Column("id"),),
    "saved_filters": (Column("id"),),
    "list_settings": (Column("id"),),
    "recorders": (Column("id"),),
    "export_presets": (Column("id"),),
    "preserved": (Column("id"),),
    "preserve_rules": (Column("id"),),
    "journal": (Column("project"),),
}


class TinyDBStore:
    """The store in a directory, which is made when it is not there. One process owns it at a time.

    Others may open it with ``writable=False`` meanwhile, and read what the owner has written. ``tell`` is
    told how far it is, when a file of an older version has to be brought up to date.
    """

    def __init__(self, directory: Path, *, writable: bool = True, tell: Tell = silently) -> None:
        #: Where the files are.
        self.directory = directory
        self._refusals = Refusals(directory)
        #: State of the file and its newest change: every page of the list asks for it.
        self._newest: tuple[int, int] | None = None
        with self._refusals:
            if writable:
                _make(directory)
            self._db = SQLiteDB(
                directory / FILE,
                _COLUMNS,
                version=SCHEMA,
                upgrade=partial(upgrade, tell=tell),
                writable=writable,
            )
            #: The same file, without a step between for each answer.
            self._storage = self._db.storage
            self._tables = Tables(self._db)
            if writable and not self._tables.audit_words.is_current:
                with self._storage.transaction():
                    self._tables.audit_words.make()

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction; it ends durable, or not at all."""
        return _Scope(self._refusals, self._storage.transaction(), self._tables, writes=True)

    def read(self) -> AbstractContextManager[Transaction]:
        """Begin a consistent reading that writes nothing and waits for no writer."""
        return _Scope(self._refusals, self._storage.snapshot(), self._tables, writes=False)

    def page(
        self, narrowed: ProjectFilter, *, limit: int, before: ProjectId | None = None
    ) -> tuple[ProjectSummary, ...]:
        """Give projects, newest first, from those whose id is below ``before``."""
        summaries = self._tables.summaries
        before = None if before is None else ProjectId(kept_number(before))
        with self._refusals, self._storage.consistent():
            if narrowed == ProjectFilter():
                found = summaries.texts(newest=True, limit=limit, before=before)
            else:
                found = summaries.texts_of(self._selected(narrowed, limit=limit, before=before))
            return tuple(value(ProjectSummary, text) for text in found)

    def count(self, narrowed: ProjectFilter, *, cap: int) -> int:
        """Count projects, up to ``cap``."""
        with self._refusals, self._storage.consistent():
            if narrowed == ProjectFilter():
                return self._tables.summaries.count_up_to(None, cap)
            return self._tables.index.count(narrowed, self._properties, cap=cap)

    def entries(self, project_id: ProjectId) -> tuple[Entry, ...]:
        """Give a project's activity log, oldest first; also of a deleted project."""
        with self._refusals:
            found = self._tables.journal.texts(where("project") == project_id)
            return tuple(value(Entry, text) for text in found)

    def newest_entries(
        self, project_id: ProjectId, narrowed: EntryFilter, *, limit: int, below: int | None = None
    ) -> tuple[Entry, ...]:
        """Give entries of a log, newest first, from those whose number is below ``below``."""
        with self._refusals, self._storage.consistent():
            self._storage.settle()
            return logs.newest(self._tables.journal, project_id, narrowed, limit=limit, below=below)

    def count_entries(self, project_id: ProjectId, narrowed: EntryFilter) -> int:
        """Count the entries of a log."""
        with self._refusals:
            self._storage.settle()
            return logs.count(self._tables.journal, project_id, narrowed)

    def entry_people(self, project_id: ProjectId) -> tuple[Person, ...]:
        """Give everybody whom a log names as having done something, once, by the latest name."""
        with self._refusals:
            return logs.people(self._tables.journal, project_id)

    def chain(self, project_id: ProjectId) -> Chain:
        """Give the hashes of one activity log as its entries are now."""
        with self._refusals:
            return chain(self._tables.journal, project_id)

    def chains(self) -> Iterator[Chain]:
        """Give the hashes of every activity log as its entries are now, by project."""
        with self._refusals:
            yield from chains(self._tables.journal)

    def seals(self) -> Iterator[Seal]:
        """Give all seals of the activity logs, oldest first."""
        with self._refusals:
            for _, text in self._tables.seals.all_texts():
                yield value(Seal, text)

    def last_change(self) -> int:
        """Give the number of the newest change, 0 before the first one."""
        with self._refusals:
            state, known = self._storage.state, self._newest
            if known is not None and known[0] == state:
                return known[1]
            newest = self._tables.journal.last_id()
            if state is not None:
                self._newest = (state, newest)
            return newest

    def changes(self, after: int, *, limit: int) -> tuple[Change, ...]:
        """Give up to ``limit`` changes with higher numbers, oldest first."""
        with self._refusals:
            found = self._tables.journal.column("project", after=kept_number(after), limit=limit)
        return tuple(Change(number=number, project=ProjectId(project)) for number, project in found)

    def entries_of(self, changes: Sequence[int]) -> tuple[Entry, ...]:
        """Give the entries that these changes wrote, by their numbers, in the order of the numbers."""
        with self._refusals:
            found = self._tables.journal.texts_of(list(changes))
        return tuple(value(Entry, text) for text in reversed(found))

    def wait_for_change(self, after: int, timeout: timedelta) -> bool:
        """Wait for a change with a higher number, whichever process makes it; say whether there is one."""
        deadline = time.monotonic() + timeout.total_seconds()
        while self.last_change() <= after:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._storage.wait_for_commit(min(left, _LOOK_SECONDS))
        return True

    def marked(self, cameras: Sequence[CameraId], interval: Interval) -> tuple[Marked, ...]:
        """Give the sequences of projects for these cameras that overlap the interval, by their start."""
        with self._refusals, self._storage.consistent():
            found = self._tables.index.spans.marked(cameras, interval)
        return tuple(sorted(found, key=lambda mark: (mark.interval, mark.project, mark.camera)))

    def seen(self, first: ProjectId, last: ProjectId) -> tuple[tuple[ProjectId, CameraId], ...]:
        """Give the cameras of the projects with these and the ids between, each of a project once."""
        with self._refusals:
            return self._tables.index.spans.seen(kept_number(first), kept_number(last))

    def cameras(self) -> tuple[CameraId, ...]:
        """Give every camera that a project has a sequence of."""
        with self._refusals:
            return self._tables.index.spans.cameras()

    def footage(self, projects: Sequence[ProjectId]) -> tuple[Marked, ...]:
        """Give the sequences of these projects, in no particular order."""
        with self._refusals, self._storage.consistent():
            return tuple(self._tables.index.spans.of(projects))

    @property
    def keyed_tables(self) -> dict[str, KeyedTable[Any]]:
        """The tables of documents with ids of their own, by name."""
        return {name: table for name, table in vars(self._tables).items() if isinstance(table, KeyedTable)}

    def faults(self, tell: Tell = silently) -> tuple[str, ...]:
        """Say what is wrong with activity logs and lists; empty when everything is as it was written."""
        with self._refusals, self._storage.consistent():
            return tuple(faults(self._tables, tell))

    def index_again(self, tell: Tell = silently) -> None:
        """Make lists and the index from the projects again; writers wait."""
        with self._refusals, self._storage.spilling(), self._storage.transaction():
            index_again(self._storage, self._tables.index, tell)
            self._tables.audit_words.make()

    def shrink(self) -> None:
        """Give back the space of what was removed, and leave nothing of it in the file; writers wait."""
        with self._refusals:
            self._storage.shrink()

    @property
    def size(self) -> int:
        """How large the file is, in bytes."""
        return self._storage.size

    def fold(self) -> bool:
        """Empty the log of the newest changes into the file; say whether readers let it be done."""
        with self._refusals:
            return self._storage.fold()

    def sweep(self) -> bool:
        """Leave nothing of removed projects in the files; say whether readers let it be finished."""
        with self._refusals:
            steps = self._tables.index.sweep()
            more = True
            while more:
                with self._storage.transaction():
                    more = next(steps, _SWEPT) is not _SWEPT
        return self.fold()

    def tidy(self) -> None:
        """Keep the index quick: put together what many changes have scattered."""
        with self._refusals:
            more = True
            while more:
                with self._storage.transaction():
                    more = self._tables.index.gather()

    def close(self) -> None:
        """Let go of the files."""
        with self._refusals:
            self._db.close()

    def _selected(self, narrowed: ProjectFilter, *, limit: int, before: ProjectId | None = None) -> list[int]:
        return self._tables.index.select(narrowed, self._properties, limit=limit, before=before)

    def _properties(self) -> IncidentProperties:
        return self._tables.site_properties() or DELIVERED


class _Scope:
    """A transaction or a reading; a class and no generator, because it is entered for every single answer."""

    __slots__ = ("_refusals", "_scope", "_transaction")

    def __init__(
        self, refusals: Refusals, scope: AbstractContextManager[object], tables: Tables, *, writes: bool
    ) -> None:
        self._refusals = refusals
        self._scope = scope
        self._transaction = TinyDBTransaction(tables, writes=writes)

    def __enter__(self) -> TinyDBTransaction:
        try:
            self._scope.__enter__()
        except StorageError as refused:
            raise self._refusals.told(refused) from refused
        return self._transaction

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transaction.end()
        try:
            self._scope.__exit__(kind, error, trace)
        except StorageError as refused:
            raise self._refusals.told(refused) from refused
        if isinstance(error, StorageError):
            raise self._refusals.told(error) from error


def _make(directory: Path) -> None:
    """Make the directory, so that it outlives a power cut as what is written into it does."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for made in (directory, directory.parent):
            file = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(file)
            finally:
                os.close(file)
    except OSError as error:
        raise StorageNotWritable(f"The directory cannot be made: {directory} ({error.strerror}).") from error
