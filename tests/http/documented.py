"""Compares answers with the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import httpx
from jsonschema_rs import Draft202012Validator
from starlette.routing import Match, Route

from incident_plugin.http.openapi import document
from incident_plugin.http.operations import Operation


class Documented:
    """What the document of an operation table promises."""

    def __init__(self, table: Sequence[Operation]) -> None:
        self.value: Mapping[str, Any] = document(table)
        self._routes = [(Route(f"/{one.path}", one.handler, methods=[one.method]), one) for one in table]
        self._validators: dict[str, Draft202012Validator] = {}

    def described(self, operation: Operation) -> Mapping[str, Any]:
        """Give the part of the document about an operation."""
        path = re.sub(r"\{(\w+):path\}", r"{\1}", f"/{operation.path}")
        return self.value["paths"][path][operation.method.lower()]

    def breach(self, response: httpx.Response) -> str:
        """Say how an answer breaks the promise; nothing when it does not, or the address is none of ours."""
        operation = self._asked(response.request)
        if operation is None:
            return ""
        told = f"{operation.method} {operation.path} answered {response.status_code}"
        promised = self.described(operation)["responses"].get(str(response.status_code))
        if promised is None:
            return f"{told}: {response.text[:300]}"
        if "$ref" in promised:
            promised = self.value["components"]["responses"]["Problem"]
        kind = response.headers.get("content-type", "").partition(";")[0]
        content = promised.get("content")
        if content is None:
            return f"{told} with {response.text[:300]}" if response.is_success and response.content else ""
        if kind not in content and "*/*" not in content:
            return f"{told} as {kind}"
        schema = content.get(kind, {}).get("schema")
        return "" if schema is None else self._fault(told, schema, response)

    def _asked(self, request: httpx.Request) -> Operation | None:
        """Give the operation that an address leads to."""
        scope = {
            "type": "http",
            "method": request.method,
            "path": unquote(request.url.raw_path.decode().partition("?")[0]),
        }
        return next((one for route, one in self._routes if route.matches(scope)[0] is Match.FULL), None)

    def _fault(self, told: str, schema: Mapping[str, Any], response: httpx.Response) -> str:
        known_as = repr(schema)
        if known_as not in self._validators:
            whole = {**schema, "components": self.value["components"]}
            self._validators[known_as] = Draft202012Validator(whole, validate_formats=True)
        faults = self._validators[known_as].iter_errors(response.json())
        return "; ".join(f"{told}: {fault.message[:300]} at {fault.instance_path}" for fault in faults)
