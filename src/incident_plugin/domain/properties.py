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


@attrs.frozen(kw_only=True)
class PropertyValue:
    """One value to choose: a type, a status, or a value of a category."""

    id: ValueId
    name: str
    #: Only for a status: a project that has it needs no more work.
    closes: bool = False


@attrs.frozen(kw_only=True)
class Category:
    """One of up to five axes, with at most one value for each project."""

    id: CategoryId
    name: str
    description: str = ""
    values: tuple[PropertyValue, ...] = ()


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

    def checked(self, value: FieldValue) -> FieldValue:
        """Give the value in stored form, ``None`` for no value; raises ``InvalidInput``."""
        if value is None or value == "":
            return None
        return _CHECKS[self.kind](self.name, value)


def _whole_number(name: str, value: FieldValue) -> FieldValue:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?[0-9]{1,15}", text):
        raise InvalidInput(f"{name} takes a whole number of up to 15 digits. It was not changed.")
    return int(text)


def _decimal(name: str, value: FieldValue) -> FieldValue:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?[0-9]{1,15}([.][0-9]{1,15})?", text):
        raise InvalidInput(f"{name} takes a number, such as 12.50. It was not changed.")
    return f"{Decimal(text):f}"


def _text(name: str, value: FieldValue) -> FieldValue:
    return checked_text(name, str(value), MAXIMUM_TEXT)


def _check_box(name: str, value: FieldValue) -> FieldValue:
    if isinstance(value, bool):
        return value
    raise InvalidInput(f"{name} is either checked or not. It was not changed.")


def _date_time(name: str, value: FieldValue) -> FieldValue:
    try:
        instant = utc(datetime.fromisoformat(str(value)))
    except (ValueError, InvalidInput) as error:
        raise InvalidInput(f"{name} takes a date and time with its zone. It was not changed.") from error
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
    """All incident properties of the site."""

    types: tuple[PropertyValue, ...] = ()
    statuses: tuple[PropertyValue, ...]
    categories: tuple[Category, ...] = ()
    data: tuple[DataField, ...] = ()

    @property
    def first_status(self) -> ValueId:
        """The status of a new project."""
        return self.statuses[0].id


def _values(*names: str) -> tuple[PropertyValue, ...]:
    return tuple(
        PropertyValue(id=ValueId(name.lower().replace(" ", "-")), name=name, closes=name == "Closed")
        for name in names
    )


#: What a new site begins with.
DELIVERED = IncidentProperties(
    types=_values("Theft", "Vandalism", "Trespassing", "Accident", "Fire", "Medical", "Other"),
    statuses=_values("New", "In progress", "On hold", "Closed"),
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
