"""Files of earlier versions open as if they had always been of this one; also when killed on the way."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NoReturn

import apsw
import pytest

from incident_plugin.adapters.tinydb_store import TinyDBStore, migrations
from incident_plugin.adapters.tinydb_store.migrations import SCHEMA
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteStorage, Tell
from incident_plugin.application.searching import EntryFilter, ProjectFilter
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.journal import AUDIT, first_fault
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.properties import DELIVERED
from tests.domain.examples import between, project

from .examples import collection, export, export_list
from .test_kills import child

SOAK = bool(os.environ.get("SOAK"))
FIXTURES = Path(__file__).parent / "fixtures"
VERSIONS = range(1, SCHEMA)


def old_store(directory: Path, version: int) -> None:
    """Make a store's directory as the program of that version left it."""
    directory.mkdir(parents=True, exist_ok=True)
    db = apsw.Connection(str(directory / "incidents.db"))
    db.execute((FIXTURES / f"schema-{version}.sql").read_text())
    db.pragma("user_version", version)
    db.close()


def version_of(directory: Path) -> int:
    db = apsw.Connection(str(directory / "incidents.db"))
    found = int(db.pragma("user_version"))
    db.close()
    return found


def check(store: TinyDBStore) -> None:
    """Look for everything that the fixtures hold, in every way there is."""
    assert [p.id for p in store.page(ProjectFilter(), limit=9)] == [2, 1]
    for text in ("red cafe", "driver", "police"):
        assert [p.id for p in store.page(ProjectFilter(text=text), limit=9)] == [1]
    wanted = ProjectFilter(fields={"type": ("theft",)}, during=between(100, 200))
    assert store.count(wanted, cap=9) == 1
    assert [m.project for m in store.marked([CameraId("dock")], between(0, 1))] == [1]
    with store.read() as reading:
        first = reading.project(ProjectId(1))
        assert first is not None
        assert (first.revision, len(first.comments), len(first.calls), len(first.sequences)) == (2, 1, 1, 2)
        properties = reading.properties()
        assert properties is not None
        # Colours and symbols came later.
        assert [(s.id, s.name, s.closes) for s in properties.statuses] == [
            (s.id, s.name, s.closes) for s in DELIVERED.statuses
        ]
        assert (properties.types, properties.categories, properties.data) == (
            DELIVERED.types,
            DELIVERED.categories,
            DELIVERED.data,
        )
        assert reading.collections.all() == (collection(),)
        assert reading.exports.all() == (export(),)
        assert reading.export_lists.all() == (export_list(),)
    for number, length in ((1, 8), (2, 3), (3, 4)):
        entries = store.entries(ProjectId(number))
        assert len(entries) == length
        assert first_fault(entries) is None
    # The fixtures from version 5 on have an audit log.
    assert store.count_entries(AUDIT, EntryFilter(text="cafe robb")) == (len(store.entries(AUDIT)) > 0)
    with store.transaction() as transaction:
        number = transaction.new_project_id()
        assert number > 3
        transaction.put_project(project(number, description="new"))
        transaction.remove_project(number)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_file_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    """All that was stored is found, in lists, by words and by time; once, and then as any other file."""
    old_store(tmp_path, version)
    for _ in range(2):
        store = TinyDBStore(tmp_path)
        check(store)
        store.close()
        assert version_of(tmp_path) == SCHEMA


@pytest.mark.parametrize("version", VERSIONS)
def test_a_failed_step_leaves_the_older_file(
    tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done of it is taken back; the next try finds everything."""
    old_store(tmp_path, version)
    step = migrations._STEPS[version]

    def failing(storage: SQLiteStorage, tell: Tell) -> None:
        step(storage, tell)
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setitem(migrations._STEPS, version, failing)
        with pytest.raises(ZeroDivisionError):
            TinyDBStore(tmp_path)
    assert version_of(tmp_path) == version
    store = TinyDBStore(tmp_path)
    check(store)
    store.close()


def open_slowly(directory: Path, said: BinaryIO) -> NoReturn:
    """Open the store, with time to be killed in each statement of a step."""
    run: Callable[..., None] = SQLiteStorage.run

    def slow(storage: SQLiteStorage, *arguments: object) -> None:
        run(storage, *arguments)
        said.write(b".")

    SQLiteStorage.run = slow  # type: ignore[assignment, method-assign]
    TinyDBStore(directory)
    said.write(b"!")
    while True:
        time.sleep(1)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_server_killed_within_a_step_begins_it_again(tmp_path: Path, version: int) -> None:
    """At any statement of it: the file is the old one or the new one, and nothing is missing."""
    for turn in range(500 if SOAK else 12):
        directory = tmp_path / str(turn)
        old_store(directory, version)
        with child(lambda said, directory=directory: open_slowly(directory, said)) as (process, said):
            for _ in range(random.randrange(25)):
                if said.read(1) in {b"", b"!"}:
                    break
            os.kill(process, signal.SIGKILL)
        assert version_of(directory) in {version, SCHEMA}
        store = TinyDBStore(directory)
        check(store)
        store.close()


def test_a_newer_file_is_refused_with_its_version(tmp_path: Path) -> None:
    """And left as it was."""
    TinyDBStore(tmp_path).close()
    db = apsw.Connection(str(tmp_path / "incidents.db"))
    db.pragma("user_version", SCHEMA + 1)
    db.close()
    with pytest.raises(StoreUnavailable, match=f"version {SCHEMA + 1} and this program knows"):
        TinyDBStore(tmp_path)
    assert version_of(tmp_path) == SCHEMA + 1
