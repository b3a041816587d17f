"""Other processes read what the owner writes, and hear of it."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, NoReturn

import pytest

from incident_plugin.adapters.tinydb_store import TinyDBStore
from incident_plugin.application.store import ProjectFilter
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.project import ProjectId
from tests.domain.examples import project

from .examples import entry
from .test_kills import child
from .test_migrations import old_store


def listen(directory: Path, said: BinaryIO) -> NoReturn:
    """Say the number and the project of every change, as one hears of it."""
    store, last = TinyDBStore(directory, writable=False), 0
    said.write(b"ready\n")
    while True:
        if store.wait_for_change(last, timedelta(seconds=60)):
            for change in store.changes(last, limit=10):
                said.write(b"%d %d\n" % (change.number, change.project))
                last = change.number


def test_another_process_hears_of_a_change_within_a_second(tmp_path: Path) -> None:
    """Of every one, in order, although it only reads."""
    owner = TinyDBStore(tmp_path)
    with child(lambda said: listen(tmp_path, said)) as (_, said):
        assert said.readline() == b"ready\n"
        for number in range(1, 4):
            started = time.monotonic()
            with owner.transaction() as transaction:
                transaction.append_entry(entry(10 + number))
            assert said.readline() == b"%d %d\n" % (number, 10 + number)
            assert time.monotonic() - started < 1
    owner.close()


def test_a_reader_sees_what_the_owner_wrote_and_writes_nothing(tmp_path: Path) -> None:
    """Beside the owner, and also when there is none."""
    owner = TinyDBStore(tmp_path)
    reader = TinyDBStore(tmp_path, writable=False)
    with owner.transaction() as transaction:
        transaction.put_project(project(description="van"))
    assert [p.id for p in reader.page(ProjectFilter(text="van"), limit=9)] == [1]
    with pytest.raises(StoreUnavailable, match="reading only"), reader.transaction():
        pass
    reader.close()
    with pytest.raises(StoreUnavailable, match="stopping"):
        reader.count(ProjectFilter(), cap=1)
    owner.close()
    alone = TinyDBStore(tmp_path, writable=False)
    with alone.read() as reading:
        assert reading.project(ProjectId(1)) is not None
    alone.close()


def test_a_reader_makes_and_migrates_nothing(tmp_path: Path) -> None:
    """What is not there, or is of an older version, is told."""
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        TinyDBStore(tmp_path / "none", writable=False)
    assert not (tmp_path / "none").exists()
    old_store(tmp_path, 1)
    with pytest.raises(StoreUnavailable, match="Start the server once") as refusal:
        TinyDBStore(tmp_path, writable=False)
    assert refusal.value.message_id == "incident.store-older"
