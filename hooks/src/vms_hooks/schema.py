"""JSON Schema (draft 2020-12) of the contract's values, generated from their annotations."""

from __future__ import annotations

import collections.abc
import json
import types
import typing
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import attrs

from vms_hooks.document import Contributions, Plain

#: The schema of ``Contributions`` as it is published.
CONTRIBUTIONS_FILE = Path(__file__).with_name("schema") / "contributions.json"

_SCALARS: dict[Any, dict[str, Plain]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    type(None): {"type": "null"},
}


def contributions_schema() -> dict[str, Plain]:
    """Give the schema of what ``plain`` makes of ``Contributions``."""
    definitions: dict[str, Plain] = {}
    root = _reference(Contributions, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:vms-hooks:contributions:1",
        "title": "Contributions of plug-ins to the pages of a video management system",
        **root,
        "$defs": definitions,
    }


def written(schema: dict[str, Plain]) -> str:
    """Write a schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _reference(kind: type[Any], definitions: dict[str, Plain]) -> dict[str, Plain]:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = None  # taken, before a value that contains itself comes back here
        definitions[name] = _described(kind, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _described(kind: type[Any], definitions: dict[str, Plain]) -> dict[str, Plain]:
    if issubclass(kind, Enum):
        return {"description": _first_line(kind), "enum": [member.value for member in kind]}
    fields = attrs.fields(attrs.resolve_types(kind))
    # Every field is always written, so every field is required. More may come with a minor release: a reader
    # ignores what it does not know.
    return {
        "description": _first_line(kind),
        "type": "object",
        "properties": {field.name: _schema_of(field.type, definitions) for field in fields},
        "required": [field.name for field in fields],
    }


def _schema_of(kind: Any, definitions: dict[str, Plain]) -> dict[str, Plain]:
    if kind in _SCALARS:
        return dict(_SCALARS[kind])
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema_of(choice, definitions) for choice in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _schema_of(arguments[0], definitions)}
    if origin is frozenset:
        return {"type": "array", "items": _schema_of(arguments[0], definitions), "uniqueItems": True}
    if origin is collections.abc.Mapping:
        return {"type": "object", "additionalProperties": _schema_of(arguments[1], definitions)}
    return _reference(kind, definitions)


def _first_line(kind: type[Any]) -> str:
    return (kind.__doc__ or "").partition("\n")[0]


if __name__ == "__main__":
    CONTRIBUTIONS_FILE.parent.mkdir(exist_ok=True)
    CONTRIBUTIONS_FILE.write_text(written(contributions_schema()), encoding="utf-8")
