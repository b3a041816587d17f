"""Any documents and any queries, dense enough that they meet."""

from __future__ import annotations

from operator import eq, ge, gt, le, lt, ne
from typing import Any

from hypothesis import strategies as st
from tinydb.queries import QueryInstance

from incident_plugin.adapters.tinydb_store.sqlite_table import Query, where

TEXTS = st.sampled_from(["", "a", "b", "ab", "B", "é", "a\0b", "\U0001f693", "1", "%"])
NUMBERS = st.sampled_from([0, 1, -1, 2, 2**53 + 1, 2**63 - 1, 0.0, 1.0, 0.1 + 0.2, 0.3, 1e300, float(2**63)])
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans(), st.none())
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=2),
    st.dictionaries(st.sampled_from("ab"), SCALARS, max_size=2),
)
#: ``a`` and ``b`` are declared columns, ``c`` is none.
KEYS = st.sampled_from("abc")
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=3)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


@st.composite
def simple_queries(draw: st.DrawFn) -> QueryInstance:
    """Give one test of one key, or of a key within a key."""
    path = where(draw(KEYS))
    if draw(st.integers(0, 4)) == 0:
        path = path[draw(KEYS)]
    value = draw(VALUES)
    compare = draw(st.sampled_from([eq, ne, lt, le, gt, ge, None]))
    if compare is not None:
        compared: QueryInstance = compare(path, value)
        return compared
    items: list[Any] = draw(st.lists(SCALARS, max_size=3))
    return draw(
        st.sampled_from(
            [
                path.one_of(items),
                path.one_of(tuple(items)),  # type: ignore[arg-type]
                path.contains(draw(TEXTS)),
                path.exists(),
                path.test(_is_text),
                path.map(str) == str(value),
                path.any([value]),
                path.all([value]),
                path.any(where("a") == value),
                path.matches("[ab]", 0),
                path.search("b", 2),
                Query().fragment({"a": value}),
                path.fragment({"b": value}),
                Query().noop(),
            ]
        )
    )


QUERIES = st.recursive(
    simple_queries(),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda both: both[0] & both[1]),
        st.tuples(inner, inner).map(lambda both: both[0] | both[1]),
        inner.map(lambda one: ~one),
    ),
    max_leaves=4,
)
