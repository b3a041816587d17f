"""Opening files of an older version where somebody waits."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, NoReturn

import pytest

from incident_plugin.adapters.tinydb_store import TinyDBStore, migrations, upkeep
from incident_plugin.adapters.tinydb_store.opening import PatientOpening
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteStorage, Tell
from incident_plugin.domain.errors import StoreUnavailable
from tests.waiting import wait_until

from .test_kills import child
from .test_migrations import check, old_store


def test_whoever_waits_is_told_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And gets the store when it is open, without beginning again."""
    old_store(tmp_path, 4)
    go_on, begun = threading.Event(), []
    step = migrations._STEPS[4]

    def slow(storage: SQLiteStorage, tell: Tell) -> None:
        begun.append(True)
        step(storage, tell)
        tell("Indexing incident projects", 0.34)
        go_on.wait()

    monkeypatch.setitem(migrations._STEPS, 4, slow)
    opening = PatientOpening(patience=0)

    def refusal() -> str:
        with pytest.raises(StoreUnavailable) as refused:
            opening(tmp_path)
        return refused.value.detail

    wait_until(lambda: "Indexing incident projects: 34%" in refusal(), "how far it is")
    go_on.set()
    opening._patience = 60
    with closing(opening(tmp_path)) as store:
        check(store)
    assert begun == [True]
    with closing(opening(tmp_path)) as store:
        assert store.faults() == ()


def test_what_refuses_the_files_is_told_and_can_be_mended(tmp_path: Path) -> None:
    """A refusal is not remembered."""
    (tmp_path / "incidents.db").write_bytes(b"not a database" * 1_000)
    opening = PatientOpening()
    with pytest.raises(StoreUnavailable, match="damaged"):
        opening(tmp_path)
    (tmp_path / "incidents.db").unlink()
    opening(tmp_path).close()


def open_and_tell(directory: Path, said: BinaryIO) -> NoReturn:
    """Bring the files up to date, and say each time how far it is."""
    migrations._TOLD = 1
    TinyDBStore(directory, tell=lambda *_: said.write(b"."))
    while True:
        signal.pause()


@pytest.mark.parametrize("told", [1, 2])
def test_a_server_killed_on_the_way_begins_again(tmp_path: Path, told: int) -> None:
    """Whatever it told last: the files are as they were, and the next server finds everything."""
    old_store(tmp_path, 4)
    with child(lambda said: open_and_tell(tmp_path, said)) as (process, said):
        assert said.read(told) == b"." * told
        os.kill(process, signal.SIGKILL)
    with closing(TinyDBStore(tmp_path)) as store:
        check(store)
    assert upkeep.check(tmp_path) == ()
