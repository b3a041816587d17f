"""Open streams: packets become pictures while they are read, and reading goes at the reader's pace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import datetime, timedelta

from incident_plugin.adapters.rtsp.beginning import Beginning
from incident_plugin.adapters.rtsp.beside import Beside, Clocks
from incident_plugin.adapters.rtsp.connection import Batch
from incident_plugin.adapters.rtsp.errors import BrokenProtocol, ConnectionLost, NoAnswer, RtspError
from incident_plugin.adapters.rtsp.nal import parameter_sets
from incident_plugin.adapters.rtsp.pictures import Pictures
from incident_plugin.adapters.rtsp.rtcp import Reception
from incident_plugin.adapters.rtsp.rtp import Bye, parse_rtcp, parse_rtp
from incident_plugin.adapters.rtsp.sdp import VideoDescription
from incident_plugin.adapters.rtsp.session import Limits, Session
from incident_plugin.adapters.rtsp.times import CLOCK_RATE
from incident_plugin.adapters.rtsp.words import told
from incident_plugin.application.video.following import Take
from incident_plugin.application.video.reordering import Ending
from incident_plugin.domain.media import AccessUnit, MetadataUnit, SoundTrack, SoundUnit, VideoTrack
from incident_plugin.domain.time import Interval

Unit = AccessUnit | SoundUnit | MetadataUnit
#: Spacing assumed before two pictures are there.
_SPACING = timedelta(milliseconds=40)


class RtspStream:
    """A live stream; raises ``RecorderUnavailable`` when it breaks and never ends by itself."""

    def __init__(self, session: Session, video: VideoDescription, clocks: Clocks, limits: Limits) -> None:
        self._session = session
        self._video = video
        self._times = clocks(CLOCK_RATE)
        self._limits = limits
        self._pictures = Pictures(video.codec, video.parameter_sets, self._times)
        self._beside = Beside(session, video, clocks)
        self._reception = Reception(CLOCK_RATE)
        self._waiting: list[Unit] = []
        self._ended = False
        #: When the last picture came, by the loop's clock.
        self._pictured: float | None = None
        self._sets = parameter_sets(video.codec, video.parameter_sets)

    @property
    def track(self) -> VideoTrack:
        """What a decoder must know before the first picture."""
        return VideoTrack(codec=self._video.codec, parameter_sets=self._sets)

    @property
    def sound(self) -> SoundTrack | None:
        """What a decoder of the sound must know; nothing when none was asked for or there is none."""
        return self._beside.sound

    @property
    def losses(self) -> int:
        """How often packets were missing or damaged so far; each time pictures were left out."""
        return self._pictures.losses

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        """Give the pictures in decoding order."""
        async with aclosing(self.everything()) as units:
            async for unit in units:
                if isinstance(unit, AccessUnit):
                    yield unit

    async def mixed(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        """Give pictures and sound as they come, each in its own order."""
        async with aclosing(self.everything()) as units:
            async for unit in units:
                if not isinstance(unit, MetadataUnit):
                    yield unit

    async def everything(self) -> AsyncGenerator[Unit]:
        """Give pictures, sound and metadata documents as they come, each in its own order."""
        while True:
            waiting, self._waiting = self._waiting, []
            for unit in waiting:
                yield unit
            if self._ended:
                return
            try:
                self._waiting = await self._read()
            except RtspError as error:
                raise told(error, self._session.named) from error

    async def follow(self, take: Take) -> None:
        """Give pictures and sound at once when they arrive, until the stream breaks; never ends by itself."""

        def give(batch: Batch) -> None:
            units = self._units(batch)
            self._refuse_pictureless(units)
            for unit in units:
                if not isinstance(unit, MetadataUnit):
                    take(unit)

        waiting, self._waiting = self._waiting, []
        for unit in waiting:
            if not isinstance(unit, MetadataUnit):
                take(unit)
        try:
            await self._session.connection.follow(give, self._limits.silence)
        except RtspError as error:
            raise told(error, self._session.named) from error

    async def find_track(self) -> None:
        """Read up to the first key picture when only it has the parameter sets; raises ``RtspError``."""
        while not self._sets and not self._ended:
            await self._read_first()

    async def _read_first(self) -> None:
        self._waiting += await self._read()
        picture = next((unit for unit in self._waiting if isinstance(unit, AccessUnit)), None)
        if picture is not None:
            found = parameter_sets(self._video.codec, picture.nals)
            if not (found or self._sets):
                raise BrokenProtocol("the video does not say how to decode it")
            self._sets = found or self._sets

    async def _read(self) -> list[Unit]:
        units = await self._batch(self._limits.silence)
        self._refuse_pictureless(units)
        return units

    def _refuse_pictureless(self, units: list[Unit]) -> None:
        """Give up a stream of which nothing can be shown, such as one without key pictures."""
        now = asyncio.get_running_loop().time()
        if self._pictured is None or any(isinstance(unit, AccessUnit) for unit in units):
            self._pictured = now
        elif now - self._pictured > self._limits.picture:
            raise NoAnswer(f"no picture that can be shown came for {self._limits.picture:g} seconds")

    async def _batch(self, limit: float) -> list[Unit]:
        """Give what the packets which arrive next complete."""
        return self._units(await self._session.connection.packets(limit))

    def _units(self, batch: Batch) -> list[Unit]:
        """Give what these packets complete; raises ``RtspError``."""
        units: list[Unit] = []
        rtp, rtcp = self._session.channel, self._session.channel + 1
        count, last, pictures = 0, b"", self._pictures
        for channel, data in batch.packets:
            if channel == rtp:
                count, last = count + 1, data
                units += pictures.take(data, batch.arrival)
            elif channel == rtcp:
                for item in parse_rtcp(data):
                    if isinstance(item, Bye):
                        self._bye()
                        return units + self._pictures.flush(batch.arrival)
                    self._times.report(item)
                    self._reception.heard(item, batch.arrival)
            else:
                units += self._beside.push(channel, data, batch.arrival)
        self._reported(count, last, batch.arrival)
        return units

    def _reported(self, count: int, last: bytes, arrival: datetime) -> None:
        """Count the video's packets, and tell the recorder from time to time what came."""
        if last:
            self._reception.took(count, parse_rtp(last), arrival)
        self._session.report(self._session.channel, self._reception.report(arrival))
        for channel, report in self._beside.reports(arrival):
            self._session.report(channel, report)

    def _bye(self) -> None:
        raise ConnectionLost("the camera ended its stream")


class RtspReplay(RtspStream):
    """A recorded stream; ends when everything in the interval was given."""

    def __init__(
        self,
        session: Session,
        video: VideoDescription,
        clocks: Clocks,
        limits: Limits,
        interval: Interval,
        *,
        intra: bool = False,
    ) -> None:
        super().__init__(session, video, clocks, limits)
        self._interval = interval
        self._beginning = Beginning(interval.start, intra=intra)
        self._ending: Ending | None = None
        #: Time of the latest picture.
        self._last: datetime | None = None
        self._spacing = _SPACING
        #: What comes beside the pictures, before it is known which of them belong to the replay.
        self._early: list[SoundUnit | MetadataUnit] = []
        self._begins: datetime | None = None
        #: Whether nothing came any more, and the recorder did not say that this was all.
        self.silent = False

    async def find_track(self) -> None:
        """Read the first picture: what was recorded may differ from what the recorder describes today."""
        while self._begins is None and not self._ended:
            await self._read_first()

    @property
    def empty(self) -> bool:
        """Whether it ended before its first picture."""
        return self._ended and self._begins is None

    @property
    def named(self) -> str:
        """The recorder, as messages name it."""
        return self._session.named

    @property
    def begins(self) -> datetime:
        """Time of its first picture; it must not be empty."""
        if self._begins is None:
            raise ValueError("there is no picture")
        return self._begins

    async def _read(self) -> list[Unit]:
        given: list[Unit] = []
        units = await self._next()
        if not self._ended:
            self._refuse_pictureless(units)
        for unit in units:
            if not isinstance(unit, AccessUnit):
                given += self._heard(unit)
            else:
                given += self._seen(unit)
        if self._ended:
            given += self._began(self._beginning.rest())
        return given

    def _seen(self, picture: AccessUnit) -> list[Unit]:
        """Give what is wanted now that a picture is there, and find the end."""
        if self._ending is None:
            reordering = self._reordering(picture)
            self._beginning.reordering = reordering
            self._ending = Ending(self._interval.end, reordering)
        given: list[Unit] = []
        for wanted in self._ending.push(picture):
            if self._last is not None and wanted.time > self._last:
                self._spacing = wanted.time - self._last
            self._last = max(wanted.time, self._last or wanted.time)
            given += self._began(self._beginning.push(wanted))
        self._ended |= self._ending.over
        return given

    def _reordering(self, first: AccessUnit) -> int:
        """What was recorded may differ from what the recorder describes today: the first picture counts."""
        sets = parameter_sets(self._video.codec, first.nals) or self._sets
        return VideoTrack(codec=self._video.codec, parameter_sets=sets).reordering

    def _began(self, pictures: list[AccessUnit]) -> list[Unit]:
        """Give pictures that belong to the replay; with the first of them comes what was held back."""
        if not pictures or self._begins is not None:
            return list(pictures)
        self._begins = pictures[0].time
        early, self._early = self._early, []
        return [*pictures, *(unit for held in early for unit in self._heard(held))]

    def _heard(self, unit: SoundUnit | MetadataUnit) -> list[Unit]:
        """Give what comes beside the pictures, if it lies between the first one and the end."""
        if self._begins is None:
            self._early.append(unit)
            return []
        return [unit] if self._begins <= unit.time < self._interval.end else []

    async def _next(self) -> list[Unit]:
        """Give what comes next, or find that nothing does."""
        try:
            units = await self._batch(self._patience())
        except NoAnswer:
            # Some recorders just fall silent at the end, or where a gap begins that lasts until the end.
            await self._session.alive()
            self.silent = True
            units, self._ended = [*self._pictures.flush(self._interval.end)], True
        except ConnectionLost:
            if not self._near_end():
                raise
            units, self._ended = [*self._pictures.flush(self._interval.end)], True
        self._ended |= self._pictures.ended
        return units

    def _patience(self) -> float:
        if self._last is None:
            return self._limits.first
        return self._limits.tail if self._near_end() else self._limits.replay

    def _near_end(self) -> bool:
        return self._last is not None and self._last + 2 * self._spacing >= self._interval.end

    def _bye(self) -> None:
        self._ended = True
