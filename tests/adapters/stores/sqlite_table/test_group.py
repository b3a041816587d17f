"""Group commit: many writers share a sync, and each is acknowledged only after it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest

from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteDB, StorageError, StorageFull
from incident_plugin.adapters.tinydb_store.sqlite_table.group import Turns


class CountingDisk(apsw.VFS):
    """A disk that counts the syncs of the write-ahead log, can hold one up, and can fail."""

    def __init__(self) -> None:
        super().__init__("counting", "unix", makedefault=True)
        self.syncs = 0
        self.free = threading.Event()
        self.free.set()
        self.full = False
        self.broken = False

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return _CountingFile(self, name, flags)


class _CountingFile(apsw.VFSFile):
    def __init__(self, disk: CountingDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self._disk = disk

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.syncs += 1
        assert self._disk.free.wait(20)
        if self._disk.broken:
            raise ZeroDivisionError
        if self._disk.full:
            raise apsw.FullError("as the test wants it")
        super().xSync(flags)


@pytest.fixture
def disk() -> Iterator[CountingDisk]:
    made = CountingDisk()
    yield made
    made.unregister()


def wait_for(condition: object) -> None:
    deadline = time.monotonic() + 10
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_writers_that_wait_share_one_sync(disk: CountingDisk, tmp_path: Path) -> None:
    """While one commits the others queue up, and then become durable together; none before."""
    with SQLiteDB(tmp_path / "rows.db") as db, ThreadPoolExecutor(17) as threads:
        db.insert({})
        disk.free.clear()
        syncs = disk.syncs
        first = threads.submit(db.insert, {"first": True})
        turns = db.storage._database._turns
        wait_for(lambda: disk.syncs > syncs)
        others = [threads.submit(db.insert, {"n": n}) for n in range(16)]
        wait_for(lambda: len(turns._waiting) == 16)
        before = disk.syncs
        assert not any(f.done() for f in (first, *others))
        disk.free.set()
        assert sorted(f.result(timeout=60) for f in (first, *others)) == list(range(2, 19))
        assert disk.syncs - before <= 4
        assert len(db) == 18


def test_a_failed_member_harms_no_other(tmp_path: Path) -> None:
    """Its own changes are taken back; those of the others of its group are kept."""
    with SQLiteDB(tmp_path / "rows.db") as db, ThreadPoolExecutor(8) as threads:

        def write(number: int) -> None:
            with db.transaction():
                db.insert({"n": number})
                if number % 3 == 0:
                    raise ZeroDivisionError

        done = [threads.submit(write, number) for number in range(60)]
        refused = [n for n, each in enumerate(done) if each.exception(timeout=60) is not None]
        assert refused == list(range(0, 60, 3))
        assert sorted(d["n"] for d in db) == [n for n in range(60) if n % 3]
        assert len({d.doc_id for d in db}) == 40


def test_an_id_that_was_only_reserved_is_not_given_again(disk: CountingDisk, tmp_path: Path) -> None:
    """Whoever is next in the group gets another, also after a failure between; and so after a restart."""
    with SQLiteDB(tmp_path / "rows.db") as db, ThreadPoolExecutor(4) as threads:
        table, turns = db.table("projects"), db.storage._database._turns
        table.insert({})

        def reserve(*, fail: bool = False) -> int:
            with db.transaction():
                number = table.reserve_id()
                if fail:
                    raise ZeroDivisionError
            return number

        disk.free.clear()
        syncs = disk.syncs
        waiting = [threads.submit(table.insert, {})]
        wait_for(lambda: disk.syncs > syncs)
        for act in (reserve, lambda: reserve(fail=True), lambda: table.insert({})):
            waiting.append(threads.submit(act))
            wait_for(lambda: len(turns._waiting) == len(waiting) - 1)
        disk.free.set()
        first, reserved, failed, inserted = waiting
        assert isinstance(failed.exception(timeout=60), ZeroDivisionError)
        assert (first.result(), reserved.result(), inserted.result()) == (2, 3, 4)
        assert reserve() == 5
    with SQLiteDB(tmp_path / "rows.db") as db:
        assert db.table("projects").insert({}) == 6


def test_a_refused_commit_is_told_to_every_member(disk: CountingDisk, tmp_path: Path) -> None:
    """Nobody is told that a change was kept which was not; afterwards all goes on."""
    with SQLiteDB(tmp_path / "rows.db") as db, ThreadPoolExecutor(9) as threads:
        db.insert({})
        disk.free.clear()
        syncs = disk.syncs
        first = threads.submit(db.insert, {})
        wait_for(lambda: disk.syncs > syncs)
        others = [threads.submit(db.insert, {}) for _ in range(8)]
        wait_for(lambda: len(db.storage._database._turns._waiting) == 8)
        disk.full = True
        disk.free.set()
        errors = [each.exception(timeout=60) for each in (first, *others)]
        assert {type(error) for error in errors} == {StorageFull}
        assert len(set(map(id, errors))) == 9
        disk.full = False
        assert len(db) == 1
        assert db.insert({}) == 2


def test_whatever_stops_a_commit_nobody_waits_for_ever(disk: CountingDisk, tmp_path: Path) -> None:
    """Not only what SQLite refuses: all are told, the turn is free, and afterwards all goes on."""
    with SQLiteDB(tmp_path / "rows.db") as db, ThreadPoolExecutor(3) as threads:
        db.insert({})
        disk.free.clear()
        syncs = disk.syncs
        first = threads.submit(db.insert, {})
        wait_for(lambda: disk.syncs > syncs)
        others = [threads.submit(db.insert, {}) for _ in range(2)]
        wait_for(lambda: len(db.storage._database._turns._waiting) == 2)
        disk.broken = True
        disk.free.set()
        assert all(each.exception(timeout=60) is not None for each in (first, *others))
        disk.broken = False
        assert len(db) == 1
        assert db.insert({}) == 2


def test_a_member_that_breaks_the_transaction_is_told_to_the_others(tmp_path: Path) -> None:
    """SQLite can roll back by itself when a statement fails: no change of the group was kept then."""
    with SQLiteDB(tmp_path / "rows.db") as db, ThreadPoolExecutor(2) as threads:
        turns = db.storage._database._turns

        def write_when_two_wait() -> None:
            with db.transaction():
                db.insert({"n": 1})
                wait_for(lambda: len(turns._waiting) == 1)

        def break_it() -> None:
            with db.transaction():
                db.storage.run("ROLLBACK")
                raise ZeroDivisionError

        first = threads.submit(write_when_two_wait)
        wait_for(lambda: turns._taken)
        second = threads.submit(break_it)
        assert isinstance(second.exception(timeout=60), ZeroDivisionError)
        with pytest.raises(StorageError, match="took both back"):
            first.result(timeout=60)
        assert len(db) == 0
        assert db.insert({}) == 1


def test_turns_come_in_order_and_nobody_is_forgotten() -> None:
    """One who gave up waiting is passed over; the turn is then free for whoever comes."""
    turns, order = Turns(), []
    assert turns.take(0)
    assert not turns.take(0.01)
    assert not turns.hand_on()

    def take(number: int) -> None:
        assert turns.take(10)
        order.append(number)
        turns.give()

    with ThreadPoolExecutor(3) as threads:
        for number in range(3):
            threads.submit(take, number)
            wait_for(lambda number=number: len(turns._waiting) == number + 1)
        assert turns.hand_on()
    assert order == [0, 1, 2]
    assert turns.take(0)
