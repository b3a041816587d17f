"""A server may be killed at any moment: what it acknowledged is there, and it starts again."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Thread
from typing import BinaryIO, NoReturn

import attrs
import pytest

from incident_plugin.adapters.tinydb_store import TinyDBStore, upkeep
from incident_plugin.application.store import ProjectFilter
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.journal import first_fault
from incident_plugin.domain.project import ProjectId
from tests.domain.examples import ANN, comment, project, sequence

SOAK = bool(os.environ.get("SOAK"))
#: Who write at the same time, so that groups of changes are killed.
WRITERS = 4
#: ``SOAK`` may say how many: a machine that others use runs them in parts.
KILLS = (int(os.environ["SOAK"]) if int(os.environ["SOAK"]) > 1 else 10_000) if SOAK else 30


class Chance:
    """The clock of the machine, and ids by chance."""

    def now(self) -> datetime:
        """Give the present instant."""
        return datetime.now(UTC)

    def new(self) -> str:
        """Give a salt."""
        return os.urandom(8).hex()


@contextmanager
def child(work: Callable[[BinaryIO], NoReturn]) -> Iterator[tuple[int, BinaryIO]]:
    """Run this in a process of its own; give its id and what it says, and kill it in the end."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(reading)
            with os.fdopen(writing, "wb", buffering=0) as said:
                work(said)
        finally:
            # Nothing of the tests' own process may run on in here.
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        try:
            yield process, said
        finally:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def write_on(directory: Path, said: BinaryIO) -> NoReturn:
    """Create and change projects without end; acknowledge each by its id, its revision and its entries."""
    store = TinyDBStore(directory)
    said.write(b"ready\n")
    for _ in range(WRITERS - 1):
        Thread(target=write_alone, args=(store, said), daemon=True).start()
    write_alone(store, said)


def write_alone(store: TinyDBStore, said: BinaryIO) -> NoReturn:
    chance = Chance()
    work = UnitOfWork(store, chance, chance)
    for turn in count():
        with work.begin(ANN) as unit:
            if turn % 3 == 0:
                saved = unit.create(lambda new: project(new, sequences=(sequence(),), description="van"))
            else:
                before = unit.project(saved.id)
                saved = unit.save(before.with_comment(comment(chance.new(), text(turn))))
            last = unit.stored.last_entry(saved.id)
            assert last is not None
        said.write(b"%d %d %d\n" % (saved.id, saved.revision, last.number))
    raise AssertionError


def text(turn: int) -> str:
    """Give a short text most times, and one of several pages of the file now and then."""
    return "van at the dock " * (1_500 if turn % 50 == 1 else turn % 40 + 1)


@attrs.define
class Acknowledged:
    """What children said was saved: by project, the highest revision and number of entries."""

    projects: dict[int, tuple[int, int]] = attrs.Factory(dict)
    writes: int = 0

    def note(self, line: bytes) -> None:
        number, revision, entries = (int(part) for part in line.split())
        self.projects[number] = (revision, entries)
        self.writes += 1


def checked(directory: Path, acknowledged: Acknowledged, recent: int) -> None:
    """Open the store as it was left, and compare it with what was acknowledged of the recent projects."""
    started = time.process_time()  # a machine that does other things does not count
    store = TinyDBStore(directory)
    assert time.process_time() - started < 2
    stored = store.page(ProjectFilter(), limit=recent)
    assert [s.id for s in stored] == list(range(stored[0].id, stored[0].id - len(stored), -1))
    for listed in stored:
        with store.read() as reading:
            found = reading.project(listed.id)
        entries = store.entries(listed.id)
        revision, logged = acknowledged.projects.get(listed.id, (1, 0))
        assert found is not None
        assert found.revision == listed.revision >= revision
        assert len(entries) >= logged
        assert first_fault(entries) is None
        # Two fields, a sequence and the creation; then a comment with each revision.
        assert len(entries) == 4 + len(found.comments) == 3 + found.revision
    assert max(acknowledged.projects) <= stored[0].id
    store.close()


@pytest.mark.timeout(0 if SOAK else 120)
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed at random moments, in the middle of writing; a whole look at everything in the end."""
    acknowledged = Acknowledged()
    for _ in range(KILLS):
        with child(lambda said: write_on(tmp_path, said)) as (process, said):
            assert said.readline() == b"ready\n"
            for _ in range(1 + random.randrange(40)):
                acknowledged.note(said.readline())
            time.sleep(random.random() * 0.003)
            os.kill(process, signal.SIGKILL)
            for line in said:
                if line.endswith(b"\n"):
                    acknowledged.note(line)
        checked(tmp_path, acknowledged, recent=30)
    checked(tmp_path, acknowledged, recent=len(acknowledged.projects) + WRITERS * KILLS)
    assert upkeep.check(tmp_path) == ()
    assert acknowledged.writes > 10 * KILLS
    with capsys.disabled():
        sys.stdout.write(f" {KILLS} kills, {acknowledged.writes} acknowledged writes, 0 lost ")


def test_a_second_server_is_refused_until_the_first_one_ends(tmp_path: Path) -> None:
    """It is told which process has the files; a killed one lets go of them."""
    with child(lambda said: write_on(tmp_path, said)) as (process, said):
        assert said.readline() == b"ready\n"
        with pytest.raises(StoreUnavailable, match=f"Process {process} already has") as refusal:
            TinyDBStore(tmp_path)
        assert "Stop the other server" in refusal.value.detail
        # The first one goes on undisturbed.
        said.readline()
    store = TinyDBStore(tmp_path)
    with store.read() as reading:
        assert reading.project(ProjectId(1)) is not None
    store.close()
