"""Recorded video from several places, or in several attempts, as one stream on one time line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from datetime import datetime
from typing import Self, TypeVar

import attrs

from incident_plugin.application.media_ports import VideoStream
from incident_plugin.application.video.reordering import Repetitions, SoundOnce
from incident_plugin.domain.errors import NoVideo, RecorderUnavailable
from incident_plugin.domain.media import AccessUnit, SoundTrack, SoundUnit, VideoTrack
from incident_plugin.domain.time import Interval

_T = TypeVar("_T")

Unit = AccessUnit | SoundUnit
#: Opens recorded video of one place.
Opener = Callable[[Interval], AbstractAsyncContextManager[VideoStream]]

#: Pauses before a broken replay is opened again, in seconds; a recorder that restarts needs longer.
PAUSES = (0.5, 1.0, 2.0)


@attrs.frozen(kw_only=True)
class Segment:
    """Where to fetch a part of the interval."""

    open: Opener
    interval: Interval


def planned(wanted: Interval, places: Iterable[tuple[_T, Iterable[Interval]]]) -> list[tuple[_T, Interval]]:
    """Say which place gives which part, with as few changes as can be; in order of time, disjoint.

    A place is kept to while it has video; of several that have, the one that goes on longest follows.
    """
    spans = [(place, span) for place, has in places for span in has if span.overlaps(wanted)]
    plan: list[tuple[_T, Interval]] = []
    position = wanted.start
    while position < wanted.end:
        ahead = [(place, span) for place, span in spans if span.end > position]
        if not ahead:
            break
        begins = min(max(span.start, position) for _, span in ahead)
        place, span = max(
            (one for one in ahead if max(one[1].start, position) == begins), key=lambda one: one[1].end
        )
        end = min(span.end, wanted.end)
        if plan and plan[-1][0] is place:
            plan[-1] = (place, Interval(plan[-1][1].start, end))
        else:
            plan.append((place, Interval(begins, end)))
        position = end
    return plan


class JoinedReplay:
    """Goes from segment to segment, and resumes where one broke; nothing is doubled, nothing left out."""

    def __init__(
        self,
        segments: Sequence[Segment],
        *,
        pauses: Sequence[float] = PAUSES,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._segments = list(segments)
        self._pauses = pauses
        self._sleep = sleep
        self._stack = AsyncExitStack()
        self._stream: VideoStream | None = None
        self._line = _TimeLine()
        self._track: VideoTrack | None = None

    async def __aenter__(self) -> Self:
        """Open the first segment that has video; raises as ``Recorders.replay``."""
        await self._stack.__aenter__()
        while True:
            segment = self._segments[0]
            try:
                await self._open(segment.open, segment.interval)
            except NoVideo:
                if len(self._segments) == 1:
                    raise
                self._segments.pop(0)
            else:
                return self

    async def __aexit__(self, *raised: object) -> None:
        """Close what is open."""
        await self._stack.aclose()

    @property
    def track(self) -> VideoTrack:
        """What a decoder must know before the first picture."""
        return self._opened.track if self._track is None else self._track

    @property
    def sound(self) -> SoundTrack | None:
        """What a decoder of the sound must know."""
        return self._opened.sound

    @property
    def losses(self) -> int:
        """How often packets were missing in the part that is read now."""
        return int(getattr(self._opened, "losses", 0))

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        """Give the pictures."""
        async with aclosing(self._all(mixed=False)) as units:
            async for unit in units:
                if isinstance(unit, AccessUnit):
                    yield unit

    def mixed(self) -> AsyncIterator[Unit]:
        """Give pictures and sound."""
        return self._all(mixed=True)

    @property
    def _opened(self) -> VideoStream:
        if self._stream is None:
            raise RuntimeError("this replay is not open")
        return self._stream

    async def _all(self, *, mixed: bool) -> AsyncGenerator[Unit]:
        while self._segments:
            segment = self._segments[0]
            attempts = iter(self._pauses)
            while True:
                try:
                    stream = self._opened
                    async for unit in stream.mixed() if mixed else stream:
                        placed = self._line.place(unit)
                        if placed is not None:
                            attempts = iter(self._pauses)
                            yield placed
                    break
                except RecorderUnavailable as broken:
                    await self._resume(segment, attempts, broken)
            self._segments.pop(0)
            if self._segments:
                await self._next(self._segments[0])

    async def _resume(self, segment: Segment, attempts: Iterable[float], broken: RecorderUnavailable) -> None:
        """Open the rest of a segment again; raises what broke it when that does not help."""
        last = self._line.resume_at
        if last is None or last >= segment.interval.end:
            raise broken
        for pause in attempts:
            await self._sleep(pause)
            try:
                await self._open(segment.open, Interval(last, segment.interval.end), again=True)
            except RecorderUnavailable as again:
                broken = again
            except NoVideo:
                self._stream = _NothingRecorded(track=self.track)
                return
            else:
                return
        raise broken

    async def _next(self, segment: Segment) -> None:
        try:
            await self._open(segment.open, segment.interval)
        except NoVideo:
            # What was said to be recorded is gone meanwhile: those who count see a gap.
            self._stream = _NothingRecorded(track=self.track)

    async def _open(self, opener: Opener, interval: Interval, *, again: bool = False) -> None:
        await self._stack.aclose()
        self._stack = AsyncExitStack()
        stream = await self._stack.enter_async_context(opener(interval))
        if self._track is not None and stream.track.codec is not self._track.codec:
            raise RecorderUnavailable(
                f"The recorded video changes from {self._track.codec} to {stream.track.codec} at"
                f" {interval.start:%Y-%m-%d %H:%M:%S} UTC. Choose the times before and after apart.",
                cause="incident.codec-changes",
            )
        self._track = self._track or stream.track
        self._stream = stream
        self._line.begin(stream.sound.rate if stream.sound else 1, again=again)


@attrs.frozen(kw_only=True)
class _NothingRecorded:
    """A segment that turned out to be empty."""

    track: VideoTrack
    sound: SoundTrack | None = None

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        nothing: tuple[AccessUnit, ...] = ()
        for unit in nothing:
            yield unit

    def mixed(self) -> AsyncIterator[Unit]:
        return self.__aiter__()


class _TimeLine:
    """Puts units of one stream after those of the one before: in one count, and each once."""

    def __init__(self) -> None:
        self._pictures, self._sound = Repetitions(), SoundOnce()

    @property
    def resume_at(self) -> datetime | None:
        """From when a stream that broke is to be opened again."""
        return self._pictures.resume_at

    def begin(self, sound_rate: int, *, again: bool) -> None:
        """Another stream begins: what it repeats is left out."""
        self._pictures.begin(again=again)
        self._sound.begin(sound_rate)

    def place(self, unit: Unit) -> Unit | None:
        """Give the unit with its place, or nothing when it was there before."""
        return self._pictures.place(unit) if isinstance(unit, AccessUnit) else self._sound.place(unit)
