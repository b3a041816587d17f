"""The fields of a project: which values they take, and what people read for them.

A field's name is ``type``, ``status``, ``description``, ``owner``, ``priority``, ``category:<id>`` or
``data:<id>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.properties import FieldValue, IncidentProperties, PropertyValue, ValueId
from incident_plugin.domain.text import MAXIMUM_LINE, MAXIMUM_TEXT, checked_text


class Priority(StrEnum):
    """How urgent a project is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


_PRIORITIES = tuple(PropertyValue(id=ValueId(p.value), name=p.value.capitalize()) for p in Priority)


def checked_field(field: str, value: FieldValue, properties: IncidentProperties) -> FieldValue:
    """Give a field's value in stored form, ``None`` for no value.

    Raises ``InvalidInput`` for a value the field does not take, or no longer, and for an unknown field.
    """
    kind, _, name = field.partition(":")
    if kind == "category":
        category = properties.category(name)
        if category is not None:
            _refuse_disabled(category.name, value, enabled=category.enabled)
            return _chosen(category.name, value, category.values)
    elif kind == "data":
        data_field = properties.data_field(name)
        if data_field is not None:
            _refuse_disabled(data_field.name, value, enabled=data_field.enabled)
            return data_field.checked(value)
    elif field in _CHECKS:
        return _CHECKS[field](value, properties)
    raise InvalidInput(
        f"There is no field “{field[:100]}”. Nothing was changed.", cause="incident.field-unknown"
    )


def field_title(field: str, properties: IncidentProperties) -> str:
    """Give the name that people read for a field."""
    kind, _, name = field.partition(":")
    titles: dict[str, str] = {}
    if kind == "category":
        titles = {c.id: c.name for c in properties.categories}
    elif kind == "data":
        titles = {f.id: f.name for f in properties.data}
    return titles.get(name, name or kind.capitalize())


def shown_value(field: str, value: FieldValue, properties: IncidentProperties) -> str:
    """Give the text that people read for a field's value, as it is named now; empty for no value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return next((c.name for c in _choices(field, properties) if c.id == value), str(value))


def missing_to_close(fields: Mapping[str, FieldValue], properties: IncidentProperties) -> tuple[str, ...]:
    """Give the titles of required fields that have no value, in the order of the site."""
    return tuple(
        field_title(field, properties)
        for field in properties.required_to_close
        if fields.get(field) is None and _is_offered(field, properties)
    )


def _is_offered(field: str, properties: IncidentProperties) -> bool:
    kind, _, name = field.partition(":")
    if kind == "category":
        category = properties.category(name)
        return category is not None and category.enabled
    if kind == "data":
        data_field = properties.data_field(name)
        return data_field is not None and data_field.enabled
    return True


def _choices(field: str, properties: IncidentProperties) -> tuple[PropertyValue, ...]:
    kind, _, name = field.partition(":")
    if kind == "category":
        return next((c.values for c in properties.categories if c.id == name), ())
    return {"type": properties.types, "status": properties.statuses, "priority": _PRIORITIES}.get(field, ())


def _one_of(title: str, value: FieldValue, allowed: Iterable[str]) -> FieldValue:
    if value in (None, ""):
        return None
    if value not in set(allowed):
        raise InvalidInput(
            f"{title} has no value “{str(value)[:100]}”. It was not changed: choose from the list.",
            cause="incident.value-not-offered",
        )
    return value


def _chosen(title: str, value: FieldValue, values: tuple[PropertyValue, ...]) -> FieldValue:
    retired = next((one for one in values if one.id == value and one.retired), None)
    if retired is not None:
        raise InvalidInput(
            f"“{retired.name}” is retired and cannot be chosen for {title} any more. It was not changed: "
            "choose another value.",
            cause="incident.value-retired",
        )
    return _one_of(title, value, (one.id for one in values))


def _refuse_disabled(title: str, value: FieldValue, *, enabled: bool) -> None:
    if not enabled and value not in (None, ""):
        raise InvalidInput(
            f"{title} is no longer used at this site and takes no new value. It was not changed: empty it, "
            "then save the rest.",
            cause="incident.field-retired",
        )


def _status(value: FieldValue, properties: IncidentProperties) -> FieldValue:
    status = _chosen("Status", value, properties.statuses)
    if status is None:
        raise InvalidInput(
            "Every incident project has a status. It was not changed: choose one.",
            cause="incident.status-required",
        )
    return status


_CHECKS: dict[str, Callable[[FieldValue, IncidentProperties], FieldValue]] = {
    "type": lambda value, properties: _chosen("Type", value, properties.types),
    "status": _status,
    "description": lambda value, _: checked_text("The description", str(value or ""), MAXIMUM_TEXT) or None,
    "owner": lambda value, _: checked_text("The owner", str(value or ""), MAXIMUM_LINE) or None,
    "priority": lambda value, _: _one_of("Priority", value, Priority),
}
