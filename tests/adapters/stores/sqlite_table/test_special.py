"""Words and intervals are found by an index, and the answer is that of the test in Python on stock TinyDB."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import TinyDB
from tinydb.queries import QueryInstance
from tinydb.storages import MemoryStorage

from incident_plugin.adapters.tinydb_store.sqlite_table import Column, Span, SQLiteDB, Words, where
from incident_plugin.adapters.tinydb_store.sqlite_table.conditions import condition

#: Each example asks ten queries.
EXAMPLES = 1_500 if os.environ.get("SOAK") else 40
COLUMNS = {"_default": (Column("kind"), Words("text"), Words("note"), Span("span"))}

TEXTS = st.lists(
    st.sampled_from(
        ["red", "Re", "Café", "cafe\u0301", "dock-7", "_", "Ünï", "\0", "\ud83d", '"', "*", "STRASSE", "ß"]
    ),
    max_size=4,
).map(" ".join)
LARGE = st.sampled_from([2**62, -(2**62), 2**63 - 1, 1e300, -1e300, 0.1])
ODD = st.sampled_from([None, 3, "x", [1], [1, "2"], [True, 5]])
NUMBERS = st.one_of(
    st.integers(-20, 20),
    st.floats(-20, 20),
    LARGE,
)
SPANS = st.one_of(st.tuples(NUMBERS, NUMBERS).map(list), ODD)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "text": st.one_of(TEXTS, st.just(["red"])),
        "note": TEXTS,
        "span": SPANS,
        "kind": st.sampled_from("ab"),
    },
)


def _simple() -> st.SearchStrategy[QueryInstance]:
    return st.one_of(
        st.tuples(st.sampled_from(["text", "note"]), TEXTS).map(lambda q: where(q[0]).matches_words(q[1])),
        st.tuples(NUMBERS, NUMBERS).map(lambda q: where("span").overlaps(*q)),
        st.sampled_from("ab").map(lambda kind: where("kind") == kind),
        st.just(where("note").exists()),
    )


QUERIES = st.recursive(
    _simple(),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda both: both[0] & both[1]),
        st.tuples(inner, inner).map(lambda both: both[0] | both[1]),
        inner.map(lambda one: ~one),
    ),
    max_leaves=4,
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SQLiteDB]:
    with SQLiteDB(tmp_path / "rows.db", COLUMNS) as opened:
        yield opened


def ids(documents: list[Any]) -> list[int]:
    return [document.doc_id for document in documents]


@given(
    documents=st.lists(DOCUMENTS, max_size=8),
    changed=DOCUMENTS,
    queries=st.lists(QUERIES, min_size=10, max_size=10),
)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_words_and_intervals_are_those_of_the_test(
    db: SQLiteDB, documents: list[dict[str, Any]], changed: dict[str, Any], queries: list[QueryInstance]
) -> None:
    """Also after documents were changed and removed."""
    stock = TinyDB(storage=MemoryStorage).table("_default", cache_size=0)
    db.drop_tables()
    for table in (stock, db):
        table.insert_multiple(documents)
        table.update(changed, doc_ids=[1] if documents else [])
        if len(documents) > 1:
            table.remove(doc_ids=[2])
    for query in queries:
        assert ids(db.search(query)) == ids(stock.search(query)), query
        assert db.count(query) == stock.count(query)


def test_an_index_answers(db: SQLiteDB) -> None:
    """Neither reads a document that does not match."""
    lookup = db.storage.layout("_default").lookup
    for query in (where("text").matches_words("red caf"), where("span").overlaps(1, 2.5)):
        translated = condition(query, lookup)
        assert translated.exact
        layout = db.storage.layout("_default")
        sql = f"EXPLAIN QUERY PLAN SELECT id FROM {layout.table} WHERE {translated.sql}"
        plan = [row[-1] for row in db.storage.select(layout, sql, translated.parameters)]
        assert not any(line.startswith(f"SCAN {layout.table}") for line in plan), plan


def test_declaring_words_later_finds_what_was_there(tmp_path: Path) -> None:
    """The table is made anew once, and from then on as if it had always been declared so."""
    with SQLiteDB(tmp_path / "rows.db") as plain:
        plain.insert({"text": "Red dock", "span": [1, 5]})
    with SQLiteDB(tmp_path / "rows.db", COLUMNS) as declared:
        assert len(declared.search(where("text").matches_words("dock"))) == 1
        assert len(declared.search(where("span").overlaps(4, 9))) == 1
        declared.insert({"text": "blue dock"})
        assert len(declared.search(where("text").matches_words("DOCK"))) == 2
    with SQLiteDB(tmp_path / "rows.db") as plain_again:
        assert len(plain_again.search(where("text").matches_words("dock"))) == 2
