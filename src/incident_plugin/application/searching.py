"""What a list of projects can be narrowed to, and what searching means: the same in every store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

import attrs

from incident_plugin.domain.journal import Entry
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import PersonId
from incident_plugin.domain.phrases import sentence
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import FieldValue, IncidentProperties, ValueId
from incident_plugin.domain.sequence import Footage
from incident_plugin.domain.text import words
from incident_plugin.domain.time import Interval

#: Fields whose value is the id of a property: searching looks at the name that it has now.
_NAMED = ("type", "status", "category:")


class Part(StrEnum):
    """The parts of a project that text is searched in; who may not read one does not search it either."""

    DETAILS = "details"
    CATEGORIES = "categories"
    COMMENTS = "comments"
    CALLS = "calls"


@attrs.frozen(kw_only=True)
class ProjectFilter:
    """What a list of projects is narrowed to; an empty one narrows nothing. All that is set must hold."""

    id: ProjectId | None = None
    #: Words that all occur as beginnings of words, compared as ``text.words`` says.
    text: str = ""
    #: Where the words may occur, each by itself.
    text_in: frozenset[Part] = frozenset(Part)
    #: By field name, the values of which a project has one; ``None`` stands for no value.
    fields: Mapping[str, tuple[FieldValue, ...]] = attrs.Factory(dict)
    #: Fields of which a project has some value.
    has: frozenset[str] = frozenset()
    #: Whether the status closes a project, as the incident properties say now.
    open: bool | None = None
    created_by: PersonId | None = None
    #: There is a sequence that meets all of these: of one of the cameras (any, for none named)...
    cameras: tuple[CameraId, ...] = ()
    #: ...that starts then or later...
    starts_after: datetime | None = None
    #: ...that ends then or earlier...
    ends_before: datetime | None = None
    #: ...and that shares an instant with this.
    during: Interval | None = None

    @property
    def asks_for_time(self) -> bool:
        """Whether the time of sequences matters."""
        return not (self.starts_after is None and self.ends_before is None and self.during is None)


@attrs.frozen(kw_only=True)
class EntryFilter:
    """What an activity log is narrowed to; an empty one narrows nothing. All that is set must hold."""

    #: The action, or what its parts begin with: ``field``, ``comment``, ``security``...
    kind: str = ""
    #: Who did it: one of these, or anybody.
    people: frozenset[PersonId] | None = None
    #: Name of a field, or id of a comment, call or sequence.
    target: str = ""
    #: Not before this, and before that.
    since: datetime | None = None
    until: datetime | None = None
    #: Each of these words begins one of the sentence that says what was done.
    text: str = ""

    def selects(self, entry: Entry) -> bool:
        """Say whether an entry is left."""
        activity = entry.activity
        return (
            (not self.kind or f"{activity.action}.".startswith(f"{self.kind}."))
            and (self.people is None or entry.actor.id in self.people)
            and (not self.target or activity.target == self.target)
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
            and (not self.text or has_words(sentence(activity), self.text))
        )


def has_words(text: str, wanted: str) -> bool:
    """Say whether each word of ``wanted`` begins one of a text, whatever the case and the accents."""
    found = words(text)
    return all(any(word.startswith(beginning) for word in found) for beginning in words(wanted))


def part_of(field: str) -> Part:
    """Give the part that a field belongs to."""
    return Part.CATEGORIES if field.startswith(("category:", "data:")) else Part.DETAILS


def is_named(field: str) -> bool:
    """Whether a field's value is the id of a property with a name of its own."""
    return field.startswith(_NAMED)


def named_values(properties: IncidentProperties) -> Iterator[tuple[str, ValueId, str]]:
    """Give every value that has a name: its field, its id and the name."""
    yield from (("type", value.id, value.name) for value in properties.types)
    yield from (("status", value.id, value.name) for value in properties.statuses)
    for category in properties.categories:
        yield from ((f"category:{category.id}", value.id, value.name) for value in category.values)


def written_texts(project: Project) -> dict[Part, str]:
    """Give what people wrote in each part; names of properties are not among it."""
    texts: dict[Part, list[str]] = {
        Part.DETAILS: [],
        Part.CATEGORIES: [],
        Part.COMMENTS: [comment.text for comment in project.comments],
        Part.CALLS: [text for c in project.calls for text in (c.number, c.person, c.outcome, c.note)],
    }
    for field, value in project.fields.items():
        if not is_named(field) and not isinstance(value, bool):
            texts[part_of(field)].append(str(value))
    # Together, because most are short: a line end parts words as the end of a text does.
    return {part: "\n".join(each) for part, each in texts.items() if each}


def statuses(properties: IncidentProperties, *, are_open: bool) -> tuple[ValueId | None, ...]:
    """Give the statuses of open projects, of which no status is one, or those that close a project."""
    found = tuple(status.id for status in properties.statuses if status.closes is not are_open)
    return (None, *found) if are_open else found


def same(one: FieldValue, other: FieldValue) -> bool:
    """Whether two values of a field are the same; a number is never a check box."""
    return type(one) is type(other) and one == other


def matches(project: Project, narrowed: ProjectFilter, properties: IncidentProperties) -> bool:
    """Say whether a project belongs to the list: what every store's indexes must agree with."""
    status = project.fields.get("status")
    return (
        narrowed.id in (None, project.id)
        and (narrowed.open is None or status in statuses(properties, are_open=narrowed.open))
        and narrowed.created_by in (None, project.created_by.id)
        and all(
            any(same(project.fields.get(field), value) for value in values)
            for field, values in narrowed.fields.items()
        )
        and all(project.fields.get(field) is not None for field in narrowed.has)
        and _meets_text(project, narrowed, properties)
        and _meets_sequences(project, narrowed)
    )


def _meets_text(project: Project, narrowed: ProjectFilter, properties: IncidentProperties) -> bool:
    wanted = words(narrowed.text)
    if not wanted:
        return True
    found: set[str] = set()
    for part, text in written_texts(project).items():
        if part in narrowed.text_in:
            found.update(words(text))
    for field, value, name in named_values(properties):
        if part_of(field) in narrowed.text_in and project.fields.get(field) == value:
            found.update(words(name))
    return all(any(word.startswith(beginning) for word in found) for beginning in wanted)


def _meets_sequences(project: Project, narrowed: ProjectFilter) -> bool:
    if not narrowed.cameras and not narrowed.asks_for_time:
        return True
    return any(_meets(sequence.footage, narrowed) for sequence in project.sequences)


def _meets(footage: Footage, narrowed: ProjectFilter) -> bool:
    interval = footage.interval
    return (
        (not narrowed.cameras or footage.camera in narrowed.cameras)
        and (narrowed.starts_after is None or interval.start >= narrowed.starts_after)
        and (narrowed.ends_before is None or interval.end <= narrowed.ends_before)
        and (narrowed.during is None or interval.overlaps(narrowed.during))
    )
