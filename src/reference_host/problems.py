"""Refusals as RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


class Problem(Exception):
    """A refusal on its way to the client. ``kind`` is stable; title and detail are for people."""

    def __init__(
        self, status: HTTPStatus, kind: str, title: str, detail: str = "", *, retry_after: int | None = None
    ) -> None:
        super().__init__(title)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.retry_after = retry_after


def signed_out() -> Problem:
    """Build the refusal of somebody without a session."""
    return Problem(
        HTTPStatus.UNAUTHORIZED, "signed-out", "You are signed out.", "Sign in again; nothing was changed."
    )


def denied(detail: str) -> Problem:
    """Build the refusal of somebody without the right."""
    return Problem(HTTPStatus.FORBIDDEN, "denied", "Permission denied.", detail)


def respond(problem: Problem) -> Response:
    """Write a problem as a response."""
    body = {
        "type": f"urn:vms-host:{problem.kind}",
        "status": problem.status.value,
        "title": problem.title,
        "detail": problem.detail,
    }
    headers: Mapping[str, str] = (
        {} if problem.retry_after is None else {"retry-after": str(problem.retry_after)}
    )
    return Response(
        msgspec.json.encode(body),
        status_code=problem.status,
        media_type="application/problem+json",
        headers={"cache-control": "no-store", **headers},
    )


async def on_problem(_: Request, error: Exception) -> Response:
    """Answer a ``Problem`` that a handler raised."""
    if not isinstance(error, Problem):
        raise error
    return respond(error)


async def on_storage_refused(_: Request, error: Exception) -> Response:
    """Answer that the disk refused."""
    return respond(
        Problem(HTTPStatus.INSUFFICIENT_STORAGE, "storage-refused", "The server cannot write.", str(error))
    )


async def on_http_exception(_: Request, error: Exception) -> Response:
    """Answer what the router refuses by itself: no such path, wrong method."""
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    return respond(Problem(status, status.phrase.lower().replace(" ", "-"), f"{status.phrase}.", ""))
