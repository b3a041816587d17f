"""The detached signature of a package: CMS SignedData (RFC 5652), as ``openssl cms -verify`` reads it.

Every byte of it is accounted for: checking builds the structure anew from the certificates, the digest, the
signing time and the signature, and compares. So a change is found in parts, too, that no signature covers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ObjectIdentifier

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_DATA = ObjectIdentifier("1.2.840.113549.1.7.1")
_SIGNED_DATA = ObjectIdentifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = ObjectIdentifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = ObjectIdentifier("1.2.840.113549.1.9.4")
_SIGNING_TIME = ObjectIdentifier("1.2.840.113549.1.9.5")
#: SHA-256 of the time stamp beside the signature, so that it is not exchanged or left out unseen. The arc is
#: the one of UUIDs, which need no registration (ITU-T X.667).
_TIME_STAMP_HASH = ObjectIdentifier("2.25.256341077160379352744817406221301402713")
_SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_RSA = ObjectIdentifier("1.2.840.113549.1.1.1")
_ECDSA_SHA256 = ObjectIdentifier("1.2.840.10045.4.3.2")


@asn1.sequence
class _Algorithm:
    algorithm: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _Attribute:
    kind: ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _Attributes:
    """Stands around a SET OF, which alone cannot be encoded."""

    attributes: asn1.SetOf[_Attribute]


@asn1.sequence
class _Signer:
    issuer: asn1.TLV
    serial: int


@asn1.sequence
class _SignerInfo:
    version: int
    signer: _Signer
    digest_algorithm: _Algorithm
    signed: Annotated[asn1.SetOf[_Attribute], asn1.Implicit(0)]
    signature_algorithm: _Algorithm
    signature: bytes


@asn1.sequence
class _Content:
    kind: ObjectIdentifier


@asn1.sequence
class _SignedData:
    version: int
    digest_algorithms: asn1.SetOf[_Algorithm]
    content: _Content
    certificates: Annotated[asn1.SetOf[asn1.TLV], asn1.Implicit(0)]
    signers: asn1.SetOf[_SignerInfo]


@asn1.sequence
class _ContentInfo:
    kind: ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


def sign(
    content: bytes, key: PrivateKey, chain: Sequence[x509.Certificate], *, at: datetime, time_stamp: bytes
) -> bytes:
    """Give the DER of a detached signature; ``chain`` begins with the signer's certificate."""
    signed = _signed_attributes(content, at, time_stamp)
    return _document(chain, signed, _raw_signature(key, _to_sign(signed)))


def check(
    signature: bytes, content: bytes, chain: Sequence[x509.Certificate], *, time_stamp: bytes
) -> datetime:
    """Give when it was signed, as the signer said; raises ``ValueError`` when anything is not as signed."""
    document = asn1.decode_der(_ContentInfo, signature)
    (signer,) = document.content.signers.as_list()
    at = _signing_time(signer.signed.as_list())
    signed = _signed_attributes(content, at, time_stamp)
    if _document(chain, signed, signer.signature) != signature:
        raise ValueError("it is not the signature of these bytes by this certificate")
    try:
        _verify(chain[0], signer.signature, _to_sign(signed))
    except InvalidSignature as error:
        raise ValueError("it was not made with the key of this certificate") from error
    return at


def _document(chain: Sequence[x509.Certificate], signed: asn1.SetOf[_Attribute], signature: bytes) -> bytes:
    signer = chain[0]
    rsa_key = isinstance(signer.public_key(), rsa.RSAPublicKey)
    info = _SignerInfo(
        version=1,
        signer=_Signer(issuer=_tlv(signer.issuer.public_bytes()), serial=signer.serial_number),
        digest_algorithm=_Algorithm(algorithm=_SHA256, parameters=None),
        signed=signed,
        signature_algorithm=_Algorithm(algorithm=_RSA, parameters=asn1.Null())
        if rsa_key
        else _Algorithm(algorithm=_ECDSA_SHA256, parameters=None),
        signature=signature,
    )
    data = _SignedData(
        version=1,
        digest_algorithms=asn1.SetOf([_Algorithm(algorithm=_SHA256, parameters=None)]),
        content=_Content(kind=_DATA),
        certificates=asn1.SetOf([_tlv(one.public_bytes(serialization.Encoding.DER)) for one in chain]),
        signers=asn1.SetOf([info]),
    )
    return asn1.encode_der(_ContentInfo(kind=_SIGNED_DATA, content=data))


def _signed_attributes(content: bytes, at: datetime, time_stamp: bytes) -> asn1.SetOf[_Attribute]:
    values: list[tuple[ObjectIdentifier, object]] = [
        (_CONTENT_TYPE, _DATA),
        (_MESSAGE_DIGEST, hashlib.sha256(content).digest()),
        (_SIGNING_TIME, asn1.UTCTime(at.astimezone(UTC).replace(microsecond=0))),
    ]
    if time_stamp:
        values.append((_TIME_STAMP_HASH, hashlib.sha256(time_stamp).digest()))
    return asn1.SetOf(
        [_Attribute(kind=kind, values=asn1.SetOf([_tlv(asn1.encode_der(value))])) for kind, value in values]
    )


def _signing_time(attributes: Sequence[_Attribute]) -> datetime:
    for attribute in attributes:
        if attribute.kind == _SIGNING_TIME:
            (value,) = attribute.values.as_list()
            at: datetime = value.parse(asn1.UTCTime).as_datetime()
            return at.replace(tzinfo=UTC)
    raise ValueError("it does not say when it was made")


def _to_sign(signed: asn1.SetOf[_Attribute]) -> bytes:
    """Give the attributes as a SET OF with its own tag (RFC 5652 section 5.4): without the frame's head."""
    framed = asn1.encode_der(_Attributes(attributes=signed))
    return framed[2 + (framed[1] & 0x7F if framed[1] & 0x80 else 0) :]


def _tlv(der: bytes) -> asn1.TLV:
    return asn1.decode_der(asn1.TLV, der)


def _raw_signature(key: PrivateKey, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def _verify(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    else:
        raise ValueError("its certificate has a key that packages are not signed with")  # noqa: TRY004


def fingerprint(certificate: x509.Certificate) -> str:
    """Give the SHA-256 of a certificate as ``openssl x509 -fingerprint -sha256`` prints it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def pem(certificates: Sequence[x509.Certificate]) -> bytes:
    """Give certificates as PEM, each once, in their order."""
    encoded = (one.public_bytes(serialization.Encoding.PEM) for one in certificates)
    return b"".join(dict.fromkeys(encoded))
