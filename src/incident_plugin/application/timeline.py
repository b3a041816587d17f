"""What the timeline shows: recorded spans from the recorder, and the sequences of incident projects."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import Recorders
from incident_plugin.application.ports import Actor
from incident_plugin.application.store import IncidentStore, Marked
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.time import Interval


@attrs.frozen(kw_only=True)
class Row:
    """One camera within one interval."""

    camera: CameraId
    recorded: tuple[Interval, ...] = ()
    marked: tuple[Marked, ...] = ()
    #: Why the recorded spans cannot be told; empty when they are complete.
    incomplete: str = ""


@attrs.frozen(kw_only=True)
class Timeline:
    """Answers what happened when, for the cameras that the actor may see."""

    _recorders: Recorders
    _store: IncidentStore
    _guard: Guard

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
            recorded = await self._recorders.recorded(camera, interval)
        except IncidentError as error:
            return Row(camera=camera, marked=mine, incomplete=error.detail)
        return Row(camera=camera, recorded=recorded, marked=mine)
