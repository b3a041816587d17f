"""The SQLite file: one connection that writes, a few that read, and transactions that belong to a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw
import attrs

from incident_plugin.adapters.tinydb_store.sqlite_table.errors import (
    StorageBusy,
    StorageClosed,
    StorageError,
    StorageNewer,
    StorageUnsafe,
    foreign_errors,
    told,
)
from incident_plugin.adapters.tinydb_store.sqlite_table.lock import OwnerLock

#: Releases with the fix of the WAL-reset bug (sqlite.org/wal.html, section 11): these, and later ones of the
#: same branch; every release from the last one on.
_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
_PATIENCE_SECONDS = 30.0
#: Documents are a few kilobytes: larger pages keep most of them whole.
_PAGE_BYTES = 8192
_WAL_BYTES_KEPT = 16 * 1024 * 1024


def refuse_unsafe(version: str) -> None:
    """Raise ``StorageUnsafe`` for an SQLite version that can lose acknowledged changes."""
    numbers = tuple(int(part) for part in version.split(".")[:3])
    same_branch = any(numbers[:2] == fixed[:2] and numbers >= fixed for fixed in _FIXED)
    if not same_branch and numbers < _FIXED[-1]:
        raise StorageUnsafe(
            f"SQLite {version} can lose saved changes (its WAL-reset bug). Nothing was opened. "
            "Install a current release of the package “apsw”, which brings SQLite 3.51.3 or later."
        )


@attrs.define
class Session:
    """A thread's transaction; entered for each thing done in it, so that no failure is passed over."""

    path: Path
    connection: apsw.Connection
    writes: bool
    #: By table, the last id that it gave or stores.
    last_ids: dict[str, int] = attrs.Factory(dict)
    #: A statement failed, so that SQLite may have rolled back: nothing more may be written.
    failed: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.writes and isinstance(error, apsw.Error | StorageError):
            self.failed = True
        if isinstance(error, apsw.Error):
            raise told(error, self.path) from error

    def refuse_failed(self) -> None:
        """Raise ``StorageError`` when an earlier statement failed."""
        if self.failed:
            raise StorageError(f"An earlier statement of this transaction failed: {self.path}.")


class Database:
    """The file, owned by this object from construction until ``close``.

    Every method may be called from any thread. A transaction belongs to the thread that began it.
    """

    def __init__(self, path: Path, *, version: int, rolled_back: Callable[[], None]) -> None:
        refuse_unsafe(apsw.sqlite_lib_version())
        self.path = path
        #: Called when changes were taken back, before anybody else can write.
        self._rolled_back = rolled_back
        self._threads = threading.local()
        self._write_lock = threading.Lock()
        self._idle: list[apsw.Connection] = []
        self._closed = False
        self._owner = OwnerLock(path.with_name(path.name + ".lock"))
        try:
            with foreign_errors(path):
                self._writer = self._opened_writer(version)
        except BaseException:
            self._owner.release()
            raise

    def close(self) -> None:
        """Wait for the change that is being written, then let go of the file. A second call does nothing."""
        if self._session is not None:
            raise RuntimeError("a transaction of this thread is open: it cannot close the file")
        with self._write_lock:
            if self._closed:
                return
            self._closed = True
            try:
                with foreign_errors(self.path):
                    self._close_idle()
                    # Last, because the last connection to close folds the write-ahead log into the file.
                    self._writer.close()
            finally:
                self._owner.release()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything within, durably, or nothing. Transactions do not nest (``RuntimeError``)."""
        if self._session is not None:
            raise RuntimeError("a transaction of this thread is open already: transactions do not nest")
        if not self._write_lock.acquire(timeout=_PATIENCE_SECONDS):
            raise StorageBusy(
                f"Another change to {self.path} has taken {_PATIENCE_SECONDS:.0f} s. Nothing was written."
            )
        try:
            self._refuse_closed()
            with Session(self.path, self._writer, writes=True) as session:
                self._writer.execute("BEGIN IMMEDIATE")
                yield from self._run(session)
        finally:
            self._write_lock.release()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one state of the file, whatever is written meanwhile; does not nest (``RuntimeError``)."""
        if self._session is not None:
            raise RuntimeError("a transaction of this thread is open already: transactions do not nest")
        reader = self._borrowed()
        try:
            with Session(self.path, reader, writes=False) as session:
                reader.execute("BEGIN DEFERRED")
                yield from self._run(session)
        finally:
            self._returned(reader)

    def reading(self) -> AbstractContextManager[Session]:
        """Give the connection for one reading statement: the thread's transaction, or one that is idle.

        What is executed must be read to its end within: a half-read cursor keeps the write-ahead log growing.
        """
        return self._session or self._alone()

    def writing(self) -> AbstractContextManager[Session]:
        """Give the connection for writing: the thread's transaction, or a transaction for this alone."""
        session = self._session
        if session is None:
            return self._written_alone()
        if not session.writes:
            raise RuntimeError("a reading transaction cannot write")
        session.refuse_failed()
        return session

    @property
    def _session(self) -> Session | None:
        session: Session | None = getattr(self._threads, "session", None)
        return session

    @contextmanager
    def _alone(self) -> Iterator[Session]:
        reader = self._borrowed()
        try:
            with Session(self.path, reader, writes=False) as session:
                yield session
        finally:
            self._returned(reader)

    @contextmanager
    def _written_alone(self) -> Iterator[Session]:
        with self.transaction():
            session = self._session
            assert session is not None  # noqa: S101 - the transaction has just begun
            yield session

    def _run(self, session: Session) -> Iterator[None]:
        """Give way to the caller of an open transaction, and end it."""
        self._threads.session = session
        try:
            yield
            session.refuse_failed()
            session.connection.execute("COMMIT")
        except BaseException:
            # After a full disk SQLite may have rolled back by itself.
            if session.connection.in_transaction:
                session.connection.execute("ROLLBACK")
            if session.writes:
                self._rolled_back()
            raise
        finally:
            self._threads.session = None

    def _borrowed(self) -> apsw.Connection:
        """Give a reading connection that nobody else uses; it is to be returned."""
        self._refuse_closed()
        with suppress(IndexError):
            return self._idle.pop()
        with foreign_errors(self.path):
            reader = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READONLY)
            reader.set_busy_timeout(int(_PATIENCE_SECONDS * 1000))
            return reader

    def _returned(self, reader: apsw.Connection) -> None:
        self._idle.append(reader)
        if self._closed:
            self._close_idle()

    def _close_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StorageClosed(f"The file was closed before: {self.path}. Nothing was read or written.")

    def _opened_writer(self, version: int) -> apsw.Connection:
        writer = apsw.Connection(str(self.path))
        try:
            writer.set_busy_timeout(int(_PATIENCE_SECONDS * 1000))
            found = int(writer.pragma("user_version"))
            self._refuse_newer(found, version)
            writer.pragma("page_size", _PAGE_BYTES)
            writer.pragma("journal_mode", "WAL")
            writer.pragma("synchronous", "FULL")
            writer.pragma("journal_size_limit", _WAL_BYTES_KEPT)
            if found != version:
                writer.pragma("user_version", version)
        except BaseException:
            writer.close()
            raise
        return writer

    def _refuse_newer(self, found: int, known: int) -> None:
        if found > known:
            raise StorageNewer(
                f"{self.path} has version {found} and this program knows versions up to {known}. "
                "Nothing was changed: use the newer program."
            )
