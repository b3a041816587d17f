"""What a host offers a plug-in.

Access, licence, secrets, clock, site and storage are what every host has. The rest is what a host *may* have:
each such service is named by a capability, ``None`` without it, and a plug-in that cannot do without one says
so under ``requires`` in its manifest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

import attrs

from vms_hooks.values import Camera, Interval, Principal, Target


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


@runtime_checkable
class KeptSecrets(Secrets, Protocol):
    """Secrets that a plug-in may keep too: a host may give these as its ``secrets``."""

    def put(self, name: str, secret: str) -> None:
        """Keep a secret, over one of that name; returning means it is on disk. Raises ``OSError``."""
        ...

    def remove(self, name: str) -> None:
        """Forget a secret, if there is one of that name; raises ``OSError``."""
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
    #: Where browsers find the host, as ``https://vms.example``; empty when the host does not know.
    base_url: str = ""


class Audit(Protocol):
    """The host's own security log (capability ``audit/1``)."""

    def record(self, principal: Principal | None, action: str, detail: str = "") -> None:
        """Write one entry; returning means that it is kept. Raises ``OSError`` when it cannot be."""
        ...


class Navigation(Protocol):
    """The host's pages (capability ``navigation/1``)."""

    def url(self, target: Target) -> str:
        """Give the address of a place, absolute when the host knows its own."""
        ...


class NoticeKind(StrEnum):
    """How much a notice matters."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


@attrs.frozen(kw_only=True)
class Notice:
    """A short message for an operator."""

    kind: NoticeKind
    title: str
    detail: str = ""
    #: Where a click leads.
    target: Target | None = None


class Notifications(Protocol):
    """Messages to people who are signed in (capability ``notifications/1``)."""

    def notify(self, notice: Notice, principal: Principal | None = None) -> None:
        """Show a notice to one principal, or to all who are signed in; does not wait until it is seen."""
        ...


class HostCameras(Protocol):
    """Cameras that the host has itself (capability ``cameras/1``)."""

    async def visible(self, principal: Principal) -> Sequence[Camera]:
        """Give those that the principal may see."""
        ...


class HostRecordings(Protocol):
    """Recordings that the host has itself (capability ``recordings/1``)."""

    async def spans(self, camera: str, interval: Interval) -> Sequence[Interval]:
        """Give what is recorded within an interval, in order of time."""
        ...


class SignedIn(Protocol):
    """Who is signed in now (capability ``sessions/1``)."""

    def current(self, session: str) -> Principal | None:
        """Give the principal of a session with the roles they have now; nobody when it has ended.

        Answers at once, from any thread.
        """
        ...


class Capability(StrEnum):
    """What a host may have besides what every host has; a plug-in may require any of it.

    The first six name a service of ``HostServices``. The others are parts of the host's pages.
    """

    AUDIT = "audit/1"
    NAVIGATION = "navigation/1"
    NOTIFICATIONS = "notifications/1"
    CAMERAS = "cameras/1"
    RECORDINGS = "recordings/1"
    SESSIONS = "sessions/1"
    #: The host has an export tab and asks for ``vms_export_lists``.
    EXPORT_LISTS = "export-lists/1"
    #: The host draws a timeline and asks the runtime for ``timeline``.
    TIMELINE = "timeline/1"
    #: The host reports what its operators look at to ``view_changed``.
    VIEWS = "views/1"
    #: The host deletes recordings and asks for ``media_holds`` before it does.
    MEDIA_HOLDS = "media-holds/1"


@attrs.frozen(kw_only=True)
class HostServices:
    """All services of a host, as one plug-in sees them.

    Raises ``ValueError`` when a capability is named whose service is missing, or the other way round.
    """

    access: Access
    licence: Licence
    secrets: Secrets
    clock: Clock
    site: Site
    #: A directory of the plug-in's own, on a durable disk.
    storage: Path
    #: What the host has itself, as versioned names.
    capabilities: frozenset[str] = frozenset()
    audit: Audit | None = None
    navigation: Navigation | None = None
    notifications: Notifications | None = None
    cameras: HostCameras | None = None
    recordings: HostRecordings | None = None
    sessions: SignedIn | None = None

    def __attrs_post_init__(self) -> None:
        services = {
            Capability.AUDIT: self.audit,
            Capability.NAVIGATION: self.navigation,
            Capability.NOTIFICATIONS: self.notifications,
            Capability.CAMERAS: self.cameras,
            Capability.RECORDINGS: self.recordings,
            Capability.SESSIONS: self.sessions,
        }
        for capability, service in services.items():
            if (capability in self.capabilities) is (service is None):
                raise ValueError(f'The capability "{capability}" and its service must be given together.')
