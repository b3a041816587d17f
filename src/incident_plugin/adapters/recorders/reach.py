"""The way to a recorder below ONVIF: its name, the TCP connection, TLS; for its test."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import attrs

#: How long each of them may take, in seconds.
_LIMIT = 4.0
_PORTS = {"http": 80, "https": 443}


class Unreached(Exception):
    """A step that failed; the text is for an operator."""

    def __init__(self, said: str, remedy: str, technical: str) -> None:
        super().__init__(said)
        self.said = said
        self.remedy = remedy
        self.technical = technical


@attrs.frozen(kw_only=True)
class Place:
    """Where a recorder is said to be."""

    host: str
    port: int

    @classmethod
    def of(cls, address: str) -> Place:
        """Read it from the address of a device service."""
        parts = urlsplit(address)
        return cls(host=parts.hostname or "", port=parts.port or _PORTS.get(parts.scheme, 80))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


async def resolve(place: Place) -> tuple[str, ...]:
    """Give the addresses of its name; raises ``Unreached``."""
    try:
        async with asyncio.timeout(_LIMIT):
            found = await asyncio.get_running_loop().getaddrinfo(
                place.host, place.port, type=socket.SOCK_STREAM
            )
    except TimeoutError:
        raise Unreached(
            f"The network's name service did not answer when it was asked for {place.host}.",
            "Enter the recorder's IP address instead of its name, or have the name service mended.",
            f"getaddrinfo({place.host!r}): no answer in {_LIMIT:g} s",
        ) from None
    except (OSError, UnicodeError) as error:
        raise Unreached(
            f"Nobody in this network is called {place.host}.",
            "Check the name for typing errors, or enter the recorder's IP address instead.",
            f"getaddrinfo({place.host!r}): {error}",
        ) from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


async def connect(place: Place) -> str:
    """Connect and leave again; give the address that answered. Raises ``Unreached``."""
    try:
        async with asyncio.timeout(_LIMIT):
            _, writer = await asyncio.open_connection(place.host, place.port)
    except TimeoutError:
        raise Unreached(
            f"Nothing answers at {place.host}.",
            "Check that the recorder is switched on and connected, that the address is right, and that no"
            " firewall lies between it and this server.",
            f"connect {place}: no answer in {_LIMIT:g} s (packets dropped, or nobody has this address)",
        ) from None
    except OSError as error:
        raise _unconnected(place, error) from error
    peer = writer.get_extra_info("peername")
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return str(peer[0])


def _unconnected(place: Place, error: OSError) -> Unreached:
    technical = f"connect {place}: {error}"
    if isinstance(error, ConnectionRefusedError):
        return Unreached(
            f"{place.host} is there, but nothing answers at port {place.port}.",
            "Check the port: recorders show it in their own settings under ONVIF or HTTP. ONVIF may have to"
            " be switched on there.",
            technical,
        )
    if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
        return Unreached(
            f"There is no way from this server to {place.host}.",
            "Check the address, and that this server is connected to the recorder's network.",
            technical,
        )
    return Unreached(
        f"The connection to {place} failed.",
        "Check that the recorder is switched on and connected, and that the address is right.",
        technical,
    )


@attrs.frozen(kw_only=True)
class Secured:
    """What TLS with a recorder came to."""

    #: SHA-256 of its certificate, lower-case hexadecimal.
    fingerprint: str
    #: Version and cipher.
    session: str
    #: Why its certificate is not trusted by itself, for an engineer; empty when it is.
    doubt: str
    #: The same for everybody.
    reason: str = ""


async def secure(place: Place) -> Secured:
    """Shake hands, and look whether the certificate is trusted; raises ``Unreached``."""
    lax = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    lax.check_hostname, lax.verify_mode = False, ssl.CERT_NONE
    certificate, session = await _shaken(place, lax)
    doubt = reason = ""
    try:
        await _shaken(place, ssl.create_default_context())
    except Unreached as unreached:
        doubt, reason = unreached.technical, _reason(certificate, unreached)
    fingerprint = hashlib.sha256(certificate).hexdigest()
    return Secured(fingerprint=fingerprint, session=session, doubt=doubt, reason=reason)


def _reason(certificate: bytes, refused: Unreached) -> str:
    """Say why a certificate is not trusted: by whom it was issued, and that it expired."""
    from cryptography import x509  # noqa: PLC0415 -- heavy, when needed

    message = getattr(refused.__cause__, "verify_message", "")
    reasons = [words for part, words in _REASONS if part in message]
    with suppress(ValueError):
        ends = x509.load_der_x509_certificate(certificate).not_valid_after_utc
        if ends < datetime.now(UTC):
            reasons = [one for one in reasons if one != _EXPIRED] + [f"it expired on {ends:%Y-%m-%d}"]
    return ", and ".join(reasons) or message or "it could not be checked"


_EXPIRED = "it has expired"
_REASONS = (
    ("certificate has expired", _EXPIRED),
    ("self-signed certificate", "it was issued by the recorder itself"),
    ("self signed certificate", "it was issued by the recorder itself"),
    ("ostname mismatch", "it is for another name"),
    ("IP address mismatch", "it is for another address"),
    ("unable to get local issuer", "the authority that issued it is not known here"),
    ("not yet valid", "it is not valid yet; is the clock here or there wrong?"),
)


async def _shaken(place: Place, context: ssl.SSLContext) -> tuple[bytes, str]:
    try:
        async with asyncio.timeout(_LIMIT):
            _, writer = await asyncio.open_connection(place.host, place.port, ssl=context)
    except TimeoutError:
        raise Unreached(
            "It accepts the connection, and then says nothing.",
            "Enter the address with http:// if this port is not encrypted; otherwise restart the recorder.",
            f"TLS with {place}: no answer in {_LIMIT:g} s",
        ) from None
    except OSError as error:
        raise Unreached(
            "It cannot agree with this server on encryption.",
            "If this port is not encrypted enter the address with http://. Otherwise update the recorder:"
            " it may know only ways of encryption that are no longer safe.",
            f"TLS with {place}: {error}",
        ) from error
    secured = writer.get_extra_info("ssl_object")
    certificate, version, cipher = secured.getpeercert(binary_form=True), secured.version(), secured.cipher()
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return certificate or b"", f"{version}, {cipher[0] if cipher else 'no cipher'}"
