"""Words and facts of projects as terms of one full-text index (SQLite's FTS5), filters as its expressions.

A word's term is a letter for the part it stands in, and the word. A fact (“the status is New”) is an
underscore and a hash, which no word begins with. Everything but time is then one intersection of sorted lists
of ids, which the index walks from the newest project on, and stops when a page is full.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteStorage
from incident_plugin.application.searching import (
    Part,
    ProjectFilter,
    named_values,
    part_of,
    statuses,
    written_words,
)
from incident_plugin.domain.project import Project
from incident_plugin.domain.properties import FieldValue, IncidentProperties
from incident_plugin.domain.text import words

_LETTERS = {Part.DETAILS: "d", Part.CATEGORIES: "g", Part.COMMENTS: "c", Part.CALLS: "p"}
#: The fact that holds for every project.
_EVERY = "_"
#: Beginnings of up to so many characters have lists of their own; longer ones are looked up among all words.
_LISTED = 4
#: A beginning of more words than these is left to the index, which merges their lists before it begins.
_FEW = 32
#: Expressions that no project meets, and that every project meets.
NOTHING = "()"
EVERYTHING = f'"{_EVERY}"'
#: Fields of which it is a fact that they have no value; of others it takes a walk through all projects.
_OFTEN_ASKED = ("type", "status", "owner", "priority")
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
    return _EVERY + hashlib.blake2b(text, digest_size=12).hexdigest()


def _has(field: str) -> str:
    return _fact("has", field)


def _lacks(field: str) -> str:
    return _fact("lacks", field)


def _is(field: str, value: FieldValue) -> str:
    return _fact("is", field, type(value).__name__, str(value))


def facts(project: Project) -> Iterator[str]:
    """Give the terms of what is true of a project."""
    yield _EVERY
    yield _fact("by", project.created_by.id)
    for field in _OFTEN_ASKED:
        if project.fields.get(field) is None:
            yield _lacks(field)
    for field, value in project.fields.items():
        if value is not None:
            yield _has(field)
            yield _is(field, value)
    for camera in {sequence.footage.camera for sequence in project.sequences}:
        yield _fact("camera", camera)


def written(project: Project) -> set[str]:
    """Give the terms of the words that people wrote in a project."""
    return {letter + word for part, letter in _LETTERS.items() for word in written_words(project, part)}


class Terms:
    """The terms of all projects; within the caller's transaction."""

    def __init__(self, storage: SQLiteStorage) -> None:
        self._storage = storage
        #: Words known to be stored; touched only by the thread that writes. A rollback may have unmade some.
        self._known: set[str] = set()
        storage.on_rollback(self._known.clear)

    def put(self, project: Project) -> None:
        """Replace the terms of a project."""
        terms = written(project)
        text = " ".join(sorted({*terms, *facts(project)}))
        self._storage.run_last(project.id, _PUT, (project.id, text))
        new = [word for word in terms - self._known if len(word) > _LISTED]
        for word in new:
            self._storage.run("INSERT OR IGNORE INTO words VALUES (?)", (word,))
        self._known.update(new)

    def forget(self) -> None:
        """Know no word any more: the table was made anew."""
        self._known.clear()

    def has(self, project: Project) -> bool:
        """Say whether all terms of a project are there; others, too many to be asked for, may be as well."""
        expression = " AND ".join(_quoted(term) for term in {*written(project), *facts(project)})
        self._storage.settle()
        found = self._storage.ask(
            "SELECT 1 FROM terms WHERE terms MATCH ? AND rowid = ?", (expression, project.id)
        )
        return bool(found)

    def sweep_words(self, after: str) -> str | None:
        """Forget words that no project has any more, of some that follow this one; give the last of those."""
        self._storage.settle()
        found = self._storage.ask(
            "SELECT word FROM words WHERE word > ? ORDER BY word LIMIT ?", (after, _SWEPT)
        )
        for (word,) in found:
            if not self._storage.ask("SELECT 1 FROM terms WHERE terms MATCH ? LIMIT 1", (_quoted(word),)):
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

    def remove(self, project_id: int) -> None:
        """Forget the terms of a project."""
        self._storage.run_last(project_id, _REMOVE, (project_id,))

    def expression(self, narrowed: ProjectFilter, properties: Callable[[], IncidentProperties]) -> str | None:
        """Give the index's expression for all of a filter but its id and time; nothing for one that is empty.

        No project meets an expression with ``NOTHING`` in it.
        """
        self._storage.settle()
        wanted = _distinct(words(narrowed.text))
        parts = [
            *(self._word(word, narrowed, properties()) for word in wanted),
            *(_any_of(_value(field, v) for v in values) for field, values in narrowed.fields.items()),
        ]
        if narrowed.open is not None:
            chosen = statuses(properties(), are_open=narrowed.open)
            parts.append(_any_of(_value("status", status) for status in chosen))
        if narrowed.created_by is not None:
            parts.append(_quoted(_fact("by", narrowed.created_by)))
        if narrowed.cameras:
            parts.append(_any_of(_quoted(_fact("camera", camera)) for camera in narrowed.cameras))
        return " AND ".join(parts) if parts else None

    def _word(self, word: str, narrowed: ProjectFilter, properties: IncidentProperties) -> str:
        written = (self._beginning(_LETTERS[part] + word) for part in sorted(narrowed.text_in))
        named = (
            _quoted(_is(field, value))
            for field, value, name in named_values(properties)
            if part_of(field) in narrowed.text_in and any(w.startswith(word) for w in words(name))
        )
        return _any_of([*(term for terms in written for term in terms), *named])

    def _beginning(self, beginning: str) -> list[str]:
        if len(beginning) > _LISTED:
            found = self._storage.ask(
                "SELECT word FROM words WHERE word >= ? AND word < ? LIMIT ?",
                (beginning, beginning + _LAST, _FEW + 1),
            )
            if len(found) <= _FEW:
                return [_quoted(row[0]) for row in found]
        return [_quoted(beginning) + " *"]


def _distinct(wanted: Iterable[str]) -> list[str]:
    """Leave out words that say nothing more: those that others begin with."""
    longest = sorted(set(wanted), reverse=True)
    return [word for i, word in enumerate(longest) if i == 0 or not longest[i - 1].startswith(word)]


def _value(field: str, value: FieldValue) -> str:
    if value is not None:
        return _quoted(_is(field, value))
    if field in _OFTEN_ASKED:
        return _quoted(_lacks(field))
    return f"({EVERYTHING} NOT {_quoted(_has(field))})"


def _any_of(alternatives: Iterable[str]) -> str:
    return "(" + " OR ".join(dict.fromkeys(alternatives)) + ")"


def _quoted(term: str) -> str:
    return f'"{term}"'
