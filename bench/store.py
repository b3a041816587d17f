"""The store at 100,000 projects (``SOAK=1``: 1,000,000) against SQLite asked directly, and stock TinyDB."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import attrs
from bench.peers.store import (
    PEOPLE,
    START,
    STATUSES,
    STEP,
    TYPES,
    VOCABULARY,
    Direct,
    SlowDisk,
    Stock,
    entry,
    project,
)
from bench.rows import Row, write

from incident_plugin.adapters.tinydb_store import FILE, TinyDBStore
from incident_plugin.adapters.tinydb_store.sqlite_table import upkeep
from incident_plugin.application.store import ProjectFilter, ProjectSummary
from incident_plugin.domain.journal import GENESIS
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.time import Interval

#: A number other than 1 is that of the projects.
SOAK = os.environ.get("SOAK", "")
PROJECTS = (1_000_000 if SOAK == "1" else int(SOAK)) if SOAK else 100_000
FEWER = 10_000
#: Projects that are made in one transaction.
AT_ONCE = 5_000
#: Projects that people work on at a time, and whose logs therefore grow.
AT_WORK = 100


class Ours:
    """The store as use cases have it."""

    def __init__(self, directory: Path, projects: int) -> None:
        self._projects = projects
        self.store = TinyDBStore(directory)
        newest = self.store.page(ProjectFilter(), limit=1)
        # A directory that was kept goes on where it was left: a million take their time.
        for first in range(newest[0].id + 1 if newest else 1, projects, AT_ONCE):
            with self.store.transaction() as transaction:
                for number in range(first, min(first + AT_ONCE, projects + 1)):
                    transaction.put_project(project(number))
                    transaction.append_entry(entry(number, 1, GENESIS))
        self._turns = count()
        # Made before: what is measured is the store.
        self._made = [project(number) for number in range(projects + 1, projects + 400)]

    def insert(self) -> None:
        made = self._made[next(self._turns) % len(self._made)]
        with self.store.transaction() as transaction:
            number = transaction.new_project_id()
            transaction.put_project(attrs.evolve(made, id=number))
            transaction.append_entry(entry(number, 1, GENESIS))

    def set_status(self) -> None:
        turn = next(self._turns)
        number = ProjectId(1 + turn * 7 % self._projects)
        with self.store.transaction() as transaction:
            before = transaction.project(number)
            assert before is not None
            status = {"status": STATUSES[turn % 4]}
            transaction.put_project(attrs.evolve(before, fields={**before.fields, **status}))
            last = transaction.last_entry(number)
            assert last is not None
            transaction.append_entry(entry(number, last.number + 1, last.hash))

    def page(self, narrowed: ProjectFilter | None = None) -> tuple[ProjectSummary, ...]:
        return self.store.page(narrowed or ProjectFilter(), limit=100)

    def deepest(self) -> tuple[ProjectSummary, ...]:
        return self.store.page(ProjectFilter(), limit=100, before=ProjectId(101))

    def by_id(self) -> Project | None:
        with self.store.read() as reading:
            return reading.project(ProjectId(1 + next(self._turns) * 7 % self._projects))

    def verify(self) -> int:
        return sum(chain.fault is not None for chain in self.store.chains())

    def append_chained(self) -> None:
        number = ProjectId(1 + next(self._turns) % AT_WORK)
        with self.store.transaction() as transaction:
            last = transaction.last_entry(number)
            assert last is not None
            transaction.append_entry(entry(number, last.number + 1, last.hash))

    def append_unchained(self) -> None:
        number = 1 + next(self._turns) % AT_WORK
        with self.store.transaction() as transaction:
            transaction.append_entry(entry(number, 1, GENESIS))


def times(act: Callable[[], object], n: int) -> list[float]:
    """Give how many milliseconds each of ``n`` turns took, after one that is not counted."""
    act()
    return [timed(act) for _ in range(n)]


def compared(
    name: str, ours: Callable[[], object], peer: Callable[[], object], *, against: str, goal: float, n: int
) -> Row:
    """Time both in turns, ``n`` times each; the ratio of their medians is to be at most ``goal``."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(-1, n):
        # Who is first alternates, so that neither always finds the caches as the other left them.
        for mine in (True, False) if turn % 2 else (False, True):
            act = ours if mine else peer
            found = timed(act)
            if turn >= 0:
                taken[mine].append(found)
    value, other = median(taken[True]), median(taken[False])
    against = f"{against}: {other:.4g} ms"
    return figure(name, value, value / other, against=against, goal=goal, n=n)


def beside_tinydb(ours: Ours, stock: Stock) -> Row:
    """Compare inserts in turns, many of ours for each of stock TinyDB's, which takes seconds.

    What that leaves to be written, unsynced, is written before the clock of either starts: else the syncs of
    ours would wait for it, and it for nothing.
    """
    taken: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(-1, 5):
        for act, n in ((ours.insert, 40), (stock.insert, 1)):
            os.sync()
            found = times(act, n) if n > 1 else [timed(act)]
            if turn >= 0:
                taken[act == ours.insert] += found
    value, other = median(taken[True]), median(taken[False])
    return Row(
        name="insert + log, TinyDB",
        value=value,
        unit="ms",
        against=f"stock TinyDB: {other:.4g} ms (n={len(taken[False])})",
        ratio=other / value,
        goal=">= 1,000 x",
        holds=other >= 1_000 * value,
        n=len(taken[True]),
    )


def timed(act: Callable[[], object]) -> float:
    """Give how many milliseconds something takes."""
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def figure(
    name: str, value: float, ratio: float, *, against: str, goal: float, n: int, unit: str = "ms"
) -> Row:
    """Give a row whose ratio is to be at most ``goal``."""
    return Row(
        name=name,
        value=value,
        unit=unit,
        against=against,
        ratio=ratio,
        goal=f"<= {goal:g} x",
        holds=ratio <= goal,
        n=n,
    )


def windows(chance: random.Random) -> list[ProjectFilter]:
    """Give time ranges of every width, from anywhere in the history."""
    whole = PROJECTS * STEP
    widths = [
        timedelta(minutes=1),
        timedelta(hours=1),
        timedelta(days=1),
        timedelta(days=30),
        whole / 2,
        whole,
    ]
    ranges = []
    for width in widths:
        for _ in range(5):
            start = START + chance.random() * max(whole - width, timedelta(0))
            ranges.append(ProjectFilter(during=Interval(start, start + width)))
    middle = START + whole / 2
    return [*ranges, ProjectFilter(starts_after=middle), ProjectFilter(ends_before=middle)]


def combinations(chance: random.Random, n: int) -> list[ProjectFilter]:
    """Give filters of two to six conditions, common and rare ones."""

    def one() -> ProjectFilter:
        possible: dict[str, Any] = {
            "text": chance.choice(
                [f"order {chance.randrange(PROJECTS)}", "incident", "dock", *VOCABULARY[:50]]
            )[: chance.choice([2, 3, 4, 6, 99])],
            "fields": dict(
                chance.sample(
                    [
                        ("type", (chance.choice(TYPES),)),
                        ("status", (chance.choice(STATUSES),)),
                        ("category:severity", ("high",)),
                        ("owner", (chance.choice(PEOPLE).id, None)),
                        ("data:persons", (3,)),
                        ("priority", ("low", "high")),
                    ],
                    chance.randrange(1, 4),
                )
            ),
            "open": chance.choice([True, False]),
            "created_by": chance.choice(PEOPLE).id,
            "cameras": (CameraId(f"camera-{chance.randrange(64)}"),),
            "during": chance.choice(windows(chance)).during,
        }
        return ProjectFilter(
            **{key: possible[key] for key in chance.sample(sorted(possible), chance.randint(1, 4))}
        )

    return [one() for _ in range(n)]


def searches(ours: Ours) -> list[Row]:
    """Measure every kind of filter against the first page without one.

    The index is put together before, as a server does every five minutes.
    """
    ours.store.tidy()
    chance = random.Random(7)
    first = median(times(ours.page, 100))
    against = f"page 1: {first:.4g} ms"
    rows = []
    wide = max(median(times(partial(ours.page, each), 5)) for each in windows(chance))
    rows.append(figure("slowest time range", wide, wide / first, against=against, goal=5, n=5))
    chosen = combinations(chance, 150)
    taken = [median(times(partial(ours.page, each), 3)) for each in chosen]
    slowest = max(taken)
    rows.append(figure("slowest filters, of 150", slowest, slowest / first, against=against, goal=100, n=3))
    counted = [median(times(partial(ours.store.count, each, cap=10_001), 1)) for each in chosen]
    p95 = quantiles(taken, n=20)[-1]
    rows.append(figure("filters, p95", p95, p95 / 50, against="50 ms", goal=1, n=len(taken)))
    p95 = quantiles(counted, n=20)[-1]
    rows.append(figure("counts of filters, p95", p95, p95 / 50, against="50 ms", goal=1, n=len(counted)))
    return rows


def group_commit(directory: Path) -> Row:
    """Measure 64 callers against one, on a disk whose syncs take 2 ms more."""
    disk = SlowDisk(0.002)
    ours = Ours(directory, 0)
    try:
        alone = 60 / sum(times(ours.insert, 60)) * 1000
        with ThreadPoolExecutor(64) as callers:
            started = time.perf_counter()
            # Each has its next change when its last one is durable.
            list(callers.map(lambda n: times(ours.insert, n - 1), [50] * 64))
            together = 50 * 64 / (time.perf_counter() - started)
    finally:
        ours.store.close()
        disk.unregister()
    ratio = together / alone
    return Row(
        name="64 callers, 2 ms more per sync",
        value=together,
        unit="/s",
        against=f"one caller: {alone:.0f} /s",
        ratio=ratio,
        goal=">= 10 x",
        holds=ratio >= 10,
        n=50 * 64,
    )


def copied(store: Path, target: Path) -> Path:
    """Copy a store's file for a peer, unless it was kept."""
    if not target.exists():
        upkeep.copy(store / FILE, target)
    return target


def memory(directory: Path) -> Row:
    """Measure what a process needs that filters and counts."""
    command = [sys.executable, "-m", "bench.store", "--read", str(directory)]
    megabytes = int(subprocess.run(command, check=True, capture_output=True).stdout) / 1000
    return figure(
        "memory while filtering", megabytes, megabytes / 300, against="300 MB", goal=1, n=1, unit="MB"
    )


def read(directory: Path) -> None:
    """Filter and count in a process of its own, and print the most memory it had, in kB."""
    store = TinyDBStore(directory, writable=False)
    for narrowed in combinations(random.Random(7), 50):
        store.page(narrowed, limit=100)
        store.count(narrowed, cap=10_001)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def main() -> None:
    """Measure, print and keep the rows."""
    kept = os.environ.get("BENCH_DIRECTORY")
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory() as made:
        place = Path(made)
        # Only what takes its time to make is kept: logs with faults, and groups in a full store, are others.
        for name in ("fewer", "group"):
            shutil.rmtree(place / name, ignore_errors=True)
        (place / "scanned.db").unlink(missing_ok=True)
        started = time.perf_counter()
        ours, fewer, stock = Ours(place / "ours", PROJECTS), Ours(place / "fewer", FEWER), Stock(place, FEWER)
        direct = Direct(copied(place / "ours", place / "direct.db"), PROJECTS)
        scanned = Direct(copied(place / "fewer", place / "scanned.db"), FEWER)
        print(f"{PROJECTS:,} projects made in {time.perf_counter() - started:.0f} s")
        sql, tiny, page = "SQLite asked directly", "stock TinyDB", "page 1"
        rows = [
            compared("insert + log", ours.insert, direct.insert, against=sql, goal=1.4, n=300),
            compared("status + log", ours.set_status, direct.set_status, against=sql, goal=1.6, n=300),
            compared("page 1 of 100", ours.page, direct.page, against=sql, goal=1.3, n=100),
            compared("by id", ours.by_id, direct.by_id, against=sql, goal=1.3, n=1_000),
            compared("page 1", ours.page, fewer.page, against=f"at {FEWER:,}", goal=1.5, n=100),
            compared("deepest page", ours.deepest, ours.page, against=page, goal=1.5, n=100),
            *searches(ours),
            memory(place / "ours"),
            beside_tinydb(fewer, stock),
            compared("page 1 of 100, TinyDB", fewer.page, stock.page, against=tiny, goal=1 / 300, n=3),
            compared("verified logs", fewer.verify, scanned.entries, against="plain scan", goal=3, n=5),
            # Last, because a log with unchained entries is one with faults.
            compared(
                "chained append",
                fewer.append_chained,
                fewer.append_unchained,
                against="unchained",
                goal=1.15,
                n=300,
            ),
            group_commit(place / "group"),
        ]
    write("store", rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read(Path(sys.argv[2]))
    else:
        main()
