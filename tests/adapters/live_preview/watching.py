"""A viewer as a browser would be, in this process and without a decoder."""

from __future__ import annotations

import json

import attrs
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.codecs.h264 import h264_depayload
from aiortc.rtp import (
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    HeaderExtensionsMap,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtpPacket,
    is_rtcp,
)

from tests.waiting import until

from .clips import split


@attrs.define
class Received:
    """One picture as it came over the network."""

    rtp_time: int
    data: bytes = b""
    complete: bool = False

    @property
    def nals(self) -> tuple[bytes, ...]:
        return split(self.data)


class Watcher:
    """Receives RTP and puts pictures together."""

    def __init__(self, *, channel: bool = True) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.pictures: list[Received] = []
        self.packets: list[RtpPacket] = []
        self.messages: list[dict[str, str]] = []
        #: Which RTP packets the network loses, counted from 0; and the numbers of those it lost.
        self.losing: set[int] = set()
        self.lost: list[int] = []
        self._arrived = 0
        self._receiver = self.pc.addTransceiver("video", direction="recvonly").receiver
        if channel:
            self.pc.createDataChannel("state").on("message", self._told)

    @property
    def told(self) -> dict[str, str]:
        """Give the last state that the server sent."""
        return self.messages[-1] if self.messages else {"state": "", "detail": ""}

    def _told(self, text: str) -> None:
        self.messages.append(json.loads(text))

    async def offer(self) -> str:
        await self.pc.setLocalDescription()
        return self.pc.localDescription.sdp

    async def accept(self, answer: str) -> None:
        self._receiver.transport._handle_rtp_data = self._on_rtp
        ice = self._receiver.transport.transport
        receive = ice._recv

        async def lossy() -> bytes:
            while True:
                data = await receive()
                if not self._loses(data):
                    return data

        ice._recv = lossy
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def connected(self) -> None:
        await until(lambda: self.pc.connectionState == "connected")

    def _loses(self, data: bytes) -> bool:
        if not 128 <= data[0] < 192 or is_rtcp(data):
            return False
        losing = self._arrived in self.losing
        self._arrived += 1
        if losing:
            self.lost.append(int.from_bytes(data[2:4]))
        return losing

    async def _on_rtp(self, data: bytes, arrival_time_ms: int) -> None:
        packet = RtpPacket.parse(data, HeaderExtensionsMap())
        self.packets.append(packet)
        if not self.pictures or self.pictures[-1].complete:
            self.pictures.append(Received(packet.timestamp))
        picture = self.pictures[-1]
        assert picture.rtp_time == packet.timestamp
        picture.data += h264_depayload(packet.payload)
        picture.complete = bool(packet.marker)

    def whole(self) -> list[Received]:
        return [picture for picture in self.pictures if picture.complete]

    async def lost_picture(self) -> None:
        """Send a picture loss indication."""
        await self._report(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=self.packets[0].ssrc))

    async def lost_packets(self, numbers: list[int]) -> None:
        """Ask for packets again."""
        report = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=self.packets[0].ssrc)
        report.lost = numbers
        await self._report(report)

    async def _report(self, report: RtcpPsfbPacket | RtcpRtpfbPacket) -> None:
        await self._receiver.transport._send_rtp(bytes(report))

    async def close(self) -> None:
        await self.pc.close()
