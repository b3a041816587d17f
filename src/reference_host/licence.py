"""The licence file: signed by the issuer, verified offline.

The file is a JSON object of four texts::

    {"format": "vms-licence/1", "issuer": "<fingerprint>", "licence": "<base64>", "signature": "<base64>"}

``licence`` holds a JSON object in UTF-8 with the members of ``Terms``. ``issuer`` is the fingerprint of the
issuer's public key: the first 16 hexadecimal digits of its SHA-256. ``signature`` is the issuer's Ed25519
signature (RFC 8032) over the ASCII bytes of ``format``, one zero byte, and the bytes that ``licence``
encodes, so that a signature made for another purpose is never valid here.

Two times are apart: the *licence* is granted from its first to its last day. The *file* that says so is good
from the moment it was issued to a last day of its own, so that an issuer need not sign for years ahead; a new
file of the same licence is fetched before then.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import attrs
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vms_hooks.host import LicenceState, LicenceStatus

FORMAT = "vms-licence/1"
#: A licence is a few hundred bytes; a longer file is something else.
_LONGEST = 64 * 1024
#: A clock may be this much behind what was seen before: daylight saving taken for time zones, a dead battery
#: that was noticed at once, and corrections over the network all lie within a day.
CLOCK_TOLERANCE = timedelta(days=1)

_ASK = "Ask the licence's issuer for a new file."


class Verdict(StrEnum):
    """What a licence file comes to, for one feature of one site at one moment."""

    VALID = "valid"
    EXPIRED = "expired"
    FILE_OUTDATED = "file outdated"
    CLOCK_SET_BACK = "clock set back"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    TAMPERED = "tampered"
    FOREIGN_ISSUER = "foreign issuer"
    FOREIGN_SITE = "foreign site"
    OTHER_FEATURES = "other features"
    NOT_YET_VALID = "not yet valid"


#: Verdicts with which a plug-in works, and only new projects are refused: nobody loses what they have.
_LIMITED = frozenset({Verdict.EXPIRED, Verdict.FILE_OUTDATED, Verdict.CLOCK_SET_BACK})


@attrs.frozen(kw_only=True)
class Terms:
    """What the issuer grants. Days are UTC days and belong to the time granted."""

    licensee: str
    #: Id of the site that it is for.
    site: str
    features: tuple[str, ...]
    first_day: date
    last_day: date
    #: When the file was signed.
    issued: datetime
    #: Last day on which the file is good, whatever the licence's own last day is.
    file_last_day: date
    #: The issuer's own number of the licence, for people.
    number: str = ""


@attrs.frozen(kw_only=True)
class Judgement:
    """What a licence file comes to, with a reason and a remedy for people."""

    verdict: Verdict
    reason: str = ""
    remedy: str = ""
    #: What the file grants, when its signature is right.
    terms: Terms | None = None

    @property
    def status(self) -> LicenceStatus:
        """The same in the words of the contract."""
        state = LicenceState.REFUSED
        if self.verdict in _LIMITED:
            state = LicenceState.EXPIRED
        elif self.verdict in (Verdict.VALID, Verdict.MISSING):
            state = LicenceState(self.verdict.value)
        granted = self.terms if state in (LicenceState.VALID, LicenceState.EXPIRED) else None
        return LicenceStatus(
            state=state,
            licensee=granted.licensee if granted else "",
            expires=granted.last_day if granted else None,
            features=frozenset(granted.features) if granted else frozenset(),
            reason=self.reason,
            remedy=self.remedy,
        )


@attrs.frozen(kw_only=True)
class _Envelope:
    format: str
    issuer: str
    licence: str
    signature: str


@attrs.frozen(kw_only=True)
class Opened:
    """A licence file whose signature is right."""

    terms: Terms
    #: SHA-256 of the signed bytes: which file it is.
    digest: str


class NotALicence(Exception):
    """The file cannot be used; what it comes to is the judgement."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(judgement.reason)
        self.judgement = judgement


def issue(terms: Terms, key: Ed25519PrivateKey) -> bytes:
    """Sign terms; gives the bytes of the licence file."""
    document = msgspec.json.encode(terms)
    envelope = _Envelope(
        format=FORMAT,
        issuer=fingerprint(key.public_key()),
        licence=base64.b64encode(document).decode(),
        signature=base64.b64encode(key.sign(_signed(document))).decode(),
    )
    return msgspec.json.encode(envelope)


def fingerprint(key: Ed25519PublicKey) -> str:
    """Give the short name of an issuer's key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def public_key(text: str) -> Ed25519PublicKey:
    """Give the key that a configuration names in base64; raises ``ValueError``."""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def open_licence(file: Path, key: Ed25519PublicKey) -> Opened:
    """Read a licence file and check its signature; raises ``NotALicence``."""
    try:
        return _opened(_read(file), key)
    except FileNotFoundError:
        raise NotALicence(missing(f"There is no licence file {file.name}.")) from None
    except OSError as error:
        reason = f"The licence file {file.name} cannot be read: {error.strerror}."
        raise _refusal(Verdict.UNREADABLE, reason, "Let the host's user read it.") from error


def judge(
    opened: Opened, *, site: str, feature: str, now: datetime, latest: datetime | None = None
) -> Judgement:
    """Judge a licence for one feature of one site; ``latest`` is the latest time it was ever judged at."""
    terms = opened.terms
    if terms.site != site:
        fault = (Verdict.FOREIGN_SITE, f'The licence is for the site "{terms.site}", this is "{site}".', _ASK)
    elif feature not in terms.features:
        fault = (Verdict.OTHER_FEATURES, f'The licence does not include "{feature}".', _ASK)
    else:
        fault = _fault_of_time(terms, now, max(latest or terms.issued, terms.issued))
    verdict, reason, remedy = fault
    return Judgement(verdict=verdict, reason=reason, remedy=remedy, terms=terms)


def _fault_of_time(terms: Terms, now: datetime, latest: datetime) -> tuple[Verdict, str, str]:
    today = now.astimezone(UTC).date()
    if now < latest - CLOCK_TOLERANCE:
        return (
            Verdict.CLOCK_SET_BACK,
            f"The server's clock says {now:%Y-%m-%d %H:%M}, and it was {latest:%Y-%m-%d %H:%M} before (UTC).",
            "Set the server's clock right. If it was ahead by mistake, a newly issued licence file helps.",
        )
    if today < terms.first_day:
        return (
            Verdict.NOT_YET_VALID,
            f"The licence begins on {terms.first_day}; the server's clock says {today}.",
            "Wait until then, or set the server's clock right.",
        )
    if today > terms.last_day:
        return (Verdict.EXPIRED, f"The licence ended on {terms.last_day}.", _ASK)
    if today > terms.file_last_day:
        return (
            Verdict.FILE_OUTDATED,
            f"The licence runs until {terms.last_day}; this file of it was good until {terms.file_last_day}.",
            "Fetch the licence's current file from its issuer; the licence itself need not be renewed.",
        )
    return (Verdict.VALID, "", "")


def missing(reason: str) -> Judgement:
    """Build the judgement of a licence that is not there."""
    return Judgement(
        verdict=Verdict.MISSING,
        reason=reason,
        remedy="Put the licence file where the site configuration says, then judge the licence again.",
    )


def _refusal(verdict: Verdict, reason: str, remedy: str = _ASK) -> NotALicence:
    return NotALicence(Judgement(verdict=verdict, reason=reason, remedy=remedy))


def _signed(document: bytes) -> bytes:
    return FORMAT.encode("ascii") + b"\0" + document


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        document = stream.read(_LONGEST + 1)
    if len(document) > _LONGEST:
        raise _refusal(Verdict.TAMPERED, f"The licence file {file.name} is too long to be one.")
    return document


def _opened(document: bytes, key: Ed25519PublicKey) -> Opened:
    try:
        envelope = msgspec.json.decode(document, type=_Envelope)
        if envelope.format != FORMAT:
            reason = f'The licence has the format "{envelope.format[:40]}"; this host reads {FORMAT}.'
            raise _refusal(Verdict.TAMPERED, reason)
        if envelope.issuer != fingerprint(key):
            reason = "The licence was signed by somebody else than the issuer whom this site trusts."
            raise _refusal(Verdict.FOREIGN_ISSUER, reason)
        signature = base64.b64decode(envelope.signature, validate=True)
        content = base64.b64decode(envelope.licence, validate=True)
        key.verify(signature, _signed(content))
        terms = msgspec.json.decode(content, type=Terms)
        if terms.issued.tzinfo is None:
            raise _refusal(Verdict.TAMPERED, "The licence does not say in which zone it was issued.")
    except InvalidSignature:
        raise _refusal(Verdict.TAMPERED, "The licence was changed after it was signed.") from None
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise _refusal(Verdict.TAMPERED, f"The licence file is damaged: {error}.") from error
    return Opened(terms=terms, digest=hashlib.sha256(content).hexdigest())
