"""RTP payloads to NAL units: H.264 (RFC 6184) and H.265 (RFC 7798), without touching a byte of them."""

from __future__ import annotations

from typing import Protocol

from incident_plugin.adapters.rtsp.errors import BrokenProtocol
from incident_plugin.domain.media import Codec

_START, _END = 0x80, 0x40


class Depacketiser(Protocol):
    """Collects the NAL units of one stream."""

    #: How a payload begins that goes on with the NAL unit begun; empty where none is.
    within: bytes
    #: The parts of that unit; what stands behind ``within`` in such a payload is the next one.
    parts: list[bytes]

    def push(self, payload: bytes, nals: list[bytes]) -> None:
        """Append the NAL units that this payload completes; raises ``BrokenProtocol``."""
        ...

    def reset(self) -> None:
        """Forget a NAL unit that was begun: packets are missing."""
        ...


def depacketiser(codec: Codec) -> Depacketiser:
    """Give a new one for a codec."""
    return _H264() if codec is Codec.H264 else _H265()


class _Fragments:
    """A NAL unit that comes in fragments."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.within = b""

    def reset(self) -> None:
        self.parts, self.within = [], b""

    def _fragment(self, envelope: bytes, header: bytes, data: bytes, nals: list[bytes]) -> None:
        flags = envelope[-1]
        if flags & _START:
            self.parts = [header]
            self.within = envelope[:-1] + bytes((flags & ~(_START | _END),))
        if not self.parts:
            raise BrokenProtocol("a fragment of a NAL unit has no beginning")
        self.parts.append(data)
        if flags & _END:
            nals.append(b"".join(self.parts))
            self.reset()


class _H264(_Fragments):
    """RFC 6184, packetization modes 0 and 1: single NAL unit, STAP-A, FU-A."""

    _STAP_A, _FU_A = 24, 28

    def push(self, payload: bytes, nals: list[bytes]) -> None:
        if len(payload) < 2:  # noqa: PLR2004 -- header and at least one byte
            return
        kind = payload[0] & 0x1F
        if kind < self._STAP_A:
            nals.append(payload)
        elif kind == self._STAP_A:
            _aggregated(payload, 1, nals)
        elif kind == self._FU_A:
            header = bytes((payload[0] & 0xE0 | payload[1] & 0x1F,))
            self._fragment(payload[:2], header, payload[2:], nals)
        else:
            raise BrokenProtocol(f"H.264 packets of type {kind} are not supported")


class _H265(_Fragments):
    """RFC 7798 without decoding order numbers: single NAL unit, AP, FU."""

    _AP, _FU = 48, 49

    def push(self, payload: bytes, nals: list[bytes]) -> None:
        if len(payload) < 3:  # noqa: PLR2004 -- header and at least one byte
            return
        kind = payload[0] >> 1 & 0x3F
        if kind < self._AP:
            nals.append(payload)
        elif kind == self._AP:
            _aggregated(payload, 2, nals)
        elif kind == self._FU:
            header = bytes((payload[0] & 0x81 | (payload[2] & 0x3F) << 1, payload[1]))
            self._fragment(payload[:3], header, payload[3:], nals)
        else:
            raise BrokenProtocol(f"H.265 packets of type {kind} are not supported")


def _aggregated(payload: bytes, position: int, nals: list[bytes]) -> None:
    while position < len(payload):
        start = position + 2
        position = start + int.from_bytes(payload[position:start], "big")
        if position > len(payload) or position == start:
            raise BrokenProtocol("an aggregation packet is cut off")
        nals.append(payload[start:position])
