"""Reading requests and writing answers of the host's own API."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from reference_host.problems import Problem

#: Bodies of this API are small; a longer one is a mistake or an attack. Bytes.
_LONGEST_BODY = 64 * 1024
#: What msgspec says of a text that is empty or too long.
_OF_LENGTH = re.compile(r"Expected `str` of length ([<>]=) (\d+) - at `\$\.(\w+)`")

#: What msgspec says of a text with characters that ``_ONE_LINE`` leaves out.
_OF_CHARACTERS = re.compile(r"Expected `str` matching regex .* - at `\$\.(\w+)`", re.DOTALL)
#: Without controls, and without what turns the text around it (UAX #9): names stand in logs and sentences.
_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*$"

#: What somebody typed to be compared with what is known: it is refused as wrong, and written down as it was.
Typed = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=_ONE_LINE)]
AccountId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
BodyT = TypeVar("BodyT")


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of a request; unknown members are refused."""


async def read_body(request: Request, kind: type[BodyT]) -> BodyT:
    """Give the body as a value of this kind; raises ``Problem``."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_BODY:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-long", "The request is too long.")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError) as error:
        raise invalid(_in_words(str(error))) from error


def _in_words(fault: str) -> str:
    """Say what people may have entered as they would say it; the rest stays as msgspec says it."""
    if odd := _OF_CHARACTERS.fullmatch(fault):
        return f"The {odd[1]} has a character that cannot be seen, such as a line break. Enter it anew."
    length = _OF_LENGTH.fullmatch(fault)
    if not length:
        return f"{fault}."
    bound, limit, name = length.groups()
    return f"The {name} is empty." if bound == ">=" else f"The {name} is longer than {limit} characters."


def instant(request: Request, name: str) -> datetime:
    """Give a query parameter as an instant with its zone; raises ``Problem``."""
    text = request.query_params.get(name, "")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f'"{name}" must be an instant as in 2026-11-22T12:00:00Z.') from None
    if found.tzinfo is None:
        raise invalid(f'"{name}" must carry its zone, as in 2026-11-22T12:00:00Z.')
    return found


def json_answer(value: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Write a value as JSON."""
    return Response(
        msgspec.json.encode(value),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )


def nothing() -> Response:
    """Answer that it was done."""
    return Response(status_code=HTTPStatus.NO_CONTENT)


def invalid(detail: str) -> Problem:
    """Build the refusal of a request that is not one."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "What was entered cannot be used.", detail)


def refused(detail: str) -> Problem:
    """Build the refusal of a change that what is there does not allow."""
    return Problem(HTTPStatus.CONFLICT, "refused", "This cannot be done.", detail)


def unknown(what: str) -> Problem:
    """Build the refusal of something that is not there."""
    return Problem(
        HTTPStatus.NOT_FOUND, "not-found", f"There is no such {what}.", "It may have been removed."
    )
