"""Cameras, relays and viewers that leave nothing behind."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from glob import glob

import pytest

from incident_plugin.adapters.live_preview import Limits, WebRtcRelay
from incident_plugin.application.media_ports import LiveSession
from incident_plugin.domain.media import CameraId

from .clips import Camera, coded
from .watching import Watcher, until

LOBBY = CameraId("demo/lobby")
#: The relay's limits, fast enough for tests.
QUICK = Limits(connecting=5.0, linger=0.05, silence=5.0, retries=(0.01, 0.02), replay=0.05)

Watch = Callable[[WebRtcRelay], Awaitable[tuple[Watcher, LiveSession]]]


def sockets() -> int:
    """Count this process's sockets."""
    links = (os.readlink(entry) for entry in glob("/proc/self/fd/*") if os.path.islink(entry))
    return sum(link.startswith("socket:") for link in links)


@pytest.fixture(autouse=True)
async def nothing_left() -> AsyncIterator[None]:
    """Fail a test that leaves a task, a socket or a thread behind."""
    await asyncio.to_thread(int)  # the loop's own worker thread is not counted
    sockets_before, threads_before = sockets(), threading.active_count()
    yield
    await until(lambda: asyncio.all_tasks() == {asyncio.current_task()})
    await until(lambda: sockets() <= sockets_before)
    assert threading.active_count() <= threads_before + 1  # the loop's pool may have grown by one


@pytest.fixture
def camera() -> Camera:
    """A camera in High profile, one group a second."""
    return Camera(coded())


@pytest.fixture
async def relay(camera: Camera) -> AsyncIterator[WebRtcRelay]:
    """A relay for that camera; stopped afterwards."""
    relay = WebRtcRelay(camera.open, limits=QUICK)
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
