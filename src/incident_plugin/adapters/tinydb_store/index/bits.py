"""Bitmaps of common terms: for which projects of a segment of ids a term holds.

They repeat what the full text says of the projects up to one, the last that is covered. A term that is common
in a segment has one row there, a bit for each id; one that has no row is rare, and cheap to ask the full text
for. So filters are ANDs and ORs of integers, counts are counted bits, and the full text is walked only for
rare terms and for the newest projects.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteStorage

#: Ids of a segment, in bits: two rows fill a page of the file.
SEGMENT = 31_744
#: Projects that are covered at once. Twice as many, which people still work on, are left to the full text.
STEP = 1_024
#: A term is common when it holds for so many projects of a step.
_COMMON = 16
#: How often it is looked whether there is a step to take.
_LOOK = 64

SCHEMA = (
    """CREATE TABLE bits (
        segment INTEGER NOT NULL, term TEXT NOT NULL, ids BLOB NOT NULL, UNIQUE (segment, term)
    )""",
    "CREATE TABLE covered (project INTEGER NOT NULL)",
    "INSERT INTO covered VALUES (0)",
)

_ALL = "SELECT term, ids FROM bits WHERE segment = ?"
_PLACED = "SELECT term, rowid, ids FROM bits WHERE segment = ?"
_REPLACE = "UPDATE bits SET ids = ? WHERE rowid = ?"
_INSERT = "INSERT INTO bits VALUES (?, ?, ?)"
_PUT = "INSERT INTO bits VALUES (?, ?, ?) ON CONFLICT (segment, term) DO UPDATE SET ids = excluded.ids"
_DELETE = "DELETE FROM bits WHERE segment = ? AND term = ?"


def packed(bits: int) -> bytes:
    """Give bits as they are stored, the lowest id first."""
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def unpacked(stored: bytes | bytearray) -> int:
    """Give the bits of what is stored."""
    return int.from_bytes(stored, "little")


def bits_of(offsets: Iterable[int]) -> int:
    """Give the bits at these places."""
    made = bytearray(SEGMENT // 8)
    for offset in offsets:
        made[offset >> 3] |= 1 << (offset & 7)
    return int.from_bytes(made, "little")


#: Fewer bits than these are found one by one, more of them byte by byte.
_SPARSE = 64
_PLACES = tuple(tuple(place for place in range(7, -1, -1) if byte >> place & 1) for byte in range(256))


def ids_of(segment: int, bits: int) -> Iterator[int]:
    """Give the ids of bits, highest first."""
    first = segment * SEGMENT
    if bits.bit_count() < _SPARSE:
        while bits:
            offset = bits.bit_length() - 1
            bits ^= 1 << offset
            yield first + offset
        return
    nothing = ((bits & -bits).bit_length() - 1) // 8
    stored = packed(bits >> nothing * 8)
    for position in range(len(stored) - 1, -1, -1):
        for place in _PLACES[stored[position]]:
            yield first + (nothing + position) * 8 + place


def between(segment: int, lowest: int, highest: int) -> int:
    """Give the bits of a segment's ids from ``lowest`` to ``highest``."""
    first = max(lowest - segment * SEGMENT, 0)
    last = min(highest - segment * SEGMENT, SEGMENT - 1)
    return (1 << (last + 1)) - (1 << first) if first <= last else 0


def by_segment(ids: Iterable[int]) -> dict[int, int]:
    """Give the bits of ids, by their segments; quickest when neighbours come one after the other."""
    parted: dict[int, bytearray] = {}
    last, made = -1, bytearray()
    for number in ids:
        segment = number // SEGMENT
        if segment != last:
            last, made = segment, parted.setdefault(segment, bytearray(SEGMENT // 8))
        offset = number - segment * SEGMENT
        made[offset >> 3] |= 1 << (offset & 7)
    return {segment: unpacked(found) for segment, found in parted.items()}


class Bits:
    """The bitmaps; within the caller's transaction."""

    def __init__(self, storage: SQLiteStorage, every: str) -> None:
        self._storage = storage
        #: The term that holds for every project: its bits say which ones there are.
        self._every = every

    @property
    def covered(self) -> int:
        """The last project that bitmaps tell of."""
        last: int = self._storage.ask("SELECT project FROM covered")[0][0]
        return last

    def segments(self, lowest: int, highest: int) -> list[int]:
        """Give the segments that have any of these ids, highest first, hopping through the index."""
        found = self._storage.ask(
            "WITH RECURSIVE hops (segment) AS (SELECT max(segment) FROM bits WHERE segment <= ? UNION ALL "
            "SELECT (SELECT max(segment) FROM bits WHERE segment < hops.segment) FROM hops "
            "WHERE hops.segment > ?) SELECT segment FROM hops WHERE segment >= ?",
            (highest // SEGMENT, lowest // SEGMENT, lowest // SEGMENT),
        )
        return [row[0] for row in found]

    def rows(self, segments: Iterable[int], terms: Iterable[str]) -> list[tuple[int, str, bytes]]:
        """Give segment, term and stored bits of these terms, where they are common."""
        found = self._storage.ask(
            "SELECT bits.segment, bits.term, bits.ids FROM json_each(?) AS s CROSS JOIN json_each(?) AS t "
            "CROSS JOIN bits WHERE bits.segment = s.value AND bits.term = t.value",
            (json.dumps(list(segments)), json.dumps(list(terms))),
        )
        return [(row[0], row[1], row[2]) for row in found]

    def change(self, project: int, *, gone: Iterable[str], come: Iterable[str]) -> None:
        """Say of a covered project which terms hold no more, and which hold now."""
        segment, offset = divmod(project, SEGMENT)
        gone, come = set(gone), set(come)
        stored = {term: unpacked(ids) for _, term, ids in self.rows((segment,), gone | come)}
        if self._every in come:
            stored.setdefault(self._every, 0)
        for term, before in stored.items():
            after = before & ~(1 << offset) if term in gone else before | (1 << offset)
            self._write(segment, term, before, after)

    def remove(self, project: int) -> None:
        """Forget a project; nothing is left of terms that hold for no other one."""
        segment, offset = divmod(project, SEGMENT)
        for term, stored in self._storage.ask(_ALL, (segment,)):
            before = unpacked(stored)
            self._write(segment, term, before, before & ~(1 << offset))

    def _write(self, segment: int, term: str, before: int, after: int) -> None:
        if not after:
            self._storage.run(_DELETE, (segment, term))
        elif after != before:
            self._storage.run(_PUT, (segment, term, packed(after)))

    def is_due(self, project: int) -> bool:
        """Say whether it is to be looked, after this project was stored, for a step to take."""
        return project % _LOOK == 0 and project - self.covered >= 2 * STEP

    def cover(
        self,
        projects: Sequence[int],
        terms_of: Callable[[int], Iterable[str]],
        beginnings: Callable[[Mapping[str, int]], Mapping[str, int]],
        before: Callable[[str, int, int], Iterable[int]],
    ) -> None:
        """Cover these projects, the next ones.

        ``beginnings`` gives the bits of what holds besides where a term does. ``before`` gives the projects,
        from one id to another, for which something holds that was rare.
        """
        for segment, ids in groupby(projects, lambda project: project // SEGMENT):
            near = list(ids)
            found: defaultdict[str, int] = defaultdict(int)
            for project in near:
                bit = 1 << (project - near[0])
                for term in terms_of(project):
                    found[term] |= bit
            found |= beginnings(found)
            low = segment * SEGMENT

            def earlier(term: str, low: int = low) -> int:
                return bits_of(project - low for project in before(term, low, projects[0] - 1))

            self._add(segment, near[0] - low, found, earlier)
        self._storage.run("UPDATE covered SET project = ?", (projects[-1],))

    def _add(
        self, segment: int, offset: int, found: Mapping[str, int], earlier: Callable[[str], int]
    ) -> None:
        present = {term: (row, ids) for term, row, ids in self._storage.ask(_PLACED, (segment,))}
        whole, shift = divmod(offset, 8)
        changed, come = [], []
        for term, held in found.items():
            if term in present:
                row, stored = present[term]
                # Nothing is set beyond the byte where these begin.
                last = unpacked(stored[whole:]) | held << shift
                changed.append((row, stored[:whole].ljust(whole, b"\0") + packed(last)))
            elif held.bit_count() >= _COMMON or term == self._every:
                before = earlier(term) if present else 0
                come.append((segment, term, packed(before | held << offset)))
        # As they lie in the file, which is quicker than by their terms.
        self._storage.run_each(_REPLACE, ((ids, row) for row, ids in sorted(changed)))
        self._storage.run_each(_INSERT, come)

    def differ(self, held: Iterable[tuple[int, Iterable[str]]]) -> bool:
        """Say whether the bitmaps tell anything else than all projects, by their ids, and their terms."""
        covered, told = self.covered, 0
        for segment, projects in groupby(held, lambda one: one[0] // SEGMENT):
            stored: dict[str, bytes] = dict(self._storage.ask(_ALL, (segment,)))
            found: dict[str, list[int]] = {term: [] for term in stored}
            for project, terms in projects:
                for term in found.keys() & terms if project <= covered else ():
                    found[term].append(project % SEGMENT)
            if any(packed(bits_of(found[term])) != ids for term, ids in stored.items()):
                return True
            told += len(stored)
        return [(told,)] != self._storage.ask("SELECT count(*) FROM bits")
