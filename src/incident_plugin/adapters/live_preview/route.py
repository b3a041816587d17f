"""The UDP path that ICE agreed on with one viewer.

aioice looks for paths and answers for them; DTLS and whatever else is seldom goes through it. What comes and
goes all the time takes a socket of its own, connected to the viewer on the port that ICE uses, so that the
system leads the viewer's datagrams to it: pictures, checks of consent (RFC 7675), and receiver reports, from
which nothing follows.

What is taken over of aioice is replaced on single objects and never on its classes:
``Connection.query_consent`` and ``check_complete``. ``_nominated`` and ``_query_consent_task`` are read, and
kept as aioice keeps them.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import random
import socket
from contextlib import suppress
from typing import Any, Protocol

import attrs

from incident_plugin.adapters.live_preview import stun

_log = logging.getLogger(__name__)

#: Of the one stream of data in a connection (RFC 8445 section 5.1.1.1: RTP, with RTCP beside it).
_COMPONENT = 1
#: ``UDP_SEGMENT`` of Linux: one call sends many packets of one size (udp(7)).
_UDP_SEGMENT = 103
#: Kernels, network cards and paths that cannot do it refuse with one of these.
_NO_SEGMENTS = (errno.EINVAL, errno.EIO, errno.ENOPROTOOPT, errno.EOPNOTSUPP, errno.EMSGSIZE)

#: Largest datagram that a viewer sends: those of DTLS and RTCP fit into one packet of any network.
_LARGEST = 4_096
#: Seconds from one check of consent to the next on average, and until it expires (RFC 7675 section 5.1).
_CHECKS, _EXPIRY = 5.0, 30.0

#: First byte of STUN messages, and how RTCP begins (RFC 7983, RFC 3550 section 6.4.2).
_STUN = range(4)
_RTP_VERSION, _RECEIVER_REPORT = 2, 201
#: Index of a protected RTCP packet, with the flag that it is encrypted (RFC 3711 section 3.4).
_RTCP_INDEX = 4
#: What a check may have that only keeps a path open.
_PLAIN = {stun.USERNAME, stun.PRIORITY, stun.USE_CANDIDATE, stun.ICE_CONTROLLING}
_MAY_BE_PASSED_OVER = 0x8000


class Connection(Protocol):
    """The part of ``aioice.Connection`` that is used here."""

    remote_username: str | None
    remote_password: str | None
    ice_controlling: bool
    _nominated: dict[int, Any]
    _query_consent_task: asyncio.Task[None] | None

    @property
    def local_username(self) -> str:
        """Our part of a check's USERNAME."""
        ...

    @property
    def local_password(self) -> str:
        """By which viewers sign their checks."""
        ...

    def build_request(self, pair: Any, nominate: bool) -> Any:
        """Give a check of a path."""
        ...

    def check_complete(self, pair: Any) -> None:
        """Told of each path that was checked."""
        ...

    async def query_consent(self) -> None:
        """Run while the connection is there."""
        ...

    async def close(self) -> None:
        """End it."""
        ...


@attrs.frozen(eq=False)
class _Path:
    """A socket between one pair of candidates."""

    pair: Any
    socket: socket.socket

    @classmethod
    def of(cls, pair: Any) -> _Path:
        """Connect one; raises ``OSError``.

        Both sockets may have the port only while the second one is bound: nobody else can take it later.
        """
        shared = pair.protocol.transport.get_extra_info("socket")
        own = socket.socket(shared.family, socket.SOCK_DGRAM)
        try:
            own.setblocking(False)
            for each in (shared, own):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            own.bind(shared.getsockname())
            for each in (shared, own):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
            own.connect(pair.remote_addr)
        except OSError:
            own.close()
            raise
        return cls(pair, own)


class IceRoute:
    """Sends to a viewer past the event loop, reads what comes back, and keeps the viewer's consent.

    It takes the place of aioice's checks of consent, and follows the path that ICE agrees on: it may change.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._paths: list[_Path] = []
        self._path: _Path | None = None
        self._send = _nowhere
        #: Size of the packets that the system cuts a send into; 0 where it cannot.
        self._segment = 0
        self._segments = True
        self._buffer = memoryview(bytearray(_LARGEST))
        #: Length of a protected packet of RTCP beside that of what is in it; unknown before the handshake.
        self.report_trailer: int | None = None
        self._asked = b""
        self._consented = 0.0
        self._checked = connection.check_complete
        connection.check_complete = self._check_complete  # type: ignore[method-assign]
        connection.query_consent = self.keep_consent  # type: ignore[method-assign]

    def send(self, packets: memoryview | bytes, stride: int) -> None:
        """Send packets of ``stride`` bytes, of which the last may be shorter, in one call where possible.

        Raises ``BlockingIOError`` when the socket is full, and other ``OSError`` when the network refuses or
        there is no path.
        """
        if stride != self._segment and (len(packets) > stride or stride > self._segment):
            self._cut_into(stride)
        try:
            if self._segments or len(packets) <= stride:
                self._send(packets)
                return
        except OSError as error:
            if len(packets) <= stride or error.errno not in _NO_SEGMENTS:
                raise
            self._segments = False
        for start in range(0, len(packets), stride):
            self._send(packets[start : start + stride])

    def expect(self, trailer: int) -> None:
        """Say what encryption adds to a packet, by which bare receiver reports are known."""
        self.report_trailer = trailer + _RTCP_INDEX

    async def keep_consent(self) -> None:
        """Ask the viewer from time to time whether it still wants to get anything; end when it does not."""
        self._consented = self._loop.time()
        while self._loop.time() - self._consented < _EXPIRY:
            await asyncio.sleep(_CHECKS * random.uniform(0.8, 1.2))  # noqa: S311 - spreads the load
            with suppress(OSError):
                self._ask()
        _log.info("a viewer does not answer any more")
        self._connection._query_consent_task = None  # noqa: SLF001
        await self._connection.close()

    def close(self) -> None:
        """Release the sockets."""
        self._path, self._send = None, _nowhere
        while self._paths:
            path = self._paths.pop()
            self._loop.remove_reader(path.socket)
            path.socket.close()

    def _check_complete(self, pair: Any) -> None:
        self._checked(pair)
        try:
            self.follow()
        except OSError as error:
            _log.warning("the path to a viewer cannot be used: %s", error)

    def follow(self) -> None:
        """Take the path that ICE agreed on; raises ``OSError``."""
        pair = self._connection._nominated.get(_COMPONENT)  # noqa: SLF001
        if pair is None or (self._path and pair is self._path.pair):
            return
        path = next((path for path in self._paths if path.pair is pair), None)
        if path is None:
            path = _Path.of(pair)
            self._paths.append(path)
            self._loop.add_reader(path.socket, self._readable, path)
        self._path, self._send = path, path.socket.send  # type: ignore[assignment]
        self._segment = 0

    def _cut_into(self, stride: int) -> None:
        """Have the system cut what is longer than this: packets of a picture are as long as one another."""
        if self._path is None or not self._segments:
            return
        try:
            self._path.socket.setsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT, stride)
        except OSError:
            self._segments = False
        else:
            self._segment = stride

    def _readable(self, path: _Path) -> None:
        """Take one datagram; what is neither a check nor a bare receiver report is aioice's."""
        buffer = self._buffer
        try:
            size = path.socket.recv_into(buffer)
        except OSError:  # nothing there after all, or a packet of ours was refused
            return
        if self._is_bare_report(buffer, size):
            return
        data = bytes(buffer[:size])
        if not (size and data[0] in _STUN and self._heard(data, path)):
            path.pair.protocol.datagram_received(data, path.pair.remote_addr)

    def _is_bare_report(self, buffer: memoryview, size: int) -> bool:
        """Whether it is a receiver report with nothing behind it: nothing follows from such a one."""
        if self.report_trailer is None or size < 4 or buffer[1] != _RECEIVER_REPORT:  # noqa: PLR2004 - header
            return False
        words = buffer[2] << 8 | buffer[3]
        return buffer[0] >> 6 == _RTP_VERSION and size == 4 * words + 4 + self.report_trailer

    def _ask(self) -> None:
        """Send a check."""
        if self._path is None:
            return
        request = bytes(self._connection.build_request(self._path.pair, nominate=False))
        self._asked = stun.transaction_of(request)
        password = (self._connection.remote_password or "").encode()
        self._path.socket.send(stun.signed(stun.REQUEST, self._asked, request[20:], password))

    def _heard(self, message: bytes, path: _Path) -> bool:
        """Take an answer to our check, or answer one that changes nothing; say whether it was one of them."""
        kind, transaction = message[:2], stun.transaction_of(message)
        if kind == stun.RESPONSE and transaction == self._asked:
            if stun.is_signed(message, (self._connection.remote_password or "").encode()):
                self._consented, self._asked = self._loop.time(), b""
            return True
        if kind != stun.REQUEST or not self._is_plain(message, path):
            return False
        mapped = stun.mapped_address(path.socket.family, path.pair.remote_addr, transaction)
        password = self._connection.local_password.encode()
        with suppress(OSError):
            path.socket.send(stun.signed(stun.RESPONSE, transaction, mapped, password))
        return True

    def _is_plain(self, message: bytes, path: _Path) -> bool:
        """Whether a viewer's check comes by the path in use, and says nothing that aioice must know."""
        connection = self._connection
        if path is not self._path or connection.ice_controlling:
            return False
        if not stun.is_signed(message, connection.local_password.encode()):
            return False
        found = dict(stun.attributes(message))
        user = f"{connection.local_username}:{connection.remote_username}".encode()
        return found.get(stun.USERNAME) == user and all(
            kind in _PLAIN or (kind >= _MAY_BE_PASSED_OVER and kind != stun.ICE_CONTROLLED) for kind in found
        )


def _nowhere(_packets: memoryview | bytes) -> int:
    raise ConnectionResetError(errno.ECONNRESET, "there is no path to the viewer")
