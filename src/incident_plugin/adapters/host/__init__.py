"""The host's services behind the application's ports; the only adapter that knows ``vms_hooks``."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import attrs

from incident_plugin.application.administration.auditing import HostReport
from incident_plugin.application.ports import Actor
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from vms_hooks.host import Clock, HostServices, LicenceState
from vms_hooks.values import HostEvent, Principal


def actor_of(principal: Principal) -> Actor:
    """Give the person who acts."""
    return Actor(
        person=Person(id=PersonId(principal.id), name=principal.name),
        roles=principal.roles,
        # A host of contract 1.0 or 0.1 names no sessions.
        session=getattr(principal, "session", ""),
    )


@attrs.frozen(kw_only=True)
class HostAccess:
    """Asks the host what people may do."""

    _host: HostServices

    def allows(self, actor: Actor, permission: Permission, cameras: Sequence[CameraId] = ()) -> bool:
        """Say whether the host allows it."""
        principal = Principal(id=actor.person.id, name=actor.person.name, roles=actor.roles)
        return self._host.access.decide(principal, str(permission), tuple(cameras)).allowed


@attrs.frozen(kw_only=True)
class HostPeople:
    """Asks the host who is signed in; one of contract 1.0 or 0.1 cannot be asked."""

    _host: HostServices

    def now(self, actor: Actor) -> Actor | None:
        """Give the actor with the roles of now, or nobody when the session has ended."""
        sessions = getattr(self._host, "sessions", None)
        if sessions is None or not actor.session:
            return actor
        principal = sessions.current(actor.session)
        return actor_of(principal) if principal is not None and principal.id == actor.person.id else None


@attrs.frozen(kw_only=True)
class HostLicence:
    """Asks the host what the licence allows."""

    _host: HostServices

    def refusal_of_new_projects(self) -> str | None:
        """Say why no new project may be made, and what to do."""
        status = self._host.licence.status()
        if status.state is LicenceState.VALID:
            return None
        return f"{status.reason} Existing incident projects stay usable. {status.remedy}".strip()


@attrs.frozen(kw_only=True)
class HostClock:
    """The host's clock."""

    _clock: Clock

    def now(self) -> datetime:
        """Give the present instant, UTC."""
        return self._clock.now()


@attrs.frozen(kw_only=True)
class HostSecrets:
    """The host's secret store, and whether it keeps what a plug-in gives it.

    Hosts before contract 1.1 let plug-ins read secrets only.
    """

    _host: HostServices

    @property
    def kept(self) -> bool:
        """Whether the host keeps what it is given."""
        return all(callable(getattr(self._host.secrets, name, None)) for name in ("put", "remove"))

    def get(self, name: str) -> str | None:
        """Give a secret, or nothing when there is none of that name."""
        return self._host.secrets.get(name)

    def put(self, name: str, secret: str) -> None:
        """Keep a secret; raises ``StoreUnavailable``."""
        self._change("put", name, secret)

    def remove(self, name: str) -> None:
        """Forget a secret, if it is there; raises ``StoreUnavailable``."""
        self._change("remove", name)

    def _change(self, method: str, *arguments: str) -> None:
        try:
            getattr(self._host.secrets, method)(*arguments)
        except OSError as error:
            raise StoreUnavailable(
                "The host could not keep the password. Nothing was changed.", server=str(error)
            ) from error


class RandomIds:
    """Ids and salts of 128 random bits."""

    def new(self) -> str:
        """Give a text that was never given before and cannot be guessed."""
        return secrets.token_hex(16)


#: What host events are called in the audit log; one that is not known stands there under its own name.
_WORDS = {
    "signed-in": "Signed in",
    "signed-out": "Signed out",
    "sign-in-refused": "Sign-in refused",
    "denied": "Denied",
    "licence-changed": "Licence changed",
    "account-changed": "Account changed",
    "configuration-changed": "Configuration changed",
    "session-ended": "Session ended",
    "camera-down": "Camera does not answer",
    "camera-up": "Camera answers again",
}


def report_of(event: HostEvent) -> HostReport:
    """Give a host event as the audit log takes it; earlier releases of the contract say less."""
    return HostReport(
        what=_WORDS.get(event.kind, event.kind),
        at=event.at,
        person=None if event.principal is None else actor_of(event.principal).person,
        detail=event.detail,
        camera=getattr(event, "camera", ""),
        subject=getattr(event, "subject", ""),
        address=getattr(event, "address", ""),
        number=getattr(event, "number", 0),
    )
