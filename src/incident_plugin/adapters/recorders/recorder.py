"""One recorder: its cameras under stable ids, its times by our clock, and how it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import quote

import attrs

from incident_plugin.adapters.recorders.aging import Aging
from incident_plugin.adapters.recorders.parts import Channel, Device, Streams
from incident_plugin.application.media_ports import VideoStream
from incident_plugin.domain.errors import IncidentError, NotFound, RecorderUnavailable
from incident_plugin.domain.media import Camera, CameraId, ClockOffset
from incident_plugin.domain.time import Interval

_T = TypeVar("_T")

#: How long cameras, addresses and the clock's offset are believed, in seconds.
_CAMERAS_FOR, _ADDRESS_FOR, _CLOCK_FOR = 60.0, 300.0, 300.0
#: A recorder's retention is a setting that is hardly ever changed.
_RETENTION_FOR = 600.0


@attrs.frozen(kw_only=True)
class RecorderHealth:
    """Whether a recorder answers."""

    recorder: str
    #: What the last call met, in an operator's words; ``None`` when it was answered.
    error: str | None
    #: Since when it has been so, by our clock; ``None`` before the first call.
    since: datetime | None


def _system_now() -> datetime:
    return datetime.now(UTC)


class Recorder:
    """One configured recorder; raises ``RecorderUnavailable`` and ``NotFound``, and tries nothing twice."""

    def __init__(
        self,
        name: str,
        device: Device,
        streams: Streams,
        *,
        now: Callable[[], datetime] = _system_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._device = device
        self._streams = streams
        self._now = now
        self._monotonic = monotonic
        # What is watched is the asking: an answer that is remembered says nothing of how the recorder is now.
        self._channels = Aging(
            lambda: self._watched(self._ask_channels()), seconds=_CAMERAS_FOR, monotonic=monotonic
        )
        self._clock = Aging(
            lambda: self._watched(self._measure_clock()), seconds=_CLOCK_FOR, monotonic=monotonic
        )
        self._correct_by = timedelta(0)
        self._first_look: asyncio.Task[None] | None = None
        self._addresses: dict[str, Aging[str]] = {}
        self._retention: dict[str, Aging[timedelta | None]] = {}
        self._health = RecorderHealth(recorder=name, error=None, since=None)

    @property
    def health(self) -> RecorderHealth:
        """How the last call went."""
        return self._health

    async def cameras(self) -> dict[CameraId, Camera]:
        """Ask for its cameras now; give them by id, in the device's order."""
        channels = await self._channels.renew()
        return {
            id_: Camera(id=id_, name=channel.name, recorder=self.name, recorded=channel.recording is not None)
            for id_, channel in channels.items()
        }

    async def recorded(self, camera: CameraId, interval: Interval) -> tuple[Interval, ...]:
        """Give the spans within the interval for which there is video, by our clock."""
        recording = (await self._channel(camera)).recording
        if recording is None:
            return ()
        offset = await self._correction()
        theirs = Interval(interval.start + offset, interval.end + offset)
        spans = await self._watched(self._device.recorded(recording, theirs))
        return tuple(Interval(span.start - offset, span.end - offset) for span in spans)

    async def keeps_for(self, camera: CameraId) -> timedelta | None:
        """Give how long the camera's video is kept; nothing when the device does not say."""
        recording = (await self._channel(camera)).recording
        if recording is None:
            return None
        if recording not in self._retention:
            self._retention[recording] = Aging(
                lambda: self._watched(self._device.keeps_for(recording)),
                seconds=_RETENTION_FOR,
                monotonic=self._monotonic,
            )
        return await self._retention[recording].get()

    async def clock_offset(self) -> ClockOffset:
        """Measure its clock now."""
        return await self._clock.renew()

    @asynccontextmanager
    async def live(self, camera: CameraId) -> AsyncIterator[VideoStream]:
        """Open the live stream."""
        channel = await self._channel(camera)
        if channel.profile is None:
            raise RecorderUnavailable(
                f"{channel.name} has no live picture that can be shown: {self.name} offers none in H.264. Ask"
                " your administrator to set one up."
            )
        address = self._address(channel.profile, self._device.live_uri)
        known = self._correct_by if self._clock.last else None
        opened = self._streams.live(await address.get(), clock_offset=known)
        async with self._opened(opened, address) as stream:
            yield stream

    @asynccontextmanager
    async def replay(self, camera: CameraId, interval: Interval) -> AsyncIterator[VideoStream]:
        """Open recorded video."""
        channel = await self._channel(camera)
        if channel.recording is None:
            raise NotFound(f"{channel.name} is not recorded by {self.name}. Choose another camera.")
        address = self._address(channel.recording, self._device.replay_uri)
        opened = self._streams.replay(await address.get(), interval, clock_offset=await self._correction())
        async with self._opened(opened, address) as stream:
            yield stream

    async def close(self) -> None:
        """Let go of the device."""
        if self._first_look is not None:
            self._first_look.cancel()
            await asyncio.wait([self._first_look])
        await self._device.close()

    async def _ask_channels(self) -> dict[CameraId, Channel]:
        if self._clock.last is None and self._first_look is None:
            self._first_look = asyncio.create_task(self._look_at_clock())
        information, channels = await asyncio.gather(self._device.information(), self._device.channels())
        identity = quote(information.id, safe="")
        return {CameraId(f"{identity}:{quote(channel.token, safe='')}"): channel for channel in channels}

    async def _look_at_clock(self) -> None:
        """Measure the clock before the first picture is wanted, while nobody waits for it."""
        with suppress(IncidentError):
            await self._clock.get()
        self._first_look = None

    async def _channel(self, camera: CameraId) -> Channel:
        """Find a camera, also one that was added since they were last listed."""
        channels = await self._channels.get()
        if camera not in channels:
            channels = await self._channels.renew()
        if camera not in channels:
            raise NotFound(f"{self.name} no longer has this camera. Refresh the list.")
        return channels[camera]

    async def _correction(self) -> timedelta:
        await self._clock.get()
        return self._correct_by

    async def _measure_clock(self) -> ClockOffset:
        """Correct by what was measured only when what we correct by now lies outside its bound.

        Otherwise every measurement would shift all recorded times by a part of its uncertainty.
        """
        measured = await self._device.clock_offset()
        if abs(measured.offset - self._correct_by) > measured.uncertainty:
            self._correct_by = measured.offset
        return measured

    def _address(self, token: str, ask: Callable[[str], Awaitable[str]]) -> Aging[str]:
        if token not in self._addresses:
            self._addresses[token] = Aging(
                lambda: self._watched(ask(token)), seconds=_ADDRESS_FOR, monotonic=self._monotonic
            )
        return self._addresses[token]

    @asynccontextmanager
    async def _opened(
        self, opening: AbstractAsyncContextManager[VideoStream], address: Aging[str]
    ) -> AsyncIterator[VideoStream]:
        """Enter a stream; an address that does not work is asked for anew next time."""
        async with AsyncExitStack() as stack:
            try:
                stream = await self._watched(stack.enter_async_context(opening))
            except IncidentError:
                address.forget()
                raise
            yield stream

    async def _watched(self, call: Awaitable[_T]) -> _T:
        """Await a call and remember how the recorder was."""
        error = None
        try:
            return await call
        except RecorderUnavailable as unavailable:
            error = unavailable.detail
            raise
        finally:
            if self._health.since is None or (error is None) != (self._health.error is None):
                self._health = attrs.evolve(self._health, error=error, since=self._now())
            elif error != self._health.error:
                self._health = attrs.evolve(self._health, error=error)
