"""The recorder itself: HTTP and RTSP by hand, byte for byte, in a thread of its own."""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import attrs

from tests.adversary.footage import PPS, SPS, TENTH, Picture, footage, framed, packets
from tests.adversary.replies import HEALTHY, Answer, Asked, Raw, Reply, enveloped, http

#: How long recorded video goes on after it begins; more is never asked for.
RECORDED = timedelta(minutes=1)
SETS = ",".join(base64.b64encode(one).decode() for one in (SPS, PPS))
VIDEO = (
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={SETS}\r\na=control:track1\r\n"
)


def sdp(media: str = VIDEO) -> str:
    return f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=control:*\r\n{media}"


def whole(pictures: list[Picture]) -> bytes:
    return framed(packets(pictures))


@attrs.frozen(kw_only=True)
class Conduct:
    """How the recorder behaves; as it is made here it does nothing wrong."""

    #: SOAP answers in place of the healthy ones; "*" is every operation that is not named.
    soap: Mapping[str, Answer] = attrs.field(factory=dict)
    #: RTSP answers by method; "<cseq>" and "<url>" are put in.
    rtsp: Mapping[str, Answer] = attrs.field(factory=dict)
    sdp: str = attrs.field(factory=sdp)
    #: From the pictures asked for to the bytes that are sent.
    media: Callable[[list[Picture]], bytes | Raw] = whole
    #: What happens after the media: "stay", "close", "reset", "bye".
    then: str = "stay"
    #: Its clock minus ours.
    skew: timedelta = timedelta(0)
    #: Whether anybody listens at the ports: "web", "rtsp".
    listening: frozenset[str] = frozenset({"web", "rtsp"})
    #: Connections to RTSP that are refused after the first one, as while it restarts.
    away: int = 0


class Device:
    """A recorder with one camera, recorded for a minute; its conduct may change at any time."""

    def __init__(self) -> None:
        self.start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
        self.conduct = Conduct()
        #: How often somebody was left waiting, and the bytes sent, in this conduct.
        self.withheld = 0
        self.sent = 0
        self.asked: Counter[str] = Counter()
        self._connections = 0
        self._loop = asyncio.new_event_loop()
        self._servers: dict[str, asyncio.Server] = {}
        self.ports: dict[str, int] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="adversary", daemon=True)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.ports['web']}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/onvif/device_service"

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen(frozenset({"web", "rtsp"})))
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._listen(frozenset()))
        self._do(self._drop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def behave(self, conduct: Conduct) -> None:
        """Change the conduct; open connections are dropped, as by a restart."""
        self._do(self._listen(conduct.listening))
        self._do(self._drop())
        self.conduct = conduct
        self.withheld = self.sent = self._connections = 0
        self.asked.clear()

    def _do(self, work: Awaitable[object]) -> None:
        async def done() -> None:
            await work

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(20)

    async def _listen(self, wanted: frozenset[str]) -> None:
        serving = {"web": self._web, "rtsp": self._rtsp}
        for name in ("web", "rtsp"):
            if name in wanted and name not in self._servers:
                server = await asyncio.start_server(
                    self._kept(serving[name]), "127.0.0.1", self.ports.get(name, 0), limit=1 << 20
                )
                self._servers[name] = server
                self.ports[name] = server.sockets[0].getsockname()[1]
            elif name not in wanted and name in self._servers:
                self._servers.pop(name).close()

    async def _drop(self) -> None:
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _kept(self, serve: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                await serve(reader, writer)
            except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                pass
            finally:
                self._tasks.discard(task)
                writer.transport.abort()

        return served

    async def _web(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = re.search(r"(?i)content-length: (\d+)", head)
            body = (await reader.readexactly(int(length[1]))).decode() if length else ""
            found = re.search(r"Body[^>]*>\s*<(?:\w+:)?(\w+)", body)
            asked = self._note(found[1] if found else "", body, head)
            answer = self.conduct.soap.get(asked.operation, self.conduct.soap.get("*"))
            if answer is None:
                answer = HEALTHY[asked.operation]
            await self._send(writer, self._as_http(answer(asked) if callable(answer) else answer))

    def _note(self, operation: str, text: str, head: str) -> Asked:
        self.asked[operation] += 1
        now = datetime.now(UTC) + self.conduct.skew
        return Asked(
            operation=operation,
            text=text,
            head=head,
            time=self.asked[operation],
            now=now,
            start=self.start + self.conduct.skew,
        )

    def _as_http(self, reply: Reply) -> Raw:
        if isinstance(reply, Raw):
            return reply
        if isinstance(reply, bytes):
            return http(reply)
        placed = reply.replace("<port>", str(self.ports["web"])).replace("<rtsp>", str(self.ports["rtsp"]))
        return http(enveloped(placed), status="400 Bad Request" if "Fault" in reply else "200 OK")

    async def _send(self, writer: asyncio.StreamWriter, raw: Raw) -> None:
        for piece in raw.pieces():
            writer.write(piece)
            await writer.drain()
            self.sent += len(piece)
            await asyncio.sleep(raw.pause)
        if raw.then == "hang":
            self.withheld += 1
            await asyncio.Event().wait()
        if raw.then == "reset":
            _reset(writer)
        if raw.then != "stay":
            raise ConnectionResetError

    async def _rtsp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        away = 1 < self._connections <= 1 + self.conduct.away
        while True:
            head = await _request(reader)
            if away:
                return
            method, url, _ = head.split(" ", 2)
            asked = self._note(method, head, head)
            answer = self.conduct.rtsp.get(method)
            reply = answer(asked) if callable(answer) else answer
            if reply is None:
                reply = self._healthy(method, url)
            if isinstance(reply, Raw):
                await self._send(writer, reply)
                continue
            assert isinstance(reply, str)
            cseq = re.search(r"CSeq: (\d+)", head)
            text = reply.replace("<cseq>", cseq[1] if cseq else "").replace("<url>", url)
            await self._send(writer, Raw(pieces=lambda text=text: (text.encode(),)))
            if method == "PLAY" and " 200" in text.split("\r\n", 1)[0]:
                await self._play(head, writer)

    def _healthy(self, method: str, url: str) -> str:
        if method == "DESCRIBE":
            return described(self.conduct.sdp)
        if method == "SETUP":
            channel = 2 if url.endswith("track2") else 0
            transport = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
            return ok(f"Session: abc;timeout=60\r\nTransport: {transport}\r\n")
        return ok()

    async def _play(self, head: str, writer: asyncio.StreamWriter) -> None:
        found = re.search(r"clock=(\d{8}T\d{6})", head)
        pictures = self.recorded(found[1]) if found else footage(30, start=self.start, replay=False)
        first = self._connections == 1 or not self.conduct.away
        sent = self.conduct.media(pictures) if first else whole(pictures)
        await self._send(writer, sent if isinstance(sent, Raw) else Raw(pieces=lambda: (sent,)))
        if self.conduct.then in ("close", "reset") and first:
            await self._send(writer, Raw(then=self.conduct.then))

    def recorded(self, start: str) -> list[Picture]:
        """The three seconds of recorded pictures that are ever asked for, from a moment on."""
        moment = datetime.strptime(start + "+0000", "%Y%m%dT%H%M%S%z")
        everything = footage(30, start=self.start + self.conduct.skew)
        assert everything[-1].time is not None
        everything[-1] = attrs.evolve(everything[-1], last=True)
        later = [one for one in everything if one.time is not None and one.time > moment - 5 * TENTH]
        return later[next((n for n, one in enumerate(later) if one.clean), 0) :]


async def _request(reader: asyncio.StreamReader) -> str:
    """The next request; reports of what was received are passed over."""
    while (first := await reader.readexactly(1)) == b"$":
        _, size = struct.unpack(">BH", await reader.readexactly(3))
        await reader.readexactly(size)
    return (first + await reader.readuntil(b"\r\n\r\n")).decode()


def _reset(writer: asyncio.StreamWriter) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def ok(headers: str = "", body: str = "") -> str:
    return f"RTSP/1.0 200 OK\r\nCSeq: <cseq>\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}"


def described(text: str, base: str = "<url>/") -> str:
    return ok(f"Content-Base: {base}\r\nContent-Type: application/sdp\r\n" if base else "", text)


def refused(status: int, reason: str, headers: str = "") -> str:
    return f"RTSP/1.0 {status} {reason}\r\nCSeq: <cseq>\r\n{headers}\r\n"
