"""Words and facts of projects as terms of one full-text index (SQLite's FTS5), filters as sets of them.

A word's term is a letter for the part it stands in, and the word. A fact (“the status is New”) is an
underscore and a hash, which no word begins with. A project is one row of the index, or several pieces when it
has many comments and calls, so that one more of them is a change to one piece. Common terms have bitmaps too.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import groupby

import attrs

from incident_plugin.adapters.tinydb_store.index import bits
from incident_plugin.adapters.tinydb_store.index.bits import Bits
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteStorage
from incident_plugin.application.searching import (
    Part,
    ProjectFilter,
    named_values,
    part_of,
    statuses,
    written_words,
)
from incident_plugin.domain.project import Call, Comment, Project
from incident_plugin.domain.properties import FieldValue, IncidentProperties
from incident_plugin.domain.text import words

_LETTERS = {Part.DETAILS: "d", Part.CATEGORIES: "g", Part.COMMENTS: "c", Part.CALLS: "p"}
#: The fact that holds for every project.
EVERY = "_"
#: Beginnings of up to so many characters have lists of their own; longer ones are looked up among all words.
_LISTED = 4
#: A beginning of more words than these is left to the index, which merges their lists before it begins.
_FEW = 32
#: Fields of which it is a fact that they have no value; of others it takes a look at all projects.
_OFTEN_ASKED = ("type", "status", "owner", "priority")
#: Rows that the index has for a project at most.
PIECES = 64
#: Comments and calls up to which a project is one piece.
_WHOLE = 64
#: Projects whose terms are kept in memory until bitmaps cover them.
_KEPT = 3 * bits.STEP
#: Terms that are asked for at once: what an expression takes grows faster than its length.
_ASKED = 200
#: Words, and pages of the index, that one step of sweeping looks at, so that writers wait a moment at most.
_SWEPT = 500
_MERGED = 200
_LAST = "\U0010ffff"

SCHEMA = (
    # Any character beyond ASCII is part of a term: what parts words was decided when they were folded.
    f"""CREATE VIRTUAL TABLE terms USING fts5(
        held, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'",
        prefix='{" ".join(str(n) for n in range(2, _LISTED + 1))}'
    )""",
    "CREATE TABLE words (word TEXT PRIMARY KEY) WITHOUT ROWID",
)

_PUT = "INSERT OR REPLACE INTO terms (rowid, held) VALUES (?, ?)"
_REMOVE = "DELETE FROM terms WHERE rowid = ?"


@lru_cache(maxsize=65_536)
def _fact(*parts: str) -> str:
    text = "\x1f".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")
    return EVERY + hashlib.blake2b(text, digest_size=12).hexdigest()


def _has(field: str) -> str:
    return _fact("has", field)


def _lacks(field: str) -> str:
    return _fact("lacks", field)


def _is(field: str, value: FieldValue) -> str:
    return _fact("is", field, type(value).__name__, str(value))


def _camera(camera: str) -> str:
    return _fact("camera", camera)


#: There is a sequence.
HAS_SEQUENCES = _fact("sequences")


def facts(project: Project) -> Iterator[str]:
    """Give the terms of what is true of a project."""
    yield EVERY
    yield _fact("by", project.created_by.id)
    for field in _OFTEN_ASKED:
        if project.fields.get(field) is None:
            yield _lacks(field)
    for field, value in project.fields.items():
        if value is not None:
            yield _has(field)
            yield _is(field, value)
    if project.sequences:
        yield HAS_SEQUENCES
    for camera in {sequence.footage.camera for sequence in project.sequences}:
        yield _camera(camera)


def written(project: Project) -> set[str]:
    """Give the terms of the words that people wrote in a project."""
    return {letter + word for part, letter in _LETTERS.items() for word in written_words(project, part)}


def pieces(project: Project) -> dict[int, Project]:
    """Part a project with many comments and calls: the same ones are in the same piece, whatever is added."""
    if len(project.comments) + len(project.calls) <= _WHOLE:
        return {0: project}
    parted: dict[int, tuple[list[Comment], list[Call]]] = {}
    for comment in project.comments:
        parted.setdefault(_piece(comment.id), ([], []))[0].append(comment)
    for call in project.calls:
        parted.setdefault(_piece(call.id), ([], []))[1].append(call)
    nothing = attrs.evolve(project, fields={}, sequences=(), comments=(), calls=())
    return {
        0: attrs.evolve(project, comments=(), calls=()),
        **{
            number: attrs.evolve(nothing, comments=tuple(comments), calls=tuple(calls))
            for number, (comments, calls) in parted.items()
        },
    }


def _piece(item: str) -> int:
    return 1 + zlib.crc32(item.encode("utf-8", "surrogatepass")) % (PIECES - 1)


def piece_terms(number: int, piece: Project) -> set[str]:
    """Give the terms of one of ``pieces``: facts stand in the first."""
    return {*written(piece), *(facts(piece) if number == 0 else ())}


def terms_of(project: Project) -> set[str]:
    """Give the terms of a project."""
    return {term for number, piece in pieces(project).items() for term in piece_terms(number, piece)}


def beginnings(term: str) -> list[str]:
    """Give the beginnings of a word that have lists of their own."""
    return [] if term.startswith(EVERY) else [term[:n] + "*" for n in range(2, min(len(term), _LISTED) + 1)]


def listed(terms: Iterable[str]) -> set[str]:
    """Give what may have bitmaps: the terms, and the beginnings of words."""
    found = set(terms)
    return found.union(*map(beginnings, found))


@attrs.frozen
class Term:
    """One alternative of what a filter wants."""

    text: str
    #: Whether any word that begins so will do.
    begins: bool = False
    #: Whether it must not hold.
    lacking: bool = False

    @property
    def key(self) -> str:
        """What its bitmaps are stored under."""
        return self.text + "*" if self.begins else self.text

    @property
    def expression(self) -> str:
        """The same for the full text."""
        return f'"{self.text}" *' if self.begins else f'"{self.text}"'


#: What a time asks for besides.
WITH_SEQUENCES = (Term(HAS_SEQUENCES),)


class Terms:
    """The terms of all projects; within the caller's transaction."""

    def __init__(self, storage: SQLiteStorage) -> None:
        self._storage = storage
        self.bits = Bits(storage, EVERY)
        #: Words known to be stored; touched only by the thread that writes. A rollback may have unmade some.
        self._known: set[str] = set()
        #: Terms of the newest projects; likewise.
        self._newest: dict[int, set[str]] = {}
        storage.on_rollback(self.forget)

    def forget(self) -> None:
        """Know nothing by heart any more: the tables were made anew, or changes taken back."""
        self._known.clear()
        self._newest.clear()

    def put(self, project: Project, before: Project | None) -> None:
        """Replace the terms of a project, which was stored as ``before``."""
        old = {} if before is None else pieces(before)
        new = pieces(project)
        was: set[str] = set()
        now: set[str] = set()
        same = {number for number in old.keys() & new.keys() if _is_same(number, old[number], new[number])}
        for number in sorted((old.keys() | new.keys()) - same):
            had = piece_terms(number, old[number]) if number in old else set()
            has = piece_terms(number, new[number]) if number in new else set()
            if had != has:
                self._put_piece(project.id, number, has)
            was |= had
            now |= has
        self._learn(now)
        if project.id <= self.bits.covered:
            gone = listed(was) - listed(now)
            for number in same if gone else ():
                gone -= listed(piece_terms(number, new[number]))
            self.bits.change(project.id, gone=gone, come=listed(now) - listed(was))
        else:
            self._keep(project.id, now if len(new) == 1 else None)

    def _put_piece(self, project_id: int, number: int, terms: set[str]) -> None:
        row = project_id * PIECES + number
        if terms:
            self._storage.run_last(row, _PUT, (row, " ".join(sorted(terms))))
        else:
            self._storage.run_last(row, _REMOVE, (row,))

    def _learn(self, terms: set[str]) -> None:
        new = [term for term in terms - self._known if len(term) > _LISTED and not term.startswith(EVERY)]
        if new:
            # In their order, because a text may have very many.
            sql = "INSERT OR IGNORE INTO words SELECT value FROM json_each(?)"
            self._storage.run(sql, (json.dumps(sorted(new), ensure_ascii=False),))
        self._known.update(new)

    def _keep(self, project_id: int, terms: set[str] | None) -> None:
        self._newest.pop(project_id, None)
        if terms is not None:
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
        if project_id <= self.bits.covered:
            self.bits.remove(project_id)

    def cover(self, projects: list[int], stored: Callable[[int], Project]) -> None:
        """Make bitmaps of these projects, the next ones that have none."""
        self._storage.settle()

        def held(project: int) -> set[str]:
            known = self._newest.pop(project, None)
            return terms_of(stored(project)) if known is None else known

        def rare(key: str, lowest: int, highest: int) -> set[int]:
            begins = key.endswith("*")
            return self.walk((Term(key.removesuffix("*"), begins=begins),), lowest, highest)

        self.bits.cover(projects, held, beginnings, rare)

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
        ((before,),) = self._storage.ask("SELECT total_changes()")
        # A negative number begins to merge everything, a positive one goes on (sqlite.org/fts5.html, 6.8).
        pages = -_MERGED if first else _MERGED
        self._storage.run("INSERT INTO terms (terms, rank) VALUES ('merge', ?)", (pages,))
        ((after,),) = self._storage.ask("SELECT total_changes()")
        return int(after) - int(before) > 1

    def wanted(
        self, narrowed: ProjectFilter, properties: Callable[[], IncidentProperties]
    ) -> list[tuple[Term, ...]]:
        """Give what a filter wants besides id and exact time: of each, one of the alternatives."""
        found = [
            *(self._word(word, narrowed, properties()) for word in _distinct(words(narrowed.text))),
            *(tuple(_value(field, v) for v in values) for field, values in narrowed.fields.items()),
        ]
        if narrowed.open is not None:
            chosen = statuses(properties(), are_open=narrowed.open)
            found.append(tuple(_value("status", status) for status in chosen))
        if narrowed.created_by is not None:
            found.append((Term(_fact("by", narrowed.created_by)),))
        if narrowed.cameras:
            found.append(tuple(Term(_camera(camera)) for camera in narrowed.cameras))
        elif narrowed.asks_for_time:
            found.append(WITH_SEQUENCES)
        return [tuple(dict.fromkeys(alternatives)) for alternatives in found]

    def _word(self, word: str, narrowed: ProjectFilter, properties: IncidentProperties) -> tuple[Term, ...]:
        written = (self._begun(_LETTERS[part] + word) for part in sorted(narrowed.text_in))
        named = (
            Term(_is(field, value))
            for field, value, name in named_values(properties)
            if part_of(field) in narrowed.text_in and any(w.startswith(word) for w in words(name))
        )
        return (*(term for terms in written for term in terms), *named)

    def _begun(self, beginning: str) -> list[Term]:
        if len(beginning) > _LISTED:
            found = self._storage.ask(
                "SELECT word FROM words WHERE word >= ? AND word < ? LIMIT ?",
                (beginning, beginning + _LAST, _FEW + 1),
            )
            if len(found) <= _FEW:
                return [Term(row[0]) for row in found]
        return [Term(beginning, begins=True)]

    def walk(self, alternatives: Iterable[Term], lowest: int, highest: int) -> set[int]:
        """Give the projects from one id to another for which an alternative holds, by the full text."""
        expression = " OR ".join(
            f'("{EVERY}" NOT {term.expression})' if term.lacking else term.expression for term in alternatives
        )
        found = self._storage.ask(
            f"SELECT rowid / {PIECES} FROM terms WHERE terms MATCH ? AND rowid BETWEEN ? AND ?",
            (expression, *_rows(lowest, highest)),
        )
        return {row[0] for row in found}

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
        rare: dict[int, list[Term]] = {}
        for segment in segments:
            for term in alternatives:
                held = common.get((segment, term.key))
                if held is None:
                    rare.setdefault(segment, []).append(term)
                else:
                    found[segment] |= every[segment] & ~held if term.lacking else held
        # Neighbours that lack the same are asked for together.
        for terms, near in groupby(rare.items(), lambda item: item[1]):
            asked = [segment for segment, _ in near]
            for segment, held in self._rare(terms, asked, every).items():
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


def _distinct(wanted: Iterable[str]) -> list[str]:
    """Leave out words that say nothing more: those that others begin with."""
    longest = sorted(set(wanted), reverse=True)
    return [word for i, word in enumerate(longest) if i == 0 or not longest[i - 1].startswith(word)]


def _value(field: str, value: FieldValue) -> Term:
    if value is not None:
        return Term(_is(field, value))
    if field in _OFTEN_ASKED:
        return Term(_lacks(field))
    return Term(_has(field), lacking=True)
