"""When a picture was taken: from the recorder's statements to UTC by our clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from incident_plugin.adapters.rtsp.errors import BrokenProtocol
from incident_plugin.adapters.rtsp.rtp import MICROSECONDS, RtpPacket, SenderReport, ntp_time

CLOCK_RATE = 90_000
_WRAP = 1 << 32
#: Sender reports that differ more than this from the time of arrival count from something else than UTC, such
#: as the start of the camera.
_BELIEVABLE = timedelta(seconds=10)
_NEVER = datetime.min.replace(tzinfo=UTC)


def ticks_between(earlier: int, later: int) -> int:
    """Difference of two 32-bit RTP time stamps in ticks, the shorter way round."""
    return (later - earlier + _WRAP // 2) % _WRAP - _WRAP // 2


class Times(Protocol):
    """Gives each picture its place on the stream's time line and its time of day."""

    def place(self, packet: RtpPacket, arrival: datetime, /) -> tuple[int, datetime]:
        """Give pts in 1/90000 s and UTC by our clock of a picture that begins with this packet."""
        ...

    def report(self, report: SenderReport) -> None:
        """Take a sender report."""
        ...


class LiveTimes:
    """Live: RTCP sender reports tell the time; before the first one it is the time of arrival.

    It stays so when nobody knows how far the recorder's clock is off. ``rate`` is that of the time stamps.
    """

    def __init__(self, clock_offset: timedelta | None, rate: int = CLOCK_RATE) -> None:
        self._offset = clock_offset
        self._rate = rate
        self._report: SenderReport | None = None
        self._last: tuple[int, int] | None = None

    def report(self, report: SenderReport) -> None:
        self._report = report

    def place(self, packet: RtpPacket, arrival: datetime, /) -> tuple[int, datetime]:
        stamp = packet.timestamp
        pts = self._last[1] + ticks_between(self._last[0], stamp) if self._last else stamp
        self._last = (stamp, pts)
        if self._report is not None and self._offset is not None:
            since = timedelta(seconds=ticks_between(self._report.timestamp, stamp) / self._rate)
            told = self._report.time + since - self._offset
            if abs(told - arrival) <= _BELIEVABLE:
                return pts, told
        return pts, arrival


class ReplayTimes:
    """Recorded: every picture carries its time in the header extension.

    Where that time and the RTP time stamps disagree by more than half a second the recorder skipped a gap,
    and the time counts; so it does where the time stamps stand still or go back.
    """

    def __init__(self, clock_offset: timedelta, start: datetime | None, rate: int = CLOCK_RATE) -> None:
        self._offset = clock_offset
        self._rate = rate
        #: Time of the first picture by the recorder's clock, for recorders that do not send the extension.
        self._start = start
        #: The second of the last picture, by an NTP time stamp and by our clock: many pictures come in each.
        self._second, self._begins = -1, _NEVER
        self._last: tuple[int, int, datetime] | None = None

    def report(self, report: SenderReport) -> None:
        """Not needed: the extension is exact."""

    def place(self, packet: RtpPacket, _arrival: datetime, /) -> tuple[int, datetime]:
        stamp = packet.timestamp
        if self._last is None:
            first = packet.replay.time if packet.replay else self._start
            if first is None:
                raise BrokenProtocol("recorded pictures carry no time")
            told = first - self._offset
            self._last = (stamp, stamp, told)
            return stamp, told
        last_stamp, last_pts, last_told = self._last
        ticks = ticks_between(last_stamp, stamp)
        replay = packet.replay
        if replay is None:
            told = last_told + timedelta(seconds=ticks / self._rate)
        else:
            seconds, fraction, _ = replay
            if seconds != self._second:
                self._second, self._begins = seconds, ntp_time(seconds, 0) - self._offset
            told = self._begins + timedelta(0, 0, round(fraction * MICROSECONDS))
            passed = (told - last_told).total_seconds() * self._rate
            if passed >= 1 and (ticks <= 0 or abs(passed - ticks) > self._rate / 2):
                ticks = round(passed)
        self._last = (stamp, last_pts + ticks, told)
        return last_pts + ticks, told
