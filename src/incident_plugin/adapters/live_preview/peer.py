"""One viewer's WebRTC connection by aiortc: SDP, ICE, DTLS, RTCP. Pictures go past aiortc's packet objects.

Private places of aiortc are used, on single objects and never on its classes; the range of its version is
pinned for them, and the tests notice when one moves:

* ``RTCIceGatherer._connection``: a candidate on 127.0.0.1 for servers that are reached only there, the
  path that ICE agreed on (``route``), and an end to its checks of consent;
* ``RTCRtpSender._run_rtp``, with the events of its start and end: an ``Outlet`` takes its place;
* ``RTCRtpSender._ssrc``: all viewers of a camera get the same packets;
* ``RTCRtpSender._send_rtcp``: sender reports tell what the outlet sent;
* the certificate's ``_create_ssl_context``: players with an RSA certificate are taken too;
* ``RTCRtpSender._handle_rtcp_packet``: lost packets and pictures are answered from what the camera keeps;
* what ``srtp`` reads of ``RTCDtlsTransport`` and pylibsrtp.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

from aioice import Candidate, Connection
from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    clock,
)
from aiortc.exceptions import InvalidStateError
from aiortc.rtcrtpparameters import RTCRtpCodecParameters, RTCRtpSendParameters
from aiortc.rtp import (
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
)

from incident_plugin.adapters.live_preview import offer as sdp
from incident_plugin.adapters.live_preview.outlet import Outlet, Tally
from incident_plugin.adapters.live_preview.route import IceRoute
from incident_plugin.adapters.live_preview.sound import Piece, SoundLine, SoundOutlet
from incident_plugin.adapters.live_preview.srtp import Protection
from incident_plugin.adapters.live_preview.state import CameraState
from incident_plugin.adapters.live_preview.viewer import Viewer
from incident_plugin.domain.errors import RecorderUnavailable

_log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_CLOCK_RATE = 90_000
#: Seconds from one sender report to the next, on average.
_REPORTS = 5.0
#: Longest message of a viewer that is looked at, characters.
_QUESTION = 200
#: What aiortc takes, and what goes with RSA certificates, as GStreamer's; all with forward secrecy.
_CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA"
    b":ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305"
)
#: Seconds that a DTLS handshake in progress gets to end when the connection is closed.
_HANDSHAKE = 1.0


class ViewerSender:
    """Takes the place of the sending half of one aiortc sender."""

    def __init__(self, sender: RTCRtpSender, viewer: Viewer, on_failure: Callable[[], None]) -> None:
        self._sender = sender
        self._viewer = viewer
        self._on_failure = on_failure
        self._feedback: Callable[[AnyRtcpPacket], Awaitable[None]] = sender._handle_rtcp_packet  # noqa: SLF001
        self._outlet: Outlet | None = None
        sender._ssrc = viewer.ssrc  # noqa: SLF001
        sender._run_rtp = self.run  # type: ignore[method-assign] # noqa: SLF001
        self._send_reports: Callable[[list[AnyRtcpPacket]], Awaitable[None]] = sender._send_rtcp  # noqa: SLF001
        sender._send_rtcp = self.report  # type: ignore[method-assign] # noqa: SLF001
        sender._handle_rtcp_packet = self.feedback  # type: ignore[method-assign] # noqa: SLF001

    async def run(self, codec: RTCRtpCodecParameters) -> None:
        """Send until aiortc cancels it; it starts when the viewer is connected."""
        assert codec.payloadType is not None  # noqa: S101 - negotiated
        events = vars(self._sender)
        events["_RTCRtpSender__rtp_started"].set()
        route = IceRoute(_ice_connection(self._sender))
        try:
            outlet = self._outlet = Outlet(
                self._viewer,
                route,
                Protection(self._sender.transport),
                payload_type=codec.payloadType,
                ssrc=self._viewer.ssrc,
                on_failure=self._on_failure,
            )
            self._viewer.listen(outlet.drain)
            await asyncio.Event().wait()
        finally:
            self._viewer.listen(None)
            if self._outlet:
                self._outlet.close()
            route.close()
            events["_RTCRtpSender__rtp_exited"].set()

    async def report(self, packets: list[AnyRtcpPacket]) -> None:
        """Let sender reports tell how far the outlet is (RFC 3550 section 6.4.1)."""
        _correct(packets, self._outlet.tally if self._outlet else None, _CLOCK_RATE)
        await self._send_reports(packets)
        await _rest_after(packets)

    async def feedback(self, packet: AnyRtcpPacket) -> None:
        """Answer what the viewer reports as lost (RFC 4585 section 6); pass the rest to aiortc."""
        if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            if self._outlet:
                self._outlet.send_again(packet.lost)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
            self._viewer.replay()
        else:
            await self._feedback(packet)


class SoundSender:
    """Takes the place of the sending half of aiortc's sender of sound, in the same way."""

    def __init__(self, sender: RTCRtpSender, line: SoundLine, on_failure: Callable[[], None]) -> None:
        self._sender = sender
        self._line = line
        self._on_failure = on_failure
        self._outlet: SoundOutlet | None = None
        self._rate = _CLOCK_RATE
        sender._ssrc = line.ssrc  # noqa: SLF001
        sender._run_rtp = self.run  # type: ignore[method-assign] # noqa: SLF001
        self._send_reports: Callable[[list[AnyRtcpPacket]], Awaitable[None]] = sender._send_rtcp  # noqa: SLF001
        sender._send_rtcp = self.report  # type: ignore[method-assign] # noqa: SLF001

    async def run(self, codec: RTCRtpCodecParameters) -> None:
        """Send until aiortc cancels it."""
        assert codec.payloadType is not None  # noqa: S101 - negotiated
        events = vars(self._sender)
        events["_RTCRtpSender__rtp_started"].set()
        route, self._rate = IceRoute(_ice_connection(self._sender)), codec.clockRate
        try:
            self._outlet = SoundOutlet(
                route,
                Protection(self._sender.transport),
                payload_type=codec.payloadType,
                ssrc=self._line.ssrc,
            )
            self._line.listen(self._hear)
            await asyncio.Event().wait()
        finally:
            self._line.leave(self._hear)
            route.close()
            events["_RTCRtpSender__rtp_exited"].set()

    async def report(self, packets: list[AnyRtcpPacket]) -> None:
        """Let sender reports tell how far the sound is."""
        _correct(packets, self._outlet.tally if self._outlet else None, self._rate)
        await self._send_reports(packets)
        await _rest_after(packets)

    def _hear(self, piece: Piece) -> None:
        try:
            if self._outlet:
                self._outlet.send(piece, asyncio.get_running_loop().time())
        except OSError as error:
            _log.debug("sound for a viewer was not sent: %s", error)
        except Exception:  # noqa: BLE001 - one viewer's fault must not reach the camera, which serves others next
            _log.exception("a viewer's sound could not be sent")
            self._line.leave(self._hear)
            self._on_failure()


def _correct(packets: list[AnyRtcpPacket], tally: Tally | None, rate: int) -> None:
    """Write into sender reports what was sent past aiortc (RFC 3550 section 6.4.1)."""
    for packet in packets:
        if isinstance(packet, RtcpSrPacket) and tally:
            passed = int((asyncio.get_running_loop().time() - tally.at) * rate)
            packet.sender_info = RtcpSenderInfo(
                ntp_timestamp=clock.current_ntp_time(),
                rtp_timestamp=(tally.time + passed) & 0xFFFFFFFF,
                packet_count=tally.packets & 0xFFFFFFFF,
                octet_count=tally.octets & 0xFFFFFFFF,
            )


async def _rest_after(packets: list[AnyRtcpPacket]) -> None:
    """Hold up the next sender report, which RFC 3550 section 6.2 wants after five seconds, not after one."""
    if any(isinstance(packet, RtcpSrPacket) for packet in packets):
        await asyncio.sleep(_REPORTS - 1)


class Peer:
    """An answered offer: sends a viewer's pictures, and sound if there is a line, until it is closed."""

    def __init__(self, viewer: Viewer, sound: SoundLine | None, on_connection: Callable[[str], None]) -> None:
        self._viewer = viewer
        self._channels: list[RTCDataChannel] = []
        self._state: CameraState | None = None
        self._on_connection = on_connection
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._sender = self._pc.addTransceiver("video", direction="sendonly").sender
        ViewerSender(self._sender, viewer, lambda: on_connection("failed"))
        self._senders = [self._sender]
        if sound:
            self._senders.append(self._pc.addTransceiver("audio", direction="sendonly").sender)
            SoundSender(self._senders[-1], sound, lambda: on_connection("failed"))
        self._settled = asyncio.Event()
        self._pc.on("connectionstatechange", self._connection_changed)
        self._pc.on("datachannel", self._channel_opened)

    @property
    def connected(self) -> bool:
        """Whether the viewer is there."""
        return self._pc.connectionState == "connected"

    async def answer(self, offer: sdp.Offer, chosen: sdp.Format, sound: sdp.SoundFormat | None = None) -> str:
        """Give the answer; raises ``UnusableOffer`` for a refused offer, or ``RecorderUnavailable``."""
        try:
            reduced = offer.reduced_to(chosen, sound)
            await self._pc.setRemoteDescription(RTCSessionDescription(reduced, "offer"))
            answer = await self._pc.createAnswer()
        except InvalidStateError as error:
            raise RecorderUnavailable("The live picture was closed while it was being opened.") from error
        except Exception as error:  # aiortc's parser raises whatever a malformed line leads to
            raise sdp.unreadable(error) from error
        _gather_on_loopback_too(self._sender)
        _take_rsa_too(self._sender)
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

        aiortc starts a sender whose handshake ends after closing, and never stops it again; aioice checks the
        consent of a connection made in the moment of closing for ever. So a handshake may end first, and what
        comes late finds nothing to start.
        """
        if self._sender.transport.state == "connecting":
            with suppress(TimeoutError):
                async with asyncio.timeout(_HANDSHAKE):
                    await self._settled.wait()
        for sender in self._senders:
            sender.send = _start_nothing  # type: ignore[method-assign]
        _ice_connection(self._sender).query_consent = _check_nothing  # type: ignore[method-assign]
        await self._pc.close()

    def _connection_changed(self) -> None:
        if self._pc.connectionState != "connecting":
            self._settled.set()
        self._on_connection(self._pc.connectionState)

    def _channel_opened(self, channel: RTCDataChannel) -> None:
        self._channels = [channel]
        channel.on("message", partial(self._asked, channel))
        if self._state:
            channel.send(self._state.message())

    def _asked(self, channel: RTCDataChannel, message: object) -> None:
        """Tell a viewer who asks when the newest picture came; whatever else it sends is ignored."""
        newest = self._viewer.newest
        sent = _sent(message)
        if newest is not None and sent is not None and channel.readyState == "open":
            channel.send(newest.answer(sent, time.time() * 1_000))


def _sent(message: object) -> float | None:
    """Give the time that a viewer's question names, if it is one."""
    if not isinstance(message, str) or len(message) > _QUESTION:
        return None
    try:
        asked = json.loads(message)
    except (ValueError, RecursionError):
        return None
    sent = asked.get("time") if isinstance(asked, dict) else None
    return float(sent) if isinstance(sent, (int, float)) and math.isfinite(sent) else None


async def _start_nothing(parameters: RTCRtpSendParameters) -> None:
    """Take the place of starting to send, once the connection is closed."""
    del parameters


async def _check_nothing() -> None:
    """Take the place of checking consent, once the connection is closed."""


def _ice_connection(sender: RTCRtpSender) -> Connection:
    return sender.transport.transport.iceGatherer._connection  # noqa: SLF001


def _take_rsa_too(sender: RTCRtpSender) -> None:
    """Let a player's certificate be RSA: it is known by its fingerprint, whatever its kind."""
    certificate = vars(sender.transport)["_RTCDtlsTransport__local_certificate"]
    create = certificate._create_ssl_context  # noqa: SLF001

    def with_rsa(**asked: Any) -> Any:
        context = create(**asked)
        context.set_cipher_list(_CIPHERS)
        return context

    certificate._create_ssl_context = with_rsa  # noqa: SLF001


def _gather_on_loopback_too(sender: RTCRtpSender) -> None:
    """Let this connection listen on 127.0.0.1 as well, which aioice leaves out."""
    connection = _ice_connection(sender)
    gather = connection.get_component_candidates

    async def with_loopback(
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - the signature is given
    ) -> list[Candidate]:
        return await gather(component, [*addresses, _LOOPBACK], timeout)

    connection.get_component_candidates = with_loopback  # type: ignore[method-assign]
