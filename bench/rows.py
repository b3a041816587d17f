"""Figures of a benchmark: printed as a table, written to ``build/bench/<name>.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

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
