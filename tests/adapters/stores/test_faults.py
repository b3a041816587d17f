"""Disks fill up, fail and forbid; files are damaged or in use. Nothing is lost, and people are told."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import apsw
import pytest

from incident_plugin.adapters.tinydb_store import TinyDBStore, upkeep
from incident_plugin.adapters.tinydb_store.migrations import SCHEMA
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteDB, StorageError, database
from incident_plugin.application.store import ProjectFilter
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import Project, ProjectId
from tests.domain.examples import between, project, sequence
from tests.failing_disk import FailingDisk, Failure

from .examples import collection, entry, export

FIRST = ProjectId(1)


@pytest.fixture
def disk() -> Iterator[FailingDisk]:
    failing = FailingDisk()
    yield failing
    failing.unregister()


@pytest.fixture(params=[database._WAL_BYTES_KEPT, database._PAGE_BYTES], ids=["short log", "long log"])
def wal_kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write-ahead log that is left alone, and one that every change finds too long."""
    monkeypatch.setattr(database, "_WAL_BYTES_KEPT", request.param)


def present(store: TinyDBStore) -> tuple[object, ...]:
    """Give everything that ``change`` changes."""
    with store.read() as reading:
        kept = (reading.project(FIRST), reading.exports.all(), reading.collections.all())
    return store.entries(FIRST), *kept, store.marked([CameraId("dock")], between(0, 999))


def change(store: TinyDBStore, turn: int) -> None:
    with store.transaction() as transaction:
        # Enough to fill several pages, as long texts do.
        text = (f"{turn} " * 9_000)[:20_000]
        transaction.put_project(project(description=text, sequences=(sequence(end=turn),)))
        transaction.append_entry(entry(1, turn))
        for documents, made in ((transaction.collections, collection), (transaction.exports, export)):
            documents.put(made(str(turn)))
            documents.remove(str(turn - 1))


def refusal_of(act: Callable[[], object]) -> str:
    """Act, and give what was told of a refusal, or nothing."""
    try:
        act()
    except StoreUnavailable as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize(
    ("failure", "told"),
    [(Failure.FULL, "disk is full"), (Failure.BROKEN, "not work"), (Failure.TORN, "not work")],
)
@pytest.mark.usefixtures("wal_kept")
def test_whichever_write_fails_the_state_is_the_old_one_or_the_new(
    disk: FailingDisk, tmp_path: Path, failure: Failure, told: str
) -> None:
    """At every single write and sync of a change: told why, reading goes on, afterwards writing as well."""
    store = TinyDBStore(tmp_path)
    change(store, 1)
    for operations in count():
        turn = operations + 2
        before = present(store)
        disk.fail_after(operations, failure)
        refusal = refusal_of(lambda turn=turn: change(store, turn))
        if refusal:
            assert told in refusal
            assert "Everything saved before was kept; this change was not." in refusal
            assert present(store) == before
        if not disk.repair():
            break
        if refusal:
            change(store, turn)
        assert len(store.entries(FIRST)) == turn
    assert operations > 5
    after = present(store)
    store.close()
    reopened = TinyDBStore(tmp_path)
    assert present(reopened) == after
    reopened.close()


def test_a_disk_that_fails_while_the_store_closes_loses_nothing(disk: FailingDisk, tmp_path: Path) -> None:
    """What is in the write-ahead log is found there the next time, and the files are free for others."""
    for operations in count():
        store = TinyDBStore(tmp_path)
        change(store, operations + 1)
        after = present(store)
        disk.fail_after(operations, Failure.FULL)
        # SQLite itself keeps silent about it; its Python binding passes on what this disk raised.
        refusal_of(store.close)
        failed = disk.repair()
        reopened = TinyDBStore(tmp_path)
        assert present(reopened) == after
        reopened.close()
        if not failed:
            break
    assert operations > 3


def test_a_swallowed_failure_keeps_nothing_of_its_transaction(disk: FailingDisk, tmp_path: Path) -> None:
    """A program that goes on after a refused write is refused again, and at the end once more."""
    store = TinyDBStore(tmp_path)
    change(store, 1)
    before = present(store)
    swallowed: list[str] = []

    def change_and_swallow() -> None:
        with store.transaction() as transaction:
            disk.fail_after(3, Failure.FULL)
            # More than the page cache holds, so that pages are written before the end of the transaction.
            for number in range(2, 100):
                try:
                    transaction.put_project(project(number, description="x" * 20_000))
                except StorageError as error:
                    swallowed.append(str(error))
                    disk.repair()

    assert "earlier statement" in refusal_of(change_and_swallow)
    assert "disk is full" in swallowed[0]
    assert all("earlier statement" in each for each in swallowed[1:])
    assert len(swallowed) > 1
    assert present(store) == before
    change(store, 2)
    assert [p.id for p in store.page(ProjectFilter(), limit=5)] == [1]
    store.close()


def test_a_directory_is_made_with_its_parents(tmp_path: Path) -> None:
    """And what is stored in it is there the next time."""
    store = TinyDBStore(tmp_path / "a" / "b")
    change(store, 1)
    before = present(store)
    store.close()
    reopened = TinyDBStore(tmp_path / "a" / "b")
    assert present(reopened) == before
    reopened.close()


@contextmanager
def powerless() -> Iterator[None]:
    """Act as an account without special rights, also when the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def forbidden() -> Iterator[Path]:
    """Give a directory that everybody may read and that nobody without special rights may write."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        directory = Path(made) / "store"
        TinyDBStore(directory).close()
        directory.chmod(0o555)
        yield directory
        directory.chmod(0o755)


@pytest.mark.parametrize("below", ["", "new", "new/er"])
def test_a_directory_that_may_not_be_written_is_told(forbidden: Path, below: str) -> None:
    """Which directory, and that the account must be let in; whether it holds a store already or not."""
    with powerless(), pytest.raises(StoreUnavailable) as refusal:
        TinyDBStore(forbidden / below)
    assert refusal.value.message_id == "incident.disk-not-writable"
    assert str(forbidden) in refusal.value.server
    assert str(forbidden) not in refusal.value.detail
    assert "account" in refusal.value.detail


def test_a_file_in_place_of_the_directory_is_told(tmp_path: Path) -> None:
    """Nothing happens to the file."""
    (tmp_path / "store").write_text("a letter")
    with pytest.raises(StoreUnavailable, match="cannot be"):
        TinyDBStore(tmp_path / "store")
    assert (tmp_path / "store").read_text() == "a letter"


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    """Somebody may still want it."""
    (tmp_path / "incidents.db").write_bytes(b"not a database" * 1_000)
    with pytest.raises(StoreUnavailable, match=r"damaged.*restore the last backup") as refusal:
        TinyDBStore(tmp_path)
    assert refusal.value.message_id == "incident.store-damaged"
    assert (tmp_path / "incidents.db").read_bytes() == b"not a database" * 1_000


def test_a_file_that_was_emptied_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    """Numbers of projects would be given a second time; a first start that was killed is begun again."""
    (tmp_path / "incidents.db").touch()
    TinyDBStore(tmp_path).close()
    os.truncate(tmp_path / "incidents.db", 0)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"damaged.*restore the last backup.*is empty"):
            TinyDBStore(tmp_path)
    first, advice = upkeep.check(tmp_path)
    assert "is empty" in first
    assert "store restore" in advice


def test_a_damaged_page_is_told_and_never_read_as_something_else(tmp_path: Path) -> None:
    """What can still be read is what was written."""
    store = TinyDBStore(tmp_path)
    with store.transaction() as transaction:
        for number in range(1, 101):
            transaction.put_project(project(number, description=f"{number} " * 500, sequences=(sequence(),)))
    store.close()
    file = tmp_path / "incidents.db"
    whole = file.read_bytes()
    # The end of it: what every table needs lies at the beginning.
    first, size = len(whole) * 4 // 5, len(whole) // 5
    file.write_bytes(whole[:first] + b"\xff" * size + whole[first + size :])
    damaged = TinyDBStore(tmp_path)
    told = 0
    for number in range(1, 101):
        found: list[Project | None] = []

        def look(number: int = number, found: list[Project | None] = found) -> None:
            with damaged.read() as reading:
                found.append(reading.project(ProjectId(number)))

        refusal = refusal_of(look)
        if refusal:
            assert "damaged" in refusal
            told += 1
        elif found[0] is not None:
            assert found[0].fields["description"] == f"{number} " * 500
    assert told > 0
    damaged.close()


@pytest.mark.parametrize(
    "damage",
    [
        {"revision": "two"},
        {"created_at": "yesterday"},
        {"comments": [{"id": "c"}]},
        {"calls": None},
        {"sequences": [{"id": "s", "footage": {"interval": {"start": "2026-01-01T00:00:00Z"}}}]},
    ],
)
def test_a_document_that_is_no_project_is_told(tmp_path: Path, damage: dict[str, object]) -> None:
    """It is not guessed at: a project that cannot be read whole is not read at all."""
    store = TinyDBStore(tmp_path)
    change(store, 1)
    store.close()
    with SQLiteDB(tmp_path / "incidents.db", version=SCHEMA) as db:
        db.table("projects").update(damage)
    damaged = TinyDBStore(tmp_path)
    with pytest.raises(StoreUnavailable, match="stored Project is damaged"):
        present(damaged)
    damaged.close()


def test_files_of_a_newer_version_are_refused_and_left_alone(tmp_path: Path) -> None:
    """An older program would not understand them."""
    TinyDBStore(tmp_path).close()
    SQLiteDB(tmp_path / "incidents.db", version=SCHEMA + 1).close()
    before = (tmp_path / "incidents.db").read_bytes()
    with pytest.raises(StoreUnavailable, match=r"newer version.*Install that version again") as refusal:
        TinyDBStore(tmp_path)
    assert refusal.value.message_id == "incident.store-newer"
    assert (tmp_path / "incidents.db").read_bytes() == before


def test_what_another_program_holds_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some time; it is stored when that program lets go."""
    monkeypatch.setattr(database, "_PATIENCE_SECONDS", 0.05)
    store = TinyDBStore(tmp_path)
    intruder = apsw.Connection(str(tmp_path / "incidents.db"))
    intruder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as refusal:
        change(store, 1)
    assert refusal.value.message_id == "incident.store-busy"
    intruder.execute("ROLLBACK")
    intruder.close()
    change(store, 1)
    store.close()


def test_an_sqlite_that_loses_data_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made on disk with it."""
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.40.1")
    with pytest.raises(StoreUnavailable, match="apsw") as refusal:
        TinyDBStore(tmp_path)
    assert refusal.value.message_id == "incident.store-unsafe"
    assert not (tmp_path / "incidents.db").exists()


def test_one_store_at_a_time_has_the_directory(tmp_path: Path) -> None:
    """A second one is refused while the first is open, and the first is not disturbed."""
    store = TinyDBStore(tmp_path)
    with pytest.raises(StoreUnavailable, match=f"Process {os.getpid()} already has") as refusal:
        TinyDBStore(tmp_path)
    assert refusal.value.message_id == "incident.store-in-use"
    change(store, 1)
    store.close()
    TinyDBStore(tmp_path).close()
