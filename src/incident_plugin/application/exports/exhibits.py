"""Making one exhibit: the master, its still picture and its court copy, with what is known of them."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from incident_plugin.application.exports.course import Course
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
#: Names of codecs for readers.
_SOUNDS = {
    SoundCodec.AAC: "AAC",
    SoundCodec.PCMU: "G.711 \N{GREEK SMALL LETTER MU}-law",
    SoundCodec.PCMA: "G.711 A-law",
    SoundCodec.OPUS: "Opus",
}


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
        item, settings = export.items[index], export.settings
        camera, interval = item.footage.camera, _wanted(export, item)
        with course.asking(item):
            before = await self._offset(camera)
            recorded = await self._recorded(camera, interval)
        retrieval = Retrieval(
            recorders=self._recorders,
            now=self._clock.now,
            sleep=self._sleep,
            camera=camera,
            interval=interval,
            sound=settings.sound and settings.format is not ExportFormat.STILLS,
            pausing=course.pausing,
        )
        names = _Names(export, index, item)
        fetching = _FETCHING if settings.court_copy else 1.0
        master = _Master(path=folder / names.master, container=settings.container)
        written = await self._cut(export, item, master, retrieval)
        key = None
        if written is None:
            with course.asking(item):
                watched = _watched(retrieval, course, fetching)
                written, key = await self._written(export, item, master, retrieval, watched)
        elif settings.format is not ExportFormat.MEDIA:
            key = await self._key_picture(retrieval)
        others, notes = [], [*retrieval.notes, *_sound_note(retrieval)]
        if key is not None and retrieval.track is not None and settings.format is not ExportFormat.MEDIA:
            first = names.still(item.interval.start)
            still = await self._made(notes, self._still(folder, first, retrieval, key))
            others += [still] if still else []
            with course.asking(item):
                others += await self._more_stills(folder, names, retrieval, settings.stills_every, notes)
        if written is not None and settings.court_copy:
            shown = written.delivered
            copy = self._court_copy(
                folder,
                names,
                master,
                written,
                burn_in=settings.burn_in_time,
                told=lambda at: course.at(fetching + (1 - fetching) * ((at - shown.start) / shown.length)),
            )
            made = await self._made(notes, copy)
            others += [made] if made else []
        with course.asking(item):
            after = await self._offset(camera)
        course.at(1.0)
        parts = retrieval.coverage.parts
        return Exhibit(
            id=names.id,
            item=item,
            file=master.path.relative_to(folder).as_posix() if written else "",
            size=written.size if written else 0,
            sha256=written.sha256 if written else "",
            delivered=Interval(parts[0].start, parts[-1].end) if parts else None,
            parts=parts,
            gaps=retrieval.missing(recorded),
            clock_offset=before,
            clock_offset_after=after,
            frames=written.frames if written else 0,
            codec=_codec(retrieval),
            sound=_described(retrieval.heard) if written else "",
            device=self._device(camera),
            others=tuple(others),
            notes=(*notes, *_clock_was_set(before, after)),
        )

    async def _cut(
        self, export: Export, item: ExportItem, master: _Master, retrieval: Retrieval
    ) -> WrittenVideo | None:
        """Cut the master out of preserved video, if there is some whose boxes can be copied as they are."""
        settings = export.settings
        if settings.container is not Container.MP4 or settings.format is ExportFormat.STILLS:
            return None
        await asyncio.to_thread(master.path.parent.mkdir, parents=True, exist_ok=True)
        try:
            done = await self._preserved.write(
                MasterOrder(
                    camera=retrieval.camera,
                    interval=retrieval.interval,
                    target=master.path,
                    sound=retrieval.sound,
                    facts=self._facts(export, item),
                    sealer=await self._sealing(export),
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

    async def _sealing(self, export: Export) -> FileSealer | None:
        """Give what seals single files from within, where that is wanted."""
        single = export.settings.format is ExportFormat.MEDIA and export.settings.sign
        return await asyncio.to_thread(self._sealer) if single else None

    def _facts(self, export: Export, item: ExportItem) -> FileFacts:
        return FileFacts(
            camera_name=item.footage.camera_name,
            line=item.footage.camera,
            exporter=self._site,
            exported_at=export.created_at,
            operator=export.owner.name if export.settings.user_names else "",
        )

    async def _written(
        self,
        export: Export,
        item: ExportItem,
        master: _Master,
        retrieval: Retrieval,
        units: AsyncIterator[AccessUnit | SoundUnit],
    ) -> tuple[WrittenVideo | None, AccessUnit | None]:
        """Write the master; give it with the first key picture."""
        async with aclosing(units):  # type: ignore[type-var]
            early, first = await _first_picture(units)
            if first is None or retrieval.track is None:
                return None, None
            if export.settings.format is ExportFormat.STILLS:
                return None, first
            await asyncio.to_thread(master.path.parent.mkdir, parents=True, exist_ok=True)
            everything = _chained([*early, first], units)
            track, sound = retrieval.track, retrieval.heard
            if sound is not None and not _fits(sound, master.container):
                master.become_mp4()
                retrieval.notes.append("The recorder's sound is G.711, so the file is MP4 and not Matroska.")
            if master.container is Container.MKV:
                return await self._writer.write_mkv(master.path, track, everything, sound=sound), first
            facts, sealer = self._facts(export, item), await self._sealing(export)
            written = self._writer.write_mp4(master.path, track, everything, facts, sealer, sound=sound)
            return await written, first

    async def _more_stills(
        self, folder: Path, names: _Names, retrieval: Retrieval, every: int | None, notes: list[str]
    ) -> list[ExhibitFile]:
        """Make the still pictures behind the first one, where these are wanted."""
        made: list[ExhibitFile] = []
        if every is None:
            return made
        try:
            async for unit in self._key_pictures(retrieval.camera, names.interval, timedelta(seconds=every)):
                still = await self._made(notes, self._still(folder, names.still(unit.time), retrieval, unit))
                made += [still] if still else []
        except NoVideo:
            pass
        except RecorderUnavailable as error:
            notes.append(f"Not all still pictures could be made. {error.detail}")
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

    async def _still(self, folder: Path, name: str, retrieval: Retrieval, key: AccessUnit) -> ExhibitFile:
        assert retrieval.track is not None  # noqa: S101 - there is a picture
        jpeg = await self._writer.still(retrieval.track, key)
        await asyncio.to_thread(_put, folder / name, jpeg)
        return ExhibitFile(name=name, size=len(jpeg), sha256=hashlib.sha256(jpeg).hexdigest())

    async def _court_copy(
        self,
        folder: Path,
        names: _Names,
        master: _Master,
        written: WrittenVideo,
        *,
        burn_in: bool,
        told: Callable[[datetime], None],
    ) -> ExhibitFile:
        copy = folder / names.court
        await asyncio.to_thread(copy.parent.mkdir, parents=True, exist_ok=True)
        made = await self._writer.write_court_copy(
            master.path,
            copy,
            begins=written.delivered.start,
            clock=wall_clock(self._time_zone) if burn_in else None,
            told=told,
        )
        return ExhibitFile(name=names.court, size=made.size, sha256=made.sha256)

    async def _made(self, notes: list[str], making: Awaitable[ExhibitFile]) -> ExhibitFile | None:
        """Await something that the exhibit can do without; a recorder's fault is noted."""
        try:
            return await making
        except RecorderUnavailable as error:
            notes.append(error.detail)
            return None

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


class _Names:
    """Names of an exhibit's files: of allowed characters only, whatever the camera is called."""

    def __init__(self, export: Export, index: int, item: ExportItem) -> None:
        self.id = f"E{index + 1:02d}"
        self.interval = item.interval
        camera = re.sub(r"[^A-Za-z0-9]+", "-", item.footage.camera_name).strip("-")[:40] or "camera"
        base = f"{self.id}_{camera}_{item.interval.start:%Y%m%dT%H%M%SZ}"
        packaged = export.settings.format is ExportFormat.PACKAGE
        places = {name: f"data/{name}/" if packaged else "" for name in ("master", "stills", "court")}
        self.master = f"{places['master']}{base}.{export.settings.container}"
        self._stills = f"{places['stills']}{self.id}_{camera}_"
        self.court = f"{places['court']}{base}{'' if packaged else '_court-copy'}.mp4"

    def still(self, at: datetime) -> str:
        """Name a still picture by its time: to the millisecond where that is none of the clock's seconds."""
        fraction = f".{at.microsecond // 1000:03d}" if at.microsecond else ""
        return f"{self._stills}{at:%Y%m%dT%H%M%S}{fraction}Z.jpg"


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


def _codec(retrieval: Retrieval) -> str:
    try:
        return retrieval.track.codec_string if retrieval.track else ""
    except ValueError:
        return ""


def _fits(sound: SoundTrack, container: Container) -> bool:
    """Whether sound goes into a kind of file as it is; libavformat's Matroska refuses G.711."""
    return container is Container.MP4 or sound.codec in (SoundCodec.AAC, SoundCodec.OPUS)


def _described(sound: SoundTrack | None) -> str:
    """Give what is said of the sound in a master."""
    if sound is None:
        return ""
    channels = "mono" if sound.channels == 1 else f"{sound.channels} channels"
    return f"{_SOUNDS[sound.codec]}, {sound.rate} Hz, {channels}, as recorded"


def _sound_note(retrieval: Retrieval) -> tuple[str, ...]:
    if not retrieval.sound or retrieval.heard is not None or retrieval.track is None:
        return ()
    return ("Sound was asked for and is not in the file: the recorder gave none.",)


def _clock_was_set(before: ClockOffset | None, after: ClockOffset | None) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    moved = after.offset - before.offset
    if abs(moved) <= before.uncertainty + after.uncertainty:
        return ()
    note = (
        f"The recorder's clock was set by {moved.total_seconds():+.1f} s while this was exported: times near "
        f"{written(after.measured_at, UTC)} may be off by as much."
    )
    return (note,)


async def _watched(
    retrieval: Retrieval, course: Course, share: float
) -> AsyncIterator[AccessUnit | SoundUnit]:
    length = retrieval.interval.length
    async with aclosing(retrieval.units()) as units:  # type: ignore[type-var]
        async for unit in units:
            course.heard()
            if isinstance(unit, AccessUnit) and unit.key:
                course.at(share * min(1.0, max(0.0, (unit.time - retrieval.interval.start) / length)))
            yield unit


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


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
