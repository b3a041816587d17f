"""Who may call an operation of the host's own API. What is refused is reported."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from reference_host.access import ADMINISTRATION
from reference_host.host import Host, address_of
from reference_host.problems import denied, signed_out
from vms_hooks.values import HostEventKind, Principal

Handler = Callable[[Request, Principal], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def signed_in(host: Host) -> Callable[[Handler], Endpoint]:
    """Let a handler be called by everybody who is signed in."""

    def guard(handler: Handler) -> Endpoint:
        async def guarded(request: Request) -> Response:
            principal = host.principal(request)
            if principal is None:
                raise signed_out()
            return await handler(request, principal)

        return guarded

    return guard


def administrators(host: Host) -> Callable[[Handler], Endpoint]:
    """Let a handler be called by administrators only."""

    def guard(handler: Handler) -> Endpoint:
        async def guarded(request: Request, principal: Principal) -> Response:
            see_that_allowed(host, request, principal, ADMINISTRATION)
            return await handler(request, principal)

        return signed_in(host)(guarded)

    return guard


def see_that_allowed(host: Host, request: Request, principal: Principal, permission: str) -> None:
    """Raise ``Problem`` unless the principal holds the permission."""
    decision = host.access.decide(principal, permission)
    if not decision.allowed:
        host.events.report(HostEventKind.DENIED, principal, permission, address=address_of(request))
        raise denied(decision.reason)


def see_that_visible(host: Host, request: Request, principal: Principal, cameras: tuple[str, ...]) -> None:
    """Raise ``Problem`` unless the principal may see every one of the cameras."""
    hidden = [camera for camera in cameras if not host.access.may_see(principal, camera)]
    if hidden:
        detail = ", ".join(hidden)
        host.events.report(HostEventKind.DENIED, principal, detail, address=address_of(request))
        raise denied("You may not see every one of these cameras.")
