"""Time stamps (RFC 3161): an authority's word for when the manifest of a package was there.

The authority is the site's own or a public one; the server asks no other address than the configured one.
"""

from __future__ import annotations

import http.client
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import attrs
import msgspec
from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ObjectIdentifier
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from incident_plugin.domain.errors import InvalidInput, StoreUnavailable

_FILE = "authority.json"
_SECONDS = 20.0
_LARGEST_ANSWER = 1 << 20


class NotStamped(Exception):
    """The time-stamp authority gave no time stamp; the package is made without one, and says so."""


@attrs.frozen(kw_only=True)
class Authority:
    """A time-stamp authority."""

    url: str
    #: PEM: its own certificate and all above it, up to the root that is trusted.
    certificates: str

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificates."""
        return tuple(x509.load_pem_x509_certificates(self.certificates.encode()))

    def checked(self) -> Authority:
        """Give it when it can be used; raises ``InvalidInput``."""
        try:
            place = urlsplit(self.url)
            known = place.scheme in ("http", "https") and bool(place.hostname)
            trusted = any(one.subject == one.issuer for one in self.chain)
        except ValueError:
            known = trusted = False
        if not known or not trusted:
            raise InvalidInput(
                "A time-stamp authority has an address that begins with http:// or https://, and "
                "certificates in PEM up to its root. Nothing was changed."
            )
        return self


@attrs.frozen
class Stamps:
    """The configured authority, kept in a file beside the keys."""

    _directory: Path

    def authority(self) -> Authority | None:
        """Give the authority, or nothing when none is configured; raises ``StoreUnavailable``."""
        try:
            return msgspec.json.decode((self._directory / _FILE).read_bytes(), type=Authority)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise StoreUnavailable(
                "The settings of the time-stamp authority cannot be read.", server=f"Details: {error}."
            ) from error

    @property
    def address(self) -> str:
        """Where the authority is; empty for none."""
        authority = self.authority()
        return authority.url if authority else ""

    def change(self, address: str, certificates: str) -> None:
        """Use this authority from now on, or none for an empty address; raises ``InvalidInput``."""
        self.configure(Authority(url=address, certificates=certificates) if address else None)

    def configure(self, authority: Authority | None) -> None:
        """Use this authority from now on, or none; raises ``InvalidInput``, ``StoreUnavailable``."""
        file = self._directory / _FILE
        try:
            if authority is None:
                file.unlink(missing_ok=True)
                return
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = file.with_name(f"{_FILE}.{os.getpid()}.partial")
            partial.write_bytes(msgspec.json.encode(authority.checked()))
            partial.replace(file)
        except OSError as error:
            raise StoreUnavailable(
                f"The time-stamp authority cannot be kept ({error.strerror or error}). Nothing was changed.",
                server=f"It is kept in {self._directory}.",
            ) from error


@asn1.sequence
class _SignedData:
    version: int
    digest_algorithms: asn1.TLV
    content: asn1.TLV
    #: A set, read as a list: what has the same bytes but for the order that is asked of it.
    certificates: Annotated[list[asn1.TLV], asn1.Implicit(0)]
    signers: asn1.TLV


@asn1.sequence
class _Token:
    kind: ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


@asn1.sequence
class _Answer:
    status: asn1.TLV
    token: _Token


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def stamped(data: bytes, authority: Authority) -> bytes:
    """Give the authority's answer, checked, for these bytes; raises ``NotStamped``."""
    request = (
        TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True).build()
    )
    answer = _asked(authority.url, request.as_bytes())
    try:
        response = _decoded(answer)
        _verify(response, data, authority.chain, nonce=request.nonce)
    except (ValueError, VerificationError) as error:
        raise NotStamped(f"The answer of the time-stamp authority is no time stamp ({error}).") from error
    return answer


def check(stamp: bytes, data: bytes, certificates: tuple[x509.Certificate, ...]) -> datetime:
    """Give when the authority saw these bytes; raises ``ValueError`` when it is no stamp of them."""
    try:
        response = _decoded(stamp)
        _verify(response, data, certificates, nonce=None)
    except VerificationError as error:
        raise ValueError(str(error)) from error
    return response.tst_info.gen_time.astimezone(UTC)


def _decoded(answer: bytes) -> TimeStampResponse:
    """Read an answer, also one whose certificates are in no order, as OpenSSL's authority gives them.

    No signature covers their order, and DER demands one.
    """
    try:
        return decode_timestamp_response(answer)
    except ValueError:
        read = asn1.decode_der(_Answer, answer)
        certificates = read.token.content.certificates
        certificates.sort(key=asn1.encode_der)
        return decode_timestamp_response(asn1.encode_der(read))


def _verify(
    response: TimeStampResponse, data: bytes, chain: tuple[x509.Certificate, ...], *, nonce: int | None
) -> None:
    builder = VerifierBuilder(nonce=nonce)
    stamping = set(response.signed_data.certificates)
    for one in chain:
        if one.subject == one.issuer:
            builder = builder.add_root_certificate(one)
        elif _der(one) not in stamping:
            builder = builder.add_intermediate_certificate(one)
    builder.build().verify_message(response, data)


def _der(certificate: x509.Certificate) -> bytes:

    return certificate.public_bytes(Encoding.DER)


def _asked(url: str, query: bytes) -> bytes:
    request = Request(url, query, {"Content-Type": "application/timestamp-query"})  # noqa: S310 - checked scheme
    try:
        with build_opener(_NoRedirect).open(request, timeout=_SECONDS) as answer:
            data: bytes = answer.read(_LARGEST_ANSWER + 1)
    except (URLError, OSError, http.client.HTTPException) as error:
        cause = error.reason if isinstance(error, URLError) and isinstance(error.reason, OSError) else error
        why = (isinstance(cause, OSError) and cause.strerror) or str(cause)
        raise NotStamped(f"The time-stamp authority did not answer ({why}).") from error
    if len(data) > _LARGEST_ANSWER:
        raise NotStamped("The answer of the time-stamp authority is too long to be a time stamp.")
    return data
