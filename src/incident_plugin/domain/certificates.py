"""Deletion certificates: signed statements that a project was deleted for good, by whom and why.

A certificate holds nothing that people wrote in the project. It names the head of the activity log as it was,
so that the chain of hashes that stays can be compared with it.
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum

import attrs

from incident_plugin.domain.journal import Entry
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import Project

#: What the text says of its own form.
FORMAT = "incident-deletion-certificate/1"

#: How anybody verifies a certificate without software of ours.
VERIFY = """This folder certifies that an incident project was deleted for good.

certificate.json   what was deleted, when, by whom and why
certificate.sig    Ed25519 signature (RFC 8032) over exactly the bytes of certificate.json
public-key.pem     the key of the site that signed it

Verify it with OpenSSL 3:

    openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in certificate.json -sigfile certificate.sig

It must answer "Signature Verified Successfully". Or with the command of the incident manager:

    incident-plugin certificate verify FOLDER_OR_ZIP

A signature is worth what you know of the key. Compare the key with the one that the site names by another
channel, by telephone or letter:

    openssl pkey -pubin -in public-key.pem -outform DER | openssl dgst -sha256
"""


class Reason(StrEnum):
    """Why a project was deleted for good."""

    #: Its retention had ended.
    RETENTION = "retention"
    #: It had been in the recycle bin as long as the site keeps projects there.
    BIN = "recycle-bin"
    #: Somebody deleted it at once.
    PERSON = "person"


@attrs.frozen(kw_only=True)
class DeletionCertificate:
    """The text of a certificate, its signature, and the key to verify it with."""

    #: The id of the deleted project, as text.
    id: str
    at: datetime
    #: JSON, ASCII; exactly these bytes are signed.
    text: str
    #: Ed25519 (RFC 8032) over ``text``, in hexadecimal.
    signature: str
    #: SubjectPublicKeyInfo (RFC 8410), PEM.
    public_key: str
    #: Whether the store was swept since, so that no trace of the project is left in its files.
    swept: bool = False


def certificate_text(
    project: Project, head: Entry, *, site: str, by: Person, at: datetime, reason: Reason, remark: str = ""
) -> str:
    """Say in JSON what was deleted, when, by whom and why; ``head`` is the newest entry of its log."""
    statement = {
        "format": FORMAT,
        "site": site,
        "incident_project": project.id,
        "created_at": _instant(project.created_at),
        "deleted_at": _instant(at),
        "deleted_by": by.name,
        "reason": reason.value,
        "remark": remark,
        "contents": {
            "fields": len(project.fields),
            "comments": len(project.comments),
            "calls": len(project.calls),
            "sequences": len(project.sequences),
        },
        "activity_log": {"entries": head.number, "head_sha256": head.hash},
    }
    return json.dumps(statement, indent=2, ensure_ascii=True) + "\n"


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
