"""The site's key as what seals a single file from within."""

from __future__ import annotations

import attrs
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from incident_plugin.adapters.evidence.keys import Identity

#: ONVIF Export File Format, section "Generating the signature".
_SALT = 20


@attrs.frozen
class RsaSealer:
    """RSASSA-PSS with SHA-256; elliptic curve keys cannot seal files in this format."""

    _identity: Identity

    @classmethod
    def of(cls, identity: Identity) -> RsaSealer | None:
        """Give the sealer of a key, or nothing when it is no RSA key."""
        return cls(identity) if isinstance(identity.key, rsa.RSAPrivateKey) else None

    @property
    def certificate(self) -> bytes:
        """The signing certificate, DER."""
        return self._identity.chain[0].public_bytes(serialization.Encoding.DER)

    @property
    def signature_size(self) -> int:
        """Bytes of a signature."""
        return self._identity.key.key_size // 8

    def sign(self, sha256: bytes) -> bytes:
        """Sign a SHA-256."""
        key = self._identity.key
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("only RSA keys seal files")
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=_SALT)
        return key.sign(sha256, pss, utils.Prehashed(hashes.SHA256()))
