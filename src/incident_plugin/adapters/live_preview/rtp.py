"""RTP packets of coded pictures (RFC 3550 section 5.1, RFC 6184), made once for all viewers.

What a viewer gets differs in the payload type it offered, in the room that its encryption needs, and in where
its sequence numbers stand. So a picture is cut into payloads when it comes, and laid out as packets once for
each of the few ways that viewers have; a copy of that is what each viewer's encryption works on.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable
from typing import NamedTuple

#: Bytes of a payload: with all headers it fits into every path that IPv6 promises (1,280 bytes).
MAXIMUM_PAYLOAD = 1_180
#: Packets of one run: less than 64 KiB and than the 64 segments that a segmented send takes.
_MAXIMUM_RUN = 44
HEADER_SIZE = 12

#: NAL unit types (RFC 6184 section 5.2, Rec. ITU-T H.264 table 7-1).
_STAP_A, _FU_A = 24, 28
_ACCESS_UNIT_DELIMITER, _FILLER = 9, 12
#: The same of H.265 (RFC 7798 section 4.4, Rec. ITU-T H.265 table 7-1).
_AP, _FU = 48, 49
_H265_DELIMITER, _H265_FILLER = 35, 38
_FU_START, _FU_END = 0x80, 0x40

_VERSION = 0x80
_MARKER = 0x80
_HEADER = struct.Struct("!BBHLL")
_SIZE = struct.Struct("!H")
#: Where the sequence number stands in a packet.
_SEQUENCE_AT = 2


class Layout(NamedTuple):
    """How one viewer's packets look; a tuple, since it is looked up for every viewer of every picture."""

    payload_type: int
    ssrc: int
    #: Bytes that encryption adds to each packet.
    trailer: int


class Block(NamedTuple):
    """Packets with room behind each: all as long as the first, the last may be shorter."""

    data: bytes
    #: From one packet to the next, bytes.
    stride: int
    #: How many there are.
    packets: int
    #: Their lengths without the room behind each, and with it, as C has an array of int.
    lengths: bytes
    whole: bytes

    @classmethod
    def single(cls, packet: bytes, room: bytes) -> Block:
        """Make one of a packet and the room behind it."""
        data = packet + room
        return cls(data, len(data), 1, _ints([len(packet)]), _ints([len(data)]))

    def renumbered(self, shift: int) -> Block:
        """Give the same packets with sequence numbers that are higher by ``shift``."""
        data = bytearray(self.data)
        for at in range(_SEQUENCE_AT, len(data), self.stride):
            (number,) = _SIZE.unpack_from(data, at)
            _SIZE.pack_into(data, at, (number + shift) & 0xFFFF)
        return self._replace(data=bytes(data))

    def packet(self, place: int) -> bytes:
        """Give one of the packets."""
        start = place * self.stride
        return self.data[start : start + array("i", self.lengths)[place]]


#: Payloads of consecutive packets, all as long as the first, the last may be shorter.
Run = tuple[bytes, ...]


def h264_runs(nals: Iterable[bytes]) -> tuple[Run, ...]:
    """Cut the NAL units of one picture into payloads (RFC 6184 section 5, non-interleaved mode).

    Small units that follow one another share a packet, large ones are fragmented. Delimiters and filler carry
    nothing that a decoder needs, and are left out.
    """
    runs: list[Run] = []
    small: list[bytes] = []
    for nal in nals:
        if not nal or nal[0] & 0x1F in (_ACCESS_UNIT_DELIMITER, _FILLER):
            continue
        whole = len(nal) <= MAXIMUM_PAYLOAD
        if small and not (whole and _aggregated_size([*small, nal]) <= MAXIMUM_PAYLOAD):
            runs += _aggregate(small)
            small = []
        if whole:
            small.append(nal)
        else:
            runs += _fragments(nal)
    return (*runs, *_aggregate(small))


def h265_runs(nals: Iterable[bytes]) -> tuple[Run, ...]:
    """Cut the NAL units of one picture of H.265 into payloads (RFC 7798 section 4.4), in the same way."""
    runs: list[Run] = []
    small: list[bytes] = []
    for nal in nals:
        if len(nal) < 2 or nal[0] >> 1 & 0x3F in (_H265_DELIMITER, _H265_FILLER):  # noqa: PLR2004 - header
            continue
        whole = len(nal) <= MAXIMUM_PAYLOAD
        if small and not (whole and 1 + _aggregated_size([*small, nal]) <= MAXIMUM_PAYLOAD):
            runs += _h265_aggregate(small)
            small = []
        if whole:
            small.append(nal)
        else:
            runs += _h265_fragments(nal)
    return (*runs, *_h265_aggregate(small))


def blocks(runs: Iterable[Run], *, first: int, time: int, layout: Layout) -> tuple[Block, ...]:
    """Lay out a picture's packets; ``first`` is the first one's sequence number, ``time`` the RTP time."""
    made = []
    number = first
    runs = tuple(runs)
    for run in runs:
        made.append(_block(run, number, time, layout, ends_picture=run is runs[-1]))
        number += len(run)
    return tuple(made)


def _block(run: Run, number: int, time: int, layout: Layout, *, ends_picture: bool) -> Block:
    payload_type, ssrc, trailer = layout
    room, time, pack = bytes(trailer), time & 0xFFFFFFFF, _HEADER.pack
    parts: list[bytes] = []
    for payload in run:
        parts += (pack(_VERSION, payload_type, number & 0xFFFF, time, ssrc), payload, room)
        number += 1
    if ends_picture:
        parts[-3] = pack(_VERSION, _MARKER | payload_type, (number - 1) & 0xFFFF, time, ssrc)
    length, others, last = HEADER_SIZE + len(run[0]), len(run) - 1, HEADER_SIZE + len(run[-1])
    lengths, whole = (_ints([length + more]) * others + _ints([last + more]) for more in (0, trailer))
    return Block(b"".join(parts), length + trailer, len(run), lengths, whole)


def _ints(numbers: list[int]) -> bytes:
    return array("i", numbers).tobytes()


def _aggregated_size(nals: list[bytes]) -> int:
    return 1 + sum(_SIZE.size + len(nal) for nal in nals)


def _aggregate(nals: list[bytes]) -> list[Run]:
    """Put units into one packet (STAP-A, section 5.7.1); a single one goes as it is (section 5.6)."""
    if len(nals) < 2:  # noqa: PLR2004 - one needs no envelope
        return [tuple(nals)] if nals else []
    importance = max(nal[0] & 0x60 for nal in nals)
    envelope = b"".join(part for nal in nals for part in (_SIZE.pack(len(nal)), nal))
    return [(bytes([_STAP_A | importance]) + envelope,)]


def _fragments(nal: bytes) -> list[Run]:
    """Cut a unit (FU-A, section 5.8); its own first byte is told by the two bytes before each fragment."""
    return _cut(nal, 1, bytes((nal[0] & 0xE0 | _FU_A,)), nal[0] & 0x1F)


def _h265_aggregate(nals: list[bytes]) -> list[Run]:
    """Put units into one packet (section 4.4.2); of layers and temporal ids the header tells the lowest."""
    if len(nals) < 2:  # noqa: PLR2004 - one needs no envelope
        return [tuple(nals)] if nals else []
    layer = min((nal[0] & 1) << 5 | nal[1] >> 3 for nal in nals)
    temporal = min(nal[1] & 7 for nal in nals)
    envelope = b"".join(part for nal in nals for part in (_SIZE.pack(len(nal)), nal))
    return [(bytes((_AP << 1 | layer >> 5, (layer & 0x1F) << 3 | temporal)) + envelope,)]


def _h265_fragments(nal: bytes) -> list[Run]:
    """Cut a unit (section 4.4.3): its header with another type, and its own type in a third byte."""
    return _cut(nal, 2, bytes((nal[0] & 0x81 | _FU << 1, nal[1])), nal[0] >> 1 & 0x3F)


def _cut(nal: bytes, start: int, envelope: bytes, kind: int) -> list[Run]:
    """Cut what lies behind a unit's own header into payloads of an envelope, its kind and a part."""
    size = MAXIMUM_PAYLOAD - len(envelope) - 1
    parts = [nal[at : at + size] for at in range(start, len(nal), size)]
    middle = envelope + bytes((kind,))
    payloads = [middle + part for part in parts]
    payloads[0] = envelope + bytes((kind | _FU_START,)) + parts[0]
    payloads[-1] = envelope + bytes((kind | _FU_END,)) + parts[-1]
    return [tuple(payloads[at : at + _MAXIMUM_RUN]) for at in range(0, len(payloads), _MAXIMUM_RUN)]
