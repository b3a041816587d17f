"""The path to a viewer: what leaves by it, and what comes back."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import attrs
import pytest
from aioice import stun

from incident_plugin.adapters.live_preview import route as module
from incident_plugin.adapters.live_preview.route import IceRoute
from tests.waiting import until

OURS, THEIRS = "ourpasswordourpassword", "theirpasswordtheirpassword"
#: Of AES-GCM: what encryption adds to a packet.
TRAILER = 16


@attrs.frozen
class Transport:
    """What aioice keeps of a socket."""

    socket: socket.socket

    def get_extra_info(self, name: str) -> socket.socket:
        assert name == "socket"
        return self.socket


@attrs.frozen
class Protocol:
    """Takes what is for aioice."""

    transport: Transport
    received: list[bytes] = attrs.field(factory=list)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        assert address
        self.received.append(data)


@attrs.frozen
class Pair:
    """A path as ICE agrees on one."""

    protocol: Protocol
    remote_addr: tuple[str, int]


def request(password: str, *, user: str = "us:them", **more: object) -> stun.Message:
    """A check as aioice makes it."""
    attributes = {"USERNAME": user, "PRIORITY": 1, **more}
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
    message.add_message_integrity(password.encode())
    return message


@attrs.define(eq=False)
class Connection:
    """What the route needs of aioice's."""

    _nominated: dict[int, Pair] = attrs.field(factory=dict)
    local_username: str = "us"
    local_password: str = OURS
    remote_username: str | None = "them"
    remote_password: str | None = THEIRS
    ice_controlling: bool = False
    closed: bool = False
    _query_consent_task: asyncio.Task[None] | None = None
    check_complete: Callable[[Pair], None] = lambda pair: None
    query_consent: object = None

    def agree(self, pair: Pair) -> None:
        self._nominated[1] = pair
        self.check_complete(pair)

    def build_request(self, pair: Pair, nominate: bool) -> stun.Message:
        assert pair
        assert not nominate
        attributes = {"USERNAME": "them:us", "PRIORITY": 1, "ICE-CONTROLLED": 7}
        return stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)

    async def close(self) -> None:
        self.closed = True


@attrs.define
class Ends:
    """A route on one side, a viewer's socket on the other."""

    route: IceRoute
    connection: Connection
    pair: Pair
    viewer: socket.socket

    async def receive(self) -> tuple[bytes, tuple[str, int]]:
        return await asyncio.get_running_loop().sock_recvfrom(self.viewer, 2000)

    async def packets(self, count: int) -> list[bytes]:
        return [(await self.receive())[0] for _ in range(count)]

    def say(self, message: bytes) -> None:
        self.viewer.sendto(message, self.pair.protocol.transport.socket.getsockname())


Opened = Callable[[], socket.socket]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens UDP sockets on this machine."""
    sockets: list[socket.socket] = []

    def one_more() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", 0))
        made.setblocking(False)
        sockets.append(made)
        return made

    yield one_more
    for each in sockets:
        each.close()


@pytest.fixture
async def ends(opened: Opened) -> AsyncIterator[Ends]:
    connection, viewer = Connection(), opened()
    route = IceRoute(connection)
    pair = Pair(Protocol(Transport(opened())), viewer.getsockname())
    connection.agree(pair)
    yield Ends(route, connection, pair, viewer)
    route.close()


@pytest.mark.parametrize("segments", [True, False])
async def test_packets_arrive_one_by_one(ends: Ends, *, segments: bool) -> None:
    """However they were handed to the system, with or without its help; they come from the port ICE uses."""
    ends.route._segments = segments
    for size in (1000, 500, 100):
        packets = b"a" * size + b"b" * size + b"c" * 10
        ends.route.send(packets, size)
        assert await ends.packets(3) == [b"a" * size, b"b" * size, b"c" * 10]
    ends.route.send(b"d" * 1200, 1200)
    data, address = await ends.receive()
    assert (len(data), address) == (1200, ends.pair.protocol.transport.socket.getsockname())


async def test_without_segments_packets_are_sent_singly(ends: Ends) -> None:
    """A system that refuses segmented sends is asked once, and serves all the same."""
    asked, send = [], ends.route._send

    def refuse(packets: bytes) -> int:
        if len(packets) > 1000:
            asked.append(len(packets))
            raise OSError(errno.EIO, "no segments here")
        return send(packets)

    ends.route._send = refuse  # type: ignore[assignment]
    for _ in range(2):
        ends.route.send(b"a" * 1000 + b"b" * 10, 1000)
    assert [data[:1] for data in await ends.packets(4)] == [b"a", b"b", b"a", b"b"]
    assert asked == [1010]


async def test_the_path_may_change(ends: Ends, opened: Opened) -> None:
    """ICE may agree on another one, and come back; what comes by either is heard."""
    other = Pair(Protocol(Transport(opened())), ends.viewer.getsockname())
    for pair in (ends.pair, other, ends.pair):
        ends.connection.agree(pair)
        ends.route.send(b"x", 1)
        assert await ends.receive() == (b"x", pair.protocol.transport.socket.getsockname())
    ends.viewer.sendto(b"\x14", other.protocol.transport.socket.getsockname())
    await until(lambda: other.protocol.received == [b"\x14"])


async def test_without_a_path_nothing_leaves(ends: Ends) -> None:
    """Before ICE has agreed on one, and after closing."""
    for route in (IceRoute(Connection()), ends.route):
        route.close()
        with pytest.raises(ConnectionError):
            route.send(b"z", 1)


async def test_nobody_else_gets_the_port(ends: Ends) -> None:
    """Two sockets of ours share it, and no third one can."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as third:
        third.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            third.bind(ends.pair.protocol.transport.socket.getsockname())


async def test_a_viewers_check_is_answered(ends: Ends) -> None:
    """As aioice, which reads the answer here, would have answered; it is not told."""
    asked = request(OURS, **{"ICE-CONTROLLING": 9, "USE-CANDIDATE": None})
    ends.say(bytes(asked))
    answer = stun.parse_message((await ends.receive())[0])
    assert answer.message_class is stun.Class.RESPONSE
    assert answer.transaction_id == asked.transaction_id
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == ends.viewer.getsockname()
    assert answer.check_message_integrity(OURS.encode())
    assert ends.pair.protocol.received == []


@pytest.mark.parametrize(
    "check",
    [
        request("somebodyelsespassword"),
        request(OURS, user="us:somebody"),
        request(OURS, **{"ICE-CONTROLLED": 9}),
        request(OURS, REALM="elsewhere"),
        stun.Message(stun.Method.BINDING, stun.Class.REQUEST),
        stun.Message(stun.Method.BINDING, stun.Class.INDICATION),
    ],
)
async def test_any_other_check_is_for_aioice(ends: Ends, check: stun.Message) -> None:
    """Wrong ones are refused there, and those that change something have their effect."""
    ends.say(bytes(check))
    await until(lambda: ends.pair.protocol.received == [bytes(check)])


async def test_who_answers_goes_on_getting_pictures(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice understands the question; an answer that anybody could make does not count."""
    monkeypatch.setattr(module, "_CHECKS", 0.02)
    monkeypatch.setattr(module, "_EXPIRY", 0.5)
    keeping = asyncio.create_task(ends.route.keep_consent())
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() < began + 1:
        asked = stun.parse_message((await ends.receive())[0])
        assert asked.check_message_integrity(THEIRS.encode())
        assert asked.attributes["USERNAME"] == "them:us"
        ends.say(answer_to(asked, THEIRS))
    assert not keeping.done()
    asked = stun.parse_message((await ends.receive())[0])
    ends.say(answer_to(asked, "guessedpassword"))
    await asyncio.wait_for(keeping, 20)
    assert ends.connection.closed


def answer_to(asked: stun.Message, password: str) -> bytes:
    """An answer as aioice makes it."""
    found = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, transaction_id=asked.transaction_id)
    found.add_message_integrity(password.encode())
    return bytes(found)


async def test_bare_receiver_reports_end_here(ends: Ends) -> None:
    """Nothing follows from them; whatever has more in it, or may have, goes on to be decrypted."""
    bare = b"\x81\xc9\x00\x07" + bytes(28) + bytes(TRAILER + 4)
    ends.say(bare)
    ends.route.expect(TRAILER)
    others = [bare + bytes(12), bare[:-1], b"\x81\xce" + bare[2:], b"\x81", b"\x16\xc9\x00\x07" + bare[4:]]
    ends.say(bare)
    for other in others:
        ends.say(other)
    await until(lambda: len(ends.pair.protocol.received) >= len(others))
    assert ends.pair.protocol.received[-len(others) :] == others
