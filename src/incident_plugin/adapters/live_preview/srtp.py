"""SRTP in place (RFC 3711, RFC 7714): many packets in one buffer, without an object for each.

pylibsrtp copies each packet three times. So its compiled binding is called directly, on one buffer for all
viewers of a thread: what is in it has been sent before the next viewer's packets come.
"""

from __future__ import annotations

import threading
from itertools import repeat
from typing import Any

from aiortc import RTCDtlsTransport
from pylibsrtp._binding import ffi, lib

from incident_plugin.adapters.live_preview.rtp import Block

#: More than the longest run of packets, and bytes that are enough for it.
_MOST_PACKETS = 64
_ROOM = 1 << 17
#: Length of the authentication tag by the name that OpenSSL gives the profile (RFC 5764, RFC 7714).
_TRAILERS = {
    b"SRTP_AEAD_AES_256_GCM": 16,
    b"SRTP_AEAD_AES_128_GCM": 16,
    b"SRTP_AES128_CM_SHA1_80": 10,
}


class ProtectionFailed(Exception):
    """libsrtp did not do what it was asked for: the viewer's connection cannot go on."""


class _Starts(dict[int, list[Any]]):
    """Pointers to packets in a buffer, by the distance from one to the next."""

    def __init__(self, buffer: Any) -> None:
        super().__init__()
        self._buffer = buffer

    def __missing__(self, stride: int) -> list[Any]:
        found = self[stride] = [self._buffer + at for at in range(0, _MOST_PACKETS * stride, stride)]
        return found


class _Workbench:
    """One buffer for each thread, and the pointers into it, so that none are made while pictures leave."""

    def __init__(self) -> None:
        buffer, lengths = ffi.new("char[]", _ROOM), ffi.new("int[]", _MOST_PACKETS)
        self.packets = memoryview(ffi.buffer(buffer))
        self.lengths = memoryview(ffi.buffer(lengths))
        self.each_length = [lengths + place for place in range(_MOST_PACKETS)]
        self.start = [buffer]
        self.starts = _Starts(buffer)


class _Here(threading.local):
    """The workbench of a thread."""

    def __init__(self) -> None:
        self.workbench = _Workbench()


_here = _Here()


class Protection:
    """The sending half of one viewer's encryption after its handshake, for the thread that makes it."""

    def __init__(self, transport: RTCDtlsTransport) -> None:
        # Kept: the context is freed with the session that owns it.
        self._session = transport._tx_srtp  # noqa: SLF001
        self._context = self._session._srtp[0]  # noqa: SLF001
        self._bench = _here.workbench
        handshake = transport._ssl  # noqa: SLF001
        assert handshake is not None  # noqa: S101 - it is done
        self.trailer = _TRAILERS[handshake.get_selected_srtp_profile()]

    def protect(self, block: Block) -> memoryview:
        """Encrypt all packets of a block; the bytes are valid until the next call in this thread."""
        data, stride, count, lengths, whole = block
        bench = self._bench
        packets, each = bench.packets[: len(data)], bench.lengths[: len(lengths)]
        packets[:], each[:] = data, lengths
        starts = bench.starts[stride] if count > 1 else bench.start
        if any(map(lib.srtp_protect, repeat(self._context, count), starts, bench.each_length)):
            raise ProtectionFailed("libsrtp refused a packet")
        if each != whole:
            raise ProtectionFailed("libsrtp made packets of another length than this profile has")
        return packets
