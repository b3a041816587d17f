"""Hiding user names: the content of a report with numbers in their place.

Names are replaced in the content, before anything is laid out, so that nothing downstream can let one slip.
A name that somebody wrote into a text is replaced too, in brackets, so that the reader sees where.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, TypeVar

import attrs

from incident_plugin.adapters.pdf_report.languages import Texts
from incident_plugin.application.reports.content import ReportContent
from incident_plugin.domain.fields import field_title
from incident_plugin.domain.people import Person, PersonId

#: Attributes that are never printed and that other values refer to.
_REFERENCES = frozenset({"id", "camera", "time_zone", "language", "sha256", "pictures", "logo"})


def without_user_names(content: ReportContent) -> ReportContent:
    """Give the same content with “Person 1”, “Person 2” ... in place of its users' names."""
    # Who the project tells of comes first, in the order of the pages.
    people = _people((content.project, content.entries, content.exports, content))
    return Names(people, _owners(content), content.language).hidden(content)


_Value = TypeVar("_Value")
#: Letters of a name that could as well be a part of an ordinary word.
_SHORT = 3


class Names:
    """Who has which number, and under which names they are known."""

    def __init__(self, people: Iterable[Person], others: Iterable[str], language: str) -> None:
        """Number people in the order in which they come, and then others who are known by name only."""
        self._texts = Texts(language)
        self._by_id: dict[PersonId, str] = {}
        self._by_name: dict[str, dict[str, None]] = {}
        self._spellings: set[str] = set()
        for person in people:
            number = len(self._by_id) + 1
            label = self._by_id.setdefault(person.id, self._texts("hidden.person", number=number))
            self._learn(person.name, label)
        unknown = len(self._by_id)
        for name in others:
            if name.strip() and _folded(name) not in self._by_name:
                unknown += 1
                self._learn(name, self._texts("hidden.person", number=unknown))
        self._written = _pattern(self._spellings)

    def _learn(self, name: str, label: str) -> None:
        if folded := _folded(name):
            self._by_name.setdefault(folded, {})[label] = None
            # Folding can change letters (ß to ss): look for the name as it is written, too.
            self._spellings |= {folded, unicodedata.normalize("NFC", name)}

    def _label(self, name: str) -> str:
        # Two users may have the same name: a text does not say which one is meant.
        known = self._by_name.get(_folded(name), (self._texts("hidden.unknown"),))
        return self._texts("hidden.or").join(known)

    def in_text(self, text: str) -> str:
        """Give a text with numbers in place of names."""
        text = unicodedata.normalize("NFC", text)
        if _folded(text) in self._by_name:
            return self._label(text)
        if self._written is None:
            return text
        return self._written.sub(lambda match: f"[{self._label(match[0])}]", text)

    def hidden(self, value: _Value) -> _Value:
        """Give a value of the same type without user names."""
        hidden: Any = value
        match value:
            case Person():
                hidden = attrs.evolve(value, name=self._by_id[value.id])
            case Enum():
                pass
            case str():
                hidden = self.in_text(value)
            case tuple():
                hidden = tuple(self.hidden(item) for item in value)
            case bytes():
                pass
            case Mapping():
                hidden = {key: self.hidden(item) for key, item in value.items()}
            case _ if attrs.has(type(value)):
                hidden = self._hidden_attributes(value)
        return hidden  # type: ignore[no-any-return]

    def _hidden_attributes(self, value: Any) -> Any:
        changed = {}
        for name in _walked(value):
            before = getattr(value, name)
            after = self.hidden(before)
            if after is not before:
                changed[name] = after
        return attrs.evolve(value, **changed) if changed else value


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Find names in texts, longest first; also inflected ones, as in “Anna Bergs”.

    A short name counts only as a word of its own: “Bo” is not meant in “both”.
    """
    alternatives = []
    for name in sorted(names, key=lambda name: (-len(name), name)):
        spelled = r"\s+".join(map(re.escape, name.split()))
        alternatives.append(spelled if len(name) > _SHORT else rf"(?<!\w){spelled}(?!\w)")
    return re.compile("|".join(alternatives), re.IGNORECASE) if alternatives else None


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _people(value: Any) -> Iterator[Person]:
    if isinstance(value, Person):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _people(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _people(item)
    elif attrs.has(type(value)):
        for name in _walked(value):
            yield from _people(getattr(value, name))


def _walked(value: Any) -> Iterator[str]:
    """Name the attributes that may tell of people, in their order."""
    return (a.name for a in attrs.fields(type(value)) if a.name not in _REFERENCES)


def _owners(content: ReportContent) -> Iterable[str]:
    """The owner of a project is a name, now and in the log."""
    yield str(content.project.fields.get("owner") or "")
    title = field_title("owner", content.properties)
    for entry in content.entries:
        if entry.activity.subject == title:
            yield from (entry.activity.before, entry.activity.after)
