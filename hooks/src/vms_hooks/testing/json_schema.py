"""The part of JSON Schema (draft 2020-12) that the contract's own schemas use; tests need no library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: Mapping[str, tuple[type[Any], ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


def faults(document: Any, schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what is wrong with a document, each with its place; nothing when it conforms."""
    return tuple(_faults(document, schema, schema, "$"))


def _faults(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], place: str) -> Iterator[str]:
    if "$ref" in schema:
        yield from _faults(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, place)
    if "anyOf" in schema and all(any(_faults(value, each, root, place)) for each in schema["anyOf"]):
        yield f"{place} is nothing of what it may be"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} is {value!r} and none of {schema['enum']}"
    if "type" in schema:
        kinds = _TYPES[schema["type"]]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            yield f"{place} is {value!r} and not of type {schema['type']}"
            return
    yield from _faults_within(value, schema, root, place)


def _faults_within(
    value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], place: str
) -> Iterator[str]:
    if isinstance(value, list) and "items" in schema:
        for number, each in enumerate(value):
            yield from _faults(each, schema["items"], root, f"{place}[{number}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        yield from (f"{place} has no {name!r}" for name in schema.get("required", ()) if name not in value)
        for name, each in value.items():
            below = known.get(name, schema.get("additionalProperties"))
            if below is not None:
                yield from _faults(each, below, root, f"{place}.{name}")
