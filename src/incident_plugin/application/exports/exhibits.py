"""Making one exhibit: the master, its still picture and its court copy, with what is known of them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from incident_plugin.application.exports.course import Course
from incident_plugin.application.exports.exhibit_names import ExhibitNames
from incident_plugin.application.exports.exhibit_notes import (
    clock_was_set,
    codec_named,
    sound_described,
    sound_missed,
)
from incident_plugin.application.media_ports import (
    FileFacts,
    FileSealer,
    MasterOrder,
    PreservedVideo,
    Recorders,
    VideoWriter,
    WrittenVideo,
)
from incident_plugin.application.ports import Clock
from incident_plugin.application.video.fetching import Retrieval
from incident_plugin.domain.errors import IncidentError, NotFound, NoVideo, RecorderUnavailable
from incident_plugin.domain.exports import (
    Container,
    Exhibit,
    ExhibitFile,
    Export,
    ExportFormat,
    ExportItem,
)
from incident_plugin.domain.media import (
    AccessUnit,
    CameraId,
    ClockOffset,
    DeviceFacts,
    SoundCodec,
    SoundTrack,
    SoundUnit,
)
from incident_plugin.domain.time import Interval, written

#: The part of an exhibit's work that fetching is, when a court copy follows.
_FETCHING = 0.1
#: A still picture is looked for in this much video.
_STILL_WITHIN = timedelta(seconds=2)


@attrs.frozen(kw_only=True)
class ExhibitMaker:
    """Makes exhibits; knows recorders and files, and nothing of jobs."""

    _recorders: Recorders
    _preserved: PreservedVideo
    _writer: VideoWriter
    _clock: Clock
    _site: str
    _time_zone: str
    #: Gives what seals single files, or nothing where the site's key cannot.
    _sealer: Callable[[], FileSealer | None] = lambda: None
    #: Gives what a camera's video comes from, where that is known.
    _device: Callable[[CameraId], DeviceFacts | None] = lambda _: None
    _sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def make(self, export: Export, index: int, folder: Path, course: Course) -> Exhibit:
        """Make an exhibit in the package's folder; ``course`` is told how far that is.

        What a recorder does not deliver is listed, and no error; raises ``StoreUnavailable``.
        """
        task = self._task(export, index, folder, course)
        with course.asking(task.item):
            before = await self._offset(task.camera)
            recorded = await self._recorded(task.camera, task.retrieval.interval)
        written, key = await self._master(task)
        task.notes.extend([*task.retrieval.notes, *sound_missed(task.retrieval)])
        others = [*await self._stills(task, key), *await self._court_copy(task, written)]
        with course.asking(task.item):
            after = await self._offset(task.camera)
        task.notes.extend(clock_was_set(before, after))
        course.at(1.0)
        parts = task.retrieval.coverage.parts
        return Exhibit(
            id=task.names.id,
            item=task.item,
            file=task.master.path.relative_to(folder).as_posix() if written else "",
            size=written.size if written else 0,
            sha256=written.sha256 if written else "",
            delivered=Interval(parts[0].start, parts[-1].end) if parts else None,
            parts=parts,
            gaps=task.retrieval.missing(recorded),
            clock_offset=before,
            clock_offset_after=after,
            frames=written.frames if written else 0,
            codec=codec_named(task.retrieval),
            sound=sound_described(task.retrieval.heard) if written else "",
            device=self._device(task.camera),
            others=tuple(others),
            notes=tuple(task.notes),
        )

    def _task(self, export: Export, index: int, folder: Path, course: Course) -> _Task:
        item, settings = export.items[index], export.settings
        names = ExhibitNames(export, index, item)
        return _Task(
            export=export,
            item=item,
            folder=folder,
            course=course,
            names=names,
            master=_Master(path=folder / names.master, container=settings.container),
            retrieval=Retrieval(
                recorders=self._recorders,
                now=self._clock.now,
                sleep=self._sleep,
                camera=item.footage.camera,
                interval=_wanted(export, item),
                sound=settings.sound and settings.format is not ExportFormat.STILLS,
                pausing=course.pausing,
            ),
        )

    async def _master(self, task: _Task) -> tuple[WrittenVideo | None, AccessUnit | None]:
        """Write the master, if one is wanted; give it with the picture that the exhibit begins with."""
        written = await self._cut(task)
        if written is None:
            with task.course.asking(task.item):
                return await self._fetched(task)
        return written, await self._key_picture(task.retrieval) if task.pictured else None

    async def _cut(self, task: _Task) -> WrittenVideo | None:
        """Cut the master out of preserved video, if there is some whose boxes can be copied as they are."""
        settings, retrieval = task.export.settings, task.retrieval
        if settings.container is not Container.MP4 or settings.format is ExportFormat.STILLS:
            return None
        await _make_room(task.master.path)
        try:
            done = await self._preserved.write(
                MasterOrder(
                    camera=task.camera,
                    interval=retrieval.interval,
                    target=task.master.path,
                    sound=retrieval.sound,
                    facts=self._facts(task),
                    sealer=await self._sealing(task),
                )
            )
        except NoVideo:
            return None
        if done is None:
            return None
        retrieval.take_cut(done)
        return done.written

    async def _key_picture(self, retrieval: Retrieval) -> AccessUnit | None:
        """Give the picture that an exhibit begins with."""
        start = retrieval.interval.start
        within = Interval(start, min(retrieval.interval.end, start + _STILL_WITHIN))
        try:
            async with self._recorders.replay(retrieval.camera, within) as stream:
                return await anext(aiter(stream), None)
        except IncidentError:
            return None

    async def _sealing(self, task: _Task) -> FileSealer | None:
        """Give what seals single files from within, where that is wanted."""
        settings = task.export.settings
        single = settings.format is ExportFormat.MEDIA and settings.sign
        return await asyncio.to_thread(self._sealer) if single else None

    def _facts(self, task: _Task) -> FileFacts:
        export, footage = task.export, task.item.footage
        return FileFacts(
            camera_name=footage.camera_name,
            line=footage.camera,
            exporter=self._site,
            exported_at=export.created_at,
            operator=export.owner.name if export.settings.user_names else "",
        )

    async def _fetched(self, task: _Task) -> tuple[WrittenVideo | None, AccessUnit | None]:
        """Write the master out of what the recorder sends; give it with the first key picture."""
        master, retrieval = task.master, task.retrieval
        async with aclosing(task.watched()) as units:  # type: ignore[type-var]
            early, first = await _first_picture(units)
            if first is None or retrieval.track is None:
                return None, None
            if task.export.settings.format is ExportFormat.STILLS:
                return None, first
            await _make_room(master.path)
            everything = _chained([*early, first], units)
            track, sound = retrieval.track, retrieval.heard
            if sound is not None and not _fits(sound, master.container):
                master.become_mp4()
                retrieval.notes.append("The recorder's sound is G.711, so the file is MP4 and not Matroska.")
            if master.container is Container.MKV:
                return await self._writer.write_mkv(master.path, track, everything, sound=sound), first
            facts, sealer = self._facts(task), await self._sealing(task)
            written = self._writer.write_mp4(master.path, track, everything, facts, sealer, sound=sound)
            return await written, first

    async def _stills(self, task: _Task, key: AccessUnit | None) -> list[ExhibitFile]:
        """Make the still pictures that are wanted."""
        if key is None or task.retrieval.track is None or not task.pictured:
            return []
        made = await self._made(task, self._still(task, task.names.still(task.item.interval.start), key))
        every = task.export.settings.stills_every
        if every is not None:
            with task.course.asking(task.item):
                made += await self._more_stills(task, timedelta(seconds=every))
        return made

    async def _more_stills(self, task: _Task, every: timedelta) -> list[ExhibitFile]:
        """Make the still pictures behind the first one."""
        made: list[ExhibitFile] = []
        try:
            async for unit in self._key_pictures(task.camera, task.item.interval, every):
                made += await self._made(task, self._still(task, task.names.still(unit.time), unit))
        except NoVideo:
            pass
        except RecorderUnavailable as error:
            task.notes.append(f"Not all still pictures could be made. {error.detail}")
        return made

    async def _key_pictures(
        self, camera: CameraId, interval: Interval, every: timedelta
    ) -> AsyncIterator[AccessUnit]:
        """Give the first key picture of each such step after the first one."""
        following = interval.start + every
        async with self._recorders.replay(camera, interval, intra=True) as stream:
            async for unit in stream:
                if unit.time >= interval.end:
                    return
                if unit.key and unit.time >= following:
                    yield unit
                    following += every * ((unit.time - following) // every + 1)

    async def _still(self, task: _Task, name: str, key: AccessUnit) -> ExhibitFile:
        assert task.retrieval.track is not None  # noqa: S101 - there is a picture
        jpeg = await self._writer.still(task.retrieval.track, key)
        await asyncio.to_thread(_put, task.folder / name, jpeg)
        return ExhibitFile(name=name, size=len(jpeg), sha256=hashlib.sha256(jpeg).hexdigest())

    async def _court_copy(self, task: _Task, written: WrittenVideo | None) -> list[ExhibitFile]:
        """Make the court copy of a master, if one is wanted."""
        if written is None or not task.export.settings.court_copy:
            return []
        return await self._made(task, self._recoded(task, written.delivered))

    async def _recoded(self, task: _Task, shown: Interval) -> ExhibitFile:
        copy = task.folder / task.names.court
        await _make_room(copy)
        made = await self._writer.write_court_copy(
            task.master.path,
            copy,
            begins=shown.start,
            clock=wall_clock(self._time_zone) if task.export.settings.burn_in_time else None,
            told=lambda at: task.course.at(_FETCHING + (1 - _FETCHING) * ((at - shown.start) / shown.length)),
        )
        return ExhibitFile(name=task.names.court, size=made.size, sha256=made.sha256)

    async def _made(self, task: _Task, making: Awaitable[ExhibitFile]) -> list[ExhibitFile]:
        """Await something that the exhibit can do without; a recorder's fault is noted."""
        try:
            return [await making]
        except RecorderUnavailable as error:
            task.notes.append(error.detail)
            return []

    async def _offset(self, camera: CameraId) -> ClockOffset | None:
        try:
            return await self._recorders.clock_offset(camera)
        except (RecorderUnavailable, NotFound):
            return None

    async def _recorded(self, camera: CameraId, interval: Interval) -> tuple[Interval, ...]:
        try:
            return await self._recorders.recorded(camera, interval)
        except IncidentError:
            # What cannot be asked for now is told by what comes, or does not.
            return ()


@attrs.define(kw_only=True)
class _Master:
    """The master's file."""

    path: Path
    container: Container

    def become_mp4(self) -> None:
        """Take the other kind of file."""
        self.path, self.container = self.path.with_suffix(".mp4"), Container.MP4


@attrs.frozen(kw_only=True)
class _Task:
    """An exhibit that is being made."""

    export: Export
    item: ExportItem
    folder: Path
    course: Course
    names: ExhibitNames
    master: _Master
    retrieval: Retrieval
    #: What the exhibit's reader is to know, in the order in which it was found.
    notes: list[str] = attrs.field(factory=list)

    @property
    def camera(self) -> CameraId:
        """Whose video it is."""
        return self.retrieval.camera

    @property
    def pictured(self) -> bool:
        """Whether still pictures go with it."""
        return self.export.settings.format is not ExportFormat.MEDIA

    async def watched(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        """Fetch the video, and tell how far that is."""
        share = _FETCHING if self.export.settings.court_copy else 1.0
        begin, length = self.retrieval.interval.start, self.retrieval.interval.length
        async with aclosing(self.retrieval.units()) as units:  # type: ignore[type-var]
            async for unit in units:
                self.course.heard()
                if isinstance(unit, AccessUnit) and unit.key:
                    self.course.at(share * min(1.0, max(0.0, (unit.time - begin) / length)))
                yield unit


def wall_clock(time_zone: str) -> Callable[[datetime], str]:
    """Give how an instant is burnt into a picture: by the site's clock."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return lambda at: written(at, zone, "milliseconds")


def _wanted(export: Export, item: ExportItem) -> Interval:
    if export.settings.format is not ExportFormat.STILLS:
        return item.interval
    return Interval(item.interval.start, min(item.interval.end, item.interval.start + _STILL_WITHIN))


def _fits(sound: SoundTrack, container: Container) -> bool:
    """Whether sound goes into a kind of file as it is; libavformat's Matroska refuses G.711."""
    return container is Container.MP4 or sound.codec in (SoundCodec.AAC, SoundCodec.OPUS)


async def _first_picture(
    units: AsyncIterator[AccessUnit | SoundUnit],
) -> tuple[list[SoundUnit], AccessUnit | None]:
    """Give what is heard before the first picture, and that."""
    early: list[SoundUnit] = []
    async for unit in units:
        if isinstance(unit, AccessUnit):
            return early, unit
        early.append(unit)
    return early, None


async def _chained(
    first: Iterable[AccessUnit | SoundUnit], rest: AsyncIterator[AccessUnit | SoundUnit]
) -> AsyncIterator[AccessUnit | SoundUnit]:
    for unit in first:
        yield unit
    async for unit in rest:
        yield unit


async def _make_room(path: Path) -> None:
    """Make the folder that a file goes into."""
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
