"""The running plug-in, as the host's contract wants it."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import attrs

from incident_plugin.adapters.host import actor_of, report_of
from incident_plugin.adapters.system import clock_state
from incident_plugin.application.incidents.collections import SeenView
from incident_plugin.application.video.timeline import Row
from incident_plugin.assembly import Parts
from incident_plugin.domain import media, time
from incident_plugin.domain.errors import IncidentError, StoreUnavailable
from incident_plugin.domain.happenings import Happening
from incident_plugin.health import HealthReport
from incident_plugin.settings import UnknownSetting
from vms_hooks.values import (
    Camera,
    Health,
    Hold,
    HostEvent,
    Interval,
    Mark,
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
#: How often retention looks for what is due, in seconds.
RETENTION_EVERY = 300.0
#: How often discarded collections are forgotten for good, and the index is put together, in seconds.
TIDIED_EVERY = 300.0
#: After these somebody may be signed out, or have other roles.
_LEAVING = frozenset({"signed-out", "session-ended"})
_CHANGES_WHO_LISTENS = _LEAVING | {"account-changed", "configuration-changed"}
#: How often the host is asked anew about live pictures that are open, in seconds.
LIVE_REVIEWED_EVERY = 10.0
#: How often cameras are looked at whether they are recorded, and clocks compared, in seconds; and the first
#: time after the start, so that a start is not slower for it.
WATCHED_EVERY, WATCHED_FIRST = 60.0, 5.0


@attrs.define(kw_only=True)
class IncidentRuntime:
    """Keeps the plug-in's tasks and answers the host."""

    parts: Parts
    #: What the site has written and nothing reads.
    unknown: tuple[UnknownSetting, ...] = ()
    _tasks: set[asyncio.Task[None]] = attrs.field(init=False, factory=set)
    _asked: asyncio.Event = attrs.field(init=False, factory=asyncio.Event)
    #: The fault that was logged last, so that the log has it once.
    _told: str = attrs.field(init=False, default="")

    async def start(self) -> None:
        """Begin work."""
        for setting in self.unknown:
            like = f' Did you mean "{setting.like}"?' if setting.like else ""
            logger.warning('There is no setting "%s": it is ignored.%s', setting.name, like)
        self.parts.ground.commands.open()
        await asyncio.to_thread(self.parts.administration.backups.begin)
        await asyncio.to_thread(self.parts.reports.jobs.begin)
        for work in (
            self._watch_recorder(),
            self._watch_recordings(),
            self.parts.recorders.network.attend(),
            self._review_live(),
            self._tidy(),
            self._seal_daily(),
            self._keep_retention(),
            self.parts.exports.runner.run(),
            self.parts.video.preserver.run(),
        ):
            self._tasks.add(asyncio.create_task(work))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._asked.wait(), FIRST_ANSWER_WITHIN)

    async def stop(self) -> None:
        """End tasks, live sessions and the store, in this order."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self.parts.incidents.events.close()
        await self.parts.video.states.close()
        await self.parts.reports.jobs.stop()
        await self.parts.live.steering.close()
        await self.parts.live.relay.stop()
        await self.parts.recorders.network.close()
        self.parts.ground.commands.close()
        await asyncio.to_thread(self.parts.ground.store.close)

    async def health(self) -> Health:
        """Say how every part is: store, recorders, cameras, clocks, disk, storage, background work."""
        report = HealthReport(
            store=self.parts.ground.store,
            recorders=lambda: self.parts.recorders.network.health,
            rooms=self.parts.ground.storage.rooms,
            watch=self.parts.recorders.watch,
            ice=self.parts.live.ice,
            server_clock=clock_state,
            retention=self.parts.administration.retention,
            certificates=self.parts.exports.certificates,
            now=self.parts.ground.clock.now,
            unknown=self.unknown,
        )
        dead = any(task.done() for task in self._tasks)
        return await report.make(asked=self._asked.is_set(), dead=dead)

    async def cameras(self, principal: Principal) -> tuple[Camera, ...]:
        """Give the cameras that the recorders have named and the principal may see."""
        known = {camera.id: camera for camera in self.parts.recorders.cameras.known}
        visible = self.parts.ground.guard.visible(actor_of(principal), known)
        return tuple(
            Camera(
                id=camera.id,
                name=camera.name,
                group=camera.recorder,
                capabilities=_capabilities(camera),
            )
            for camera in map(known.__getitem__, visible)
        )

    async def timeline(
        self, cameras: tuple[str, ...], interval: Interval, principal: Principal
    ) -> tuple[TimelineRow, ...]:
        """Give recorded spans, and marks where incident projects have sequences."""
        wanted = time.Interval(interval.start, interval.end)
        ids = tuple(media.CameraId(camera) for camera in cameras)
        return tuple(
            _row(row) for row in await self.parts.video.timeline.rows(actor_of(principal), ids, wanted)
        )

    async def media_holds(self, camera: str, interval: Interval) -> tuple[Hold, ...]:
        """Give the sequences of incident projects that are kept: their video is not to be deleted."""
        wanted = time.Interval(interval.start, interval.end)
        holds = self.parts.administration.media_holds
        held = await asyncio.to_thread(holds.of, media.CameraId(camera), wanted)
        return tuple(
            Hold(
                camera=camera,
                interval=_interval(one.interval),
                reason=f"Incident project {one.project}{' (legal hold)' if one.by_law else ''}",
            )
            for one in held
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
        try:
            await asyncio.to_thread(self.parts.incidents.collections.follow, actor_of(view.principal), seen)
        except StoreUnavailable as refused:
            # The host says it to the operator: where the server keeps its files is not for them.
            raise StoreUnavailable(refused.detail, cause=refused.message_id) from refused

    async def host_event(self, event: HostEvent) -> None:
        """Chain it into the audit log, and end what is open for people who are others now."""
        if event.kind in _CHANGES_WHO_LISTENS:
            one = None if event.principal is None else actor_of(event.principal)
            left = one if event.kind in _LEAVING else None
            self.parts.incidents.events.end(None if left is None else left.person.id)
            if left is not None:
                session = getattr(event, "session", "")
                await self.parts.live.sessions.signed_out(left.person.id, session)
                await asyncio.to_thread(self.parts.incidents.collections.left, left.person, session, event.at)
            await self.parts.live.sessions.review()
        await asyncio.to_thread(self.parts.administration.host_log.record, report_of(event))

    async def _seal_daily(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.parts.ground.sealing.seal)
            except IncidentError as error:
                logger.warning("activity logs were not sealed: %s", error)
            await asyncio.sleep(SEALS_EVERY)

    async def _tidy(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.parts.incidents.collections.tidy)
                await asyncio.to_thread(self.parts.ground.store.tidy)
                self.parts.reports.jobs.tidy()
            except IncidentError as error:
                logger.warning("not tidied up this time: %s", error)
            await asyncio.sleep(TIDIED_EVERY)

    async def _keep_retention(self) -> None:
        task = self.parts.administration.retention
        while True:
            try:
                await asyncio.to_thread(task.run)
                task.fault = ""
            except IncidentError as error:
                if error.detail != task.fault:
                    logger.warning("retention: %s", error)
                task.fault = error.detail
            await asyncio.sleep(RETENTION_EVERY)

    async def _watch_recordings(self) -> None:
        await self._asked.wait()
        await asyncio.sleep(WATCHED_FIRST)
        while True:
            await self.parts.recorders.watch.look()
            await asyncio.sleep(WATCHED_EVERY)

    async def _review_live(self) -> None:
        while True:
            await asyncio.sleep(LIVE_REVIEWED_EVERY)
            await self.parts.live.sessions.review()

    async def _watch_recorder(self) -> None:
        while True:
            await self._ask_for_cameras()
            self._asked.set()
            await asyncio.sleep(CAMERAS_RETRY if self._fault() else CAMERAS_EVERY)

    def _fault(self) -> str:
        """Say what the last call to a recorder met, whoever made it; empty when all is well."""
        if not self._asked.is_set():
            return "The recorder has not answered yet."
        return " ".join(health.error for health in self.parts.recorders.network.health if health.error)

    async def _ask_for_cameras(self) -> None:
        try:
            await self.parts.recorders.cameras.refresh()
        except IncidentError as error:
            if error.detail != self._told:
                logger.warning("recorder: %s", error.detail)
            self._told = error.detail
        else:
            self._told = ""


def _capabilities(camera: media.Camera) -> frozenset[str]:
    able = {"live": True, "recorded": camera.recorded, "ptz": camera.ptz}
    return frozenset(name for name, can in able.items() if can)


def _interval(interval: time.Interval) -> Interval:
    return Interval(start=interval.start, end=interval.end)


def _title(one: Happening) -> str:
    return one.title if one.times == 1 else f"{one.title}, {one.times} times"


def _row(row: Row) -> TimelineRow:
    return TimelineRow(
        camera=row.camera,
        spans=tuple(_interval(span) for span in row.recorded),
        marks=(
            *(
                Mark(
                    interval=_interval(m.interval),
                    title=f"Incident project {m.project}",
                    target=Target(tab="incidents", path=str(m.project)),
                )
                for m in row.marked
            ),
            *(Mark(interval=_interval(one.interval), title=_title(one)) for one in row.happened),
        ),
        incomplete=row.incomplete,
    )
