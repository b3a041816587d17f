"""Changing the incident properties: what may be changed, and what the audit log says of it.

Categories and incident data are switched off and never removed, and a value that projects have is retired and
never removed: so nothing that somebody entered is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.fields import field_title
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.properties import (
    Category,
    CategoryId,
    DataField,
    DataFieldId,
    IncidentProperties,
    PropertyValue,
    ValueId,
)
from incident_plugin.domain.text import MAXIMUM_LINE, MAXIMUM_TEXT, checked_text

MAXIMUM_CATEGORIES, MAXIMUM_OF_A_KIND, MAXIMUM_VALUES = 5, 3, 200
#: What a log calls the fields that every project has; nothing else may be called so.
RESERVED = ("Type", "Status", "Description", "Owner", "Priority")
_ALWAYS = ("type", "description", "owner", "priority")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_KEPT = "Nothing was changed"

#: Gives the number of projects, those in the recycle bin included, whose field has a value.
Used = Callable[[str, ValueId], int]


def axes(properties: IncidentProperties) -> Iterator[tuple[str, str, tuple[PropertyValue, ...]]]:
    """Give what values are chosen from: the field, its title, and the values."""
    yield "type", "Type", properties.types
    yield "status", "Status", properties.statuses
    for category in properties.categories:
        yield f"category:{category.id}", category.name, category.values


def revised(before: IncidentProperties, after: IncidentProperties, used: Used) -> IncidentProperties:
    """Give the changed properties as they can be stored, with ids for what is new.

    Raises ``InvalidInput`` naming what cannot be so.
    """
    after = _with_ids(after)
    _check_values("type", after.types)
    _check_values("status", after.statuses)
    _check_values("report title", after.report_titles)
    _check_statuses(after)
    _check_default("type", after.default_type, after.types)
    _check_categories(after)
    _check_data(after)
    _check_names(after)
    known = {*_ALWAYS, *(f"category:{c.id}" for c in after.categories), *(f"data:{d.id}" for d in after.data)}
    for field in after.required_to_close:
        if field not in known:
            raise InvalidInput(f"There is no field “{field[:100]}” that could be required. {_KEPT}.")
    _refuse_losses(before, after, used)
    required = tuple(dict.fromkeys(after.required_to_close))
    return attrs.evolve(after, required_to_close=required, revision=before.revision + 1)


def _with_ids(properties: IncidentProperties) -> IncidentProperties:
    categories = tuple(attrs.evolve(c, values=_identified(c.values)) for c in properties.categories)
    ids = _new_ids((c.id, c.name) for c in categories)
    categories = tuple(attrs.evolve(c, id=CategoryId(i)) for c, i in zip(categories, ids, strict=True))
    ids = _new_ids((d.id, d.name) for d in properties.data)
    return attrs.evolve(
        properties,
        types=_identified(properties.types),
        statuses=_identified(properties.statuses),
        report_titles=_identified(properties.report_titles),
        categories=categories,
        data=tuple(attrs.evolve(d, id=DataFieldId(i)) for d, i in zip(properties.data, ids, strict=True)),
    )


def _identified(values: tuple[PropertyValue, ...]) -> tuple[PropertyValue, ...]:
    ids = _new_ids((value.id, value.name) for value in values)
    return tuple(
        attrs.evolve(v, id=ValueId(i), name=v.name.strip()) for v, i in zip(values, ids, strict=True)
    )


def _new_ids(named: Iterable[tuple[str, str]]) -> list[str]:
    """Give ids as they are, and for those that are empty new ones made of the name."""
    named = tuple(named)
    taken = {identity for identity, _ in named if identity}
    given = []
    for present, name in named:
        identity = present
        if not identity:
            stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:48] or "value"
            identity = stem
            number = 2
            while identity in taken:
                identity, number = f"{stem}-{number}", number + 1
            taken.add(identity)
        given.append(identity)
    return given


def _check_values(title: str, values: tuple[PropertyValue, ...]) -> None:
    if len(values) > MAXIMUM_VALUES:
        raise InvalidInput(f"{title.capitalize()} has more than {MAXIMUM_VALUES} values. {_KEPT}.")
    seen: dict[str, PropertyValue] = {}
    for value in values:
        name = _checked_name(f"The name of a {title}", value.name)
        other = seen.setdefault(name.casefold(), value)
        if other is not value:
            retired = " One of them is retired: take it back into use instead." if other.retired else ""
            raise InvalidInput(f"There are two values “{name}” of {title}. {_KEPT}: rename one.{retired}")
    _check_ids(title, (value.id for value in values))


def _checked_name(what: str, name: str) -> str:
    name = checked_text(what, name, MAXIMUM_LINE).strip()
    if not name or "\n" in name:
        raise InvalidInput(f"{what} is empty or has several lines. {_KEPT}: enter a name of one line.")
    return name


def _check_ids(title: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for identity in ids:
        if not _ID.fullmatch(identity) or identity in seen:
            raise InvalidInput(
                f"The id “{identity[:64]}” of {title} is used twice, or has other characters than small "
                f"letters, digits and hyphens. {_KEPT}."
            )
        seen.add(identity)


def _check_statuses(after: IncidentProperties) -> None:
    if not any(not status.retired and not status.closes for status in after.statuses):
        raise InvalidInput(
            f"A new incident project needs a status that does not close it. {_KEPT}: keep one in use."
        )
    _check_default("status", after.default_status, after.statuses)
    if after.closes(after.first_status):
        raise InvalidInput(
            f"The status of new incident projects closes them. {_KEPT}: choose another default, or put a "
            "status first that does not close."
        )


def _check_default(title: str, default: ValueId | None, values: tuple[PropertyValue, ...]) -> None:
    if default is not None and not any(v.id == default and not v.retired for v in values):
        raise InvalidInput(f"The default of {title} is no value in use. {_KEPT}: choose another default.")


def _check_categories(after: IncidentProperties) -> None:
    if len(after.categories) > MAXIMUM_CATEGORIES:
        raise InvalidInput(f"There are at most {MAXIMUM_CATEGORIES} categories. {_KEPT}.")
    _check_ids("category", (category.id for category in after.categories))
    for category in after.categories:
        _checked_name("The name of a category", category.name)
        checked_text(f"The description of {category.name}", category.description, MAXIMUM_TEXT)
        _check_values(category.name, category.values)
        _check_default(category.name, category.default, category.values)


def _check_data(after: IncidentProperties) -> None:
    _check_ids("incident data", (field.id for field in after.data))
    kinds = [field.kind for field in after.data]
    for kind in set(kinds):
        if kinds.count(kind) > MAXIMUM_OF_A_KIND:
            raise InvalidInput(f"There are at most {MAXIMUM_OF_A_KIND} fields of one kind. {_KEPT}.")
    for field in after.data:
        _checked_name("The name of a field", field.name)


def _check_names(after: IncidentProperties) -> None:
    seen = {name.casefold() for name in RESERVED}
    for name in (*(c.name for c in after.categories), *(d.name for d in after.data)):
        if name.strip().casefold() in seen:
            raise InvalidInput(
                f"Two fields would be called “{name.strip()}”, which no activity log could tell apart. "
                f"{_KEPT}: rename one."
            )
        seen.add(name.strip().casefold())


def _refuse_losses(before: IncidentProperties, after: IncidentProperties, used: Used) -> None:
    for category in before.categories:
        if after.category(category.id) is None:
            raise InvalidInput(f"{category.name} cannot be removed. {_KEPT}: switch it off instead.")
    for one in before.data:
        same = after.data_field(one.id)
        if same is None or same.kind is not one.kind:
            what = "removed" if same is None else "made of another kind"
            raise InvalidInput(f"{one.name} cannot be {what}. {_KEPT}: switch it off instead.")
    kept = {field: {value.id for value in values} for field, _, values in axes(after)}
    for field, title, values in axes(before):
        for value in values:
            count = 0 if value.id in kept[field] else used(field, value.id)
            if count:
                have = "incident project has" if count == 1 else "incident projects have"
                raise InvalidInput(
                    f"{count:,} {have} “{value.name}” as {title}, so that it cannot be removed. {_KEPT}: "
                    "retire it instead, and it is kept where it is and chosen no more.",
                    cause="incident.value-in-use",
                )


def merged(before: IncidentProperties, read: IncidentProperties, used: Used) -> IncidentProperties:
    """Give what a file would make of the properties: what it lacks and projects have stays, retired."""

    def values(
        field: str, old: tuple[PropertyValue, ...], new: tuple[PropertyValue, ...]
    ) -> tuple[PropertyValue, ...]:
        there = {value.id for value in new}
        lacking = (v for v in old if v.id not in there and used(field, v.id))
        return (*new, *(attrs.evolve(value, retired=True) for value in lacking))

    read = _with_ids(read)
    categories = [
        attrs.evolve(
            new, values=values(f"category:{new.id}", old.values if old is not None else (), new.values)
        )
        for new in read.categories
        for old in (before.category(new.id),)
    ]
    lost = [c for c in before.categories if read.category(c.id) is None]
    data = [d for d in before.data if read.data_field(d.id) is None]
    return attrs.evolve(
        read,
        types=values("type", before.types, read.types),
        statuses=values("status", before.statuses, read.statuses),
        categories=(*categories, *(attrs.evolve(c, enabled=False) for c in lost)),
        data=(*read.data, *(attrs.evolve(d, enabled=False) for d in data)),
        revision=before.revision,
    )


def property_differences(before: IncidentProperties, after: IncidentProperties) -> Iterator[Activity]:
    """Say what was changed, in the words of people: what the audit log keeps."""
    old_axes = {field: values for field, _, values in axes(before)}
    yield from _value_differences("Report title", before.report_titles, after.report_titles)
    for field, title, values in axes(after):
        yield from _value_differences(title, old_axes.get(field, ()), values)
    yield from _default(
        "Default type", before.default_type, after.default_type, (*before.types, *after.types)
    )
    yield from _default(
        "Default status", before.default_status, after.default_status, (*before.statuses, *after.statuses)
    )
    yield from _part_differences("Category", before.categories, after.categories)
    for new in after.categories:
        old = before.category(new.id)
        values = (*(old.values if old else ()), *new.values)
        yield from _default(f"Default of {new.name}", old.default if old else None, new.default, values)
    yield from _part_differences("Incident data", before.data, after.data)
    was, now = (", ".join(field_title(f, p) for f in p.required_to_close) for p in (before, after))
    yield from _changed("Required to close", was, now)


def _changed(subject: str, before: str, after: str) -> Iterator[Activity]:
    if before != after:
        yield Activity(action=Action.PROPERTY_CHANGED, subject=subject, before=before, after=after)


def _default(
    subject: str, before: ValueId | None, after: ValueId | None, values: Iterable[PropertyValue]
) -> Iterator[Activity]:
    names = {value.id: value.name for value in values}
    yield from _changed(
        subject, "" if before is None else names[before], "" if after is None else names[after]
    )


def _value_differences(
    title: str, before: tuple[PropertyValue, ...], after: tuple[PropertyValue, ...]
) -> Iterator[Activity]:
    old, new = ({value.id: value for value in values} for values in (before, after))
    for value in after:
        if value.id not in old:
            yield Activity(action=Action.PROPERTY_ADDED, subject=title, after=value.name)
    for value in before:
        if value.id not in new:
            yield Activity(action=Action.PROPERTY_REMOVED, subject=title, before=value.name)
            continue
        there = new[value.id]
        yield from _changed(title, value.name, there.name)
        for part, was, now in (
            ("colour", value.colour, there.colour),
            ("symbol", value.symbol, there.symbol),
            ("closes", _yes(value.closes), _yes(there.closes)),
            ("retired", _yes(value.retired), _yes(there.retired)),
        ):
            yield from _changed(f"{title} “{there.name}”, {part}", was, now)
    yield from _order(title, old, new)


def _order(
    title: str, old: Mapping[ValueId, PropertyValue], new: Mapping[ValueId, PropertyValue]
) -> Iterator[Activity]:
    was, now = [key for key in old if key in new], [key for key in new if key in old]
    if was != now:
        yield from _changed(
            f"{title}, order", *(", ".join(new[key].name for key in keys) for keys in (was, now))
        )


def _part_differences(
    what: str, before: tuple[Category, ...] | tuple[DataField, ...], after: tuple[Category | DataField, ...]
) -> Iterator[Activity]:
    old: dict[str, Category | DataField] = {part.id: part for part in before}
    for part in after:
        same = old.get(part.id)
        if same is None:
            yield Activity(action=Action.PROPERTY_ADDED, subject=what, after=part.name)
            continue
        yield from _changed(what, same.name, part.name)
        yield from _changed(f"{what} “{part.name}”, in use", _yes(same.enabled), _yes(part.enabled))
        if isinstance(part, Category) and isinstance(same, Category):
            yield from _changed(f"{what} “{part.name}”, description", same.description, part.description)
    was = [one.id for one in before]
    now = [one.id for one in after if one.id in old]
    if was != now:
        names = {one.id: one.name for one in after}
        yield from _changed(
            f"{what}, order", *(", ".join(str(names[k]) for k in keys) for keys in (was, now))
        )


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
