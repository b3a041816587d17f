"""Figures of a benchmark: printed as a table, written to ``build/bench/<name>.json``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Self

import attrs

_TARGET = Path(__file__).parent.parent / "build" / "bench"


@attrs.frozen(kw_only=True)
class Row:
    """One figure beside what it is measured against, in the same run."""

    name: str
    value: float
    unit: str
    #: The peer or raw limit.
    against: str
    #: Value over the peer's value.
    ratio: float
    #: The goal, as a reader understands it.
    goal: str
    holds: bool
    #: How many times it was measured; the value is the median.
    n: int

    @classmethod
    def at_most(
        cls, name: str, value: float, unit: str, *, against: str, peer: float, goal: float, n: int
    ) -> Self:
        """A figure that is to be at most ``goal`` times its peer's."""
        return cls(
            name=name,
            value=value,
            unit=unit,
            against=f"{against}: {peer:.4g} {unit}",
            ratio=value / peer,
            goal=f"<= {goal:g} x",
            holds=value <= goal * peer,
            n=n,
        )

    @classmethod
    def at_least(
        cls, name: str, value: float, unit: str, *, against: str, peer: float, goal: float, n: int
    ) -> Self:
        """A figure that is to be at least ``goal`` times its peer's."""
        return cls(
            name=name,
            value=value,
            unit=unit,
            against=f"{against}: {peer:.4g} {unit}",
            ratio=value / peer,
            goal=f">= {goal:g} x",
            holds=value >= goal * peer,
            n=n,
        )

    @classmethod
    def below(cls, name: str, value: float, unit: str, *, limit: float, n: int) -> Self:
        """A figure that is to stay below what people or machines can bear."""
        return cls(
            name=name,
            value=value,
            unit=unit,
            against=f"limit of {limit:g} {unit}",
            ratio=value / limit,
            goal=f"< {limit:g} {unit}",
            holds=value < limit,
            n=n,
        )


def in_turns(runs: int, *works: Callable[[], float]) -> list[float]:
    """Give the median of what each gives, measured in turns after one round that only warms up.

    Who is first moves on, so that nobody always finds the caches as the same other one left them.
    """
    found: list[list[float]] = [[] for _ in works]
    for turn in range(-1, runs):
        for place in range(len(works)):
            who = (turn + place) % len(works)
            figure = works[who]()
            if turn >= 0:
                found[who].append(figure)
    return [median(each) for each in found]


def write(name: str, rows: Iterable[Row]) -> None:
    """Write and print the rows of one benchmark."""
    rows = list(rows)
    _TARGET.mkdir(parents=True, exist_ok=True)
    (_TARGET / f"{name}.json").write_text(json.dumps([attrs.asdict(row) for row in rows], indent=1) + "\n")
    for row in rows:
        verdict = "holds" if row.holds else "MISSED"
        print(
            f"{name:10} {row.name:42} {row.value:10.3f} {row.unit:6} {row.ratio:7.2f} x {row.against}"
            f"  goal {row.goal}: {verdict} (n={row.n})"
        )
