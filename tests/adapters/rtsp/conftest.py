"""A scripted recorder: a real RTSP server on a real socket that says and sends what a test wants."""

from __future__ import annotations

import asyncio
import base64
import re
import struct
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import attrs
import pytest
from tests.adversary.footage import PPS, SPS, Picture, frame, ntp, packets, slice_
from tests.adversary.footage import footage as pictures
from tests.waiting import PATIENCE

from incident_plugin.adapters.rtsp import Credentials, Limits, RtspClient

START = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)


def footage(
    count: int, *, start: datetime = START, gop: int = 5, first_stamp: int = 1000, replay: bool = True
):
    """Pictures at 10 per second, each key picture with its parameter sets."""
    return pictures(count, start=start, gop=gop, first_stamp=first_stamp, replay=replay)


@attrs.define
class Script:
    """What the scripted recorder does; and what it was asked."""

    #: Sent after PLAY was answered, in pieces.
    media: list[bytes] = attrs.field(factory=list)
    #: Or what this gives for a PLAY.
    media_for: Callable[[str], list[bytes]] | None = None
    #: What happens after the media: "stay", "close" or "bye".
    then: str = "stay"
    parameter_sets_in_sdp: bool = True
    #: By method: a whole answer in place of the usual one; "silence" gives none.
    answers: dict[str, str] = attrs.field(factory=dict)
    refuse_require: bool = False
    #: WWW-Authenticate values demanded with a 401 until a request has the right answer.
    challenges: tuple[str, ...] = ()
    authorised: Callable[[str, str], bool] = lambda method, header: True
    play_headers: str = ""
    content_base: str | None = None
    requests: list[str] = attrs.field(factory=list)
    #: Packets that it was sent, with their channels.
    reports: list[tuple[int, bytes]] = attrs.field(factory=list)
    connections: int = 0
    handlers: list[asyncio.Task] = attrs.field(factory=list)
    port: int = 0
    sent: int = 0

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/cam"

    def methods(self) -> list[str]:
        return [request.split()[0] for request in self.requests]

    def request(self, method: str) -> str:
        return next(request for request in self.requests if request.startswith(method))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.handlers.append(asyncio.current_task())
        try:
            while True:
                first = await reader.readexactly(1)
                if first == b"$":
                    channel, size = struct.unpack(">BH", await reader.readexactly(3))
                    self.reports.append((channel, await reader.readexactly(size)))
                    continue
                head = (first + await reader.readuntil(b"\r\n\r\n")).decode()
                self.requests.append(head)
                answer = self.answer(head)
                if answer is None:
                    continue
                writer.write(answer)
                await writer.drain()
                if head.startswith("PLAY") and b"200 OK" in answer:
                    await self.play(writer, self.media_for(head) if self.media_for else self.media)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def play(self, writer: asyncio.StreamWriter, media: list[bytes]) -> None:
        for piece in media:
            writer.write(piece)
            await writer.drain()
            self.sent += len(piece)
        if self.then == "bye":
            writer.write(frame(struct.pack(">BBHI", 0x81, 203, 1, 7), channel=1))
        if self.then == "close":
            writer.close()

    def answer(self, head: str) -> bytes | None:
        method, url, _ = head.split(" ", 2)
        cseq = re.search(r"CSeq: (\d+)", head)[1]
        scripted = self.answers.get(method)
        if scripted == "silence":
            return None
        if scripted is not None:
            return scripted.replace("<cseq>", cseq).replace("\n", "\r\n").encode()
        given = re.search(r"Authorization: (.*)\r", head)
        if self.challenges and not (given and self.authorised(method, given[1])):
            lines = "".join(f"WWW-Authenticate: {value}\r\n" for value in self.challenges)
            return f"RTSP/1.0 401 Unauthorized\r\nCSeq: {cseq}\r\n{lines}\r\n".encode()
        if self.refuse_require and "Require:" in head:
            return f"RTSP/1.0 551 Option not supported\r\nCSeq: {cseq}\r\n\r\n".encode()
        extra, body = "", ""
        if method == "DESCRIBE":
            sets = ",".join(base64.b64encode(one).decode() for one in (SPS, PPS))
            sprop = f";sprop-parameter-sets={sets}" if self.parameter_sets_in_sdp else ""
            body = (
                "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\n"
                f"a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1{sprop}\r\na=control:track1\r\n"
            )
            extra = f"Content-Base: {self.content_base or url + '/'}\r\n"
        elif method == "SETUP":
            extra = "Session: abc;timeout=60\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        elif method == "PLAY":
            extra = self.play_headers
        return (
            f"RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\n{extra}Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


@pytest.fixture
async def recorder() -> AsyncIterator[Script]:
    script = Script()
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    yield script
    server.close()
    for handler in script.handlers:
        handler.cancel()
    await asyncio.gather(*script.handlers, return_exceptions=True)


def client_with(**short: float) -> RtspClient:
    """Give a client that waits these seconds for what a test withholds, and long for everything else."""
    patient = dict.fromkeys(
        ("request", "silence", "picture", "first", "replay", "tail", "farewell"), PATIENCE
    )
    return RtspClient(Credentials(username="user", password="pass"), limits=Limits(**(patient | short)))


@pytest.fixture
def client() -> RtspClient:
    """Its recorder may be as slow as a busy machine makes it."""
    return client_with()


@pytest.fixture
def kit():
    """The builders above, for tests: modules of tests do not import one another."""

    class Kit:
        SPS, PPS, START = SPS, PPS, START
        Picture, Script = Picture, Script
        slice_ = staticmethod(slice_)
        packets = staticmethod(packets)
        frame = staticmethod(frame)
        footage = staticmethod(footage)
        ntp = staticmethod(ntp)

        client_with = staticmethod(client_with)

        @staticmethod
        def media(pictures, **how):
            return [frame(packet) for packet in packets(pictures, **how)]

    return Kit
