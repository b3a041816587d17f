"""Cameras, relays and viewers that leave nothing behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aioice
import aiortc
import pytest

from incident_plugin.adapters import live_preview
from incident_plugin.adapters.live_preview import Limits, WebRtcRelay
from incident_plugin.application.media_ports import LiveSession
from incident_plugin.domain.media import CameraId
from tests.waiting import PATIENCE, until

from .clips import Camera, coded
from .watching import Watcher

LOBBY = CameraId("demo/lobby")
#: The relay's limits: quick where a test waits for them, and patient where a busy machine needs time.
QUICK = Limits(connecting=PATIENCE, linger=0.05, silence=PATIENCE, retries=(0.01, 0.02), replay=0.05)

Watch = Callable[[WebRtcRelay], Awaitable[tuple[Watcher, LiveSession]]]


#: Where the code lies that live pictures run, ours and the libraries'.
LIVE = tuple(str(Path(module.__file__).parent) for module in (live_preview, aioice, aiortc))


def tasks() -> set[asyncio.Task[object]]:
    """Give the tasks of live pictures; others of a shared event loop come and go as they like."""
    codes = {task: getattr(task.get_coro(), "cr_code", None) for task in asyncio.all_tasks()}
    return {task for task, code in codes.items() if code and code.co_filename.startswith(LIVE)}


def sockets() -> int:
    """Count this process's datagram sockets: pictures leave by them."""
    tables = [Path("/proc/self/net/udp"), Path("/proc/self/net/udp6")]
    ours = {line.split()[9] for table in tables for line in table.read_text().splitlines()[1:]}
    entries = [entry.readlink() for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    return sum(str(entry).startswith("socket:") and str(entry)[8:-1] in ours for entry in entries)


def lasting_threads() -> set[threading.Thread]:
    """Give this process's threads but those of the loop's own pool, which grows with what is asked of it."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith("asyncio_")}


@asynccontextmanager
async def leaving_nothing() -> AsyncIterator[None]:
    """Fail what leaves a task, a socket or a thread behind."""
    running, held, threads = tasks(), sockets(), lasting_threads()
    yield
    try:
        await until(lambda: tasks() <= running and lasting_threads() <= threads)
    except AssertionError:
        pytest.fail(f"left behind: {tasks() - running}, {lasting_threads() - threads}")
    await until(lambda: sockets() <= held, "the end of every socket")


@pytest.fixture
async def nothing_left() -> AsyncIterator[None]:
    """Leave nothing behind."""
    async with leaving_nothing():
        yield


@pytest.fixture
def camera() -> Camera:
    """A camera in High profile, one group a second."""
    return Camera(coded())


@pytest.fixture
async def relay(camera: Camera) -> AsyncIterator[WebRtcRelay]:
    """A relay for that camera; stopped afterwards."""
    relay = WebRtcRelay(camera, limits=QUICK)
    yield relay
    await relay.stop()
    assert camera.open_now == []


@pytest.fixture
async def watch() -> AsyncIterator[Watch]:
    """Opens the lobby's live picture as another viewer."""
    watchers: list[Watcher] = []

    async def one_more(relay: WebRtcRelay) -> tuple[Watcher, LiveSession]:
        watcher = Watcher()
        watchers.append(watcher)
        session = await relay.open(LOBBY, await watcher.offer())
        await watcher.accept(session.answer)
        await watcher.connected()
        return watcher, session

    yield one_more
    for watcher in watchers:
        await watcher.close()
