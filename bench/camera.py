"""A camera for benches: a file's pictures over RTSP (RFC 2326, interleaved), in real time."""

from __future__ import annotations

import asyncio
import multiprocessing
import struct
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

import av

from incident_plugin.adapters.live_preview.rtp import Layout, Run, blocks, h264_runs

RATE = 25
#: 1/25 s on the RTP clock.
_PICTURE = 3_600
_SPS, _PPS = 7, 8
_START_CODE = b"\x00\x00\x01"
_LAYOUT = Layout(payload_type=96, ssrc=1, trailer=0)
_PREFIX = struct.Struct("!BBH")


class _Film:
    """The file's pictures as payloads, which begin anew when they are over."""

    def __init__(self, file: str) -> None:
        with av.open(file) as container:
            packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
        nals = [[nal.rstrip(b"\x00") for nal in packet.split(_START_CODE)[1:]] for packet in packets]
        sets = [nal for nal in nals[0] if nal[0] & 0x1F in (_SPS, _PPS)]
        self._pictures: list[tuple[Run, ...]] = [h264_runs(each) for each in nals]
        said = ",".join(b64encode(each).decode() for each in sets)
        self.description = (
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=control:*\r\n"
            "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
            f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={said}\r\na=control:video\r\n"
        )

    def interleaved(self) -> Iterator[bytes]:
        """Give picture after picture, with the prefixes of RFC 2326 section 10.12; never ends."""
        sequence = number = 0
        while True:
            runs = self._pictures[number % len(self._pictures)]
            laid = blocks(runs, first=sequence, time=number * _PICTURE, layout=_LAYOUT)
            packets = [block.packet(place) for block in laid for place in range(block.packets)]
            yield b"".join(part for one in packets for part in (_PREFIX.pack(0x24, 0, len(one)), one))
            sequence, number = sequence + len(packets), number + 1


class _Client:
    """One connection: answers requests, and sends from PLAY on."""

    def __init__(self, film: _Film, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._film, self._reader, self._writer = film, reader, writer

    async def serve(self) -> None:
        """Until the connection ends."""
        playing: asyncio.Task[None] | None = None
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                if await self._answer() == "PLAY" and playing is None:
                    playing = asyncio.create_task(self._play())
        if playing:
            playing.cancel()
        self._writer.close()

    async def _answer(self) -> str:
        first = await self._reader.readexactly(1)
        if first == b"$":
            channel_and_size = await self._reader.readexactly(3)
            await self._reader.readexactly(int.from_bytes(channel_and_size[1:]))
            return ""
        head = (first + await self._reader.readuntil(b"\r\n\r\n")).decode()
        request, *lines = head.split("\r\n")
        method, url, _ = request.split()
        asked = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = self._film.description if method == "DESCRIBE" else ""
        answer = f"RTSP/1.0 200 OK\r\nCSeq: {asked['cseq']}\r\nSession: 1\r\nContent-Length: {len(body)}\r\n"
        if body:
            answer += f"Content-Type: application/sdp\r\nContent-Base: {url.rstrip('/')}/\r\n"
        if "transport" in asked:
            answer += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        self._writer.write(f"{answer}\r\n{body}".encode())
        return method

    async def _play(self) -> None:
        began = time.monotonic()
        for number, picture in enumerate(self._film.interleaved()):
            await asyncio.sleep(began + number / RATE - time.monotonic())
            self._writer.write(picture)
            await self._writer.drain()


def _serve(file: str, pipe: Connection) -> None:
    async def run() -> None:
        film = _Film(file)
        server = await asyncio.start_server(lambda *ends: _Client(film, *ends).serve(), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def camera(file: str) -> Iterator[str]:
    """Start one in a process of its own; there are as many cameras under its address as are asked for."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(file, theirs), daemon=True)
    process.start()
    try:
        yield f"rtsp://127.0.0.1:{ours.recv()}/"
    finally:
        process.kill()
        process.join()
