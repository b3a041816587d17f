"""The SQLite file: one connection that writes, a few that read, and transactions that belong to a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from types import TracebackType

import apsw

from incident_plugin.adapters.tinydb_store.sqlite_table.errors import (
    Foreign,
    StorageBusy,
    StorageCorrupt,
    StorageError,
    StorageNewer,
    StorageNotWritable,
    StorageOlder,
    StorageUnsafe,
    foreign_errors,
    told,
)
from incident_plugin.adapters.tinydb_store.sqlite_table.group import Group, Turns, run_all
from incident_plugin.adapters.tinydb_store.sqlite_table.layout import drained
from incident_plugin.adapters.tinydb_store.sqlite_table.lock import OwnerLock
from incident_plugin.adapters.tinydb_store.sqlite_table.sessions import (
    Borrowed,
    Readers,
    Session,
    Snapshot,
    closed,
    refuse_nesting,
)

#: Releases with the fix of the WAL-reset bug (sqlite.org/wal.html, section 11): these, and later ones of the
#: same branch; every release from the last one on.
_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
_PATIENCE_SECONDS = 30.0
#: How long writers may wait for readers to end, so that the write-ahead log can be emptied.
_FOLD_MILLISECONDS = 500
#: Documents are a few kilobytes: larger pages keep most of them whole.
_PAGE_BYTES = 8192
#: Writing the write-ahead log into the file takes two syncs: not too often, and soon read again after a kill.
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


class Database:
    """The file, owned by this object from construction until ``close``; or only read, beside its owner.

    Every method may be called from any thread. A transaction belongs to the thread that began it.
    """

    def __init__(self, path: Path, *, version: int, writable: bool = True) -> None:
        refuse_unsafe(apsw.sqlite_lib_version())
        self.path = path
        self._on_rollback: list[Callable[[], object]] = []
        self._threads = threading.local()
        self._turns = Turns()
        self._group: Group | None = None
        self._committed = threading.Condition()
        self._commits = 0
        #: How long the write-ahead log is since the last commit.
        self._wal_pages = 0
        self._readers = Readers(path, _PATIENCE_SECONDS)
        self._closed = False
        self._writer: apsw.Connection | None = None
        self._owner = OwnerLock(path.with_name(path.name + ".lock")) if writable else None
        try:
            with foreign_errors(path):
                if self._owner is not None:
                    self._refuse_emptied(self._owner)
                    self._writer = self._opened_writer(version)
                    self._owner.note_made()
                else:
                    self._refuse_other(version)
        except BaseException:
            if self._owner is not None:
                self._owner.release()
            raise

    def close(self) -> None:
        """Wait for the change that is being written, then let go of the file. A second call does nothing."""
        if self._session is not None:
            raise RuntimeError("a transaction of this thread is open: it cannot close the file")
        with self._turn():
            if self._closed:
                return
            self._commit_group()
            self._closed = True
            try:
                with foreign_errors(self.path):
                    self._readers.close()
                    # Last, because the last connection to close folds the write-ahead log into the file.
                    if self._writer is not None:
                        self._writer.close()
            finally:
                if self._owner is not None:
                    self._owner.release()

    def on_rollback(self, forget: Callable[[], object]) -> None:
        """Have this called whenever changes were taken back, before anybody else can write."""
        self._on_rollback.append(forget)

    @property
    def state(self) -> int | None:
        """A number that is another one after each commit, for who keeps something by heart.

        Nothing within a transaction, which has a state of its own, where others write, and once it is closed.
        """
        known = self._writer is not None and self._session is None and not self._closed
        return self._commits if known else None

    def wait_for_commit(self, seconds: float) -> None:
        """Return when this process has committed something, or after so many seconds."""
        with self._committed:
            self._committed.wait(seconds)

    def fold(self) -> bool:
        """Write the write-ahead log into the file and empty it; say whether no reader was in the way."""
        with self._between_groups() as writer:
            writer.set_busy_timeout(_FOLD_MILLISECONDS)
            try:
                busy = drained(writer.execute("PRAGMA wal_checkpoint(TRUNCATE)"))[0][0]
            finally:
                writer.set_busy_timeout(int(_PATIENCE_SECONDS * 1000))
        return not busy

    def shrink(self) -> None:
        """Write the file anew without the space of what was removed; readers go on, writers wait."""
        with self.spilling(), self._between_groups() as writer:
            writer.execute("VACUUM")
            self._fold_if_long(writer)

    @contextmanager
    def spilling(self) -> Iterator[None]:
        """Let changes within go through all of a large file, in transactions of their own.

        What SQLite needs to take a part of a transaction back is otherwise kept in memory: writing it to a
        temporary file takes a tenth of the time of small changes. A dropped table needs all of its size.
        """
        if self._session is not None:
            yield
            return
        self._keep_temporary("FILE")
        try:
            yield
        finally:
            self._keep_temporary("MEMORY")

    def _keep_temporary(self, where: str) -> None:
        with self._between_groups() as writer:
            writer.pragma("temp_store", where)

    @contextmanager
    def _between_groups(self) -> Iterator[apsw.Connection]:
        """Give the connection that writes when nobody's change is under way."""
        with self._turn():
            self._refuse_closed()
            self._commit_group()
            with foreign_errors(self.path):
                yield self._writable

    @property
    def _writable(self) -> apsw.Connection:
        if self._writer is None:
            raise StorageNotWritable(f"The file was opened for reading only: {self.path}.")
        return self._writer

    def transaction(self) -> AbstractContextManager[Session]:
        """Write everything within, durably, or nothing. Transactions do not nest (``RuntimeError``)."""
        return _Member(self)

    def begin(self) -> tuple[Session, Group]:
        """Wait for the thread's turn to write, and begin its part of a group; ``end`` has to follow."""
        refuse_nesting(self._threads)
        self._take_turn()
        try:
            self._refuse_closed()
            session = Session(self.path, self._writable, writes=True)
            with session:
                group = self._joined(session.connection)
        except BaseException:
            self._leave_turn()
            raise
        self._threads.session = session
        return session, group

    def end(self, session: Session, group: Group, error: BaseException | None) -> None:
        """Return when what the thread has written is durable; after an error take it back."""
        self._threads.session = None
        try:
            with session:
                if error is None:
                    self._keep(session, group)
                else:
                    self._take_back(session.connection, group)
        finally:
            self._leave_turn()
        if isinstance(error, Foreign):
            raise told(error, self.path) from error
        if error is None:
            group.wait()

    def snapshot(self) -> AbstractContextManager[None]:
        """Read one state of the file, whatever is written meanwhile; does not nest (``RuntimeError``)."""
        return Snapshot(self._readers, self._threads)

    def consistent(self) -> AbstractContextManager[None]:
        """Read one state with several statements: the thread's transaction, or a snapshot for these."""
        return self.snapshot() if self._session is None else nullcontext()

    def reading(self) -> AbstractContextManager[Session]:
        """Give the connection for one reading statement: the thread's transaction, or one that is idle.

        What is executed must be read to its end within: a half-read cursor keeps the write-ahead log growing.
        """
        return self._session or Borrowed(self._readers)

    @property
    def snapshot_connection(self) -> apsw.Connection | None:
        """The connection of the snapshot that the thread reads, if it does."""
        session = self._session
        return None if session is None or session.writes else session.connection

    def writing(self) -> AbstractContextManager[Session]:
        """Give the connection for writing: the thread's transaction, or a transaction for this alone."""
        session = self._session
        if session is None:
            return self.transaction()
        if not session.writes:
            raise RuntimeError("a reading transaction cannot write")
        session.refuse_failed()
        return session

    def settle(self) -> None:
        """Do now, for the thread's own eyes, what its group does in the end; for others it is done again."""
        session, group = self._session, self._group
        if session is not None and session.writes:
            others = group.last if group else {}
            with session:
                run_all(session.connection, {**others, **session.last}.values())
            if not others:
                session.last.clear()

    @property
    def _session(self) -> Session | None:
        session: Session | None = getattr(self._threads, "session", None)
        return session

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Be the only one who writes."""
        self._take_turn()
        try:
            yield
        finally:
            self._leave_turn()

    def _take_turn(self) -> None:
        if not self._turns.take(_PATIENCE_SECONDS):
            raise StorageBusy(
                f"Another change to {self.path} has taken {_PATIENCE_SECONDS:.0f} s. Nothing was written."
            )

    def _leave_turn(self) -> None:
        """Let the next one write; whoever is last commits what the group has written."""
        others_may_join = self._group is None or not self._group.is_full
        if not (others_may_join and self._turns.hand_on()):
            try:
                self._commit_group()
            finally:
                self._turns.give()

    def _joined(self, writer: apsw.Connection) -> Group:
        """Give the group that is being written, or begin one."""
        if self._group is None:
            # What its first member does is taken back with all of it, so that it needs no savepoint.
            writer.execute("BEGIN IMMEDIATE")
            self._group = Group()
        else:
            writer.execute("SAVEPOINT member")
        return self._group

    def _keep(self, session: Session, group: Group) -> None:
        """Make a member's changes the group's."""
        try:
            session.refuse_failed()
            if group.members:
                session.connection.execute("RELEASE member")
        except BaseException:
            self._take_back(session.connection, group)
            raise
        group.last.update(session.last)
        group.members += 1

    def _take_back(self, writer: apsw.Connection, group: Group) -> None:
        """Undo what one member did; what others did before it stays, if SQLite has kept it."""
        try:
            # After a full disk SQLite may have rolled back by itself.
            if writer.in_transaction and group.members:
                writer.execute("ROLLBACK TO member")
                writer.execute("RELEASE member")
        except apsw.Error:
            pass
        else:
            if writer.in_transaction and group.members:
                self._forget()
                return
        told_others = f"A change beside this one failed in a way that took both back: {self.path}."
        self._end_group(writer, StorageError(told_others))

    def _commit_group(self) -> None:
        """Make durable what was written since the last commit, and tell its writers."""
        group, writer = self._group, self._writer
        if group is None or writer is None:
            return
        try:
            run_all(writer, group.last.values())
            writer.execute("COMMIT")
        except apsw.Error as error:
            self._end_group(writer, told(error, self.path))
            return
        except BaseException:
            # Out of memory, say: nobody may wait for ever for an answer.
            self._end_group(writer, StorageError(f"The change was interrupted: {self.path}."))
            raise
        self._group = None
        # Before anybody is told: who has heard of a change finds another number.
        self._commits += 1
        group.end()
        with self._committed:
            self._committed.notify_all()
        self._fold_if_long(writer)

    def _grown(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def _fold_if_long(self, writer: apsw.Connection) -> None:
        """Write a long write-ahead log into the file, as far as readers let it.

        Once the commit is told, and not within it, where SQLite does it by itself: nobody waits for it, and
        what fails here takes nothing back. The next commit tries again.
        """
        if self._wal_pages >= _WAL_BYTES_KEPT // _PAGE_BYTES:
            with suppress(apsw.Error):
                drained(writer.execute("PRAGMA wal_checkpoint(PASSIVE)"))

    def _end_group(self, writer: apsw.Connection, error: StorageError) -> None:
        group, self._group = self._group, None
        if writer.in_transaction:
            writer.execute("ROLLBACK")
        self._forget()
        if group is not None:
            group.end(error)

    def _forget(self) -> None:
        for forget in self._on_rollback:
            forget()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise closed(self.path)

    def _refuse_emptied(self, owner: OwnerLock) -> None:
        """Take no file for a new one that somebody or something has emptied."""
        if owner.made_before and self.path.exists() and not self.path.stat().st_size:
            raise StorageCorrupt(f"The file is empty, and was not before: {self.path}.")

    def _opened_writer(self, version: int) -> apsw.Connection:
        writer = apsw.Connection(str(self.path))
        try:
            writer.set_busy_timeout(int(_PATIENCE_SECONDS * 1000))
            found = int(writer.pragma("user_version"))
            self._refuse_newer(found, version)
            writer.pragma("page_size", _PAGE_BYTES)
            writer.pragma("journal_mode", "WAL")
            writer.pragma("synchronous", "FULL")
            writer.pragma("temp_store", 2)
            # What was removed leaves nothing in the file: freed space is overwritten.
            writer.pragma("secure_delete", "ON")
            writer.set_wal_hook(self._grown)
            writer.pragma("journal_size_limit", _WAL_BYTES_KEPT)
        except BaseException:
            writer.close()
            raise
        return writer

    def _refuse_other(self, version: int) -> None:
        """Open nothing for reading that a migration has still to change."""
        with self.reading() as session:
            found = int(session.connection.pragma("user_version"))
        self._refuse_newer(found, version)
        if found < version:
            raise StorageOlder(
                f"{self.path} has version {found} and this program reads version {version}. "
                "Nothing was changed."
            )

    def _refuse_newer(self, found: int, known: int) -> None:
        if found > known:
            raise StorageNewer(
                f"{self.path} has version {found} and this program knows versions up to {known}. "
                "Nothing was changed: use the newer program."
            )


class _Member:
    """A member of a group; a class and no generator, because it is entered for every single change."""

    __slots__ = ("_database", "_group", "_session")

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Session:
        self._session, self._group = self._database.begin()
        return self._session

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.end(self._session, self._group, error)
