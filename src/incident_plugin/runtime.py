"""The running plug-in, as the host's contract wants it."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import attrs

from incident_plugin.adapters.host import actor_of
from incident_plugin.application.collections import SeenView
from incident_plugin.application.store import ProjectFilter
from incident_plugin.application.timeline import Row
from incident_plugin.bootstrap import Parts
from incident_plugin.domain import media, time
from incident_plugin.domain.errors import IncidentError
from vms_hooks.values import (
    Camera,
    Health,
    Hold,
    HostEvent,
    HostEventKind,
    Interval,
    Mark,
    Part,
    Principal,
    Target,
    TimelineRow,
    View,
    ViewMode,
)

logger = logging.getLogger(__name__)

#: How often the recorder is asked anew for its cameras, in seconds, and how often while it does not answer.
CAMERAS_EVERY, CAMERAS_RETRY = 30.0, 5.0
#: How long the start waits for a recorder, so that the first pages have cameras; a mute one is asked on.
FIRST_ANSWER_WITHIN = 4.0
#: How often the activity logs are sealed, in seconds, besides once at every start.
SEALS_EVERY = 86_400.0
#: After these somebody may be signed out, or have other roles.
_CHANGES_WHO_LISTENS = frozenset(
    {HostEventKind.SIGNED_OUT, HostEventKind.ACCOUNT_CHANGED, HostEventKind.CONFIGURATION_CHANGED}
)


@attrs.define(kw_only=True)
class IncidentRuntime:
    """Keeps the plug-in's tasks and answers the host."""

    parts: Parts
    _tasks: set[asyncio.Task[None]] = attrs.field(init=False, factory=set)
    _asked: asyncio.Event = attrs.field(init=False, factory=asyncio.Event)
    #: The fault that was logged last, so that the log has it once.
    _told: str = attrs.field(init=False, default="")

    async def start(self) -> None:
        """Begin work."""
        for work in (self._watch_recorder(), self._seal_daily(), self.parts.runner.run()):
            self._tasks.add(asyncio.create_task(work))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._asked.wait(), FIRST_ANSWER_WITHIN)

    async def stop(self) -> None:
        """End tasks, live sessions and the store, in this order."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self.parts.events.close()
        await self.parts.states.close()
        await self.parts.relay.stop()
        await self.parts.recorders.close()
        await asyncio.to_thread(self.parts.store.close)

    async def health(self) -> Health:
        """Say whether the store and the recorder answer and the tasks run."""
        dead = [task for task in self._tasks if task.done()]
        store_fault = await asyncio.to_thread(self._store_fault)
        fault = self._fault()
        parts = (
            Part(name="store", ok=not store_fault, detail=store_fault),
            Part(
                name="recorder",
                ok=not fault,
                detail=fault,
                remedy="Check that the recorder runs and that its address and password are right."
                if fault
                else "",
            ),
            Part(
                name="background work",
                ok=not dead,
                detail="A background task ended." if dead else "",
                remedy="Start the plug-in again; the log says why it ended." if dead else "",
            ),
        )
        return Health(ok=all(part.ok for part in parts), parts=parts)

    async def cameras(self, principal: Principal) -> tuple[Camera, ...]:
        """Give the cameras that the recorders have named and the principal may see."""
        known = {camera.id: camera for camera in self.parts.cameras.known}
        visible = self.parts.guard.visible(actor_of(principal), known)
        return tuple(
            Camera(
                id=camera.id,
                name=camera.name,
                group=camera.recorder,
                capabilities=frozenset({"live", "recorded"} if camera.recorded else {"live"}),
            )
            for camera in map(known.__getitem__, visible)
        )

    async def timeline(
        self, cameras: tuple[str, ...], interval: Interval, principal: Principal
    ) -> tuple[TimelineRow, ...]:
        """Give recorded spans, and marks where incident projects have sequences."""
        wanted = time.Interval(interval.start, interval.end)
        ids = tuple(media.CameraId(camera) for camera in cameras)
        return tuple(_row(row) for row in await self.parts.timeline.rows(actor_of(principal), ids, wanted))

    async def media_holds(self, camera: str, interval: Interval) -> tuple[Hold, ...]:
        """Give the sequences of incident projects: their video is not to be deleted."""
        wanted = time.Interval(interval.start, interval.end)
        marked = await asyncio.to_thread(self.parts.store.marked, (media.CameraId(camera),), wanted)
        return tuple(
            Hold(camera=camera, interval=_interval(m.interval), reason=f"Incident project {m.project}")
            for m in marked
        )

    async def view_changed(self, view: View) -> None:
        """Let collections follow a live view; a sign of life counts, whatever the operator looks at."""
        live = tuple(media.CameraId(camera) for camera in view.cameras)
        seen = SeenView(
            client=view.client,
            number=view.number,
            cameras=live if view.mode is ViewMode.LIVE else None,
            at=view.at,
        )
        await asyncio.to_thread(self.parts.collections.follow, actor_of(view.principal), seen)

    async def host_event(self, event: HostEvent) -> None:
        """End the streams of changes of people who are others now; the host keeps its own security log."""
        if event.kind in _CHANGES_WHO_LISTENS:
            one = event.principal if event.kind is HostEventKind.SIGNED_OUT else None
            self.parts.events.end(None if one is None else actor_of(one).person.id)

    def _store_fault(self) -> str:
        try:
            self.parts.store.count(ProjectFilter(), cap=1)
        except IncidentError as error:
            return error.detail
        return ""

    async def _seal_daily(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.parts.sealing.seal)
            except IncidentError as error:
                logger.warning("activity logs were not sealed: %s", error.detail)
            await asyncio.sleep(SEALS_EVERY)

    async def _watch_recorder(self) -> None:
        while True:
            await self._ask_for_cameras()
            self._asked.set()
            await asyncio.sleep(CAMERAS_RETRY if self._fault() else CAMERAS_EVERY)

    def _fault(self) -> str:
        """Say what the last call to a recorder met, whoever made it; empty when all is well."""
        if not self._asked.is_set():
            return "The recorder has not answered yet."
        return " ".join(health.error for health in self.parts.recorders.health if health.error)

    async def _ask_for_cameras(self) -> None:
        try:
            await self.parts.cameras.refresh()
        except IncidentError as error:
            if error.detail != self._told:
                logger.warning("recorder: %s", error.detail)
            self._told = error.detail
        else:
            self._told = ""


def _interval(interval: time.Interval) -> Interval:
    return Interval(start=interval.start, end=interval.end)


def _row(row: Row) -> TimelineRow:
    return TimelineRow(
        camera=row.camera,
        spans=tuple(_interval(span) for span in row.recorded),
        marks=tuple(
            Mark(
                interval=_interval(m.interval),
                title=f"Incident project {m.project}",
                target=Target(tab="incidents", path=str(m.project)),
            )
            for m in row.marked
        ),
        incomplete=row.incomplete,
    )
