"""Listening to recorders for events, as long as somebody wants to know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from incident_plugin.adapters.recorders.recorder import Recorder
from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.media import CameraEvent

#: Events kept for a listener that falls behind; older ones are let go.
_KEPT = 1000
#: Pauses before a recorder is asked again, in seconds: the last one is repeated.
_PAUSES = (1.0, 5.0, 15.0, 60.0)

Naming = Callable[[CameraEvent], CameraEvent]


class Watching:
    """One subscription to each recorder, whatever the number of listeners; none without a listener."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[CameraEvent]] = set()
        self._tasks: dict[Recorder, asyncio.Task[None]] = {}
        self._known: dict[Recorder, Naming] = {}

    def begin(self, recorder: Recorder, naming: Naming) -> None:
        """Listen to a recorder while anybody listens."""
        self._known[recorder] = naming
        self._start()

    async def end(self, recorder: Recorder) -> None:
        """Stop listening to a recorder."""
        self._known.pop(recorder, None)
        await self._stop([recorder])

    async def close(self) -> None:
        """Stop listening to all."""
        self._known.clear()
        await self._stop(list(self._tasks))

    @asynccontextmanager
    async def listener(self) -> AsyncIterator[AsyncIterator[CameraEvent]]:
        """Give what is noticed from now on."""
        queue: asyncio.Queue[CameraEvent] = asyncio.Queue()
        self._listeners.add(queue)
        self._start()
        try:
            yield _from(queue)
        finally:
            self._listeners.discard(queue)
            if not self._listeners:
                await self._stop(list(self._tasks))

    def _start(self) -> None:
        if not self._listeners:
            return
        for recorder in self._known:
            if recorder not in self._tasks:
                self._tasks[recorder] = asyncio.create_task(self._listen(recorder))

    async def _stop(self, recorders: list[Recorder]) -> None:
        tasks = [task for task in (self._tasks.pop(recorder, None) for recorder in recorders) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self, recorder: Recorder) -> None:
        pauses = list(_PAUSES)
        while True:
            try:
                async with recorder.events() as events:
                    async for event in events:
                        pauses = list(_PAUSES)
                        self._give(self._known[recorder](event))
            except IncidentError:
                # How it is shows in its health; here it is only asked again, later and later.
                await asyncio.sleep(pauses.pop(0) if len(pauses) > 1 else pauses[0])

    def _give(self, event: CameraEvent) -> None:
        for queue in self._listeners:
            if queue.qsize() >= _KEPT:
                queue.get_nowait()
            queue.put_nowait(event)


async def _from(queue: asyncio.Queue[CameraEvent]) -> AsyncIterator[CameraEvent]:
    while True:
        yield await queue.get()
