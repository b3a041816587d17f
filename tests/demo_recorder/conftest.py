"""Recorders to test: the RTSP half in this process, and the whole as a process of its own."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from attrs import define, field, frozen
from tests.programs import RECORDER_PASSWORD, RECORDER_USER, RunningRecorder

from demo_recorder.account import Account
from demo_recorder.cameras import cameras_with
from demo_recorder.footage import Footage
from demo_recorder.recording import Recording, recordings_since
from demo_recorder.rtsp.connection import Streams
from demo_recorder.rtsp.server import RtspServer
from demo_recorder.rtsp.stream import Studio

from .rtsp_client import RtspClient

#: Of the recorder that is a process, and of those that tests start within their own.
ACCOUNT = Account(username=RECORDER_USER, password=RECORDER_PASSWORD)


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
    recordings = recordings_since(clock() - timedelta(hours=2), cameras_with(aac={"corridor"}))
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


@pytest.fixture
def device(recorder_process: RunningRecorder) -> RunningRecorder:
    """A whole recorder, shared by tests that do not change it."""
    return recorder_process
