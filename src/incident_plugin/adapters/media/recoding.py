"""Live video that browsers cannot play, made into what they can: once for all viewers of a camera.

Importing this module does not import av: the first camera that needs it pays for that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from incident_plugin.application.media_ports import VideoStream
from incident_plugin.domain.media import AccessUnit, Codec, SoundCodec, SoundTrack, SoundUnit, VideoTrack

if TYPE_CHECKING:
    from incident_plugin.adapters.media.coders import PictureRecoder

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


class OpusRecoder:
    """Makes Opus of a camera's sound; what cannot be decoded is silence."""

    def __init__(self, track: SoundTrack) -> None:
        self.track = SoundTrack(codec=SoundCodec.OPUS, rate=48_000, channels=2)
        from incident_plugin.adapters.media.coders import SoundRecoder  # noqa: PLC0415 -- heavy

        self._coder = SoundRecoder(track)

    def recoded(self, unit: SoundUnit) -> list[SoundUnit]:
        """Give the frames of Opus that this unit completes; takes a fraction of a millisecond."""
        return self._coder.recoded(unit)


def _picture_recoder(track: VideoTrack) -> PictureRecoder:
    from incident_plugin.adapters.media.coders import PictureRecoder  # noqa: PLC0415 -- heavy

    return PictureRecoder(track)
