"""All recorders of the site as one, while administrators add, change and remove them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TypeVar

import attrs

from incident_plugin.adapters.recorders.condition import RecorderHealth
from incident_plugin.adapters.recorders.joining import JoinedReplay, Opener, Segment, planned
from incident_plugin.adapters.recorders.recorder import Recorder
from incident_plugin.adapters.recorders.watching import Watching
from incident_plugin.application.media_ports import VideoStream
from incident_plugin.application.recorder_ports import OwnedCamera, RecorderState
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
from incident_plugin.domain.recorders import RecorderConfig, RecorderId, apart_id
from incident_plugin.domain.time import Interval, gaps, union

_T = TypeVar("_T")
_CAMERA_GONE = (
    "No recorder has this camera any more. Ask an administrator whether its recordings are kept elsewhere."
)

#: Makes a recorder from what administrators set up, and its password; raises ``ValueError``.
Connect = Callable[[RecorderConfig, str], Recorder]


@attrs.frozen
class _Member:
    """A recorder in use, and the ids under which the host knows its cameras."""

    recorder: Recorder
    host_ids: Mapping[CameraId, CameraId] = attrs.field(factory=dict)
    #: Whether its cameras are told apart from those of another recorder by its id.
    apart: bool = False


@attrs.frozen
class _Source:
    """A camera at one recorder, under the recorder's own id."""

    recorder: Recorder
    own: CameraId


class SiteRecorders:
    """Finds the recorders of a camera. Cameras that have one id at the host are one camera."""

    def __init__(self, recorders: Iterable[Recorder] = (), *, connect: Connect | None = None) -> None:
        self._connect = connect
        self._members = {recorder.id: _Member(recorder) for recorder in recorders}
        #: Cameras of each recorder as it last named them.
        self._cameras: dict[RecorderId, tuple[OwnedCamera, ...]] = {}
        self._watching = Watching()

    @property
    def health(self) -> tuple[RecorderHealth, ...]:
        """How every recorder is, in the order in which they came."""
        return tuple(member.recorder.health for member in self._members.values())

    def install(self, config: RecorderConfig, password: str) -> None:
        """Take a recorder into use before anything runs; raises ``ValueError``."""
        if self._connect is None:
            raise RuntimeError("these recorders cannot be changed")
        recorder = self._connect(config, password)
        self._members[config.id] = _Member(recorder, dict(config.cameras), config.apart)

    async def use(self, config: RecorderConfig, password: str) -> None:
        """Begin to use a recorder, or use it in another way."""
        await self.drop(config.id)
        self.install(config, password)
        self._watching.begin(self._members[config.id].recorder, self._publicly(config.id))

    async def drop(self, recorder: RecorderId) -> frozenset[CameraId]:
        """Stop using a recorder; give the cameras that no recorder has any more."""
        member = self._members.pop(recorder, None)
        had = {one.camera.id for one in self._cameras.pop(recorder, ())}
        if member is not None:
            await self._watching.end(member.recorder)
            await member.recorder.close()
        return frozenset(had - {one.camera.id for owned in self._cameras.values() for one in owned})

    def state(self, recorder: RecorderId) -> RecorderState | None:
        """Say how a recorder is, without asking it; nothing for one that is not in use."""
        member = self._members.get(recorder)
        if member is None:
            return None
        used = member.recorder
        return RecorderState(
            error=used.health.error,
            since=used.health.since,
            device=used.device,
            clock=used.last_clock,
            events=used.health.events,
            retention=used.last_retention,
        )

    async def look(self, recorder: RecorderId) -> tuple[OwnedCamera, ...]:
        """Ask a recorder for its cameras now."""
        member = self._members.get(recorder)
        if member is None:
            raise NotFound("This recorder is not used any more. Refresh the list.")
        named = await member.recorder.cameras()
        owned = tuple(
            OwnedCamera(own=own, camera=attrs.evolve(camera, id=self._public(recorder, own)))
            for own, camera in named.items()
        )
        if self._members.get(recorder) is member:
            self._cameras[recorder] = owned
        return owned

    async def cameras(self) -> tuple[Camera, ...]:
        """Give all cameras of all recorders that answer; raises ``RecorderUnavailable`` when none does."""
        asked = tuple(self._members)
        answers = await asyncio.gather(*map(self.look, asked), return_exceptions=True)
        found: dict[CameraId, Camera] = {}
        failures: list[RecorderUnavailable] = []
        for answer in answers:
            if isinstance(answer, RecorderUnavailable):
                failures.append(answer)
            elif isinstance(answer, NotFound):
                continue
            elif isinstance(answer, BaseException):
                raise answer
            else:
                for one in answer:
                    found[one.camera.id] = _merged(found.get(one.camera.id), one.camera)
        if failures and len(failures) == len(asked):
            raise failures[0]
        return tuple(found.values())

    @property
    def all_named(self) -> bool:
        """Whether every recorder has named its cameras since it is in use."""
        return self._members.keys() <= self._cameras.keys()

    async def recorded(self, camera: CameraId, interval: Interval) -> tuple[Interval, ...]:
        """Give the spans within the interval for which any recorder has video; sorted, disjoint, clipped."""
        sources = await self._sources(camera)
        if len(sources) == 1:
            return await sources[0].recorder.recorded(sources[0].own, interval)
        told, failures = await self._told(sources, interval)
        spans = union(span for _, found in told for span in found)
        # What the silent ones have may lie in the gaps: that there is none cannot be said.
        if failures and gaps(interval, spans):
            raise failures[0]
        return spans

    async def happened(self, camera: CameraId, interval: Interval) -> tuple[CameraEvent, ...]:
        """Give what the camera's recorders noticed while they recorded, in order of time."""
        sources = await self._sources(camera)
        told, failures = await self._answers(
            sources, lambda source: source.recorder.happened(source.own, interval)
        )
        if failures and not told:
            raise failures[0]
        events = (attrs.evolve(event, camera=camera) for _, found in told for event in found)
        return tuple(sorted(events, key=lambda event: event.at))

    async def clock_offset(self, camera: CameraId, *, now: bool = True) -> ClockOffset:
        """Measure the clock of the camera's recorder."""
        return await self._first(camera, lambda source: source.recorder.clock_offset(now=now))

    async def keeps_for(self, camera: CameraId) -> timedelta | None:
        """Say how long the recorder keeps what it records of a camera."""
        return await self._first(camera, lambda source: source.recorder.keeps_for(source.own))

    async def move(self, camera: CameraId, motion: Motion, *, lasting: timedelta) -> None:
        """Begin to move."""
        await self._first(camera, lambda source: source.recorder.move(source.own, motion, lasting=lasting))

    async def stop(self, camera: CameraId) -> None:
        """Stop every movement."""
        await self._first(camera, lambda source: source.recorder.stop(source.own))

    async def presets(self, camera: CameraId) -> tuple[Preset, ...]:
        """Give the remembered positions."""
        return await self._first(camera, lambda source: source.recorder.presets(source.own))

    async def go_to(self, camera: CameraId, preset: str) -> None:
        """Move to a remembered position."""
        await self._first(camera, lambda source: source.recorder.go_to(source.own, preset))

    async def live_profiles(self, camera: CameraId) -> tuple[LiveProfile, ...]:
        """Give the live streams that the first recorder which answers has of a camera."""
        return await self._first(camera, lambda source: source.recorder.live_profiles(source.own))

    async def ask_for_key_picture(self, camera: CameraId, profile: str | None = None) -> None:
        """Have the next picture of a live stream be a key picture."""
        await self._first(camera, lambda source: source.recorder.ask_for_key_picture(source.own, profile))

    @asynccontextmanager
    async def live(
        self, camera: CameraId, *, sound: bool = False, profile: str | None = None
    ) -> AsyncIterator[VideoStream]:
        """Open a live stream, of the first recorder that gives it."""
        failure: IncidentError | None = None
        async with AsyncExitStack() as stack:
            for source in await self._sources(camera):
                try:
                    opening = source.recorder.live(source.own, sound=sound, profile=profile)
                    stream = await stack.enter_async_context(opening)
                except (RecorderUnavailable, NotFound) as error:
                    failure = failure or error
                else:
                    yield stream
                    return
        raise failure or NotFound(_CAMERA_GONE)

    @asynccontextmanager
    async def replay(
        self, camera: CameraId, interval: Interval, *, sound: bool = False, intra: bool = False
    ) -> AsyncIterator[VideoStream]:
        """Open the recording; of several recorders each gives what it has, and together they are one."""
        sources = await self._sources(camera)

        def opener(source: _Source) -> Opener:
            return lambda part: source.recorder.replay(source.own, part, sound=sound, intra=intra)

        if len(sources) == 1:
            async with opener(sources[0])(interval) as stream:
                yield stream
            return
        told, failures = await self._told(sources, interval)
        plan = planned(interval, told)
        if not plan:
            raise failures[0] if failures else _no_video()
        segments = [Segment(open=opener(source), interval=part) for source, part in plan]
        async with JoinedReplay(segments, pauses=()) as joined:
            yield joined

    async def attend(self) -> None:
        """Listen until cancelled: a recorder that restarts or sets its clock says so by its events."""
        async with self.watch() as events:
            async for _ in events:
                pass

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[AsyncIterator[CameraEvent]]:
        """Listen to all recorders that offer events, until the context is left."""
        for identity, member in self._members.items():
            self._watching.begin(member.recorder, self._publicly(identity))
        async with self._watching.listener() as events:
            yield events

    async def close(self) -> None:
        """Let go of all recorders."""
        await self._watching.close()
        await asyncio.gather(*(member.recorder.close() for member in self._members.values()))

    def _public(self, recorder: RecorderId, own: CameraId) -> CameraId:
        """Give the id by which the site knows a camera.

        Some makers give all their devices one serial number. Only an administrator can say that two cameras
        are one, so the later recorder's cameras are told apart by its own id.
        """
        member = self._members.get(recorder)
        mapped = member.host_ids.get(own) if member else None
        if mapped is not None:
            return mapped
        if member is not None and member.apart:
            return apart_id(recorder, own)
        for other in self._members:
            if other == recorder:
                break
            if any(one.own == own for one in self._cameras.get(other, ())):
                return apart_id(recorder, own)
        return own

    def _publicly(self, recorder: RecorderId) -> Callable[[CameraEvent], CameraEvent]:
        def public(event: CameraEvent) -> CameraEvent:
            if event.camera is None:
                return event
            return attrs.evolve(event, camera=self._public(recorder, event.camera))

        return public

    async def _told(
        self, sources: Sequence[_Source], interval: Interval
    ) -> tuple[list[tuple[_Source, tuple[Interval, ...]]], list[RecorderUnavailable]]:
        return await self._answers(sources, lambda source: source.recorder.recorded(source.own, interval))

    async def _answers(
        self, sources: Sequence[_Source], ask: Callable[[_Source], Awaitable[_T]]
    ) -> tuple[list[tuple[_Source, _T]], list[RecorderUnavailable]]:
        """Ask every source; give what those told that answer, and why the others did not."""
        answers = await asyncio.gather(*map(ask, sources), return_exceptions=True)
        told, failures = [], []
        for source, answer in zip(sources, answers, strict=True):
            if isinstance(answer, RecorderUnavailable):
                failures.append(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                told.append((source, answer))
        return told, failures

    async def _first(self, camera: CameraId, ask: Callable[[_Source], Awaitable[_T]]) -> _T:
        """Ask the camera's recorders one after the other, until one can answer."""
        failure: IncidentError | None = None
        for source in await self._sources(camera):
            try:
                return await ask(source)
            except (RecorderUnavailable, NotFound) as error:
                failure = failure or error
        raise failure or NotFound(_CAMERA_GONE)

    async def _sources(self, camera: CameraId) -> list[_Source]:
        """Find the recorders of a camera, also of one that was added since they were last asked."""
        found = self._known(camera)
        if not found:
            await self.cameras()
            found = self._known(camera)
        if not found:
            silent = next((health.error for health in self.health if health.error), None)
            if silent is not None:
                # It may well be a camera of the recorder that does not answer.
                raise RecorderUnavailable(silent)
            raise NotFound(_CAMERA_GONE)
        return found

    def _known(self, camera: CameraId) -> list[_Source]:
        return [
            _Source(self._members[recorder].recorder, one.own)
            for recorder, owned in self._cameras.items()
            for one in owned
            if one.camera.id == camera and recorder in self._members
        ]


def _merged(first: Camera | None, other: Camera) -> Camera:
    """Give a camera that several recorders have as one: under its first name, with all it can do."""
    if first is None:
        return other
    return attrs.evolve(first, recorded=first.recorded or other.recorded, ptz=first.ptz or other.ptz)


def _no_video() -> NoVideo:
    return NoVideo("The recorders have no video in the chosen time. Choose another time.")
