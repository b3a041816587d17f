"""What the timeline shows: recorded spans, what recorders noticed, and the sequences of incident projects."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import RecordedEvents, Recorders
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.store import IncidentStore, Marked
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.happenings import Happening, happenings, joined
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.time import Interval

#: Events are told anew after this: timelines ask every few seconds.
_FRESH = timedelta(seconds=30)
#: For how long answers are kept, and how many: a timeline that goes on asks for another time with each step.
_KEPT, _MOST_TOLD = timedelta(minutes=2), 256
#: Recorded spans do not wait longer for them, seconds.
_PATIENCE = 1.0
#: Events that take longer are said to be missing; until then they come with one of the next rows.
_LATE = timedelta(seconds=60)
#: Nobody waits longer for a row, seconds: a host that asks waits for five, and would have none at all then.
_LONGEST = 3.5
_NOT_ANSWERED = "Its recorder has not answered yet. It is asked again by itself."
_STILL_ASKED = "What the recorder noticed is still being asked for."
#: As many events as are told of one recorder at once.
_MOST_EVENTS = 1_000
#: Parts of the shown time that can be told apart.
_VISIBLE = 1_500


@attrs.frozen(kw_only=True)
class Row:
    """One camera within one interval."""

    camera: CameraId
    recorded: tuple[Interval, ...] = ()
    marked: tuple[Marked, ...] = ()
    happened: tuple[Happening, ...] = ()
    #: Why not all of it can be told; empty when it is complete.
    incomplete: str = ""


@attrs.frozen
class _Told:
    """What a recorder said it noticed, and when it was asked."""

    at: datetime
    happened: tuple[Happening, ...]
    #: Why that cannot be all.
    incomplete: str


@attrs.frozen
class _Asking:
    """A question to a recorder, and when it was put."""

    at: datetime
    answer: asyncio.Task[_Told]


@attrs.frozen(kw_only=True)
class Timeline:
    """Answers what happened when, for the cameras that the actor may see."""

    _recorders: Recorders
    _store: IncidentStore
    _guard: Guard
    _events: RecordedEvents
    _clock: Clock
    _told: dict[tuple[CameraId, Interval], _Told] = attrs.field(init=False, factory=dict)
    _asking: dict[tuple[CameraId, Interval], _Asking] = attrs.field(init=False, factory=dict)
    #: A search takes a recorder longer than anything else: others are to have their turn between.
    _one_at_a_time: asyncio.Lock = attrs.field(init=False, factory=asyncio.Lock)

    async def rows(self, actor: Actor, cameras: Iterable[CameraId], interval: Interval) -> tuple[Row, ...]:
        """Give a row for each visible camera; one that cannot be asked says so and harms no other."""
        visible = self._guard.visible(actor, cameras)
        marked: tuple[Marked, ...] = ()
        if self._guard.allows(actor, Permission.SEQUENCES_VIEW):
            marked = await asyncio.to_thread(self._store.marked, visible, interval)
        return tuple(await asyncio.gather(*(self._row(camera, interval, marked) for camera in visible)))

    async def _row(self, camera: CameraId, interval: Interval, marked: tuple[Marked, ...]) -> Row:
        mine = tuple(m for m in marked if m.camera == camera)
        try:
            async with asyncio.timeout(_LONGEST):
                recorded = await self._recorders.recorded(camera, interval)
        except TimeoutError:
            return Row(camera=camera, marked=mine, incomplete=_NOT_ANSWERED)
        except IncidentError as error:
            return Row(camera=camera, marked=mine, incomplete=error.detail)
        happened, incomplete = await self._happened(camera, interval)
        return Row(camera=camera, recorded=recorded, marked=mine, happened=happened, incomplete=incomplete)

    async def _happened(self, camera: CameraId, interval: Interval) -> tuple[tuple[Happening, ...], str]:
        """Give what its recorders noticed, and why that cannot be all."""
        wanted = camera, interval
        told = self._told.get(wanted)
        if told is not None and self._clock.now() - told.at < _FRESH:
            return told.happened, told.incomplete
        asking = self._asking.get(wanted)
        if asking is None:
            answer = asyncio.create_task(self._ask(camera, interval))
            answer.add_done_callback(lambda _: self._asking.pop(wanted, None))
            asking = self._asking[wanted] = _Asking(self._clock.now(), answer)
        done, _ = await asyncio.wait({asking.answer}, timeout=_PATIENCE)
        if done:
            told = asking.answer.result()
        if told is not None:
            return told.happened, told.incomplete
        return (), _STILL_ASKED if self._clock.now() - asking.at >= _LATE else ""

    async def _ask(self, camera: CameraId, interval: Interval) -> _Told:
        now = self._clock.now()
        try:
            async with self._one_at_a_time:
                events = await self._events.happened(camera, interval)
        except IncidentError as error:
            return _Told(now, (), f"What the recorder noticed is not shown. {error.detail}")
        most = len(events) >= _MOST_EVENTS
        incomplete = f"Only {_MOST_EVENTS:,} events are shown. Zoom in to see the others." if most else ""
        told = _Told(now, joined(happenings(events, interval, now), interval.length / _VISIBLE), incomplete)
        self._told.pop((camera, interval), None)
        self._told[camera, interval] = told
        while len(self._told) > _MOST_TOLD or next(iter(self._told.values())).at < now - _KEPT:
            self._told.pop(next(iter(self._told)))
        return told
