"""The store at 10,000 projects: against SQLite asked directly for the same work, and against stock TinyDB."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import apsw
import attrs
import msgspec
from bench.rows import Row, write
from tinydb import TinyDB

from incident_plugin.adapters.tinydb_store import TinyDBStore
from incident_plugin.application.store import ProjectFilter, ProjectSummary, summary
from incident_plugin.domain.journal import GENESIS, Action, Activity, Entry
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Comment, CommentId, Project, ProjectId
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.text import words
from incident_plugin.domain.time import Interval

PROJECTS = 10_000
START = datetime(2026, 1, 1, tzinfo=UTC)
ANN = Person(id=PersonId("ann"), name="Ann Archer")
STATUSES = ("new", "in-progress", "on-hold", "closed")


def project(number: int) -> Project:
    """Give a project of about 3 kB as JSON."""
    at = START + timedelta(minutes=number)
    return Project(
        id=ProjectId(number),
        created_by=ANN,
        created_at=at,
        fields={"type": "theft", "status": "new", "description": f"Red van {number} at the dock. " * 20},
        comments=tuple(
            Comment(id=CommentId(f"c{i}"), text="The driver left on foot. " * 10, author=ANN, at=at)
            for i in range(4)
        ),
        sequences=tuple(
            Sequence(
                id=SequenceId(f"s{i}"),
                footage=Footage(
                    camera=CameraId(f"camera-{(number + i) % 16}"),
                    camera_name="Dock",
                    recorder="North",
                    interval=Interval(at, at + timedelta(seconds=90)),
                ),
                added_by=ANN,
                added_at=at,
            )
            for i in range(4)
        ),
    )


def entry(number: int, position: int, previous: str) -> Entry:
    """Give an entry of an activity log."""
    return Entry(
        project=ProjectId(number),
        number=position,
        at=START,
        actor=ANN,
        activity=Activity(action=Action.FIELD_CHANGED, subject="Status", before="New", after="Closed"),
        salt="0" * 32,
        previous=previous,
    )


class Ours:
    """The store as use cases have it."""

    def __init__(self, directory: Path) -> None:
        self._store = TinyDBStore(directory)
        for first in range(1, PROJECTS, 1_000):
            with self._store.transaction() as transaction:
                for number in range(first, first + 1_000):
                    transaction.put_project(project(number))
                    transaction.append_entry(entry(number, 1, GENESIS))
        self._turns = count()

    def insert(self) -> None:
        with self._store.transaction() as transaction:
            number = transaction.new_project_id()
            transaction.put_project(project(number))
            transaction.append_entry(entry(number, 1, GENESIS))

    def set_status(self) -> None:
        turn = next(self._turns)
        number = ProjectId(1 + turn * 7 % PROJECTS)
        with self._store.transaction() as transaction:
            before = transaction.project(number)
            assert before is not None
            status = {"status": STATUSES[turn % 4]}
            transaction.put_project(attrs.evolve(before, fields={**before.fields, **status}))
            last = transaction.last_entry(number)
            assert last is not None
            transaction.append_entry(entry(number, last.number + 1, last.hash))

    def page(self) -> tuple[ProjectSummary, ...]:
        return self._store.page(ProjectFilter(), limit=100)

    def by_id(self) -> Project | None:
        with self._store.read() as reading:
            return reading.project(ProjectId(1 + next(self._turns) * 7 % PROJECTS))

    def rare_word(self) -> tuple[ProjectSummary, ...]:
        return self._store.page(ProjectFilter(text="5000"), limit=100)


class Direct:
    """The same rows, columns and indexes, written and read by hand."""

    _TABLES = """
        CREATE TABLE projects (id INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL);
        CREATE TABLE summaries (id INTEGER PRIMARY KEY AUTOINCREMENT, number, words, document TEXT NOT NULL);
        CREATE INDEX summaries_number ON summaries (number);
        CREATE TABLE marks (
            id INTEGER PRIMARY KEY AUTOINCREMENT, project, camera, start, "end", document TEXT NOT NULL
        );
        CREATE INDEX marks_project ON marks (project);
        CREATE INDEX marks_camera ON marks (camera);
        CREATE TABLE journal (id INTEGER PRIMARY KEY AUTOINCREMENT, project, document TEXT NOT NULL);
        CREATE INDEX journal_project ON journal (project);
    """

    def __init__(self, directory: Path) -> None:
        self._db = apsw.Connection(str(directory / "direct.db"))
        for name, setting in (("page_size", 8192), ("journal_mode", "WAL"), ("synchronous", "FULL")):
            self._db.pragma(name, setting)
        self._db.execute(self._TABLES)
        self._reader = apsw.Connection(str(directory / "direct.db"), flags=apsw.SQLITE_OPEN_READONLY)
        with self._transaction():
            for number in range(1, PROJECTS + 1):
                self._insert(project(number))
        self._turns = count()
        self._new = count(PROJECTS + 1)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        yield
        self._db.execute("COMMIT")

    def _insert(self, made: Project) -> None:
        listed = summary(made)
        run = self._db.execute
        run("INSERT INTO projects VALUES (?, ?)", (made.id, _text(made)))
        searched = " " + " ".join(words(listed.description))
        run("INSERT INTO summaries VALUES (?, ?, ?, ?)", (made.id, made.id, searched, _text(listed)))
        for kept in made.sequences:
            footage = kept.footage
            span = [int(at.timestamp() * 1e6) for at in (footage.interval.start, footage.interval.end)]
            mark = json.dumps(
                {"project": made.id, "camera": footage.camera, "start": span[0], "end": span[1]}
            )
            run("INSERT INTO marks VALUES (NULL, ?, ?, ?, ?, ?)", (made.id, footage.camera, *span, mark))
        self._log(entry(made.id, 1, GENESIS))

    def _log(self, made: Entry) -> None:
        self._db.execute("INSERT INTO journal VALUES (NULL, ?, ?)", (made.project, _text(made)))

    def insert(self) -> None:
        with self._transaction():
            self._insert(project(next(self._new)))

    def set_status(self) -> None:
        turn = next(self._turns)
        number = 1 + turn * 7 % PROJECTS
        run = self._db.execute
        with self._transaction():
            text = run("SELECT document FROM projects WHERE id = ?", (number,)).get
            before = msgspec.json.decode(text, type=Project)
            made = attrs.evolve(before, fields={**before.fields, "status": STATUSES[turn % 4]})
            listed = summary(made)
            searched = " " + " ".join(words(listed.description))
            run("UPDATE projects SET document = ? WHERE id = ?", (_text(made), number))
            run(
                "UPDATE summaries SET number = ?, words = ?, document = ? WHERE id = ?",
                (number, searched, _text(listed), number),
            )
            run("SELECT document FROM marks WHERE project = ?", (number,)).fetchall()
            sql = "SELECT document FROM journal WHERE project = ? ORDER BY id DESC LIMIT 1"
            last = msgspec.json.decode(run(sql, (number,)).get, type=Entry)
            self._log(entry(number, last.number + 1, last.hash))

    def page(self) -> list[ProjectSummary]:
        sql = "SELECT document FROM summaries ORDER BY id DESC LIMIT 100"
        return [msgspec.json.decode(row[0], type=ProjectSummary) for row in self._reader.execute(sql)]

    def by_id(self) -> Project:
        number = 1 + next(self._turns) * 7 % PROJECTS
        # As ours does, so that what else is read in the same breath is of the same moment.
        self._reader.execute("BEGIN DEFERRED")
        text = self._reader.execute("SELECT document FROM projects WHERE id = ?", (number,)).get
        self._reader.execute("COMMIT")
        return msgspec.json.decode(text, type=Project)

    def rare_word(self) -> list[ProjectSummary]:
        sql = "SELECT document FROM summaries WHERE instr(words, ' 5000') > 0 ORDER BY id DESC LIMIT 100"
        return [msgspec.json.decode(row[0], type=ProjectSummary) for row in self._reader.execute(sql)]


class Stock:
    """TinyDB as it comes, with one JSON file."""

    def __init__(self, directory: Path) -> None:
        file = directory / "stock.json"
        whole: dict[str, dict[str, Any]] = {"projects": {}, "journal": {}}
        for number in range(1, PROJECTS + 1):
            whole["projects"][str(number)] = msgspec.to_builtins(project(number))
            whole["journal"][str(number)] = msgspec.to_builtins(entry(number, 1, GENESIS))
        file.write_text(json.dumps(whole))
        self._db = TinyDB(file)

    def insert(self) -> None:
        number = self._db.table("projects").insert(msgspec.to_builtins(project(PROJECTS + 1)))
        self._db.table("journal").insert(msgspec.to_builtins(entry(number, 1, GENESIS)))

    def page(self) -> list[ProjectSummary]:
        newest = sorted(self._db.table("projects"), key=lambda d: d.doc_id, reverse=True)[:100]
        return [summary(msgspec.convert(document, Project)) for document in newest]


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def compared(
    name: str, ours: Callable[[], object], peer: Callable[[], object], *, against: str, goal: float, n: int
) -> Row:
    """Time both in turns, ``n`` times each; the ratio of their medians is to be at most ``goal``."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(-1, n):
        # Who is first alternates, so that neither always finds the caches as the other left them.
        for mine in (True, False) if turn % 2 else (False, True):
            act = ours if mine else peer
            started = time.perf_counter()
            act()
            if turn >= 0:
                times[mine].append((time.perf_counter() - started) * 1000)
    value, other = median(times[True]), median(times[False])
    ratio = value / other
    return Row(
        name=name,
        value=value,
        unit="ms",
        against=f"{against}: {other:.4g} ms",
        ratio=ratio,
        goal=f"<= {goal:g} x",
        holds=ratio <= goal,
        n=n,
    )


def main() -> None:
    """Measure, print and keep the rows."""
    with tempfile.TemporaryDirectory() as made:
        ours, direct, stock = Ours(Path(made)), Direct(Path(made)), Stock(Path(made))
        sql, tiny = "SQLite asked directly", "stock TinyDB"
        rows = [
            compared("insert + log", ours.insert, direct.insert, against=sql, goal=1.4, n=300),
            compared("status + log", ours.set_status, direct.set_status, against=sql, goal=1.6, n=300),
            compared("page 1 of 100", ours.page, direct.page, against=sql, goal=1.3, n=100),
            compared("by id", ours.by_id, direct.by_id, against=sql, goal=1.3, n=1_000),
            compared("rare word", ours.rare_word, direct.rare_word, against=sql, goal=1.3, n=30),
            compared("insert + log, TinyDB", ours.insert, stock.insert, against=tiny, goal=1 / 1_000, n=5),
            compared("page 1 of 100, TinyDB", ours.page, stock.page, against=tiny, goal=1 / 300, n=5),
        ]
    write("store", rows)


if __name__ == "__main__":
    main()
