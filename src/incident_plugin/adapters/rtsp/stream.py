"""Open streams: packets become pictures while they are read, and reading goes at the reader's pace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from incident_plugin.adapters.rtsp.beginning import Beginning
from incident_plugin.adapters.rtsp.errors import BrokenProtocol, ConnectionLost, NoAnswer, RtspError
from incident_plugin.adapters.rtsp.nal import parameter_sets
from incident_plugin.adapters.rtsp.pictures import Pictures
from incident_plugin.adapters.rtsp.rtp import Bye, parse_rtcp, parse_rtp
from incident_plugin.adapters.rtsp.sdp import VideoDescription
from incident_plugin.adapters.rtsp.session import Limits, Session
from incident_plugin.adapters.rtsp.times import Times
from incident_plugin.adapters.rtsp.words import told
from incident_plugin.domain.media import AccessUnit, VideoTrack
from incident_plugin.domain.time import Interval

#: Spacing assumed before two pictures are there.
_SPACING = timedelta(milliseconds=40)


class RtspStream:
    """A live stream; raises ``RecorderUnavailable`` when it breaks and never ends by itself."""

    def __init__(self, session: Session, video: VideoDescription, times: Times, limits: Limits) -> None:
        self._session = session
        self._video = video
        self._times = times
        self._limits = limits
        self._pictures = Pictures(video.codec, video.parameter_sets, times)
        self._waiting: list[AccessUnit] = []
        self._ended = False
        self._sets = parameter_sets(video.codec, video.parameter_sets)

    @property
    def track(self) -> VideoTrack:
        """What a decoder must know before the first picture."""
        return VideoTrack(codec=self._video.codec, parameter_sets=self._sets)

    @property
    def losses(self) -> int:
        """How often packets were missing or damaged so far; each time pictures were left out."""
        return self._pictures.losses

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        """Give the pictures in decoding order."""
        while True:
            waiting, self._waiting = self._waiting, []
            for unit in waiting:
                yield unit
            if self._ended:
                return
            try:
                self._waiting = await self._read()
            except RtspError as error:
                raise told(error, self._session.host) from error

    async def find_track(self) -> None:
        """Read up to the first key picture when only it has the parameter sets; raises ``RtspError``."""
        while not self._sets and not self._ended:
            await self._read_first()

    async def _read_first(self) -> None:
        self._waiting += await self._read()
        if self._waiting:
            found = parameter_sets(self._video.codec, self._waiting[0].nals)
            if not (found or self._sets):
                raise BrokenProtocol("the video does not say how to decode it")
            self._sets = found or self._sets

    async def _read(self) -> list[AccessUnit]:
        return await self._batch(self._limits.silence)

    async def _batch(self, limit: float) -> list[AccessUnit]:
        """Give the pictures that the packets which arrived next complete."""
        batch = await self._session.connection.packets(limit)
        units: list[AccessUnit] = []
        rtp, rtcp = self._session.channel, self._session.channel + 1
        for channel, data in batch.packets:
            if channel == rtp:
                units += self._pictures.push(parse_rtp(data), batch.arrival)
            elif channel == rtcp:
                for item in parse_rtcp(data):
                    if isinstance(item, Bye):
                        self._bye()
                        return units + self._pictures.flush(batch.arrival)
                    self._times.report(item)
        return units

    def _bye(self) -> None:
        raise ConnectionLost("the camera ended its stream")


class RtspReplay(RtspStream):
    """A recorded stream; ends when everything in the interval was given."""

    def __init__(
        self, session: Session, video: VideoDescription, times: Times, limits: Limits, interval: Interval
    ) -> None:
        super().__init__(session, video, times, limits)
        self._interval = interval
        self._beginning = Beginning(interval.start)
        self._last: AccessUnit | None = None
        self._spacing = _SPACING

    async def find_track(self) -> None:
        """Read the first picture: what was recorded may differ from what the recorder describes today."""
        while not self._waiting and not self._ended:
            await self._read_first()

    @property
    def empty(self) -> bool:
        """Whether it ended before its first picture."""
        return self._ended and not self._waiting

    async def _read(self) -> list[AccessUnit]:
        units = await self._next()
        given: list[AccessUnit] = []
        for unit in units:
            if unit.time >= self._interval.end:
                self._ended = True
                break
            if self._last is not None:
                self._spacing = unit.time - self._last.time
            self._last = unit
            given += self._beginning.push(unit)
        if self._ended:
            given += self._beginning.rest()
        return given

    async def _next(self) -> list[AccessUnit]:
        """Give what comes next, or find that nothing does."""
        try:
            units = await self._batch(self._limits.tail if self._near_end() else self._limits.replay)
        except NoAnswer:
            # Some recorders just fall silent at the end, or where a gap begins that lasts until the end.
            await self._session.alive()
            units, self._ended = [], True
        except ConnectionLost:
            if not self._near_end():
                raise
            units, self._ended = [], True
        self._ended |= self._pictures.ended
        return units

    def _near_end(self) -> bool:
        return self._last is not None and self._last.time + 2 * self._spacing >= self._interval.end

    def _bye(self) -> None:
        self._ended = True
