"""The JSON API of Administration: plug-ins, licence, accounts, roles. Every change is in the security log."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated

import attrs
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reference_host.access import ADMINISTRATION, HOST_PERMISSIONS, RoleAccess
from reference_host.accounts import AccountRefused
from reference_host.answers import (
    AccountId,
    Body,
    ShortText,
    invalid,
    json_answer,
    nothing,
    read_body,
    refused,
    unknown,
)
from reference_host.cameras import list_cameras
from reference_host.config import Role
from reference_host.diagnostics import bundle
from reference_host.guarded import administrators
from reference_host.host import Host, address_of
from reference_host.passwords import LONGEST, fault_of_password
from reference_host.plugin_reports import report_of
from reference_host.roles import RoleRefused
from vms_hooks.values import HostEventKind, Principal

Password = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]
RoleIds = Annotated[tuple[AccountId, ...], msgspec.Meta(max_length=100)]
Grants = Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=2000)]


class Enabled(Body):
    """Whether the site wants a plug-in."""

    enabled: bool


class NewAccount(Body):
    """An account to be made."""

    account: AccountId
    name: ShortText
    password: Password
    roles: RoleIds = ()


class ChangedAccount(Body):
    """What is to be changed of an account."""

    name: ShortText | None = None
    roles: RoleIds | None = None
    disabled: bool | None = None


class ResetPassword(Body):
    """A new password for somebody."""

    password: Password


class RoleBody(Body):
    """A role as it is to be."""

    title: ShortText
    permissions: Grants = ()
    cameras: Grants = ()


class AdministrationApi:
    """The handlers, bound to one host."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[Route]:
        """Give every operation; all are for administrators."""
        guard = administrators(self._host)
        rows = (
            ("GET", "/api/plugins", self.plugins),
            ("PUT", "/api/plugins/{plugin}", self.enable),
            ("POST", "/api/plugins/{plugin}/try-again", self.try_again),
            ("POST", "/api/licence/judge", self.judge_licence),
            ("GET", "/api/accounts", self.accounts),
            ("POST", "/api/accounts", self.create_account),
            ("PATCH", "/api/accounts/{account}", self.change_account),
            ("PUT", "/api/accounts/{account}/password", self.reset_password),
            ("DELETE", "/api/accounts/{account}/sessions", self.sign_out_account),
            ("GET", "/api/roles", self.roles),
            ("PUT", "/api/roles/{role}", self.put_role),
            ("DELETE", "/api/roles/{role}", self.delete_role),
            ("GET", "/api/security-log", self.security_log),
            ("GET", "/api/diagnostics", self.diagnostics),
        )
        return [Route(path, guard(handler), methods=[method]) for method, path, handler in rows]

    async def plugins(self, _: Request, __: Principal) -> Response:
        """Give every installed plug-in with its state."""
        plugins = self._host.plugins
        reports = [await report_of(plugins, plugin) for plugin in plugins.all]
        trouble = " ".join(filter(None, (self._host.security_log.trouble, *plugins.not_installed)))
        return json_answer({"plugins": reports, "trouble": trouble})

    async def enable(self, request: Request, principal: Principal) -> Response:
        """Enable or disable a plug-in; it is started or stopped."""
        identity, wanted = request.path_params["plugin"], (await read_body(request, Enabled)).enabled
        if self._host.plugins.get(identity) is None:
            raise unknown("plug-in")
        await self._configured(
            request, principal, identity, f"plug-in {identity} {'en' if wanted else 'dis'}abled"
        )
        plugin = await self._host.plugins.enable(identity, enabled=wanted)
        if plugin is None:
            raise unknown("plug-in")
        return json_answer(await report_of(self._host.plugins, plugin))

    async def try_again(self, request: Request, principal: Principal) -> Response:
        """Judge a plug-in anew, and start it when nothing speaks against it any more."""
        identity = request.path_params["plugin"]
        await self._configured(request, principal, identity, f"plug-in {identity}: try again")
        plugin = await self._host.plugins.try_again(identity)
        if plugin is None:
            raise unknown("plug-in")
        return json_answer(await report_of(self._host.plugins, plugin))

    async def judge_licence(self, request: Request, principal: Principal) -> Response:
        """Judge the licence file anew, and start what may start now."""
        await self._host.judge_licence()
        return await self.plugins(request, principal)

    async def accounts(self, _: Request, __: Principal) -> Response:
        """Give every account, without its password."""
        return json_answer({"accounts": self._host.accounts.all})

    async def create_account(self, request: Request, principal: Principal) -> Response:
        """Make an account."""
        new = await read_body(request, NewAccount)
        self._see_that_known(new.roles)
        self._see_that_good(new.password, new.account, new.name)
        try:
            await self._host.accounts.create(
                new.account, new.name, new.password, new.roles, self._host.clock.now()
            )
        except AccountRefused as refusal:
            raise refused(str(refusal)) from refusal
        detail = f"account {new.account} made with roles {_listed(new.roles)}"
        await self._changed(request, principal, new.account, detail)
        return json_answer(self._host.accounts.find(new.account), HTTPStatus.CREATED)

    async def change_account(self, request: Request, principal: Principal) -> Response:
        """Change name, roles or whether an account is disabled; a disabled one is signed out."""
        account, change = request.path_params["account"], await read_body(request, ChangedAccount)
        before = self._host.accounts.find(account)
        if before is None:
            raise unknown("account")
        if change.roles is not None:
            self._see_that_known(change.roles)
        after = attrs.evolve(
            before,
            name=before.name if change.name is None else change.name,
            roles=before.roles if change.roles is None else change.roles,
            disabled=before.disabled if change.disabled is None else change.disabled,
        )
        self._see_that_somebody_administers({account: after.roles if not after.disabled else ()})
        try:
            await asyncio.to_thread(
                self._host.accounts.change,
                account,
                name=change.name,
                roles=change.roles,
                disabled=change.disabled,
            )
        except AccountRefused as refusal:
            raise refused(str(refusal)) from refusal
        if after.disabled:
            await self._end_sessions(request, principal, account)
        changes = [
            f"{name} {_said(old)} to {_said(new)}"
            for name in ("name", "roles", "disabled")
            if (old := getattr(before, name)) != (new := getattr(after, name))
        ]
        await self._changed(
            request, principal, account, f"account {account}: {'; '.join(changes) or 'nothing'}"
        )
        return json_answer(self._host.accounts.find(account))

    async def reset_password(self, request: Request, principal: Principal) -> Response:
        """Give somebody a new password; their sessions end."""
        account, reset = request.path_params["account"], await read_body(request, ResetPassword)
        known = self._host.accounts.find(account)
        if known is None:
            raise unknown("account")
        self._see_that_good(reset.password, account, known.name)
        try:
            await self._host.accounts.set_password(account, reset.password)
        except AccountRefused as refusal:
            raise refused(str(refusal)) from refusal
        await self._end_sessions(request, principal, account)
        await self._changed(request, principal, account, f"account {account}: password reset")
        return nothing()

    async def sign_out_account(self, request: Request, principal: Principal) -> Response:
        """End every session of somebody."""
        account = request.path_params["account"]
        count = await self._end_sessions(request, principal, account)
        await self._changed(
            request, principal, account, f"account {account}: signed out everywhere ({count} sessions)"
        )
        return nothing()

    async def roles(self, _: Request, principal: Principal) -> Response:
        """Give every role, and what can be granted: the trees of permissions, and the cameras."""
        plugins = self._host.plugins
        listed = await list_cameras(plugins.active, self._host.access, principal)
        tree = [*HOST_PERMISSIONS, *(one for plugin in plugins.active for one in plugin.permissions)]
        return json_answer({"roles": self._host.roles.all, "tree": tree, "cameras": listed.cameras})

    async def put_role(self, request: Request, principal: Principal) -> Response:
        """Make or change a role; it counts from the next request on."""
        role, body = request.path_params["role"], await read_body(request, RoleBody)
        before = self._host.roles.get(role)
        after = Role(title=body.title, permissions=body.permissions, cameras=body.cameras)
        self._see_that_somebody_administers({}, {role: after})
        try:
            await asyncio.to_thread(self._host.roles.put, role, after)
        except RoleRefused as refusal:
            raise refused(str(refusal)) from refusal
        await self._configured(
            request, principal, role, f"role {role}: {_role_change(before or Role(cameras=()), after)}"
        )
        return json_answer(next(one for one in self._host.roles.all if one.id == role))

    async def delete_role(self, request: Request, principal: Principal) -> Response:
        """Remove a role; whoever had it does not have it any more."""
        role = request.path_params["role"]
        if role not in self._host.roles:
            raise unknown("role")
        self._see_that_somebody_administers({}, {role: Role(cameras=())})
        try:
            await asyncio.to_thread(self._host.roles.remove, role)
        except RoleRefused as refusal:
            raise refused(str(refusal)) from refusal
        await self._configured(request, principal, role, f"role {role} removed")
        return nothing()

    async def security_log(self, _: Request, __: Principal) -> Response:
        """Give the newest entries of the security log, newest first."""
        entries = await asyncio.to_thread(self._host.security_log.latest, 100)
        return json_answer({"entries": entries[::-1]})

    async def diagnostics(self, request: Request, principal: Principal) -> Response:
        """Give a ZIP for support: states, versions, configuration and log lines, without secrets."""
        await self._configured(request, principal, "", "diagnostics bundle downloaded")
        reports = [await report_of(self._host.plugins, plugin) for plugin in self._host.plugins.all]
        document = await asyncio.to_thread(bundle, self._host, reports)
        name = f"diagnostics-{self._host.site.id}-{self._host.clock.now():%Y%m%dT%H%M%SZ}.zip"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(document, media_type="application/zip", headers=headers)

    def _see_that_known(self, roles: tuple[str, ...]) -> None:
        for role in roles:
            if role not in self._host.roles:
                raise invalid(f'There is no role "{role}".')

    def _see_that_good(self, password: str, account: str, name: str) -> None:
        fault = fault_of_password(password, account, name, self._host.site.name)
        if fault:
            raise invalid(fault)

    def _see_that_somebody_administers(
        self, accounts: dict[str, tuple[str, ...]], roles: dict[str, Role] | None = None
    ) -> None:
        """Refuse a change after which no account could undo it."""
        access = RoleAccess({**self._host.roles, **(roles or {})})
        for one in self._host.accounts.all:
            held = accounts.get(one.id, () if one.disabled else one.roles)
            person = Principal(id=one.id, name=one.name, roles=frozenset(held))
            if access.decide(person, ADMINISTRATION).allowed:
                return
        if self._host.config.proxy is None:
            raise refused("Nobody could administer this site any more. Give another account that role first.")

    async def _changed(self, request: Request, principal: Principal, account: str, detail: str) -> None:
        await self._host.events.changed(
            HostEventKind.ACCOUNT_CHANGED, principal, detail, address=address_of(request), subject=account
        )

    async def _configured(self, request: Request, principal: Principal, subject: str, detail: str) -> None:
        await self._host.events.changed(
            HostEventKind.CONFIGURATION_CHANGED,
            principal,
            detail,
            address=address_of(request),
            subject=subject,
        )

    async def _end_sessions(self, request: Request, principal: Principal, account: str) -> int:
        """End every session of an account; gives how many. Plug-ins end what they keep open for it."""
        known = self._host.accounts.find(account)
        count = await asyncio.to_thread(self._host.sessions.close_all, account)
        if known is not None and count:
            owner = Principal(id=known.id, name=known.name, roles=frozenset(known.roles))
            detail = f"{count} sessions of {account}, by {principal.name}"
            self._host.events.report(HostEventKind.SESSION_ENDED, owner, detail, address=address_of(request))
        return count


def _listed(texts: tuple[str, ...]) -> str:
    return ", ".join(texts) or "none"


def _said(value: object) -> str:
    return _listed(value) if isinstance(value, tuple) else str(value)


def _role_change(before: Role, after: Role) -> str:
    """Say what was granted and what was taken."""
    parts = []
    for name in ("permissions", "cameras"):
        old, new = set(getattr(before, name)), set(getattr(after, name))
        if new - old:
            parts.append(f"{name} granted: {_listed(tuple(sorted(new - old)))}")
        if old - new:
            parts.append(f"{name} taken: {_listed(tuple(sorted(old - new)))}")
    if before.title != after.title:
        parts.append(f"title {after.title}")
    return "; ".join(parts) or "nothing"
