"""The host while it runs: what its request handlers share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import attrs
from starlette.requests import Request

from reference_host.access import RoleAccess
from reference_host.accounts import Accounts, KeptAccount
from reference_host.brake import Brake
from reference_host.clock import SteadyClock
from reference_host.config import Role, SiteConfig
from reference_host.durable import KeptDocument, StorageRefused
from reference_host.events import HostEvents
from reference_host.licensing import SiteLicence
from reference_host.log_lines import LogLines
from reference_host.own_keys import Keys, OwnKeys
from reference_host.plugins import PluginSet
from reference_host.proxy import PROXIED_SCOPE_KEY
from reference_host.roles import Roles
from reference_host.saved_views import SavedView, SavedViews
from reference_host.secret_store import load_secrets
from reference_host.security_log import SecurityLog
from reference_host.services import CurrentSessions
from reference_host.sessions import IDLE, WRITTEN_EVERY, Session, Sessions
from reference_host.set_up import SetUp
from reference_host.warnings import Warnings
from vms_hooks.host import Clock
from vms_hooks.values import HostEventKind, Principal

log = logging.getLogger(__name__)

#: How often the licence is judged anew by itself, seconds: a day ends at most an hour unnoticed.
LICENCE_EVERY = 3600.0


class Host:
    """One site's host. Raises ``ConfigError`` when secrets or the host's own files cannot be used."""

    def __init__(
        self,
        config: SiteConfig,
        entry_points: Iterable[EntryPoint],
        clock: Clock,
        elapsed: Callable[[], float],
    ) -> None:
        self.config = config
        self.site = config.site
        self.clock = clock
        self.steady = SteadyClock(clock, elapsed)
        self.secrets = load_secrets(config.secrets_file)
        own = _Folder(config.data_directory / "host")
        self.roles = Roles(config.roles, own.document("roles", Mapping[str, Role]))
        self.access = RoleAccess(self.roles)
        self.accounts = Accounts(config.accounts, own.document("accounts", Mapping[str, KeptAccount]))
        self.sessions = Sessions(own.document("sessions", Mapping[str, Session]), self.steady)
        self.brake = Brake(self.steady, own.document("attempts", Mapping[str, tuple[datetime, ...]]))
        self.views = SavedViews(own.document("views", Mapping[str, SavedView]))
        self.keys = OwnKeys(own.document("keys", Mapping[str, Keys]))
        self.set_up = SetUp(lambda: bool(self.accounts.all) or _proxy_signs_in(config))
        self.licence = SiteLicence(
            config=config.licence,
            site=config.site.id,
            clock=clock,
            latest=own.document("clock", Mapping[str, datetime]),
        )
        self.security_log = SecurityLog(own.path / "security.jsonl")
        self.plugins = PluginSet(
            config,
            entry_points,
            clock,
            secrets=self.secrets,
            access=self.access,
            licence=self.licence,
            choices=own.document("plugins", Mapping[str, bool]),
            security_log=self.security_log,
            sessions=CurrentSessions(self.current),
        )
        self.events = HostEvents(lambda: self.plugins.active, clock, self.security_log)
        self.warnings = Warnings(lambda: self.plugins.active)
        self.log_lines = LogLines()
        #: Set when the host has begun to stop; endless answers end then.
        self.stopping = asyncio.Event()
        #: People whom a proxy has signed in, by session, and when they were last seen.
        self._proxied: dict[str, tuple[Principal, datetime]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the plug-ins, and stop them at the end. A host within another application awaits this."""
        self.plugins.start()
        tasks = [asyncio.create_task(work) for work in (self._watch_licence(), self._write_use())]
        try:
            with self.log_lines.kept():
                yield
        finally:
            self.stopping.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.events.stop()
            await self.plugins.stop()
            await asyncio.to_thread(self._write_use_now)

    def principal(self, request: Request) -> Principal | None:
        """Give the person whose request it is: signed in by the proxy, or by a session."""
        proxied = request.scope.get(PROXIED_SCOPE_KEY)
        if isinstance(proxied, Principal):
            return self._proxied_person(proxied, address_of(request))
        token = request.cookies.get(cookie_name(request))
        session = self.sessions.session(token) if token else None
        return self._principal_of(session)

    def current(self, session: str) -> Principal | None:
        """Give who a session is now, with the roles of now; nobody when it has ended. From any thread."""
        proxied = self._proxied.get(session)
        if proxied is not None:
            principal, seen = proxied
            known = self.accounts.find(principal.id)
            return (
                None
                if self.steady.now() - seen >= IDLE or (known is not None and known.disabled)
                else principal
            )
        return self._principal_of(self.sessions.find(session))

    async def judge_licence(self) -> None:
        """Judge the licence anew; plug-ins are told of a change, and one that may start now is started."""
        for plugin, judgement in await self.plugins.judge_anew():
            log.info("licence for %s: %s. %s", plugin, judgement.verdict, judgement.reason)
            detail = f"{plugin}: {judgement.verdict}. {judgement.reason}".strip()
            self.events.report(HostEventKind.LICENCE_CHANGED, None, detail)

    def _proxied_person(self, principal: Principal, address: str) -> Principal | None:
        known = self.accounts.find(principal.id)
        if known is not None and known.disabled:
            return None
        session = f"proxy-{principal.id}"
        now, (_, seen) = self.steady.now(), self._proxied.get(session, (None, None))
        principal = attrs.evolve(principal, session=session)
        self._proxied[session] = (principal, now)
        if seen is None or now - seen >= IDLE:
            self.events.report(
                HostEventKind.SIGNED_IN, principal, "by the proxy", address=address, session=session
            )
        return principal

    def _principal_of(self, session: Session | None) -> Principal | None:
        if session is None:
            return None
        principal = self.accounts.principal(session.account)
        return principal and attrs.evolve(principal, session=session.id)

    async def _watch_licence(self) -> None:
        while True:
            await asyncio.sleep(LICENCE_EVERY)
            await self.judge_licence()

    async def _write_use(self) -> None:
        while True:
            await asyncio.sleep(WRITTEN_EVERY.total_seconds())
            for session in await asyncio.to_thread(self._write_use_now):
                owner = self._principal_of(session)
                self.events.report(HostEventKind.SESSION_ENDED, owner, "by itself", session=session.id)

    def _write_use_now(self) -> tuple[Session, ...]:
        try:
            return self.sessions.write_use()
        except StorageRefused as error:
            log.warning("%s", error)
            return ()


class _Folder:
    """The host's own files, beside those of its plug-ins."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def document(self, name: str, kind: Any) -> KeptDocument[Any]:
        """Give a document of this folder; it is empty as long as there is no file."""
        return KeptDocument(self.path / f"{name}.json", kind, {})


def _proxy_signs_in(config: SiteConfig) -> bool:
    return config.proxy is not None and bool(config.proxy.account_header)


def cookie_name(request: Request) -> str:
    """Name of the session cookie; over HTTPS with the prefix that RFC 6265bis reserves for the host alone."""
    return "__Host-vms-session" if request.url.scheme == "https" else "vms-session"


def address_of(request: Request) -> str:
    """Give the address that a request comes from, as far as it is known."""
    return request.client.host if request.client else ""
