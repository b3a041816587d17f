"""A recorder's archive: a real RTSP server that replays coded pictures and sound (ONVIF replay)."""

from __future__ import annotations

import asyncio
import base64
import re
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Self

import attrs

from incident_plugin.domain.media import AccessUnit, Codec, SoundCodec, SoundTrack, SoundUnit
from tests.adversary.footage import frame, ntp
from tests.coded import Footage

_MTU = 1200
_SETS = {Codec.H264: ("sprop-parameter-sets",), Codec.H265: ("sprop-vps", "sprop-sps", "sprop-pps")}


@attrs.define
class Archive:
    """Sends what was recorded from the key picture at or before the start, in decoding order."""

    footage: Footage
    sound: SoundTrack | None = None
    heard: Sequence[SoundUnit] = ()
    #: After how many pictures each of the first connections breaks.
    breaks: list[int] = attrs.field(factory=list)
    ranges: list[str] = attrs.field(factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task] = attrs.field(factory=set)

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/recording"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *raised: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                method = head.split()[0]
                writer.write(self._answer(head, method))
                if method == "PLAY" and not await self._play(head, writer):
                    return
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _answer(self, head: str, method: str) -> bytes:
        cseq, body, extra = re.search(r"CSeq: (\d+)", head)[1], "", ""
        if method == "DESCRIBE":
            body, extra = self._description(), f"Content-Base: {self.url}/\r\n"
        elif method == "SETUP":
            channels = re.search(r"interleaved=(\d+-\d+)", head)[1]
            extra = f"Session: 1;timeout=60\r\nTransport: RTP/AVP/TCP;unicast;interleaved={channels}\r\n"
        return (
            f"RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\n{extra}Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def _description(self) -> str:
        track = self.footage.track
        sets = [base64.b64encode(one).decode() for one in track.parameter_sets]
        names = _SETS[track.codec]
        sprop = (
            f"{names[0]}={','.join(sets)}"
            if len(names) == 1
            else ";".join(f"{name}={one}" for name, one in zip(names, sets, strict=True))
        )
        lines = [
            "v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=control:*", "m=video 0 RTP/AVP 96",
            f"a=rtpmap:96 {track.codec}/90000", f"a=fmtp:96 packetization-mode=1;{sprop}", "a=control:video",
        ]  # fmt: skip
        if self.sound is not None:
            name = "MPEG4-GENERIC" if self.sound.codec is SoundCodec.AAC else self.sound.codec
            lines += [
                "m=audio 0 RTP/AVP 97",
                f"a=rtpmap:97 {name}/{self.sound.rate}/{self.sound.channels}",
                f"a=fmtp:97 mode=AAC-hbr;config={self.sound.config.hex()};sizelength=13;indexlength=3",
                "a=control:sound",
            ]
        return "".join(f"{line}\r\n" for line in lines)

    async def _play(self, head: str, writer: asyncio.StreamWriter) -> bool:
        """Send what was asked for; say whether the connection is to stay."""
        asked = re.search(r"Range: clock=([\dTZ.]+)-([\dTZ.]+)", head)
        assert asked is not None
        self.ranges.append(asked[0])
        start, end = (_clock(text) for text in asked.groups())
        limit = self.breaks.pop(0) if self.breaks else None
        units = self.footage.units
        first = max((n for n, u in enumerate(units) if u.key and u.time <= start), default=0)
        # The last key picture whose group begins before the end, whole: as recorders send it.
        last = max((n for n, u in enumerate(units) if u.time < end), default=0)
        # Every connection counts from a stamp of its own.
        shift = 1_000_003 * len(self.ranges)
        sequence, number = {0: 65_000, 2: 10}, 0
        for unit in self._merged(units[first : last + 1], start, end):
            channel = 0 if isinstance(unit, AccessUnit) else 2
            if isinstance(unit, AccessUnit):
                if number == limit:
                    await writer.drain()
                    writer.transport.abort()
                    return False
                payloads, terminal = self._payloads(unit), unit is units[last]
                number += 1
            else:
                payloads, terminal = [self._spoken(unit.data)], False
            for index, payload in enumerate(payloads):
                flags = (channel == 0 and unit.key) << 7 | terminal << 4
                extension = struct.pack(">HHIIBBH", 0xABAC, 3, *ntp(unit.time), flags, 0, 0)
                ends = (index == len(payloads) - 1) << 7
                stamp = (unit.pts + shift) % 2**32
                kind = (97 if channel else 96) | ends
                header = struct.pack(">BBHII", 0x90, kind, sequence[channel] % 65536, stamp, 7 + channel)
                writer.write(frame(header + extension + payload, channel))
                sequence[channel] += 1
            await writer.drain()
        return True

    def _merged(self, pictures: Sequence[AccessUnit], start: datetime, end: datetime):
        """Pictures in decoding order; sound in between, a little late as recorders send it."""
        heard = [one for one in self.heard if start <= one.time < end] if self.sound else []
        late = timedelta(milliseconds=150)
        for picture in pictures:
            while heard and heard[0].time + late < picture.time:
                yield heard.pop(0)
            yield picture
        yield from heard

    def _payloads(self, unit: AccessUnit) -> list[bytes]:
        h264 = self.footage.track.codec is Codec.H264
        found = []
        for nal in unit.nals:
            if len(nal) <= _MTU:
                found.append(nal)
                continue
            skip = 1 if h264 else 2
            parts = [nal[at : at + _MTU] for at in range(skip, len(nal), _MTU)]
            for number, part in enumerate(parts):
                ends = (number == 0) << 7 | (number == len(parts) - 1) << 6
                if h264:
                    found.append(bytes((nal[0] & 0xE0 | 28, nal[0] & 0x1F | ends)) + part)
                else:
                    found.append(bytes((nal[0] & 0x81 | 49 << 1, nal[1], nal[0] >> 1 & 0x3F | ends)) + part)
        return found

    def _spoken(self, data: bytes) -> bytes:
        if self.sound is None or self.sound.codec is not SoundCodec.AAC:
            return data
        return struct.pack(">HH", 16, len(data) << 3) + data


def _clock(text: str) -> datetime:
    form = "%Y%m%dT%H%M%S.%fZ" if "." in text else "%Y%m%dT%H%M%SZ"
    return datetime.strptime(text, form).replace(tzinfo=UTC)
