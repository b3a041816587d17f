"""From names and values, as an address has them, to what a list is narrowed to.

What is not understood is refused: a filter that was left out would show more than was asked for. A value that
nobody has any more, such as a retired one, is understood and finds what still has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import attrs

from incident_plugin.application.ports import Actor
from incident_plugin.application.searching import Part, ProjectFilter
from incident_plugin.domain.errors import InvalidFilter, InvalidInput
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import PersonId
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.properties import DataField, DataKind, FieldValue, IncidentProperties
from incident_plugin.domain.time import Interval, utc

#: Characters of one value; nobody types more, and an index compares no more.
MAXIMUM_VALUE = 1_000
#: Values of all names together.
MAXIMUM_VALUES = 200

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_YEARS = (1970, 9000)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Digits behind the point that a decimal number has at most.
_PLACES = 15
#: Kinds whose values have an order.
_RANGED = (DataKind.WHOLE_NUMBER, DataKind.DECIMAL, DataKind.DATE_TIME)
_FIELDS = ("type", "status", "priority", "owner")
_SORTED_BY = (
    *("id", "created", "type", "status", "priority", "owner", "description", "start", "end", "sequences"),
    *("created_by", "expires"),
)


@attrs.frozen(kw_only=True)
class Sort:
    """The order of a list."""

    #: A column: ``id``, ``created``, a field of the project, ``start``, ``end``, ``sequences``,
    #: ``expires`` (the end of its retention, whatever holds it).
    by: str = "id"
    descending: bool = True

    @property
    def newest_first(self) -> bool:
        """Whether this is the order in which projects are kept."""
        return self.by in ("id", "created") and self.descending


@attrs.frozen(kw_only=True)
class Span:
    """What the value of a field of incident data lies between, both ends included."""

    field: str
    #: Whether values are times, compared by their microseconds; others are compared as numbers.
    timed: bool
    least: Decimal = Decimal("-Infinity")
    most: Decimal = Decimal("Infinity")

    def has(self, value: FieldValue) -> bool:
        """Say whether a stored value lies in it."""
        if value is None:
            return False
        text = str(value)
        found = _microseconds(datetime.fromisoformat(text)) if self.timed else Decimal(text)
        return self.least <= found <= self.most


def _microseconds(at: datetime) -> Decimal:
    return Decimal((at - _EPOCH) // timedelta(microseconds=1))


@attrs.frozen(kw_only=True)
class Question:
    """What somebody wants to see of the list."""

    narrowed: ProjectFilter = attrs.Factory(ProjectFilter)
    #: Created within this.
    created: Interval | None = None
    #: Created in one of these hours of the week, by the site's clocks: weekday (Monday is 0) and hour.
    hours: frozenset[tuple[int, int]] = frozenset()
    #: All of which hold.
    spans: tuple[Span, ...] = ()
    sort: Sort = attrs.Factory(Sort)

    @property
    def one_by_one(self) -> bool:
        """Whether something matters that no index tells: time of creation, ranges of values."""
        return self.created is not None or bool(self.hours) or bool(self.spans)


@attrs.frozen(kw_only=True)
class Asking:
    """Who asks, when and where: what ``me``, ``-5m`` and ``today`` mean."""

    actor: Actor
    now: datetime
    zone: ZoneInfo
    properties: IncidentProperties


def question(asked: Iterable[tuple[str, str]], asking: Asking) -> Question:
    """Give what these names and values ask for; raises ``InvalidFilter``."""
    values: dict[str, list[str]] = {}
    for count, (name, value) in enumerate(asked):
        if len(value) > MAXIMUM_VALUE or count >= MAXIMUM_VALUES:
            raise InvalidFilter(
                f"The filter is too long: up to {MAXIMUM_VALUES} values of {MAXIMUM_VALUE:,} characters."
            )
        values.setdefault(name, []).append(value)
    for name in values:
        if name not in FILTERS and not name.startswith(("category:", "data:")):
            raise InvalidFilter(f"There is no filter “{name[:100]}”. Remove it.")
    try:
        return _question(values, asking)
    except InvalidFilter:
        raise
    except InvalidInput as error:
        raise InvalidFilter(str(error.detail)) from error


def _question(values: Mapping[str, list[str]], asking: Asking) -> Question:
    spans = tuple(_spans(values, asking))
    ranged = frozenset(span.field for span in spans)
    fields = {
        name: tuple(found for value in given for found in _values(name, value, asking.properties))
        for name, given in values.items()
        if (name in _FIELDS or name.startswith(("category:", "data:"))) and name not in ranged
    }
    if _flag(values, "mine"):
        # The owner is kept as people read it.
        fields["owner"] = (*fields.get("owner", ()), asking.actor.person.name)
    creator = _one(values, "creator")
    number = _one(values, "id")
    narrowed = ProjectFilter(
        id=None if number is None else ProjectId(_whole(number, "ID")),
        text=_one(values, "text") or "",
        text_in=_parts(values.get("in", [])),
        fields=fields,
        has=ranged,
        open=_flag(values, "open"),
        created_by=PersonId(asking.actor.person.id if creator == "me" else creator) if creator else None,
        cameras=tuple(CameraId(camera) for camera in values.get("camera", [])),
        starts_after=_moment(values, "starts-after", asking),
        ends_before=_moment(values, "ends-before", asking),
        during=_between(values, "from", "to", asking),
    )
    return Question(
        narrowed=narrowed,
        created=_between(values, "created-from", "created-to", asking),
        hours=frozenset(map(_hour, values.get("hour", []))),
        spans=spans,
        sort=_sort(_one(values, "sort")),
    )


#: Names that an address can filter and sort by, besides those of categories and data fields.
FILTERS = frozenset(
    {
        *(
            "id",
            "text",
            "in",
            "open",
            "mine",
            "creator",
            "camera",
            "starts-after",
            "ends-before",
            "from",
            "to",
        ),
        *("created-from", "created-to", "hour", "sort"),
        *_FIELDS,
    }
)


def _one(values: Mapping[str, list[str]], name: str) -> str | None:
    given = values.get(name)
    if given is None:
        return None
    if len(given) > 1:
        raise InvalidFilter(f"The filter has “{name}” more than once. Choose one.")
    return given[0].strip() or None


def _flag(values: Mapping[str, list[str]], name: str) -> bool | None:
    given = _one(values, name)
    if given not in (None, "yes", "no"):
        raise InvalidFilter(f"“{name}” is either yes or no.")
    return None if given is None else given == "yes"


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):  # noqa: PLR2004 - fits 64 bits
        raise InvalidFilter(f"The {name} “{text[:100]}” is no whole number.")
    return int(text)


def _parts(given: list[str]) -> frozenset[Part]:
    unknown = [part for part in given if part not in set(Part)]
    if unknown:
        raise InvalidFilter(f"There is no part “{unknown[0][:100]}” to search text in.")
    return frozenset(Part(part) for part in given) or frozenset(Part)


def _data_field(field: str, properties: IncidentProperties) -> DataField | None:
    return next((d for d in properties.data if field == f"data:{d.id}"), None)


def _values(field: str, text: str, properties: IncidentProperties) -> tuple[FieldValue, ...]:
    """Give the stored forms of a field's value; an empty one stands for no value."""
    if text == "":
        return (None,)
    kind = _data_field(field, properties)
    if kind is None:
        return (text,)
    if kind.kind is DataKind.CHECK_BOX:
        if text not in ("yes", "no"):
            raise InvalidFilter(f"{kind.name} is either yes or no.")
        return (text == "yes",)
    stored = kind.checked(text)
    return _written(str(stored)) if kind.kind is DataKind.DECIMAL else (stored,)


def _written(number: str) -> tuple[str, ...]:
    """Give all forms of a decimal number: it is kept with the zeros that somebody wrote at its end."""
    whole, _, part = number.partition(".")
    part = part.rstrip("0")
    longer = (f"{whole}.{part}{'0' * more}" for more in range(0 if part else 1, _PLACES - len(part) + 1))
    return (*longer,) if part else (whole, *longer)


def _spans(values: Mapping[str, list[str]], asking: Asking) -> Iterator[Span]:
    """Give the ranges: ``10..20``, ``10..`` or, of times, ``-24h..``. Dots in a text are its own."""
    for name, given in values.items():
        field = _data_field(name, asking.properties)
        if field is None or field.kind not in _RANGED or not any(".." in value for value in given):
            continue
        first, _, last = (_one(values, name) or "").partition("..")
        if not (first or last):
            raise InvalidFilter(f"The range of {field.name} has no end. Give it one, or remove it.")
        span = Span(field=name, timed=field.kind is DataKind.DATE_TIME)
        if first:
            span = attrs.evolve(span, least=_end(field, first, asking))
        if last:
            # As everywhere, a time that something lasts to is no longer in it.
            span = attrs.evolve(span, most=_end(field, last, asking) - span.timed)
        if span.most < span.least:
            raise InvalidFilter(f"The end of {field.name} lies before its start. Correct one of them.")
        yield span


def _end(field: DataField, text: str, asking: Asking) -> Decimal:
    if field.kind is DataKind.DATE_TIME:
        return _microseconds(moment(text, asking.now, asking.zone))
    return Decimal(str(field.checked(text)))


def _moment(values: Mapping[str, list[str]], name: str, asking: Asking) -> datetime | None:
    text = _one(values, name)
    return None if text is None else moment(text, asking.now, asking.zone)


def _between(values: Mapping[str, list[str]], first: str, last: str, asking: Asking) -> Interval | None:
    start, end = _moment(values, first, asking), _moment(values, last, asking)
    if start is None and end is None:
        return None
    start = start or datetime(_YEARS[0], 1, 1, tzinfo=asking.now.tzinfo)
    end = end or datetime(_YEARS[1], 1, 1, tzinfo=asking.now.tzinfo)
    if end <= start:
        raise InvalidFilter("The end of the time lies before its start. Correct one of them.")
    return Interval(start, end)


def moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Give the instant of an ISO 8601 text with its zone, of ``-5m`` before now, or of a day's beginning.

    Raises ``InvalidFilter``. Days are ``today``, ``yesterday`` and ``2026-03-01``, by the site's clocks.
    """
    days = {"today": 0, "yesterday": 1}
    if text == "now":
        return now
    try:
        if ago := re.fullmatch(r"-(\d{1,5})([smhdw])", text, re.ASCII):
            found = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        elif text in days:
            day = now.astimezone(zone).date() - timedelta(days=days[text])
            found = datetime.combine(day, time(0), zone)
        elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            found = datetime.combine(datetime.fromisoformat(text).date(), time(0), zone)
        else:
            found = datetime.fromisoformat(text)
        if not _YEARS[0] <= found.year <= _YEARS[1]:
            raise InvalidFilter(f"{text[:40]} is outside the calendar of video. Choose another time.")
        return utc(found)
    except (ValueError, OverflowError, InvalidInput) as error:
        if isinstance(error, InvalidFilter):
            raise
        raise InvalidFilter(
            f"“{text[:100]}” is no time. Write 2026-03-01T12:03:00Z, -5m, today or yesterday."
        ) from error


def _hour(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-6])-([01]?\d|2[0-3])", text, re.ASCII)
    if found is None:
        raise InvalidFilter(f"“{text[:100]}” is no hour of the week. Write 0-13 for Monday from 13:00.")
    return int(found[1]), int(found[2])


def _sort(text: str | None) -> Sort:
    if text is None:
        return Sort()
    by = text.removeprefix("-")
    if by not in _SORTED_BY and not by.startswith(("category:", "data:")):
        raise InvalidFilter(f"The list cannot be sorted by “{by[:100]}”.")
    return Sort(by=by, descending=text.startswith("-"))


#: How a value of a project is compared, so that every column has an order.
Key = Callable[[FieldValue], tuple[int, float, str]]


def key_of(field: str, properties: IncidentProperties) -> Key:
    """Give what the values of a field are compared by: their place among the choices, or themselves."""
    kind, _, name = field.partition(":")
    choices: list[str] = {
        "type": [str(v.id) for v in properties.types],
        "status": [str(v.id) for v in properties.statuses],
        "priority": ["low", "normal", "high"],
        "category": [str(v.id) for c in properties.categories if c.id == name for v in c.values],
    }.get(kind, [])
    places = {value: float(place) for place, value in enumerate(choices)}
    decimal = any(d.kind is DataKind.DECIMAL for d in properties.data if d.id == name)

    def key(value: FieldValue) -> tuple[int, float, str]:
        if isinstance(value, bool | int):
            return (0, float(value), "")
        text = str(value)
        if decimal and re.fullmatch(r"-?\d+(\.\d+)?", text):
            return (0, float(text), "")
        return (0, places[text], "") if text in places else (1, 0.0, text.casefold())

    return key
