"""What comes beside the pictures in one session: sound and metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from incident_plugin.adapters.rtsp.errors import BrokenProtocol
from incident_plugin.adapters.rtsp.rtcp import Reception
from incident_plugin.adapters.rtsp.rtp import Bye, RtpPacket, parse_rtcp, parse_rtp
from incident_plugin.adapters.rtsp.sdp import VideoDescription
from incident_plugin.adapters.rtsp.session import Session
from incident_plugin.adapters.rtsp.sound import Documents, Piece, Unpacking, unpacking
from incident_plugin.adapters.rtsp.times import Times
from incident_plugin.domain.media import MetadataUnit, SoundTrack, SoundUnit

#: Makes the clock of a stream whose time stamps count at a rate.
Clocks = Callable[[int], Times]

_SEQUENCES = 1 << 16


class _Line:
    """One stream beside the video: losses cost what they hit and nothing else."""

    def __init__(self, parts: Unpacking | Documents, times: Times, rate: int) -> None:
        self._parts = parts
        self._times = times
        self.reception = Reception(rate)
        self._expected: int | None = None
        self._first: RtpPacket | None = None

    def packet(self, data: bytes, arrival: datetime) -> list[tuple[int, datetime, Piece]]:
        """Give what a packet completes: place, time and content."""
        packet = parse_rtp(data)
        self.reception.took(1, packet, arrival)
        if self._expected is not None and packet.sequence != self._expected:
            if (packet.sequence - self._expected) % _SEQUENCES >= _SEQUENCES // 2:
                return []  # A repeated or late packet.
            self._parts.reset()
            self._first = None
        self._expected = (packet.sequence + 1) % _SEQUENCES
        self._first = self._first or packet
        try:
            pieces = self._parts.push(packet)
        except BrokenProtocol:
            self._parts.reset()
            pieces = []
        if not pieces:
            return []
        first, self._first = self._first, None
        pts, time = self._times.place(first, arrival)
        return [(pts + piece.after, time, piece) for piece in pieces]

    def control(self, data: bytes, arrival: datetime) -> None:
        """Take RTCP."""
        for item in parse_rtcp(data):
            if not isinstance(item, Bye):
                self._times.report(item)
                self.reception.heard(item, arrival)


class Beside:
    """Finds by its channel what a packet is."""

    def __init__(self, session: Session, video: VideoDescription, clocks: Clocks) -> None:
        self._lines: dict[int, _Line] = {}
        self._sound_channel = session.sound_channel
        #: What a decoder of the sound must know, where there is sound.
        self.sound: SoundTrack | None = None
        if session.sound_channel is not None and video.sound is not None:
            self.sound = video.sound.track
            parts = unpacking(self.sound, video.sound.sizes)
            self._lines[session.sound_channel] = _Line(parts, clocks(self.sound.rate), self.sound.rate)
        if session.metadata_channel is not None and video.metadata is not None:
            rate = video.metadata.clock_rate
            self._lines[session.metadata_channel] = _Line(Documents(), clocks(rate), rate)

    def reports(self, now: datetime) -> Iterator[tuple[int, bytes]]:
        """Give the receiver reports that are due, by the channels of their streams."""
        for channel, line in self._lines.items():
            yield channel, line.reception.report(now)

    def push(self, channel: int, data: bytes, arrival: datetime) -> list[SoundUnit | MetadataUnit]:
        """Give what a packet of a channel completes; raises ``BrokenProtocol``."""
        line = self._lines.get(channel)
        if line is None:
            reports = self._lines.get(channel - 1)
            if reports is not None:
                reports.control(data, arrival)
            return []
        found = line.packet(data, arrival)
        if channel == self._sound_channel and self.sound is not None:
            return [_sound(pts, time, piece, self.sound.rate) for pts, time, piece in found]
        return [MetadataUnit(time=time, document=piece.data) for _, time, piece in found]


def _sound(pts: int, time: datetime, piece: Piece, rate: int) -> SoundUnit:
    return SoundUnit(pts=pts, time=time + timedelta(seconds=piece.after / rate), data=piece.data)
