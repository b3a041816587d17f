"""Use cases of exporting: the export list, and the jobs that fetch, write, read back and publish."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import attrs

from incident_plugin.application.guard import WITHHELD, Guard
from incident_plugin.application.media_ports import Recorders, VideoStream, VideoWriter
from incident_plugin.application.ports import Actor, Clock, ExportShelf, Ids
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import IncidentError, InvalidInput, NotFound, NoVideo, Unreadable
from incident_plugin.domain.exports import (
    Exhibit,
    Export,
    ExportId,
    ExportItem,
    ExportList,
    ExportState,
)
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.media import AccessUnit
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.domain.time import Interval, gaps

logger = logging.getLogger(__name__)

_UNFINISHED = (ExportState.QUEUED, ExportState.RUNNING)


@attrs.frozen(kw_only=True)
class Exports:
    """Everything done to export lists and exports, but making them."""

    _work: UnitOfWork
    _guard: Guard
    _clock: Clock
    _ids: Ids
    _shelf: ExportShelf

    def waiting(self, actor: Actor) -> ExportList:
        """Give the actor's export list, without cameras that they may not see any more."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.reading(actor.person) as work:
            return self._visible(actor, _list(work, actor))

    def send(self, actor: Actor, projects: tuple[ProjectId, ...]) -> ExportList:
        """Send projects for export: all their sequences that the actor may see join the list."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.begin(actor.person) as work:
            waiting = _list(work, actor)
            for project_id in projects:
                project = self._guard.readable(actor, work.project(project_id))
                if not project.sequences:
                    raise InvalidInput(
                        f"Incident project {project_id} has no sequences to export. Add sequences first."
                    )
                waiting = waiting.with_items(
                    tuple(
                        ExportItem(project=project_id, sequence=s.id, footage=s.footage)
                        for s in project.sequences
                    )
                )
                work.note(project_id, Activity(action=Action.SENT_FOR_EXPORT, subject=str(project_id)))
            work.stored.export_lists.put(waiting)
        return self._visible(actor, waiting)

    def remove(self, actor: Actor, sequences: frozenset[SequenceId]) -> ExportList:
        """Take items off the list."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.begin(actor.person) as work:
            waiting = _list(work, actor).without(sequences)
            work.stored.export_lists.put(waiting)
        return self._visible(actor, waiting)

    def order(self, actor: Actor) -> Export:
        """Make a job of what the actor sees of their list; that leaves the list."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.begin(actor.person) as work:
            waiting = _list(work, actor)
            items = self._visible(actor, waiting).items
            if not items:
                raise InvalidInput("The export list is empty. Send an incident project for export first.")
            export = Export(
                id=ExportId(self._ids.new()),
                owner=actor.person,
                created_at=self._clock.now(),
                items=items,
            )
            work.stored.exports.put(export)
            left = tuple(item for item in waiting.items if item not in items)
            work.stored.export_lists.put(attrs.evolve(waiting, items=left))
        return export

    def all(self, actor: Actor) -> tuple[Export, ...]:
        """Give the actor's exports, newest first."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.reading(actor.person) as work:
            mine = [e for e in work.stored.exports.all() if e.owner.id == actor.person.id]
        newest_first = sorted(mine, key=lambda e: e.created_at, reverse=True)
        return tuple(self._readable(actor, export) for export in newest_first)

    def get(self, actor: Actor, export_id: ExportId) -> Export:
        """Give what the actor may read of one of their exports; raises ``NotFound``."""
        return self._readable(actor, self._mine(actor, export_id))

    def files(self, actor: Actor, export_id: ExportId) -> tuple[Path, ...]:
        """Give the files of a finished export, which belong together: all of them, or a refusal."""
        export = self._mine(actor, export_id)
        if self._readable(actor, export) != export:
            raise Unreadable(
                "This export has video of a camera that you may not see any more. Its files are kept: ask a "
                "person who may see every camera of it."
            )
        if export.state is not ExportState.DONE:
            raise NotFound("This export is not finished, so there is nothing to download yet.")
        return self._shelf.files(export_id)

    def _mine(self, actor: Actor, export_id: ExportId) -> Export:
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.reading(actor.person) as work:
            export = work.stored.exports.get(export_id)
        if export is None or export.owner.id != actor.person.id:
            raise NotFound("This export does not exist.")
        return export

    def _visible(self, actor: Actor, waiting: ExportList) -> ExportList:
        return attrs.evolve(waiting, items=self._visible_items(actor, waiting.items))

    def _readable(self, actor: Actor, export: Export) -> Export:
        items = self._visible_items(actor, export.items)
        if items == export.items:
            return export
        exhibits = tuple(exhibit for exhibit in export.exhibits if exhibit.item in items)
        # A message may name a camera.
        return attrs.evolve(export, items=items, exhibits=exhibits, message=export.message and WITHHELD)

    def _visible_items(self, actor: Actor, items: tuple[ExportItem, ...]) -> tuple[ExportItem, ...]:
        seen = set(self._guard.visible(actor, {item.footage.camera for item in items}))
        return tuple(item for item in items if item.footage.camera in seen)


def _list(work: Work, actor: Actor) -> ExportList:
    return work.stored.export_lists.get(actor.person.id) or ExportList(id=actor.person.id)


@attrs.define(kw_only=True)
class ExportRunner:
    """Makes exports one after the other; what a stopped server left unfinished is made anew."""

    _work: UnitOfWork
    _clock: Clock
    _shelf: ExportShelf
    _recorders: Recorders
    _writer: VideoWriter
    #: Acts for the runner itself where no operator does.
    _service: Person
    _waiting: asyncio.Queue[ExportId] = attrs.field(init=False, factory=asyncio.Queue)
    _running: dict[ExportId, asyncio.Task[None]] = attrs.field(init=False, factory=dict)
    _progress: dict[ExportId, float] = attrs.field(init=False, factory=dict)

    async def run(self) -> None:
        """Work until cancelled."""
        for export_id in await asyncio.to_thread(self._unfinished):
            self._waiting.put_nowait(export_id)
        while True:
            export_id = await self._waiting.get()
            task = asyncio.create_task(self._make(export_id), name=f"export {export_id}")
            self._running[export_id] = task
            try:
                await asyncio.wait({task})
            finally:
                del self._running[export_id]
                if not task.done():
                    task.cancel()
                    await asyncio.wait({task})
            if not task.cancelled() and (fault := task.exception()) is not None:
                logger.error("export %s failed unexpectedly", export_id, exc_info=fault)
                await self._give_up(export_id)

    def submit(self, export: Export) -> None:
        """Queue a new export."""
        self._waiting.put_nowait(export.id)

    async def cancel(self, export: Export) -> Export:
        """Stop an export that is not finished; what was written of it is removed."""
        task = self._running.get(export.id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        return await asyncio.to_thread(
            self._change, export.id, lambda e: attrs.evolve(e, state=ExportState.CANCELLED), _UNFINISHED
        )

    def with_progress(self, export: Export) -> Export:
        """Give the export with how far it is at this moment."""
        return attrs.evolve(export, progress=self._progress.get(export.id, export.progress))

    def _unfinished(self) -> tuple[ExportId, ...]:
        with self._work.reading(self._service) as work:
            waiting = [e for e in work.stored.exports.all() if e.state in _UNFINISHED]
        return tuple(e.id for e in sorted(waiting, key=lambda e: e.created_at))

    async def _make(self, export_id: ExportId) -> None:
        export = await asyncio.to_thread(
            self._change, export_id, lambda e: attrs.evolve(e, state=ExportState.RUNNING), _UNFINISHED
        )
        if export.state is not ExportState.RUNNING:
            return
        try:
            workshop = await asyncio.to_thread(self._shelf.workshop, export_id)
            export = attrs.evolve(export, exhibits=await self._exhibits(export, workshop))
            await _to_its_end(asyncio.to_thread(self._finish, export))
        except IncidentError as error:
            await self._fail(export_id, error.detail)
        except asyncio.CancelledError:
            with contextlib.suppress(IncidentError):
                self._shelf.abandon(export_id)
            raise
        finally:
            self._progress.pop(export_id, None)

    async def _give_up(self, export_id: ExportId) -> None:
        """Note a failure that nobody foresaw; if not even that can be stored, the next start tries again."""
        try:
            await self._fail(
                export_id, "The export failed unexpectedly and nothing was written. The log says why."
            )
        except IncidentError as error:
            logger.error("export %s cannot be noted as failed: %s", export_id, error.detail)  # noqa: TRY400

    async def _fail(self, export_id: ExportId, message: str) -> None:
        def failed(export: Export) -> Export:
            return attrs.evolve(export, state=ExportState.FAILED, message=message)

        await asyncio.to_thread(self._change, export_id, failed, _UNFINISHED)
        await asyncio.to_thread(self._shelf.abandon, export_id)

    async def _exhibits(self, export: Export, workshop: Path) -> tuple[Exhibit, ...]:
        exhibits = []
        for index, item in enumerate(export.items):
            exhibits.append(await self._exhibit(export, index, item, workshop))
        if all(exhibit.delivered is None for exhibit in exhibits):
            raise NoVideo(
                "The recorder has no video for any sequence of this export. Nothing was written. "
                "Look at the sequences in the incident project: their video may have reached its retention."
            )
        return tuple(exhibits)

    async def _exhibit(self, export: Export, index: int, item: ExportItem, workshop: Path) -> Exhibit:
        footage = item.footage
        file = exhibit_file_name(index, item)

        def at(moment: AccessUnit) -> None:
            part = (moment.time - footage.interval.start) / footage.interval.length
            self._progress[export.id] = (index + min(1.0, max(0.0, part))) / len(export.items)

        offset = await self._recorders.clock_offset(footage.camera)
        recorded = await self._recorders.recorded(footage.camera, footage.interval)
        written = None
        with contextlib.suppress(NoVideo):
            async with self._recorders.replay(footage.camera, footage.interval) as stream:
                written = await self._writer.write_mp4(workshop / file, stream.track, _watched(stream, at))
        delivered = None if written is None else written.delivered
        return Exhibit(
            id=f"E{index + 1:02d}",
            item=item,
            file=file if written else "",
            size=written.size if written else 0,
            sha256=written.sha256 if written else "",
            delivered=delivered,
            gaps=_undelivered(footage.interval, recorded, delivered),
            clock_offset=offset,
        )

    def _finish(self, export: Export) -> None:
        self._shelf.publish(export)
        with self._work.begin(export.owner) as work:
            done = attrs.evolve(
                export, state=ExportState.DONE, progress=1.0, finished_at=self._clock.now(), message=""
            )
            work.stored.exports.put(done)
            for project_id in export.projects:
                if work.stored.project(project_id) is not None:
                    work.note(project_id, Activity(action=Action.EXPORTED, subject=export.id))

    def _change(
        self, export_id: ExportId, change: Callable[[Export], Export], states: tuple[ExportState, ...]
    ) -> Export:
        """Change an export that is in one of the states; otherwise give it as it is."""
        with self._work.begin(self._service) as work:
            export = work.stored.exports.get(export_id)
            if export is None:
                raise NotFound("This export does not exist.")
            if export.state in states:
                export = change(export)
                work.stored.exports.put(export)
            return export


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Await work that must not be left half done: who is cancelled meanwhile is so afterwards."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


async def _watched(stream: VideoStream, at: Callable[[AccessUnit], None]) -> AsyncIterator[AccessUnit]:
    async for unit in stream:
        at(unit)
        yield unit


def _undelivered(
    wanted: Interval, recorded: tuple[Interval, ...], delivered: Interval | None
) -> tuple[Interval, ...]:
    """Give what was asked for and not delivered: requested = delivered + these."""
    if delivered is None:
        return (wanted,)
    parts = (span.intersection(delivered) for span in recorded)
    return gaps(wanted, (part for part in parts if part is not None))


def exhibit_file_name(index: int, item: ExportItem) -> str:
    """Give a file name of allowed characters only, whatever the camera is called."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", item.footage.camera_name).strip("-")[:40] or "camera"
    return f"E{index + 1:02d}_{name}_{item.footage.interval.start:%Y%m%dT%H%M%SZ}.mp4"
