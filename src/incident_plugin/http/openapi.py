"""The OpenAPI 3.1 document: made of the operation table and of the types that handlers take and give."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from http import HTTPStatus
from importlib.metadata import version
from types import NoneType
from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from incident_plugin.domain.access import Permission
from incident_plugin.http.operations import Call, Media, Number, Operation, Parameter
from incident_plugin.http.problems import REFUSALS, Problem

#: Where it is, below the mount.
PATH = "openapi.json"

_JSON, _PROBLEM = "application/json", "application/problem+json"
_SCHEMAS = "#/components/schemas/{name}"
#: A part of a path in the notation of Starlette: its name, and whether it may contain slashes.
_PART = re.compile(r"\{(\w+)(:path)?\}")
#: What a host refuses before the plug-in is asked: nobody signed in, a foreign ``Origin``, no such address.
_OF_HOST = {
    "title": "HostProblem",
    "type": "object",
    "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}},
    "required": ["type", "title", "status"],
    "description": "A refusal of the host, before the plug-in was asked (RFC 9457).",
}
#: ISO 8601, in days and seconds, with a sign.
_DURATION = r"^-?P(\d+D)?(T\d+(\.\d+)?S)?$"
#: What is below these has a number as ``id``.
_NUMBERED = ("projects/", "bin/", "certificates/")
_ABOUT = (
    "The host decides who asks, and mounts the plug-in where it likes: paths are below the place of this "
    "document. Each operation names the permission that it takes as `x-permission`, and as "
    "`x-permissions-also` those that it takes besides for what it is about; a use case may ask for more. "
    "Unknown keys are refused. Instants have their zone (RFC 3339); answers give UTC."
)


class DocumentResources:
    """Gives the document of an operation table, which it is itself part of."""

    def __init__(self, others: Iterable[Operation]) -> None:
        self._others = tuple(others)

    def operations(self) -> tuple[Operation, ...]:
        """Give the row of the operation table."""
        told = "This interface as an OpenAPI 3.1 document."
        return (Operation("GET", PATH, Permission.PROJECTS_VIEW, told, self.get),)

    async def get(self, call: Call) -> Annotated[Response, Media(_JSON, value=dict[str, Any])]:
        del call
        # Making it takes longer than others should wait.
        text = await asyncio.to_thread(lambda: self._text)
        return Response(text, media_type=_JSON, headers={"Cache-Control": "no-store"})

    @cached_property
    def _text(self) -> bytes:
        """The document as JSON, made when it is first asked for."""
        return msgspec.json.encode(document((*self._others, *self.operations())))


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """Give the document of an operation table as plain values."""
    kinds = [kind for operation in operations for kind in _kinds(operation)]
    made, components = msgspec.json.schema_components([*kinds, Problem], ref_template=_SCHEMAS)
    made, components = _with_signs(made), _with_signs(components)
    schemas = iter(made)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = _PART.sub(r"{\1}", f"/{operation.path}")
        paths.setdefault(path, {})[operation.method.lower()] = _described(operation, schemas)
    refused = {"anyOf": [next(schemas), _OF_HOST]}
    problem = {"description": "Refused.", "content": {_PROBLEM: {"schema": refused}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Incident manager", "version": version("incident-plugin"), "description": _ABOUT},
        "servers": [{"url": "."}],
        "paths": paths,
        "components": {"schemas": components, "responses": {"Problem": problem}},
    }


def _with_signs(value: Any) -> Any:
    """Say of durations that they can be negative, as clocks are off: ``format: duration`` knows no sign."""
    if isinstance(value, dict):
        if value.get("format") == "duration":
            return {**{key: one for key, one in value.items() if key != "format"}, "pattern": _DURATION}
        return {key: _with_signs(one) for key, one in value.items()}
    return [_with_signs(one) for one in value] if isinstance(value, list | tuple) else value


def _kinds(operation: Operation) -> Iterator[Any]:
    """Give the types in an operation, in the order in which it is described."""
    for part in _parts(operation):
        yield part.kind
    if operation.takes is not None and operation.takes.media is None:
        yield operation.takes.kind
    given = operation.gives.value if isinstance(operation.gives, Media) else operation.gives
    if given not in (None, NoneType):
        yield given


def _parts(operation: Operation) -> Iterator[Parameter]:
    """Give what an operation reads besides its body, parts of its path first."""
    for name, slashes in _PART.findall(operation.path):
        number = name == "id" and operation.path.startswith(_NUMBERED)
        told = "Slashes in it may stand as they are." if slashes else ""
        yield Parameter(name, Number if number else str, told, required=True, place="path")
    yield from operation.parameters
    if isinstance(operation.gives, Media) and operation.gives.in_parts:
        yield Parameter(
            "Range", told="`bytes=`, the first and perhaps the last one (RFC 9110).", place="header"
        )


def _described(operation: Operation, schemas: Iterator[Any]) -> dict[str, Any]:
    words = re.findall(r"\w+", operation.path)
    described: dict[str, Any] = {
        "operationId": "-".join([operation.method.lower(), *words]),
        "summary": operation.summary,
        "tags": words[:1],
        "x-permission": operation.permission.value,
        "x-permissions-also": [one.value for one in operation.also],
        "parameters": [_parameter(one, next(schemas)) for one in _parts(operation)],
    }
    if (taken := operation.takes) is not None:
        content = _content(taken.media) if taken.media else {_JSON: {"schema": next(schemas)}}
        described["requestBody"] = {"required": taken.required, "content": content}
    described["responses"] = _responses(operation, schemas)
    return described


def _parameter(one: Parameter, schema: Any) -> dict[str, Any]:
    told = {"description": one.told} if one.told else {}
    return {"name": one.name, "in": one.place, "required": one.required, "schema": schema, **told}


def _responses(operation: Operation, schemas: Iterator[Any]) -> dict[str, Any]:
    gives, status = operation.gives, operation.status
    responses: dict[int, Any] = {}
    if gives is NoneType:
        responses[HTTPStatus.NO_CONTENT] = {"description": "Done."}
    elif not isinstance(gives, Media) or gives.value is not None:
        responses[status] = {"description": "Done.", "content": {_JSON: {"schema": next(schemas)}}}
    else:
        responses[status] = {"description": "Done.", **({"content": _content(gives)} if gives.types else {})}
        if gives.or_nothing:
            responses[HTTPStatus.NO_CONTENT] = {"description": "There is nothing."}
        if gives.in_parts:
            parts = {**_content(gives), "multipart/byteranges": {}}
            responses[HTTPStatus.PARTIAL_CONTENT] = {"description": "A part.", "content": parts}
            responses[HTTPStatus.BAD_REQUEST] = {"description": "The range cannot be read."}
            responses[HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE] = {"description": "There is no such part."}
    refused = {"$ref": "#/components/responses/Problem"}
    responses |= dict.fromkeys((*REFUSALS, *operation.refusals), refused)
    return {str(int(code)): responses[code] for code in sorted(responses)}


def _content(media: Media) -> dict[str, Any]:
    """Give what is no JSON, of which nothing but its media type is said."""
    return {kind.partition(";")[0]: {} for kind in media.types}
