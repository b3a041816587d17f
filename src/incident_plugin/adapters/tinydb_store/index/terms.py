"""Words and facts as terms: what terms a project has, and what a filter wants.

A word's term is a letter for the part it stands in, and the word. A fact (“the status is New”) is an
underscore and a hash, which no word begins with. A project is one row of the full text, or several pieces
when it has many comments and calls, so that one more of them is a change to one piece.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

import attrs

from incident_plugin.application.searching import (
    Part,
    ProjectFilter,
    named_values,
    part_of,
    statuses,
    written_texts,
)
from incident_plugin.domain.project import Call, Comment, Project
from incident_plugin.domain.properties import FieldValue, IncidentProperties
from incident_plugin.domain.text import words

_LETTERS = {Part.DETAILS: "d", Part.CATEGORIES: "g", Part.COMMENTS: "c", Part.CALLS: "p"}
#: The fact that holds for every project.
EVERY = "_"
#: Beginnings of up to so many characters have lists of their own; longer ones are looked up among all words.
LISTED = 4
#: Fields of which it is a fact that they have no value; of others it takes a look at all projects.
_OFTEN_ASKED = ("type", "status", "owner", "priority")
#: Rows that the index has for a project at most.
PIECES = 64
#: Comments and calls up to which a project is one piece.
_WHOLE = 64


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
    return {
        letter + word
        for part, text in written_texts(project).items()
        for letter in (_LETTERS[part],)
        for word in set(words(text))
    }


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
    found = written(piece)
    if number == 0:
        found.update(facts(piece))
    return found


def terms_of(project: Project) -> set[str]:
    """Give the terms of a project."""
    return {term for number, piece in pieces(project).items() for term in piece_terms(number, piece)}


def beginnings(term: str) -> list[str]:
    """Give the beginnings of a word that have lists of their own."""
    return [] if term.startswith(EVERY) else [term[:n] + "*" for n in range(2, min(len(term), LISTED) + 1)]


def beginnings_of(found: Mapping[str, int]) -> dict[str, int]:
    """Give the bits of the beginnings that have lists of their own, from those of the terms."""
    lists: dict[str, int] = {}
    longer = found
    for length in range(LISTED, 1, -1):
        begun: dict[str, int] = {}
        for term, held in longer.items():
            if term[0] != EVERY:
                beginning = term[:length]
                begun[beginning] = begun.get(beginning, 0) | held
        lists.update((begins + "*", held) for begins, held in begun.items() if len(begins) == length)
        longer = begun
    return lists


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
        wanted = f'"{self.text}" *' if self.begins else f'"{self.text}"'
        return f'("{EVERY}" NOT {wanted})' if self.lacking else wanted


#: What a time asks for besides.
WITH_SEQUENCES = (Term(HAS_SEQUENCES),)


def wanted(
    narrowed: ProjectFilter,
    properties: Callable[[], IncidentProperties],
    begun: Callable[[str], Iterable[Term]],
) -> list[tuple[Term, ...]]:
    """Give what a filter wants besides id and exact time: of each, one of the alternatives.

    ``begun`` gives the terms that begin so. Words come last, because most facts are quicker to look up.
    """
    found = [tuple(_value(field, v) for v in values) for field, values in narrowed.fields.items()]
    found += ((Term(_has(field)),) for field in sorted(narrowed.has))
    if narrowed.open is not None:
        chosen = statuses(properties(), are_open=narrowed.open)
        found.append(tuple(_value("status", status) for status in chosen))
    if narrowed.created_by is not None:
        found.append((Term(_fact("by", narrowed.created_by)),))
    if narrowed.cameras:
        found.append(tuple(Term(_camera(camera)) for camera in narrowed.cameras))
    elif narrowed.asks_for_time:
        found.append(WITH_SEQUENCES)
    found += (_word(word, narrowed, properties(), begun) for word in _distinct(words(narrowed.text)))
    return [tuple(dict.fromkeys(alternatives)) for alternatives in found]


def _word(
    word: str,
    narrowed: ProjectFilter,
    properties: IncidentProperties,
    begun: Callable[[str], Iterable[Term]],
) -> tuple[Term, ...]:
    written = (begun(_LETTERS[part] + word) for part in sorted(narrowed.text_in))
    named = (
        Term(_is(field, value))
        for field, value, name in named_values(properties)
        if part_of(field) in narrowed.text_in and any(w.startswith(word) for w in words(name))
    )
    return (*(term for terms in written for term in terms), *named)


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
