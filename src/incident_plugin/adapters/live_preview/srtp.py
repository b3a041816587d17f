"""SRTP in place (RFC 3711, RFC 7714): many packets in one buffer, without an object for each.

pylibsrtp copies each packet three times. So its compiled binding is called directly, on one buffer for all
viewers of a thread: what is in it has been sent before the next viewer's packets come.
"""

from __future__ import annotations

import threading

from aiortc import RTCDtlsTransport
from pylibsrtp._binding import ffi, lib

from incident_plugin.adapters.live_preview.rtp import Block

#: Bytes; more than the longest run of packets.
_ROOM = 1 << 17
#: Length of the authentication tag by the name that OpenSSL gives the profile (RFC 5764, RFC 7714).
_TRAILERS = {
    b"SRTP_AEAD_AES_256_GCM": 16,
    b"SRTP_AEAD_AES_128_GCM": 16,
    b"SRTP_AES128_CM_SHA1_80": 10,
}


class ProtectionFailed(Exception):
    """libsrtp refused a packet: the viewer's connection cannot go on."""


class _Workbench(threading.local):
    """One buffer for each thread."""

    def __init__(self) -> None:
        self.start = ffi.new("char[]", _ROOM)
        self.view = memoryview(ffi.buffer(self.start))
        self.length = ffi.new("int *")


_workbench = _Workbench()


class Protection:
    """The sending half of one viewer's encryption, once its DTLS handshake is done."""

    def __init__(self, transport: RTCDtlsTransport) -> None:
        # Kept: the context is freed with the session that owns it.
        self._session = transport._tx_srtp  # noqa: SLF001
        self._context = self._session._srtp[0]  # noqa: SLF001
        handshake = transport._ssl  # noqa: SLF001
        assert handshake is not None  # noqa: S101 - it is done
        self.trailer = _TRAILERS[handshake.get_selected_srtp_profile()]

    def protect(self, block: Block) -> memoryview:
        """Encrypt all packets of a block; the bytes are valid until the next call in this thread."""
        bench = _workbench
        start, length = bench.start, bench.length
        size = len(block.data)
        view = bench.view[:size]
        view[:] = block.data
        context, trailer = self._context, self.trailer
        for offset, plain in block.packets:
            length[0] = plain
            status = lib.srtp_protect(context, start + offset, length)
            if status or length[0] != plain + trailer:
                raise ProtectionFailed(f"libsrtp answered {status} for a packet of {plain} bytes")
        return view
