"""What TinyDB's writing code is handed instead of a whole table: rows, read and written when touched."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import apsw

from incident_plugin.adapters.tinydb_store.sqlite_table.layout import Layout, decoded, drained, encoded

_Document = dict[str, Any]


class Rows(MutableMapping[int, _Document]):
    """The documents of one table by id, within a transaction; changes are kept here until ``write``."""

    def __init__(self, connection: apsw.Connection, layout: Layout, last_ids: dict[str, int]) -> None:
        self._connection = connection
        #: By table, the last id that it gave or stores, where that is known.
        self._last_ids = last_ids
        self._layout = layout
        #: Stored text of each row that was touched; nothing for a row that is not stored.
        self._stored: dict[int, str | None] = {}
        #: Present document of each row that was touched; nothing for a removed one.
        self._present: dict[int, _Document | None] = {}
        self._cleared = False

    def __getitem__(self, document_id: int) -> _Document:
        if document_id not in self._present:
            text = self._text(document_id)
            if text is None:
                raise KeyError(document_id)
            self._present[document_id] = decoded(text, self._layout.name, document_id)
        document = self._present[document_id]
        if document is None:
            raise KeyError(document_id)
        return document

    def __setitem__(self, document_id: int, document: _Document) -> None:
        self._present[document_id] = document
        # A document that brings its id keeps it from those that are given one later in this transaction.
        last = self._last_ids.get(self._layout.name)
        if last is None:
            last = self._layout.last_id(self._connection)
        self._last_ids[self._layout.name] = max(last, document_id)

    def __delitem__(self, document_id: int) -> None:
        if document_id not in self:
            raise KeyError(document_id)
        self._present[document_id] = None

    def __contains__(self, document_id: object) -> bool:
        if document_id in self._present:
            return self._present[document_id] is not None
        return isinstance(document_id, int) and self._text(document_id) is not None

    def __iter__(self) -> Iterator[int]:
        ids = set(self._present)
        if not self._cleared:
            stored = drained(self._connection.execute(f"SELECT id FROM {self._layout.table}"))
            ids.update(row[0] for row in stored)
        return iter(sorted(i for i in ids if i not in self._present or self._present[i] is not None))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Remove every row, without reading any."""
        self._cleared = True
        self._stored.clear()
        self._present.clear()

    def write(self) -> None:
        """Write what changed. All is encoded first, so that a refused document changes nothing."""
        writes: list[tuple[str, tuple[Any, ...]]] = []
        if self._cleared:
            writes.append((f"DELETE FROM {self._layout.table}", ()))
        for document_id, document in self._present.items():
            if document is None:
                writes.append((self._layout.delete, (document_id,)))
                continue
            text = encoded(document)
            # Rows that were read and not changed, as most are that an update only looks at.
            if text != self._stored.get(document_id):
                writes.append((self._layout.put, (document_id, *self._layout.values(document), text)))
        for sql, parameters in writes:
            self._connection.execute(sql, parameters)

    def _text(self, document_id: int) -> str | None:
        if self._cleared:
            return None
        if document_id not in self._stored:
            row = self._connection.execute(self._layout.document, (document_id,)).fetchone()
            self._stored[document_id] = None if row is None else str(row[0])
        return self._stored[document_id]
