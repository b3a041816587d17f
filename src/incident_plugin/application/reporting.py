"""The use case of making a report: everything from one consistent state, and what is missing said."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import Recorders, VideoWriter
from incident_plugin.application.ports import Actor, Clock, ReportContent, ReportMaker
from incident_plugin.application.store import IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import IncidentError, NoVideo
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import Sequence, SequenceId
from incident_plugin.domain.time import Interval

#: A picture for each sequence up to here; beyond, a report would take minutes and nobody would look at them.
MAXIMUM_PICTURES = 60
PICTURE_WIDTH = 480


@attrs.frozen(kw_only=True)
class Report:
    """A finished report."""

    pdf: bytes
    #: Names the project and the time, and no person.
    file_name: str
    #: What could not be included; empty for a complete one.
    missing: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Stills:
    """Key pictures from the recording."""

    _recorders: Recorders
    _writer: VideoWriter

    async def at(self, camera: CameraId, interval: Interval, *, width: int | None = None) -> bytes:
        """Give the first picture of an interval as JPEG; raises ``NoVideo``, ``RecorderUnavailable``."""
        async with self._recorders.replay(camera, interval) as stream:
            async for unit in stream:
                if unit.key:
                    return await self._writer.still(stream.track, unit, width=width)
        raise NoVideo("The recorder has no picture at this time.")


@attrs.frozen(kw_only=True)
class Reporting:
    """Makes reports and logs that they were made."""

    _store: IncidentStore
    _work: UnitOfWork
    _guard: Guard
    _clock: Clock
    _stills: Stills
    _maker: ReportMaker
    _site: str
    _time_zone: str

    async def report(self, actor: Actor, project_id: ProjectId, *, show_user_names: bool) -> Report:
        """Make a report of what the actor may read; user names only for those who may see them."""
        self._guard.require(actor, Permission.REPORTS_VIEW)
        if show_user_names:
            self._guard.require(actor, Permission.USER_NAMES_VIEW)
        content = await asyncio.to_thread(self._content, actor, project_id, show_user_names)
        content = await self._with_pictures(actor, content)
        pdf = await asyncio.to_thread(self._maker.make, content)
        await asyncio.to_thread(self._log, actor, project_id, show_user_names)
        name = f"incident-project-{project_id}-{content.generated_at:%Y%m%dT%H%M%SZ}.pdf"
        return Report(pdf=pdf, file_name=name, missing=content.missing)

    def _content(self, actor: Actor, project_id: ProjectId, show_user_names: bool) -> ReportContent:
        with self._work.reading(actor.person) as work:
            project = work.project(project_id)
            readable = self._guard.readable(actor, project)
            may_read_log = self._guard.allows(actor, Permission.ACTIVITY_VIEW)
            log = self._store.entries(project_id) if may_read_log else ()
            readable_log = self._guard.readable_log(actor, log, work.properties)
            withheld = [] if readable == project else ["Parts that you are not allowed to read."]
            if not may_read_log:
                withheld.append("The activity log, which you are not allowed to read.")
            if readable_log != log:
                withheld.append("What the activity log tells of parts that you are not allowed to read.")
            return ReportContent(
                project=readable,
                entries=readable_log,
                properties=work.properties,
                pictures={},
                missing=tuple(withheld),
                site=self._site,
                time_zone=self._time_zone,
                generated_at=self._clock.now(),
                generated_by=actor.person,
                show_user_names=show_user_names,
            )

    async def _with_pictures(self, actor: Actor, content: ReportContent) -> ReportContent:
        pictures: dict[SequenceId, bytes] = {}
        missing: list[str] = []
        sequences = content.project.sequences
        if sequences and not self._guard.allows(actor, Permission.VIDEO_VIEW):
            missing.append("Pictures, which you are not allowed to see.")
            sequences = ()
        if len(sequences) > MAXIMUM_PICTURES:
            missing.append(f"Pictures beyond the first {MAXIMUM_PICTURES} sequences.")
        for sequence in sequences[:MAXIMUM_PICTURES]:
            try:
                pictures[sequence.id] = await self._picture(sequence)
            except IncidentError as error:
                missing.append(f"Picture of {sequence.footage.camera_name}: {error.detail}")
        return attrs.evolve(content, pictures=pictures, missing=(*content.missing, *missing))

    async def _picture(self, sequence: Sequence) -> bytes:
        interval = sequence.footage.interval
        moment = Interval(interval.start, min(interval.end, interval.start + timedelta(seconds=1)))
        return await self._stills.at(sequence.footage.camera, moment, width=PICTURE_WIDTH)

    def _log(self, actor: Actor, project_id: ProjectId, show_user_names: bool) -> None:
        names = "with user names" if show_user_names else "without user names"
        with self._work.begin(actor.person) as work:
            work.note(project_id, Activity(action=Action.REPORT_GENERATED, subject=names))
