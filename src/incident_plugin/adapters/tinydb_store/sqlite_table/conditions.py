"""Queries as SQL: what a query's hash says becomes a condition that selects its matches, and maybe more.

TinyDB describes each query by a tuple, which it uses as the query's hash. What that tuple says about declared
columns is translated; everything else selects all documents and is left to the query's own test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs
import tinydb.queries
from tinydb.queries import QueryInstance

from incident_plugin.adapters.tinydb_store.sqlite_table.layout import Lookup, Scalar, comparable
from incident_plugin.adapters.tinydb_store.sqlite_table.special import (
    LONGEST_CLASS,
    Number,
    folded_words,
    has_words,
    overlap,
)

#: SQLite allows far more parameters; longer lists are no faster than a scan.
_MANY = 500


class Query(tinydb.queries.Query):
    """TinyDB's query, with a test that an indexed or scanned column answers without reading documents."""

    def contains(self, text: str) -> QueryInstance:
        """Test a text for containing another, exactly as written."""
        return self._generate_test(
            lambda value: isinstance(value, str) and text in value, ("contains", self._path, text)
        )

    def matches_words(self, text: str) -> QueryInstance:
        """Test a text for words: each word of ``text`` begins one of it, whatever the case and the accents.

        A column declared as ``Words`` answers from a full text.
        """
        wanted = tuple(dict.fromkeys(folded_words(text)))
        return self._generate_test(lambda value: has_words(value, wanted), ("words", self._path, wanted))

    def overlaps(self, start: Number, end: Number) -> QueryInstance:
        """Test ``[a, b]``, an interval that ends before ``b``, for sharing something with ``[start, end)``.

        A column declared as ``Span`` answers from an index, however long the intervals are.
        """
        return self._generate_test(
            lambda value: overlap(value, start, end), ("overlaps", self._path, (start, end))
        )


def where(key: str) -> Query:
    """Begin a query at a key of the document."""
    query = Query()[key]
    assert isinstance(query, Query)  # noqa: S101 - Query makes instances of its own class
    return query


@attrs.frozen
class Condition:
    """An SQL expression that is 1 at least for every document the query matches, and never NULL."""

    sql: str
    parameters: tuple[Scalar, ...] = ()
    #: Whether it is 1 for no other document, so that the query's own test need not be asked.
    exact: bool = False


EVERYTHING = Condition("1", exact=True)
_UNDECIDED = Condition("1")


def condition(query: object, columns: Lookup | Mapping[str, str]) -> Condition:
    """Translate a query on a table with these columns (SQL identifiers by their keys)."""
    if not isinstance(columns, Lookup):
        columns = Lookup("", "", columns, {}, {})
    # TinyDB exposes the description only under this name, and only as a number by hash().
    return _translated(getattr(query, "_hash", None), columns)


def _translated(description: object, columns: Lookup) -> Condition:  # noqa: PLR0911 - one for each kind
    match description:
        case ():
            return EVERYTHING
        case ("and", frozenset() as parts):
            return _all([_translated(part, columns) for part in parts])
        case ("or", frozenset() as parts):
            return _any([_translated(part, columns) for part in parts])
        case ("not", part):
            negated = _translated(part, columns)
            return (
                Condition(f"(NOT {negated.sql})", negated.parameters, exact=True)
                if negated.exact
                else _UNDECIDED
            )
        case ("words", (str() as key,), tuple() as wanted) if key in columns.words:
            return _words(columns, key, wanted)
        case ("overlaps", (str() as key,), (start, end)) if key in columns.spans:
            return _overlap(columns, key, start, end)
        case (str() as operation, (str() as key,), value) if key in columns.plain and operation in _TESTS:
            return _TESTS[operation](columns.plain[key], value)
    return _UNDECIDED


def _all(parts: list[Condition]) -> Condition:
    return Condition(
        f"({' AND '.join(part.sql for part in parts)})",
        tuple(value for part in parts for value in part.parameters),
        exact=all(part.exact for part in parts),
    )


def _any(parts: list[Condition]) -> Condition:
    if _UNDECIDED in parts:
        return _UNDECIDED
    return Condition(
        f"({' OR '.join(part.sql for part in parts)})",
        tuple(value for part in parts for value in part.parameters),
        exact=all(part.exact for part in parts),
    )


def _equal(column: str, value: object) -> Condition:
    if value is None:
        return Condition(f"({column} IS NULL)")
    if not comparable(value):
        return _UNDECIDED
    return Condition(f"({column} IS NOT NULL AND {column} = ?)", (value,), exact=True)  # type: ignore[arg-type]


def _unequal(column: str, value: object) -> Condition:
    # Without a value in the column, the document may hold a list there, or nothing at all.
    if not comparable(value):
        return _UNDECIDED
    return Condition(f"({column} IS NULL OR {column} <> ?)", (value,))  # type: ignore[arg-type]


def _ordered(operator: str) -> Callable[[str, object], Condition]:
    def compare(column: str, value: object) -> Condition:
        if not comparable(value):
            return _UNDECIDED
        # SQLite sorts every number before every text, so '' parts them; Python compares only like with like.
        like = f"{column} >= ''" if isinstance(value, str) else f"{column} < ''"
        return Condition(
            f"({column} IS NOT NULL AND {like} AND {column} {operator} ?)",
            (value,),  # type: ignore[arg-type]
            exact=True,
        )

    return compare


def _one_of(column: str, values: object) -> Condition:
    if not isinstance(values, tuple | frozenset) or len(values) > _MANY or not all(map(comparable, values)):
        return _UNDECIDED
    places = ", ".join("?" * len(values))
    return Condition(f"({column} IS NOT NULL AND {column} IN ({places}))", tuple(values), exact=True)


def _contains(column: str, text: object) -> Condition:
    if type(text) is not str or not comparable(text):
        return _UNDECIDED
    return Condition(f"(typeof({column}) = 'text' AND instr({column}, ?) > 0)", (text,), exact=True)


def _words(columns: Lookup, key: str, wanted: tuple[str, ...]) -> Condition:
    if not 0 < len(wanted) <= _MOST_WORDS:
        return _UNDECIDED
    expression = f"{columns.words[key]} : (" + " AND ".join(f'"{word}" *' for word in wanted) + ")"
    sql = f"(id IN (SELECT rowid FROM {columns.text} WHERE {columns.text} MATCH ?))"
    return Condition(sql, (expression,), exact=True)


def _overlap(columns: Lookup, key: str, start: object, end: object) -> Condition:
    if isinstance(start, bool) or isinstance(end, bool) or not comparable(start) or not comparable(end):
        return _UNDECIDED
    if not isinstance(start, int | float) or not isinstance(end, int | float):
        return _UNDECIDED
    kind, first, last = columns.spans[key]
    # One short range of the index for each class of length there is: of those that are so long at most,
    # none that began earlier can reach the start.
    sql = (
        f"(id IN (WITH RECURSIVE classes (class) AS (SELECT min({kind}) FROM {columns.table} UNION ALL "
        f"SELECT (SELECT min({kind}) FROM {columns.table} WHERE {kind} > classes.class) FROM classes "
        f"WHERE classes.class IS NOT NULL) SELECT t.id FROM classes CROSS JOIN {columns.table} AS t "
        f"WHERE t.{kind} = classes.class AND t.{first} >= CASE WHEN classes.class < {LONGEST_CLASS} "
        f"THEN ? - (1 << classes.class) ELSE -9e999 END AND t.{first} < ? AND t.{last} > ?))"
    )
    return Condition(sql, (start, end, start), exact=True)


#: More words than people ask for are left to the test.
_MOST_WORDS = 50

_TESTS: dict[str, Callable[[str, object], Condition]] = {
    "==": _equal,
    "!=": _unequal,
    "<": _ordered("<"),
    "<=": _ordered("<="),
    ">": _ordered(">"),
    ">=": _ordered(">="),
    "one_of": _one_of,
    "contains": _contains,
}
