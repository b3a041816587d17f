"""The operation: one row of the table from which routes, permissions and documentation come."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from functools import cached_property
from http import HTTPStatus
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, get_args, get_type_hints

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

#: A whole number as parameters and paths have it.
Number = Annotated[int, msgspec.Meta(ge=0, lt=10**15)]

_B = TypeVar("_B")


@attrs.frozen(kw_only=True)
class Call:
    """One request, with what every handler needs of it already read and checked."""

    actor: Actor
    path: Mapping[str, str]
    #: The parameters of the query that the operation declares; of one that comes twice, the last.
    query: Mapping[str, str]
    body: bytes
    request: Request

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


@attrs.frozen
class Parameter:
    """Something that an operation reads besides path and body. What it does not declare, it cannot read."""

    name: str
    #: A type as msgspec has them; what is checked, and in which words, is the handler's business.
    kind: Any = str
    told: str = ""
    required: bool = attrs.field(default=False, kw_only=True)
    place: Literal["path", "query", "header"] = attrs.field(default="query", kw_only=True)


@attrs.frozen(init=False)
class Media:
    """Stands at ``bytes`` that a handler takes, or a ``Response`` that it builds itself: what is in it."""

    #: Media types; none for a body that is empty.
    types: tuple[str, ...]
    #: The type of a JSON value.
    value: Any
    #: 204 besides, where there is nothing to give.
    or_nothing: bool
    #: A part may be asked for by ``Range``.
    in_parts: bool

    def __init__(
        self, *types: str, value: Any = None, or_nothing: bool = False, in_parts: bool = False
    ) -> None:
        self.__attrs_init__(types, value, or_nothing, in_parts)


#: Read by ``Call.once``.
ONCE = Parameter(
    "Idempotency-Key", told="1 to 200 visible characters, new for each thing to be made.", place="header"
)

#: Takes the call, and besides the body where its signature has one: a value that is read from JSON, or bytes.
#: Its signature is what the OpenAPI document and the reference are made of.
Handler = Callable[..., Awaitable[Any]]


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
    parameters: tuple[Parameter, ...] = ()
    #: With which it can be refused besides those that all have in common.
    refusals: tuple[HTTPStatus, ...] = ()

    @cached_property
    def takes(self) -> Taken | None:
        """The body that the handler takes, if any. Worked out when it is first asked for."""
        hint = self._hints.get("body")
        if hint is None:
            return None
        kinds = tuple(kind for kind in get_args(hint) if kind is not NoneType)
        if isinstance(hint, UnionType):
            return Taken(kind=kinds[0], required=False)
        media = next((one for one in kinds if isinstance(one, Media)), None)
        return Taken(kind=hint if media is None else bytes, media=media)

    @cached_property
    def gives(self) -> Any:
        """The type of the value that the handler gives; a ``Media`` for one that builds its response."""
        hint = self._hints["return"]
        return next((one for one in get_args(hint) if isinstance(one, Media)), hint)

    @property
    def _hints(self) -> Mapping[str, Any]:
        return get_type_hints(self.handler, include_extras=True)

    def asked(self, query: Mapping[str, str]) -> Mapping[str, str]:
        """Give of a query what the operation declares."""
        named = (one.name for one in self.parameters if one.place == "query")
        return {name: query[name] for name in named if name in query} if query else {}

    async def answer(self, call: Call) -> Response:
        """Let the handler answer; raises ``InvalidInput`` for a body that cannot be read."""
        taken = self.takes
        if taken is None or not (call.body or taken.required):
            return answer(await self.handler(call), self.status)
        return answer(await self.handler(call, taken.read(call.body)), self.status)


@attrs.frozen(kw_only=True)
class Taken:
    """The body of a request."""

    kind: Any
    required: bool = True
    #: What bytes are, where it is not JSON.
    media: Media | None = None

    def read(self, body: bytes) -> Any:
        """Give the value in a body; raises ``InvalidInput`` naming what is wrong with it."""
        if self.media is not None:
            return body
        try:
            return msgspec.json.decode(body, type=self.kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InvalidInput(f"The request cannot be read: {error}. Nothing was changed.") from error


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
