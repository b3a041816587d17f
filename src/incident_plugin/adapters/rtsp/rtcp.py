"""Receiver reports: what came of a stream, told to its sender (RFC 3550 section 6.4.2).

Some recorders end a stream of which they hear nothing, also over TCP.
"""

from __future__ import annotations

import base64
import secrets
import struct
from datetime import datetime, timedelta

from incident_plugin.adapters.rtsp.rtp import RtpPacket, SenderReport

#: RFC 3550 section 6.2: the shortest time between reports.
INTERVAL = timedelta(seconds=5)
_SEQUENCES = 1 << 16
_REPORT = struct.Struct(">BBHIIIIIII")
_PT_RECEIVER_REPORT, _PT_SOURCE_DESCRIPTION = 201, 202
#: One for this process, saying nothing of it (RFC 7022 section 4.2).
_NAME = base64.b64encode(secrets.token_bytes(12))


class Reception:
    """Counts what is received of one stream, whose time stamps count at a ``rate``."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._own = secrets.randbits(32)
        self._source = 0
        #: Sequence numbers without wrapping round: before the first packet, and of the last one.
        self._before = self._highest = -1
        self._received = 0
        #: What should have come, and did, up to the last report.
        self._told = (0, 0)
        self._transit: float | None = None
        self._jitter = 0.0
        self._sender: tuple[int, datetime] | None = None
        self._due: datetime | None = None

    def took(self, count: int, last: RtpPacket, arrival: datetime) -> None:
        """Take note of packets that arrived together."""
        if self._highest < 0:
            self._before = last.sequence - count
            self._highest, self._source, self._due = last.sequence, last.source, arrival + INTERVAL
        else:
            self._highest += (last.sequence - self._highest) % _SEQUENCES
        self._received += count
        transit = arrival.timestamp() * self._rate - last.timestamp
        if self._transit is not None:
            # Time stamps that wrap round or jump say nothing about the network.
            late = min(abs(transit - self._transit), self._rate)
            self._jitter += (late - self._jitter) / 16
        self._transit = transit

    def heard(self, report: SenderReport, arrival: datetime) -> None:
        """Take a sender report, to which the next one of ours refers."""
        self._sender = (report.middle, arrival)

    def report(self, now: datetime) -> bytes:
        """Give a report when it is time for one, or nothing."""
        if self._due is None or now < self._due:
            return b""
        self._due = now + INTERVAL
        expected = self._highest - self._before
        expected_since, received_since = expected - self._told[0], self._received - self._told[1]
        self._told = (expected, self._received)
        lost_since = max(0, expected_since - received_since)
        fraction = min(255, 256 * lost_since // expected_since) if expected_since else 0
        lost = max(0, min(expected - self._received, 0x7FFFFF))
        middle, delay = 0, 0
        if self._sender is not None:
            middle, delay = self._sender[0], round((now - self._sender[1]).total_seconds() * 65_536)
        report = _REPORT.pack(
            0x81,
            _PT_RECEIVER_REPORT,
            _REPORT.size // 4 - 1,
            self._own,
            self._source,
            fraction << 24 | lost,
            self._highest & 0xFFFF_FFFF,
            round(self._jitter) & 0xFFFF_FFFF,
            middle,
            delay & 0xFFFF_FFFF,
        )
        return report + _description(self._own)


def _description(source: int) -> bytes:
    """Who reports: every compound packet must say so (RFC 3550 sections 6.1 and 6.5)."""
    item = bytes((1, len(_NAME))) + _NAME
    item += bytes(4 - len(item) % 4)
    return struct.pack(">BBHI", 0x81, _PT_SOURCE_DESCRIPTION, 1 + len(item) // 4, source) + item
