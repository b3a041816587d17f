"""Checks a package in every way there is, and names what is wrong. The package itself never needs this."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from incident_plugin.adapters.evidence import cms, stamps
from incident_plugin.adapters.evidence.bag import (
    ALLOWED_NAME,
    CERTIFICATES,
    DECLARATION,
    INFO,
    MANIFEST,
    PAYLOAD,
    SIGNATURE,
    STAMP,
    TAG_MANIFEST,
    UNLISTED,
    VERIFY,
)
from incident_plugin.adapters.evidence.description import consistency_faults
from incident_plugin.adapters.evidence.history import log_faults
from incident_plugin.adapters.evidence.sources import Source
from incident_plugin.adapters.evidence.zipping import WrongPassword

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_OXUM = re.compile(rb"^Payload-Oxum: (\d+)\.(\d+)$", re.MULTILINE)
_REQUIRED = (DECLARATION, INFO, MANIFEST, VERIFY)
DESCRIPTION, ACTIVITY_LOG = "data/package.json", "data/activity-log.jsonl"
#: What cryptography says of certificates that somebody changed; it reads them piece by piece, when asked.
_NO_CERTIFICATE = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    InvalidSignature,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    Warning,
)
#: No tag file of a package is longer; whatever is longer is not read into memory.
_LONGEST_TAG = 64 << 20


@attrs.frozen(kw_only=True)
class Fault:
    """Something that is not as it was when the package was made."""

    #: Below the package; empty when it is about the whole.
    file: str
    what: str


@attrs.frozen(kw_only=True)
class Verdict:
    """What a check found."""

    faults: tuple[Fault, ...]
    #: What is not wrong, and good to know.
    notes: tuple[str, ...]
    files: int
    bytes: int
    fingerprint: str = ""
    signed_at: datetime | None = None
    stamped_at: datetime | None = None

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


class _Check:
    """One check; faults are collected, so that one does not hide another."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.sizes = dict(source.files())
        self.faults: list[Fault] = [Fault(file="", what=odd) for odd in source.oddities]
        self.notes: list[str] = []
        self.hashes: dict[str, str] = {}
        self.signer: x509.Certificate | None = None
        self.signed_at: datetime | None = None
        self.stamped_at: datetime | None = None

    def run(self, fingerprint: str) -> None:
        for name in self.sizes:
            if not ALLOWED_NAME.fullmatch(name):
                self._fault(name, "has a name that no package contains")
        tags = self._text(TAG_MANIFEST)
        listed_tags = dict(self._listed(TAG_MANIFEST, tags))
        listed = dict(self._listed(MANIFEST, self._text(MANIFEST)))
        for name in _REQUIRED:
            if name not in listed_tags:
                self._fault(name, "is not sealed by the tag manifest")
        self._compare(listed_tags, [n for n in self.sizes if not n.startswith(PAYLOAD) and n not in UNLISTED])
        self._compare(listed, [n for n in self.sizes if n.startswith(PAYLOAD)])
        self._oxum()
        self._signature(tags, fingerprint)
        self._description()
        if ACTIVITY_LOG in self.sizes:
            for fault in log_faults(self._text(ACTIVITY_LOG)):
                self._fault(ACTIVITY_LOG, fault)

    def _fault(self, file: str, what: str) -> None:
        self.faults.append(Fault(file=file, what=what))

    def _text(self, name: str) -> bytes:
        try:
            with self._source.open(name) as file:
                data: bytes = file.read(_LONGEST_TAG)
        except KeyError:
            self._fault(name, "is missing")
        except WrongPassword:
            raise
        except (OSError, ValueError) as error:
            self._fault(name, f"cannot be read ({error})")
        else:
            return data
        return b""

    def _listed(self, manifest: str, data: bytes) -> Iterator[tuple[str, str]]:
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
            found = _LINE.fullmatch(line)
            if found is None:
                self._fault(manifest, f"has a line {number} that cannot be read")
            else:
                yield found[2], found[1]

    def _compare(self, listed: Mapping[str, str], present: list[str]) -> None:
        """Say which files were changed, added, removed, renamed or exchanged."""
        for name in present:
            self.hashes[name] = self._hash(name)
        places: dict[str, list[str]] = {}
        for name, sha256 in listed.items():
            places.setdefault(sha256, []).append(name)
        missing = {name for name in listed if name not in self.hashes}
        for name in sorted(present):
            others = [n for n in places.get(self.hashes[name], ()) if n != name]
            if name in listed:
                if listed[name] != self.hashes[name] and self.hashes[name]:
                    swapped = f": it is what {others[0]} was" if others else ""
                    self._fault(name, f"was changed{swapped}")
            elif renamed := [n for n in others if n in missing]:
                missing.discard(renamed[0])
                self._fault(name, f"has another name than it had: it was {renamed[0]}")
                self._fault(renamed[0], f"is missing: it is now {name}")
            else:
                self._fault(name, "was added: it is in no manifest")
        for name in sorted(missing):
            self._fault(name, "is missing")

    def _hash(self, name: str) -> str:
        try:
            with self._source.open(name) as file:
                digest = hashlib.sha256()
                while piece := file.read(1 << 20):
                    digest.update(piece)
                return digest.hexdigest()
        except WrongPassword:
            raise
        except (OSError, ValueError, EOFError) as error:
            self._fault(name, f"cannot be read ({error})")
            return ""

    def _oxum(self) -> None:
        found = _OXUM.search(self._text(INFO) if INFO in self.sizes else b"")
        payload = [size for name, size in self.sizes.items() if name.startswith(PAYLOAD)]
        if found is None:
            self._fault(INFO, "does not say how much the package holds (Payload-Oxum)")
        elif (int(found[1]), int(found[2])) != (sum(payload), len(payload)):
            self._fault(
                INFO,
                f"says {found[2].decode()} files with {found[1].decode()} bytes; there are {len(payload)} "
                f"with {sum(payload)}",
            )

    def _signature(self, tags: bytes, fingerprint: str) -> None:
        if SIGNATURE not in self.sizes:
            if CERTIFICATES in self.sizes or STAMP in self.sizes or fingerprint:
                self._fault(SIGNATURE, "is missing")
            else:
                self.notes.append("The package is not signed: who changes it can change the lists, too.")
            return
        with warnings.catch_warnings():
            # What it only warns of no certificate of a package has.
            warnings.simplefilter("error")
            try:
                chain = tuple(x509.load_pem_x509_certificates(self._text(CERTIFICATES)))
                self.signer = chain[0]
                self._signed_by(chain, tags, fingerprint)
            except _NO_CERTIFICATE as error:
                self._fault(CERTIFICATES, f"cannot be read ({error})")

    def _signed_by(self, chain: tuple[x509.Certificate, ...], tags: bytes, fingerprint: str) -> None:
        stamp = self._text(STAMP) if STAMP in self.sizes else b""
        signers = _path(chain)
        try:
            self.signed_at = cms.check(self._text(SIGNATURE), tags, signers, time_stamp=stamp)
        except ValueError as error:
            self._fault(SIGNATURE, f"does not fit tag manifest, certificates and time stamp: {error}")
        if stamp:
            self._time_stamp(stamp, tags, chain)
        self._validity(signers)
        given = re.sub(r"[^0-9A-F]", "", fingerprint.upper())
        if given and given != cms.fingerprint(chain[0]).replace(":", ""):
            self._fault(CERTIFICATES, "has another fingerprint than the one that was given")
        elif not given:
            self.notes.append("Compare the fingerprint with the site by another channel.")

    def _time_stamp(self, stamp: bytes, tags: bytes, chain: tuple[x509.Certificate, ...]) -> None:
        try:
            self.stamped_at = stamps.check(stamp, tags, chain)
        except ValueError as error:
            self._fault(STAMP, f"is no time stamp of this package ({error})")

    def _validity(self, signers: tuple[x509.Certificate, ...]) -> None:
        if signers[-1].subject != signers[-1].issuer:
            self._fault(CERTIFICATES, "does not lead to a root")
        at = self.stamped_at or self.signed_at
        if at is not None and not all(
            one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in signers
        ):
            self._fault(CERTIFICATES, "was not valid when the package was signed")

    def _description(self) -> None:
        if DESCRIPTION not in self.sizes:
            self._fault(DESCRIPTION, "is missing")
            return
        there = {name: (size, self.hashes.get(name, "")) for name, size in self.sizes.items()}
        for fault in consistency_faults(self._text(DESCRIPTION), there):
            self._fault(DESCRIPTION, fault)


def _path(chain: tuple[x509.Certificate, ...]) -> tuple[x509.Certificate, ...]:
    """Give the certificates from the signer's to its root: those of a time-stamp authority may follow."""
    path = [chain[0]]
    for one in chain[1:]:
        if path[-1].subject == path[-1].issuer:
            break
        try:
            path[-1].verify_directly_issued_by(one)
        except (ValueError, TypeError, InvalidSignature):
            continue
        path.append(one)
    return tuple(path)


def check(source: Source, *, fingerprint: str = "") -> Verdict:
    """Check a package; ``fingerprint`` is the signer's, as the site told it by another channel.

    Raises ``WrongPassword``.
    """
    checking = _Check(source)
    checking.run(fingerprint)
    seen: dict[Fault, None] = dict.fromkeys(checking.faults)
    return Verdict(
        faults=tuple(seen),
        notes=tuple(checking.notes),
        files=len(checking.sizes),
        bytes=sum(checking.sizes.values()),
        fingerprint=cms.fingerprint(checking.signer) if checking.signer else "",
        signed_at=checking.signed_at,
        stamped_at=checking.stamped_at,
    )
