"""The keys that packages are signed with: the site's own, or one made at first use.

Every key has a directory of its own, named after its certificate; ``current`` names the one in use. What was
replaced keeps its certificates, with which old packages are verified, and loses its private key.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from incident_plugin.adapters.evidence.cms import PrivateKey, fingerprint, pem
from incident_plugin.domain.errors import InvalidInput, StoreUnavailable
from incident_plugin.domain.exports import KnownCertificate

_KEY, _CHAIN, _CURRENT = "key.pem", "certificates.pem", "current"
_OTHERS = 0o077
_VALID_FOR = timedelta(days=3650)
_RSA_BITS, _LEAST_RSA_BITS = 3072, 2048
_NOT_TAKEN = "incident.signing-key-refused"
#: Clocks of those who verify may be a little late.
_BACKDATED = timedelta(days=1)
_LONGEST_NAME = 64
_NAME = re.compile(r"[0-9a-f]{64}")


@attrs.frozen(kw_only=True)
class Identity:
    """A key with its certificates: the signer's first, its root last."""

    key: PrivateKey = attrs.field(repr=False)
    chain: tuple[x509.Certificate, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the signer's certificate."""
        return fingerprint(self.chain[0])


@attrs.frozen
class KeyRing:
    """Keys in a directory; raises ``StoreUnavailable`` when one cannot be made, read or trusted."""

    _directory: Path

    def identity(self, site: str) -> Identity:
        """Give the key in use; makes one for the site when there is none yet."""
        try:
            place = self._current()
            if place is None:
                self._keep(*_made(site))
                place = self._current()
            if place is None:
                raise FileNotFoundError(_CURRENT)
            return _read(place)
        except (OSError, ValueError) as error:
            raise StoreUnavailable(
                "The key that packages are signed with cannot be used. Nothing was signed: an administrator "
                "can put the key back, or make a new one.",
                cause="incident.signing-key-unusable",
                server=f"Details: {error}.",
            ) from error

    def known(self) -> tuple[KnownCertificate, ...]:
        """Give all certificates, the one in use first, then the newest."""
        current = self._current()
        found = [
            _known(place, current=place == current)
            for place in (self._directory.iterdir() if self._directory.is_dir() else ())
            if _NAME.fullmatch(place.name)
        ]
        return tuple(sorted(found, key=lambda one: (not one.current, -one.not_before.timestamp())))

    def rotate(self, site: str) -> Identity:
        """Make a new key and use it from now on."""
        return self._replace(*_made(site))

    def use(self, data: bytes, passphrase: str = "") -> Identity:
        """Use the site's own key: PEM with key and certificates, or PKCS #12; raises ``InvalidInput``."""
        return self._replace(*read_identity(data, passphrase))

    def renew(self, site: str) -> None:
        """Make a new key and use it from now on."""
        self.rotate(site)

    def replace(self, data: bytes, passphrase: str) -> None:
        """Use the site's own key from now on; raises ``InvalidInput``."""
        self.use(data, passphrase)

    def _replace(self, key: PrivateKey, chain: Sequence[x509.Certificate]) -> Identity:
        try:
            before = self._current()
            after = self._keep(key, chain)
            if before is not None and before != after:
                (before / _KEY).unlink(missing_ok=True)
            return _read(after)
        except OSError as error:
            raise StoreUnavailable(
                f"The new key cannot be kept ({error.strerror or error}). The old one stays.",
                server=f"Keys are kept in {self._directory}.",
            ) from error

    def _current(self) -> Path | None:
        try:
            name = (self._directory / _CURRENT).read_text("ascii").strip()
        except FileNotFoundError:
            return None
        if not _NAME.fullmatch(name):
            raise ValueError(f"{_CURRENT} names no key")
        return self._directory / name

    def _keep(self, key: PrivateKey, chain: Sequence[x509.Certificate]) -> Path:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = chain[0].fingerprint(hashes.SHA256()).hex()
        made, place = self._directory / f"{name}.{os.getpid()}.partial", self._directory / name
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(mode=0o700)
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        _write(made / _KEY, secret)
        _write(made / _CHAIN, pem(chain))
        shutil.rmtree(place, ignore_errors=True)
        made.rename(place)
        pointer = self._directory / f"{_CURRENT}.{os.getpid()}.partial"
        _write(pointer, name.encode())
        pointer.replace(self._directory / _CURRENT)
        return place


def read_identity(data: bytes, passphrase: str = "") -> tuple[PrivateKey, tuple[x509.Certificate, ...]]:
    """Read a key with its whole chain; raises ``InvalidInput`` saying what is wrong with it."""
    secret = passphrase.encode() or None
    try:
        if b"-----BEGIN" in data:
            key: object = serialization.load_pem_private_key(data, secret)
            given = x509.load_pem_x509_certificates(data)
        else:
            key, own, more = pkcs12.load_key_and_certificates(data, secret)
            given = [*([own] if own else []), *more]
    except (ValueError, TypeError) as error:
        raise InvalidInput(
            "The file holds no key that can be read with this passphrase, or no certificate. The key in use "
            "was left as it is.",
            cause=_NOT_TAKEN,
        ) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise InvalidInput(
            "Packages are signed with RSA or elliptic curve keys. This key was not taken.", cause=_NOT_TAKEN
        )
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < _LEAST_RSA_BITS:
        raise InvalidInput("The RSA key has less than 2048 bits. It was not taken.", cause=_NOT_TAKEN)
    return key, _chain(key, given)


def _chain(key: PrivateKey, given: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Order certificates from the signer's to its root."""
    chain = [one for one in given if one.public_key() == key.public_key()][:1]
    if not chain:
        raise InvalidInput("The file has no certificate for its key. It was not taken.", cause=_NOT_TAKEN)
    now = datetime.now(UTC)
    if not chain[0].not_valid_before_utc <= now <= chain[0].not_valid_after_utc:
        raise InvalidInput("The certificate is not valid today. It was not taken.", cause=_NOT_TAKEN)
    while chain[-1].issuer != chain[-1].subject:
        above = next((one for one in given if one not in chain and _issued(chain[-1], one)), None)
        if above is None:
            raise InvalidInput(
                f"The chain of certificates ends at “{chain[-1].issuer.rfc4514_string()}”, whose certificate "
                "is not in the file. The key was not taken: put the whole chain into it, up to the root.",
                cause=_NOT_TAKEN,
            )
        chain.append(above)
    return tuple(chain)


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _made(site: str) -> tuple[PrivateKey, tuple[x509.Certificate, ...]]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    readable = "".join(c for c in site if c.isprintable()).strip() or "site"
    # A common name has 64 bytes at most (RFC 5280 appendix A.1); other scripts than Latin take several each.
    whole = f"Incident exports of {readable}".encode()[:_LONGEST_NAME].decode(errors="ignore")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, whole)])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + _VALID_FOR)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, (certificate,)


def _read(place: Path) -> Identity:
    file = place / _KEY
    if file.stat().st_mode & _OTHERS:
        raise ValueError(f"others than the server's account may read {file}")
    # Its numbers were proved when it was made or taken; doing so again costs a tenth of a second each time.
    key = serialization.load_pem_private_key(file.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError(f"{file} is no key that packages are signed with")
    return Identity(key=key, chain=tuple(x509.load_pem_x509_certificates((place / _CHAIN).read_bytes())))


def _known(place: Path, *, current: bool) -> KnownCertificate:
    data = (place / _CHAIN).read_bytes()
    signer = x509.load_pem_x509_certificates(data)[0]
    return KnownCertificate(
        fingerprint=fingerprint(signer),
        subject=signer.subject.rfc4514_string(),
        issuer=signer.issuer.rfc4514_string(),
        not_before=signer.not_valid_before_utc,
        not_after=signer.not_valid_after_utc,
        current=current,
        pem=data.decode("ascii"),
        fault=_fault(place) if current else "",
    )


def _fault(place: Path) -> str:
    try:
        _read(place)
    except FileNotFoundError:
        reason = "is missing"
    except (OSError, ValueError, TypeError):
        reason = "cannot be used"
    else:
        return ""
    return f"Its private key {reason}: nothing can be signed. Put it back from a backup, or make a new key."


def _write(file: Path, data: bytes) -> None:
    made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(made, "wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())
