"""One viewer's WebRTC connection by aiortc: ICE, DTLS, RTCP; no encoder and no decoder.

Three private places of aiortc are used, on single objects and never on its classes; the range of aiortc's
version is pinned for them, and the tests notice when one moves:

* ``RTCIceGatherer._connection``: a candidate on 127.0.0.1 for servers that are reached only there;
* ``RTCRtpSender._handle_rtcp_packet``: a lost picture has no encoder to make a new one, but the newest group;
* ``RTCDtlsTransport._send_rtp``: key pictures are larger than the 128 packets that aiortc can send again, and
  would overrun the viewer's socket in one burst.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from fractions import Fraction
from typing import Any

import av
from aioice import Candidate
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.rtp import (
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    is_rtcp,
)

from incident_plugin.adapters.live_preview import offer as sdp
from incident_plugin.adapters.live_preview.state import CameraState
from incident_plugin.adapters.live_preview.viewer import Viewer, ViewerLeft
from incident_plugin.domain.errors import RecorderUnavailable

_TIME_BASE = Fraction(1, 90_000)
_LOOPBACK = "127.0.0.1"
#: Packets kept to be sent again: more than a key picture of 4K video.
_HISTORY = 1024
#: Bytes per second at which a key picture or a replay leaves; no camera sends that much for long.
_PACE = 10_000_000
#: What may leave at once, in seconds of the pace: 50 kB fit into any receive buffer.
_BURST = 0.005
#: Seconds that a DTLS handshake in progress gets to end when the connection is closed.
_HANDSHAKE = 1.0


class PassThrough(MediaStreamTrack):
    """The coded pictures of a viewer, which aiortc packetises as they are."""

    kind = "video"

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self._viewer = viewer

    async def recv(self) -> av.Packet[Any]:
        """Wait for the next picture."""
        try:
            picture, time = await self._viewer.next()
        except ViewerLeft:
            raise MediaStreamError from None
        packet = av.Packet(picture.data)
        packet.pts, packet.time_base = time, _TIME_BASE
        return packet


class RtpOutlet:
    """Stands between aiortc's packetiser and the network of one viewer: paces, remembers, sends again."""

    def __init__(self, sender: RTCRtpSender, on_picture_lost: Callable[[], None]) -> None:
        transport = sender.transport
        self._send: Callable[[bytes], Awaitable[None]] = transport._send_rtp  # noqa: SLF001
        self._feedback: Callable[[AnyRtcpPacket], Awaitable[None]] = sender._handle_rtcp_packet  # noqa: SLF001
        self._on_picture_lost = on_picture_lost
        self._sent: list[tuple[int, bytes]] = [(-1, b"")] * _HISTORY
        self._now = asyncio.get_running_loop().time
        self._due = 0.0
        transport._send_rtp = self.send  # type: ignore[method-assign] # noqa: SLF001
        sender._handle_rtcp_packet = self.feedback  # type: ignore[method-assign] # noqa: SLF001

    async def send(self, data: bytes) -> None:
        """Send a plain RTP or RTCP packet; RTP waits for its turn."""
        if not is_rtcp(data):
            number = int.from_bytes(data[2:4])
            self._sent[number % _HISTORY] = (number, data)
            await self._turn(len(data))
        await self._send(data)

    async def feedback(self, packet: AnyRtcpPacket) -> None:
        """Answer what the viewer reports as lost (RFC 4585 section 6); pass the rest to aiortc."""
        if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            for number in packet.lost:
                kept, lost = self._sent[number % _HISTORY]
                if kept == number:
                    await self._send(lost)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
            self._on_picture_lost()
        else:
            await self._feedback(packet)

    async def _turn(self, size: int) -> None:
        now = self._now()
        self._due = max(self._due, now - _BURST) + size / _PACE
        if self._due > now:
            await asyncio.sleep(self._due - now)


class Peer:
    """An answered offer: sends a viewer's pictures until it is closed."""

    def __init__(self, viewer: Viewer, on_connection: Callable[[str], None]) -> None:
        self._viewer = viewer
        self._channels: list[RTCDataChannel] = []
        self._state: CameraState | None = None
        self._on_connection = on_connection
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._sender = self._pc.addTransceiver(PassThrough(viewer), direction="sendonly").sender
        self._settled = asyncio.Event()
        self._pc.on("connectionstatechange", self._connection_changed)
        self._pc.on("datachannel", self._channel_opened)

    @property
    def connected(self) -> bool:
        """Whether the viewer is there."""
        return self._pc.connectionState == "connected"

    async def answer(self, offer: sdp.Offer, chosen: sdp.Format) -> str:
        """Give the answer; raises ``InvalidInput`` for a refused offer, or ``RecorderUnavailable``."""
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(offer.reduced_to(chosen), "offer"))
            answer = await self._pc.createAnswer()
        except InvalidStateError as error:
            raise RecorderUnavailable("The live picture was closed while it was being opened.") from error
        except Exception as error:  # aiortc's parser raises whatever a malformed line leads to
            raise sdp.unreadable(error) from error
        RtpOutlet(self._sender, self._viewer.replay)
        _gather_on_loopback_too(self._sender)
        try:
            await self._pc.setLocalDescription(answer)
        except OSError as error:
            raise RecorderUnavailable(
                "The server has no network socket left for another live picture. Close some live pictures."
            ) from error
        return sdp.answer_with(chosen, self._pc.localDescription.sdp)

    def tell(self, state: CameraState) -> None:
        """Send the camera's state to the viewer, now and to every channel it opens later."""
        self._state = state
        for channel in self._channels:
            if channel.readyState == "open":
                channel.send(state.message())

    async def close(self) -> None:
        """Say good-bye and release sockets and tasks.

        aiortc starts a sender whose handshake ends after closing, and never stops it again. So a handshake may
        end first, and a late one finds nothing to start.
        """
        if self._sender.transport.state == "connecting":
            with suppress(TimeoutError):
                async with asyncio.timeout(_HANDSHAKE):
                    await self._settled.wait()
        self._sender.send = _start_nothing  # type: ignore[method-assign]
        await self._pc.close()

    def _connection_changed(self) -> None:
        if self._pc.connectionState != "connecting":
            self._settled.set()
        self._on_connection(self._pc.connectionState)

    def _channel_opened(self, channel: RTCDataChannel) -> None:
        self._channels = [channel]
        if self._state:
            channel.send(self._state.message())


async def _start_nothing(_parameters: RTCRtpSendParameters) -> None:
    """Take the place of starting to send, once the connection is closed."""


def _gather_on_loopback_too(sender: RTCRtpSender) -> None:
    """Let this connection listen on 127.0.0.1 as well, which aioice leaves out."""
    connection = sender.transport.transport.iceGatherer._connection  # noqa: SLF001
    gather = connection.get_component_candidates

    async def with_loopback(
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - the signature is given
    ) -> list[Candidate]:
        return await gather(component, [*addresses, _LOOPBACK], timeout)

    connection.get_component_candidates = with_loopback  # type: ignore[method-assign]
