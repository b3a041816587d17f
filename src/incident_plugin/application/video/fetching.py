"""Fetching recorded video for an export: on from where a recorder left off, and to the picture what came."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import attrs

from incident_plugin.application.media_ports import CutVideo, Recorders, VideoStream
from incident_plugin.application.video.reordering import Repetitions, SoundOnce
from incident_plugin.domain.errors import NotFound, NoVideo, RecorderUnavailable
from incident_plugin.domain.exports import Gap
from incident_plugin.domain.media import AccessUnit, CameraId, SoundTrack, SoundUnit, VideoTrack
from incident_plugin.domain.time import Interval, gaps, written

#: Asked for beyond the end, so that the last picture is one at or after it.
_TAIL = timedelta(seconds=2)
#: Seconds to wait before a recorder that broke off is asked again.
_WAITS = (1.0, 2.0, 5.0, 10.0, 20.0)
#: A picture is shown until the next one, unless that comes so many times later than usual.
_GAP, _SHORTEST_GAP = 10, timedelta(seconds=1)
#: A picture's length before there is a second one.
_NOMINAL = timedelta(milliseconds=40)
#: Clocks of recorders jitter; more than this is a clock that was set back.
_SET_BACK = timedelta(seconds=1)

#: How far sound may come behind the pictures of its time.
_SOUND_LAG = timedelta(seconds=1)

NOT_RECORDED = "The recorder has no video of this time."
NOT_SENT = "The recorder says that it has video of this time, and sent none."


@attrs.define
class Coverage:
    """Which time the pictures that came show, from one to the next in the order in which they are shown."""

    #: How many pictures may come before one that is shown before them.
    reordering: int = 0
    _parts: list[Interval] = attrs.field(init=False, factory=list)
    _begin: datetime | None = attrs.field(init=False, default=None)
    #: Time of the last picture, and whether the recorder says that a gap follows it.
    _last: tuple[datetime, bool] | None = attrs.field(init=False, default=None)
    _usual: timedelta = attrs.field(init=False, default=_NOMINAL)
    #: Pictures that another one may still come between, by their times.
    _open: list[tuple[datetime, bool]] = attrs.field(init=False, factory=list)

    def add(self, time: datetime, *, gap_follows: bool = False) -> None:
        """Take the next picture's time."""
        insort(self._open, (time, gap_follows))
        while len(self._open) > self.reordering:
            self._settle(*self._open.pop(0))

    def _settle(self, time: datetime, gap_follows: bool) -> None:
        if self._last is None or self._begin is None:
            self._begin, self._last = time, (time, gap_follows)
            return
        before, gap = self._last
        step = time - before
        if step <= timedelta(0):
            return
        if gap or step >= max(_GAP * self._usual, _SHORTEST_GAP):
            self._parts.append(Interval(self._begin, before + self._usual))
            self._begin = time
        else:
            self._usual = step
        self._last = (time, gap_follows)

    def continues(self, time: datetime) -> bool:
        """Whether no time is missing between the latest picture and one of this time."""
        latest = self._open[-1] if self._open else self._last
        if latest is None:
            return False
        before, gap = latest
        return not gap and time - before < max(_GAP * self._usual, _SHORTEST_GAP)

    @property
    def parts(self) -> tuple[Interval, ...]:
        """The time that is shown, without interruption each; no picture is added after this."""
        while self._open:
            self._settle(*self._open.pop(0))
        if self._begin is None or self._last is None:
            return ()
        return (*self._parts, Interval(self._begin, self._last[0] + self._usual))


@attrs.define(kw_only=True)
class Retrieval:
    """One sequence's pictures, from the key picture at or before the start to one at or after the end."""

    _recorders: Recorders
    _now: Callable[[], datetime]
    _sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    camera: CameraId
    interval: Interval
    #: Whether the recorder's sound is wanted, too.
    sound: bool = False
    #: Told why, before a recorder that broke off is asked again, and after how many seconds that will be.
    pausing: Callable[[str, float], None] = lambda _reason, _seconds: None
    coverage: Coverage = attrs.field(init=False, factory=Coverage)
    #: Known when the first picture is.
    track: VideoTrack | None = attrs.field(init=False, default=None)
    #: Known then, too; nothing where none is wanted, or the recorder has none.
    heard: SoundTrack | None = attrs.field(init=False, default=None)
    #: Why the recorder did not deliver to the end; empty when it did.
    broken_off: str = attrs.field(init=False, default="")
    notes: list[str] = attrs.field(init=False, factory=list)
    _line: Repetitions = attrs.field(init=False, factory=Repetitions)
    _sound: SoundOnce = attrs.field(init=False, factory=SoundOnce)
    #: Time of the picture that reached the end.
    _reached: datetime | None = attrs.field(init=False, default=None)
    _over: bool = attrs.field(init=False, default=False)
    _latest: datetime | None = attrs.field(init=False, default=None)
    _failures: int = attrs.field(init=False, default=0)

    async def units(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        """Give the pictures, and the sound if that is wanted.

        A recorder that breaks off is asked for the rest, again and again. Ends when all came, or
        ``broken_off`` says why not.
        """
        while True:
            try:
                async for unit in self._one_answer():
                    yield unit
            except NoVideo:
                return
            except NotFound as gone:
                self.broken_off = gone.detail
                return
            except RecorderUnavailable as error:
                if self._failures == len(_WAITS):
                    self.broken_off = error.detail
                    return
                self.pausing(error.detail, _WAITS[self._failures])
                await self._sleep(_WAITS[self._failures])
                self._failures += 1
            else:
                return

    async def _one_answer(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        start = self._line.resume_at or self.interval.start
        if start >= self._reach():
            return
        asked = Interval(start, self._reach())
        async with self._recorders.replay(self.camera, asked, sound=self.sound) as stream:
            if not self._is_same(stream):
                self.broken_off = "The camera's video changed its form. Export the rest as another sequence."
                return
            self._line.begin(again=True)
            self._sound.begin(self.heard.rate if self.heard else 1)
            async for unit in stream.mixed() if self.heard else stream:
                wanted = self._hear(unit) if isinstance(unit, SoundUnit) else self._see(unit)
                if wanted is not None:
                    yield wanted
                if self._over:
                    return

    def take_cut(self, cut: CutVideo) -> None:
        """Take note of video that was not fetched but cut."""
        self.track, self.heard = cut.track, cut.sound
        for time in cut.times:
            self.coverage.add(time)

    def _is_same(self, stream: VideoStream) -> bool:
        """Learn what is sent; say whether it goes into one file with what came before."""
        if self.track is None:
            self.track, self.coverage.reordering = stream.track, stream.track.reordering
            self.heard = stream.sound if self.sound else None
        return (self.track, self.heard) == (stream.track, stream.sound if self.sound else None)

    def _is_beyond(self, unit: AccessUnit) -> bool:
        """Whether a picture is no longer wanted: in decoding order all that are were there before it."""
        if self._reached is not None:
            return unit.time > self._reached
        if unit.time >= self.interval.end:
            if not self.coverage.continues(unit.time):
                return True
            self._reached = unit.time
        return False

    def _hear(self, unit: SoundUnit) -> SoundUnit | None:
        """Give sound if it is wanted; behind the end it says that all of it is there."""
        if unit.time < self.interval.end:
            return self._sound.place(unit)
        self._over = self._reached is not None
        return None

    def _see(self, unit: AccessUnit) -> AccessUnit | None:
        """Give a picture if it is wanted, and find the end."""
        placed = self._line.place(unit)
        if placed is None:
            return None
        beyond = self._is_beyond(placed)
        if self.heard is not None:
            # What is heard until the end may come behind the picture that reached it.
            self._over = beyond and placed.time >= (self._reached or self.interval.end) + _SOUND_LAG
        else:
            self._over = beyond or (self._reached is not None and not self.coverage.reordering)
        if beyond:
            return None
        self._take(placed)
        return placed

    def _take(self, unit: AccessUnit) -> None:
        self._failures = 0
        self._look_at_clock(unit)
        self.coverage.add(unit.time, gap_follows=unit.gap_follows)

    def _look_at_clock(self, unit: AccessUnit) -> None:
        """Note a clock that was set back; where pictures are reordered only key pictures tell."""
        if self.coverage.reordering and not unit.key:
            self._latest = max(unit.time, self._latest or unit.time)
            return
        if self._latest is not None and unit.time < self._latest - _SET_BACK:
            by = (self._latest - unit.time).total_seconds()
            at = written(unit.time, UTC)
            self.notes.append(f"The recorder's clock was set back by {by:.1f} s at {at}.")
        self._latest = unit.time

    def _reach(self) -> datetime:
        """Until when is asked for: nothing that is still to come, for which a recorder would let us wait."""
        return max(self.interval.end, min(self.interval.end + _TAIL, self._now() - _TAIL))

    def missing(self, recorded: tuple[Interval, ...]) -> tuple[Gap, ...]:
        """Give what was asked for and did not come, with the reason; ``recorded`` is what there should be."""
        found: list[Gap] = []
        shown = self.coverage.parts
        for gap in gaps(self.interval, shown):
            if self.broken_off and (not shown or gap.start >= shown[-1].end):
                found.append(Gap(start=gap.start, end=gap.end, reason=self.broken_off))
                continue
            # Recorders give the bounds of their recordings to a picture or to a second.
            claimed = [one for one in gaps(gap, gaps(gap, recorded)) if one.length >= _SHORTEST_GAP]
            absent = gaps(gap, claimed)
            found += [Gap(start=one.start, end=one.end, reason=NOT_RECORDED) for one in absent]
            found += [Gap(start=one.start, end=one.end, reason=NOT_SENT) for one in claimed]
        return tuple(sorted(found, key=lambda one: one.start))
