"""Starting with recorders as they are: some do not answer."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support import OPERATOR
from tests.waiting import PATIENCE, until

from incident_plugin import runtime as runtime_module
from incident_plugin.adapters.host import actor_of
from incident_plugin.application.reports import jobs as jobs_module
from incident_plugin.application.reports.jobs import JobState
from incident_plugin.application.reports.reporting import Progress, Report
from incident_plugin.assembly import assemble
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import RecorderSettings, Settings


def _lay_out(files: Iterable[Path]) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"what people wrote")


def _there(files: Iterable[Path]) -> list[Path]:
    return [file for file in files if file.exists()]


async def test_a_mute_recorder_holds_nobody_up(host, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plug-in starts, says that it waits for its recorder, and can be stopped meanwhile."""
    monkeypatch.setattr(runtime_module, "FIRST_ANSWER_WITHIN", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        recorder = RecorderSettings(address=f"http://127.0.0.1:{port}/onvif/device_service", username="u")
        runtime = IncidentRuntime(parts=assemble(host, Settings(recorder=recorder)))
        await runtime.start()
        health = await runtime.health()
        said = {part.name: part for part in health.parts}
        assert not said["recorder"].ok
        assert "not answered" in said["recorder"].detail
        assert said["store"].ok
        assert said["background work"].ok
        await runtime.stop()


async def test_what_a_killed_server_left_is_removed(host) -> None:
    """Half a backup, which has an open copy of the store, and a report are gone after a start."""
    left = (host.storage / "cache/backups/backup-killed/store.db", host.storage / "cache/reports/killed")
    _lay_out(left)
    runtime = IncidentRuntime(parts=assemble(host, Settings()))
    await runtime.start()
    assert _there(left) == []
    await runtime.stop()


async def test_a_report_goes_when_nobody_can_fetch_it_any_more(host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to make another one before it leaves the disk."""
    monkeypatch.setattr(runtime_module, "TIDIED_EVERY", 0.01)
    runtime = IncidentRuntime(parts=assemble(host, Settings()))
    await runtime.start()
    jobs = runtime.parts.reports.jobs

    async def make(file: Path, _: Progress) -> Report:
        _lay_out((file,))
        return Report(missing=(), file_name="report.pdf")

    job = await jobs.settled(jobs.start(actor_of(OPERATOR), make, project=None), timedelta(seconds=PATIENCE))
    assert (job.state, _there([job.file])) == (JobState.DONE, [job.file])
    monkeypatch.setattr(jobs_module, "KEPT_FOR", timedelta(0))
    await until(lambda: not _there([job.file]), "its end")
    await runtime.stop()
