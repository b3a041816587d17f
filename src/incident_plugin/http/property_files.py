"""Incident properties as they come from browsers and files: JSON or TOML, with every key known."""

from __future__ import annotations

import json
import tomllib
from typing import Any, Literal

import msgspec
import tomli_w

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.properties import Colour, DataKind, IncidentProperties, Symbol
from incident_plugin.http.bodies import Body

Form = Literal["toml", "json"]
#: What a file says of its own form.
FORMAT = "incident-properties/1"


class ValueBody(Body):
    """A value to choose; one that is new has no id yet."""

    name: str
    id: str = ""
    closes: bool = False
    colour: Colour = Colour.NONE
    symbol: Symbol = Symbol.NONE
    retired: bool = False


class CategoryBody(Body):
    """A category; one that is new has no id yet."""

    name: str
    id: str = ""
    description: str = ""
    enabled: bool = True
    default: str | None = None
    values: tuple[ValueBody, ...] = ()


class DataFieldBody(Body):
    """A field of incident data; one that is new has no id yet."""

    name: str
    kind: DataKind
    id: str = ""
    enabled: bool = True


class PropertiesBody(Body):
    """All incident properties, in the order in which people are to see them."""

    statuses: tuple[ValueBody, ...]
    types: tuple[ValueBody, ...] = ()
    categories: tuple[CategoryBody, ...] = ()
    data: tuple[DataFieldBody, ...] = ()
    default_type: str | None = None
    default_status: str | None = None
    required_to_close: tuple[str, ...] = ()
    report_titles: tuple[ValueBody, ...] = ()
    #: Of the properties that these were made of.
    revision: int = 0

    def value(self) -> IncidentProperties:
        """Give the domain value."""
        return msgspec.convert(msgspec.to_builtins(self), IncidentProperties)


class FileBody(PropertiesBody):
    """A file of incident properties."""

    format: str = FORMAT


def write(properties: IncidentProperties, form: Form) -> str:
    """Give the properties as the text of a file."""
    document = {"format": FORMAT, **_without_nothing(msgspec.to_builtins(properties))}
    del document["revision"]
    if form == "toml":
        return tomli_w.dumps(document)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read(text: str, form: Form) -> IncidentProperties:
    """Give the properties in the text of a file; raises ``InvalidInput`` naming what is wrong in it."""
    try:
        document = tomllib.loads(text) if form == "toml" else json.loads(text)
        found = msgspec.convert(document, FileBody)
    except (ValueError, RecursionError) as error:
        # What the readers and msgspec raise are kinds of ValueError, and name the place.
        raise InvalidInput(f"The file cannot be read: {error}. Nothing was changed.") from error
    if found.format != FORMAT:
        raise InvalidInput(
            f"The file is of the form “{found.format[:100]}”, and not “{FORMAT}”. Nothing was changed."
        )
    plain = msgspec.to_builtins(found)
    del plain["format"]
    return msgspec.convert(plain, IncidentProperties)


def _without_nothing(value: Any) -> Any:
    """Leave out keys without a value: TOML has no way to write them."""
    if isinstance(value, dict):
        return {key: _without_nothing(one) for key, one in value.items() if one is not None}
    return [_without_nothing(one) for one in value] if isinstance(value, list | tuple) else value
