"""A host's services in memory, each of which a test can set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs

from vms_hooks.host import (
    Capability,
    Decision,
    HostServices,
    LicenceState,
    LicenceStatus,
    Notice,
    Site,
)
from vms_hooks.values import Principal, Target

#: A role whose holders may do everything.
EVERYTHING = "everything"
#: Somebody who may do everything, and somebody who may do nothing.
OPERATOR = Principal(id="olivia", name="Olivia", roles=frozenset({EVERYTHING}))
STRANGER = Principal(id="sam", name="Sam")


@attrs.define
class SetClock:
    """A clock that stands still until a test moves it; it begins with the present instant."""

    instant: datetime = attrs.field(factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        """Give the instant that was set, UTC."""
        return self.instant

    def advance(self, **duration: float) -> datetime:
        """Move on by a ``timedelta`` and give the new instant."""
        self.instant += timedelta(**duration)
        return self.instant


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the present instant, UTC."""
        return datetime.now(UTC)


@attrs.define
class ListedAccess:
    """Grants what is listed by role; the role ``everything`` holds every permission."""

    permissions: Mapping[str, frozenset[str]] = attrs.field(factory=dict)
    #: Cameras that nobody may see.
    hidden_cameras: frozenset[str] = frozenset()

    def decide(self, principal: Principal, permission: str, cameras: Sequence[str] = ()) -> Decision:
        """Say whether the principal holds the permission, and for each of the cameras too."""
        held = {each for role in principal.roles for each in self.permissions.get(role, frozenset())}
        allowed = EVERYTHING in principal.roles or permission in held
        return Decision(allowed=allowed and not self.hidden_cameras & set(cameras))


@attrs.define
class SetLicence:
    """A licence in a state that a test sets."""

    state: LicenceState = LicenceState.VALID

    def status(self) -> LicenceStatus:
        """Judge the licence now."""
        return LicenceStatus(state=self.state, reason="The licence ended.", remedy="Renew it.")


@attrs.frozen
class DictSecrets:
    """Secrets in a dictionary, which can be kept there too."""

    secrets: dict[str, str] = attrs.field(factory=dict, repr=False)

    def get(self, name: str) -> str | None:
        """Give a secret, or nothing when there is none of that name."""
        return self.secrets.get(name)

    def put(self, name: str, secret: str) -> None:
        """Keep a secret."""
        self.secrets[name] = secret

    def remove(self, name: str) -> None:
        """Forget a secret, if there is one of that name."""
        self.secrets.pop(name, None)


@attrs.define
class KeptAudit:
    """A security log that a test can read."""

    entries: list[tuple[Principal | None, str, str]] = attrs.field(factory=list)

    def record(self, principal: Principal | None, action: str, detail: str = "") -> None:
        """Keep one entry."""
        self.entries.append((principal, action, detail))


@attrs.define
class KeptNotices:
    """Notices that a test can read."""

    sent: list[tuple[Notice, Principal | None]] = attrs.field(factory=list)

    def notify(self, notice: Notice, principal: Principal | None = None) -> None:
        """Keep one notice."""
        self.sent.append((notice, principal))


@attrs.define
class SetSessions:
    """Sessions that a test opens, changes and ends."""

    open: dict[str, Principal] = attrs.field(factory=dict)

    def current(self, session: str) -> Principal | None:
        """Give who the session is now."""
        return self.open.get(session)


@attrs.frozen
class Addresses:
    """Addresses of the form ``<base>/<tab>/<path>``."""

    base: str = "https://vms.test"

    def url(self, target: Target) -> str:
        """Give the address of a place."""
        return f"{self.base}/{target.tab}/{target.path}".rstrip("/")


#: Capabilities of ``host_services`` unless a test wants others.
CAPABILITIES = frozenset(
    {
        Capability.AUDIT,
        Capability.NAVIGATION,
        Capability.NOTIFICATIONS,
        Capability.SESSIONS,
        Capability.TIMELINE,
        Capability.VIEWS,
        Capability.EXPORT_LISTS,
        Capability.MEDIA_HOLDS,
    }
)


def host_services(storage: Path, **changes: Any) -> HostServices:
    """Give services that allow ``OPERATOR`` everything, and have a valid licence."""
    services = HostServices(
        access=ListedAccess(),
        licence=SetLicence(),
        secrets=DictSecrets(),
        clock=SystemClock(),
        site=Site(id="test", name="Test site", time_zone="Europe/Copenhagen", base_url="https://vms.test"),
        storage=storage,
        capabilities=frozenset(map(str, CAPABILITIES)),
        audit=KeptAudit(),
        navigation=Addresses(),
        notifications=KeptNotices(),
        sessions=SetSessions(),
    )
    return attrs.evolve(services, **changes)
