"""The ``VideoWriter`` port by PyAV, which is imported when the first picture is there."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from incident_plugin.adapters.media.batches import batches
from incident_plugin.application.media_ports import FileFacts, FileSealer, WrittenVideo
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.media import AccessUnit, SoundTrack, SoundUnit, VideoTrack

if TYPE_CHECKING:
    from incident_plugin.adapters.media.fragments import Fragments
    from incident_plugin.adapters.media.master import Master
    from incident_plugin.adapters.media.playing import PlayingStream

_P = ParamSpec("_P")
_T = TypeVar("_T")
#: A fragment for playing lasts at most about a second, in 1/90000 s.
_SECOND = 90_000
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class PyavWriter:
    """Remuxes and decodes in worker threads; keeps a few megabytes whatever the length of the video."""

    async def fragments(
        self,
        track: VideoTrack,
        units: AsyncIterable[AccessUnit | SoundUnit],
        *,
        sound: SoundTrack | None = None,
    ) -> AsyncIterator[bytes]:
        """Give fragmented MP4: first the initialisation segment, then fragments of about a second.

        The time line starts with the first picture at 0 and follows the recording, gaps included.
        """
        film: Fragments | None = None
        async for group in batches(units, prompt=True):
            if film is None:
                film = await _in_thread(_film, track, _first(group), sound)
                yield film.head
            for fragment in await _in_thread(film.add, group):
                yield fragment
        if film is not None:
            for fragment in await _in_thread(film.finish):
                yield fragment

    async def playing(
        self,
        track: VideoTrack,
        units: AsyncIterable[AccessUnit | SoundUnit],
        *,
        sought: datetime,
        sound: SoundTrack | None = None,
        tail: bool = False,
    ) -> AsyncGenerator[bytes]:
        """Give the same in small fragments, the first of which ends with the picture at ``sought``.

        ``tail`` puts silence behind the last picture.
        """
        stream: PlayingStream | None = None
        early: list[SoundUnit] = []
        async for unit in units:
            if stream is None:
                if isinstance(unit, SoundUnit):
                    early.append(unit)
                    continue
                stream = await _in_thread(_playing, track, unit, sought, sound, tail)
                yield stream.head
                for heard in early:
                    stream.add(heard)
            done = stream.add(unit)
            if done:
                yield done
        if stream is not None:
            yield stream.finish()

    async def write_mp4(
        self,
        path: Path,
        track: VideoTrack,
        units: AsyncIterable[AccessUnit | SoundUnit],
        facts: FileFacts | None = None,
        sealer: FileSealer | None = None,
        *,
        sound: SoundTrack | None = None,
    ) -> WrittenVideo | None:
        """Write a playable MP4; see ``_write``. With ``facts`` it says where it comes from."""
        return await self._write(path, track, units, sound=sound, facts=facts, sealer=sealer)

    async def write_mkv(
        self,
        path: Path,
        track: VideoTrack,
        units: AsyncIterable[AccessUnit | SoundUnit],
        *,
        sound: SoundTrack | None = None,
    ) -> WrittenVideo | None:
        """Write a Matroska file; see ``_write``."""
        return await self._write(path, track, units, sound=sound)

    async def _write(
        self,
        path: Path,
        track: VideoTrack,
        units: AsyncIterable[AccessUnit | SoundUnit],
        *,
        sound: SoundTrack | None,
        facts: FileFacts | None = None,
        sealer: FileSealer | None = None,
    ) -> WrittenVideo | None:
        """Write the bits as they come, first under another name: at ``path`` there is a whole file or none.

        Gives ``None`` and writes nothing when there is no picture. Raises ``StoreUnavailable`` when the disk
        refuses, and whatever ``units`` raises; then nothing is left behind.
        """
        partial = path.with_name(path.name + ".partial")
        #: At most one. The thread puts it here, so that whoever is cancelled while it opens can close it.
        opened: list[Master] = []

        def begin(first: AccessUnit) -> None:
            opened.append(_master(partial, path, track, first, sound))

        try:
            async for group in batches(units, prompt=False):
                if not opened:
                    await _in_thread(begin, _first(group))
                await _in_thread(opened[0].write, group)
            return await _in_thread(_finish, opened[0], partial, path, facts, sealer) if opened else None
        except OSError as error:
            raise _refusal(error, path) from error
        finally:
            for master in opened:
                await _in_thread(_discard, master, partial)

    async def write_court_copy(
        self,
        master: Path,
        copy: Path,
        *,
        begins: datetime,
        clock: Callable[[datetime], str] | None,
        told: Callable[[datetime], None] = lambda _: None,
    ) -> WrittenVideo:
        """Write a copy in H.264 that any player opens; raises ``StoreUnavailable`` when the disk refuses.

        ``told`` learns, in another thread, which time the copy has come to. Who is cancelled does not wait
        for the rest.
        """
        unwanted = threading.Event()

        def going_on(at: datetime) -> None:
            if unwanted.is_set():
                raise _NotWantedError
            told(at)

        making = asyncio.ensure_future(_in_thread(_court_copy, master, copy, begins, clock, going_on))
        try:
            return await asyncio.shield(making)
        except OSError as error:
            raise _refusal(error, copy) from error
        except asyncio.CancelledError:
            unwanted.set()
            await asyncio.gather(making, return_exceptions=True)
            raise

    async def still(self, track: VideoTrack, unit: AccessUnit, *, width: int | None = None) -> bytes:
        """Decode one key picture to JPEG, at most ``width`` pixels wide."""
        return await _in_thread(_still, track, unit, width)


class _NotWantedError(Exception):
    """Nobody waits for the copy any more."""


async def _in_thread(work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run in a worker thread, to its end also when cancelled: two threads in one muxer would crash it."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def _first(group: Sequence[AccessUnit | SoundUnit]) -> AccessUnit:
    """Give the first picture of the first group, which has one."""
    return next(unit for unit in group if isinstance(unit, AccessUnit))


def _playing(
    track: VideoTrack, first: AccessUnit, sought: datetime, sound: SoundTrack | None, tail: bool
) -> PlayingStream:
    from incident_plugin.adapters.media.playing import PlayingStream  # noqa: PLC0415 -- heavy, when needed

    return PlayingStream(track, first, sought=sought, sound=sound, tail=tail)


def _film(track: VideoTrack, first: AccessUnit, sound: SoundTrack | None) -> Fragments:
    from incident_plugin.adapters.media.fragments import (  # noqa: PLC0415 -- heavy, loaded when needed
        Fragments,
    )

    return Fragments(track, first, sound, longest=_SECOND)


def _master(
    partial: Path, path: Path, track: VideoTrack, first: AccessUnit, sound: SoundTrack | None
) -> Master:
    from incident_plugin.adapters.media.master import Mkv, Mp4  # noqa: PLC0415 -- heavy, loaded when needed

    return (Mkv if path.suffix == ".mkv" else Mp4)(partial, track, first, sound)


def _court_copy(
    master: Path,
    copy: Path,
    begins: datetime,
    clock: Callable[[datetime], str] | None,
    told: Callable[[datetime], None],
) -> WrittenVideo:
    from incident_plugin.adapters.media.court import write  # noqa: PLC0415 -- heavy, loaded when needed

    return write(master, copy, begins, clock, told)


def _still(track: VideoTrack, unit: AccessUnit, width: int | None) -> bytes:
    from incident_plugin.adapters.media.still import still  # noqa: PLC0415 -- heavy, loaded when needed

    return still(track, unit, width)


def _finish(
    master: Master, partial: Path, path: Path, facts: FileFacts | None, sealer: FileSealer | None
) -> WrittenVideo:
    size, sha256 = master.finish(facts, sealer)
    partial.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    timeline = master.timeline
    return WrittenVideo(frames=timeline.frames, size=size, delivered=timeline.span, sha256=sha256)


def _discard(master: Master, partial: Path) -> None:
    """Leave nothing of a file that was not finished; finished ones have their final name by now."""
    if partial.exists():
        partial.unlink()
        master.abandon()


def _refusal(error: OSError, path: Path) -> StoreUnavailable:
    why = "The disk is full" if error.errno in _NO_SPACE else f"The disk refused ({error.strerror or error})"
    return StoreUnavailable(
        f"{why}, so the video file {path.name} was not written. Nothing else was changed. Make room or choose"
        " another place, then try again."
    )
