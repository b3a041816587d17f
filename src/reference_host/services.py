"""The services of this host that not every host has."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import attrs

from reference_host.durable import StorageRefused
from reference_host.security_log import LogEntry, SecurityLog
from vms_hooks.host import Capability, Clock, Site
from vms_hooks.values import Principal, Target

#: What this host has itself: no cameras, no recordings, no export tab, and no notices from the server.
CAPABILITIES: frozenset[str] = frozenset(
    {Capability.AUDIT, Capability.NAVIGATION, Capability.SESSIONS, Capability.TIMELINE, Capability.VIEWS}
)


@attrs.frozen
class SecurityLogAudit:
    """Writes what one plug-in reports into the host's security log, under the plug-in's name."""

    _plugin: str
    _log: SecurityLog
    _clock: Clock

    def record(self, principal: Principal | None, action: str, detail: str = "") -> None:
        """Write one entry; raises ``OSError`` when it cannot be kept."""
        entry = LogEntry(
            at=self._clock.now(),
            kind="plugin",
            account=principal.id if principal else "",
            name=principal.name if principal else "",
            detail=f"{self._plugin}: {action}. {detail}".strip(),
        )
        try:
            self._log.write(entry)
        except StorageRefused as error:
            raise OSError(str(error)) from error


@attrs.frozen
class CurrentSessions:
    """Who is signed in now."""

    _current: Callable[[str], Principal | None]

    def current(self, session: str) -> Principal | None:
        """Give the principal of a session with the roles of now; nobody when it has ended."""
        return self._current(session)


@attrs.frozen
class PageAddresses:
    """Where places are in this host's pages."""

    _site: Site

    def url(self, target: Target) -> str:
        """Give the address of a place; without a base URL in the configuration it begins with a slash."""
        return f"{self._site.base_url.rstrip('/')}{address_of(target)}"


def address_of(target: Target) -> str:
    """Give the path of a place."""
    return f"/{quote(target.tab)}/{quote(target.path)}".rstrip("/")
