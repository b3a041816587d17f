"""Recorders to test: the RTSP half in this process, and the whole as a process of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import define, field, frozen

from demo_recorder.account import Account
from demo_recorder.footage import Footage
from demo_recorder.recording import Recording, recordings_since
from demo_recorder.rtsp.connection import Streams
from demo_recorder.rtsp.server import RtspServer
from demo_recorder.rtsp.stream import Studio

from .rtsp_client import RtspClient

ACCOUNT = Account(username="admin", password="correct horse")
SOURCE = Path(__file__).parents[2] / "src"


@define
class ShiftedClock:
    """The real clock, moved by a span of time that a test may change."""

    shift: timedelta = field(factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift


@frozen(kw_only=True)
class RtspSide:
    """The RTSP server with what it serves from."""

    port: int
    recordings: tuple[Recording, ...]
    footage: Footage
    clock: ShiftedClock
    streams: Streams
    connect: Callable[[], Awaitable[RtspClient]]

    def recording(self, camera: str) -> Recording:
        return next(one for one in self.recordings if one.camera.token == camera)


@pytest.fixture(scope="session")
def footage() -> Iterator[Footage]:
    footage = Footage()
    yield footage
    footage.close()


@pytest.fixture
async def rtsp(footage: Footage) -> AsyncIterator[RtspSide]:
    """An RTSP server with two hours and a bit of recordings."""
    clock = ShiftedClock()
    recordings = recordings_since(clock() - timedelta(hours=2))
    streams = Streams(studio=Studio(footage=footage, clock=clock), recordings=recordings, account=ACCOUNT)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = RtspServer(streams)
    await server.start(listener)
    clients: list[RtspClient] = []

    async def connect() -> RtspClient:
        clients.append(await RtspClient.connect(port, ACCOUNT))
        return clients[-1]

    yield RtspSide(
        port=port, recordings=recordings, footage=footage, clock=clock, streams=streams, connect=connect
    )
    for client in clients:
        await client.close()
    await server.stop()


@frozen(kw_only=True)
class Process:
    """A recorder started from the command line."""

    popen: "subprocess.Popen[str]"
    device_url: str
    rtsp_port: int

    def service_url(self, name: str) -> str:
        return self.device_url.replace("device_service", f"{name}_service")


def start_process(*arguments: str, environment: dict[str, str] | None = None) -> "subprocess.Popen[str]":
    """Start the recorder as a newcomer would."""
    own = {"PYTHONPATH": str(SOURCE), "DEMO_RECORDER_PASSWORD": ACCOUNT.password}
    return subprocess.Popen(
        [sys.executable, "-m", "demo_recorder", *arguments],
        env={**os.environ, **own, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ready(popen: "subprocess.Popen[str]") -> Process:
    """Read the line that says where the recorder is."""
    assert popen.stdout
    assert popen.stderr
    line = popen.stdout.readline()
    assert line.startswith("ready "), popen.stderr.read()
    words = dict(word.split("=", 1) for word in line.split()[1:])
    return Process(popen=popen, device_url=words["http"], rtsp_port=int(words["rtsp"]))


def finish(popen: "subprocess.Popen[str]") -> tuple[int, str]:
    """Wait for the end; returns exit status and what was said on standard error."""
    _, errors = popen.communicate(timeout=20)
    return popen.returncode, errors


@pytest.fixture(scope="session")
def device() -> Iterator[Process]:
    """A whole recorder, shared by tests that do not change it."""
    popen = start_process("--username", ACCOUNT.username)
    try:
        yield ready(popen)
    finally:
        popen.terminate()
        status, errors = finish(popen)
    assert (status, errors) == (0, "")
