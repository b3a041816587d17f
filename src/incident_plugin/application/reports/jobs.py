"""Reports in the making: how far each is, how to stop it, and where the finished one lies for a while."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import attrs

from incident_plugin.application.administration.storage_rooms import FolderRoom
from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock, Ids
from incident_plugin.application.reports.reporting import Progress, Report, disk_errors
from incident_plugin.application.video.footage import Cameras
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import (
    IncidentError,
    InvalidInput,
    NotFound,
    ReportFailed,
    Unreadable,
)
from incident_plugin.domain.people import PersonId
from incident_plugin.domain.project import ProjectId

logger = logging.getLogger(__name__)

#: How long a finished report can be fetched, printed and saved.
KEPT_FOR = timedelta(minutes=30)
#: Reports being made at the same time, of all people; and how many one of them may be waiting for.
AT_ONCE, EACH = 2, 8

#: Writes one report into a file and tells how far it is.
Making = Callable[[Path, Progress], Awaitable[Report]]


class JobState(StrEnum):
    """The life of a report."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@attrs.define(kw_only=True)
class ReportJob:
    """One report somebody asked for."""

    id: str
    owner: PersonId
    #: The project it is of; nothing for one over a list.
    project: ProjectId | None
    started_at: datetime
    file: Path
    #: What its maker was allowed when it was begun: it tells no more than that.
    rights: frozenset[str]
    #: As browsers and people know its kind.
    media_type: str
    state: JobState = JobState.RUNNING
    #: Done part of the whole, 0 to 1.
    progress: float = 0.0
    report: Report | None = None
    error: IncidentError | None = None
    task: asyncio.Task[None] | None = None


@attrs.define(kw_only=True)
class ReportJobs:
    """Makes reports beside one another; nothing of it survives a stop, for a report is quickly made anew."""

    #: Belongs to nobody else: it is emptied at each start.
    _directory: Path
    _clock: Clock
    _ids: Ids
    _guard: Guard
    _cameras: Cameras
    #: Has a quota, where there is one.
    _room: FolderRoom | None = None
    _jobs: dict[str, ReportJob] = attrs.field(init=False, factory=dict)
    _places: asyncio.Semaphore = attrs.field(init=False, factory=lambda: asyncio.Semaphore(AT_ONCE))

    def begin(self) -> None:
        """Remove what a killed server left: reports tell what may have been deleted since."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def tidy(self) -> None:
        """Remove reports that nobody can fetch any more, whether or not somebody makes another one."""
        with disk_errors():
            self._forget_old()

    def start(
        self, actor: Actor, make: Making, *, project: ProjectId | None, media_type: str = "application/pdf"
    ) -> ReportJob:
        """Begin; raises ``InvalidInput`` for somebody with too many, ``StoreUnavailable``."""
        self._forget_old()
        running = [
            j for j in self._jobs.values() if j.owner == actor.person.id and j.state is JobState.RUNNING
        ]
        if len(running) >= EACH:
            raise InvalidInput(f"{EACH} of your reports are being made. Wait for one of them, or cancel it.")
        with disk_errors():
            self._directory.mkdir(parents=True, exist_ok=True)
        identity = self._ids.new()
        job = ReportJob(
            id=identity,
            owner=actor.person.id,
            project=project,
            started_at=self._clock.now(),
            file=self._directory / identity,
            rights=self._rights(actor),
            media_type=media_type,
        )
        self._jobs[identity] = job
        job.task = asyncio.create_task(self._run(job, make), name=f"report {identity}")
        return job

    def get(self, actor: Actor, identity: str) -> ReportJob:
        """Give one of the actor's reports; raises ``NotFound``, or ``Unreadable`` when it tells too much."""
        self._forget_old()
        job = self._jobs.get(identity)
        if job is None or job.owner != actor.person.id:
            raise NotFound(
                "This report is no longer kept. Nothing was lost: create it again.",
                cause="incident.report-gone",
            )
        if not job.rights <= self._rights(actor):
            raise Unreadable(
                "You may read less than when this report was made. Create it again for what you may read now."
            )
        return job

    def _rights(self, actor: Actor) -> frozenset[str]:
        allowed = {permission.value for permission in Permission if self._guard.allows(actor, permission)}
        return frozenset(allowed.union(self._guard.visible(actor, (c.id for c in self._cameras.known))))

    async def settled(self, job: ReportJob, within: timedelta) -> ReportJob:
        """Wait a while for a report to be finished; give it however far it is."""
        if job.task is not None:
            await asyncio.wait({job.task}, timeout=within.total_seconds())
        return job

    async def cancel(self, job: ReportJob) -> ReportJob:
        """Stop a report that is not finished, and remove it."""
        if job.state is JobState.RUNNING and job.task is not None:
            job.state = JobState.CANCELLED
            job.task.cancel()
            await asyncio.wait({job.task})
        return job

    async def stop(self) -> None:
        """End all work and remove all files."""
        tasks = {job.task for job in self._jobs.values() if job.task is not None}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for job in self._jobs.values():
            job.file.unlink(missing_ok=True)
        self._jobs.clear()

    async def _run(self, job: ReportJob, make: Making) -> None:
        def progress(done: float) -> None:
            # Drawing happens in a thread, which a cancelled task cannot stop otherwise.
            if job.state is not JobState.RUNNING:
                raise ReportFailed("The report was cancelled.")
            job.progress = done

        try:
            async with self._places:
                with disk_errors():
                    if self._room is not None:
                        await asyncio.to_thread(self._room.require, 1)
                    job.report = await make(job.file, progress)
            job.state, job.progress = JobState.DONE, 1.0
        except IncidentError as error:
            job.error = error
        except asyncio.CancelledError:
            job.state = JobState.CANCELLED
            raise
        except Exception:
            logger.exception("report %s failed unexpectedly", job.id)
            job.error = ReportFailed("Something unexpected happened on the server; its log says what.")
        finally:
            if job.state is not JobState.DONE:
                job.state = JobState.CANCELLED if job.state is JobState.CANCELLED else JobState.FAILED
                job.file.unlink(missing_ok=True)
            self._changed()

    def _changed(self) -> None:
        if self._room is not None:
            self._room.changed()

    def _forget_old(self) -> None:
        until = self._clock.now() - KEPT_FOR
        for job in [
            j for j in self._jobs.values() if j.state is not JobState.RUNNING and j.started_at < until
        ]:
            job.file.unlink(missing_ok=True)
            del self._jobs[job.id]
            self._changed()
