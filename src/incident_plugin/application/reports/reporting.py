"""The use case of making a report: everything from one consistent state, and what is missing said."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import Recorders, VideoWriter
from incident_plugin.application.ports import Actor, Clock, ReportMaker
from incident_plugin.application.reports.content import (
    FootageFacts,
    Imprint,
    Lacking,
    Missing,
    ReportContent,
    ReportWish,
)
from incident_plugin.application.reports.pictures import SpooledPictures
from incident_plugin.application.store import IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.application.video.fetching import NOT_RECORDED
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import IncidentError, InvalidInput, NoVideo, StoreUnavailable
from incident_plugin.domain.exports import Export, ExportState
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.media import CameraId, ClockOffset
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.properties import IncidentProperties
from incident_plugin.domain.sequence import Sequence, SequenceId
from incident_plugin.domain.time import Interval, gaps

PICTURE_WIDTH = 480
#: Id of the logo that is at the head of reports.
LOGO = "report"
#: Parts of the work, as far as progress goes: asking recorders, the rest is the document.
_ASKED = 0.8

Progress = Callable[[float], None]


@attrs.frozen(kw_only=True)
class Report:
    """A finished report."""

    #: Names the project and the time, and no person.
    file_name: str
    #: What could not be included, in words; empty for a complete one.
    missing: tuple[str, ...]
    #: The document, where it was not written to a file.
    pdf: bytes = b""


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
    _recorders: Recorders
    _stills: Stills
    _maker: ReportMaker
    _site: str
    _time_zone: str

    def require(self, actor: Actor, wish: ReportWish) -> None:
        """Raise ``Unreadable`` unless the actor may have such a report; user names take another right."""
        self._guard.require(actor, Permission.REPORTS_VIEW)
        if wish.show_user_names:
            self._guard.require(actor, Permission.USER_NAMES_VIEW)
        if wish.title and wish.title not in self.titles(actor):
            raise InvalidInput(
                f"There is no report title “{wish.title[:100]}”. No report was made: choose another one.",
                cause="incident.value-not-offered",
            )

    def titles(self, actor: Actor) -> tuple[str, ...]:
        """Give the titles to choose from."""
        self._guard.require(actor, Permission.REPORTS_VIEW)
        with self._work.reading(actor.person) as work:
            return _titles(work.properties)

    @property
    def languages(self) -> Mapping[str, str]:
        """Languages to choose from: BCP 47 tags, with their names in themselves."""
        return self._maker.languages

    async def report(self, actor: Actor, project_id: ProjectId, wish: ReportWish) -> Report:
        """Make a report and give it with its bytes; what ``write`` says holds here too."""
        with disk_errors(), tempfile.TemporaryDirectory() as place:
            file = Path(place) / "report.pdf"
            report = await self.write(actor, project_id, wish, file)
            return attrs.evolve(report, pdf=await asyncio.to_thread(file.read_bytes))

    async def write(
        self,
        actor: Actor,
        project_id: ProjectId,
        wish: ReportWish,
        file: Path,
        progress: Progress = lambda _: None,
    ) -> Report:
        """Write a report of what the actor may read into a file. ``progress`` is told 0 to 1.

        Raises ``ReportFailed``, ``NotFound``. Everything in it but pictures and what recorders say is of one
        state of the project. It is logged before it is given out.
        """
        self.require(actor, wish)
        content = await asyncio.to_thread(self._content, actor, project_id, wish)
        with SpooledPictures() as pictures:
            content = await self._with_video(actor, content, pictures, lambda done: progress(_ASKED * done))

            def drawn() -> tuple[str, ...]:
                with file.open("wb") as target:
                    return self._maker.make(
                        content, target, lambda done: progress(_ASKED + (1 - _ASKED) * done)
                    )

            missing = await asyncio.to_thread(drawn)
        await asyncio.to_thread(self._log, actor, project_id, wish)
        name = f"incident-project-{project_id}-{content.generated_at:%Y%m%dT%H%M%SZ}.pdf"
        return Report(file_name=name, missing=missing)

    def _content(self, actor: Actor, project_id: ProjectId, wish: ReportWish) -> ReportContent:
        with self._work.reading(actor.person) as work:
            project = work.project(project_id)
            readable = self._guard.readable(actor, project)
            may_read_log = self._guard.allows(actor, Permission.ACTIVITY_VIEW)
            log = self._store.entries(project_id) if may_read_log else ()
            readable_log = self._guard.readable_log(actor, log, work.properties)
            exports = self._exports(actor, work, project_id)
            withheld = [
                Missing(what=lacking)
                for lacking, held_back in (
                    (Lacking.PARTS, readable != project),
                    (Lacking.LOG, not may_read_log),
                    (Lacking.PARTS_OF_LOG, readable_log != log),
                    (Lacking.EXPORTS, exports is None),
                )
                if held_back
            ]
            title = wish.title or next(iter(_titles(work.properties)), "")
            imprint = self.imprint(actor, work, attrs.evolve(wish, title=title), withheld)
            return ReportContent(
                project=readable,
                entries=readable_log,
                pictures={},
                exports=exports or (),
                **imprint.shared(),
            )

    def imprint(self, actor: Actor, work: Work, wish: ReportWish, missing: Iterable[Missing]) -> Imprint:
        """Give what a report made now says of itself."""
        logo = work.stored.logos.get(LOGO)
        return Imprint(
            properties=work.properties,
            missing=tuple(missing),
            site=self._site,
            time_zone=self._time_zone,
            generated_at=self._clock.now(),
            generated_by=actor.person,
            show_user_names=wish.show_user_names,
            title=wish.title,
            logo=logo.data if logo else b"",
            language=wish.language,
            colleagues=tuple(known.person for known in work.stored.people.all()),
        )

    def _exports(self, actor: Actor, work: Work, project_id: ProjectId) -> tuple[Export, ...] | None:
        """Give finished exports with exhibits of the project; nothing when the actor may not read them."""
        made = [
            attrs.evolve(export, exhibits=exhibits)
            for export in work.stored.exports.all()
            if export.state is ExportState.DONE
            and (exhibits := tuple(e for e in export.exhibits if e.item.project == project_id))
        ]
        if made and not self._guard.allows(actor, Permission.EXPORTS_MANAGE):
            return None
        seen = set(self._guard.visible(actor, {e.item.footage.camera for x in made for e in x.exhibits}))
        visible = (
            attrs.evolve(x, exhibits=tuple(e for e in x.exhibits if e.item.footage.camera in seen))
            for x in made
        )
        return tuple(sorted((x for x in visible if x.exhibits), key=lambda x: (x.created_at, x.id)))

    async def _with_video(
        self, actor: Actor, content: ReportContent, pictures: SpooledPictures, progress: Progress
    ) -> ReportContent:
        """Ask the recorders about each sequence: its first picture, its gaps, how far their clock is off."""
        missing: list[Missing] = []
        facts: dict[SequenceId, FootageFacts] = {}
        sequences = content.project.sequences
        may_see = self._guard.allows(actor, Permission.VIDEO_VIEW)
        if sequences and not may_see:
            missing.append(Missing(what=Lacking.PICTURES))
        clocks = _Clocks(self._recorders)
        for number, sequence in enumerate(sequences, start=1):
            name = f"{number} {sequence.footage.camera_name}"
            found, lacking = await self._facts(sequence, name, clocks)
            facts[sequence.id] = found
            missing += lacking
            if may_see:
                try:
                    picture = await self._picture(sequence, found.gaps or ())
                    await asyncio.to_thread(pictures.put, sequence.id, picture)
                except IncidentError as error:
                    missing.append(Missing(what=Lacking.PICTURE, subject=name, reason=error.detail))
            progress(number / len(sequences))
        return attrs.evolve(content, pictures=pictures, footage=facts, missing=(*content.missing, *missing))

    async def _facts(
        self, sequence: Sequence, name: str, clocks: _Clocks
    ) -> tuple[FootageFacts, list[Missing]]:
        footage = sequence.footage
        missing: list[Missing] = []
        found: tuple[Interval, ...] | None = None
        offset: ClockOffset | None = None
        try:
            found = gaps(footage.interval, await self._recorders.recorded(footage.camera, footage.interval))
        except IncidentError as error:
            missing.append(Missing(what=Lacking.RECORDING, subject=name, reason=error.detail))
        try:
            offset = await clocks.offset(footage.recorder, footage.camera)
        except IncidentError as error:
            missing.append(Missing(what=Lacking.CLOCK, subject=name, reason=error.detail))
        return FootageFacts(gaps=found, clock_offset=offset), missing

    async def _picture(self, sequence: Sequence, missing: Iterable[Interval]) -> bytes:
        """Give the first picture that the recorder has of a sequence."""
        interval = sequence.footage.interval
        start = interval.start
        for gap in missing:
            start = gap.end if gap.start <= start else start
        if start >= interval.end:
            raise NoVideo(NOT_RECORDED)
        moment = Interval(start, min(interval.end, start + timedelta(seconds=1)))
        return await self._stills.at(sequence.footage.camera, moment, width=PICTURE_WIDTH)

    def _log(self, actor: Actor, project_id: ProjectId, wish: ReportWish) -> None:
        names = "with user names" if wish.show_user_names else "without user names"
        with self._work.begin(actor.person) as work:
            work.note(project_id, Activity(action=Action.REPORT_GENERATED, subject=names))


def _titles(properties: IncidentProperties) -> tuple[str, ...]:
    """Give the titles that are offered."""
    return tuple(title.name for title in properties.report_titles if not title.retired)


class _Clocks:
    """The recorders' clocks, each measured once for a report."""

    def __init__(self, recorders: Recorders) -> None:
        self._recorders = recorders
        self._measured: dict[str, ClockOffset] = {}

    async def offset(self, recorder: str, camera: CameraId) -> ClockOffset:
        """Give a recorder's offset, measured by one of its cameras; raises what the recorder refuses with."""
        if recorder not in self._measured:
            self._measured[recorder] = await self._recorders.clock_offset(camera)
        return self._measured[recorder]


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Raise as ``StoreUnavailable`` what the disk refuses of a report."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"The report cannot be written: {error.strerror or error}. The incident project is as it was. "
            "Make room on the server's disk, then create the report again."
        ) from error
