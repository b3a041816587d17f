"""The file: how it is opened, what its transactions promise, and how it stays small."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import apsw
import pytest
from tinydb.table import Document

from incident_plugin.adapters.tinydb_store.sqlite_table import (
    Column,
    SQLiteDB,
    StorageBusy,
    StorageClosed,
    StorageCorrupt,
    StorageInUse,
    StorageNewer,
    StorageUnsafe,
    database,
    where,
)
from incident_plugin.adapters.tinydb_store.sqlite_table.database import refuse_unsafe

from .conftest import COLUMNS


@pytest.mark.parametrize(
    "version", ["3.7.0", "3.40.1", "3.44.5", "3.45.0", "3.50.6", "3.51.0", "3.51.2", "3.49.9", "3.9.99"]
)
def test_an_sqlite_that_loses_changes_is_refused(version: str) -> None:
    """With the version that was found, and what to install."""
    with pytest.raises(StorageUnsafe, match=rf"SQLite {version} .*apsw"):
        refuse_unsafe(version)


@pytest.mark.parametrize("version", ["3.44.6", "3.44.9", "3.50.7", "3.51.3", "3.52.0", "3.54.1", "4.0.0"])
def test_an_sqlite_with_the_fix_is_taken(version: str) -> None:
    """From the fixed releases of each branch on."""
    refuse_unsafe(version)


def test_what_is_acknowledged_is_on_the_disk(db: SQLiteDB, tmp_path: Path) -> None:
    """A write-ahead log that is synced with every transaction."""
    db.insert({"a": 1})
    assert (tmp_path / "rows.db-wal").stat().st_size > 0
    with db.storage._database.writing() as session:
        assert session.connection.pragma("journal_mode") == "wal"
        assert session.connection.pragma("synchronous") == 2
    reader = apsw.Connection(str(tmp_path / "rows.db"), flags=apsw.SQLITE_OPEN_READONLY)
    assert reader.pragma("journal_mode") == "wal"
    reader.close()


def test_the_file_has_one_owner(db: SQLiteDB, tmp_path: Path) -> None:
    """A second one is refused at once; other files of the directory are free."""
    with pytest.raises(StorageInUse, match="Nothing was opened"):
        SQLiteDB(tmp_path / "rows.db")
    SQLiteDB(tmp_path / "other.db").close()
    db.close()
    SQLiteDB(tmp_path / "rows.db").close()


def test_a_file_that_was_refused_is_free_again(tmp_path: Path) -> None:
    """Whatever the reason was, the lock does not stay."""
    SQLiteDB(tmp_path / "rows.db", version=2).close()
    for _ in range(2):
        with pytest.raises(StorageNewer, match=r"version 2 .* up to 1"):
            SQLiteDB(tmp_path / "rows.db", version=1)
    SQLiteDB(tmp_path / "rows.db", version=3).close()


def test_a_closed_file_says_so(db: SQLiteDB) -> None:
    """To readers and writers, also to those that are late."""
    db.close()
    with pytest.raises(StorageClosed):
        db.all()
    with pytest.raises(StorageClosed):
        db.insert({})


def test_closing_waits_for_the_change_that_is_being_written(db: SQLiteDB, tmp_path: Path) -> None:
    """It is finished and kept; a thread cannot close the file under its own transaction."""
    with ThreadPoolExecutor(1) as other:
        with db.transaction():
            closing = other.submit(db.close)
            with pytest.raises(RuntimeError, match="cannot close"):
                db.close()
            db.insert({"a": 1})
            assert not closing.done()
        closing.result(timeout=60)
    with SQLiteDB(tmp_path / "rows.db", COLUMNS) as again:
        assert again.all() == [{"a": 1}]


def test_nobody_waits_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for a change of another thread, nor for another program that holds the file."""
    monkeypatch.setattr(database, "_PATIENCE_SECONDS", 0.05)
    with SQLiteDB(tmp_path / "rows.db") as db, ThreadPoolExecutor(1) as other:
        with db.transaction():
            waiting = other.submit(db.insert, {})
            with pytest.raises(StorageBusy, match="Another change"):
                waiting.result(timeout=60)
        intruder = apsw.Connection(str(tmp_path / "rows.db"))
        intruder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusy, match="Another program"):
            db.insert({})
        assert db.all() == []
        intruder.execute("ROLLBACK")
        intruder.close()
        assert db.insert({}) == 1


def test_an_id_that_a_document_brings_is_not_given_to_another(db: SQLiteDB) -> None:
    """Also within one call, and when it is higher than all before."""
    documents = [Document({"a": 1}, 1), {"a": 2}, Document({"a": 3}, 9), {"a": 4}]
    assert db.insert_multiple(documents) == [1, 2, 9, 10]
    assert [d["a"] for d in db] == [1, 2, 3, 4]


def test_ids_are_never_given_twice(db: SQLiteDB, tmp_path: Path) -> None:
    """Not after removal, truncation or a restart, and not when they were only reserved."""
    table = db.table("_default")
    assert [table.insert({}), table.insert({}), table.reserve_id()] == [1, 2, 3]
    table.remove(doc_ids=[2])
    assert table.insert({}) == 4
    table.truncate()
    assert table.insert({}) == 5
    table.remove(doc_ids=[5])
    db.close()
    with SQLiteDB(tmp_path / "rows.db", COLUMNS) as again:
        assert again.insert({}) == 6


def test_columns_may_be_declared_later_and_otherwise(tmp_path: Path) -> None:
    """Documents, ids and answers stay; only the way to them changes."""
    documents: list[dict[str, Any]] = [{"a": 1, "b": "x"}, {"b": ["x"]}, {"a": "x", "b": None}]
    for columns in ({}, {"t": [Column("b")]}, {"t": [Column("a"), Column("A")]}, {"t": [Column("c")]}, {}):
        with SQLiteDB(tmp_path / "rows.db", columns) as db:
            table = db.table("t")
            if not len(table):
                table.insert_multiple(documents)
                table.remove(doc_ids=[table.insert({})])
            assert table.all() == documents
            assert table.search(where("a") == 1) == documents[:1]
            assert table.search(where("b") == "x") == documents[:1]
            assert table.reserve_id() > 4


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, "half \ud83d a pair"])
def test_a_column_refuses_what_it_cannot_compare(db: SQLiteDB, value: object) -> None:
    """Elsewhere in a document it is kept."""
    with pytest.raises(ValueError, match="column “a” cannot keep"):
        db.insert({"a": value})
    db.insert({"c": value, "a": [value]})
    assert db.all() == [{"c": value, "a": [value]}]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_numbers_that_json_lacks_are_refused(db: SQLiteDB, value: float) -> None:
    """Nothing is stored, and the transaction may go on."""
    with db.transaction():
        db.insert({"c": 1})
        with pytest.raises(ValueError, match="not JSON"):
            db.insert_multiple([{"c": 2}, {"c": value}])
    assert db.all() == [{"c": 1}]


def test_a_text_that_is_no_document_is_told(db: SQLiteDB) -> None:
    """With the table and the id, and without harm to others."""
    db.insert_multiple([{"a": 1}, {"a": 2}])
    with db.storage._database.writing() as session:
        session.connection.execute("UPDATE documents__default SET document = '{' WHERE id = 2")
    assert db.get(doc_id=1) == {"a": 1}
    with pytest.raises(StorageCorrupt, match="Document 2 of table “_default”"):
        db.all()


def test_a_table_that_was_made_in_vain_can_be_made_again(db: SQLiteDB) -> None:
    """By this thread and by others, after the transaction that made it was taken back."""
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), db.transaction():  # noqa: PT012 - both are the point
            db.table("new").insert({"a": 1})
            _ = 1 / 0
        assert db.table("new").all() == []
        assert "new" not in db.tables()
    assert db.table("new").insert({"a": 2}) == 1


def test_a_new_table_is_not_seen_before_its_transaction_ends(db: SQLiteDB) -> None:
    """To others it is an empty one until then."""
    with ThreadPoolExecutor(1) as other:
        with db.transaction():
            db.table("new").insert({"a": 1})
            assert other.submit(db.table("new").all).result(timeout=60) == []
        assert other.submit(db.table("new").all).result(timeout=60) == [{"a": 1}]


def test_a_snapshot_is_one_state_of_all_tables(db: SQLiteDB) -> None:
    """Whatever is written meanwhile, and it writes nothing itself."""
    db.insert({"a": 1})
    with ThreadPoolExecutor(1) as other, db.snapshot():
        assert len(db) == 1
        other.submit(db.insert, {"a": 2}).result(timeout=60)
        other.submit(db.table("new").insert, {}).result(timeout=60)
        assert (len(db), len(db.table("new")), db.storage.read()) == (1, 0, {"_default": {"1": {"a": 1}}})
        with pytest.raises(RuntimeError, match="cannot write"):
            db.insert({})
        with pytest.raises(RuntimeError, match="nest"), db.transaction():
            pass
    assert len(db) == 2


def test_readers_and_writers_do_not_wait_for_one_another(db: SQLiteDB) -> None:
    """Many threads at once: every reader sees as many documents as some moment had, and none is lost."""
    stop = threading.Event()

    def read() -> list[int]:
        seen = [len(db.all())]
        while not stop.is_set():
            seen.append(len(db.search(where("b") == 1)))
        return seen

    def write() -> None:
        for number in range(40):
            db.insert_multiple([{"a": number, "b": 1}] * 3)

    with ThreadPoolExecutor(6) as threads:
        readers = [threads.submit(read) for _ in range(4)]
        writers = [threads.submit(write) for _ in range(2)]
        for writer in writers:
            writer.result(timeout=60)
        stop.set()
        for reader in readers:
            seen = reader.result(timeout=60)
            assert seen == sorted(seen)
            assert all(count % 3 == 0 for count in seen)
    assert len(db) == 240
    assert [d.doc_id for d in db] == list(range(1, 241))


def test_the_write_ahead_log_does_not_grow_while_people_read(db: SQLiteDB, tmp_path: Path) -> None:
    """No reading is left half-done: not a page, not the first match, not an iteration that was given up."""
    db.insert_multiple([{"a": number, "c": "x" * 2_000} for number in range(600)])
    sizes = []
    for turn in range(30):
        db.get(where("c") != "")
        db.table("_default").texts(newest=True, limit=3)
        db.table("_default").texts(where("c") != "", newest=True, limit=3)
        abandoned = iter(db)
        next(abandoned)
        db.update({"turn": turn})
        sizes.append((tmp_path / "rows.db-wal").stat().st_size)
        del abandoned
    # Thirty times 1.2 MB were written; SQLite begins anew after 2,048 pages.
    assert max(sizes) < 2_300 * 8_192
