"""The OpenAPI document: it is served, whole, and says of each operation what the table and its types say."""

from __future__ import annotations

import json

import pytest
from jsonschema_rs import meta
from tests.http.documented import Documented

from incident_plugin.cli import main


@pytest.fixture
def documented(runtime) -> Documented:
    return Documented(runtime.parts.operations)


def references(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


async def test_it_is_served_as_it_is_printed(client, documented, capsys):
    """A program that asks gets what the command line prints."""
    answer = await client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert main(["openapi"]) == 0
    assert answer.json() == json.loads(capsys.readouterr().out) == documented.value


async def test_every_operation_is_in_it_with_its_permission(runtime, documented):
    """Each row of the table, and none besides."""
    for operation in runtime.parts.operations:
        described = documented.described(operation)
        assert described["x-permission"] == operation.permission
        assert described["summary"] == operation.summary
        assert ("requestBody" in described) == (operation.takes is not None)
        in_path = {one["name"] for one in described["parameters"] if one["in"] == "path"}
        assert in_path == {
            part.partition(":")[0]
            for part in operation.path.split("{")[1:]
            for part in [part.partition("}")[0]]
        }
    described = [one for path in documented.value["paths"].values() for one in path.values()]
    assert len(described) == len(runtime.parts.operations)
    assert len({one["operationId"] for one in described}) == len(described)


async def test_what_it_refers_to_is_there_and_each_schema_is_one(documented):
    """Programs can follow every reference; the schemas keep to JSON Schema 2020-12."""
    components = documented.value["components"]
    for reference in references(documented.value):
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in components[kind], reference
    for schema in components["schemas"].values():
        meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


async def test_a_parameter_that_is_not_declared_is_not_read(client, runtime):
    """What a handler can read of a query is what the document names."""
    operation = next(one for one in runtime.parts.operations if one.path == "audit/file")
    assert operation.asked({"form": "jsonl", "before": "1"}) == {"form": "jsonl"}
