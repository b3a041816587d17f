"""At every stage of an export the server may die or its disk be full: it never looks like a finished one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from incident_plugin.adapters.evidence.checking import check
from incident_plugin.adapters.evidence.sources import opened
from tests.adapters.evidence.site_of_exports import STAGES
from tests.programs import ROOT

#: The long form goes through all; the suite takes those that differ most.
TRIED = list(STAGES) if os.environ.get("SOAK") else ["stills", "court copied", "zip", "published"]
#: What a full disk cannot refuse any more: renaming takes no room.
WRITING = [stage for stage in STAGES if stage not in ("court copied", "publishing", "published")]


def exporting(place: Path, fault: str, *stages: str) -> subprocess.CompletedProcess[str]:
    """Let a site export in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "tests.adapters.evidence.site_of_exports", str(place), fault, *stages],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def is_whole(place: Path) -> bool:
    """Whether the shelf has the export, and it verifies."""
    (first,) = (place / "exports/e1").glob("*.zip.001")
    with opened(first, "") as source:
        return check(source).faults == ()


def test_killed_at_each_stage_it_goes_on_and_is_whole(tmp_path: Path):
    """One server after the other is killed, each a stage later; the last finishes what the first began."""
    for stage in TRIED:
        killed = exporting(tmp_path, "kill", stage)
        assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, ""), (stage, killed.stderr)
        assert (tmp_path / "exports/e1").exists() is (stage == "published")
    last = exporting(tmp_path, "none")
    assert last.stdout.splitlines() == ["done "], last.stderr
    assert is_whole(tmp_path)
    assert [path.name for path in (tmp_path / "exports").iterdir()] == ["e1"]


def test_a_disk_that_is_full_at_each_stage_is_said_and_it_begins_again(tmp_path: Path):
    """No file may grow from that stage on: each time it fails in words, and the next try may succeed."""
    run = exporting(tmp_path, "full", *WRITING)
    *failed, done = run.stdout.splitlines()
    assert done == "done ", run.stderr
    assert len(failed) == len(WRITING)
    for stage, line in zip(WRITING, failed, strict=True):
        assert line.startswith("failed "), stage
        assert "disk" in line, stage
        # A limit on the size of files stands in for the full disk; SQLite takes that for a fault.
        full, store = "is full" in line and "Make room" in line, "The disk does not work" in line
        assert full or store, stage
    assert is_whole(tmp_path)
