"""The ``Recorders`` port: all recorders of the site as one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from incident_plugin.adapters.recorders.recorder import Recorder, RecorderHealth
from incident_plugin.application.media_ports import VideoStream
from incident_plugin.domain.errors import NotFound, RecorderUnavailable
from incident_plugin.domain.media import Camera, CameraId, ClockOffset
from incident_plugin.domain.time import Interval


class SiteRecorders:
    """Finds the recorder of a camera; cameras are asked for once and remembered by recorder."""

    def __init__(self, recorders: Sequence[Recorder]) -> None:
        self._recorders = tuple(recorders)
        self._owners: dict[CameraId, Recorder] = {}

    @property
    def health(self) -> tuple[RecorderHealth, ...]:
        """How every recorder is, in the configured order."""
        return tuple(recorder.health for recorder in self._recorders)

    async def cameras(self) -> tuple[Camera, ...]:
        """Give all cameras of all recorders that answer; raises ``RecorderUnavailable`` when none does."""
        answers = await asyncio.gather(
            *(recorder.cameras() for recorder in self._recorders), return_exceptions=True
        )
        found: list[Camera] = []
        failures: list[RecorderUnavailable] = []
        for recorder, answer in zip(self._recorders, answers, strict=True):
            if isinstance(answer, RecorderUnavailable):
                failures.append(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                found += answer.values()
                self._owners |= dict.fromkeys(answer, recorder)
        if failures and len(failures) == len(self._recorders):
            raise failures[0]
        return tuple(found)

    async def recorded(self, camera: CameraId, interval: Interval) -> tuple[Interval, ...]:
        """Give the spans within the interval for which there is video; sorted, disjoint, clipped."""
        return await (await self._owner(camera)).recorded(camera, interval)

    async def keeps_for(self, camera: CameraId) -> timedelta | None:
        """Give how long the camera's recorder keeps its video; nothing when it does not say."""
        return await (await self._owner(camera)).keeps_for(camera)

    async def clock_offset(self, camera: CameraId) -> ClockOffset:
        """Measure the clock of the camera's recorder."""
        return await (await self._owner(camera)).clock_offset()

    @asynccontextmanager
    async def live(self, camera: CameraId) -> AsyncIterator[VideoStream]:
        """Open the live stream."""
        async with (await self._owner(camera)).live(camera) as stream:
            yield stream

    @asynccontextmanager
    async def replay(self, camera: CameraId, interval: Interval) -> AsyncIterator[VideoStream]:
        """Open the recording, from the key picture at or before the start to the end."""
        async with (await self._owner(camera)).replay(camera, interval) as stream:
            yield stream

    async def close(self) -> None:
        """Let go of all recorders."""
        await asyncio.gather(*(recorder.close() for recorder in self._recorders))

    async def _owner(self, camera: CameraId) -> Recorder:
        if camera not in self._owners:
            await self.cameras()
        owner = self._owners.get(camera)
        if owner is None:
            silent = next((health.error for health in self.health if health.error), None)
            if silent is not None:
                # It may well be a camera of the recorder that does not answer.
                raise RecorderUnavailable(silent)
            raise NotFound("No recorder has this camera any more. Refresh the list.")
        return owner
