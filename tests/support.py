"""A host in a few lines, for suites that need the plug-in at work and no reference host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs

from tests.programs import RECORDER_PASSWORD
from vms_hooks.host import Decision, HostServices, LicenceState, LicenceStatus, Site
from vms_hooks.values import PRINCIPAL_SCOPE_KEY, Principal

OPERATOR = Principal(id="olivia", name="Olivia", roles=frozenset({"everything"}))


@attrs.define
class SetClock:
    """A clock that a test sets."""

    instant: datetime = attrs.field(factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.instant

    def advance(self, **duration: float) -> datetime:
        self.instant += timedelta(**duration)
        return self.instant


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@attrs.define
class ListedAccess:
    """Grants what is listed: by role a set of permissions, and cameras that a role may not see."""

    permissions: Mapping[str, frozenset[str]] = attrs.field(factory=dict)
    hidden_cameras: frozenset[str] = frozenset()

    def decide(self, principal: Principal, permission: str, cameras: Sequence[str] = ()) -> Decision:
        held = {p for role in principal.roles for p in self.permissions.get(role, frozenset())}
        allowed = "everything" in principal.roles or permission in held
        return Decision(allowed=allowed and not self.hidden_cameras & set(cameras))


@attrs.define
class SetLicence:
    """A licence in a state that a test sets."""

    state: LicenceState = LicenceState.VALID

    def status(self) -> LicenceStatus:
        return LicenceStatus(state=self.state, reason="The licence ended.", remedy="Renew it.")


@attrs.frozen
class DictSecrets:
    """Secrets from a dictionary."""

    secrets: Mapping[str, str]

    def get(self, name: str) -> str | None:
        return self.secrets.get(name)


def host_services(storage: Path, **changes: object) -> HostServices:
    """Give a host that allows everything, keeps files in ``storage`` and has a valid licence."""
    services = HostServices(
        access=ListedAccess(),
        licence=SetLicence(),
        secrets=DictSecrets({"recorder-password": RECORDER_PASSWORD}),
        clock=SystemClock(),
        site=Site(id="test", name="Test site", time_zone="Europe/Copenhagen"),
        storage=storage,
    )
    return attrs.evolve(services, **changes)


def as_principal(app, principal: Principal | None):
    """Give the plug-in's application as a host mounts it: with the principal in the scope."""

    async def mounted(scope, receive, send):
        if principal is not None:
            scope = {**scope, PRINCIPAL_SCOPE_KEY: principal}
        await app(scope, receive, send)

    return mounted
