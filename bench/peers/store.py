"""Projects like those of a busy site, and the store's peers: SQLite asked directly, and stock TinyDB."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from pathlib import Path
from typing import Any

import apsw
import attrs
import msgspec
from tinydb import TinyDB

from incident_plugin.adapters.tinydb_store.index import bits, terms
from incident_plugin.adapters.tinydb_store.index.spans import spans_of
from incident_plugin.application.store import ProjectSummary, summary
from incident_plugin.domain.journal import GENESIS, Action, Activity, Entry
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Comment, CommentId, Project, ProjectId
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.time import Interval

START = datetime(2016, 1, 1, tzinfo=UTC)
#: Between two projects.
STEP = timedelta(minutes=5)
STATUSES = ("new", "in-progress", "on-hold", "closed")
TYPES = ("theft", "vandalism", "trespassing", "accident", "fire", "medical", "other")
PEOPLE = tuple(Person(id=PersonId(f"operator{n}"), name=f"Operator {n}") for n in range(30))
_CHANCE = random.Random(1)
_SYLLABLES = [a + b for a in "bcdfghklmnprst" for b in ("a", "e", "i", "o", "u", "an", "er", "in")]
VOCABULARY = ["".join(_CHANCE.choices(_SYLLABLES, k=_CHANCE.randint(2, 4))) for _ in range(20_000)]
_WEIGHTS = list(accumulate(1 / (n + 2) for n in range(len(VOCABULARY))))
_TEXTS = [" ".join(_CHANCE.choices(VOCABULARY, cum_weights=_WEIGHTS, k=20)) for _ in range(5_000)]
#: Of most sequences seconds to hours, of a few many days.
_LENGTHS = (10, 45, 90, 90, 600, 3_600, 7_200)
_LONG = 40 * 86_400


def project(number: int) -> Project:
    """Give a project of about 3 kB as JSON, always the same for a number."""
    chance = random.Random(number)
    at = START + number * STEP
    who = chance.choice(PEOPLE)

    return Project(
        id=ProjectId(number),
        created_by=who,
        created_at=at,
        fields={
            "type": chance.choice(TYPES),
            "status": chance.choice(STATUSES),
            "description": f"Incident at the dock, order {number}. {chance.choice(_TEXTS)}",
            "owner": chance.choice(PEOPLE).id,
            "priority": chance.choice(("low", "normal", "high")),
            "category:severity": chance.choice(("low", "medium", "high")),
            "data:persons": chance.randrange(6),
        },
        comments=tuple(
            Comment(id=CommentId(f"c{i}"), text=chance.choice(_TEXTS), author=who, at=at) for i in range(3)
        ),
        sequences=tuple(
            Sequence(
                id=SequenceId(f"s{i}"),
                footage=Footage(
                    camera=CameraId(f"camera-{chance.randrange(64)}"),
                    camera_name="Dock",
                    recorder="North",
                    interval=Interval(
                        at,
                        at + timedelta(seconds=_LONG if number % 5_000 == 17 else chance.choice(_LENGTHS)),
                    ),
                ),
                added_by=who,
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
        actor=PEOPLE[0],
        activity=Activity(action=Action.FIELD_CHANGED, subject="Status", before="New", after="Closed"),
        salt="0" * 32,
        previous=previous,
    )


def text(value: object) -> str:
    """Give a value as JSON."""
    return msgspec.json.encode(value).decode()


class Direct:
    """A copy of the store's own file, written and read by hand: the same tables, the same SQL."""

    def __init__(self, file: Path, projects: int) -> None:
        self._projects = projects
        self._db = apsw.Connection(str(file))
        self._db.pragma("journal_mode", "WAL")
        self._db.pragma("synchronous", "FULL")
        # As ours has it: of how often the log is written into the file nothing is to be measured.
        self._db.pragma("wal_autocheckpoint", 2_048)
        self._reader = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
        self._turns = count()
        self._made = [project(number) for number in range(projects + 1, projects + 400)]
        self._known: set[str] = set()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        yield
        self._db.execute("COMMIT")

    def _index(self, made: Project, before: Project | None = None) -> None:
        run = self._db.execute
        now = terms.terms_of(made)
        row = made.id * terms.PIECES
        run("INSERT OR REPLACE INTO terms (rowid, held) VALUES (?, ?)", (row, " ".join(sorted(now))))
        written = {term for term in now if not term.startswith(terms.EVERY)}
        for word in written - self._known:
            if len(word) > 4:
                run("INSERT OR IGNORE INTO words VALUES (?)", (word,))
        self._known |= written
        if before is not None:
            self._mark(made.id, terms.terms_of(before), now)

    def _mark(self, number: int, was: set[str], now: set[str]) -> None:
        """Change the bitmaps of what holds no more, and of what holds now."""
        segment, offset = divmod(number, bits.SEGMENT)
        sql = "SELECT ids FROM bits WHERE segment = ? AND term = ?"
        for term in terms.listed(was) ^ terms.listed(now):
            found = self._db.execute(sql, (segment, term)).get
            if found is not None:
                held = int.from_bytes(found, "little") ^ (1 << offset)
                stored = held.to_bytes((held.bit_length() + 7) // 8, "little")
                put = "UPDATE bits SET ids = ? WHERE segment = ? AND term = ?"
                self._db.execute(put, (stored, segment, term))

    def insert(self) -> None:
        """Insert a project and the beginning of its log."""
        with self._transaction():
            run = self._db.execute
            sql = "SELECT seq FROM sqlite_sequence WHERE name = 'documents_projects'"
            made = attrs.evolve(self._made[next(self._turns) % len(self._made)], id=1 + run(sql).get)
            run("INSERT INTO documents_projects VALUES (?, ?)", (made.id, text(made)))
            run("INSERT INTO documents_summaries VALUES (?, ?)", (made.id, text(summary(made))))
            self._index(made)
            spans = spans_of(made)
            for position, (camera, start, end) in enumerate(spans):
                values = (made.id, position, camera, (end - start).bit_length(), start, end)
                run("INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?)", values)
            starts, ends = [s[1] for s in spans], [s[2] for s in spans]
            for part, number in (("zone", made.id // 256), ("region", made.id // 256 // 64)):
                run(
                    f"INSERT INTO {part}s VALUES (?, ?, ?, ?, ?) ON CONFLICT ({part}) DO UPDATE SET "
                    "first_start = min(first_start, excluded.first_start), "
                    "last_start = max(last_start, excluded.last_start), "
                    "first_end = min(first_end, excluded.first_end), "
                    "last_end = max(last_end, excluded.last_end)",
                    (number, min(starts), max(starts), min(ends), max(ends)),
                )
            self._log(entry(made.id, 1, GENESIS))

    def _log(self, made: Entry) -> None:
        self._db.execute("INSERT INTO documents_journal VALUES (NULL, ?, ?)", (made.project, text(made)))

    def _last(self, number: int) -> Entry:
        sql = "SELECT document FROM documents_journal WHERE of_project = ? ORDER BY id DESC LIMIT 1"
        return msgspec.json.decode(self._db.execute(sql, (number,)).get, type=Entry)

    def set_status(self) -> None:
        """Change a status, and log it."""
        turn = next(self._turns)
        number = 1 + turn * 7 % self._projects
        run = self._db.execute
        with self._transaction():
            found = run("SELECT document FROM documents_projects WHERE id = ?", (number,)).get
            before = msgspec.json.decode(found, type=Project)
            made = attrs.evolve(before, fields={**before.fields, "status": STATUSES[turn % 4]})
            run("UPDATE documents_projects SET document = ? WHERE id = ?", (text(made), number))
            run("UPDATE documents_summaries SET document = ? WHERE id = ?", (text(summary(made)), number))
            self._index(made, before)
            last = self._last(number)
            self._log(entry(number, last.number + 1, last.hash))

    def entries(self) -> list[Entry]:
        """Read all entries in the order of their logs, and do nothing with them."""
        sql = "SELECT document FROM documents_journal ORDER BY of_project, id"
        decode = msgspec.json.Decoder(Entry).decode
        return [decode(row[0]) for row in self._reader.execute(sql)]

    def page(self) -> list[ProjectSummary]:
        """Read the newest page."""
        sql = "SELECT document FROM documents_summaries ORDER BY id DESC LIMIT 100"
        return [msgspec.json.decode(row[0], type=ProjectSummary) for row in self._reader.execute(sql)]

    def by_id(self) -> Project:
        """Read one project."""
        number = 1 + next(self._turns) * 7 % self._projects
        # As ours does, so that what else is read in the same breath is of the same moment.
        self._reader.execute("BEGIN DEFERRED")
        found = self._reader.execute("SELECT document FROM documents_projects WHERE id = ?", (number,)).get
        self._reader.execute("COMMIT")
        return msgspec.json.decode(found, type=Project)


class Stock:
    """TinyDB as it comes, with one JSON file."""

    def __init__(self, directory: Path, projects: int) -> None:
        file = directory / "stock.json"
        whole: dict[str, dict[str, Any]] = {"projects": {}, "journal": {}}
        for number in range(1, projects + 1):
            whole["projects"][str(number)] = msgspec.to_builtins(project(number))
            whole["journal"][str(number)] = msgspec.to_builtins(entry(number, 1, GENESIS))
        file.write_text(json.dumps(whole))
        self._db = TinyDB(file)
        self._new = projects + 1

    def insert(self) -> None:
        """Insert a project and the beginning of its log."""
        number = self._db.table("projects").insert(msgspec.to_builtins(project(self._new)))
        self._db.table("journal").insert(msgspec.to_builtins(entry(number, 1, GENESIS)))

    def page(self) -> list[ProjectSummary]:
        """Read the newest page."""
        newest = sorted(self._db.table("projects"), key=lambda d: d.doc_id, reverse=True)[:100]
        return [summary(msgspec.convert(document, Project)) for document in newest]


class SlowDisk(apsw.VFS):
    """A disk on which every sync takes so many seconds more."""

    def __init__(self, seconds: float) -> None:
        super().__init__("slow", "unix", makedefault=True)
        self.seconds = seconds

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return _SlowFile(self, name, flags)


class _SlowFile(apsw.VFSFile):
    def __init__(self, disk: SlowDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self._disk = disk

    def xSync(self, flags: int) -> None:  # noqa: N802
        time.sleep(self._disk.seconds)
        super().xSync(flags)
