"""Coded pictures that say which they are, as RTP packets with the replay extension, and faults in them."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import attrs

SPS, PPS = b"\x67\x42\xc0\x1e\xd9\x00\xa0\x47\xfe\x88", b"\x68\xce\x3c\x80"
NTP_1900 = datetime(1900, 1, 1, tzinfo=UTC)
TENTH = timedelta(milliseconds=100)


@attrs.frozen(kw_only=True)
class Picture:
    nals: tuple[bytes, ...]
    timestamp: int
    time: datetime | None = None
    clean: bool = False
    gap: bool = False
    last: bool = False


def slice_(number: int, *, key: bool, size: int = 200) -> bytes:
    """A slice whose bytes say which picture it belongs to."""
    return bytes((0x65 if key else 0x41, 0x80)) + number.to_bytes(4, "big") * (size // 4)


def footage(count: int, *, start: datetime, gop: int = 5, first_stamp: int = 1000, replay: bool = True):
    """Pictures at 10 per second, each key picture with its parameter sets."""
    return [
        Picture(
            nals=((SPS, PPS) if number % gop == 0 else ()) + (slice_(number, key=number % gop == 0),),
            timestamp=first_stamp + number * 9000,
            time=start + number * TENTH if replay else None,
            clean=number % gop == 0,
        )
        for number in range(count)
    ]


def packets(
    pictures: list[Picture], *, sequence: int = 65_530, source: int = 7, mtu: int = 120
) -> list[bytes]:
    """RTP packets of pictures, in single NAL unit and FU-A packets, with the replay extension if timed."""
    found = []
    for picture in pictures:
        payloads = [part for nal in picture.nals for part in fragments(nal, mtu)]
        for index, payload in enumerate(payloads):
            extension = b""
            if picture.time is not None and index == 0:
                flags = picture.clean << 7 | picture.gap << 6 | picture.last << 4
                extension = struct.pack(">HHIIBBH", 0xABAC, 3, *ntp(picture.time), flags, 0, 0)
            marker = (index == len(payloads) - 1) << 7
            head = struct.pack(
                ">BBHII",
                0x90 if extension else 0x80,
                96 | marker,
                sequence % 65536,
                picture.timestamp % 2**32,
                source,
            )
            found.append(head + extension + payload)
            sequence += 1
    return found


def fragments(nal: bytes, mtu: int) -> list[bytes]:
    if len(nal) <= mtu:
        return [nal]
    parts = [nal[1:][at : at + mtu] for at in range(0, len(nal) - 1, mtu)]
    return [
        bytes((nal[0] & 0xE0 | 28, nal[0] & 0x1F | (at == 0) << 7 | (at == len(parts) - 1) << 6)) + part
        for at, part in enumerate(parts)
    ]


def ntp(time: datetime) -> tuple[int, int]:
    seconds, fraction = divmod((time - NTP_1900) / timedelta(seconds=1), 1)
    return int(seconds) % 2**32, int(fraction * 2**32)


def frame(packet: bytes, channel: int = 0) -> bytes:
    return struct.pack(">BBH", 0x24, channel, len(packet)) + packet


def framed(found: list[bytes], channel: int = 0) -> bytes:
    return b"".join(frame(packet, channel) for packet in found)


BYE = frame(struct.pack(">BBHI", 0x81, 203, 1, 7), channel=1)
