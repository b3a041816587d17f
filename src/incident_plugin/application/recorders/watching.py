"""Watching what incident work relies on: that cameras are recorded, and that clocks agree."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta

import attrs

from incident_plugin.application.media_ports import Recorders
from incident_plugin.application.ports import Clock
from incident_plugin.application.video.footage import Cameras
from incident_plugin.domain.errors import IncidentError, RecorderUnavailable
from incident_plugin.domain.media import Camera, CameraId, ClockOffset
from incident_plugin.domain.time import Interval

#: How far back is looked for the last picture of a camera that is not being recorded.
_BACK = timedelta(hours=1)
#: Cameras asked for at once: a recorder has other work.
_AT_ONCE = 4


@attrs.frozen(kw_only=True)
class NotRecorded:
    """A camera that its recorder does not record, though it should."""

    camera: Camera
    #: When it was last recorded, by our clock; nothing when that is longer than an hour ago.
    since: datetime | None


@attrs.frozen(kw_only=True)
class Drift:
    """A recorder whose clock is off by more than the site allows."""

    recorder: str
    offset: ClockOffset


@attrs.frozen(kw_only=True)
class Watched:
    """What was found when last looked."""

    at: datetime
    not_recorded: tuple[NotRecorded, ...] = ()
    drifts: tuple[Drift, ...] = ()


class RecordingWatch:
    """Looks at every camera and every recorder's clock; a recorder that does not answer is told elsewhere."""

    def __init__(
        self,
        cameras: Cameras,
        recorders: Recorders,
        clock: Clock,
        *,
        patience: timedelta,
        drift: timedelta,
    ) -> None:
        self._cameras = cameras
        self._recorders = recorders
        self._clock = clock
        #: How long a camera may be without a recording before it is told.
        self._patience = patience
        #: How far a recorder's clock may be off.
        self._drift = drift
        self.found: Watched | None = None

    async def look(self) -> Watched:
        """Look at everything once; gives and keeps what was found."""
        cameras = [camera for camera in self._cameras.known if camera.recorded]
        places = asyncio.Semaphore(_AT_ONCE)

        async def looked(camera: Camera) -> NotRecorded | None:
            async with places:
                return await self._looked(camera)

        found = await asyncio.gather(*map(looked, cameras))
        self.found = Watched(
            at=self._clock.now(),
            not_recorded=tuple(one for one in found if one is not None),
            drifts=tuple([drift async for drift in self._drifts(cameras)]),
        )
        return self.found

    async def _looked(self, camera: Camera) -> NotRecorded | None:
        now = self._clock.now()
        try:
            spans = await self._recorders.recorded(camera.id, Interval(now - _BACK, now))
        except RecorderUnavailable:
            # Nobody knows whether it records. What was said of it before stays said.
            return next((one for one in self._before() if one.camera.id == camera.id), None)
        except IncidentError:
            return None
        last = max((span.end for span in spans), default=None)
        if last is not None and now - last <= self._patience:
            return None
        return NotRecorded(camera=camera, since=last)

    async def _drifts(self, cameras: Iterable[Camera]) -> AsyncIterator[Drift]:
        one_each: dict[str, CameraId] = {}
        for camera in cameras:
            one_each.setdefault(camera.recorder, camera.id)
        for recorder, camera_id in one_each.items():
            try:
                offset = await self._recorders.clock_offset(camera_id)
            except IncidentError:
                continue
            if abs(offset.offset) - offset.uncertainty > self._drift:
                yield Drift(recorder=recorder, offset=offset)

    def _before(self) -> tuple[NotRecorded, ...]:
        return self.found.not_recorded if self.found else ()
