"""Parts of recordings for players: fetched, kept for a while, and coded anew where a browser needs that."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from incident_plugin.application.media_ports import Kept, Recode, Recorders, VideoStream, VideoWriter
from incident_plugin.application.ports import Clock
from incident_plugin.domain.errors import NoVideo
from incident_plugin.domain.media import AccessUnit, CameraId, Codec, SoundTrack, SoundUnit
from incident_plugin.domain.time import Interval

#: How far beyond the end it goes for the next key picture: parts that are whole groups join without a seam.
_GROUP = timedelta(seconds=4)
#: Recorders write some seconds behind the present: what is older does not grow any more.
_SETTLED = timedelta(seconds=20)


@attrs.frozen(kw_only=True)
class Wanted:
    """What a player asks for."""

    camera: CameraId
    interval: Interval
    #: Key pictures alone.
    intra: bool = False
    #: To the end of the group of pictures that the end lies in.
    groups: bool = False
    #: With the sound that was recorded.
    sound: bool = False
    #: With silence behind the last picture, for nothing that follows is there yet.
    tail: bool = False
    #: As H.264, for a browser that does not play it as it was recorded.
    h264: bool = False

    @property
    def key(self) -> str:
        """By what it is known as the same."""
        how = "".join(str(int(flag)) for flag in (self.intra, self.groups, self.sound, self.tail, self.h264))
        return f"part {self.camera} {self.interval.start.isoformat()} {self.interval.end.isoformat()} {how}"


@attrs.frozen(kw_only=True)
class Facts:
    """What a player must know of a part before its first byte."""

    #: When its first picture was taken.
    start: str
    #: Names for browsers (RFC 6381), with a comma between picture and sound.
    codec: str
    #: Whether the recording has sound that can be heard, asked for or not.
    hears: bool
    #: The codec of the recording where the part is coded anew; empty where it is the recorder's bits.
    recoded_from: str = ""


@attrs.frozen
class Part:
    """An open part. Whoever has it closes it."""

    facts: Facts
    fragments: AsyncGenerator[bytes]
    close: Callable[[], Coroutine[Any, Any, None]]


@attrs.frozen(kw_only=True)
class _Opened:
    """A replay whose first picture is here; leaving ``closing`` ends it."""

    stream: VideoStream
    facts: Facts
    heard: SoundTrack | None
    first: AccessUnit
    #: What came before the first picture.
    early: tuple[SoundUnit, ...]
    rest: AsyncIterator[AccessUnit | SoundUnit]
    closing: contextlib.AsyncExitStack

    async def units(self, end: datetime) -> AsyncGenerator[AccessUnit | SoundUnit]:
        """Give everything from the first picture on, up to the first key picture at or behind the end."""
        yield self.first
        for heard in self.early:
            yield heard
        async for unit in self.rest:
            if isinstance(unit, AccessUnit) and unit.key and unit.time >= end:
                return
            yield unit


@attrs.define
class _Making:
    """A part that is being made, for all who want it meanwhile."""

    facts: asyncio.Future[Facts]
    task: asyncio.Task[None] | None = None
    readers: int = 0
    pieces: list[bytes] = attrs.field(factory=list)
    over: bool = False
    failed: BaseException | None = None
    news: asyncio.Event = attrs.field(factory=asyncio.Event)

    def tell(self) -> None:
        """Wake everybody who waits for more."""
        self.news.set()
        self.news = asyncio.Event()

    async def read(self) -> AsyncGenerator[bytes]:
        """Give it from the beginning, as it comes."""
        place = 0
        while True:
            while place < len(self.pieces):
                yield self.pieces[place]
                place += 1
            if self.failed is not None:
                raise self.failed
            if self.over:
                return
            await self.news.wait()


class Parts:
    """Gives parts of recordings; it asks for no permission, its callers do."""

    def __init__(
        self,
        *,
        recorders: Recorders,
        writer: VideoWriter,
        recode: Recode,
        kept: Kept,
        clock: Clock,
        most_recoded: int,
    ) -> None:
        """Code at most ``most_recoded`` parts anew at a time; others wait."""
        self._recorders = recorders
        self._writer = writer
        self._recode = recode
        self._kept = kept
        self._clock = clock
        self._places = asyncio.Semaphore(most_recoded)
        self._made: dict[str, _Making] = {}

    async def open(self, wanted: Wanted) -> Part:
        """Open a part; raises ``NoVideo`` where nothing is recorded, and as ``Recorders.replay``."""
        if self._may_be_kept(wanted):
            kept = await self._kept.get(wanted.key)
            if kept is not None:
                return _unpacked(kept)
        if wanted.h264:
            return await self._joined(wanted)
        opened = await self._opened(wanted)
        fragments = self._keeping(wanted, opened)

        async def close() -> None:
            await fragments.aclose()
            await opened.closing.aclose()

        return Part(opened.facts, fragments, close)

    async def _joined(self, wanted: Wanted) -> Part:
        """Share what is being made for others already; it ends when nobody wants it any more."""
        making = self._made.get(wanted.key)
        if making is None:
            making = self._made[wanted.key] = _Making(asyncio.get_running_loop().create_future())
            making.task = asyncio.create_task(self._make(wanted, making))
        making.readers += 1
        pieces = making.read()

        async def close() -> None:
            await pieces.aclose()
            making.readers -= 1
            if making.facts.done() and not making.facts.cancelled():
                making.facts.exception()  # Somebody has been told, or has left.
            if making.readers == 0 and making.task is not None:
                if self._made.get(wanted.key) is making:
                    del self._made[wanted.key]
                making.task.cancel()
                await asyncio.wait([making.task])

        try:
            facts = await asyncio.shield(making.facts)
        except BaseException:
            await close()
            raise
        return Part(facts, pieces, close)

    async def _make(self, wanted: Wanted, making: _Making) -> None:
        try:
            async with self._places:
                opened = await self._opened(wanted)
                making.facts.set_result(opened.facts)
                async with opened.closing, contextlib.aclosing(self._keeping(wanted, opened)) as fragments:
                    async for piece in fragments:
                        making.pieces.append(piece)
                        making.tell()
        except Exception as error:  # noqa: BLE001 -- told to everybody who waits for it
            if not making.facts.done():
                making.facts.set_exception(error)
            making.failed = error
        finally:
            making.over = True
            making.facts.cancel()
            making.tell()
            if self._made.get(wanted.key) is making:
                del self._made[wanted.key]

    async def _opened(self, wanted: Wanted) -> _Opened:
        """Open a replay up to its first picture; raises ``NoVideo`` when there is none."""
        interval = self._with_next_group(wanted.interval) if wanted.groups else wanted.interval
        async with contextlib.AsyncExitStack() as stack:
            stream = await stack.enter_async_context(
                self._recorders.replay(wanted.camera, interval, sound=not wanted.intra, intra=wanted.intra)
            )
            recorded = stream.track.codec
            if wanted.h264:
                stream = await stack.enter_async_context(self._recode(stream, sought=wanted.interval.start))
            units = aiter(stream.mixed())
            early: list[SoundUnit] = []
            async for unit in units:
                if isinstance(unit, AccessUnit):
                    return _Opened(
                        stream=stream,
                        facts=_facts(stream, unit, wanted, recorded),
                        heard=stream.sound if wanted.sound else None,
                        first=unit,
                        early=tuple(early),
                        rest=units,
                        closing=stack.pop_all(),
                    )
                early.append(unit)
            raise NoVideo("The recorder has no picture in this time.")

    async def _keeping(self, wanted: Wanted, opened: _Opened) -> AsyncGenerator[bytes]:
        """Give the fragments, and keep a part that was given to its end."""
        growing = self._kept.writing(wanted.key) if self._may_be_kept(wanted) else None
        try:
            if growing is not None:
                await growing.add(_head(opened.facts))
            async with contextlib.aclosing(self._fragments(wanted, opened)) as fragments:
                async for fragment in fragments:
                    yield fragment
                    if growing is not None:
                        await growing.add(fragment)
            if growing is not None:
                await growing.complete()
        finally:
            if growing is not None:
                await growing.discard()

    async def _fragments(self, wanted: Wanted, opened: _Opened) -> AsyncGenerator[bytes]:
        units = opened.units(wanted.interval.end)
        playing = self._writer.playing(
            opened.stream.track,
            units,
            sought=wanted.interval.start,
            sound=opened.heard,
            tail=wanted.tail,
        )
        async with contextlib.aclosing(playing), contextlib.aclosing(units):
            async for fragment in playing:
                yield fragment

    def _may_be_kept(self, wanted: Wanted) -> bool:
        """What may still grow, and what is only looked at in passing, is not kept."""
        return wanted.groups and not wanted.intra and wanted.interval.end + _SETTLED < self._clock.now()

    def _with_next_group(self, interval: Interval) -> Interval:
        """Reach for the key picture behind the end, but never into what is still to come."""
        return Interval(interval.start, max(interval.end, min(interval.end + _GROUP, self._clock.now())))


def _facts(stream: VideoStream, first: AccessUnit, wanted: Wanted, recorded: Codec) -> Facts:
    heard = stream.sound.codec_string if stream.sound else ""
    return Facts(
        start=first.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        codec=",".join(filter(None, (stream.track.codec_string, heard if wanted.sound else ""))),
        hears=heard != "",
        recoded_from=recorded.spoken if wanted.h264 else "",
    )


def _head(facts: Facts) -> bytes:
    return json.dumps(attrs.asdict(facts)).encode() + b"\n"


def _unpacked(kept: bytes) -> Part:
    head, _, body = kept.partition(b"\n")
    facts = Facts(**json.loads(head))

    async def whole() -> AsyncGenerator[bytes]:
        yield body

    pieces = whole()
    return Part(facts, pieces, pieces.aclose)
