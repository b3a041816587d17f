"""Plug-ins' own ASGI applications below ``/plugins/<id>/``, for people with a session only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, MutableMapping
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from reference_host.config import Role
from reference_host.host import Host, address_of
from reference_host.problems import Problem, respond, signed_out
from vms_hooks import mounting
from vms_hooks.contributions import AsgiApp
from vms_hooks.values import HostEventKind, Principal

log = logging.getLogger(__name__)

#: Media type of server-sent events (HTML, section 9.2).
_EVENTS = "text/event-stream"


class PluginMount:
    """One ASGI application for all plug-ins; ``path_params`` says which is meant."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        try:
            principal = self._host.principal(Request(scope))
            if principal is None:
                raise signed_out()
            app = self._app(scope["path_params"]["plugin"])
        except Problem as problem:
            await respond(problem)(scope, receive, send)
            return
        answer = _Answer(send)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        inner = mounting.scope_for(scope, principal)
        gone = self._withdrawn(Request(scope), principal)
        await self._while_wanted(answer, _guarded(app, inner, receive, answer), gone)
        if answer.status == HTTPStatus.FORBIDDEN:
            detail = f"{scope['path_params']['plugin']}: {scope['method']} {path}"
            self._host.events.report(
                HostEventKind.DENIED, principal, detail, address=address_of(Request(scope))
            )

    def _app(self, identity: str) -> AsgiApp:
        plugin = self._host.plugins.get(identity)
        if plugin is None:
            raise Problem(HTTPStatus.NOT_FOUND, "no-plugin", f'There is no plug-in "{identity}".')
        if not plugin.active or plugin.mount is None:
            standing = plugin.standing
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "plugin-not-active",
                f"The plug-in {identity} is {standing.state}.",
                f"{standing.reason} {standing.remedy}".strip(),
                retry_after=5,
            )
        return plugin.mount.app

    async def _while_wanted(
        self, answer: _Answer, answering: Coroutine[Any, Any, None], gone: Coroutine[Any, Any, None]
    ) -> None:
        """Let the plug-in answer.

        A stream of events, which has no end, ends when the host stops, and when whoever reads it has lost a
        right or the session: a browser asks for it anew, as who it is then.
        """
        task = asyncio.ensure_future(answering)
        ends = {asyncio.ensure_future(self._host.stopping.wait()), asyncio.ensure_future(gone)}
        try:
            await asyncio.wait({task, *ends}, return_when=asyncio.FIRST_COMPLETED)
            if answer.endless and not task.done():
                task.cancel()
                await asyncio.wait({task})
                await answer({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                await task
        finally:
            for each in (task, *ends):
                each.cancel()

    async def _withdrawn(self, request: Request, principal: Principal) -> None:
        """Return when it is not the same person with the same rights any more who asked."""
        before = self._rights(principal)
        while True:
            withdrawal = self._host.events.withdrawal
            now = self._host.principal(request)
            if now is None or self._rights(now) != before:
                return
            await withdrawal.wait()

    def _rights(self, principal: Principal) -> tuple[Principal, tuple[Role | None, ...]]:
        return principal, tuple(self._host.roles.get(role) for role in sorted(principal.roles))


class _Answer:
    """Sends a plug-in's answer on, and notes how far it has come."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.endless = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.endless = Headers(raw=message["headers"]).get("content-type", "").startswith(_EVENTS)
        await self._send(message)


async def _guarded(app: AsgiApp, scope: MutableMapping[str, Any], receive: Receive, answer: _Answer) -> None:
    fault = await mounting.answer(app, scope, receive, answer)
    if fault is None:
        return
    log.error("a plug-in failed: %s", fault.reason, exc_info=fault)
    failed = Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "plugin-failed",
        "The plug-in failed while it answered.",
        "The host goes on. The administrator finds the reason in the log.",
    )
    await respond(failed)(dict(scope), receive, answer)
