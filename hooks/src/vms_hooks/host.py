"""What a host offers a plug-in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import attrs

from vms_hooks.values import Principal


@attrs.frozen(kw_only=True)
class Decision:
    """What the host answers when asked whether a principal may do something."""

    allowed: bool
    reason: str = ""


class Access(Protocol):
    """Permissions of people, for actions and for cameras."""

    def decide(self, principal: Principal, permission: str, cameras: Sequence[str] = ()) -> Decision:
        """Say whether the principal holds the permission, and for each of the cameras too."""
        ...


class LicenceState(StrEnum):
    """What the site's licence says of a plug-in."""

    VALID = "valid"
    EXPIRED = "expired"
    MISSING = "missing"
    REFUSED = "refused"


@attrs.frozen(kw_only=True)
class LicenceStatus:
    """State of the licence, with a reason and a remedy for people."""

    state: LicenceState
    licensee: str = ""
    expires: date | None = None
    features: frozenset[str] = frozenset()
    reason: str = ""
    remedy: str = ""


class Licence(Protocol):
    """The site's licence for this plug-in."""

    def status(self) -> LicenceStatus:
        """Judge the licence now."""
        ...


class Secrets(Protocol):
    """Passwords and keys, kept by the host and never in the plug-in's files."""

    def get(self, name: str) -> str | None:
        """Give a secret, or nothing when there is none of that name."""
        ...


class Clock(Protocol):
    """The server's clock."""

    def now(self) -> datetime:
        """Give the present instant, UTC."""
        ...


@attrs.frozen(kw_only=True)
class Site:
    """The installation."""

    id: str
    name: str
    #: IANA name of the zone in which the site's people live.
    time_zone: str


@attrs.frozen(kw_only=True)
class HostServices:
    """All services of a host, as one plug-in sees them."""

    access: Access
    licence: Licence
    secrets: Secrets
    clock: Clock
    site: Site
    #: A directory of the plug-in's own, on a durable disk.
    storage: Path
    #: What the host has itself, as versioned names.
    capabilities: frozenset[str] = frozenset()
