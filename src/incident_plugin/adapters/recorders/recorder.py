"""One recorder: its cameras under stable ids, its times by our clock, and how it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import attrs

from incident_plugin.adapters.recorders.aging import Aging
from incident_plugin.adapters.recorders.catalogue import Catalogue
from incident_plugin.adapters.recorders.condition import Condition, RecorderHealth
from incident_plugin.adapters.recorders.correcting import Correction
from incident_plugin.adapters.recorders.joining import PAUSES, JoinedReplay, Opener, Segment, planned
from incident_plugin.adapters.recorders.lasting import WhileUsed
from incident_plugin.adapters.recorders.listening import camera_event
from incident_plugin.adapters.recorders.parts import Channel, Device, Notice, Streams
from incident_plugin.application.media_ports import VideoStream
from incident_plugin.domain.errors import IncidentError, NotFound, NoVideo, RecorderUnavailable
from incident_plugin.domain.media import (
    Camera,
    CameraEvent,
    CameraId,
    ClockOffset,
    LiveProfile,
    Motion,
    Preset,
)
from incident_plugin.domain.recorders import RecorderId
from incident_plugin.domain.time import Interval, union

#: How long addresses and retention are believed, in seconds.
_ADDRESS_FOR, _RETENTION_FOR = 300.0, 3600.0
#: Events after which a clock may show another time (ONVIF Core Specification section 8.8).
_CLOCK_EVENTS = ("LastReboot", "LastReset", "LastClockSynchronization")


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
        identity: RecorderId | None = None,
        now: Callable[[], datetime] = _system_now,
        monotonic: Callable[[], float] = time.monotonic,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        """``pauses`` are those before a broken replay is opened again, in seconds."""
        self.name = name
        self._pauses = pauses
        self.id = identity or RecorderId(f"{name}-{id(self)}")
        self._device = device
        self._streams = streams
        self._monotonic = monotonic
        self._condition = Condition(name, now=now)
        self._watched = self._condition.watched
        self._clock = Correction(device, self._condition, now=now, monotonic=monotonic)
        self._catalogue = Catalogue(
            name, device, self._condition, monotonic=monotonic, told=self._begin_first_look
        )
        self._first_look: asyncio.Task[None] | None = None
        self._addresses: dict[str, Aging[str]] = {}
        self._retention: dict[str, Aging[timedelta | None]] = {}
        self._closed = False

    @property
    def parts(self) -> tuple[Device, Streams]:
        """What it is made of, for its test."""
        return self._device, self._streams

    @property
    def health(self) -> RecorderHealth:
        """How the last call went."""
        return self._condition.health

    async def cameras(self) -> dict[CameraId, Camera]:
        """Ask for its cameras now; give them by id, in the device's order."""
        return await self._catalogue.cameras()

    @property
    def device(self) -> str:
        """Manufacturer, model and firmware, once they were told."""
        told = self._catalogue.information
        return told.summary if told else ""

    @property
    def last_clock(self) -> ClockOffset | None:
        """The last measurement of its clock."""
        return self._clock.last

    @property
    def last_retention(self) -> timedelta | None:
        """The shortest retention that its recordings told so far."""
        told = [kept.last for kept in self._retention.values() if kept.last is not None]
        return min(told, default=None)

    async def recorded(self, camera: CameraId, interval: Interval) -> tuple[Interval, ...]:
        """Give the spans within the interval for which there is video, by our clock."""
        channel = await self._catalogue.channel(camera, able=lambda channel: bool(channel.recordings))
        found = union(span for _, spans in await self._recorded_by(channel, interval) for span in spans)
        if not found and await self._clock.was_set():
            found = union(span for _, spans in await self._recorded_by(channel, interval) for span in spans)
        return found

    async def happened(self, camera: CameraId, interval: Interval) -> tuple[CameraEvent, ...]:
        """Give what it noticed of a camera while it recorded, by our clock and in order."""
        channel = await self._catalogue.channel(camera, able=lambda channel: bool(channel.recordings))
        if not channel.recordings:
            return ()
        offset = await self._clock.current()
        theirs = Interval(interval.start + offset, interval.end + offset)
        notices = await self._watched(self._device.happened(channel.recordings, theirs))
        told = (camera_event(notice, self.name, {camera: channel}, offset) for notice in notices)
        return tuple(attrs.evolve(event, camera=camera) for event in told)

    async def keeps_for(self, camera: CameraId) -> timedelta | None:
        """Say how long it keeps what it records of a camera, where it tells."""
        told = []
        for recording in (await self._catalogue.channel(camera)).recordings:
            if recording not in self._retention:
                self._retention[recording] = self._ask_retention(recording)
            told.append(await self._retention[recording].get())
        known = [limit for limit in told if limit is not None]
        # With several recordings the one that keeps its video longest decides.
        return max(known) if known and len(known) == len(told) else None

    async def clock_offset(self, *, now: bool = True) -> ClockOffset:
        """Measure its clock, or give a measurement that can be believed."""
        return await (self._clock.measure() if now else self._clock.believed())

    def _ask_retention(self, recording: str) -> Aging[timedelta | None]:
        return Aging(
            lambda: self._watched(self._device.keeps_for(recording)),
            seconds=_RETENTION_FOR,
            monotonic=self._monotonic,
        )

    async def live_profiles(self, camera: CameraId) -> tuple[LiveProfile, ...]:
        """Give the live streams of a camera."""
        return (await self._catalogue.channel(camera, able=lambda channel: bool(channel.live))).live

    async def ask_for_key_picture(self, camera: CameraId, profile: str | None) -> None:
        """Have the next picture of a live stream be a key picture."""
        token = _wanted(await self._catalogue.channel(camera), profile)
        if token is not None:
            # Whether it can do this says nothing of how it is.
            await self._device.ask_for_key_picture(token)

    @asynccontextmanager
    async def live(
        self, camera: CameraId, *, sound: bool = False, profile: str | None = None
    ) -> AsyncIterator[VideoStream]:
        """Open a live stream."""
        channel = await self._catalogue.channel(camera, able=lambda channel: channel.profile is not None)
        wanted = _wanted(channel, profile)
        if wanted is None:
            raise RecorderUnavailable(
                f"{channel.name} has no live picture that can be shown: {self.name} offers none in H.264 or"
                " H.265. Ask your administrator to set one up.",
                cause="incident.recorder-lacks-service",
            )
        address = self._address(wanted, self._device.live_uri)
        opened = self._streams.live(await address.get(), clock_offset=self._clock.known, sound=sound)
        async with self._opened(opened, address) as stream:
            yield WhileUsed(stream, self._refuse_closed)

    @asynccontextmanager
    async def replay(
        self, camera: CameraId, interval: Interval, *, sound: bool = False, intra: bool = False
    ) -> AsyncIterator[VideoStream]:
        """Open recorded video; a break is mended, and several recordings of one camera become one stream."""
        channel = await self._catalogue.channel(camera, able=lambda channel: bool(channel.recordings))
        if not channel.recordings:
            raise NotFound(f"{channel.name} is not recorded by {self.name}. Choose another camera.")
        plan = await self._plan(channel, interval)
        segments = [
            Segment(open=self._opener(camera, recording, sound=sound, intra=intra), interval=part)
            for recording, part in plan
        ]
        async with JoinedReplay(segments, pauses=self._pauses) as stream:
            yield stream

    async def move(self, camera: CameraId, motion: Motion, *, lasting: timedelta) -> None:
        """Begin to move."""
        await self._watched(self._device.move(await self._ptz(camera), motion, lasting))

    async def stop(self, camera: CameraId) -> None:
        """Stop every movement."""
        await self._watched(self._device.stop(await self._ptz(camera)))

    async def presets(self, camera: CameraId) -> tuple[Preset, ...]:
        """Give the remembered positions."""
        return await self._watched(self._device.presets(await self._ptz(camera)))

    async def go_to(self, camera: CameraId, preset: str) -> None:
        """Move to a remembered position."""
        await self._watched(self._device.go_to(await self._ptz(camera), preset))

    @asynccontextmanager
    async def events(self) -> AsyncIterator[AsyncIterator[CameraEvent]]:
        """Listen to what it notices; times are by our clock."""
        try:
            await self._catalogue.channels()
            async with self._device.events() as notices:
                self._condition.events_come()
                yield self._told(notices)
        except RecorderUnavailable as error:
            self._condition.events_fail(error)
            raise

    async def _told(self, notices: AsyncIterator[Notice]) -> AsyncIterator[CameraEvent]:
        async for notice in notices:
            self._refuse_closed()
            if notice.topic.endswith(_CLOCK_EVENTS) and not notice.initial:
                self._clock.doubt()
            yield camera_event(notice, self.name, self._catalogue.known, self._clock.offset)

    async def close(self) -> None:
        """Let go of the device; open streams break at their next picture."""
        self._closed = True
        if self._first_look is not None:
            self._first_look.cancel()
            await asyncio.wait([self._first_look])
        await self._streams.close()
        await self._device.close()

    def _begin_first_look(self) -> None:
        if self._clock.last is None and self._first_look is None:
            self._first_look = asyncio.create_task(self._look_at_clock())

    async def _look_at_clock(self) -> None:
        """Measure the clock before the first picture is wanted, while nobody waits for it."""
        with suppress(IncidentError):
            await self._clock.current()
        self._first_look = None

    async def _ptz(self, camera: CameraId) -> str:
        channel = await self._catalogue.channel(camera, able=lambda channel: channel.ptz is not None)
        if channel.ptz is None:
            raise NotFound(f"{channel.name} cannot be moved: {self.name} offers no PTZ for it.")
        return channel.ptz

    async def _recorded_by(
        self, channel: Channel, interval: Interval
    ) -> list[tuple[str, tuple[Interval, ...]]]:
        """Give the spans of each recording, by our clock."""
        if not channel.recordings:
            return []
        offset = await self._clock.current()
        theirs = Interval(interval.start + offset, interval.end + offset)
        found = []
        for recording in channel.recordings:
            spans = await self._watched(self._device.recorded(recording, theirs))
            found.append((recording, tuple(Interval(s.start - offset, s.end - offset) for s in spans)))
        return found

    async def _plan(self, channel: Channel, interval: Interval) -> Sequence[tuple[str, Interval]]:
        only = channel.recordings[0], interval
        if len(channel.recordings) == 1:
            return [only]
        return planned(interval, await self._recorded_by(channel, interval)) or [only]

    def _opener(self, camera: CameraId, recording: str, *, sound: bool, intra: bool) -> Opener:
        @asynccontextmanager
        async def opened(interval: Interval) -> AsyncIterator[VideoStream]:
            self._refuse_closed()
            # A stream that broke is opened again, maybe at another device that has the address by now.
            await self._catalogue.channel(camera)
            address = self._address(recording, self._device.replay_uri)

            async def opening() -> AbstractAsyncContextManager[VideoStream]:
                url, offset = await address.get(), await self._clock.current()
                return self._streams.replay(url, interval, clock_offset=offset, sound=sound, intra=intra)

            async with AsyncExitStack() as stack:
                try:
                    stream = await stack.enter_async_context(self._opened(await opening(), address))
                except NoVideo:
                    if not await self._clock.was_set():
                        raise
                    stream = await stack.enter_async_context(self._opened(await opening(), address))
                yield stream

        return opened

    def _refuse_closed(self) -> None:
        if self._closed:
            raise RecorderUnavailable(
                f"{self.name} was removed or set up in another way. Choose the camera again."
            )

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


def _wanted(channel: Channel, profile: str | None) -> str | None:
    """Give the profile that was asked for, or the largest when the camera has it no more."""
    return profile if any(one.token == profile for one in channel.live) else channel.profile
