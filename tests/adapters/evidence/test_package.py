"""Evidence packages: strangers verify them with standard tools, and no change goes unnoticed."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from incident_plugin.adapters.evidence.checking import Verdict, check
from incident_plugin.adapters.evidence.sources import Folder
from incident_plugin.adapters.pdf_report import PdfReportMaker
from incident_plugin.cli import main
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.exports import ExportSettings, ExportState
from incident_plugin.domain.media import Codec
from incident_plugin.domain.phrases import sentence
from tests.adapters.evidence.site_of_exports import FINISHED, Tape, site
from tests.coded import encode
from tests.waiting import until

SOAK = bool(os.environ.get("SOAK"))
pytestmark = pytest.mark.timeout(3600 if SOAK else 120)


def commands(package: Path) -> list[str]:
    """Give what VERIFY.txt tells its reader to type."""
    text = (package / "VERIFY.txt").read_text("utf-8").replace("\\\n", " ")
    typed = re.findall(r"^     (\S.*)$", text, re.MULTILINE)
    return [one for one in typed if one.startswith(("sha256sum", "find", "openssl"))]


def offline(command: str, package: Path) -> str:
    """Run a command in the package where there is no network; give what it said."""
    isolated = ["unshare", "--net", "--map-root-user"] if shutil.which("unshare") else []
    probe = subprocess.run([*isolated, "true"], capture_output=True, check=False)
    prefix = isolated if probe.returncode == 0 else []
    done = subprocess.run(
        [*prefix, "bash", "-euo", "pipefail", "-c", command],
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout + done.stderr


def verdict(package: Path) -> Verdict:
    return check(Folder(package))


def test_standard_tools_verify_it_without_a_network(bench, video):
    """The very commands of VERIFY.txt say that it is whole; ffprobe reads the master."""
    package = bench.package("one", video)
    said: dict[str, str] = {}
    for line in commands(package):
        command, _, printed = line.partition("  must print ")
        output = offline(command, package)
        said[" ".join(command.split()[:3])] = output
        if printed.strip().isdigit():
            assert output.strip() == printed.strip()
    assert "erification successful" in said["openssl cms -verify"]
    assert bench.keys.identity("Demo site").fingerprint in said["openssl x509 -in"]
    assert "Verification: OK" in said["openssl ts -verify"]
    assert "h264" in offline("ffprobe -v error -show_streams data/master/E01_Lobby.mp4", package)
    assert len((package / "VERIFY.txt").read_text().splitlines()) <= 66
    assert verdict(package).faults == ()
    assert verdict(package).stamped_at is not None


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_the_report_is_read_without_a_network(tmp_path):
    """An order as the site makes it: verified in a place without a network, and the PDF tells the project."""

    async def exported() -> Path:
        here = site(tmp_path, Tape(encode(Codec.H264)))
        identity = here.ordered(ExportSettings())
        running = asyncio.create_task(here.exporting.runner.run())
        await until(lambda: here.export(identity).state in FINISHED)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        assert here.export(identity).state is ExportState.DONE, here.export(identity).message
        (package,) = (path for path in (tmp_path / "exports/e1").iterdir() if path.is_dir())
        return package

    package = asyncio.run(exported())
    for line in commands(package):
        offline(line.partition("  must print ")[0], package)
    text = offline("pdftotext -layout data/report.pdf -", package)
    assert "Lobby" in text
    assert "12:00:00" in text
    assert verdict(package).faults == ()


class WithoutFonts(PdfReportMaker):
    """A report maker that has nothing to write with."""

    def make(self, *_: object) -> tuple[str, ...]:
        raise StoreUnavailable("The report cannot be made: its fonts are missing.")


async def test_a_report_that_failed_is_told_where_people_look(tmp_path):
    """The export is made without it: its message, the package and the activity log say so."""
    here = site(tmp_path, Tape(encode(Codec.H264)), maker=WithoutFonts())
    identity = here.ordered(ExportSettings())
    running = asyncio.create_task(here.exporting.runner.run())
    await until(lambda: here.export(identity).state in FINISHED)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    export = here.export(identity)
    assert export.state is ExportState.DONE
    assert "Not included: The report of incident project 1." in export.message
    assert "its fonts are missing" in export.message
    (package,) = (path for path in (tmp_path / "exports/e1").iterdir() if path.is_dir())
    assert "its fonts are missing" in (package / "data/package.json").read_text()
    assert not (package / "data/report.pdf").exists()
    assert verdict(package).faults == ()
    told = [sentence(entry.activity) for entry in here.store.entries(export.projects[0])]
    assert told[-1] == "Exported: e1, without its report"


def test_it_is_a_bag(bench, video):
    """RFC 8493: declaration, Oxum, and manifests that list what is there."""
    package = bench.package("one", video)
    assert (package / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    payload = [path for path in (package / "data").rglob("*") if path.is_file()]
    oxum = f"Payload-Oxum: {sum(p.stat().st_size for p in payload)}.{len(payload)}\n"
    assert oxum in (package / "bag-info.txt").read_text()
    listed = {line.split("  ")[1] for line in (package / "manifest-sha256.txt").read_text().splitlines()}
    assert listed == {p.relative_to(package).as_posix() for p in payload}


def test_every_changed_byte_is_found_and_named(bench, record_testsuite_property):
    """Each byte of a small package, in turn: the file that it belongs to is named."""
    package = bench.package("one", b"a master of few bytes")
    missed, flips = [], 0
    for file in sorted(path for path in package.rglob("*") if path.is_file()):
        whole, name = file.read_bytes(), file.relative_to(package).as_posix()
        for place in range(0, len(whole), 1 if SOAK else max(1, len(whole) // 24)):
            changed = bytearray(whole)
            changed[place] ^= 1 << place % 8
            flips += 1
            file.write_bytes(changed)
            named = {fault.file for fault in verdict(package).faults}
            # Whatever seals the list of all files stands for it: neither can be trusted without the other.
            if name not in named and not (name.startswith("tagmanifest") and named):
                missed.append((name, place, named))
        file.write_bytes(whole)
    record_testsuite_property("flipped bytes", flips)
    assert missed == []
    assert verdict(package).faults == ()


def added(package: Path) -> set[str]:
    (package / "data/master/E02.mp4").write_bytes(b"another")
    return {"data/master/E02.mp4"}


def removed(package: Path) -> set[str]:
    (package / "data/activity-log.jsonl").unlink()
    return {"data/activity-log.jsonl"}


def renamed(package: Path) -> set[str]:
    (package / "data/master/E01_Lobby.mp4").rename(package / "data/master/E01_Yard.mp4")
    return {"data/master/E01_Lobby.mp4", "data/master/E01_Yard.mp4"}


def swapped(package: Path) -> set[str]:
    first, second = package / "data/package.json", package / "data/activity-log.jsonl"
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    return {"data/package.json", "data/activity-log.jsonl"}


def tag_added(package: Path) -> set[str]:
    (package / "README.txt").write_bytes(b"trust me")
    return {"README.txt"}


def unsigned(package: Path) -> set[str]:
    (package / "tagmanifest-sha256.txt.p7s").unlink()
    return {"tagmanifest-sha256.txt.p7s"}


def unstamped(package: Path) -> set[str]:
    (package / "tagmanifest-sha256.txt.tsr").unlink()
    return {"tagmanifest-sha256.txt.p7s"}


def linked(package: Path) -> set[str]:
    (package / "data/link").symlink_to("package.json")
    return {""}


@pytest.mark.parametrize(
    "harm",
    [added, removed, renamed, swapped, tag_added, unsigned, unstamped, linked],
    ids=lambda h: h.__name__,
)
def test_what_was_done_to_the_files_is_named(bench, harm: Callable[[Path], set[str]]):
    """Added, removed, renamed, exchanged, unsigned: each is found, and the files are named."""
    package = bench.package("one", b"a master")
    expected = harm(package)
    assert expected <= {fault.file for fault in verdict(package).faults}


def test_good_packages_raise_no_alarm(bench):
    """Every package that the shelf makes is found good."""
    for number in range(1000 if SOAK else 10):
        assert verdict(bench.package(f"p{number}", os.urandom(200 + number))).faults == ()


@pytest.mark.parametrize("end", ["0026-11-02T12:00:02Z", "2026-11-02T12:00:00Z", "2026-11-02T12:00:02"])
def test_times_that_cannot_be_are_named(bench, end):
    """An end before its start, none at all, or without a zone: verifying says so, and does not stumble."""
    package = bench.package("one", b"a master")
    described = package / "data/package.json"
    whole = described.read_text()
    assert '"2026-11-02T12:00:02Z"' in whole
    described.write_text(whole.replace('"2026-11-02T12:00:02Z"', f'"{end}"'))
    faults = [fault.what for fault in verdict(package).faults if fault.file == "data/package.json"]
    assert any("times that cannot be" in what for what in faults)


def test_a_package_made_anew_by_somebody_else_has_another_fingerprint(bench, capsys):
    """Signed anew with another key it is whole in itself; the fingerprint told by telephone finds it out."""
    known = bench.keys.identity("Demo site").fingerprint
    bench.keys.rotate("Demo site")
    package = bench.package("one", b"forged")
    assert main(["verify", str(package)]) == 0
    assert main(["verify", str(package), "--fingerprint", known.lower()]) == 1
    assert "another fingerprint" in capsys.readouterr().out


def test_hidden_names_are_in_no_file(bench, video):
    """Commitments stand in their place, and the chain still verifies."""
    package = bench.package("one", video)
    for path in (path for path in package.rglob("*") if path.is_file()):
        assert b"Ann Archer" not in path.read_bytes()
    assert "Broken window" in (package / "data/activity-log.jsonl").read_text()


def test_the_measured_clock_offset_is_written_with_its_bound(bench, video):
    """A recorder seven seconds fast is reported so; times have UTC and the site's offset."""
    described = (bench.package("one", video) / "data/package.json").read_text()
    assert '"7.0 +/- 0.1 s"' in described or '"7.0 +/- 0.2 s"' in described
    assert '"2026-11-02T13:00:00+01:00"' in described


def test_verify_answers_in_exit_codes_and_json(bench, tmp_path, capsys):
    """0 for good, 1 for a fault that is named, 2 for what is no package."""
    package = bench.package("one", b"a master")
    assert main(["verify", str(package), "--json"]) == 0
    assert '"good": true' in capsys.readouterr().out
    (package / "data/package.json").write_bytes(b"{}")
    assert main(["verify", str(package)]) == 1
    assert "data/package.json was changed" in capsys.readouterr().out
    (tmp_path / "no.zip").write_bytes(b"no ZIP")
    assert main(["verify", str(tmp_path / "no.zip")]) == 2
