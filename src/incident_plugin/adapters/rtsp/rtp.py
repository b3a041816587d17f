"""RTP and RTCP packets (RFC 3550) with the replay extension (ONVIF Streaming Specification section 6.3)."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from incident_plugin.adapters.rtsp.errors import BrokenProtocol

_VERSION = 2
_HEADER = struct.Struct(">BBHII")
_EXTENSION_HEAD = struct.Struct(">HH")
_REPLAY_EXTENSION = struct.Struct(">IIB")
_REPLAY_PROFILE = 0xABAC
#: Bits of the replay extension that are used: E and T.
_GAP_FOLLOWS, _TERMINAL = 0x40, 0x10
_SENDER_REPORT = struct.Struct(">IIII")
_NTP_EPOCHS = (datetime(2036, 2, 7, 6, 28, 16, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC))
#: In one unit of an NTP time stamp's fraction.
MICROSECONDS = 1_000_000 / 2**32
_PT_SENDER_REPORT, _PT_BYE = 200, 203


class ReplayExtension(NamedTuple):
    """What a recorder says about a recorded picture."""

    #: When it was taken, by the recorder's clock: an NTP time stamp.
    seconds: int
    fraction: int
    flags: int

    @property
    def time(self) -> datetime:
        """When it was taken, by the recorder's clock."""
        return ntp_time(self.seconds, self.fraction)

    @property
    def gap_follows(self) -> bool:
        """The last picture of a contiguous part (E bit)."""
        return bool(self.flags & _GAP_FOLLOWS)

    @property
    def terminal(self) -> bool:
        """Nothing comes after this picture (T bit)."""
        return bool(self.flags & _TERMINAL)


class RtpPacket(NamedTuple):
    """One RTP packet."""

    marker: bool
    payload_type: int
    sequence: int
    timestamp: int
    source: int
    payload: bytes
    replay: ReplayExtension | None


class SenderReport(NamedTuple):
    """Which wall-clock time belongs to which RTP timestamp."""

    time: datetime
    timestamp: int
    #: The middle 32 bits of the time as it was sent, by which receivers refer to the report.
    middle: int = 0


class Bye(NamedTuple):
    """The sender ends."""


def ntp_time(seconds: int, fraction: int) -> datetime:
    """Give the instant of an NTP time stamp, also after 2036 (RFC 4330 section 3)."""
    return _NTP_EPOCHS[seconds >> 31] + timedelta(0, seconds, round(fraction * MICROSECONDS))


def parse_rtp(data: bytes) -> RtpPacket:
    """Read one packet; raises ``BrokenProtocol``."""
    size = len(data)
    if size < _HEADER.size:
        raise BrokenProtocol("an RTP packet is cut off")
    first, second, sequence, timestamp, source = _HEADER.unpack_from(data)
    if first >> 6 != _VERSION:
        raise BrokenProtocol("not an RTP packet")
    start = _HEADER.size + 4 * (first & 0x0F)
    replay = None
    if first & 0x10:
        start, replay = _extension(data, start)
    end = size - data[-1] if first & 0x20 else size
    if end < start:
        raise BrokenProtocol("an RTP packet is shorter than its header says")
    return RtpPacket(second > 0x7F, second & 0x7F, sequence, timestamp, source, data[start:end], replay)  # noqa: PLR2004


def _extension(data: bytes, start: int) -> tuple[int, ReplayExtension | None]:
    if len(data) < start + _EXTENSION_HEAD.size:
        raise BrokenProtocol("an RTP header extension is cut off")
    profile, words = _EXTENSION_HEAD.unpack_from(data, start)
    start += _EXTENSION_HEAD.size
    end = start + 4 * words
    if profile != _REPLAY_PROFILE or end - start < _REPLAY_EXTENSION.size or len(data) < end:
        return end, None
    return end, ReplayExtension(*_REPLAY_EXTENSION.unpack_from(data, start))


def parse_rtcp(data: bytes) -> list[SenderReport | Bye]:
    """Read what matters of a compound packet; the rest, also when it is damaged, is passed over."""
    found: list[SenderReport | Bye] = []
    position = 0
    while len(data) - position >= 4:  # noqa: PLR2004 -- the common header
        first, kind, words = struct.unpack_from(">BBH", data, position)
        end = position + 4 + 4 * words
        if first >> 6 != _VERSION or end > len(data):
            break
        if kind == _PT_SENDER_REPORT and end - position >= 4 + _SENDER_REPORT.size:
            _, seconds, fraction, timestamp = _SENDER_REPORT.unpack_from(data, position + 4)
            middle = (seconds & 0xFFFF) << 16 | fraction >> 16
            found.append(SenderReport(ntp_time(seconds, fraction), timestamp, middle))
        elif kind == _PT_BYE:
            found.append(Bye())
        position = end
    return found
