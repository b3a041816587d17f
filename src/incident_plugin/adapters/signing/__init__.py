"""The site's signing key: Ed25519 (RFC 8032), made at first use, readable by the server's account only."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from incident_plugin.domain.errors import StoreUnavailable

#: The directory beside the store in which keys lie; backups leave it out.
KEYS = "keys"
_NAME = "seals.ed25519"
_OTHERS = 0o077


class SigningKey:
    """The key in a directory; raises ``StoreUnavailable`` when it cannot be made, read or trusted."""

    def __init__(self, directory: Path, *, make: bool = True) -> None:
        file = directory / _NAME
        try:
            if make and not file.exists():
                _make(file)
            if file.stat().st_mode & _OTHERS:
                raise StoreUnavailable(
                    "Others than the server's account may read the signing key. Nothing was signed: "
                    "take their permission away, and consider the seals made until now as not signed.",
                    cause="incident.seal-key-open",
                    server=f"The key is {file}.",
                )
            self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text("ascii")))
        except (OSError, ValueError) as error:
            raise StoreUnavailable(
                "The signing key cannot be used. Nothing was signed.",
                cause="incident.seal-key-unusable",
                server=f"The key is {file} ({error}).",
            ) from error

    @property
    def public_key_pem(self) -> str:
        """The public key as SubjectPublicKeyInfo (RFC 8410), PEM."""
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(encoding, form).decode("ascii")

    def sign(self, text: str) -> str:
        """Give the signature of a text, in hexadecimal."""
        return self._key.sign(text.encode("ascii")).hex()

    def signed(self, text: str, signature: str) -> bool:
        """Say whether this key signed the text so."""
        return signed_with(self.public_key, text, signature)

    @property
    def public_key(self) -> str:
        """The key that others check signatures with: 32 bytes (RFC 8032), in hexadecimal."""
        return self._key.public_key().public_bytes_raw().hex()


def signed_with(public_key: str, text: str, signature: str) -> bool:
    """Say whether the key, given in hexadecimal as ``public_key`` gives it, signed the text so."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), text.encode("ascii"))
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_with_pem(public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Say whether a key in PEM (SubjectPublicKeyInfo) signed exactly these bytes so."""
    try:
        key = serialization.load_pem_public_key(public_key)
        if not isinstance(key, Ed25519PublicKey):
            return False
        key.verify(signature, data)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def fingerprint(public_key: bytes) -> str:
    """Give the SHA-256 of a key in PEM, of its DER form, as openssl does; empty for what is no key."""
    try:
        key = serialization.load_pem_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm):
        return ""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).hexdigest()


def _make(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    made = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(made, Ed25519PrivateKey.generate().private_bytes_raw().hex().encode())
        os.fsync(made)
    finally:
        os.close(made)
    try:
        # Never over a key that somebody made meanwhile: seals are signed with it.
        os.link(partial, file)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
