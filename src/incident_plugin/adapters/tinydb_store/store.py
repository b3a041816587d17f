"""The incident store over TinyDB tables in one SQLite file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tinydb.queries import QueryInstance

from incident_plugin.adapters.tinydb_store.documents import instant, microseconds, value
from incident_plugin.adapters.tinydb_store.refusals import Refusals
from incident_plugin.adapters.tinydb_store.sqlite_table import (
    Column,
    Query,
    SQLiteDB,
    StorageNotWritable,
    where,
)
from incident_plugin.adapters.tinydb_store.transaction import Tables, TinyDBTransaction
from incident_plugin.application.store import Marked, ProjectFilter, ProjectSummary, Transaction
from incident_plugin.domain.journal import Entry
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.text import words
from incident_plugin.domain.time import Interval

#: Of the documents' shape. A change of shape raises it and brings the step from the one before.
SCHEMA = 1

_COLUMNS = {
    "collections": (Column("id"),),
    "drafts": (Column("id"),),
    "export_lists": (Column("id"),),
    "exports": (Column("id"),),
    "summaries": (Column("id"), Column("words", indexed=False)),
    "marks": (
        Column("project"),
        Column("camera"),
        Column("start", indexed=False),
        Column("end", indexed=False),
    ),
    "journal": (Column("project"),),
}


class TinyDBStore:
    """The store in a directory, which is made when it is not there. One process owns it at a time."""

    def __init__(self, directory: Path) -> None:
        self._refusals = Refusals(directory)
        with self._refusals:
            _make(directory)
            self._db = SQLiteDB(directory / "incidents.db", _COLUMNS, version=SCHEMA)
            self._tables = Tables(self._db)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Begin a transaction; it ends durable, or not at all."""
        with self._refusals, self._db.transaction():
            transaction = TinyDBTransaction(self._tables)
            try:
                yield transaction
            finally:
                transaction.end()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Begin a consistent reading that writes nothing and waits for no writer."""
        with self._refusals, self._db.snapshot():
            transaction = TinyDBTransaction(self._tables)
            try:
                yield transaction
            finally:
                transaction.end()

    def page(
        self, narrowed: ProjectFilter, *, limit: int, before: ProjectId | None = None
    ) -> tuple[ProjectSummary, ...]:
        """Give projects, newest first, from those whose id is below ``before``."""
        with self._refusals:
            found = self._tables.summaries.texts(_selected(narrowed), newest=True, limit=limit, before=before)
            return tuple(value(ProjectSummary, text) for text in found)

    def count(self, narrowed: ProjectFilter, *, cap: int) -> int:
        """Count projects, up to ``cap``."""
        with self._refusals:
            return self._tables.summaries.count_up_to(_selected(narrowed), cap)

    def entries(self, project_id: ProjectId) -> tuple[Entry, ...]:
        """Give a project's activity log, oldest first; also of a deleted project."""
        with self._refusals:
            found = self._tables.journal.texts(where("project") == project_id)
            return tuple(value(Entry, text) for text in found)

    def marked(self, cameras: Sequence[CameraId], interval: Interval) -> tuple[Marked, ...]:
        """Give the sequences of projects for these cameras that overlap the interval, by their start."""
        overlapping = (
            where("camera").one_of(list(cameras))
            & (where("start") < microseconds(interval.end))
            & (where("end") > microseconds(interval.start))
        )
        return tuple(
            sorted(self._marks(overlapping), key=lambda mark: (mark.interval, mark.project, mark.camera))
        )

    def footage(self, projects: Sequence[ProjectId]) -> tuple[Marked, ...]:
        """Give the sequences of these projects, in no particular order."""
        return tuple(self._marks(where("project").one_of(list(projects))))

    def _marks(self, wanted: QueryInstance) -> list[Marked]:
        with self._refusals:
            found = self._tables.marks.search(wanted)
        return [
            Marked(
                project=ProjectId(mark["project"]),
                camera=CameraId(mark["camera"]),
                interval=Interval(instant(mark["start"]), instant(mark["end"])),
            )
            for mark in found
        ]

    def close(self) -> None:
        """Let go of the files."""
        with self._refusals:
            self._db.close()


def _selected(narrowed: ProjectFilter) -> QueryInstance:
    selected = Query().noop()
    if narrowed.id is not None:
        selected &= where("id") == narrowed.id
    for word in words(narrowed.text):
        selected &= where("words").contains(f" {word}")
    return selected


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
