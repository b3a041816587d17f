"""Operations on the keys that packages are signed with."""

from __future__ import annotations

import asyncio
import base64

import attrs

from incident_plugin.application.exports.evidence_keys import EvidenceKeys
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.exports import KnownCertificate
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Operation


class KeyBody(Body):
    """The site's own key: a file in base64, PEM or PKCS #12, and its passphrase."""

    file: str
    passphrase: str = ""


class AuthorityBody(Body):
    """A time-stamp authority; an empty address for none."""

    address: str = ""
    #: PEM, up to the root.
    certificates: str = ""


@attrs.frozen(kw_only=True)
class KeysAnswer:
    """Certificates of signing keys, and the time-stamp authority."""

    certificates: tuple[KnownCertificate, ...]
    #: Empty for none.
    authority: str


@attrs.frozen(kw_only=True)
class EvidenceResources:
    """Handlers of the operations on keys."""

    _keys: EvidenceKeys

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        see, manage = Permission.PROPERTIES_VIEW, Permission.PROPERTIES_MANAGE
        return (
            Operation("GET", "evidence-keys", see, "Certificates and time-stamp authority.", self.known),
            Operation("POST", "evidence-keys", manage, "Use the site's own key.", self.replace),
            Operation("POST", "evidence-keys/renew", manage, "Make a new signing key.", self.renew),
            Operation("PUT", "evidence-keys/authority", manage, "Name the authority.", self.authority),
        )

    async def known(self, call: Call) -> KeysAnswer:
        certificates = await asyncio.to_thread(self._keys.known, call.actor)
        return KeysAnswer(certificates=certificates, authority=self._keys.authority(call.actor))

    async def replace(self, call: Call, body: KeyBody) -> KeysAnswer:
        try:
            data = base64.b64decode(body.file, validate=True)
        except ValueError as error:
            raise InvalidInput("The file cannot be read. The key in use was left as it is.") from error
        await asyncio.to_thread(self._keys.replace, call.actor, data, body.passphrase)
        return await self.known(call)

    async def renew(self, call: Call) -> KeysAnswer:
        await asyncio.to_thread(self._keys.renew, call.actor)
        return await self.known(call)

    async def authority(self, call: Call, body: AuthorityBody) -> KeysAnswer:
        await asyncio.to_thread(self._keys.change_authority, call.actor, body.address, body.certificates)
        return await self.known(call)
