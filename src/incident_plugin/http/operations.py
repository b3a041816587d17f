"""The operation: one row of the table from which routes, permissions and documentation come."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar

import attrs
import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from incident_plugin.application.ports import Actor
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.requests import Once

#: More than the longest text of every field together; whatever is larger is no request of ours.
MAXIMUM_BODY = 1 << 20

#: How often it is looked whether the caller of a long operation is still there, seconds.
_LOOK_EVERY = 0.25

#: Video lies between these: so far inside the calendar, clocks and margins can be added to an instant.
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

#: Characters of an Idempotency-Key.
_LONGEST_KEY = 200

_B = TypeVar("_B")


@attrs.frozen(kw_only=True)
class Call:
    """One request, with what every handler needs of it already read and checked."""

    actor: Actor
    path: Mapping[str, str]
    body: bytes
    request: Request

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query, read when they are asked for."""
        return self.request.query_params

    def json(self, kind: type[_B]) -> _B:
        """Give the body as a value of this kind; raises ``InvalidInput`` naming what is wrong with it."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InvalidInput(f"The request cannot be read: {error}. Nothing was changed.") from error

    @property
    def once(self) -> Once | None:
        """By what a repetition of this request is known; nothing without an Idempotency-Key.

        Raises ``InvalidInput`` for a key that is none: 1 to 200 visible ASCII characters, in quotes or not.
        """
        sent = self.request.headers.get("idempotency-key")
        if sent is None:
            return None
        key = sent[1:-1] if len(sent) > 1 and sent[0] == sent[-1] == '"' else sent
        if not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
            raise InvalidInput(
                f"An Idempotency-Key has 1 to {_LONGEST_KEY} visible characters. Nothing was done.",
                cause="incident.key-invalid",
            )
        asked = hashlib.sha256(f"{self.request.method} {self.request.url.path}\n".encode() + self.body)
        return Once(key=key, asked=asked.hexdigest())

    def number(self, name: str) -> int:
        """Give a part of the path as a number; raises ``InvalidInput``."""
        return whole_number(self.path[name], name)

    def instant(self, name: str) -> datetime:
        """Give a query parameter as an instant with its zone; raises ``InvalidInput``."""
        try:
            instant = datetime.fromisoformat(self.query.get(name, ""))
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            raise InvalidInput(
                f"“{name}” must be a date and time with its zone, such as 2026-03-01T12:00:00Z."
            )
        return checked_instant(instant)


def checked_instant(instant: datetime) -> datetime:
    """Give an instant with its zone as it is; raises ``InvalidInput`` where no video can be."""
    if not _EARLIEST <= instant <= _LATEST:
        raise InvalidInput(
            f"{instant.isoformat()} is outside the calendar of video. Choose another time.",
            cause="incident.outside-calendar",
        )
    return instant


def whole_number(text: str, name: str) -> int:
    """Give a text as a whole number of at most 15 digits; raises ``InvalidInput``."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):  # noqa: PLR2004 - fits 64 bits
        raise InvalidInput(f"“{name}” must be a whole number.")
    return int(text)


Handler = Callable[[Call], Awaitable[Any]]


@attrs.frozen
class Operation:
    """One thing that can be asked of the plug-in over HTTP."""

    method: str
    #: Below the mount, in the notation of Starlette.
    path: str
    #: Checked before the handler runs; the use case checks what depends on the object.
    permission: Permission
    #: One sentence.
    summary: str
    handler: Handler
    #: The title shown when the store or a recorder refuses; the error's own where none is given.
    failure: str = ""
    status: HTTPStatus = HTTPStatus.OK
    #: Permissions that the use case asks for besides, for the objects that the call is about.
    also: tuple[Permission, ...] = ()


async def while_wanted(request: Request, work: Coroutine[Any, Any, _B]) -> _B:
    """Do work that takes a recorder; stop it, raising ``ClientDisconnect``, when the caller has left."""
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({task}, timeout=_LOOK_EVERY))[0]:
            if await request.is_disconnected():
                raise ClientDisconnect
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


def answer(value: object, status: HTTPStatus) -> Response:
    """Encode what a handler gave: a response as it is, nothing as 204, a value as JSON."""
    if isinstance(value, Response):
        return value
    if value is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return Response(
        msgspec.json.encode(value, order="deterministic"),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
