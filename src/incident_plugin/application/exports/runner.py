"""The runner of exports: fetches, writes, reads back and publishes, one export after the other.

What is finished of an export is noted beside it, so that a server that was killed goes on with the exhibit it
was at. A password is kept in memory only: after a restart the export waits until it is entered again.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

import attrs

from incident_plugin.application.exports.course import Course
from incident_plugin.application.exports.exhibits import ExhibitMaker
from incident_plugin.application.exports.packaging import Packaging
from incident_plugin.application.ports import Clock, ExportShelf, PackageContent
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.errors import IncidentError, InvalidInput, NotFound, NoVideo
from incident_plugin.domain.exports import Exhibit, Export, ExportId, ExportState, Package
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.people import Person

logger = logging.getLogger(__name__)

UNFINISHED = (ExportState.QUEUED, ExportState.RUNNING, ExportState.WAITING)
#: Those that the operator may begin again.
REPEATABLE = (ExportState.FAILED, ExportState.CANCELLED, ExportState.WAITING)
#: Those of which nothing lies on the shelf.
_WITHOUT_FILES = (ExportState.FAILED, ExportState.CANCELLED, ExportState.EXPIRED)
#: The part of the work that is done when the last exhibit is there.
_FETCHED = 0.85
#: Seconds between two looks for exports whose retention has ended.
_SWEEP_EVERY = 3600.0
#: What a disk refuses with, when it is full and otherwise.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OF_A_DISK = (*_FULL, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR)


@attrs.define(kw_only=True)
class ExportRunner:
    """Makes exports one after the other; what a stopped server left unfinished goes on."""

    _work: UnitOfWork
    _clock: Clock
    _shelf: ExportShelf
    _exhibits: ExhibitMaker
    _packaging: Packaging
    #: Acts for the runner itself where no operator does.
    _service: Person
    #: How long the files of a finished export are kept; nothing for ever.
    _retention: timedelta | None = None
    _sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _waiting: asyncio.Queue[ExportId] = attrs.field(init=False, factory=asyncio.Queue)
    _running: dict[ExportId, asyncio.Task[None]] = attrs.field(init=False, factory=dict)
    _courses: dict[ExportId, Course] = attrs.field(init=False, factory=dict)
    _passwords: dict[ExportId, str] = attrs.field(init=False, factory=dict, repr=False)

    async def run(self) -> None:
        """Work until cancelled."""
        await asyncio.to_thread(self._tidy)
        sweeping = asyncio.create_task(self._sweep_always(), name="retention of exports")
        try:
            for export_id in await asyncio.to_thread(self._unfinished):
                self._waiting.put_nowait(export_id)
            while True:
                await self._run_one(await self._waiting.get())
        finally:
            sweeping.cancel()

    async def _run_one(self, export_id: ExportId) -> None:
        task = asyncio.create_task(self._make(export_id), name=f"export {export_id}")
        self._running[export_id] = task
        try:
            await asyncio.wait({task})
        finally:
            del self._running[export_id]
            if not task.done():
                # The server stops: what is finished stays for the next start.
                task.cancel()
                await asyncio.wait({task})
        if not task.cancelled() and (fault := task.exception()) is not None:
            logger.error("export %s failed unexpectedly", export_id, exc_info=fault)
            await self._give_up(export_id)

    def submit(self, export: Export, password: str = "") -> None:
        """Queue an export."""
        if password:
            self._passwords[export.id] = password
        self._waiting.put_nowait(export.id)

    async def cancel(self, export: Export) -> Export:
        """Stop an export that is not finished; what was written of it is removed."""
        task = self._running.get(export.id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        self._passwords.pop(export.id, None)
        changed = await asyncio.to_thread(
            self._change, export.id, lambda e: attrs.evolve(e, state=ExportState.CANCELLED), UNFINISHED
        )
        if changed.state is ExportState.CANCELLED:
            await asyncio.to_thread(self._shelf.abandon, export.id)
        return changed

    async def again(self, export: Export, password: str = "") -> Export:
        """Begin an export again that failed, was cancelled, or waits for its password."""
        if export.settings.encrypted and not password:
            raise InvalidInput("This export has a password. Enter it again: it was not kept.")

        def queued(e: Export) -> Export:
            return attrs.evolve(e, state=ExportState.QUEUED, message="", exhibits=())

        changed = await asyncio.to_thread(self._change, export.id, queued, REPEATABLE)
        if changed.state is ExportState.QUEUED:
            self.submit(changed, password)
        return changed

    def with_progress(self, export: Export) -> Export:
        """Give the export with how far it is at this moment, the time left, and what it waits for."""
        course = self._courses.get(export.id)
        return course.told(export) if course and export.state is ExportState.RUNNING else export

    def sweep(self) -> int:
        """Remove the files of exports whose retention has ended; give how many."""
        now = self._clock.now()
        with self._work.reading(self._service) as work:
            ended = [e for e in work.stored.exports.all() if e.expires_at is not None and e.expires_at <= now]
        for export in ended:
            self._change(export.id, lambda e: attrs.evolve(e, state=ExportState.EXPIRED), (ExportState.DONE,))
            self._shelf.remove(export.id)
        return len(ended)

    def _tidy(self) -> None:
        """Remove what a killed server had still to remove."""
        with self._work.reading(self._service) as work:
            over = [e.id for e in work.stored.exports.all() if e.state in _WITHOUT_FILES]
        try:
            for export_id in over:
                self._shelf.abandon(export_id)
                self._shelf.remove(export_id)
        except IncidentError as error:
            logger.warning("what is left of old exports was not removed: %s", error)

    async def _sweep_always(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.sweep)
            except IncidentError as error:
                logger.warning("old exports were not removed: %s", error)
            await self._sleep(_SWEEP_EVERY)

    def _unfinished(self) -> tuple[ExportId, ...]:
        with self._work.reading(self._service) as work:
            waiting = [e for e in work.stored.exports.all() if e.state in UNFINISHED[:2]]
        return tuple(e.id for e in sorted(waiting, key=lambda e: e.created_at))

    async def _make(self, export_id: ExportId) -> None:
        export = await asyncio.to_thread(
            self._change, export_id, lambda e: attrs.evolve(e, state=ExportState.RUNNING), UNFINISHED[:2]
        )
        if export.state is not ExportState.RUNNING:
            return
        course = self._courses[export_id] = Course(self._clock)
        try:
            if (published := await asyncio.to_thread(self._shelf.finished, export_id)) is not None:
                await asyncio.to_thread(self._done, export, *published)
                return
            export = attrs.evolve(export, exhibits=await self._all_exhibits(export, course))
            password = self._passwords.get(export_id, "")
            if export.settings.encrypted and not password:
                await asyncio.to_thread(self._wait_for_password, export_id)
                return
            content = await self._packaging.content(export)
            course.begin(_FETCHED, 1 - _FETCHED)
            await _to_its_end(asyncio.to_thread(self._publish, export, content, password, course.at))
            self._passwords.pop(export_id, None)
        except IncidentError as error:
            await self._fail(export_id, error.detail)
        except OSError as error:
            if error.errno not in _OF_A_DISK:
                raise
            await self._fail(export_id, _refused(error))
        finally:
            self._courses.pop(export_id, None)

    async def _give_up(self, export_id: ExportId) -> None:
        """Note a failure that nobody foresaw; if not even that can be stored, the next start tries again."""
        try:
            await self._fail(
                export_id, "The export failed unexpectedly and nothing was written. The log says why."
            )
        except IncidentError as error:
            logger.error("export %s cannot be noted as failed: %s", export_id, error)  # noqa: TRY400

    async def _fail(self, export_id: ExportId, message: str) -> None:
        def failed(export: Export) -> Export:
            return attrs.evolve(export, state=ExportState.FAILED, message=message)

        self._passwords.pop(export_id, None)
        await asyncio.to_thread(self._shelf.abandon, export_id)
        await asyncio.to_thread(self._change, export_id, failed, UNFINISHED)

    def _wait_for_password(self, export_id: ExportId) -> None:
        message = (
            "The server was started anew, and the password of this export is not kept anywhere. The video is "
            "fetched: enter the password again to finish."
        )
        self._change(
            export_id,
            lambda e: attrs.evolve(e, state=ExportState.WAITING, message=message),
            (ExportState.RUNNING,),
        )

    async def _all_exhibits(self, export: Export, course: Course) -> tuple[Exhibit, ...]:
        workshop = await asyncio.to_thread(self._shelf.workshop, export)
        kept = {one.id: one for one in workshop.kept}
        whole = sum((item.interval.length for item in export.items), timedelta(0))
        before = timedelta(0)
        exhibits: list[Exhibit] = []
        for index, item in enumerate(export.items):
            exhibit = kept.get(f"E{index + 1:02d}")
            course.begin(_FETCHED * (before / whole), _FETCHED * (item.interval.length / whole))
            if exhibit is None or exhibit.item != item:
                exhibit = await self._exhibits.make(export, index, workshop.folder, course)
            exhibits.append(exhibit)
            before += item.interval.length
            await asyncio.to_thread(self._shelf.keep, export.id, tuple(exhibits))
        if all(exhibit.delivered is None for exhibit in exhibits):
            why = dict.fromkeys(gap.reason for exhibit in exhibits for gap in exhibit.gaps)
            raise NoVideo(
                "There is no video for any sequence of this export, so nothing was written. "
                f"{' '.join(why)} Look at the sequences in the incident project: their video may have "
                "reached its retention."
            )
        return tuple(exhibits)

    def _publish(
        self, export: Export, content: PackageContent, password: str, at: Callable[[float], None]
    ) -> None:
        package = self._shelf.publish(export, content, password, at)
        self._done(export, package, export.exhibits)

    def _done(self, export: Export, package: Package, exhibits: tuple[Exhibit, ...]) -> None:
        now = self._clock.now()
        with self._work.begin(export.owner) as work:
            done = attrs.evolve(
                export,
                state=ExportState.DONE,
                progress=1.0,
                exhibits=exhibits,
                package=package,
                finished_at=now,
                expires_at=None if self._retention is None else now + self._retention,
                message=_what_is_missing(exhibits, package),
            )
            work.stored.exports.put(done)
            for project_id in export.projects:
                if work.stored.project(project_id) is not None:
                    lacks = "without its report" if project_id in package.without_report else ""
                    work.note(project_id, Activity(action=Action.EXPORTED, subject=export.id, after=lacks))

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


def _refused(error: OSError) -> str:
    """Say what a disk refused beside the shelf: a picture, a report in the making."""
    full = error.errno in _FULL
    why = "the disk of the server is full" if full else error.strerror or str(error)
    return (
        f"The export cannot be written: {why}. It was not finished, and the incident project is as it was. "
        f"{'Make room on the disk' if full else 'Check the disk of the server'}, then try again."
    )


def _what_is_missing(exhibits: tuple[Exhibit, ...], package: Package) -> str:
    """Say what a finished export could not deliver; empty for a complete one."""
    with_gaps = [one for one in exhibits if one.gaps]
    told = [package.note] if package.note else []
    if with_gaps:
        cameras = ", ".join(dict.fromkeys(one.item.footage.camera_name for one in with_gaps))
        told.append(f"Some of what was asked for is missing; the gaps are listed ({cameras}).")
    return " ".join(told)


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Await work that must not be left half done: who is cancelled meanwhile is so afterwards."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise
