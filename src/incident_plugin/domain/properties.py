"""Incident properties: what administrators define and operators choose from."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

import attrs

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.text import MAXIMUM_TEXT, checked_text
from incident_plugin.domain.time import utc

ValueId = NewType("ValueId", str)
CategoryId = NewType("CategoryId", str)
DataFieldId = NewType("DataFieldId", str)

#: A value as it is stored: decimals as text in normal form, instants as ISO 8601 text in UTC.
FieldValue = str | int | bool | None


class Colour(StrEnum):
    """Colours of values, by name: each theme has its own shade of enough contrast."""

    NONE = "none"
    GREY = "grey"
    BLUE = "blue"
    TEAL = "teal"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    VIOLET = "violet"


class Symbol(StrEnum):
    """Shapes of values: what a colour says is said by a shape too."""

    NONE = "none"
    RING = "ring"
    DOT = "dot"
    HALF = "half"
    PAUSE = "pause"
    CHECK = "check"
    CROSS = "cross"
    SQUARE = "square"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"
    STAR = "star"
    FLAG = "flag"
    BOLT = "bolt"


@attrs.frozen(kw_only=True)
class PropertyValue:
    """One value to choose: a type, a status, a value of a category, or a report title."""

    id: ValueId
    name: str
    #: Only for a status: a project that has it needs no more work.
    closes: bool = False
    colour: Colour = Colour.NONE
    symbol: Symbol = Symbol.NONE
    #: Projects that have it keep and show it; it cannot be chosen any more.
    retired: bool = False


@attrs.frozen(kw_only=True)
class Category:
    """One of up to five axes, with at most one value for each project."""

    id: CategoryId
    name: str
    description: str = ""
    values: tuple[PropertyValue, ...] = ()
    #: Whether it is offered; a project that has a value of it keeps and shows it.
    enabled: bool = True
    #: What a new project begins with.
    default: ValueId | None = None


class DataKind(StrEnum):
    """Kinds of incident data."""

    WHOLE_NUMBER = "whole-number"
    DECIMAL = "decimal"
    TEXT = "text"
    CHECK_BOX = "check-box"
    DATE_TIME = "date-time"


@attrs.frozen(kw_only=True)
class DataField:
    """One typed field of incident data."""

    id: DataFieldId
    name: str
    kind: DataKind
    #: Whether it is offered; a project that has a value for it keeps and shows it.
    enabled: bool = True

    def checked(self, value: FieldValue) -> FieldValue:
        """Give the value in stored form, ``None`` for no value; raises ``InvalidInput``."""
        if value is None or value == "":
            return None
        return _CHECKS[self.kind](self.name, value)


def _whole_number(name: str, value: FieldValue) -> FieldValue:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?[0-9]{1,15}", text):
        raise InvalidInput(
            f"{name} takes a whole number of up to 15 digits. It was not changed.",
            cause="incident.not-a-whole-number",
        )
    return int(text)


def _decimal(name: str, value: FieldValue) -> FieldValue:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?[0-9]{1,15}([.][0-9]{1,15})?", text):
        raise InvalidInput(
            f"{name} takes a number, such as 12.50. It was not changed.", cause="incident.not-a-number"
        )
    return f"{Decimal(text):f}"


def _text(name: str, value: FieldValue) -> FieldValue:
    return checked_text(name, str(value), MAXIMUM_TEXT)


def _check_box(name: str, value: FieldValue) -> FieldValue:
    if isinstance(value, bool):
        return value
    raise InvalidInput(f"{name} is either checked or not. It was not changed.", cause="incident.not-a-check")


def _date_time(name: str, value: FieldValue) -> FieldValue:
    try:
        instant = utc(datetime.fromisoformat(str(value)))
    except (ValueError, InvalidInput) as error:
        raise InvalidInput(
            f"{name} takes a date and time with its zone. It was not changed.", cause="incident.not-a-time"
        ) from error
    return instant.isoformat().replace("+00:00", "Z")


_CHECKS = {
    DataKind.WHOLE_NUMBER: _whole_number,
    DataKind.DECIMAL: _decimal,
    DataKind.TEXT: _text,
    DataKind.CHECK_BOX: _check_box,
    DataKind.DATE_TIME: _date_time,
}


@attrs.frozen(kw_only=True)
class IncidentProperties:
    """All incident properties of the site, in the order in which people are to see them."""

    types: tuple[PropertyValue, ...] = ()
    statuses: tuple[PropertyValue, ...]
    categories: tuple[Category, ...] = ()
    data: tuple[DataField, ...] = ()
    #: What a new project begins with.
    default_type: ValueId | None = None
    default_status: ValueId | None = None
    #: Names of fields without which no project is closed.
    required_to_close: tuple[str, ...] = ()
    #: Headings of reports to choose from; the first one is used where nobody chooses.
    report_titles: tuple[PropertyValue, ...] = ()
    #: Grows with every saved change.
    revision: int = 0

    @property
    def first_status(self) -> ValueId:
        """The status of a new project."""
        offered = (status.id for status in self.statuses if not status.retired)
        return self.default_status or next(offered, self.statuses[0].id)

    def closes(self, status: FieldValue) -> bool:
        """Whether a project with this status needs no more work."""
        return any(one.closes for one in self.statuses if one.id == status)

    def category(self, category_id: str) -> Category | None:
        """Find a category."""
        return next((one for one in self.categories if one.id == category_id), None)

    def data_field(self, field_id: str) -> DataField | None:
        """Find a field of incident data."""
        return next((one for one in self.data if one.id == field_id), None)


def _values(*names: str) -> tuple[PropertyValue, ...]:
    return tuple(PropertyValue(id=ValueId(name.lower().replace(" ", "-")), name=name) for name in names)


def _status(name: str, colour: Colour, symbol: Symbol, *, closes: bool = False) -> PropertyValue:
    (value,) = _values(name)
    return attrs.evolve(value, colour=colour, symbol=symbol, closes=closes)


#: What a new site begins with.
DELIVERED = IncidentProperties(
    types=_values("Theft", "Vandalism", "Trespassing", "Accident", "Fire", "Medical", "Other"),
    statuses=(
        _status("New", Colour.BLUE, Symbol.RING),
        _status("In progress", Colour.AMBER, Symbol.HALF),
        _status("On hold", Colour.VIOLET, Symbol.PAUSE),
        _status("Closed", Colour.GREEN, Symbol.CHECK, closes=True),
    ),
    categories=(
        Category(
            id=CategoryId("severity"),
            name="Severity",
            description="How serious it is",
            values=_values("Low", "Medium", "High"),
        ),
        Category(
            id=CategoryId("authorities"),
            name="Authorities",
            description="Who was called",
            values=_values("None", "Police", "Fire brigade", "Ambulance"),
        ),
    ),
    data=(
        DataField(id=DataFieldId("persons"), name="Persons involved", kind=DataKind.WHOLE_NUMBER),
        DataField(id=DataFieldId("damage"), name="Estimated damage", kind=DataKind.DECIMAL),
        DataField(id=DataFieldId("reference"), name="Reference", kind=DataKind.TEXT),
        DataField(id=DataFieldId("injuries"), name="Injuries", kind=DataKind.CHECK_BOX),
        DataField(id=DataFieldId("reported"), name="Reported at", kind=DataKind.DATE_TIME),
    ),
)
