"""Video that browsers cannot play, made into what they can: once for all who watch the same.

Importing this module does not import av: the first camera that needs it pays for that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from incident_plugin.application.media_ports import VideoStream
from incident_plugin.domain.media import AccessUnit, Codec, SoundCodec, SoundTrack, SoundUnit, VideoTrack

if TYPE_CHECKING:
    from incident_plugin.adapters.media.coders import PictureRecoder, SoughtRecoder

#: Types of NAL units: sequence and picture parameter sets (ITU-T H.264 table 7-1).
_H264_SETS = (7, 8)
#: Seconds behind the camera after which pictures are left out until it is caught up with.
_BEHIND = 1.0
_CLOCK_RATE = 90_000


@asynccontextmanager
async def recoded_pictures(stream: VideoStream) -> AsyncIterator[VideoStream]:
    """Give a live stream's pictures as H.264 without B pictures, and its sound as it is.

    One thread decodes and codes; a machine that is too slow for it leaves pictures out, and stays live.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="recoding") as worker:
        loop = asyncio.get_running_loop()
        yield _Recoded(stream, await loop.run_in_executor(worker, _picture_recoder, stream.track), worker)


class _Recoded:
    """A stream as it is given on."""

    def __init__(self, stream: VideoStream, coder: PictureRecoder, worker: ThreadPoolExecutor) -> None:
        self.track = VideoTrack(codec=Codec.H264, parameter_sets=())
        self.sound = stream.sound
        self._stream = stream
        self._coder = coder
        self._worker = worker
        self._pace: float | None = None

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        async for unit in self._stream:
            for made in await self._recode(unit):
                yield made

    async def mixed(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        """Give pictures and sound as they come."""
        async for unit in self._stream.mixed():
            if isinstance(unit, SoundUnit):
                yield unit
                continue
            for made in await self._recode(unit):
                yield made

    async def _recode(self, unit: AccessUnit) -> list[AccessUnit]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._coder.recoded, unit, self._is_behind(unit))

    def _is_behind(self, unit: AccessUnit) -> bool:
        """Whether pictures come later than they did at best."""
        now = time.monotonic() - unit.pts / _CLOCK_RATE
        self._pace = now if self._pace is None else min(self._pace, now)
        return now - self._pace > _BEHIND


@asynccontextmanager
async def recoded_replay(stream: VideoStream, *, sought: datetime) -> AsyncIterator[VideoStream]:
    """Give recorded pictures as H.264, from the one that is shown at ``sought`` on, and sound as it is.

    One thread decodes and codes, as fast as it can.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="recoding") as worker:
        coder = await asyncio.get_running_loop().run_in_executor(
            worker, _sought_recoder, stream.track, sought
        )
        yield _RecodedReplay(stream, coder, worker)


class _RecodedReplay:
    """A replay as it is given on."""

    def __init__(self, stream: VideoStream, coder: SoughtRecoder, worker: ThreadPoolExecutor) -> None:
        #: With its parameter sets from the first picture on.
        self.track = VideoTrack(codec=Codec.H264, parameter_sets=())
        self.sound = stream.sound
        self._stream = stream
        self._coder = coder
        self._worker = worker

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        async for unit in self.mixed():
            if isinstance(unit, AccessUnit):
                yield unit

    async def mixed(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        """Give pictures and sound as they come."""
        loop = asyncio.get_running_loop()
        async for unit in self._stream.mixed():
            if isinstance(unit, SoundUnit):
                yield unit
                continue
            for made in await loop.run_in_executor(self._worker, self._coder.shown, unit):
                yield self._described(made)
        for made in await loop.run_in_executor(self._worker, self._coder.rest):
            yield self._described(made)

    def _described(self, made: AccessUnit) -> AccessUnit:
        if not self.track.parameter_sets:
            sets = tuple(nal for nal in made.nals if nal[0] & 0x1F in _H264_SETS)
            self.track = VideoTrack(codec=Codec.H264, parameter_sets=sets)
        return made


class OpusRecoder:
    """Makes Opus of a camera's sound; what cannot be decoded is silence."""

    def __init__(self, track: SoundTrack) -> None:
        self.track = SoundTrack(codec=SoundCodec.OPUS, rate=48_000, channels=2)
        from incident_plugin.adapters.media.coders import SoundRecoder  # noqa: PLC0415 -- heavy

        self._coder = SoundRecoder(track)

    def recoded(self, unit: SoundUnit) -> list[SoundUnit]:
        """Give the frames of Opus that this unit completes; takes a fraction of a millisecond."""
        return self._coder.recoded(unit)


def _sought_recoder(track: VideoTrack, sought: datetime) -> SoughtRecoder:
    from incident_plugin.adapters.media.coders import SoughtRecoder  # noqa: PLC0415 -- heavy

    return SoughtRecoder(track, sought)


def _picture_recoder(track: VideoTrack) -> PictureRecoder:
    from incident_plugin.adapters.media.coders import PictureRecoder  # noqa: PLC0415 -- heavy

    return PictureRecoder(track)
