"""The host while it runs: what its request handlers share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib.metadata import EntryPoint

from starlette.requests import Request

from reference_host.access import RoleAccess
from reference_host.config import SiteConfig
from reference_host.events import HostEvents
from reference_host.plugins import PluginSet
from reference_host.secret_store import load_secrets
from reference_host.sign_in import Accounts, Brake, Sessions
from vms_hooks.host import Clock
from vms_hooks.values import Principal


class Host:
    """One site's host. Raises ``ConfigError`` when the secrets cannot be used."""

    def __init__(self, config: SiteConfig, entry_points: Iterable[EntryPoint], clock: Clock) -> None:
        self.site = config.site
        self.clock = clock
        self.access = RoleAccess(config.roles)
        self.accounts = Accounts(config.accounts)
        self.sessions = Sessions()
        self.brake = Brake()
        self.plugins = PluginSet(config, entry_points, clock, load_secrets(config.secrets_file))
        self.events = HostEvents(lambda: self.plugins.active, clock)
        #: Set when the host has begun to stop; endless answers end then.
        self.stopping = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the plug-ins, and stop them at the end."""
        self.plugins.start()
        try:
            yield
        finally:
            self.stopping.set()
            await self.events.stop()
            await self.plugins.stop()

    def principal(self, request: Request) -> Principal | None:
        """Give the person whose session a request belongs to."""
        token = request.cookies.get(cookie_name(request))
        return self.sessions.principal(token, self.clock.now()) if token else None


def cookie_name(request: Request) -> str:
    """Name of the session cookie; over HTTPS with the prefix that RFC 6265bis reserves for the host alone."""
    return "__Host-vms-session" if request.url.scheme == "https" else "vms-session"
