"""What takes the place of aiortc's senders: pictures and sound go past its packet objects.

Private places of aiortc are used, on single objects and never on its classes; the range of its version is
pinned for them, and the tests notice when one moves:

* ``RTCRtpSender._run_rtp`` and ``_run_rtcp``, with the events of their start and end: an outlet sends
  instead, and its own tally is reported;
* ``RTCRtpSender._ssrc``: all viewers of a camera get the same packets;
* ``RTCRtpSender._handle_rtcp_packet``: lost packets and pictures are answered from what the camera keeps;
* what ``srtp`` reads of ``RTCDtlsTransport`` and pylibsrtp.
"""

from __future__ import annotations

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiortc import RTCRtpSender, clock
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import (
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpByePacket,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
)

from incident_plugin.adapters.live_preview.outlet import Outlet, Tally
from incident_plugin.adapters.live_preview.route import IceRoute
from incident_plugin.adapters.live_preview.sound import Piece, SoundLine, SoundOutlet
from incident_plugin.adapters.live_preview.srtp import Protection
from incident_plugin.adapters.live_preview.viewer import Viewer

_log = logging.getLogger(__name__)

_CLOCK_RATE = 90_000
#: Seconds from one sender report to the next, on average (RFC 3550 section 6.2).
_REPORTS = 5.0
#: CNAME in a source description (RFC 3550 section 6.5.1).
_CNAME = 1
_MODULUS = 1 << 32


class _Sender(ABC):
    """The sending half of one aiortc sender, between its start and its end."""

    def __init__(self, sender: RTCRtpSender, ssrc: int, on_failure: Callable[[], None]) -> None:
        self._sender = sender
        self._ssrc = ssrc
        self._on_failure = on_failure
        self._rate = _CLOCK_RATE
        #: By where it goes; named before the connection is made.
        self.route: IceRoute | None = None
        sender._ssrc = ssrc  # noqa: SLF001
        sender._run_rtp = self._run  # type: ignore[method-assign] # noqa: SLF001
        sender._run_rtcp = self._report  # type: ignore[method-assign] # noqa: SLF001

    def release(self) -> None:
        """Undo what was replaced, once the connection is closed (``seams.release`` says why)."""
        for replaced in ("_run_rtp", "_run_rtcp", "_handle_rtcp_packet"):
            vars(self._sender).pop(replaced, None)

    @property
    @abstractmethod
    def _tally(self) -> Tally | None:
        """What was sent, if anything was."""

    @abstractmethod
    def _begin(self, route: IceRoute, protection: Protection, payload_type: int) -> None:
        """Send from now on."""

    @abstractmethod
    def _end(self) -> None:
        """Send nothing more."""

    async def _run(self, codec: RTCRtpCodecParameters) -> None:
        """Send until aiortc cancels it; it starts when the viewer is connected.

        That is its end and no error: one would be kept with all that it came from.
        """
        events = vars(self._sender)
        events["_RTCRtpSender__rtp_started"].set()
        self._rate = codec.clockRate
        try:
            assert codec.payloadType is not None and self.route is not None  # noqa: S101, PT018 - negotiated
            protection = Protection(self._sender.transport)
            self.route.expect(protection.trailer)
            self.route.follow()
            self._begin(self.route, protection, codec.payloadType)
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        except OSError:
            _log.exception("there is no way to a viewer")
            self._on_failure()
        finally:
            self._end()
            events["_RTCRtpSender__rtp_exited"].set()

    async def _report(self) -> None:
        """Tell from time to time how far it is (RFC 3550 section 6.4.1), and at last that it ends."""
        events = vars(self._sender)
        events["_RTCRtpSender__rtcp_started"].set()
        try:
            with suppress(asyncio.CancelledError):
                while True:
                    await asyncio.sleep(_REPORTS * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the load
                    if tally := self._tally:
                        await self._tell(self._how_far(tally), self._who())
        finally:
            await self._tell(RtcpByePacket(sources=[self._ssrc]))
            events["_RTCRtpSender__rtcp_exited"].set()

    async def _tell(self, *packets: AnyRtcpPacket) -> None:
        with suppress(ConnectionError):
            await self._sender.transport._send_rtp(b"".join(map(bytes, packets)))  # noqa: SLF001

    def _how_far(self, tally: Tally) -> RtcpSrPacket:
        passed = int((asyncio.get_running_loop().time() - tally.at) * self._rate)
        sent = RtcpSenderInfo(
            ntp_timestamp=clock.current_ntp_time(),
            rtp_timestamp=(tally.time + passed) % _MODULUS,
            packet_count=tally.packets % _MODULUS,
            octet_count=tally.octets % _MODULUS,
        )
        return RtcpSrPacket(ssrc=self._ssrc, sender_info=sent)

    def _who(self) -> RtcpSdesPacket:
        name = str(vars(self._sender)["_RTCRtpSender__cname"]).encode()
        return RtcpSdesPacket(chunks=[RtcpSourceInfo(ssrc=self._ssrc, items=[(_CNAME, name)])])


class ViewerSender(_Sender):
    """Sends pictures."""

    def __init__(self, sender: RTCRtpSender, viewer: Viewer, on_failure: Callable[[], None]) -> None:
        super().__init__(sender, viewer.ssrc, on_failure)
        self._viewer = viewer
        self._outlet: Outlet | None = None
        self._feedback: Callable[[AnyRtcpPacket], Awaitable[None]] = sender._handle_rtcp_packet  # noqa: SLF001
        sender._handle_rtcp_packet = self.feedback  # type: ignore[method-assign] # noqa: SLF001

    async def feedback(self, packet: AnyRtcpPacket) -> None:
        """Answer what the viewer reports as lost (RFC 4585 section 6); pass the rest to aiortc."""
        if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            if self._outlet:
                self._outlet.send_again(packet.lost)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
            self._viewer.replay()
        else:
            await self._feedback(packet)

    @property
    def _tally(self) -> Tally | None:
        return self._outlet.tally if self._outlet else None

    def _begin(self, route: IceRoute, protection: Protection, payload_type: int) -> None:
        self._outlet = Outlet(
            self._viewer,
            route,
            protection,
            payload_type=payload_type,
            ssrc=self._ssrc,
            on_failure=self._on_failure,
        )
        self._viewer.listen(self._outlet)

    def _end(self) -> None:
        self._viewer.listen(None)
        if self._outlet:
            self._outlet.close()


class SoundSender(_Sender):
    """Sends sound."""

    def __init__(self, sender: RTCRtpSender, line: SoundLine, on_failure: Callable[[], None]) -> None:
        super().__init__(sender, line.ssrc, on_failure)
        self._line = line
        self._outlet: SoundOutlet | None = None

    @property
    def _tally(self) -> Tally | None:
        return self._outlet.tally if self._outlet else None

    def _begin(self, route: IceRoute, protection: Protection, payload_type: int) -> None:
        self._outlet = SoundOutlet(route, protection, payload_type=payload_type, ssrc=self._ssrc)
        self._line.listen(self._hear)

    def _end(self) -> None:
        self._line.leave(self._hear)

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
