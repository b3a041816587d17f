"""Refusals as RFC 9457 problem documents."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from incident_plugin.domain.errors import (
    Conflict,
    Denied,
    IncidentError,
    InvalidInput,
    LicenceRefused,
    NotFound,
    NoVideo,
    RecorderUnavailable,
    StoreUnavailable,
)
from incident_plugin.domain.properties import FieldValue

_STATUS: dict[type[IncidentError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Denied: HTTPStatus.FORBIDDEN,
    LicenceRefused: HTTPStatus.FORBIDDEN,
    NoVideo: HTTPStatus.UNPROCESSABLE_ENTITY,
    RecorderUnavailable: HTTPStatus.BAD_GATEWAY,
    StoreUnavailable: HTTPStatus.INSUFFICIENT_STORAGE,
}

#: Causes that the operator cannot see from here: the operation's own title says what could not be done.
_TITLED_BY_OPERATION = (NotFound, RecorderUnavailable, StoreUnavailable)


#: With which any operation can be refused; ``Operation.refusals`` names what one has besides.
REFUSALS = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        *_STATUS.values(),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.INTERNAL_SERVER_ERROR,
    }
)


class Problem(msgspec.Struct, kw_only=True):
    """A refusal (RFC 9457). A conflict says besides in which field, what is stored now, by whom and when."""

    title: str
    status: int
    detail: str
    #: Stable: what happened, for programs.
    message_id: str
    field: str | UnsetType = UNSET
    now: FieldValue | UnsetType = UNSET
    by: str | UnsetType = UNSET
    at: datetime | UnsetType = UNSET


def problem_of(error: IncidentError, failure: str = "", *, of_server: bool = False) -> Response:
    """Give the problem document of a refusal; ``failure`` is the operation's own title for it.

    ``of_server`` tells where on the server it happened, too: who works with incidents need not know.
    """
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), HTTPStatus.CONFLICT)
    title = failure if failure and isinstance(error, _TITLED_BY_OPERATION) else error.title
    detail = str(error) if of_server else error.detail
    told = Problem(title=title, status=status, detail=detail, message_id=error.message_id)
    if isinstance(error, Conflict):
        told.field, told.now = error.field, error.now
        told.by = error.by.name if error.by else UNSET
        told.at = error.at or UNSET
    return _response(told)


def problem(status: HTTPStatus, title: str, detail: str, message_id: str) -> Response:
    """Give a problem document."""
    return _response(Problem(title=title, status=status, detail=detail, message_id=message_id))


def _response(told: Problem) -> Response:
    return Response(
        msgspec.json.encode(told),
        status_code=told.status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )
