"""A bag (RFC 8493) around finished files: manifests, signature, time stamp, and how to verify it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import attrs
from cryptography import x509

from incident_plugin.adapters.evidence import cms, stamps
from incident_plugin.adapters.evidence.instructions import instructions
from incident_plugin.adapters.evidence.keys import Identity
from incident_plugin.adapters.evidence.stamps import Authority, NotStamped
from incident_plugin.domain.exports import Package
from incident_plugin.domain.project import ProjectId

DECLARATION, INFO, VERIFY, CERTIFICATES = "bagit.txt", "bag-info.txt", "VERIFY.txt", "certificates.pem"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
SIGNATURE, STAMP = f"{TAG_MANIFEST}.p7s", f"{TAG_MANIFEST}.tsr"
PAYLOAD = "data/"
#: What the tag manifest cannot list: itself, and what is made of it.
UNLISTED = (TAG_MANIFEST, SIGNATURE, STAMP)
#: Names of files and folders: nothing that a shell, a browser or another system reads as anything else.
ALLOWED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,120})*")


@attrs.frozen(kw_only=True)
class Sealed:
    """A file as it was written."""

    #: Below the bag, with ``/``.
    name: str
    size: int
    #: Lower-case hexadecimal.
    sha256: str


@attrs.frozen(kw_only=True)
class BagFacts:
    """What people read about a bag."""

    export: str
    projects: tuple[ProjectId, ...]
    site: str
    created_at: datetime
    software: str


@attrs.frozen(kw_only=True)
class Seals:
    """With what a bag is sealed; without an identity it is hashed only."""

    identity: Identity | None
    authority: Authority | None
    now: Callable[[], datetime]


def write_file(folder: Path, name: str, data: bytes) -> Sealed:
    """Write a file of the bag; give what to expect when it is read back."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Sealed(name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def seal_bag(folder: Path, payload: Sequence[Sealed], facts: BagFacts, seals: Seals) -> Package:
    """Write all that lies around the payload, which is there already; gives what a receipt tells of it."""
    authority, note = seals.authority if seals.identity else None, ""
    stamp, stamped_at = b"", None
    tags = _write_tags(folder, payload, facts, seals.identity, authority)
    if authority is not None:
        try:
            stamp = stamps.stamped(tags, authority)
            stamped_at = stamps.check(stamp, tags, authority.chain)
        except (NotStamped, ValueError) as refusal:
            authority, note = None, f"The package has no time stamp. {refusal}"
            tags = _write_tags(folder, payload, facts, seals.identity, None)
    written = len(payload) + tags.count(b"\n") + 1
    if stamp:
        (folder / STAMP).write_bytes(stamp)
    if seals.identity is not None:
        signature = cms.sign(tags, seals.identity.key, seals.identity.chain, at=seals.now(), time_stamp=stamp)
        (folder / SIGNATURE).write_bytes(signature)
    names = [SIGNATURE] * (seals.identity is not None) + [STAMP] * bool(stamp)
    return Package(
        name=folder.name,
        files=written + len(names),
        size=sum(file.size for file in payload),
        sha256=hashlib.sha256(tags).hexdigest(),
        fingerprint=seals.identity.fingerprint if seals.identity else "",
        stamped_at=stamped_at,
        note=note,
    )


def _write_tags(
    folder: Path,
    payload: Sequence[Sealed],
    facts: BagFacts,
    identity: Identity | None,
    authority: Authority | None,
) -> bytes:
    """Write the tag files; give the tag manifest, which seals them and, through them, everything."""
    size = sum(file.size for file in payload)
    info = (
        ("Source-Organization", one_line(facts.site)),
        ("External-Identifier", facts.export),
        ("External-Description", f"Evidence package of {projects_named(facts.projects)}"),
        ("Bagging-Date", f"{facts.created_at:%Y-%m-%d}"),
        ("Bagging-Time", f"{facts.created_at:%Y-%m-%dT%H:%M:%SZ}"),
        ("Bag-Software-Agent", facts.software),
        ("Payload-Oxum", f"{size}.{len(payload)}"),
    )
    tags = {
        DECLARATION: b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        INFO: "".join(f"{label}: {value}\n" for label, value in info).encode(),
        MANIFEST: manifest(payload),
    }
    if identity is not None:
        tags[CERTIFICATES] = cms.pem(_all_certificates(identity, authority))
    others = (
        (VERIFY, TAG_MANIFEST) + (SIGNATURE,) * (identity is not None) + (STAMP,) * (authority is not None)
    )
    tags[VERIFY] = instructions(
        facts_line=f"Export {facts.export} of {projects_named(facts.projects)},\n"
        f"made by “{one_line(facts.site)}” at {facts.created_at:%Y-%m-%d %H:%M:%S} UTC.",
        payload_files=len(payload),
        all_files=len(payload) + len(tags) + len(others),
        payload_size=size,
        fingerprint=identity.fingerprint if identity else "",
        stamped=authority is not None,
    ).encode()
    sealed = [write_file(folder, name, data) for name, data in tags.items()]
    listed = manifest(sealed)
    write_file(folder, TAG_MANIFEST, listed)
    return listed


def _all_certificates(identity: Identity, authority: Authority | None) -> list[x509.Certificate]:
    return [*identity.chain, *(authority.chain if authority else ())]


def manifest(files: Iterable[Sealed]) -> bytes:
    """Give the lines that ``sha256sum -c`` reads."""
    lines = (f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda file: file.name))
    return "".join(lines).encode("ascii")


def projects_named(projects: tuple[ProjectId, ...]) -> str:
    """Name projects in a sentence."""
    if len(projects) == 1:
        return f"incident project {projects[0]}"
    return f"incident projects {', '.join(map(str, projects[:-1]))} and {projects[-1]}"


def one_line(text: str) -> str:
    """Give any text as a part of one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
