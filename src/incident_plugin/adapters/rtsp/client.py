"""Opens live and recorded streams of one recorder over RTSP with interleaved TCP (RFC 2326, ONVIF replay)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from incident_plugin.adapters.rtsp.auth import Authenticator, Credentials
from incident_plugin.adapters.rtsp.beginning import HEAD_START
from incident_plugin.adapters.rtsp.connection import Connection, Headers
from incident_plugin.adapters.rtsp.errors import BrokenProtocol, Refused, RtspError
from incident_plugin.adapters.rtsp.messages import Response
from incident_plugin.adapters.rtsp.sdp import VideoDescription
from incident_plugin.adapters.rtsp.session import Address, Limits, Session
from incident_plugin.adapters.rtsp.stream import RtspReplay, RtspStream
from incident_plugin.adapters.rtsp.times import LiveTimes, ReplayTimes
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
    ) -> None:
        self._credentials = credentials
        self._name = name
        self._limits = limits or Limits()
        self._now = now

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
        async with self._session(url) as session:
            try:
                video = await session.describe()
                wanted = _wanted(interval, clock_offset, intra=intra)
                answer = await _play_recording(session, video, wanted, sound=sound, metadata=metadata)
                clocks = partial(ReplayTimes, clock_offset, _first_instant(answer))
                stream = RtspReplay(session, video, clocks, self._limits, interval)
                await stream.find_track()
            except RtspError as error:
                raise told(error, session.named) from error
            if stream.empty:
                raise NoVideo(f"{session.named} has no video in the chosen time. Choose another time.")
            yield stream

    @asynccontextmanager
    async def _session(self, url: str) -> AsyncIterator[Session]:
        try:
            address = Address.parse(url)
        except RtspError as error:
            raise told(error, recorder_at(self._name, "an unusable address")) from error
        try:
            connection = await Connection.open(
                address.host, address.port, Authenticator(self._credentials), self._now, self._limits.request
            )
        except RtspError as error:
            raise told(error, recorder_at(self._name, address.place)) from error
        session = Session(connection, address, self._limits, self._name)
        try:
            yield session
        finally:
            await session.close()


def _wanted(interval: Interval, clock_offset: timedelta, *, intra: bool) -> Headers:
    """ONVIF Streaming Specification section 6: without rate control the recorder sends as fast as it can."""
    start, end = interval.start + clock_offset - HEAD_START, interval.end + clock_offset
    return (
        ("Range", f"clock={_clock(start)}-{_clock(end + timedelta(microseconds=999))}"),
        ("Rate-Control", "no"),
        *((("Frames", "intra"),) if intra else ()),
    )


async def _play_recording(
    session: Session, video: VideoDescription, wanted: Headers, *, sound: bool, metadata: bool
) -> Response:
    try:
        return await session.play(
            video, _REQUIRE_REPLAY, (*_REQUIRE_REPLAY, *wanted), sound=sound, metadata=metadata
        )
    except Refused as refusal:
        if refusal.status != _OPTION_NOT_SUPPORTED:
            raise
        return await session.play(video, (), wanted, sound=sound, metadata=metadata)


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
