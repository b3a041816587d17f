"""TinyDB's table, answering from rows instead of from the whole database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Document, Table

from incident_plugin.adapters.tinydb_store.sqlite_table.conditions import EVERYTHING, Condition, condition
from incident_plugin.adapters.tinydb_store.sqlite_table.layout import Row, decoded
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
        return [self._document(*row) for row in self._matches(cond)]

    def text(self, doc_id: int) -> str | None:
        """Give the document of an id as JSON text, for a decoder of one's own."""
        return self._rows.text(self._layout, doc_id)

    def texts(
        self,
        cond: QueryLike | None = None,
        *,
        newest: bool = False,
        limit: int = -1,
        before: int | None = None,
    ) -> list[str]:
        """Give up to ``limit`` documents that match as JSON texts, highest or lowest id first.

        ``before`` leaves out those with this id or a higher one; a negative ``limit`` is none.
        """
        order = "DESC" if newest else "ASC"
        return [text for _, text in self._matches(cond, order, limit=limit, before=before)]

    def last_id(self) -> int:
        """Give the highest id of the documents, 0 when there are none."""
        found = self._rows.select(self._layout, f"SELECT max(id) FROM {self._layout.table}")
        return found[0][0] or 0 if found else 0

    @property
    def sql_name(self) -> str:
        """Its name in SQL, for statements of one's own."""
        return self._layout.table

    def name_of(self, key: str) -> str:
        """Give the name of a declared column in SQL."""
        return self._layout.columns[key]

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Read with a statement of one's own; nothing when the table does not exist yet."""
        return self._rows.select(self._layout, sql, parameters)

    def last_given_id(self) -> int:
        """Give the highest id that was ever given, also to a document that is gone."""
        found = self._rows.ask("SELECT seq FROM sqlite_sequence WHERE name = ?", (self._layout.identifier,))
        return found[0][0] if found else 0

    def column(self, key: str, *, after: int, limit: int) -> list[Row]:
        """Give ids and a declared column of up to ``limit`` documents with higher ids, lowest first."""
        sql = (
            f"SELECT id, {self._layout.columns[key]} FROM {self._layout.table} "
            "WHERE id > ? ORDER BY id LIMIT ?"
        )
        return self._rows.select(self._layout, sql, (after, limit))

    def texts_of(self, ids: list[int]) -> list[str]:
        """Give the documents of these ids as JSON texts, highest id first."""
        sql = (
            f"SELECT document FROM {self._layout.table} "
            "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC"
        )
        return [text for (text,) in self._rows.select(self._layout, sql, (json.dumps(ids),))]

    def get(
        self,
        cond: QueryLike | None = None,
        doc_id: int | None = None,
        doc_ids: list[int] | None = None,
    ) -> Any:
        """Give the document of an id, the documents of several ids, or the first that matches."""
        if doc_id is not None:
            text = self.text(doc_id)
            return None if text is None else self._document(doc_id, text)
        if doc_ids is not None:
            found = (self.get(doc_id=wanted) for wanted in sorted(set(doc_ids)))
            return [document for document in found if document is not None]
        if cond is not None:
            return next((self._document(*row) for row in self._matches(cond, limit=1)), None)
        raise RuntimeError("You have to pass either cond or doc_id or doc_ids")

    def count(self, cond: QueryLike) -> int:
        """Count the documents that match."""
        return self.count_up_to(cond)

    def count_up_to(self, cond: QueryLike | None = None, cap: int = -1) -> int:
        """Count the documents that match, and stop at ``cap`` unless it is negative."""
        selected = self._condition(cond)
        if not selected.exact:
            return len(self._matches(cond, limit=cap))
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
        return self._rows.reserve_id(self._layout)

    def put_text(self, number: int, text: str) -> None:
        """Insert or replace a document that is given as JSON text; of a table without columns."""
        self._rows.put_text(self._layout, number, text)

    def append_text(self, text: str, **columns: str | int) -> int:
        """Insert a document that is given as JSON text with its columns by their names; give its id."""
        return self._rows.append_text(self._layout, text, [columns[key] for key in self._layout.columns])

    def put(self, document: Document) -> None:
        """Insert a document, or replace the one of its id, without reading what there was."""
        self._update_table(lambda rows: rows.__setitem__(document.doc_id, dict(document)))

    def __len__(self) -> int:
        return self.count_up_to()

    def __iter__(self) -> Iterator[Document]:
        """Read the documents in pieces, up to the last one there is when the iteration begins."""
        return (self._document(number, text) for number, text in self.all_texts())

    def all_texts(self) -> Iterator[tuple[int, str]]:
        """Read ids and JSON texts as iterating does, lowest id first."""
        highest = self._rows.select(self._layout, f"SELECT max(id) FROM {self._layout.table}")
        last = highest[0][0] if highest else None
        sql = f"SELECT id, document FROM {self._layout.table} WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
        position = -(2**63)
        while last is not None and position < last:
            rows = self._rows.select(self._layout, sql, (position, last, _CHUNK))
            if not rows:
                return
            yield from rows
            position = rows[-1][0]

    def _get_next_id(self) -> int:
        return self._rows.next_id(self._layout)

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return {str(document.doc_id): document for document in self}

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> None:
        with self._rows.rows(self._layout) as rows:
            # TinyDB's updaters use what any mutable mapping has.
            updater(cast(dict[int, Mapping[str, Any]], rows))

    def _condition(self, cond: QueryLike | None) -> Condition:
        return EVERYTHING if cond is None else condition(cond, self._layout.lookup)

    def _ids(self, cond: QueryLike) -> list[int]:
        return [number for number, _ in self._matches(cond)]

    def _document(self, number: int, text: str) -> Document:
        return self.document_class(decoded(text, self.name, number), number)

    def _matches(
        self, cond: QueryLike | None, order: str = "ASC", *, limit: int = -1, before: int | None = None
    ) -> list[Row]:
        """Give the ids and texts of up to ``limit`` documents that match."""
        selected = self._condition(cond)
        sql = f"SELECT id, document FROM {self._layout.table} WHERE {selected.sql}"
        parameters: list[Any] = list(selected.parameters)
        if before is not None:
            sql += " AND id < ?"
            parameters.append(before)
        sql += f" ORDER BY id {order} LIMIT ?"
        # A limit before the query's own test would count documents that the test then drops.
        parameters.append(limit if selected.exact else -1)
        if selected.exact or cond is None:
            return self._rows.select(self._layout, sql, parameters)

        def matches(row: Row) -> bool:
            return cond(decoded(row[1], self.name, row[0]))

        enough = limit if limit >= 0 else None
        return self._rows.select(self._layout, sql, parameters, wanted=matches, limit=enough)


class SQLiteDB(TinyDB):
    """A TinyDB whose tables are ``SQLiteTable``; arguments are those of ``SQLiteStorage``."""

    table_class = SQLiteTable
    # TinyDB declares the class of its own default, and documents that others may stand here.
    default_storage_class = SQLiteStorage  # type: ignore[assignment]

    @property
    def storage(self) -> SQLiteStorage:
        """The file."""
        return cast(SQLiteStorage, super().storage)

    def table(self, name: str, **kwargs: Any) -> SQLiteTable:
        """Give a table; it need not have been written yet."""
        return cast(SQLiteTable, super().table(name, **kwargs))

    def transaction(self) -> AbstractContextManager[object]:
        """Write everything within, durably, or nothing; does not nest."""
        return self.storage.transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        """Read one state of all tables; waits for no writer, does not nest."""
        return self.storage.snapshot()

    def tables(self) -> set[str]:
        """Give the names of the tables that were written."""
        return self.storage.names()

    def drop_table(self, name: str) -> None:
        """Forget a table, its documents and the ids it gave."""
        self._tables.pop(name, None)
        self.storage.drop(name)
