"""The recorder as a process: how it starts, says that it is ready, and stops."""

import signal
import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from tests.programs import running_recorder

from demo_recorder.__main__ import main

from .conftest import ACCOUNT
from .soap_client import service


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly(number: signal.Signals) -> None:
    """Told to stop, it leaves with status 0 and nothing to say, even while somebody watches."""
    with (
        running_recorder() as recorder,
        socket.create_connection(("127.0.0.1", recorder.rtsp_port)),
        httpx.Client() as client,
    ):
        client.post(recorder.address, content="<half")
        recorder.program.process.send_signal(number)
        ended = recorder.program.end()
    assert (ended.status, ended.complaints) == (0, "")


def status_of(*arguments: str) -> int:
    """The exit status of the recorder, started within this process to save time."""
    try:
        return main(arguments)
    except SystemExit as left:
        return int(str(left.code))


@pytest.mark.parametrize("option", ["--http-port", "--rtsp-port"])
def test_a_port_taken_is_said_clearly(option: str, capsys, monkeypatch) -> None:
    """One line names the address, and the status is 2."""
    monkeypatch.setenv("DEMO_RECORDER_PASSWORD", ACCOUNT.password)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert status_of(option, str(port)) == 2
    said = capsys.readouterr()
    assert said.err == f"demo-recorder: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    assert said.out == ""


@pytest.mark.parametrize(
    ("arguments", "password", "message"),
    [
        (["--since", "yesterday"], "x", "no ISO 8601 time"),
        (["--since", "2999-01-01T00:00:00Z"], "x", "in the future"),
        (["--password-file", "/nowhere/at/all"], "x", "cannot read the password"),
        (["--password-file", "/dev/null"], "x", "is empty"),
        ([], "", "no password"),
        (["--host", "999.1.1.1"], "x", "cannot listen on 999.1.1.1"),
        (["--http-port", "70000"], "x", "70000 is no port"),
        (["--rtsp-port", "many"], "x", "invalid"),
    ],
    ids=["no time", "future", "no file", "empty file", "no password", "host", "port", "no number"],
)
def test_settings_that_cannot_work_are_said_clearly(
    arguments, password, message, capsys, monkeypatch
) -> None:
    """What is wrong is said on standard error, and the status is 2."""
    monkeypatch.setenv("DEMO_RECORDER_PASSWORD", password)
    assert status_of(*arguments) == 2
    assert message in capsys.readouterr().err


def test_recordings_begin_when_told(tmp_path: Path) -> None:
    """Started again with the same time and a password from a file, it has the same recordings."""
    secret = tmp_path / "password"
    secret.write_text(ACCOUNT.password + "\n")
    since = datetime(2026, 11, 1, tzinfo=UTC)
    with running_recorder("--password-file", str(secret), password="", since=since) as recorder:
        summary = service(recorder, "search").GetRecordingSummary()
    assert f"{summary.DataFrom:%Y-%m-%dT%H:%M:%S}" == "2026-11-01T00:00:00"
