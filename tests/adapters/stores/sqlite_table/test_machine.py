"""Any sequence of changes leaves what TinyDB would have, across restarts and failed transactions."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tinydb import TinyDB
from tinydb.queries import QueryInstance
from tinydb.storages import MemoryStorage

from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteDB, where

from .conftest import COLUMNS
from .generated import DOCUMENTS, KEYS, TEXTS, VALUES

#: Queries that never raise, whatever the documents are.
TAME = st.one_of(
    st.tuples(KEYS, VALUES).map(lambda p: where(p[0]) == p[1]),
    st.tuples(KEYS, VALUES).map(lambda p: where(p[0]) != p[1]),
    st.tuples(KEYS, TEXTS).map(lambda p: where(p[0]).contains(p[1])),
    KEYS.map(lambda key: ~where(key).exists()),
)


class BothDatabases(RuleBasedStateMachine):
    """TinyDB in memory and rows in a file, which are told the same."""

    def __init__(self) -> None:
        super().__init__()
        self._directory = tempfile.TemporaryDirectory()
        self._stock = TinyDB(storage=MemoryStorage).table("_default", cache_size=0)
        self._rows = self._opened()

    def _opened(self) -> SQLiteDB:
        return SQLiteDB(Path(self._directory.name) / "rows.db", COLUMNS)

    def teardown(self) -> None:
        """Let go of the file."""
        self._rows.close()
        self._directory.cleanup()

    def _both(self, name: str, *arguments: Any, **named: Any) -> None:
        expected = getattr(self._stock, name)(*arguments, **named)
        assert getattr(self._rows, name)(*arguments, **named) == expected

    @rule(document=DOCUMENTS)
    def insert(self, document: dict[str, Any]) -> None:
        """One document."""
        self._both("insert", document)

    @rule(documents=st.lists(DOCUMENTS, max_size=3))
    def insert_multiple(self, documents: list[dict[str, Any]]) -> None:
        """Several."""
        self._both("insert_multiple", documents)

    @rule(fields=DOCUMENTS, query=TAME)
    def update(self, fields: dict[str, Any], query: QueryInstance) -> None:
        """Those that match."""
        self._both("update", fields, query)

    @rule(fields=DOCUMENTS, ids=st.lists(st.integers(1, 12), max_size=3))
    def update_by_id(self, fields: dict[str, Any], ids: list[int]) -> None:
        """Those of these ids."""
        self._both("update", fields, doc_ids=ids)

    @rule(key=KEYS)
    def update_in_place(self, key: str) -> None:
        """All, by a function."""
        self._both("update", lambda document: document.pop(key, None))

    @rule(first=DOCUMENTS, second=DOCUMENTS, query=TAME, other=TAME)
    def update_multiple(
        self, first: dict[str, Any], second: dict[str, Any], query: QueryInstance, other: QueryInstance
    ) -> None:
        """Several updates in one."""
        self._both("update_multiple", [(first, query), (second, other)])

    @rule(document=DOCUMENTS, query=TAME)
    def upsert(self, document: dict[str, Any], query: QueryInstance) -> None:
        """Update or insert."""
        self._both("upsert", document, query)

    @rule(query=TAME)
    def remove(self, query: QueryInstance) -> None:
        """Those that match."""
        self._both("remove", query)

    @rule(ids=st.lists(st.integers(1, 12), max_size=3, unique=True))
    def remove_by_id(self, ids: list[int]) -> None:
        """Those of these ids."""
        self._both("remove", doc_ids=ids)

    @rule()
    def restart(self) -> None:
        """Close the file and open it again."""
        self._rows.close()
        self._rows = self._opened()

    @rule(document=DOCUMENTS, query=TAME)
    def fail(self, document: dict[str, Any], query: QueryInstance) -> None:
        """Change much and fail: nothing of it stays."""
        with suppress(ZeroDivisionError), self._rows.transaction():
            self._rows.insert(document)
            self._rows.update(document, query)
            self._rows.remove(query)
            self._rows.table("other").insert(document)
            self._rows.truncate()
            _ = 1 / 0

    @invariant()
    def same(self) -> None:
        """The same documents under the same ids."""
        stock = [(d.doc_id, dict(d)) for d in self._stock]
        assert [(d.doc_id, dict(d)) for d in self._rows] == stock
        assert len(self._rows) == len(stock)
        assert self._rows.tables() == {"_default"}


BothDatabases.TestCase.settings = settings(
    max_examples=1_000 if os.environ.get("SOAK") else 25, stateful_step_count=15, deadline=None
)
test_any_history_leaves_what_tinydb_would_have = BothDatabases.TestCase
