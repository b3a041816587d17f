"""The ``VideoWriter`` port by PyAV, which is imported when the first picture is there."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from incident_plugin.adapters.media.batches import batches
from incident_plugin.application.media_ports import WrittenVideo
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.media import AccessUnit, VideoTrack

if TYPE_CHECKING:
    from incident_plugin.adapters.media.muxer import Fragmenter, Muxer

_P = ParamSpec("_P")
_T = TypeVar("_T")
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class PyavWriter:
    """Remuxes and decodes in worker threads; keeps a few megabytes whatever the length of the video."""

    async def fragments(self, track: VideoTrack, units: AsyncIterable[AccessUnit]) -> AsyncIterator[bytes]:
        """Give fragmented MP4: first the initialisation segment, then fragments of about a second.

        The time line starts with the first picture at 0 and follows the recording, gaps included.
        """
        fragmenter: Fragmenter | None = None
        async for group in batches(units, prompt=True):
            if fragmenter is None:
                fragmenter = await _in_thread(_fragmenter, track, group[0])
            done = await _in_thread(fragmenter.add, group)
            if done:
                yield done
        if fragmenter is not None:
            yield await _in_thread(fragmenter.finish)

    async def write_mp4(
        self, path: Path, track: VideoTrack, units: AsyncIterable[AccessUnit]
    ) -> WrittenVideo | None:
        """Write a playable MP4, first under another name: at ``path`` there is a whole file or none.

        Gives ``None`` and writes nothing when there is no picture. Raises ``StoreUnavailable`` when the disk
        refuses, and whatever ``units`` raises; then nothing is left behind.
        """
        partial = path.with_name(path.name + ".partial")
        muxer: Muxer | None = None
        try:
            async for group in batches(units, prompt=False):
                if muxer is None:
                    muxer = await _in_thread(_muxer, partial, track, group[0])
                await _in_thread(muxer.write, group)
            return await _in_thread(_finish, muxer, partial, path) if muxer else None
        except OSError as error:
            raise _refusal(error, path) from error
        finally:
            if muxer is not None:
                await _in_thread(_discard, muxer, partial)

    async def still(self, track: VideoTrack, unit: AccessUnit, *, width: int | None = None) -> bytes:
        """Decode one key picture to JPEG, at most ``width`` pixels wide."""
        return await _in_thread(_still, track, unit, width)


async def _in_thread(work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run in a worker thread, to its end also when cancelled: two threads in one muxer would crash it."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def _fragmenter(track: VideoTrack, first: AccessUnit) -> Fragmenter:
    from incident_plugin.adapters.media.muxer import Fragmenter  # noqa: PLC0415 -- heavy, loaded when needed

    return Fragmenter(track, first)


def _muxer(path: Path, track: VideoTrack, first: AccessUnit) -> Muxer:
    from incident_plugin.adapters.media.muxer import Muxer  # noqa: PLC0415 -- heavy, loaded when needed

    return Muxer.to_file(path, track, first)


def _still(track: VideoTrack, unit: AccessUnit, width: int | None) -> bytes:
    from incident_plugin.adapters.media.still import still  # noqa: PLC0415 -- heavy, loaded when needed

    return still(track, unit, width)


def _finish(muxer: Muxer, partial: Path, path: Path) -> WrittenVideo:
    muxer.close()
    with partial.open("rb") as file:
        os.fsync(file.fileno())
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    partial.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    timeline = muxer.timeline
    return WrittenVideo(frames=timeline.frames, size=size, delivered=timeline.span, sha256=sha256)


def _discard(muxer: Muxer, partial: Path) -> None:
    """Leave nothing of a file that was not finished; finished ones have their final name by now."""
    if partial.exists():
        partial.unlink()
        muxer.abandon()


def _refusal(error: OSError, path: Path) -> StoreUnavailable:
    why = "The disk is full" if error.errno in _NO_SPACE else f"The disk refused ({error.strerror or error})"
    return StoreUnavailable(
        f"{why}, so the video file {path.name} was not written. Nothing else was changed. Make room or choose"
        " another place, then try again."
    )
