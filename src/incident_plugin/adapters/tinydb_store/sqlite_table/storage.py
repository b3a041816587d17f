"""TinyDB's documented storage over the file, and what tables of rows need besides."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import apsw
from tinydb.storages import Storage

from incident_plugin.adapters.tinydb_store.sqlite_table.database import Database
from incident_plugin.adapters.tinydb_store.sqlite_table.group import run_all
from incident_plugin.adapters.tinydb_store.sqlite_table.layout import (
    AnyColumn,
    Layout,
    Row,
    decoded,
    drained,
    quoted,
    table_name,
)
from incident_plugin.adapters.tinydb_store.sqlite_table.rows import Rows

#: Of what is left until the end of a transaction, as much as memory is kept for.
_MOST_LAST = 500


class SQLiteStorage(Storage):
    """One SQLite file.

    ``columns`` declares, by table, the keys that queries select by. ``version`` is that of the documents'
    shape: a file with a higher one is refused, one with a lower one is handed to ``upgrade`` with the version
    it has (0 for a new file). What that does is kept together with the new version, or not at all.
    Without ``writable`` the file is only read, beside the process that owns it.
    """

    def __init__(
        self,
        path: Path | str,
        columns: Mapping[str, Sequence[AnyColumn]] | None = None,
        *,
        version: int = 0,
        upgrade: Callable[[SQLiteStorage, int], None] | None = None,
        writable: bool = True,
    ) -> None:
        self._layouts = {name: Layout(name, tuple(declared)) for name, declared in (columns or {}).items()}
        #: Tables known to exist; touched only by the thread that writes. A rollback may have unmade some.
        self._prepared: set[str] = set()
        #: By table, the last id that it gave or stores; likewise.
        self._last_ids: dict[str, int] = {}
        self._database = Database(Path(path), version=version, writable=writable)
        self._database.on_rollback(self._prepared.clear)
        self._database.on_rollback(self._last_ids.clear)
        if not writable:
            return
        try:
            with self._database.spilling(), self._database.transaction() as session:
                for layout in self._layouts.values():
                    self._prepare(session.connection, layout)
                found = int(session.connection.pragma("user_version"))
                if found != version:
                    if upgrade is not None:
                        upgrade(self, found)
                    session.connection.pragma("user_version", version)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def transaction(self) -> AbstractContextManager[object]:
        """Write everything within, durably, or nothing; does not nest."""
        return self._database.transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        """Read one state of all tables; waits for no writer, does not nest."""
        return self._database.snapshot()

    def consistent(self) -> AbstractContextManager[None]:
        """Read one state with several statements: the thread's transaction, or a snapshot for these."""
        return self._database.consistent()

    @property
    def state(self) -> int | None:
        """A number that is another one after each commit; nothing where it cannot be known."""
        return self._database.state

    def wait_for_commit(self, seconds: float) -> None:
        """Return when this process has committed something, or after so many seconds."""
        self._database.wait_for_commit(seconds)

    def spilling(self) -> AbstractContextManager[None]:
        """Let changes within go through all of a large file, in transactions of their own."""
        return self._database.spilling()

    def fold(self) -> bool:
        """Write the write-ahead log into the file and empty it; say whether no reader was in the way."""
        return self._database.fold()

    def shrink(self) -> None:
        """Give back the space of what was removed, and leave nothing of it in the file; writers wait."""
        self._database.shrink()

    @property
    def size(self) -> int:
        """How large the file is, in bytes."""
        return self._database.path.stat().st_size

    def on_rollback(self, forget: Callable[[], object]) -> None:
        """Have this called whenever changes were taken back, before anybody else can write."""
        self._database.on_rollback(forget)

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Read from tables of one's own beside the documents, in the thread's transaction or without one."""
        with self._database.reading() as session:
            return drained(session.connection.execute(sql, parameters))

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Change tables of one's own beside the documents, together with what else the transaction writes."""
        with self._database.writing() as session:
            session.connection.execute(sql, parameters)

    def run_each(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Do the same as ``run`` does, with each of these parameters."""
        with self._database.writing() as session:
            session.connection.executemany(sql, parameters)

    def run_last(self, about: Hashable, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Change tables of one's own at the end of the group: of what is about the same, only the last.

        For statements that may be repeated, on tables where many small changes cost far more than one
        large one: SQLite's full text writes all it has at each savepoint. Before such a table is read in the
        same transaction, ``settle``.
        """
        with self._database.writing() as session:
            session.last[about] = (sql, parameters)
            if len(session.last) > _MOST_LAST:
                run_all(session.connection, session.last.values())
                session.last.clear()

    def settle(self) -> None:
        """Let the thread's transaction, if it has one that writes, read what ``run_last`` changes."""
        self._database.settle()

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Give all documents of all tables."""
        with self._database.reading() as session, _one_state(session.connection):
            tables = {
                name: {
                    str(number): decoded(text, name, number)
                    for number, text in drained(
                        session.connection.execute(
                            f"SELECT id, document FROM {Layout(name).table} ORDER BY id"
                        )
                    )
                }
                for name in _names(session.connection)
            }
        return tables or None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace all documents of all tables."""
        with self.together():
            for name in self.names() - set(data):
                self.drop(name)
            for name, documents in data.items():
                with self.rows(self.layout(name)) as rows:
                    rows.clear()
                    rows.update({int(number): document for number, document in documents.items()})

    def names(self) -> set[str]:
        """Give the names of the tables."""
        with self._database.reading() as session:
            return set(_names(session.connection))

    def drop(self, name: str) -> None:
        """Forget a table, its documents and the ids it gave."""
        with self._database.spilling(), self._database.writing() as session:
            self.layout(name).drop(session.connection)
            self._last_ids.pop(name, None)
            self._prepared.discard(name)
            if name in self._layouts:
                self._prepare(session.connection, self._layouts[name])

    def layout(self, name: str) -> Layout:
        """Give the layout of a table, as it was declared."""
        return self._layouts.get(name) or Layout(name)

    def select(
        self,
        layout: Layout,
        sql: str,
        parameters: Sequence[Any] = (),
        *,
        wanted: Callable[[Row], bool] | None = None,
        limit: int | None = None,
    ) -> list[Row]:
        """Give rows of a table, or the ``wanted`` ones up to a limit; none when it does not exist yet."""
        with self._database.reading() as session:
            try:
                cursor = session.connection.execute(sql, parameters)
            except apsw.SQLError:
                if layout.name in _names(session.connection):
                    raise
                return []
            if wanted is None:
                return drained(cursor)
            try:
                return list(islice(filter(wanted, cursor), limit))
            finally:
                cursor.close()

    def text(self, layout: Layout, number: int) -> str | None:
        """Give the document of an id as JSON text: what is asked most, in as few steps as there can be."""
        connection = self._database.snapshot_connection
        if connection is not None:
            try:
                found: str | None = connection.execute(layout.document, (number,)).get
            except (apsw.Error, UnicodeDecodeError):
                # Told below, where it is asked again.
                pass
            else:
                return found
        for (text,) in self.select(layout, layout.document, (number,)):
            return str(text)
        return None

    @contextmanager
    def rows(self, layout: Layout) -> Iterator[Rows]:
        """Give a table's rows to change; they are written when the block ends without an exception."""
        with self._database.writing() as session:
            self._prepare(session.connection, layout)
            rows = Rows(session.connection, layout, self._last_ids)
            yield rows
            rows.write()

    def next_id(self, layout: Layout) -> int:
        """Give an id that the table never gave before, for a document that this transaction stores."""
        with self._database.writing() as session:
            self._prepare(session.connection, layout)
            last = self._last_ids.get(layout.name)
            if last is None:
                # Ids that others of the group have reserved are among what is left until its end.
                self._database.settle()
                last = layout.last_id(session.connection)
            self._last_ids[layout.name] = last + 1
            return last + 1

    def reserve_id(self, layout: Layout) -> int:
        """Give an id that the table never gave before and never will again, if this transaction is kept."""
        number = self.next_id(layout)
        # Needless where the document is stored, as it mostly is: that keeps its id by itself.
        self.run_last((layout.name, "reserved"), layout.reserve, (number, layout.identifier))
        return number

    def put_text(self, layout: Layout, number: int, text: str) -> None:
        """Insert or replace a document that is given as JSON text; of a table without columns."""
        with self._database.writing() as session:
            self._prepare(session.connection, layout)
            session.connection.execute(layout.put, (number, text))
            last = self._last_ids.get(layout.name)
            if last is not None and last <= number:
                self._last_ids[layout.name] = number
                session.last.pop((layout.name, "reserved"), None)

    def append_text(self, layout: Layout, text: str, columns: Sequence[Any]) -> int:
        """Insert a document that is given as JSON text with the values of its columns; give its id."""
        with self._database.writing() as session:
            self._prepare(session.connection, layout)
            session.connection.execute(layout.append, (*columns, text))
            number = session.connection.last_insert_rowid()
            if layout.name in self._last_ids:
                self._last_ids[layout.name] = number
            return number

    def together(self) -> AbstractContextManager[object]:
        """Do several things in one transaction: the thread's own, or one for these alone."""
        return self._database.writing()

    def _prepare(self, connection: apsw.Connection, layout: Layout) -> None:
        if layout.name not in self._prepared:
            layout.prepare(connection)
            self._prepared.add(layout.name)


def _names(connection: apsw.Connection) -> list[str]:
    rows = drained(connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid"))
    return [name for row in rows if (name := table_name(row[0])) is not None]


@contextmanager
def _one_state(connection: apsw.Connection) -> Iterator[None]:
    """Let several statements see the same state, within a transaction or without."""
    savepoint = quoted("one state")
    connection.execute(f"SAVEPOINT {savepoint}")
    try:
        yield
    finally:
        connection.execute(f"RELEASE {savepoint}")
