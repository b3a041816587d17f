"""Making one copy of a sequence's video, from its recorder into the vault."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from itertools import pairwise

import attrs

from incident_plugin.application.administration.storage_rooms import FolderRoom
from incident_plugin.application.media_ports import Recorders, VideoStream, VideoWriter
from incident_plugin.application.ports import Clock
from incident_plugin.application.vault_port import Vault
from incident_plugin.domain.coding import MOST_REORDERED
from incident_plugin.domain.errors import NoVideo
from incident_plugin.domain.media import AccessUnit, SoundUnit
from incident_plugin.domain.preserving import Copy, CopyState
from incident_plugin.domain.time import Interval

#: Bytes after which the room that is left is looked at anew.
_LOOK_EVERY = 64 * 1024 * 1024
#: What happens when there is room again.
_BY_ITSELF = "and it goes on by itself"


@attrs.frozen(kw_only=True)
class CopyMaker:
    """Fetches and keeps; knows nothing of projects."""

    _clock: Clock
    _recorders: Recorders
    _writer: VideoWriter
    _vault: Vault
    _room: FolderRoom
    #: Whether the site lets recorded sound be preserved.
    _sound: bool = True

    async def made(self, copy: Copy, at: Callable[[float], None]) -> Copy:
        """Give the copy as it is when it is kept; ``at`` is told the part that is done.

        Raises ``NoVideo``, ``NotFound``, ``RecorderUnavailable``, ``StoreUnavailable``.
        """
        await asyncio.to_thread(self._room.require, 1, then=_BY_ITSELF)
        span = _Span()
        async with self._recorders.replay(copy.camera, copy.interval, sound=self._sound) as stream:
            offset = await self._recorders.clock_offset(copy.camera)
            units = _watched(copy, stream, span, at)
            pieces = self._writer.fragments(stream.track, units, sound=stream.sound)
            stored = await self._vault.put(self._bounded(pieces))
        if stored is None or span.whole is None:
            raise NoVideo("The recorder has no video of this time any more, so nothing could be preserved.")
        self._room.changed()
        now = self._clock.now()
        return attrs.evolve(
            copy,
            state=CopyState.KEPT,
            sha256=stored.sha256,
            size=stored.size,
            delivered=span.whole,
            clock_offset=offset,
            attempts=copy.attempts + 1,
            message="",
            damage="",
            tried_at=now,
            kept_at=now,
            checked_at=now,
        )

    async def _bounded(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Look at the room that is left while a long film is written."""
        written = looked = 0
        async for piece in pieces:
            written += len(piece)
            if written - looked >= _LOOK_EVERY:
                await asyncio.to_thread(self._room.require, written, then=_BY_ITSELF)
                looked = written
            yield piece


class _Span:
    """From the first picture to the end of the last one."""

    def __init__(self) -> None:
        self._first: datetime | None = None
        #: The latest times, in order: pictures may be decoded before those that are shown before them.
        self._latest: list[datetime] = []

    def add(self, unit: AccessUnit) -> None:
        """Take a picture into account."""
        self._first = self._first or unit.time
        insort(self._latest, unit.time)
        del self._latest[: -MOST_REORDERED - 2]

    @property
    def whole(self) -> Interval | None:
        """Give the span; nothing when there was no picture."""
        if self._first is None:
            return None
        steps = [later - earlier for earlier, later in pairwise(self._latest)]
        usual = [step for step in steps if timedelta(0) < step < timedelta(seconds=1)]
        return Interval(self._first, self._latest[-1] + (usual[-1] if usual else timedelta(seconds=1 / 25)))


async def _watched(
    copy: Copy, stream: VideoStream, span: _Span, at: Callable[[float], None]
) -> AsyncIterator[AccessUnit | SoundUnit]:
    async for unit in stream.mixed() if stream.sound else stream:
        if isinstance(unit, AccessUnit):
            span.add(unit)
            at(min(1.0, max(0.0, (unit.time - copy.interval.start) / copy.interval.length)))
        yield unit
