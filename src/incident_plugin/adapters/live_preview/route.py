"""The UDP path that ICE agreed on with one viewer, for many packets at once."""

from __future__ import annotations

import errno
import os
import socket
import struct
from functools import cache

from aioice import Connection
from aioice.ice import CandidatePair

#: Of the one stream of data in a connection (RFC 8445 section 5.1.1.1: RTP, with RTCP beside it).
_COMPONENT = 1
#: ``UDP_SEGMENT`` of Linux: one call sends many packets of one size (udp(7)).
_UDP_SEGMENT = 103
_SEGMENT_SIZE = struct.Struct("=H")
#: Kernels, network cards and paths that cannot do it refuse with one of these.
_NO_SEGMENTS = (errno.EINVAL, errno.EIO, errno.ENOPROTOOPT, errno.EOPNOTSUPP, errno.EMSGSIZE)


class IceRoute:
    """Sends past the event loop, on a socket of its own that shares the port of ICE's.

    Without an agreed path it raises ``ConnectionError``; ICE may agree on another path at any time.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pair: CandidatePair | None = None
        self._socket: socket.socket | None = None
        self._address = ("", 0)
        self._segments = True

    def send(self, packets: memoryview, stride: int) -> None:
        """Send packets of ``stride`` bytes, of which the last may be shorter, in one call where possible.

        Raises ``BlockingIOError`` when the socket is full, and other ``OSError`` when the network refuses.
        """
        pair = self._connection._nominated.get(_COMPONENT)  # noqa: SLF001
        if pair is not self._pair:
            self._follow(pair)
        sending = self._socket
        if sending is None:
            raise ConnectionResetError(errno.ECONNRESET, "there is no path to the viewer")
        if len(packets) > stride and self._segments:
            try:
                sending.sendmsg((packets,), _in_segments(stride), 0, self._address)
            except OSError as error:
                if error.errno not in _NO_SEGMENTS:
                    raise
                self._segments = False
            else:
                return
        for start in range(0, len(packets), stride):
            sending.sendto(packets[start : start + stride], self._address)

    def close(self) -> None:
        """Release the socket."""
        self._follow(None)

    def _follow(self, pair: CandidatePair | None) -> None:
        if self._socket is not None:
            self._socket.close()
        self._pair, self._socket = pair, None
        if pair is not None:
            self._address = pair.remote_addr
            shared = pair.protocol.transport.get_extra_info("socket")
            self._socket = socket.socket(fileno=os.dup(shared.fileno()))
            self._socket.setblocking(False)


@cache
def _in_segments(size: int) -> tuple[tuple[int, int, bytes]]:
    """Give the control message for packets of one size; there are few sizes of packets in runs."""
    return ((socket.IPPROTO_UDP, _UDP_SEGMENT, _SEGMENT_SIZE.pack(size)),)
