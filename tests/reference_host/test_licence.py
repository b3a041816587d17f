"""The licence file: what is granted, and each way in which it is refused with its own reason."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference_host.licence import FORMAT, verify
from vms_hooks.host import LicenceState, LicenceStatus

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def judged(tmp_path: Path, issuer):
    def judge(document: bytes | None, *, now: datetime = NOON) -> LicenceStatus:
        path = tmp_path / "licence.json"
        path.unlink(missing_ok=True)
        if document is not None:
            path.write_bytes(document)
        return verify(path, issuer.public, site="test", feature="sample", now=now)

    return judge


def test_a_good_licence_grants_its_terms(judged, issuer) -> None:
    """Licensee, last day and features are the signed ones."""
    status = judged(issuer.licence(licensee="City of Test", last_day=date(2027, 6, 30)))
    assert status.state is LicenceState.VALID
    assert (status.licensee, status.expires) == ("City of Test", date(2027, 6, 30))
    assert status.features == {"sample"}


def test_no_file_is_missing(judged) -> None:
    """Missing is its own state, with the remedy to put the file there."""
    status = judged(None)
    assert status.state is LicenceState.MISSING
    assert "no licence file" in status.reason
    assert status.remedy


def test_an_expired_licence_says_since_when(judged, issuer) -> None:
    """The last day belongs to the time granted; the day after is expired, and still names the licensee."""
    document = issuer.licence(last_day=date(2026, 11, 22))
    assert judged(document, now=NOON.replace(hour=23, minute=59)).state is LicenceState.VALID
    status = judged(document, now=NOON.replace(day=23, hour=0))
    assert status.state is LicenceState.EXPIRED
    assert "ended on 2026-11-22" in status.reason
    assert status.licensee == "Test site"


@pytest.mark.parametrize(
    ("changes", "reason", "remedy"),
    [
        ({"site": "elsewhere"}, 'for the site "elsewhere"', "issuer"),
        ({"features": ("other",)}, 'does not include "sample"', "issuer"),
        ({"first_day": date(2027, 1, 1)}, "begins on 2027-01-01", "clock"),
    ],
)
def test_each_refusal_has_its_own_words(judged, issuer, changes, reason: str, remedy: str) -> None:
    """Foreign site, missing feature, not yet valid."""
    status = judged(issuer.licence(**changes))
    assert status.state is LicenceState.REFUSED
    assert reason in status.reason
    assert remedy in status.remedy


def test_changed_terms_are_refused(judged, issuer) -> None:
    """Whoever edits the terms breaks the signature."""
    envelope = json.loads(issuer.licence(last_day=date(2026, 1, 2)))
    terms = json.loads(base64.b64decode(envelope["licence"])) | {"last_day": "2126-01-01"}
    envelope["licence"] = base64.b64encode(json.dumps(terms).encode()).decode()
    status = judged(json.dumps(envelope).encode())
    assert status.state is LicenceState.REFUSED
    assert "changed after it was signed" in status.reason


def test_somebody_elses_signature_is_refused(judged, issuer) -> None:
    """Another key, and the right key over bytes of another purpose."""
    assert judged(type(issuer)().licence()).state is LicenceState.REFUSED
    envelope = json.loads(issuer.licence())
    bare = issuer.key.sign(base64.b64decode(envelope["licence"]))
    envelope["signature"] = base64.b64encode(bare).decode()
    assert judged(json.dumps(envelope).encode()).state is LicenceState.REFUSED


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff\xfe",
        b"{}",
        b"[]",
        json.dumps({"format": "vms-licence/9", "licence": "", "signature": ""}).encode(),
        json.dumps({"format": FORMAT, "licence": "!", "signature": "!"}).encode(),
        b" " * 70_000,
    ],
)
def test_damaged_files_are_refused(judged, document: bytes) -> None:
    """Anything else is a refusal with a reason and never an exception."""
    status = judged(document)
    assert status.state is LicenceState.REFUSED
    assert status.reason
    assert status.remedy


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(min_value=0), change=st.integers(min_value=1, max_value=255))
def test_no_single_byte_can_be_changed(judged, issuer, position: int, change: int) -> None:
    """A licence with one byte changed is refused, or grants exactly what was signed."""
    document = bytearray(issuer.licence(licensee="City of Test"))
    document[position % len(document)] ^= change
    status = judged(bytes(document))
    assert status.state is LicenceState.REFUSED or (
        status.licensee == "City of Test" and status.expires == date(2126, 12, 31)
    )


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, issuer) -> None:
    """A directory in its place."""
    status = verify(tmp_path, issuer.public, site="test", feature="sample", now=NOON)
    assert status.state is LicenceState.REFUSED
    assert "cannot be read" in status.reason
