"""The terms of all projects: one full text (SQLite's FTS5), and bitmaps of the terms that are common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import attrs
import msgspec

from incident_plugin.adapters.tinydb_store.index import bits
from incident_plugin.adapters.tinydb_store.index.bits import Bits
from incident_plugin.adapters.tinydb_store.index.terms import (
    EVERY,
    LISTED,
    PIECES,
    Term,
    beginnings_of,
    listed,
    piece_terms,
    pieces,
    terms_of,
    wanted,
)
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteStorage
from incident_plugin.application.searching import ProjectFilter
from incident_plugin.domain.project import Project
from incident_plugin.domain.properties import IncidentProperties

#: A beginning of more words than these is left to the full text, which merges all their lists first.
_FEW = 128
#: Of a term that has bitmaps in some segments, projects that may be found again where it has none.
_AGAIN = 1_000
#: Projects whose terms are kept in memory until bitmaps cover them.
_KEPT = 3 * bits.STEP
#: Terms that are asked for at once: what an expression takes grows faster than its length.
_ASKED = 200
#: Words, and pages of the full text, that one step of sweeping looks at: writers wait a moment at most.
_SWEPT = 500
_MERGED = 200
_LAST = "\U0010ffff"

SCHEMA = (
    # Any character beyond ASCII is part of a term: what parts words was decided when they were folded.
    f"""CREATE VIRTUAL TABLE terms USING fts5(
        held, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'",
        prefix='{" ".join(str(n) for n in range(2, LISTED + 1))}'
    )""",
    "CREATE TABLE words (word TEXT PRIMARY KEY) WITHOUT ROWID",
)

_PUT = "INSERT OR REPLACE INTO terms (rowid, held) VALUES (?, ?)"
_REMOVE = "DELETE FROM terms WHERE rowid = ?"
_numbers = msgspec.json.Decoder(list[int]).decode


class FullText:
    """The terms of all projects; within the caller's transaction."""

    def __init__(self, storage: SQLiteStorage) -> None:
        self._storage = storage
        self.bits = Bits(storage, EVERY)
        #: Words known to be stored; touched only by the thread that writes. A rollback may have unmade some.
        self._known: set[str] = set()
        #: Terms of the newest projects, as one text each; likewise.
        self._newest: dict[int, str] = {}
        #: The last project that bitmaps tell of, once the thread that writes has asked; likewise.
        self._covered: int | None = None
        storage.on_rollback(self.forget)

    def forget(self) -> None:
        """Know nothing by heart any more: the tables were made anew, or changes taken back."""
        self._known.clear()
        self._newest.clear()
        self._covered = None

    def put(self, project: Project, before: Project | None) -> None:
        """Replace the terms of a project, which was stored as ``before``."""
        old = {} if before is None else pieces(before)
        new = pieces(project)
        was: set[str] = set()
        now: set[str] = set()
        text = ""
        same = {number for number in old.keys() & new.keys() if _is_same(number, old[number], new[number])}
        for number in sorted((old.keys() | new.keys()) - same):
            had = piece_terms(number, old[number]) if number in old else set()
            has = piece_terms(number, new[number]) if number in new else set()
            if had != has:
                text = self._put_piece(project.id, number, has)
            was |= had
            now |= has
        self._learn(now)
        if self._is_covered(project.id):
            gone = listed(was) - listed(now)
            for number in same if gone else ():
                gone -= listed(piece_terms(number, new[number]))
            self.bits.change(project.id, gone=gone, come=listed(now) - listed(was))
        else:
            self._keep(project.id, text if len(new) == 1 else "")

    def _is_covered(self, project_id: int) -> bool:
        if self._covered is None:
            self._covered = self.bits.covered
        return project_id <= self._covered

    def _put_piece(self, project_id: int, number: int, terms: set[str]) -> str:
        row, text = project_id * PIECES + number, " ".join(terms)
        if text:
            self._storage.run_last(row, _PUT, (row, text))
        else:
            self._storage.run_last(row, _REMOVE, (row,))
        return text

    def _learn(self, terms: set[str]) -> None:
        new = [term for term in terms - self._known if len(term) > LISTED and not term.startswith(EVERY)]
        if new:
            # In their order, because a text may have very many.
            words = [(word,) for word in sorted(new)]
            self._storage.run_each("INSERT OR IGNORE INTO words VALUES (?)", words)
            self._known.update(new)

    def _keep(self, project_id: int, terms: str) -> None:
        self._newest.pop(project_id, None)
        if terms:
            self._newest[project_id] = terms
            if len(self._newest) > _KEPT:
                del self._newest[next(iter(self._newest))]

    def remove(self, project_id: int) -> None:
        """Forget the terms of a project."""
        self._storage.settle()
        rows = self._storage.ask(
            "SELECT id FROM terms_docsize WHERE id BETWEEN ? AND ?", _rows(project_id, project_id)
        )
        for (row,) in rows:
            self._storage.run_last(row, _REMOVE, (row,))
        self._newest.pop(project_id, None)
        if self._is_covered(project_id):
            self.bits.remove(project_id)

    def cover(self, projects: list[int], stored: Callable[[int], Project]) -> None:
        """Make bitmaps of these projects, the next ones that have none."""
        self._storage.settle()

        def held(project: int) -> Iterable[str]:
            known = self._newest.pop(project, None)
            return terms_of(stored(project)) if known is None else known.split(" ")

        def rare(key: str, lowest: int, highest: int) -> list[int]:
            begins = key.endswith("*")
            return self.walk((Term(key.removesuffix("*"), begins=begins),), lowest, highest)

        self.bits.cover(projects, held, beginnings_of, rare)
        self._covered = projects[-1]

    def has(self, project: Project) -> bool:
        """Say whether all terms of a project are there; others, too many to be asked for, may be as well."""
        self._storage.settle()
        return all(
            self._storage.ask(
                "SELECT 1 FROM terms WHERE terms MATCH ? AND rowid = ?",
                (" AND ".join(f'"{term}"' for term in some), project.id * PIECES + number),
            )
            for number, piece in pieces(project).items()
            for some in _some(sorted(piece_terms(number, piece)))
        )

    def sweep_words(self, after: str) -> str | None:
        """Forget words that no project has any more, of some that follow this one; give the last of those."""
        self._storage.settle()
        found = self._storage.ask(
            "SELECT word FROM words WHERE word > ? ORDER BY word LIMIT ?", (after, _SWEPT)
        )
        for (word,) in found:
            if not self._storage.ask("SELECT 1 FROM terms WHERE terms MATCH ? LIMIT 1", (f'"{word}"',)):
                self._storage.run("DELETE FROM words WHERE word = ?", (word,))
                self._known.discard(word)
        return found[-1][0] if found else None

    def sweep_terms(self, *, first: bool) -> bool:
        """Merge some of the index, so that it keeps nothing that was removed; say whether there is more."""
        self._storage.settle()
        # A negative number begins to merge everything, a positive one goes on (sqlite.org/fts5.html, 6.8).
        return self._merge(-_MERGED if first else _MERGED)

    def gather(self) -> bool:
        """Merge some pieces of the index that are of one size; say whether there is more.

        Each change leaves a piece, and a word is looked up in all of them. While it writes, SQLite merges
        four of a size; this goes on with two.
        """
        self._storage.settle()
        if self._storage.ask("SELECT v FROM terms_config WHERE k = 'usermerge'") != [(2,)]:
            self._storage.run("INSERT INTO terms (terms, rank) VALUES ('usermerge', 2)")
        return self._merge(_MERGED)

    def _merge(self, pages: int) -> bool:
        ((before,),) = self._storage.ask("SELECT total_changes()")
        self._storage.run("INSERT INTO terms (terms, rank) VALUES ('merge', ?)", (pages,))
        ((after,),) = self._storage.ask("SELECT total_changes()")
        return int(after) - int(before) > 1

    def wanted(
        self, narrowed: ProjectFilter, properties: Callable[[], IncidentProperties]
    ) -> list[tuple[Term, ...]]:
        """Give what a filter wants besides id and exact time: of each, one of the alternatives."""
        return wanted(narrowed, properties, self._begun)

    def _begun(self, beginning: str) -> list[Term]:
        if len(beginning) > LISTED:
            found = self._storage.ask(
                "SELECT word FROM words WHERE word >= ? AND word < ? LIMIT ?",
                (beginning, beginning + _LAST, _FEW + 1),
            )
            if len(found) <= _FEW:
                return [Term(row[0]) for row in found]
        return [Term(beginning, begins=True)]

    def walk(self, alternatives: Iterable[Term], lowest: int, highest: int) -> list[int]:
        """Give the projects from one id to another for which an alternative holds, lowest first.

        A project of several pieces may be there more than once.
        """
        expression = " OR ".join(term.expression for term in alternatives)
        # As one text, because each row that is handed over costs as much as finding it.
        found = self._storage.ask(
            f"SELECT json_group_array(rowid / {PIECES}) FROM terms WHERE terms MATCH ? "
            "AND rowid BETWEEN ? AND ?",
            (expression, *_rows(lowest, highest)),
        )
        return _numbers(found[0][0])

    def meeting(self, wanted: list[tuple[Term, ...]], lowest: int, highest: int) -> set[int]:
        """Give the projects from one id to another that meet all that is wanted, without bitmaps."""
        first, *others = sorted(wanted, key=len) or [(Term(EVERY),)]
        found = set(self.walk(first, lowest, highest))
        for alternatives in others:
            if not found:
                break
            found.intersection_update(self.walk(alternatives, min(found), max(found)))
        return found

    def choose(
        self, wanted: list[tuple[Term, ...]], segments: list[int], lowest: int, highest: int
    ) -> dict[int, int]:
        """Give the bits of covered projects from ``lowest`` to ``highest`` that meet all that is wanted."""
        every = {segment: bits.unpacked(ids) for segment, _, ids in self.bits.rows(segments, (EVERY,))}
        left = {s: every.get(s, 0) & bits.between(s, lowest, highest) for s in segments}
        for alternatives in wanted:
            alive = [segment for segment, found in left.items() if found]
            if not alive:
                break
            for segment, found in self._any_of(alternatives, alive, every).items():
                left[segment] &= found
        return left

    def _any_of(
        self, alternatives: tuple[Term, ...], segments: list[int], every: dict[int, int]
    ) -> dict[int, int]:
        rows = self.bits.rows(segments, {term.key for term in alternatives})
        common = {(segment, key): bits.unpacked(ids) for segment, key, ids in rows}
        found = dict.fromkeys(segments, 0)
        rare: dict[Term, list[int]] = {}
        again: Counter[Term] = Counter()
        for segment in segments:
            for term in alternatives:
                held = common.get((segment, term.key))
                if held is None:
                    rare.setdefault(term, []).append(segment)
                else:
                    again[term] += held.bit_count()
                    found[segment] |= every[segment] & ~held if term.lacking else held
        # Each question has a price: terms that are rare nearly everywhere are asked for together.
        together = [term for term in rare if again[term] <= _AGAIN]
        alone = [term for term in rare if again[term] > _AGAIN]
        for terms in (together, *([term] for term in alone)):
            asked = sorted({segment for term in terms for segment in rare[term]})
            for segment, held in self._rare(terms, asked, every).items() if asked else ():
                found[segment] |= held
        return found

    def _rare(self, terms: list[Term], segments: list[int], every: dict[int, int]) -> dict[int, int]:
        """Ask the full text for terms without bitmaps, in these segments and those between."""
        lowest, highest = min(segments) * bits.SEGMENT, (max(segments) + 1) * bits.SEGMENT - 1
        found = dict.fromkeys(segments, 0)
        holding = [term for term in terms if not term.lacking]
        if holding:
            held = bits.by_segment(self.walk(holding, lowest, highest))
            found = {segment: held.get(segment, 0) for segment in segments}
        for term in terms:
            if term.lacking:
                held = bits.by_segment(self.walk((attrs.evolve(term, lacking=False),), lowest, highest))
                for segment in segments:
                    found[segment] |= every[segment] & ~held.get(segment, 0)
        return found


def _some(terms: list[str]) -> Iterator[list[str]]:
    return (terms[first : first + _ASKED] for first in range(0, len(terms), _ASKED))


def _rows(lowest: int, highest: int) -> tuple[int, int]:
    return lowest * PIECES, highest * PIECES + PIECES - 1


def _is_same(number: int, before: Project, after: Project) -> bool:
    """Say whether a piece is as it was; the first is looked at word by word."""
    return number > 0 and (before.comments, before.calls) == (after.comments, after.calls)
