"""TinyDB's table, answering from rows instead of from the whole database."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, closing
from typing import Any, cast

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Document, Table

from incident_plugin.adapters.tinydb_store.sqlite_table.conditions import EVERYTHING, Condition, condition
from incident_plugin.adapters.tinydb_store.sqlite_table.layout import decoded
from incident_plugin.adapters.tinydb_store.sqlite_table.storage import SQLiteStorage

#: Documents that an iteration holds in memory at a time.
_CHUNK = 256


class SQLiteTable(Table):
    """One TinyDB table. Iteration and results are in the order of ids."""

    def __init__(self, storage: Storage, name: str, cache_size: int = 0, persist_empty: bool = False) -> None:
        if not isinstance(storage, SQLiteStorage):
            raise TypeError(f"SQLiteTable needs an SQLiteStorage itself, not {type(storage).__name__}")
        self._rows = storage
        self._layout = storage.layout(name)
        super().__init__(storage, name, cache_size, persist_empty)

    def search(self, cond: QueryLike) -> list[Document]:
        """Give all documents that match."""
        return list(self._matches(cond, "ORDER BY id"))

    def newest(
        self, cond: QueryLike | None = None, *, limit: int, before: int | None = None
    ) -> list[Document]:
        """Give up to ``limit`` documents that match, highest id first, of those with ids below ``before``."""
        with closing(self._matches(cond, "ORDER BY id DESC", limit=limit, before=before)) as matches:
            return list(matches)

    def get(
        self,
        cond: QueryLike | None = None,
        doc_id: int | None = None,
        doc_ids: list[int] | None = None,
    ) -> Any:
        """Give the document of an id, the documents of several ids, or the first that matches."""
        if doc_id is not None:
            for (text,) in self._rows.select(self._layout, self._layout.document, (doc_id,)):
                return self.document_class(decoded(text, self.name, doc_id), doc_id)
            return None
        if doc_ids is not None:
            found = (self.get(doc_id=wanted) for wanted in sorted(set(doc_ids)))
            return [document for document in found if document is not None]
        if cond is not None:
            with closing(self._matches(cond, "ORDER BY id", limit=1)) as matches:
                return next(matches, None)
        raise RuntimeError("You have to pass either cond or doc_id or doc_ids")

    def count(self, cond: QueryLike) -> int:
        """Count the documents that match."""
        return self.count_up_to(cond)

    def count_up_to(self, cond: QueryLike | None = None, cap: int = -1) -> int:
        """Count the documents that match, and stop at ``cap`` unless it is negative."""
        selected = self._condition(cond)
        if not selected.exact:
            with closing(self._matches(cond, "ORDER BY id", limit=cap)) as matches:
                return sum(1 for _ in matches)
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {self._layout.table} WHERE {selected.sql} LIMIT ?)"
        return sum(row[0] for row in self._rows.select(self._layout, sql, (*selected.parameters, cap)))

    def insert(self, document: Mapping[str, Any]) -> int:
        """Insert a document, under its own id when it is a ``Document``; give its id."""
        with self._rows.together():
            return super().insert(document)

    def update(
        self,
        fields: Mapping[str, Any] | Callable[[MutableMapping[str, Any]], None],
        cond: QueryLike | None = None,
        doc_ids: Iterable[int] | None = None,
    ) -> list[int]:
        """Update the documents that match, or those of these ids, or all; give their ids."""
        with self._rows.together():
            if doc_ids is None and cond is not None:
                doc_ids = self._ids(cond)
            return super().update(fields, doc_ids=doc_ids)

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[int]:
        """Update the documents that match, or insert one when there are none; give their ids."""
        with self._rows.together():
            return super().upsert(document, cond)

    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        """Remove the documents that match, or those of these ids; give their ids."""
        with self._rows.together():
            if doc_ids is None and cond is not None:
                doc_ids = self._ids(cond)
            return super().remove(doc_ids=doc_ids)

    def reserve_id(self) -> int:
        """Give an id that no document ever had nor will be given, for one that is inserted later or never."""
        return self._rows.next_id(self._layout)

    def __len__(self) -> int:
        return self.count_up_to()

    def __iter__(self) -> Iterator[Document]:
        """Read the documents in pieces, up to the last one there is when the iteration begins."""
        last = next(self._rows.select(self._layout, f"SELECT max(id) FROM {self._layout.table}"), (None,))[0]
        sql = f"SELECT id, document FROM {self._layout.table} WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
        position = -(2**63)
        while last is not None and position < last:
            rows = list(self._rows.select(self._layout, sql, (position, last, _CHUNK)))
            if not rows:
                return
            for number, text in rows:
                yield self.document_class(decoded(text, self.name, number), number)
            position = rows[-1][0]

    def _get_next_id(self) -> int:
        return self.reserve_id()

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return {str(document.doc_id): document for document in self}

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> None:
        with self._rows.rows(self._layout) as rows:
            # TinyDB's updaters use what any mutable mapping has.
            updater(cast(dict[int, Mapping[str, Any]], rows))

    def _condition(self, cond: QueryLike | None) -> Condition:
        return EVERYTHING if cond is None else condition(cond, self._layout.columns)

    def _ids(self, cond: QueryLike) -> list[int]:
        return [document.doc_id for document in self.search(cond)]

    def _matches(
        self, cond: QueryLike | None, order: str, *, limit: int = -1, before: int | None = None
    ) -> Generator[Document]:
        """Read until ``limit`` documents matched; close it, or read it to its end."""
        selected = self._condition(cond)
        sql = f"SELECT id, document FROM {self._layout.table} WHERE {selected.sql}"
        parameters: list[Any] = list(selected.parameters)
        if before is not None:
            sql += " AND id < ?"
            parameters.append(before)
        sql += f" {order} LIMIT ?"
        # A limit before the query's own test would count documents that the test then drops.
        parameters.append(limit if selected.exact else -1)
        found = 0
        with closing(self._rows.select(self._layout, sql, parameters)) as rows:
            for number, text in rows:
                document = decoded(text, self.name, number)
                if found == limit:
                    return
                if selected.exact or (cond is not None and cond(document)):
                    found += 1
                    yield self.document_class(document, number)


class SQLiteDB(TinyDB):
    """A TinyDB whose tables are ``SQLiteTable``; arguments are those of ``SQLiteStorage``."""

    table_class = SQLiteTable
    # TinyDB declares the class of its own default, and documents that others may stand here.
    default_storage_class = SQLiteStorage  # type: ignore[assignment]

    @property
    def _file(self) -> SQLiteStorage:
        return cast(SQLiteStorage, self.storage)

    def table(self, name: str, **kwargs: Any) -> SQLiteTable:
        """Give a table; it need not have been written yet."""
        return cast(SQLiteTable, super().table(name, **kwargs))

    def transaction(self) -> AbstractContextManager[None]:
        """Write everything within, durably, or nothing; does not nest."""
        return self._file.transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        """Read one state of all tables; waits for no writer, does not nest."""
        return self._file.snapshot()

    def tables(self) -> set[str]:
        """Give the names of the tables that were written."""
        return self._file.names()

    def drop_table(self, name: str) -> None:
        """Forget a table, its documents and the ids it gave."""
        self._tables.pop(name, None)
        self._file.drop(name)
