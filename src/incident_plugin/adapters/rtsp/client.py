"""Opens live and recorded streams of one recorder over RTSP with interleaved TCP (RFC 2326, ONVIF replay)."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import attrs

from incident_plugin.adapters.rtsp.auth import Authenticator, Credentials
from incident_plugin.adapters.rtsp.beginning import HEAD_START, LONGER_HEAD_STARTS
from incident_plugin.adapters.rtsp.connection import Connection, Headers
from incident_plugin.adapters.rtsp.errors import BrokenProtocol, Refused, RtspError
from incident_plugin.adapters.rtsp.messages import Response
from incident_plugin.adapters.rtsp.sdp import VideoDescription
from incident_plugin.adapters.rtsp.session import Address, Limits, Session
from incident_plugin.adapters.rtsp.stream import RtspReplay, RtspStream
from incident_plugin.adapters.rtsp.times import LiveTimes, ReplayTimes
from incident_plugin.adapters.rtsp.tls import Trust
from incident_plugin.adapters.rtsp.warm import Key, Ready, WarmSessions
from incident_plugin.adapters.rtsp.words import recorder_at, told
from incident_plugin.domain.errors import NoVideo
from incident_plugin.domain.time import Interval

_NO_OFFSET = timedelta(0)
_OPTION_NOT_SUPPORTED = 551
_REQUIRE_REPLAY = (("Require", "onvif-replay"),)


def _system_now() -> datetime:
    return datetime.now(UTC)


class RtspClient:
    """Streams of one recorder, all with the same credentials.

    ``clock_offset`` is recorder clock minus ours: intervals are given and pictures are timed by our clock.
    Opening raises ``RecorderUnavailable``, ``NotFound`` or, for a replay, ``NoVideo``.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        name: str = "",
        limits: Limits | None = None,
        now: Callable[[], datetime] = _system_now,
        keeps_warm: float = 0.0,
        trust: Trust | None = None,
    ) -> None:
        """``keeps_warm``: for how many seconds a replay's session waits for the next replay.

        ``trust`` says which certificate is accepted where an address asks for TLS.
        """
        self._credentials = credentials
        self._trust = trust or Trust()
        self._name = name
        self._limits = limits or Limits()
        self._now = now
        self._warm = WarmSessions(keeps_warm)
        self._leaving: set[asyncio.Future[None]] = set()
        #: Whether it begins after the start it is given, as many do; without warm sessions that is assumed.
        self._begins_late = keeps_warm <= 0

    @asynccontextmanager
    async def live(
        self,
        url: str,
        *,
        clock_offset: timedelta | None = _NO_OFFSET,
        sound: bool = False,
        metadata: bool = False,
    ) -> AsyncIterator[RtspStream]:
        """Open a live stream; without an offset its pictures are timed by their arrival."""
        async with self._session(url) as session:
            try:
                video = await session.describe()
                await session.play(video, sound=sound, metadata=metadata)
                clocks = partial(LiveTimes, clock_offset)
                stream = RtspStream(session, video, clocks, self._limits)
                await stream.find_track()
            except RtspError as error:
                raise told(error, session.named) from error
            yield stream

    @asynccontextmanager
    async def replay(
        self,
        url: str,
        interval: Interval,
        *,
        clock_offset: timedelta = _NO_OFFSET,
        sound: bool = False,
        metadata: bool = False,
        intra: bool = False,
    ) -> AsyncIterator[RtspReplay]:
        """Open recorded video, from the key picture at or before the start, as fast as it comes.

        ``intra`` asks for key pictures alone; a recorder that sends all does not mind being asked.
        """
        key, wanted = Key(url, sound, metadata), _Wanted(interval, clock_offset, intra)
        async with self._in_use(key, self._warm.take(key)) as using:
            stream: RtspReplay | None = None
            if using.ready is not None:
                # What waited may be gone by now: then it is opened anew.
                with suppress(RtspError):
                    stream = await self._begun(using.ready, wanted, self._head_starts())
            head_starts = self._head_starts()
            while stream is None:
                await using.end()
                using.ready = ready = await self._set_up(url, sound=sound, metadata=metadata)
                try:
                    stream = await self._begun(ready, wanted, head_starts)
                except RtspError as error:
                    raise told(error, ready.session.named) from error
            if stream.empty:
                raise NoVideo(f"{stream.named} has no video in the chosen time. Choose another time.")
            yield stream

    async def close(self) -> None:
        """End the sessions that wait."""
        await asyncio.gather(*self._leaving)
        await self._warm.close()

    @asynccontextmanager
    async def _in_use(self, key: Key, ready: Ready | None) -> AsyncIterator[_InUse]:
        """Whatever session is used in the end waits for the next replay, if it can."""
        using = _InUse(ready)
        try:
            yield using
        except (NoVideo, GeneratorExit, asyncio.CancelledError):
            await self._left(using.leave(self._warm, key))
            raise
        except BaseException:
            await self._left(using.end())
            raise
        else:
            await self._left(using.leave(self._warm, key))

    async def _left(self, leaving: Coroutine[Any, Any, None]) -> None:
        """Leave a session in order, also when the reader is cancelled again meanwhile."""
        task = asyncio.ensure_future(leaving)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
        await asyncio.shield(task)

    async def _set_up(self, url: str, *, sound: bool, metadata: bool) -> Ready:
        """Connect and set up a session for replay."""
        session = await self._connected(url)
        try:
            video = await session.describe()
            requires = await _set_up_replay(session, video, sound=sound, metadata=metadata)
        except RtspError as error:
            await session.close()
            raise told(error, session.named) from error
        except BaseException:
            await session.close()
            raise
        return Ready(session, video, requires)

    def _head_starts(self) -> deque[timedelta]:
        """Give by how much earlier a replay is asked for, one try after the other."""
        usual = (HEAD_START, *LONGER_HEAD_STARTS)
        return deque(usual if self._begins_late else (_NO_OFFSET, *usual))

    async def _begun(self, ready: Ready, wanted: _Wanted, head_starts: deque[timedelta]) -> RtspReplay | None:
        """Play up to the first picture; from earlier and earlier while the recorder begins too late.

        Gives nothing when it would have to play again and the recorder cannot pause.
        """
        while True:
            head_start = head_starts.popleft()
            stream = await self._tried(ready, wanted, head_start)
            if stream is not None and wanted.is_begun_by(stream):
                self._begins_late |= bool(head_start)
                return stream
            if not head_starts or (stream is not None and stream.silent):
                return stream
            try:
                await ready.session.pause(ready.video)
            except Refused:
                self._begins_late = True
                return None

    async def _tried(self, ready: Ready, wanted: _Wanted, head_start: timedelta) -> RtspReplay | None:
        """Play up to the first picture; gives nothing where the start without a head start is refused."""
        try:
            answer = await _started(ready, wanted.headers(head_start))
        except Refused:
            if head_start == HEAD_START:
                raise
            # Before the first recording, perhaps: less of a head start is not refused.
            return await self._tried(ready, wanted, HEAD_START) if head_start else None
        clocks = partial(ReplayTimes, wanted.clock_offset, _first_instant(answer))
        stream = RtspReplay(
            ready.session, ready.video, clocks, self._limits, wanted.interval, intra=wanted.intra
        )
        await stream.find_track()
        return stream

    @asynccontextmanager
    async def _session(self, url: str) -> AsyncIterator[Session]:
        session = await self._connected(url)
        try:
            yield session
        finally:
            await session.close()

    async def _connected(self, url: str) -> Session:
        try:
            address = Address.parse(url)
        except RtspError as error:
            raise told(error, recorder_at(self._name, "an unusable address")) from error
        trust = self._trust if address.encrypted else None
        signing, limit = Authenticator(self._credentials), self._limits.request
        try:
            connection = await Connection.open(
                address.host, address.port, signing, self._now, limit=limit, trust=trust
            )
        except RtspError as error:
            raise told(error, recorder_at(self._name, address.place)) from error
        return Session(connection, address, self._limits, self._name)


@attrs.frozen
class _Wanted:
    """What a replay is to give."""

    interval: Interval
    #: The recorder's clock minus ours.
    clock_offset: timedelta
    #: Key pictures alone.
    intra: bool

    def headers(self, head_start: timedelta) -> Headers:
        """Without rate control the recorder sends as fast as it can (ONVIF Streaming section 6)."""
        start = self.interval.start + self.clock_offset - head_start
        end = self.interval.end + self.clock_offset + timedelta(microseconds=999)
        return (
            ("Range", f"clock={_clock(start)}-{_clock(end)}"),
            ("Rate-Control", "no"),
            *((("Frames", "intra"),) if self.intra else ()),
        )

    def is_begun_by(self, stream: RtspReplay) -> bool:
        """Whether its first picture is the one that was to be seen at the start."""
        return not stream.empty and stream.begins <= self.interval.start


class _InUse:
    """The session of one replay."""

    def __init__(self, ready: Ready | None) -> None:
        self.ready = ready

    async def end(self) -> None:
        """Close it; nothing is left."""
        ready, self.ready = self.ready, None
        if ready is not None:
            await ready.session.close()

    async def leave(self, warm: WarmSessions, key: Key) -> None:
        """Let it wait for the next replay, or close it."""
        if self.ready is not None and warm.keeps:
            with suppress(RtspError):
                await self.ready.session.pause(self.ready.video)
                if warm.keep(key, self.ready):
                    self.ready = None
        await self.end()


async def _started(ready: Ready, wanted: Headers) -> Response:
    try:
        required = _REQUIRE_REPLAY if ready.requires else ()
        return await ready.session.start(ready.video, (*required, *wanted))
    except Refused as refusal:
        if not ready.requires or refusal.status != _OPTION_NOT_SUPPORTED:
            raise
        ready.requires = False
        return await ready.session.start(ready.video, wanted)


async def _set_up_replay(session: Session, video: VideoDescription, *, sound: bool, metadata: bool) -> bool:
    """Set the streams up; says whether the recorder knows replay as a feature that can be required."""
    try:
        await session.set_up(video, _REQUIRE_REPLAY, sound=sound, metadata=metadata)
    except Refused as refusal:
        if refusal.status != _OPTION_NOT_SUPPORTED:
            raise
        await session.set_up(video, (), sound=sound, metadata=metadata)
        return False
    return True


def _clock(instant: datetime) -> str:
    """RFC 2326 section 3.7, cut to milliseconds: some recorders read no more."""
    return f"{instant:%Y%m%dT%H%M%S}.{instant.microsecond // 1000:03d}Z"


def _first_instant(answer: Response) -> datetime | None:
    """Where the recorder says that it starts, by its clock: for those that do not time each picture."""
    found = re.match(r"clock\s*=\s*(\d{8}T\d{6})(\.\d{1,6})?Z?", answer.header("range") or "")
    if found is None:
        return None
    try:
        whole = datetime.strptime(found[1] + "+0000", "%Y%m%dT%H%M%S%z")
    except ValueError as error:
        raise BrokenProtocol("the recorder names a time that does not exist") from error
    return whole + timedelta(seconds=float(found[2] or 0))
