"""Refusals as RFC 9457 problem documents."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
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


def problem_of(error: IncidentError, failure: str = "", *, of_server: bool = False) -> Response:
    """Give the problem document of a refusal; ``failure`` is the operation's own title for it.

    ``of_server`` tells where on the server it happened, too: who works with incidents need not know.
    """
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), HTTPStatus.CONFLICT)
    title = failure if failure and isinstance(error, _TITLED_BY_OPERATION) else error.title
    extra: dict[str, str | int | bool | None] = {}
    if isinstance(error, Conflict):
        extra = {"field": error.field, "now": error.now}
        extra |= {"by": error.by.name} if error.by else {}
        extra |= {"at": error.at.isoformat().replace("+00:00", "Z")} if error.at else {}
    return problem(status, title, str(error) if of_server else error.detail, error.message_id, extra)


def problem(
    status: HTTPStatus,
    title: str,
    detail: str,
    message_id: str,
    extra: Mapping[str, str | int | bool | None] | None = None,
) -> Response:
    """Give a problem document."""
    document = {"title": title, "status": status, "detail": detail, "message_id": message_id, **(extra or {})}
    return Response(
        msgspec.json.encode(document),
        status_code=status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )
