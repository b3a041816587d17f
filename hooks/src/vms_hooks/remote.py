"""A plug-in in a process of its own: its application behind signed identity, its host asked over HTTP.

``SignedMount`` stands in the plug-in's process, before its application. ``RemoteHost`` stands there too, and
is what the plug-in asks for access and for sessions; ``HostDesk`` answers it in the host. Permissions never
travel with a request: they are asked for when they are needed, so that a right that is taken ends at once.
"""

from __future__ import annotations

import http.client
import json
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from vms_hooks import mounting
from vms_hooks.contributions import AsgiApp, Message, Scope
from vms_hooks.host import Access, Decision, SignedIn
from vms_hooks.identity import (
    SIGNATURE_HEADER,
    IdentityRefused,
    SharedKey,
    Signer,
    Verifier,
    answer_is_signed,
    nonce_of,
    plain_principal,
    read_principal,
    sign_answer,
    target_of,
)
from vms_hooks.values import Principal

#: The audience of what a plug-in's process sends its host.
HOST = "host"

_Receive = Callable[[], Awaitable[Message]]
_Send = Callable[[Message], Awaitable[None]]

#: Questions and answers are small, bytes.
_LONGEST = 256 * 1024
_LOG = logging.getLogger(__name__)
_UNSURE = "The host could not be asked whether this is allowed, so it is not. Try again."


class SignedMount:
    """An ASGI application that lets only requests through that carry the host's word.

    The application behind it finds the principal in its scope, as in a host's own process, and none of the
    headers that say so. Others are answered with 401 and a problem of RFC 9457 that says why.
    """

    def __init__(self, app: AsgiApp, verifier: Verifier) -> None:
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: _Receive, send: _Send) -> None:
        """ASGI entry, for HTTP requests."""
        try:
            principal = self._verifier.principal(scope["method"], target_of(scope), scope["headers"])
        except IdentityRefused as refused:
            problem = {"title": str(refused), "status": 401, "type": f"vms:identity-{refused.refusal}"}
            await _answer(send, 401, json.dumps(problem).encode(), "application/problem+json")
            return
        await self._app(mounting.scope_for(scope, principal), receive, send)


class RemoteHost:
    """What a host decides, asked in its own process; ``Access`` and ``SignedIn`` of the contract.

    ``address`` is where the host has its ``HostDesk``. Every call is one request, and blocks for at most
    ``timeout`` seconds. It fails closed: a host that does not answer allows nothing, and knows nobody.
    May be called from any thread.
    """

    def __init__(
        self, address: str, key: SharedKey, now: Callable[[], datetime], *, timeout: float = 2.0
    ) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f'"{address}" is not an address of HTTP.')
        self._address = parts
        self._key = key
        self._signer = Signer(key=key, audience=HOST, now=now)
        self._timeout = timeout
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def decide(self, principal: Principal, permission: str, cameras: Sequence[str] = ()) -> Decision:
        """Ask whether the principal holds the permission, and for each of the cameras too."""
        question = {
            "ask": "decide",
            "principal": plain_principal(principal),
            "permission": permission,
            "cameras": list(cameras),
        }
        answer = self._ask(question)
        if answer is None or not isinstance(answer.get("allowed"), bool):
            return Decision(allowed=False, reason=_UNSURE)
        return Decision(allowed=answer["allowed"], reason=str(answer.get("reason", "")))

    def current(self, session: str) -> Principal | None:
        """Ask who a session is now; nobody when it has ended, or when the host does not answer."""
        answer = self._ask({"ask": "current", "session": session})
        try:
            return None if answer is None else read_principal(answer.get("principal"))
        except ValueError:
            return None

    def close(self) -> None:
        """Close the connections that are kept; asking again opens new ones."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any] | None:
        body = json.dumps(question).encode()
        while True:
            connection, kept = self._connection()
            headers = self._signer.headers("POST", self._address.path or "/", None, body=body)
            try:
                status, answer, signature = self._post(connection, body, headers)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                # The host may have closed a kept connection meanwhile: only then another one is tried.
                if not kept or isinstance(error, TimeoutError):
                    return None
                continue
            with self._lock:
                self._idle.append(connection)
            if not answer_is_signed(self._key, nonce_of(headers), answer, signature):
                _LOG.warning(
                    "%s answered %d without a signature: nothing is allowed. Is this the desk?",
                    self._address.geturl(),
                    status,
                )
                return None
            value = json.loads(answer)
            return value if isinstance(value, dict) else None

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        """Give a connection, and whether it was used before."""
        with self._lock:
            if self._idle:
                return self._idle.pop(), True
        secure = self._address.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        return kind(self._address.hostname or "", self._address.port, timeout=self._timeout), False

    def _post(
        self, connection: http.client.HTTPConnection, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes, str]:
        connection.request(
            "POST", self._address.path or "/", body, {**headers, "Content-Type": "application/json"}
        )
        response = connection.getresponse()
        return response.status, response.read(_LONGEST), response.headers.get(SIGNATURE_HEADER, "")


class HostDesk:
    """An ASGI application of a host that answers ``RemoteHost``; nobody without the key is answered."""

    def __init__(
        self, access: Access, key: SharedKey, now: Callable[[], datetime], sessions: SignedIn | None = None
    ) -> None:
        self._access = access
        self._sessions = sessions
        self._key = key
        self._verifier = Verifier((key,), HOST, now)

    async def __call__(self, scope: Scope, receive: _Receive, send: _Send) -> None:
        """ASGI entry, for HTTP requests."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False) and len(body) <= _LONGEST
        try:
            word = self._verifier.word(scope["method"], target_of(scope), scope["headers"], body=bytes(body))
            answer = json.dumps(self._answer(json.loads(body))).encode()
        except (IdentityRefused, ValueError, TypeError, KeyError, RecursionError):
            await _answer(send, 401, b"{}", "application/json")
            return
        signature = sign_answer(self._key, word.nonce, answer)
        await _answer(send, 200, answer, "application/json", (SIGNATURE_HEADER, signature))

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        if question["ask"] == "current":
            found = self._sessions and self._sessions.current(str(question["session"]))
            return {"principal": found and plain_principal(found)}
        principal = read_principal(question["principal"])
        if question["ask"] != "decide" or principal is None:
            raise ValueError("not a question")
        cameras = tuple(str(camera) for camera in question["cameras"])
        decision = self._access.decide(principal, str(question["permission"]), cameras)
        return {"allowed": decision.allowed, "reason": decision.reason}


async def _answer(send: _Send, status: int, body: bytes, kind: str, *more: tuple[str, str]) -> None:
    headers = [
        ("content-type", kind),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        *more,
    ]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        }
    )
    await send({"type": "http.response.body", "body": body})
