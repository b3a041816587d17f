"""Setting up, signing in and out, and one's own password."""

from __future__ import annotations

import asyncio
import contextlib
from http import HTTPStatus
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reference_host.accounts import AccountRefused
from reference_host.answers import (
    AccountId,
    Body,
    ShortText,
    Typed,
    invalid,
    json_answer,
    nothing,
    read_body,
    refused,
)
from reference_host.durable import StorageRefused
from reference_host.guarded import signed_in
from reference_host.host import Host, address_of, cookie_name
from reference_host.passwords import LONGEST, fault_of_password
from reference_host.problems import Problem
from reference_host.roles import ADMINISTRATOR
from vms_hooks.values import HostEventKind, Principal

Password = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]


class Credentials(Body):
    """What somebody signs in with."""

    account: Typed
    password: Password


class FirstAccount(Body):
    """The first administrator, and the token that allows to make one."""

    token: ShortText
    account: AccountId
    name: ShortText
    password: Password


class NewPassword(Body):
    """A change of one's own password."""

    present: Password
    password: Password


class SessionApi:
    """The handlers, bound to one host."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._setting_up = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Give every operation; those that need no session are the way to one."""
        guard = signed_in(self._host)
        return [
            Route("/api/set-up", self.set_up, methods=["POST"]),
            Route("/api/session", self.sign_in, methods=["POST"]),
            Route("/api/session", self.session),
            Route("/api/session", guard(self.sign_out), methods=["DELETE"]),
            Route("/api/sessions", guard(self.sign_out_everywhere), methods=["DELETE"]),
            Route("/api/password", guard(self.change_password), methods=["PUT"]),
        ]

    async def set_up(self, request: Request) -> Response:
        """Make the first administrator and sign them in."""
        first = await read_body(request, FirstAccount)
        host = self._host
        async with self._setting_up:
            await self._brake(request, "")
            if not host.set_up.accepts(first.token):
                host.brake.write()
                host.events.report(HostEventKind.SIGN_IN_REFUSED, None, "set-up", address=address_of(request))
                raise Problem(
                    HTTPStatus.UNAUTHORIZED,
                    "set-up-refused",
                    "This set-up token is not right.",
                    "It stands in the output of the host's start. A host that has an account needs none.",
                )
            fault = fault_of_password(first.password, first.account, first.name, host.site.name)
            if fault:
                raise invalid(fault)
            try:
                await host.accounts.create(
                    first.account, first.name, first.password, (ADMINISTRATOR,), host.clock.now()
                )
            except AccountRefused as refusal:
                raise refused(str(refusal)) from refusal
            host.set_up.close()
        principal = Principal(id=first.account, name=first.name, roles=frozenset({ADMINISTRATOR}))
        detail = f"first administrator {first.account} made with the set-up token"
        await host.events.changed(
            HostEventKind.ACCOUNT_CHANGED,
            principal,
            detail,
            address=address_of(request),
            subject=first.account,
        )
        return await self._opened(request, principal)

    async def sign_in(self, request: Request) -> Response:
        """Open a session; slow for somebody who guesses."""
        credentials = await read_body(request, Credentials)
        host, address = self._host, address_of(request)
        await self._brake(request, credentials.account)
        principal = await host.accounts.authenticate(credentials.account, credentials.password)
        if principal is None:
            host.brake.write()
            host.events.report(HostEventKind.SIGN_IN_REFUSED, None, credentials.account, address=address)
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "sign-in-refused",
                "Account or password is wrong.",
                "Check both and sign in again. Capital letters count in the password.",
            )
        host.brake.succeeded(address, credentials.account)
        return await self._opened(request, principal)

    async def sign_out(self, request: Request, principal: Principal) -> Response:
        """End the session."""
        name = cookie_name(request)
        token = request.cookies.get(name)
        if token is None:
            raise refused("A proxy has signed you in. Sign out where you signed in.")
        ended = await asyncio.to_thread(self._host.sessions.close, token)
        session = ended.id if ended else ""
        self._host.events.report(
            HostEventKind.SIGNED_OUT, principal, address=address_of(request), session=session
        )
        return _without_cookie(request, nothing())

    async def sign_out_everywhere(self, request: Request, principal: Principal) -> Response:
        """End every session of the caller, this one too."""
        count = await asyncio.to_thread(self._host.sessions.close_all, principal.id)
        detail = f"everywhere ({count} sessions)"
        self._host.events.report(HostEventKind.SIGNED_OUT, principal, detail, address=address_of(request))
        return _without_cookie(request, nothing())

    async def change_password(self, request: Request, principal: Principal) -> Response:
        """Change one's own password; all other sessions of the account end."""
        change = await read_body(request, NewPassword)
        host, address = self._host, address_of(request)
        await self._brake(request, principal.id)
        if await host.accounts.authenticate(principal.id, change.present) is None:
            host.brake.write()
            host.events.report(
                HostEventKind.SIGN_IN_REFUSED, principal, "change of password", address=address
            )
            raise invalid("The present password is wrong. Nothing was changed.")
        host.brake.succeeded(address, principal.id)
        fault = fault_of_password(change.password, principal.id, principal.name, host.site.name)
        if fault:
            raise invalid(fault)
        try:
            await host.accounts.set_password(principal.id, change.password)
        except AccountRefused as refusal:
            raise refused(str(refusal)) from refusal
        await asyncio.to_thread(host.sessions.close_all, principal.id)
        await host.events.changed(
            HostEventKind.ACCOUNT_CHANGED,
            principal,
            "changed their own password",
            address=address,
            subject=principal.id,
        )
        return await self._opened(request, principal)

    async def session(self, request: Request) -> Response:
        """Say who is signed in, if anybody, and where."""
        return self._session_of(self._host.principal(request))

    async def _brake(self, request: Request, account: str) -> None:
        address = address_of(request)
        wait = self._host.brake.attempt(address, account)
        if wait is None:
            return
        self._host.events.report(
            HostEventKind.SIGN_IN_REFUSED, None, f"{account} (too many attempts)", address=address
        )
        seconds = int(wait.total_seconds()) + 1
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too-many-attempts",
            "Too many attempts to sign in.",
            f"Wait {seconds} seconds, then sign in again.",
            retry_after=seconds,
        )

    async def _opened(self, request: Request, principal: Principal) -> Response:
        """Open a session; the one that the browser had before ends, whoever's it was (ASVS 7.2.4)."""
        host = self._host
        await self._close_former(request)
        token = await asyncio.to_thread(host.sessions.open, principal.id)
        opened = host.sessions.session(token)
        host.events.report(
            HostEventKind.SIGNED_IN,
            principal,
            address=address_of(request),
            session=opened.id if opened else "",
        )
        response = self._session_of(principal)
        response.set_cookie(
            cookie_name(request),
            token,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    async def _close_former(self, request: Request) -> None:
        """End what the browser's cookie stands for; a disk that refuses keeps nobody out."""
        token = request.cookies.get(cookie_name(request))
        if token is None:
            return
        with contextlib.suppress(StorageRefused):
            ended = await asyncio.to_thread(self._host.sessions.close, token)
            if ended is not None:
                self._host.events.report(
                    HostEventKind.SIGNED_OUT,
                    self._host.accounts.principal(ended.account),
                    "signed in anew",
                    address=address_of(request),
                    session=ended.id,
                )

    def _session_of(self, principal: Principal | None) -> Response:
        known = principal and {"id": principal.id, "name": principal.name}
        return json_answer({"principal": known, "site": self._host.site, "set_up": self._host.set_up.open})


def _without_cookie(request: Request, response: Response) -> Response:
    secure = request.url.scheme == "https"
    response.delete_cookie(cookie_name(request), httponly=True, samesite="strict", secure=secure)
    return response
