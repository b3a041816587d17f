"""The licence file: signed by the issuer, verified offline.

The file is a JSON object of three texts::

    {"format": "vms-licence/1", "licence": "<base64>", "signature": "<base64>"}

``licence`` holds a JSON object in UTF-8 with the members of ``Terms``. ``signature`` is the issuer's
Ed25519 signature (RFC 8032) over the ASCII bytes of ``format``, one zero byte, and the bytes that ``licence``
encodes, so that a signature made for another purpose is never valid here.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, date, datetime
from pathlib import Path

import attrs
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vms_hooks.host import LicenceState, LicenceStatus

FORMAT = "vms-licence/1"
#: A licence is a few hundred bytes; a longer file is something else.
_LONGEST = 64 * 1024
_ASK = "Ask the licence's issuer for a new file."


@attrs.frozen(kw_only=True)
class Terms:
    """What the issuer grants. Both dates are UTC days and belong to the time granted."""

    licensee: str
    #: Id of the site that it is for.
    site: str
    features: tuple[str, ...]
    first_day: date
    last_day: date


@attrs.frozen(kw_only=True)
class _Envelope:
    format: str
    licence: str
    signature: str


class _Refused(Exception):
    """The file is not a licence that this site can use; the text is the reason."""


def issue(terms: Terms, key: Ed25519PrivateKey) -> bytes:
    """Sign terms; gives the bytes of the licence file."""
    document = msgspec.json.encode(terms)
    envelope = _Envelope(
        format=FORMAT,
        licence=base64.b64encode(document).decode(),
        signature=base64.b64encode(key.sign(_signed(document))).decode(),
    )
    return msgspec.json.encode(envelope)


def verify(file: Path, issuer_key: str, *, site: str, feature: str, now: datetime) -> LicenceStatus:
    """Judge a licence file for one feature of one site at one instant; every outcome is a status."""
    try:
        document = _read(file)
        terms = _opened(document, Ed25519PublicKey.from_public_bytes(base64.b64decode(issuer_key)))
    except FileNotFoundError:
        return missing(f"There is no licence file {file.name}.")
    except OSError as error:
        return _refused(
            f"The licence file {file.name} cannot be read: {error.strerror}.",
            "Let the host's user read it.",
        )
    except _Refused as refusal:
        return _refused(str(refusal), _ASK)
    return _judged(terms, site=site, feature=feature, today=now.astimezone(UTC).date())


def missing(reason: str) -> LicenceStatus:
    """Build the status of a licence that is not there."""
    return LicenceStatus(
        state=LicenceState.MISSING,
        reason=reason,
        remedy="Put the licence file where the site configuration says and restart the host.",
    )


def _signed(document: bytes) -> bytes:
    return FORMAT.encode("ascii") + b"\0" + document


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        document = stream.read(_LONGEST + 1)
    if len(document) > _LONGEST:
        raise _Refused(f"The licence file {file.name} is too long to be one.")
    return document


def _opened(document: bytes, key: Ed25519PublicKey) -> Terms:
    try:
        envelope = msgspec.json.decode(document, type=_Envelope)
        if envelope.format != FORMAT:
            raise _Refused(f'The licence has the format "{envelope.format}"; this host reads {FORMAT}.')
        signature = base64.b64decode(envelope.signature, validate=True)
        content = base64.b64decode(envelope.licence, validate=True)
        key.verify(signature, _signed(content))
        return msgspec.json.decode(content, type=Terms)
    except InvalidSignature:
        raise _Refused(
            "The licence was changed after it was signed, or was signed by somebody else."
        ) from None
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise _Refused(f"The licence file is damaged: {error}.") from error


def _judged(terms: Terms, *, site: str, feature: str, today: date) -> LicenceStatus:
    if terms.site != site:
        return _refused(f'The licence is for the site "{terms.site}", this is "{site}".', _ASK)
    if feature not in terms.features:
        return _refused(f'The licence does not include "{feature}".', _ASK)
    if today < terms.first_day:
        return _refused(
            f"The licence begins on {terms.first_day}; the server's clock says {today}.",
            "Wait until then, or set the server's clock right.",
        )
    granted = LicenceStatus(
        state=LicenceState.VALID,
        licensee=terms.licensee,
        expires=terms.last_day,
        features=frozenset(terms.features),
    )
    if today > terms.last_day:
        return attrs.evolve(
            granted,
            state=LicenceState.EXPIRED,
            reason=f"The licence ended on {terms.last_day}.",
            remedy=_ASK,
        )
    return granted


def _refused(reason: str, remedy: str) -> LicenceStatus:
    return LicenceStatus(state=LicenceState.REFUSED, reason=reason, remedy=remedy)
