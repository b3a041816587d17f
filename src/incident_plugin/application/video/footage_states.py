"""How the video of a project's sequences stands: asked of recorders in the background, remembered a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import Recorders, Retention
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.exports import ExportId, ExportState
from incident_plugin.domain.footage_state import FootageState, VideoState, judged
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.time import Interval, union

#: An answer is believed for so long; one that could not be had is tried again sooner.
BELIEVED_FOR, TRIED_AGAIN_AFTER = timedelta(minutes=2), timedelta(seconds=15)
#: Sequences of one camera that lie so close are asked for in one question.
_ASKED_TOGETHER = timedelta(minutes=30)
#: Questions under way to all recorders.
_AT_ONCE = 4
#: Sequences that are remembered.
_MOST = 20_000

_Key = tuple[CameraId, Interval]


@attrs.frozen(kw_only=True)
class ExportedIn:
    """An export that a sequence is in."""

    export: ExportId
    at: datetime


@attrs.frozen(kw_only=True)
class SequenceState:
    """How one sequence stands."""

    sequence: SequenceId
    video: FootageState
    #: Finished exports that have it, newest first.
    exported: tuple[ExportedIn, ...] = ()


def nothing_preserved(_project: ProjectId) -> frozenset[SequenceId]:
    """Of a site without a vault no video is preserved."""
    return frozenset()


class FootageStates:
    """Answers at once with what is known, and asks recorders for the rest meanwhile."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        guard: Guard,
        recorders: Recorders,
        retention: Retention,
        clock: Clock,
        preserved: Callable[[ProjectId], frozenset[SequenceId]] = nothing_preserved,
    ) -> None:
        self._work = work
        self._guard = guard
        self._recorders = recorders
        self._retention = retention
        self._clock = clock
        self._preserved = preserved
        self._known: dict[_Key, FootageState] = {}
        self._tried: dict[_Key, datetime] = {}
        self._asking: dict[_Key, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def of(self, actor: Actor, project_id: ProjectId) -> tuple[SequenceState, ...]:
        """Give how the sequences of a project stand that the actor may see, in their order."""
        self._guard.require(actor, Permission.SEQUENCES_VIEW)
        sequences, exported, preserved = await asyncio.to_thread(self._read, actor, project_id)
        self._ask({_key(s.footage): s.footage for s in sequences if s.id not in preserved}.values())
        return tuple(
            SequenceState(sequence=s.id, video=self._state(s, preserved), exported=exported.get(s.id, ()))
            for s in sequences
        )

    async def close(self) -> None:
        """Stop asking."""
        tasks = set(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._asking.clear()

    def _read(
        self, actor: Actor, project_id: ProjectId
    ) -> tuple[tuple[Sequence, ...], Mapping[SequenceId, tuple[ExportedIn, ...]], frozenset[SequenceId]]:
        with self._work.reading(actor.person) as work:
            sequences = self._guard.readable(actor, work.project(project_id)).sequences
            finished = [e for e in work.stored.exports.all() if e.state is ExportState.DONE]
        exported: dict[SequenceId, tuple[ExportedIn, ...]] = {}
        for export in sorted(finished, key=lambda e: e.finished_at or e.created_at):
            mark = ExportedIn(export=export.id, at=export.finished_at or export.created_at)
            for item in export.items:
                if item.project == project_id:
                    exported[item.sequence] = (mark, *exported.get(item.sequence, ()))
        return sequences, exported, self._preserved(project_id)

    def _state(self, sequence: Sequence, preserved: frozenset[SequenceId]) -> FootageState:
        if sequence.id in preserved:
            return FootageState(state=VideoState.PRESERVED)
        return self._known.get(_key(sequence.footage), FootageState(state=VideoState.CHECKING))

    def _ask(self, footage: Iterable[Footage]) -> None:
        now = self._clock.now()
        wanted: dict[CameraId, list[Interval]] = {}
        for one in footage:
            key = _key(one)
            if key not in self._asking and self._is_old(key, now):
                wanted.setdefault(one.camera, []).append(one.interval)
        for camera, intervals in wanted.items():
            for hull in union(intervals, within=_ASKED_TOGETHER):
                inside = tuple(i for i in intervals if i.overlaps(hull))
                task = asyncio.create_task(self._judge(camera, hull, inside))
                for interval in inside:
                    self._asking[camera, interval] = task

    def _is_old(self, key: _Key, now: datetime) -> bool:
        tried, known = self._tried.get(key), self._known.get(key)
        if tried is None or known is None:
            return True
        return now - tried >= (TRIED_AGAIN_AFTER if known.problem else BELIEVED_FOR)

    async def _judge(self, camera: CameraId, hull: Interval, intervals: tuple[Interval, ...]) -> None:
        try:
            async with self._places:
                recorded = await self._recorders.recorded(camera, hull)
                keeps_for = await self._retention.keeps_for(camera)
            now = self._clock.now()
            for interval in intervals:
                self._remember(
                    (camera, interval), judged(interval, recorded, keeps_for=keeps_for, now=now), now
                )
        except IncidentError as error:
            for interval in intervals:
                self._not_told((camera, interval), error)
        finally:
            for interval in intervals:
                self._asking.pop((camera, interval), None)

    def _not_told(self, key: _Key, error: IncidentError) -> None:
        """Keep what was known before: a recorder that is away has not lost its video."""
        known = self._known.get(key)
        if known is None or known.checked_at is None:
            known = FootageState(state=VideoState.UNKNOWN)
        self._remember(key, attrs.evolve(known, problem=error.detail), self._clock.now())

    def _remember(self, key: _Key, state: FootageState, at: datetime) -> None:
        if len(self._known) >= _MOST:
            self._known.clear()
            self._tried.clear()
        self._known[key], self._tried[key] = state, at


def _key(footage: Footage) -> _Key:
    return footage.camera, footage.interval
