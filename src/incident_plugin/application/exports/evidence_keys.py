"""Use cases of administrators: the keys that packages are signed with, and the time-stamp authority."""

from __future__ import annotations

from typing import Protocol

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.exports import KnownCertificate
from incident_plugin.domain.journal import Action, Activity


class Keys(Protocol):
    """The signing keys; every method raises ``StoreUnavailable``."""

    def known(self) -> tuple[KnownCertificate, ...]:
        """Give all certificates, the one in use first."""
        ...

    def renew(self, site: str) -> None:
        """Make a new key and use it."""
        ...

    def replace(self, data: bytes, passphrase: str) -> None:
        """Use the site's own key; raises ``InvalidInput``."""
        ...


class TimeStamps(Protocol):
    """The time-stamp authority."""

    @property
    def address(self) -> str:
        """Where it is; empty for none."""
        ...

    def change(self, address: str, certificates: str) -> None:
        """Use this authority, or none for an empty address; raises ``InvalidInput``."""
        ...


@attrs.frozen(kw_only=True)
class EvidenceKeys:
    """What administrators see and change; every change is in the audit log."""

    _work: UnitOfWork
    _guard: Guard
    _keys: Keys
    _stamps: TimeStamps
    _site: str

    def known(self, actor: Actor) -> tuple[KnownCertificate, ...]:
        """Give the certificates, the one in use first; none before the first signed export."""
        self._guard.require(actor, Permission.PROPERTIES_VIEW)
        return self._keys.known()

    def authority(self, actor: Actor) -> str:
        """Give the address of the time-stamp authority; empty for none."""
        self._guard.require(actor, Permission.PROPERTIES_VIEW)
        return self._stamps.address

    def renew(self, actor: Actor) -> None:
        """Make a new key and use it from now on."""
        self._guard.require(actor, Permission.PROPERTIES_MANAGE)
        before = self._fingerprint()
        self._keys.renew(self._site)
        self._audit(actor, "Signing key", before, self._fingerprint())

    def replace(self, actor: Actor, data: bytes, passphrase: str) -> None:
        """Use the site's own key from now on."""
        self._guard.require(actor, Permission.PROPERTIES_MANAGE)
        before = self._fingerprint()
        self._keys.replace(data, passphrase)
        self._audit(actor, "Signing key", before, self._fingerprint())

    def change_authority(self, actor: Actor, address: str, certificates: str) -> None:
        """Use this time-stamp authority from now on, or none."""
        self._guard.require(actor, Permission.PROPERTIES_MANAGE)
        before = self._stamps.address
        self._stamps.change(address, certificates)
        self._audit(actor, "Time-stamp authority", before, address)

    def _fingerprint(self) -> str:
        return next((one.fingerprint for one in self._keys.known() if one.current), "")

    def _audit(self, actor: Actor, subject: str, before: str, after: str) -> None:
        with self._work.begin(actor.person) as work:
            work.audit(Activity(action=Action.SETTING_CHANGED, subject=subject, before=before, after=after))
