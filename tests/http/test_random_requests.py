"""Requests that nobody would send, made at random from those that mean something: each is answered in words.

``SOAK=200000`` asks so many; ``SEED`` begins with the one that was told by a failure.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
import random
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import attrs
import httpx
import msgspec
import pytest
from tests.http.test_matrix import Asked, Asking, asking, host  # noqa: F401 -- fixtures
from tests.waiting import PATIENCE

from incident_plugin.domain.access import Permission
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Operation

SHORT = 600
REQUESTS = int(os.environ.get("SOAK", SHORT))
#: The world is made anew after so many: requests also delete, purge and discard.
AGE = 200

TEXTS = (
    "",
    " ",
    "\0",
    "\ud800",
    "\u202e\u0301",
    "a" * 10_001,
    "../../etc/passwd",
    "%00%2f",
    "=1+1",
    "<b>",
    "none",
    "all",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999Z",
    "2026-02-30T00:00:00Z",
    "2026-03-01T12:00:00",
    "-9999999d",
    "category:severity",
    "99999999999999999999",
)
NUMBERS = (0, -1, 1, 2**31, 2**63, 10**30, 0.5, -1e308, float("nan"), float("inf"))
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[[[[[]]]]]], {"": {"": None}}, [None] * 1000)
#: Parameters of queries, wherever they belong.
QUERIES = (
    *("after", "at", "before", "camera", "client", "comments", "days", "end", "from", "groups", "h264", "id"),
    *("ids", "intra", "kind", "language", "limit", "mine", "order", "owner", "person", "priority", "sort"),
    *("sound", "start", "status", "tail", "target", "text", "to", "type", "until", "width", "words", "zone"),
)


def below(kind: type[Body]) -> Iterator[type[Body]]:
    for part in kind.__subclasses__():
        yield part
        yield from below(part)


KEYS = sorted({field.encode_name for kind in below(Body) for field in msgspec.structs.fields(kind)})


class Distortion:
    """Makes one request into another, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def of(self, asked: Asked) -> Asked:
        """Distort one to three things of a request."""
        ways: list[Callable[[Asked], Asked]] = [self._path, self._query, self._body, self._body, self._raw]
        for _ in range(self._random.randint(1, 3)):
            asked = self._random.choice(ways)(asked)
        # What JSON has no word for, as not a number, is sent all the same.
        return asked if asked.content is not None else attrs.evolve(asked, content=_coded(asked.body))

    def _junk(self) -> Any:
        kind = self._random.choice((TEXTS, NUMBERS, OTHERS))
        return copy.deepcopy(self._random.choice(kind))

    def _path(self, asked: Asked) -> Asked:
        parts = asked.path.split("/")
        place = self._random.randrange(len(parts))
        parts[place] = quote(str(self._junk()), safe="", errors="replace") or "%20"
        return attrs.evolve(asked, path="/".join(parts))

    def _query(self, asked: Asked) -> Asked:
        name = self._random.choice((*QUERIES, *asked.query))
        value = str(self._junk()).encode("utf-8", "replace").decode()
        return attrs.evolve(asked, query={**asked.query, name: value})

    def _body(self, asked: Asked) -> Asked:
        body = copy.deepcopy(asked.body)
        holder = self._somewhere(body)
        if holder is None:
            return attrs.evolve(asked, body=self._junk())
        if isinstance(holder, list):
            holder.insert(self._random.randint(0, len(holder)), self._junk())
            return attrs.evolve(asked, body=body)
        key = self._random.choice((*holder, *holder, self._random.choice(KEYS)))
        if key in holder and self._random.random() < 0.2:
            del holder[key]
        else:
            holder[key] = self._junk()
        return attrs.evolve(asked, body=body)

    def _somewhere(self, value: Any) -> dict[str, Any] | list[Any] | None:
        """Give any object or list within a value."""
        found: list[Any] = []
        left = [value]
        while left:
            one = left.pop()
            if isinstance(one, (dict, list)):
                found.append(one)
                left += one.values() if isinstance(one, dict) else one
        return self._random.choice(found) if found else None

    def _raw(self, asked: Asked) -> Asked:
        """Send bytes that are cut off, or none at all."""
        if asked.content is not None:
            return attrs.evolve(asked, content=self._random.randbytes(self._random.randint(0, 300)))
        whole = _coded(asked.body)
        return attrs.evolve(asked, content=whole[: self._random.randint(0, len(whole))])


def _coded(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def fault_of(operation: Operation, asked: Asked, response: httpx.Response) -> str:
    """Say what is wrong with an answer; a refusal is a problem document that says why."""
    if response.status_code < 400:
        return ""
    told = f"{operation.method} {operation.path}: {asked} gave {response.status_code} {response.text[:300]}"
    if response.headers.get("content-type") != "application/problem+json":
        return told
    problem = response.json()
    unexpected = problem["message_id"] == "incident.unexpected"
    whole = problem["title"] and problem["detail"] and problem["status"] == response.status_code
    return told if unexpected or not whole else ""


@pytest.mark.timeout(0 if REQUESTS > SHORT else 120)
async def test_every_request_is_answered_in_words(asking: Asking):  # noqa: F811
    """Done or refused with a reason; never a fault of the program, and never without an end."""
    begin = int(os.environ.get("SEED", "0"))
    everything = frozenset(Permission)
    world = await asking.world()
    done = 0
    for seed in range(begin, begin + REQUESTS):
        if seed % AGE == 0:
            world = await asking.world()
        operation = random.Random(seed).choice(asking.table)
        asked = Distortion(seed).of(world.asked(operation))
        if operation.path == "events":
            asked = attrs.evolve(asked, query={**asked.query, "follow": "no"})
        async with asyncio.timeout(PATIENCE):
            response = await asking.answer(operation, asked, everything)
        assert fault_of(operation, asked, response) == "", f"SEED={seed}"
        done += response.is_success
    # Were they all refused at the door, they would have shown nothing.
    assert done > REQUESTS / 10
