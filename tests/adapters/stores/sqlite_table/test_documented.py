"""Code written for TinyDB works unchanged: what TinyDB documents, asked of TinyDB itself and of this."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tinydb import Query, TinyDB, where
from tinydb.middlewares import CachingMiddleware
from tinydb.operations import add, decrement, delete, increment, subtract
from tinydb.operations import set as set_to
from tinydb.storages import JSONStorage
from tinydb.table import Document

from incident_plugin.adapters.tinydb_store.sqlite_table import Column, SQLiteDB, SQLiteStorage, SQLiteTable


@pytest.fixture(params=["stock", "rows", "rows with columns", "stock tables over rows"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TinyDB]:
    """Give an empty database of each kind."""
    columns = {"_default": (Column("int"), Column("char"))}
    made: TinyDB
    match request.param:
        case "stock":
            made = TinyDB(tmp_path / "db.json", storage=JSONStorage)
        case "rows":
            made = SQLiteDB(tmp_path / "db.sqlite")
        case "rows with columns":
            made = SQLiteDB(tmp_path / "db.sqlite", columns)
        case _:
            made = TinyDB(tmp_path / "db.sqlite", storage=SQLiteStorage)
    with made:
        yield made


@pytest.fixture
def three(db: TinyDB) -> TinyDB:
    """Give a database of three documents."""
    db.insert_multiple({"int": 1, "char": c} for c in "abc")
    return db


def chars(documents: list[Document]) -> str:
    return "".join(document["char"] for document in documents)


def test_insert(db: TinyDB) -> None:
    """Ids count from 1; a ``Document`` brings its own, once."""
    assert [db.insert({"int": 1}), db.insert({"int": 2})] == [1, 2]
    assert db.insert(Document({"int": 9}, 7)) == 7
    assert db.insert({"int": 3}) == 8
    with pytest.raises(ValueError, match="already exists"):
        db.insert(Document({"int": 9}, 7))
    assert [d.doc_id for d in db] == [1, 2, 7, 8]


def test_insert_multiple(db: TinyDB) -> None:
    """From a list, from a generator, with ids of their own, and of nothing."""
    assert db.insert_multiple([{"int": 1}, {"int": 2}]) == [1, 2]
    assert db.insert_multiple({"int": i} for i in range(2)) == [3, 4]
    assert db.insert_multiple([Document({}, 9), Document({}, 8)]) == [9, 8]
    assert db.insert_multiple([]) == []
    with pytest.raises(ValueError, match="already exists"):
        db.insert_multiple([{"int": 5}, Document({}, 9)])
    assert len(db) == 6


@pytest.mark.parametrize("wrong", [[1, 2], "text", {1, 2}, None])
def test_only_mappings_are_documents(db: TinyDB, wrong: Any) -> None:
    """Anything else is refused, and nothing is stored of it."""
    with pytest.raises(ValueError, match="not a Mapping"):
        db.insert(wrong)
    with pytest.raises(ValueError, match="not a Mapping"):
        db.insert_multiple([{"int": 1}, wrong])
    assert len(db) == 0


def test_what_json_lacks_is_refused_and_changes_nothing(db: TinyDB) -> None:
    """A document that cannot be encoded leaves no trace."""
    db.insert({"int": 1})
    with pytest.raises(TypeError):
        db.insert({"int": object()})
    if not isinstance(db.storage, JSONStorage):  # which has rewritten its file by then
        assert db.all() == [{"int": 1}]


def test_documents_keep_their_values(db: TinyDB) -> None:
    """Every kind of JSON value, nested, in any script; a number as a key becomes text."""
    document = {"a": [1, 2.5, None, True, {"b": "\u05e9\U0001f693\0\ud83d"}], "": {}, "é": -(2**70), 1: "one"}
    db.insert(document)
    assert db.all() == [{**{k: v for k, v in document.items() if k != 1}, "1": "one"}]


def test_search_get_contains_count(three: TinyDB) -> None:
    """By query, by id, by several ids, and not at all."""
    assert chars(three.search(where("int") == 1)) == "abc"
    assert three.search(where("char") == "z") == []
    assert three.get(where("int") == 1) == {"int": 1, "char": "a"}
    assert three.get(where("char") == "z") is None
    one = three.get(doc_id=2)
    assert isinstance(one, Document)
    assert (one.doc_id, one["char"]) == (2, "b")
    assert three.get(doc_id=9) is None
    assert chars(three.get(doc_ids=[3, 1, 1, 9])) == "ac"
    assert three.contains(where("char") == "a")
    assert not three.contains(doc_id=9)
    assert three.count(where("int") == 1) == 3
    for incomplete in (three.get, three.contains):
        with pytest.raises(RuntimeError):
            incomplete()


def test_update(three: TinyDB) -> None:
    """All, those that match, those of these ids, with fields or with a function; unknown ids are skipped."""
    assert three.update({"int": 2}, where("char") == "a") == [1]
    assert three.update({"int": 3}, doc_ids=[2, 9]) == [2]
    assert three.update(delete("int"), where("char") == "c") == [3]
    assert three.update({"new": True}) == [1, 2, 3]
    assert three.update({"int": 0}, where("char") == "z") == []
    assert three.all() == [
        {"int": 2, "char": "a", "new": True},
        {"int": 3, "char": "b", "new": True},
        {"char": "c", "new": True},
    ]


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        (increment("int"), 2),
        (decrement("int"), 0),
        (add("int", 5), 6),
        (subtract("int", 5), -4),
        (set_to("int", "x"), "x"),
    ],
)
def test_operations(three: TinyDB, operation: Any, after: object) -> None:
    """TinyDB's own functions that change documents in place."""
    three.update(operation, where("char") == "b")
    assert [d["int"] for d in three] == [1, after, 1]


def test_update_multiple(three: TinyDB) -> None:
    """Several updates, each with its query, one after the other on each document."""
    updates = [
        ({"int": 2}, where("char") == "a"),
        ({"int": 3}, where("int") == 2),
        (delete("int"), where("char") == "c"),
    ]
    assert three.update_multiple(updates) == [1, 1, 3]
    assert three.all() == [{"int": 3, "char": "a"}, {"int": 1, "char": "b"}, {"char": "c"}]


def test_a_failing_update_changes_nothing(three: TinyDB) -> None:
    """Not even the documents before the one it failed on."""
    before = three.all()
    three.update(delete("int"), where("char") == "c")
    three.update({"int": 1}, where("char") == "c")
    with pytest.raises(KeyError):
        three.update(delete("gone"))
    assert [sorted(d.items()) for d in three] == [sorted(d.items()) for d in before]


def test_upsert(three: TinyDB) -> None:
    """Updates what matches, else inserts; a ``Document`` by its id."""
    assert three.upsert({"int": 5, "char": "a"}, where("char") == "a") == [1]
    assert three.upsert({"int": 9, "char": "x"}, where("char") == "x") == [4]
    assert three.upsert(Document({"new": 1}, 2)) == [2]
    assert three.upsert(Document({"char": "y"}, 20)) == [20]
    with pytest.raises(ValueError, match="doc_id"):
        three.upsert({"int": 1})
    assert [d["char"] for d in three] == ["a", "b", "c", "x", "y"]
    assert three.get(doc_id=2) == {"int": 1, "char": "b", "new": 1}


def test_remove(three: TinyDB) -> None:
    """Those that match, those of these ids; never all by accident."""
    assert three.remove(where("char") == "b") == [2]
    assert three.remove(doc_ids=[3, 9]) == [3]
    assert three.remove(where("char") == "z") == []
    with pytest.raises(RuntimeError):
        three.remove()
    assert chars(three.all()) == "a"
    assert three.insert({}) == 4


def test_iteration_and_length(three: TinyDB) -> None:
    """In order of the ids; documents may be changed while they are gone through."""
    assert (len(three), chars(list(three)), chars(three.all())) == (3, "abc", "abc")
    for document in three:
        three.update({"char": document["char"] * 2}, doc_ids=[document.doc_id])
        three.insert({"char": "x"})
    assert chars(three.all()) == "aabbccxxx"


def test_documents_that_were_given_are_copies(three: TinyDB) -> None:
    """Changing one changes nothing in the database."""
    three.all()[0]["char"] = "z"
    found = three.search(where("char") == "a")
    found.clear()
    assert chars(three.search(where("int") == 1)) == "abc"


def test_truncate(three: TinyDB) -> None:
    """All documents of one table go."""
    three.table("other").insert({})
    three.truncate()
    assert len(three) == 0
    assert len(three.table("other")) == 1


def test_tables(db: TinyDB) -> None:
    """Each by its exact name, there when something was written to it; dropped alone or together."""
    names = ["one", "ONE", "^one", "tab\"le'; --", "", "ü 🚓", "sqlite_x"]
    for number, name in enumerate(names):
        db.table(name).insert({"number": number})
    db.table("unused")
    # Tables with declared columns are there from the beginning.
    declared = {"_default"} & db.tables()
    assert db.tables() - declared == {*names}
    assert [db.table(name).all() for name in names] == [[{"number": n}] for n in range(len(names))]
    assert db.table("one") is db.table("one")
    db.drop_table("one")
    db.drop_table("gone")
    assert db.tables() - declared == {*names[1:]}
    assert db.table("one").all() == []
    db.drop_tables()
    assert db.tables() == declared
    assert db.table("one").insert({}) == 1


def test_names_describe_what_there_is(three: TinyDB) -> None:
    """For people who look at it in an interpreter."""
    assert "tables=['_default']" in repr(three)
    assert "total=3" in repr(three.table("_default"))


def test_queries_of_every_kind(db: TinyDB) -> None:
    """As the documentation of TinyDB shows them."""
    db.insert_multiple(
        [
            {"name": "John", "age": 22, "groups": ["user"], "address": {"city": "Bern"}},
            {"name": "Ann", "age": 30, "groups": ["user", "admin"], "permissions": [{"type": "read"}]},
        ]
    )
    user: Any = Query()
    for query, ids in (
        (user.age > 25, [2]),
        (user.address.city == "Bern", [1]),
        (user["address"]["city"] == "Basel", []),
        (user.address.exists(), [1]),
        (user.name.matches("J.*"), [1]),
        (user.name.search("n"), [1, 2]),
        (user.name.test(lambda n, length: len(n) == length, 3), [2]),
        (user.groups.any(["admin", "sudo"]), [2]),
        (user.groups.all(["user"]), [1, 2]),
        (user.permissions.any(where("type") == "read"), [2]),
        (user.permissions.all(where("type") == "write"), []),
        (user.name.one_of(["Ann", "Bob"]), [2]),
        (user.fragment({"age": 22, "name": "John"}), [1]),
        (user.name.map(str.upper) == "ANN", [2]),
        (~(user.name == "John"), [2]),
        ((user.name == "John") & (user.age == 22), [1]),
        ((user.name == "John") | (user.age == 30), [1, 2]),
        (user.noop(), [1, 2]),
    ):
        assert [d.doc_id for d in db.search(query)] == ids, query
    with pytest.raises(RuntimeError, match="Empty query"):
        db.search(Query())


def test_a_middleware_may_stand_between(tmp_path: Path) -> None:
    """TinyDB's caching middleware works over the storage, with TinyDB's own tables."""
    with TinyDB(tmp_path / "db.sqlite", storage=CachingMiddleware(SQLiteStorage)) as cached:
        cached.insert({"a": 1})
    with SQLiteDB(tmp_path / "db.sqlite") as db:
        assert db.all() == [{"a": 1}]
    with (
        TinyDB(tmp_path / "db.sqlite", storage=CachingMiddleware(SQLiteStorage)) as cached,
        pytest.raises(TypeError, match="CachingMiddleware"),
    ):
        SQLiteTable(cached.storage, "one")
