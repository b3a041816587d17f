"""RTP payloads to coded sound: AAC (RFC 3640), G.711 (RFC 3551), Opus (RFC 7587); and metadata documents."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from incident_plugin.adapters.rtsp.errors import BrokenProtocol
from incident_plugin.adapters.rtsp.rtp import RtpPacket
from incident_plugin.domain.media import SoundCodec, SoundTrack

#: Samples of one frame of AAC (ISO/IEC 14496-3).
_AAC_FRAME = 1024
_LARGEST = 1024 * 1024


class Piece(NamedTuple):
    """Something whole, and how many ticks after its packet's time stamp it begins."""

    after: int
    data: bytes


class Unpacking(Protocol):
    """Puts the packets of one stream together."""

    def push(self, packet: RtpPacket) -> list[Piece]:
        """Give what this packet completes; raises ``BrokenProtocol``."""
        ...

    def reset(self) -> None:
        """Forget what was begun: packets are missing."""
        ...


def unpacking(track: SoundTrack, sizes: tuple[int, int]) -> Unpacking:
    """Give a new one; ``sizes`` are the bits of size and index in AAC's headers."""
    return _Aac(*sizes) if track.codec is SoundCodec.AAC else _Whole()


class _Whole:
    """Each packet is complete in itself."""

    def push(self, packet: RtpPacket) -> list[Piece]:
        return [Piece(0, packet.payload)] if packet.payload else []

    def reset(self) -> None:
        """Nothing is ever begun."""


class _Aac:
    """RFC 3640 section 3.2: headers with sizes, then the frames, or one fragment of a frame."""

    def __init__(self, size_bits: int, index_bits: int) -> None:
        self._size_bits, self._index_bits = size_bits, index_bits
        self._begun = b""
        self._wanted = 0

    def reset(self) -> None:
        self._begun, self._wanted = b"", 0

    def push(self, packet: RtpPacket) -> list[Piece]:
        payload = packet.payload
        bits = int.from_bytes(payload[:2], "big")
        width = self._size_bits + self._index_bits
        start = 2 + (bits + 7) // 8
        if len(payload) < start or not bits or bits % width:
            raise BrokenProtocol("the headers of AAC frames are damaged")
        headers = int.from_bytes(payload[2:start], "big") >> (8 * (start - 2) - bits)
        count = bits // width
        sizes = [
            (headers >> (width * (count - 1 - n) + self._index_bits)) & ((1 << self._size_bits) - 1)
            for n in range(count)
        ]
        data = payload[start:]
        if count == 1 and (self._begun or sizes[0] > len(data)):
            return self._fragment(sizes[0], data)
        if sum(sizes) > len(data):
            raise BrokenProtocol("AAC frames are cut off")
        pieces, position = [], 0
        for number, size in enumerate(sizes):
            pieces.append(Piece(number * _AAC_FRAME, data[position : position + size]))
            position += size
        return pieces

    def _fragment(self, size: int, data: bytes) -> list[Piece]:
        self._wanted = self._wanted or size
        self._begun += data
        if len(self._begun) < self._wanted:
            return []
        whole, wanted = self._begun, self._wanted
        self.reset()
        return [Piece(0, whole[:wanted])]


class Documents:
    """Metadata: an XML document in one or more packets, the last one marked.

    ONVIF Streaming Specification section 5.1.2.1.1.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def reset(self) -> None:
        """Forget what was begun: packets are missing."""
        self._parts, self._size = [], 0

    def push(self, packet: RtpPacket) -> list[Piece]:
        """Give the document that this packet completes."""
        self._parts.append(packet.payload)
        self._size += len(packet.payload)
        if self._size > _LARGEST:
            raise BrokenProtocol("a metadata document has no end")
        if not packet.marker:
            return []
        document = b"".join(self._parts)
        self.reset()
        return [Piece(0, document)] if document.strip() else []
