"""What a process holds, as the system tells it (proc(5)), and what a directory takes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import combinations
from pathlib import Path
from statistics import median

import attrs

#: Each socket is a row of one of these.
_UDP = ("/proc/net/udp", "/proc/net/udp6")


@attrs.frozen(kw_only=True)
class Held:
    """What processes hold together; sizes in MB, time in seconds."""

    rss: float
    #: Memory that nobody else has.
    uss: float
    files: int
    threads: int
    #: Sockets: peer connections of WebRTC have one for each address of this machine, nothing else has any.
    udp: int
    cpu: float


def held(pids: Iterable[int]) -> Held:
    """Look at processes that run."""
    found = [_one(pid) for pid in pids]
    return Held(**{part.name: sum(getattr(one, part.name) for one in found) for part in attrs.fields(Held)})


def _one(pid: int) -> Held:
    proc = Path(f"/proc/{pid}")
    sizes = dict(line.split(":") for line in (proc / "smaps_rollup").read_text().splitlines()[1:])
    rss, clean, dirty = (
        int(sizes[name].split()[0]) / 1024 for name in ("Rss", "Private_Clean", "Private_Dirty")
    )
    links = list(_links(proc / "fd"))
    udp = {f"socket:[{row.split()[9]}]" for table in _UDP for row in Path(table).read_text().splitlines()[1:]}
    used = (proc / "stat").read_text().rpartition(")")[2].split()[11:13]
    return Held(
        rss=rss,
        uss=clean + dirty,
        files=len(links),
        threads=len(list((proc / "task").iterdir())),
        udp=sum(link in udp for link in links),
        cpu=sum(map(int, used)) / os.sysconf("SC_CLK_TCK"),
    )


def _links(directory: Path) -> Iterable[str]:
    for file in directory.iterdir():
        # Closed between being listed and being looked at.
        with suppress(FileNotFoundError):
            yield str(file.readlink())


def megabytes(directory: Path) -> float:
    """Add up the files below a directory, while others work in it."""
    total = 0
    for file in directory.rglob("*"):
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total / 1e6


def growth(points: list[tuple[float, float]]) -> float:
    """Percent an hour of (seconds, amount): the median of all slopes (Theil-Sen): outliers do not turn it."""
    slopes = [(b - a) / (at - since) for (since, a), (at, b) in combinations(points, 2)]
    return 100 * 3600 * median(slopes) / median(amount for _, amount in points)
