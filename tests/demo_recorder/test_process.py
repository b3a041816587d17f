"""The recorder as a process: how it starts, says that it is ready, and stops."""

import signal
import socket
from pathlib import Path

import httpx
import pytest

from .conftest import ACCOUNT, finish, ready, start_process
from .soap_client import service


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly(number: signal.Signals) -> None:
    """Told to stop, it leaves with status 0 and nothing to say, even while somebody watches."""
    popen = start_process()
    process = ready(popen)
    with socket.create_connection(("127.0.0.1", process.rtsp_port)), httpx.Client() as client:
        client.post(process.device_url, content="<half")
        popen.send_signal(number)
        assert finish(popen) == (0, "")


@pytest.mark.parametrize("option", ["--http-port", "--rtsp-port"])
def test_a_port_taken_is_said_clearly(option: str) -> None:
    """One line names the address, and the status is 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, errors = finish(start_process(option, str(port)))
    assert status == 2
    assert errors == f"demo-recorder: cannot listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (["--since", "yesterday"], {}, "no ISO 8601 time"),
        (["--since", "2999-01-01T00:00:00Z"], {}, "in the future"),
        (["--password-file", "/nowhere/at/all"], {}, "cannot read the password"),
        (["--password-file", "/dev/null"], {}, "is empty"),
        ([], {"DEMO_RECORDER_PASSWORD": ""}, "no password"),
        (["--host", "999.1.1.1"], {}, "cannot listen on 999.1.1.1"),
        (["--http-port", "70000"], {}, "port"),
    ],
    ids=["no time", "future", "no file", "empty file", "no password", "host", "port"],
)
def test_settings_that_cannot_work_are_said_clearly(arguments, environment, message: str) -> None:
    """One line says what is wrong, without a traceback."""
    status, errors = finish(start_process(*arguments, environment=environment))
    assert status == 2
    assert message in errors
    assert "Traceback" not in errors


def test_recordings_begin_when_told(tmp_path: Path) -> None:
    """Started again with the same time and a password from a file, it has the same recordings."""
    secret = tmp_path / "password"
    secret.write_text(ACCOUNT.password + "\n")
    popen = start_process(
        "--since",
        "2026-11-01T00:00:00Z",
        "--password-file",
        str(secret),
        environment={"DEMO_RECORDER_PASSWORD": ""},
    )
    try:
        summary = service(ready(popen), "search").GetRecordingSummary()
    finally:
        popen.terminate()
        finish(popen)
    assert f"{summary.DataFrom:%Y-%m-%dT%H:%M:%S}" == "2026-11-01T00:00:00"
