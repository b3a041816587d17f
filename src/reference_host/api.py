"""The JSON API of the host's own pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import attrs
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reference_host.access import ADMINISTRATION
from reference_host.cameras import draw_timeline, list_cameras
from reference_host.contributions import gather
from reference_host.host import Host, cookie_name
from reference_host.plugins import health_of
from reference_host.problems import Problem, denied, signed_out
from reference_host.views import acknowledge
from vms_hooks.document import plain
from vms_hooks.faults import PluginFault
from vms_hooks.plugin import Plugin
from vms_hooks.values import HostEventKind, Interval, Part, Principal, View, ViewMode

#: Bodies of this API are small; a longer one is a mistake or an attack. Bytes.
_LONGEST_BODY = 64 * 1024

ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
BodyT = TypeVar("BodyT")


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody signs in with."""

    account: ShortText
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class ReportedView(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a page says its operator looks at."""

    client: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    number: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    mode: ViewMode
    cameras: Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=64)]


@attrs.frozen(kw_only=True)
class PluginReport:
    """A plug-in as the administrator sees it."""

    id: str
    name: str
    version: str
    enabled: bool
    state: str
    reason: str
    remedy: str
    #: Parts of the running plug-in, each with its own state.
    parts: tuple[Part, ...] = ()
    healthy: bool
    #: The latest faults, oldest first.
    faults: tuple[str, ...] = ()


Handler = Callable[[Request, Principal], Awaitable[Response]]


class Api:
    """The handlers, bound to one host."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[Route]:
        """Give every operation; all but ``/api/session`` and ``/healthz`` need a session."""
        return [
            Route("/healthz", self.healthz),
            Route("/api/session", self.sign_in, methods=["POST"]),
            Route("/api/session", self.session),
            Route("/api/session", self._signed_in(self.sign_out), methods=["DELETE"]),
            Route("/api/time", self._signed_in(self.time)),
            Route("/api/contributions", self._signed_in(self.contributions)),
            Route("/api/cameras", self._signed_in(self.cameras)),
            Route("/api/timeline", self._signed_in(self.timeline)),
            Route("/api/view", self._signed_in(self.view), methods=["POST"]),
            Route("/api/plugins", self._signed_in(self.plugins)),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Open a session; slow for somebody who guesses."""
        credentials = await _body(request, Credentials)
        address = request.client.host if request.client else ""
        now = self._host.clock.now()
        wait = self._host.brake.attempt(address, credentials.account, now)
        if wait is not None:
            self._host.events.report(HostEventKind.SIGN_IN_REFUSED, None, credentials.account)
            raise _too_many(int(wait.total_seconds()) + 1)
        principal = await self._host.accounts.authenticate(credentials.account, credentials.password)
        if principal is None:
            self._host.events.report(HostEventKind.SIGN_IN_REFUSED, None, credentials.account)
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "sign-in-refused",
                "Account or password is wrong.",
                "Check both and sign in again. Capital letters count in the password.",
            )
        self._host.brake.succeeded(address, credentials.account)
        self._host.events.report(HostEventKind.SIGNED_IN, principal)
        response = self._session_of(principal)
        response.set_cookie(
            cookie_name(request),
            self._host.sessions.open(principal, now),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    async def sign_out(self, request: Request, principal: Principal) -> Response:
        """End the session."""
        name = cookie_name(request)
        self._host.sessions.close(request.cookies[name])
        self._host.events.report(HostEventKind.SIGNED_OUT, principal)
        response = Response(status_code=HTTPStatus.NO_CONTENT)
        response.delete_cookie(name, httponly=True, samesite="strict", secure=request.url.scheme == "https")
        return response

    async def session(self, request: Request) -> Response:
        """Say who is signed in, if anybody, and where."""
        return self._session_of(self._host.principal(request))

    async def time(self, _: Request, __: Principal) -> Response:
        """Give the server's clock, milliseconds since 1970, from which a page measures its own."""
        return _json({"now": self._host.clock.now().timestamp() * 1000})

    async def contributions(self, _: Request, principal: Principal) -> Response:
        """Give everything the page draws for this principal."""
        plugins = self._host.plugins
        contributed = await gather(plugins.active, self._host.access, principal, starting=plugins.starting)
        return _json(plain(contributed))

    async def cameras(self, _: Request, principal: Principal) -> Response:
        """Give the cameras the principal may see."""
        return _json(await list_cameras(self._host.plugins.active, self._host.access, principal))

    async def timeline(self, request: Request, principal: Principal) -> Response:
        """Give recorded spans and marks: ``?camera=a&camera=b&start=...&end=...``, instants of RFC 3339."""
        cameras = tuple(dict.fromkeys(request.query_params.getlist("camera")))
        self._see_that_visible(principal, cameras)
        interval = Interval(start=_instant(request, "start"), end=_instant(request, "end"))
        if interval.end <= interval.start:
            raise _invalid("The end must be after the start.")
        return _json(await draw_timeline(self._host.plugins.active, cameras, interval, principal))

    async def view(self, request: Request, principal: Principal) -> Response:
        """Take a numbered view; 204 only when every active plug-in has acknowledged it."""
        reported = await _body(request, ReportedView)
        self._see_that_visible(principal, reported.cameras)
        view = View(
            principal=principal,
            client=reported.client,
            number=reported.number,
            mode=reported.mode,
            cameras=reported.cameras,
            at=self._host.clock.now(),
        )
        reasons = await acknowledge(self._host.plugins.active, view)
        if reasons:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "view-not-acknowledged",
                "Not every plug-in has taken note of your view.",
                f"{' '.join(reasons)} Your page tells them again by itself.",
                retry_after=1,
            )
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def plugins(self, _: Request, principal: Principal) -> Response:
        """Give every installed plug-in with its state, for administrators."""
        self._see_that_allowed(principal, ADMINISTRATION)
        return _json({"plugins": [await self._report(plugin) for plugin in self._host.plugins.all]})

    async def healthz(self, _: Request) -> Response:
        """Answer 200 when every enabled plug-in is active and healthy, and 503 until then."""
        reports = [
            await self._report(plugin)
            for plugin in self._host.plugins.all
            if self._host.plugins.enabled(plugin)
        ]
        ok = all(report.healthy for report in reports) and not self._host.stopping.is_set()
        status = HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE
        return _json({"ok": ok, "parts": reports}, status)

    def _signed_in(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            principal = self._host.principal(request)
            if principal is None:
                raise signed_out()
            return await handler(request, principal)

        return guarded

    def _session_of(self, principal: Principal | None) -> Response:
        known = principal and {"id": principal.id, "name": principal.name}
        return _json({"principal": known, "site": self._host.site})

    def _see_that_allowed(self, principal: Principal, permission: str) -> None:
        decision = self._host.access.decide(principal, permission)
        if not decision.allowed:
            self._host.events.report(HostEventKind.DENIED, principal, permission)
            raise denied(decision.reason)

    def _see_that_visible(self, principal: Principal, cameras: tuple[str, ...]) -> None:
        hidden = [camera for camera in cameras if not self._host.access.may_see(principal, camera)]
        if hidden:
            self._host.events.report(HostEventKind.DENIED, principal, ", ".join(hidden))
            raise denied("You may not see every one of these cameras.")

    async def _report(self, plugin: Plugin) -> PluginReport:
        manifest = plugin.found.manifest
        health = await health_of(plugin) if plugin.active else None
        standing = plugin.standing
        fault = health if isinstance(health, PluginFault) else None
        parts = () if health is None or isinstance(health, PluginFault) else health.parts
        return PluginReport(
            id=plugin.id,
            name=manifest.name if manifest else plugin.id,
            version=manifest.version if manifest else "",
            enabled=self._host.plugins.enabled(plugin),
            state=standing.state,
            reason=standing.reason or (fault.reason if fault else ""),
            remedy=standing.remedy,
            parts=parts,
            healthy=health is not None and not isinstance(health, PluginFault) and health.ok,
            faults=plugin.conduct.reasons,
        )


async def _body(request: Request, kind: type[BodyT]) -> BodyT:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_BODY:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-long", "The request is too long.")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError) as error:
        raise _invalid(f"{error}.") from error


def _instant(request: Request, name: str) -> datetime:
    text = request.query_params.get(name, "")
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _invalid(f'"{name}" must be an instant as in 2026-11-22T12:00:00Z.') from None
    if instant.tzinfo is None:
        raise _invalid(f'"{name}" must carry its zone, as in 2026-11-22T12:00:00Z.')
    return instant


def _invalid(detail: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "This request cannot be used.", detail)


def _too_many(seconds: int) -> Problem:
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too-many-attempts",
        "Too many attempts to sign in.",
        f"Wait {seconds} seconds, then sign in again.",
        retry_after=seconds,
    )


def _json(value: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(
        msgspec.json.encode(value),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )
