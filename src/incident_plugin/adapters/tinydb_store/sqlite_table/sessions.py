"""A thread's transaction, and the connections that read: one is borrowed for every single answer."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw
import attrs

from incident_plugin.adapters.tinydb_store.sqlite_table.errors import (
    Foreign,
    StorageClosed,
    StorageError,
    foreign_errors,
    told,
)
from incident_plugin.adapters.tinydb_store.sqlite_table.group import Statement


@attrs.define
class Session:
    """A thread's transaction; entered for each thing done in it, so that no failure is passed over."""

    path: Path
    connection: apsw.Connection
    writes: bool
    #: What is to be done at the end, together with what the others of the group leave until then.
    last: dict[Hashable, Statement] = attrs.Factory(dict)
    #: A statement failed, so that SQLite may have rolled back: nothing more may be written.
    failed: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.writes and isinstance(error, Foreign | StorageError):
            self.failed = True
        if isinstance(error, Foreign):
            raise told(error, self.path) from error

    def refuse_failed(self) -> None:
        """Raise ``StorageError`` when an earlier statement failed."""
        if self.failed:
            raise StorageError(f"An earlier statement of this transaction failed: {self.path}.")


class Readers:
    """Connections that read, made when all others are in use; each belongs to one thread at a time."""

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._idle: list[Session] = []
        self._closed = False

    def borrowed(self) -> Session:
        """Give a reading session that nobody else uses; it is to be returned."""
        if self._closed:
            raise closed(self._path)
        try:
            return self._idle.pop()
        except IndexError:
            with foreign_errors(self._path):
                reader = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READONLY)
                reader.set_busy_timeout(int(self._patience * 1000))
            return Session(self._path, reader, writes=False)

    def returned(self, reader: Session) -> None:
        """Let others have a reading session."""
        self._idle.append(reader)
        if self._closed:
            self.close()

    def close(self) -> None:
        """Close those that are idle, and the others when they are returned; lend no more."""
        self._closed = True
        with suppress(IndexError):
            while True:
                self._idle.pop().connection.close()


def closed(path: Path) -> StorageClosed:
    """Say that nothing can be done with the file any more."""
    return StorageClosed(f"The file was closed before: {path}. Nothing was read or written.")


def refuse_nesting(threads: threading.local) -> None:
    """Raise ``RuntimeError`` when the thread has a transaction already."""
    if getattr(threads, "session", None) is not None:
        raise RuntimeError("a transaction of this thread is open already: transactions do not nest")


class Borrowed:
    """A reading session for one statement; a class and no generator, as ``Snapshot`` is."""

    __slots__ = ("_readers", "_session")

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def __enter__(self) -> Session:
        self._session = self._readers.borrowed()
        return self._session

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._session.__exit__(kind, error, trace)
        finally:
            self._readers.returned(self._session)


class Snapshot:
    """One state of the file; a class and no generator, because it is entered for every single answer."""

    __slots__ = ("_reader", "_readers", "_threads")

    def __init__(self, readers: Readers, threads: threading.local) -> None:
        self._readers = readers
        self._threads = threads

    def __enter__(self) -> None:
        refuse_nesting(self._threads)
        self._reader = reader = self._readers.borrowed()
        try:
            reader.connection.execute("BEGIN DEFERRED")
        except apsw.Error as error:
            self._readers.returned(reader)
            raise told(error, self._reader.path) from error
        self._threads.session = reader

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.session = None
        try:
            # There is nothing to keep or to take back.
            self._reader.connection.execute("ROLLBACK")
        except apsw.Error as failed:
            raise told(failed, self._reader.path) from failed
        finally:
            self._readers.returned(self._reader)
        if isinstance(error, apsw.Error):
            raise told(error, self._reader.path) from error
