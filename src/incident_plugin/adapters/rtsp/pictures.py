"""RTP packets to coded pictures: whole ones only, and after a loss none before the next key picture."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime

from incident_plugin.adapters.rtsp.depacketise import depacketiser
from incident_plugin.adapters.rtsp.errors import BrokenProtocol
from incident_plugin.adapters.rtsp.nal import BESIDE, KEY, SLICE, kinds, parameter_sets
from incident_plugin.adapters.rtsp.rtp import RtpPacket, parse_rtp
from incident_plugin.adapters.rtsp.times import Times
from incident_plugin.domain.media import AccessUnit, Codec

_SEQUENCES = 1 << 16
#: Bytes of an RTP header without extension.
_HEADER = 12
#: RTP headers of one picture differ in the sequence number between these two parts, and in the marker.
_BEFORE, _AFTER = struct.Struct(">HH"), struct.Struct(">II")
_PLAIN = 0x8000
#: Bytes of the shortest slice: its header, and something.
_SHORTEST = 3
#: Largest coded picture, in bytes. Real key pictures of 4K cameras have two megabytes.
MAX_PICTURE = 32 * 1024 * 1024


class Pictures:
    """Puts the packets of one stream together."""

    def __init__(self, codec: Codec, sets: tuple[bytes, ...], times: Times) -> None:
        self._codec = codec
        self._kinds = kinds(codec)
        self._sets = sets
        self._times = times
        self._depacketiser = depacketiser(codec)
        self._nals: list[bytes] = []
        self._size = 0
        self._first: RtpPacket | None = None
        self._gap_follows = self._terminal = False
        #: How packets begin that go on with a NAL unit: before the sequence number, and after it.
        self._begins, self._alike = 0, b""
        self._expected = -1
        self._source: int | None = None
        self._wait_for_key = True
        #: RTP time stamp of a picture that misses packets.
        self._spoilt: int | None = None
        #: How often packets were missing or damaged since the stream began.
        self.losses = 0
        #: The recorder said that the last picture given is the last one (T bit).
        self.ended = False

    def take(self, data: bytes, arrival: datetime) -> Sequence[AccessUnit]:
        """Take the next packet as ``push`` does, most of them in a shorter way.

        What goes on with a NAL unit is not parsed, and what is a picture by itself is not put together.
        """
        alike = self._alike
        if alike:
            start, expected = 4 + len(alike), self._expected
            if data[4:start] == alike and data[:4] == _BEFORE.pack(self._begins, expected):
                self._expected = (expected + 1) % _SEQUENCES
                self._depacketiser.parts.append(data[start:])
                self._grow(len(data) - _HEADER)
                return ()
        packet = parse_rtp(data)
        if not self._is_whole(packet):
            return self.push(packet, arrival)
        self._expected, self._alike = (packet.sequence + 1) % _SEQUENCES, b""
        pts, time = self._times.place(packet, arrival)
        return (AccessUnit(pts=pts, time=time, key=False, nals=(packet.payload,)),)

    def push(self, packet: RtpPacket, arrival: datetime) -> list[AccessUnit]:
        """Take the next packet; give the pictures that it completes: none, one, seldom two.

        Raises ``BrokenProtocol`` when the stream was replaced by another one, or a picture has no end.
        """
        marker, payload_type, _, timestamp, source, payload, replay = packet
        if not self._in_order(packet) or timestamp == self._spoilt:
            return []
        done: list[AccessUnit] = []
        if self._first is not None and timestamp != self._first.timestamp:
            # The marker of the last packet was missing; what belongs to no picture yet goes with the next.
            done += self._finish(arrival)
            self._first = None
        if self._first is None:
            self._first = packet
        if replay is not None and replay.flags:
            self._gap_follows |= replay.gap_follows
            self._terminal |= replay.terminal
        try:
            self._depacketiser.push(payload, self._nals)
        except BrokenProtocol:
            self._lose(packet)
            return done
        within = self._depacketiser.within
        if within:
            self._begins = _PLAIN | payload_type
            self._alike = _AFTER.pack(timestamp, source) + within
        else:
            self._alike = b""
        self._grow(len(payload))
        if marker:
            done += self._finish(arrival)
        return done

    def _is_whole(self, packet: RtpPacket) -> bool:
        """Whether a packet is a picture by itself about which nothing else is told: where little moves."""
        marker, _, sequence, timestamp, source, payload, replay = packet
        return (
            marker
            and self._first is None
            and not (self._nals or self._wait_for_key)
            and sequence == self._expected
            and source == self._source
            and timestamp != self._spoilt
            and len(payload) >= _SHORTEST
            and self._kinds[payload[0]] == SLICE
            and not (replay is not None and replay.flags)
        )

    def flush(self, arrival: datetime) -> list[AccessUnit]:
        """Give the last picture when its end was not marked."""
        return self._finish(arrival) if self._first is not None else []

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > MAX_PICTURE:
            raise BrokenProtocol("a picture has no end")

    def _in_order(self, packet: RtpPacket) -> bool:
        if self._source is None:
            self._source = packet.source
        elif packet.source != self._source:
            raise BrokenProtocol("the recorder put another stream in place of this one")
        if self._expected >= 0 and packet.sequence != self._expected:
            if (packet.sequence - self._expected) % _SEQUENCES >= _SEQUENCES // 2:
                return False  # A repeated or late packet: its picture is gone already.
            self._lose(packet)
        self._expected = (packet.sequence + 1) % _SEQUENCES
        return True

    def _lose(self, packet: RtpPacket) -> None:
        # What is missing may belong to the picture of this packet, so that one is given up too: half a key
        # picture would look like a whole one.
        self._spoilt = packet.timestamp
        self.losses += 1
        self._wait_for_key = True
        self._depacketiser.reset()
        self._alike = b""
        self._clear()

    def _clear(self) -> None:
        self._nals, self._size, self._first = [], 0, None
        self._gap_follows = self._terminal = False

    def _finish(self, arrival: datetime) -> list[AccessUnit]:
        # Some cameras set the marker on parameter sets of their own: they wait for their picture.
        table = self._kinds
        kind = max([table[nal[0]] for nal in self._nals], default=BESIDE)
        if self._first is None or kind == BESIDE:
            return []
        nals, first, gap_follows = tuple(self._nals), self._first, self._gap_follows
        self.ended |= self._terminal
        self._clear()
        key = kind == KEY
        pts, time = self._times.place(first, arrival)
        if self._wait_for_key and not key:
            return []
        self._wait_for_key = False
        if key and self._sets and not parameter_sets(self._codec, nals):
            nals = self._sets + nals
        return [AccessUnit(pts=pts, time=time, key=key, nals=nals, gap_follows=gap_follows)]
