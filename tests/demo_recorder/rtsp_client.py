"""A small RTSP client for tests: it shows exactly what came, and can misbehave."""

import asyncio
import contextlib
import hashlib
import re
import socket
from collections.abc import AsyncIterator
from struct import unpack_from

from attrs import define, field, frozen
from tests.waiting import PATIENCE

from demo_recorder.account import Account
from demo_recorder.encoder import AccessUnit

DEADLINE = PATIENCE


@frozen(kw_only=True)
class Reply:
    """An answer of the server."""

    status: int
    headers: dict[str, str]
    body: bytes


@frozen(kw_only=True)
class Frame:
    """An access unit with what its packets said about it."""

    unit: AccessUnit
    timestamp: int
    sequence: int
    #: NTP time, flags and CSeq of the replay extension.
    ntp: int | None
    flags: str
    cseq: int | None

    @property
    def is_key(self) -> bool:
        return any(nal_unit[0] & 31 == 5 for nal_unit in self.unit.nal_units)


@define(kw_only=True)
class RtspClient:
    """One connection."""

    port: int
    account: Account | None
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    cseq: int = 0
    session: str | None = None
    challenge: dict[str, str] = field(factory=dict)
    waiting: list[tuple[int, bytes]] = field(factory=list)
    reports: list[bytes] = field(factory=list)

    @classmethod
    async def connect(cls, port: int, account: Account | None, *, room: int = 1 << 20) -> "RtspClient":
        """Connect, with room for so many bytes that were not yet asked for."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=connection, limit=room)
        return cls(port=port, account=account, reader=reader, writer=writer)

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()

    def url(self, path: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}/{path}"

    async def request(self, method: str, path: str, **headers: str) -> Reply:
        """Send a request, with credentials as soon as the server has asked for them."""
        reply = await self.request_once(method, path, **headers)
        if reply.status == 401 and self.account is not None:
            self.challenge = dict(re.findall(r'(\w+)="?([^",]*)"?', reply.headers["www-authenticate"]))
            reply = await self.request_once(method, path, **headers)
        if "session" in reply.headers:
            self.session = reply.headers["session"].partition(";")[0]
        return reply

    async def request_once(self, method: str, path: str, **headers: str) -> Reply:
        self.cseq += 1
        fields = {"CSeq": str(self.cseq), **{key.replace("_", "-"): value for key, value in headers.items()}}
        if self.session:
            fields.setdefault("Session", self.session)
        if self.challenge:
            fields.setdefault("Authorization", self.authorization(method, self.url(path)))
        lines = [
            f"{method} {self.url(path)} RTSP/1.0",
            *(f"{name}: {value}" for name, value in fields.items()),
        ]
        await self.send("\r\n".join(lines).encode() + b"\r\n\r\n")
        return await self.reply()

    def authorization(self, method: str, url: str) -> str:
        assert self.account
        realm, nonce = self.challenge["realm"], self.challenge["nonce"]
        secret = _md5(f"{self.account.username}:{realm}:{self.account.password}")
        response = _md5(f"{secret}:{nonce}:{_md5(f'{method}:{url}')}")
        return (
            f'Digest username="{self.account.username}", realm="{realm}", nonce="{nonce}", '
            f'uri="{url}", response="{response}"'
        )

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self) -> Reply:
        """The next answer; packets that come before it are kept."""
        async with asyncio.timeout(DEADLINE):
            while True:
                first = await self.reader.readexactly(1)
                if first != b"$":
                    break
                self.waiting.append(await self._interleaved())
            head = (first + await self.reader.readuntil(b"\r\n\r\n")).decode()
            status, *lines = head.strip().split("\r\n")
            headers = {
                key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)
            }
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Reply(status=int(status.split()[1]), headers=headers, body=body)

    async def closed_by_peer(self) -> bool:
        """Read on until the server closes the connection."""
        async with asyncio.timeout(DEADLINE):
            try:
                return await self.reader.read() is not None
            except ConnectionError:
                return True

    async def play(self, path: str, **headers: str) -> Reply:
        """DESCRIBE, SETUP and PLAY."""
        assert (await self.request("DESCRIBE", path)).status == 200
        setup = await self.request("SETUP", f"{path}/video", Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
        assert setup.status == 200
        return await self.request("PLAY", path, **headers)

    async def replay(self, path: str, start: str, end: str = "", **headers: str) -> Reply:
        """Play a part of a recording as fast as it comes."""
        headers = {"Require": "onvif-replay", "Rate_Control": "no", **headers}
        return await self.play(path, Range=f"clock={start}-{end}", **headers)

    async def until_full(self) -> None:
        """Wait until there is no room left for what the server sends."""
        async with asyncio.timeout(DEADLINE):
            while not self.reader._paused:  # noqa: ASYNC110 - nothing announces it
                await asyncio.sleep(0.005)

    async def frames(self) -> AsyncIterator[Frame]:
        """Access units as they come; ends after one with the terminal flag."""
        nal_units: list[bytes] = []
        extension: bytes | None = None
        while True:
            channel, packet = await self._packet()
            if channel == 1:
                self.reports.append(packet)
                continue
            sequence, timestamp = unpack_from(">HI", packet, 2)
            start = 12
            if packet[0] & 0x10:
                profile, words = unpack_from(">HH", packet, 12)
                assert profile == 0xABAC
                extension = packet[16 : 16 + 4 * words]
                start = 16 + 4 * words
            _add_payload(nal_units, packet[start:])
            if packet[1] & 0x80:
                frame = _frame(nal_units, timestamp, sequence, extension)
                yield frame
                if "T" in frame.flags:
                    return
                nal_units, extension = [], None

    async def take(self, count: int) -> list[Frame]:
        """The next access units."""
        taken: list[Frame] = []
        async with asyncio.timeout(DEADLINE):
            async for frame in self.frames():
                taken.append(frame)
                if len(taken) == count:
                    break
        return taken

    async def take_all(self) -> list[Frame]:
        """All access units up to the terminal one."""
        async with asyncio.timeout(DEADLINE):
            return [frame async for frame in self.frames()]

    async def _packet(self) -> tuple[int, bytes]:
        if self.waiting:
            return self.waiting.pop(0)
        assert await self.reader.readexactly(1) == b"$"
        return await self._interleaved()

    async def _interleaved(self) -> tuple[int, bytes]:
        head = await self.reader.readexactly(3)
        return head[0], await self.reader.readexactly(int.from_bytes(head[1:], "big"))


def _add_payload(nal_units: list[bytes], payload: bytes) -> None:
    if payload[0] & 31 != 28:
        nal_units.append(payload)
    elif payload[1] & 0x80:
        nal_units.append(bytes([payload[0] & 0xE0 | payload[1] & 31]) + payload[2:])
    else:
        nal_units[-1] += payload[2:]


def _frame(nal_units: list[bytes], timestamp: int, sequence: int, extension: bytes | None) -> Frame:
    ntp = flags = cseq = None
    if extension:
        ntp, flags, cseq = unpack_from(">QBB", extension)
    letters = "".join(
        name for bit, name in ((7, "C"), (6, "E"), (5, "D"), (4, "T")) if (flags or 0) >> bit & 1
    )
    return Frame(
        unit=AccessUnit(nal_units=tuple(nal_units)),
        timestamp=timestamp,
        sequence=sequence,
        ntp=ntp,
        flags=letters,
        cseq=cseq,
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
