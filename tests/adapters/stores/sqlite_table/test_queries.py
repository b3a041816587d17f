"""Every query gives what TinyDB itself gives, whether SQL answers it, helps with it, or cannot."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import TinyDB
from tinydb.queries import QueryInstance
from tinydb.storages import MemoryStorage

from incident_plugin.adapters.tinydb_store.sqlite_table import Query, SQLiteDB, where
from incident_plugin.adapters.tinydb_store.sqlite_table.conditions import condition

from .generated import DOCUMENTS, QUERIES

COLUMNS = {"a": '"of_a"', "b": '"of_b"'}
#: Each example asks up to 15 queries.
EXAMPLES = 2_000 if os.environ.get("SOAK") else 80


def outcome(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except (TypeError, ValueError, RuntimeError) as error:
        return type(error)


def found(documents: list[Any]) -> list[tuple[int, str]]:
    """Give ids and documents in a form in which 1 and True differ."""
    return [(d.doc_id, repr(sorted(d.items()))) for d in documents]


@given(documents=st.lists(DOCUMENTS, max_size=8), queries=st.lists(QUERIES, min_size=5, max_size=15))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_query_gives_what_tinydb_gives(
    db: SQLiteDB, documents: list[dict[str, Any]], queries: list[QueryInstance]
) -> None:
    """All matches, the first, how many, and whether any; where TinyDB raises, this raises or finds less."""
    stock = TinyDB(storage=MemoryStorage)
    stock_table = stock.table("_default", cache_size=0)
    db.drop_tables()
    stock_table.insert_multiple(documents)
    db.insert_multiple(documents)
    for query in queries:
        expected = outcome(lambda query=query: found(stock_table.search(query)))
        given_back = outcome(lambda query=query: found(db.search(query)))
        if isinstance(expected, type):
            assert given_back == expected or isinstance(given_back, list)
            continue
        assert given_back == expected, query
        first = db.get(query)
        assert found([first] if first is not None else []) == expected[:1]
        assert db.contains(query) == bool(expected)
        assert db.count(query) == len(expected)
        newest = db.table("_default").texts(query, newest=True, limit=2, before=6)
        wanted = [number for number, _ in reversed(expected) if number < 6][:2]
        assert [json.loads(text) for text in newest] == [db.get(doc_id=number) for number in wanted]
        assert db.table("_default").count_up_to(query, 3) == min(3, len(expected))


EXACT = [
    where("a") == "x",
    where("a") == 1.5,
    where("b") <= "x",
    where("a") > 3,
    where("a").one_of(["x", 1, True]),
    where("a").contains("x"),
    ~(where("a") == "x"),
    (where("a") == "x") & (where("b") == 1) | ~(where("b") < 2),
    Query().noop(),
]
HELPED = [
    where("a") != "x",
    where("a") == None,  # noqa: E711 - a query, not a comparison
    (where("a") == "x") & (where("c") == 1),
    (where("a") == "x") & where("a").test(bool),
]
LEFT_TO_PYTHON = [
    where("c") == "x",
    where("a").b == "x",
    where("a") == [1],
    where("a") == 2**63,
    where("a") == "\ud83d",
    where("a").one_of([math.nan]),
    where("a").one_of([1, [2]]),
    where("a").one_of("ab"),
    where("a").one_of(list(range(501))),
    where("a").exists(),
    where("a").matches("x"),
    where("a").any(["x"]),
    where("a").map(str) == "x",
    ~(where("a") != "x"),
    (where("a") == "x") | (where("c") == 1),
]


@pytest.mark.parametrize("query", EXACT)
def test_sql_alone_answers_what_columns_decide(query: QueryInstance) -> None:
    """Such a query reads the matches and nothing else."""
    assert condition(query, COLUMNS).exact


@pytest.mark.parametrize("query", HELPED)
def test_sql_narrows_what_columns_decide_in_part(query: QueryInstance) -> None:
    """Such a query reads fewer documents than there are, and tests each."""
    translated = condition(query, COLUMNS)
    assert not translated.exact
    assert "of_a" in translated.sql


@pytest.mark.parametrize("query", LEFT_TO_PYTHON)
def test_the_rest_is_left_to_the_query(query: QueryInstance) -> None:
    """What SQL would answer otherwise than Python is not asked of it."""
    translated = condition(query, COLUMNS)
    assert not translated.exact
    assert "of_" not in translated.sql


def test_any_function_is_a_query(db: SQLiteDB) -> None:
    """As in TinyDB: it is asked about each document."""

    def has_a(document: Mapping[str, Any]) -> bool:
        return "a" in document

    db.insert_multiple([{"a": 1}, {"b": 2}])
    assert db.search(has_a) == [{"a": 1}]


def test_an_index_is_used_where_there_is_one(db: SQLiteDB) -> None:
    """The answer to a question about an indexed column does not look at every row."""
    db.insert_multiple([{"a": number} for number in range(10)])
    translated = condition(where("a") == 3, COLUMNS)
    sql = f'EXPLAIN QUERY PLAN SELECT id FROM "documents__default" WHERE {translated.sql}'
    layout = db.storage.layout("_default")
    plan = [row[-1] for row in db.storage.select(layout, sql, translated.parameters)]
    assert "SEARCH" in plan[0]
    assert "INDEX" in plan[0]
