"""What every answer carries and every request must pass."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reference_host.problems import Problem, respond
from reference_host.proxy import UNBELIEVED_SCOPE_KEY

logger = logging.getLogger(__name__)

#: Content Security Policy Level 3 as data, from nothing upwards. A violation fails the browser tests.
CONTENT_SECURITY_POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' blob:",
    "media-src": "'self' blob:",
    # Previews that a page made itself, such as of a report; a blob document inherits this policy.
    "frame-src": "blob:",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}

HEADERS: Mapping[str, str] = {
    "content-security-policy": "; ".join(
        f"{name} {value}" for name, value in CONTENT_SECURITY_POLICY.items()
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), fullscreen=(self)",
}

#: A year, RFC 6797: who came by HTTPS once does not come without it again. Over HTTP it would mean nothing.
TRANSPORT: Mapping[str, str] = {"strict-transport-security": "max-age=31536000"}

#: Seconds between two lines of the log about refused changes.
_TOLD_EVERY = 60

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class SecurityHeaders:
    """Sets the headers on every answer, a plug-in's answers included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**HEADERS, **TRANSPORT} if scope["scheme"] == "https" else HEADERS)
                # What has no version of its own, as files have, was made for who asked.
                if "etag" not in headers:
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)


class OriginCheck:
    """Refuses every request that changes something and does not come from the host's own pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._told = -math.inf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] == "http" and scope["method"] not in _READING and not _from_own_pages(scope):
            self._tell(scope)
            refusal = Problem(
                HTTPStatus.FORBIDDEN,
                "foreign-origin",
                "This request did not come from the host's own pages.",
                "Nothing was changed. Is this the host's own page? Then the proxy before it is not set up: "
                "the host's log says what is wrong. Programs send an Origin header with the host's address.",
            )
            await respond(refusal)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _tell(self, scope: Scope) -> None:
        """Log what differs, mostly a proxy's fault; once a minute, since everybody can send such requests."""
        now = time.monotonic()
        origin = Headers(scope=scope).get("origin")
        if origin is None or now - self._told < _TOLD_EVERY:
            return
        self._told = now
        doubt = scope.get(UNBELIEVED_SCOPE_KEY)
        logger.warning(
            "Refused a change from a page of %.200r, since it was sent to %.200r. If both are this host, "
            "mend the proxy in between: %s.",
            origin,
            _address(scope),
            f"what it says is not believed, because {doubt}"
            if doubt
            else "it must send X-Forwarded-Proto and X-Forwarded-Host as browsers see them, with the port",
        )


async def on_failure(_: Request, __: Exception) -> Response:
    """Answer a fault of the host itself, which Starlette does outside all middleware."""
    failed = Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "failed",
        "The server could not do this.",
        "Nothing is known to be lost. The administrator finds the reason in the log.",
    )
    response = respond(failed)
    response.headers.update(HEADERS)
    return response


def _from_own_pages(scope: Scope) -> bool:
    return Headers(scope=scope).get("origin") == _address(scope)


def _address(scope: Scope) -> str:
    return f"{scope['scheme']}://{Headers(scope=scope).get('host')}"
