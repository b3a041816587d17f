"""The licence: what a file grants, each way in which it does not, its memory of time, and its commands."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference_host.__main__ import main
from reference_host.config import LicenceConfig
from reference_host.durable import KeptDocument
from reference_host.licence import (
    CLOCK_TOLERANCE,
    FORMAT,
    Judgement,
    NotALicence,
    Verdict,
    judge,
    open_licence,
    public_key,
)
from reference_host.licensing import SiteLicence
from vms_hooks.host import LicenceState

from .conftest import Issuer, SettableClock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
Judged = Callable[..., Judgement]


@pytest.fixture
def judged(tmp_path: Path, issuer: Issuer) -> Judged:
    def judged_now(document: bytes | None, *, now: datetime = NOON, **more: Any) -> Judgement:
        path = tmp_path / "licence.json"
        path.unlink(missing_ok=True)
        if document is not None:
            path.write_bytes(document)
        try:
            opened = open_licence(path, public_key(issuer.public))
        except NotALicence as refusal:
            return refusal.judgement
        return judge(opened, site="test", feature="sample", now=now, **more)

    return judged_now


def test_a_good_licence_grants_its_terms(judged: Judged, issuer: Issuer) -> None:
    """Licensee, last day and features are the signed ones."""
    status = judged(issuer.licence(licensee="City of Test", last_day=date(2027, 6, 30))).status
    assert status.state is LicenceState.VALID
    assert (status.licensee, status.expires) == ("City of Test", date(2027, 6, 30))
    assert status.features == {"sample"}


def test_no_file_is_missing(judged: Judged) -> None:
    """Missing is its own state, with the remedy to put the file there."""
    judgement = judged(None)
    assert judgement.verdict is Verdict.MISSING
    assert judgement.status.state is LicenceState.MISSING
    assert "no licence file" in judgement.reason
    assert judgement.remedy


def test_an_expired_licence_says_since_when(judged: Judged, issuer: Issuer) -> None:
    """The last day belongs to the time granted; the day after is expired, and still names the licensee."""
    document = issuer.licence(last_day=date(2026, 11, 22))
    assert judged(document, now=NOON.replace(hour=23, minute=59)).verdict is Verdict.VALID
    judgement = judged(document, now=NOON.replace(day=23, hour=0))
    assert judgement.verdict is Verdict.EXPIRED
    assert judgement.status.state is LicenceState.EXPIRED
    assert "ended on 2026-11-22" in judgement.reason
    assert judgement.status.licensee == "Test site"


def test_a_file_ends_apart_from_the_licence(judged: Judged, issuer: Issuer) -> None:
    """A file past its own last day needs a fresh file and no new licence; what exists stays usable."""
    document = issuer.licence(last_day=date(2030, 1, 1), file_last_day=date(2026, 11, 22))
    assert judged(document).verdict is Verdict.VALID
    judgement = judged(document, now=NOON + timedelta(days=1))
    assert judgement.verdict is Verdict.FILE_OUTDATED
    assert judgement.status.state is LicenceState.EXPIRED
    assert "runs until 2030-01-01" in judgement.reason
    assert "need not be renewed" in judgement.remedy


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({"site": "elsewhere"}, Verdict.FOREIGN_SITE, ('for the site "elsewhere"', "issuer")),
        ({"features": ("other",)}, Verdict.OTHER_FEATURES, ('does not include "sample"', "issuer")),
        ({"first_day": date(2027, 1, 1)}, Verdict.NOT_YET_VALID, ("begins on 2027-01-01", "clock")),
    ],
)
def test_each_refusal_has_its_own_words(
    judged: Judged, issuer: Issuer, changes: Any, verdict: Verdict, words: tuple[str, str]
) -> None:
    """Foreign site, missing feature, not yet valid: not activated."""
    judgement = judged(issuer.licence(**changes))
    assert judgement.verdict is verdict
    assert judgement.status.state is LicenceState.REFUSED
    assert judgement.status.licensee == ""
    assert words[0] in judgement.reason
    assert words[1] in judgement.remedy


def test_changed_terms_are_tampered_with(judged: Judged, issuer: Issuer) -> None:
    """Whoever edits the terms breaks the signature."""
    envelope = json.loads(issuer.licence(last_day=date(2026, 1, 2)))
    terms = json.loads(base64.b64decode(envelope["licence"])) | {"last_day": "2126-01-01"}
    envelope["licence"] = base64.b64encode(json.dumps(terms).encode()).decode()
    judgement = judged(json.dumps(envelope).encode())
    assert judgement.verdict is Verdict.TAMPERED
    assert "changed after it was signed" in judgement.reason


def test_somebody_elses_licence_is_foreign(judged: Judged) -> None:
    """Another issuer's good licence is not a changed one, and is named for what it is."""
    judgement = judged(Issuer().licence())
    assert judgement.verdict is Verdict.FOREIGN_ISSUER
    assert "somebody else" in judgement.reason


def test_a_forger_who_names_our_issuer_is_found(judged: Judged, issuer: Issuer) -> None:
    """The issuer's name in the file proves nothing: the signature does; nor does one made for another use."""
    envelope = json.loads(Issuer().licence())
    envelope["issuer"] = json.loads(issuer.licence())["issuer"]
    assert judged(json.dumps(envelope).encode()).verdict is Verdict.TAMPERED
    envelope = json.loads(issuer.licence())
    bare = issuer.key.sign(base64.b64decode(envelope["licence"]))
    envelope["signature"] = base64.b64encode(bare).decode()
    assert judged(json.dumps(envelope).encode()).verdict is Verdict.TAMPERED


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff\xfe",
        b"{}",
        b"[]",
        json.dumps({"format": "vms-licence/9", "issuer": "", "licence": "", "signature": ""}).encode(),
        json.dumps({"format": FORMAT, "issuer": "", "licence": "!", "signature": "!"}).encode(),
        b" " * 70_000,
        b"[" * 60_000,
    ],
)
def test_damaged_files_are_refused(judged: Judged, document: bytes) -> None:
    """Anything else is a refusal with a reason and never an exception."""
    judgement = judged(document)
    assert judgement.status.state is LicenceState.REFUSED
    assert judgement.reason
    assert judgement.remedy


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(min_value=0), change=st.integers(min_value=1, max_value=255))
def test_no_single_byte_can_be_changed(judged: Judged, issuer: Issuer, position: int, change: int) -> None:
    """A licence with one byte changed is refused, or grants exactly what was signed."""
    document = bytearray(issuer.licence(licensee="City of Test"))
    document[position % len(document)] ^= change
    status = judged(bytes(document)).status
    assert status.state is LicenceState.REFUSED or (
        status.licensee == "City of Test" and status.expires == date(2126, 12, 31)
    )


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, issuer: Issuer) -> None:
    """A directory in its place."""
    with pytest.raises(NotALicence, match="cannot be read") as refusal:
        open_licence(tmp_path, public_key(issuer.public))
    assert refusal.value.judgement.verdict is Verdict.UNREADABLE


@attrs.frozen(kw_only=True)
class Site:
    """A site whose host is started again and again on the same data."""

    folder: Path
    issuer: Issuer
    clock: SettableClock

    def install(self, **terms: Any) -> None:
        (self.folder / "licence.json").write_bytes(self.issuer.licence(**terms))

    def judge(self) -> Verdict:
        """Start the host and judge the licence."""
        kept: KeptDocument[Any] = KeptDocument(self.folder / "clock.json", dict[str, datetime], {})
        config = LicenceConfig(file=self.folder / "licence.json", issuer_key=self.issuer.public)
        return SiteLicence(config=config, site="test", clock=self.clock, latest=kept).judge("sample").verdict


@pytest.fixture
def site(tmp_path: Path, issuer: Issuer, clock: SettableClock) -> Site:
    return Site(folder=tmp_path, issuer=issuer, clock=clock)


def test_a_clock_set_back_is_found_over_a_restart(site: Site) -> None:
    """Whoever sets the clock back to before the end of the licence gains nothing, and loses nothing else."""
    site.install(last_day=date(2026, 12, 24))
    assert site.judge() is Verdict.VALID
    site.clock.pass_by(days=60)
    assert site.judge() is Verdict.EXPIRED
    site.clock.pass_by(days=-60)
    assert site.judge() is Verdict.CLOCK_SET_BACK
    site.clock.pass_by(days=60)
    assert site.judge() is Verdict.EXPIRED


def test_small_corrections_of_the_clock_are_no_offence(site: Site) -> None:
    """Within the tolerance nothing is said; beyond it, it is."""
    site.install()
    assert site.judge() is Verdict.VALID
    site.clock.instant -= CLOCK_TOLERANCE
    assert site.judge() is Verdict.VALID
    site.clock.pass_by(seconds=-1)
    assert site.judge() is Verdict.CLOCK_SET_BACK


def test_a_clock_that_was_ahead_by_mistake_is_forgiven_with_a_new_file(site: Site) -> None:
    """A newly issued file begins its own memory; putting the old one back does not help."""
    site.install()
    site.clock.pass_by(days=365 * 5)
    assert site.judge() is Verdict.VALID
    site.clock.pass_by(days=-365 * 5)
    assert site.judge() is Verdict.CLOCK_SET_BACK
    site.install(issued=site.clock.now())
    assert site.judge() is Verdict.VALID
    site.install()
    assert site.judge() is Verdict.CLOCK_SET_BACK


def test_a_clock_before_the_day_of_issue_is_found_without_any_memory(site: Site) -> None:
    """The file itself says when it was issued."""
    site.install(issued=site.clock.now() + timedelta(days=2))
    assert site.judge() is Verdict.CLOCK_SET_BACK


def test_a_disk_that_is_full_does_not_cost_the_licence(site: Site) -> None:
    """The memory of time cannot be written; the licence is judged all the same."""
    site.install()
    (site.folder / "clock.json.partial").mkdir()
    assert site.judge() is Verdict.VALID


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["licence", *arguments])
    output = capsys.readouterr()
    return status, output.out, output.err


def test_a_licence_from_key_to_inspection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The issuer makes a key and a file; the site inspects it with the public key that was printed."""
    key, file = tmp_path / "issuer.pem", tmp_path / "licence.json"
    status, public, _ = run(capsys, "keygen", str(key))
    assert status == 0
    assert key.stat().st_mode & 0o777 == 0o600
    terms = ("--licensee", "City", "--site", "north", "--feature", "incident", "--number", "L-7")
    last = (datetime.now(UTC) + timedelta(days=30)).date()
    made = run(capsys, "issue", str(file), "--key", str(key), *terms, "--last-day", str(last))
    assert made[0] == 0, made
    status, output, _ = run(capsys, "inspect", str(file), "--issuer-key", public.strip())
    assert status == 0
    for told in ("L-7", "City", "north", "incident", str(last), "right", "valid"):
        assert told in output


def test_inspection_of_what_is_not_right(
    tmp_path: Path, issuer: Issuer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A changed file, an ended licence and a missing key: status and words say so."""
    file = tmp_path / "licence.json"
    file.write_bytes(issuer.licence(last_day=date(2026, 1, 2)))
    status, output, _ = run(capsys, "inspect", str(file), "--issuer-key", issuer.public)
    assert (status, "expired" in output) == (1, True)
    file.write_bytes(file.read_bytes().replace(b"A", b"B", 1))
    status, output, _ = run(capsys, "inspect", str(file), "--issuer-key", issuer.public)
    assert (status, "tampered" in output or "damaged" in output) == (1, True)
    status, _, complaint = run(capsys, "inspect", str(file), "--issuer-key", "nonsense")
    assert (status, "public key" in complaint) == (2, True)


def test_issuing_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key that others read, a key that is none, a reversed time, and a key that would be overwritten."""
    key, file = tmp_path / "issuer.pem", tmp_path / "licence.json"
    assert run(capsys, "keygen", str(key))[0] == 0
    assert "never overwritten" in run(capsys, "keygen", str(key))[2]
    terms = ("--key", str(key), "--licensee", "c", "--site", "s", "--feature", "f")
    assert "before the first" in run(capsys, "issue", str(file), *terms, "--last-day", "2020-01-01")[2]
    key.chmod(0o644)
    assert "0600" in run(capsys, "issue", str(file), *terms, "--last-day", "2126-01-01")[2]
    key.chmod(0o600)
    key.write_text("not a key")
    assert "not a private key" in run(capsys, "issue", str(file), *terms, "--last-day", "2126-01-01")[2]
    assert not file.exists()
