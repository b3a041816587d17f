"""The one command, for the person who types it."""

from __future__ import annotations

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

MISUSED = 2


class Healthy(BaseHTTPRequestHandler):
    """Another program that says it is well, as another demonstration would."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


@pytest.fixture
def taken_port():
    """A port on which somebody else answers."""
    with HTTPServer(("127.0.0.1", 0), Healthy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def start(port: int, data: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "incident_demo", "--port", str(port), "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_taken_port_is_named_and_nothing_is_said_to_be_ready(taken_port: int, tmp_path: Path):
    """The program that has the port answers, and is not taken for ours."""
    ended = start(taken_port, tmp_path)
    assert ended.returncode == MISUSED
    assert "Ready" not in ended.stdout
    assert f"Port {taken_port} on 127.0.0.1 is in use by another program" in ended.stderr


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path):
    """A file stands where the directory should be."""
    (tmp_path / "file").touch()
    ended = start(0, tmp_path / "file" / "data")
    assert ended.returncode == MISUSED
    assert "cannot be used" in ended.stderr
