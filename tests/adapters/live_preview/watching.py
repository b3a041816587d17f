"""A viewer as a browser would be, in this process and without a decoder."""

from __future__ import annotations

import json
import re

import attrs
from aiortc import RTCCertificate, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.codecs.h264 import h264_depayload
from aiortc.rtcdtlstransport import generate_certificate
from aiortc.rtp import (
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    HeaderExtensionsMap,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtpPacket,
    is_rtcp,
)
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.waiting import until

from .clips import split

H264 = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"


@attrs.define
class Received:
    """One picture as it came over the network."""

    rtp_time: int
    data: bytes = b""
    complete: bool = False

    @property
    def nals(self) -> tuple[bytes, ...]:
        return split(self.data)


def h265_depayload(payload: bytes) -> bytes:
    """Take packets of H.265 apart, as RFC 7798 section 4.4 has them."""
    kind = payload[0] >> 1 & 63
    if kind == 48:
        data, rest = b"", payload[2:]
        while rest:
            size = int.from_bytes(rest[:2])
            data, rest = data + b"\0\0\0\1" + rest[2 : 2 + size], rest[2 + size :]
        return data
    if kind != 49:
        return b"\0\0\0\1" + payload
    begins = b"\0\0\0\1" + bytes((payload[0] & 0x81 | (payload[2] & 63) << 1, payload[1]))
    return (begins if payload[2] & 0x80 else b"") + payload[3:]


class RsaCertificate(RTCCertificate):
    """As GStreamer's player has one: an RSA key, and any cipher that goes with it."""

    @classmethod
    def made(cls) -> RsaCertificate:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return cls(key=key, cert=generate_certificate(key))

    def _create_ssl_context(self, srtp_profiles):
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(b"ALL")
        return context


class Watcher:
    """Receives RTP and puts pictures together."""

    def __init__(
        self, *, channel: bool = True, sound: bool = False, h265: bool = False, rsa_key: bool = False
    ) -> None:
        self._h265 = h265
        #: Payloads of sound with their RTP time.
        self.heard: list[tuple[int, bytes]] = []
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        if rsa_key:
            vars(self.pc)["_RTCPeerConnection__certificates"][:] = [RsaCertificate.made()]
        self.pictures: list[Received] = []
        self.packets: list[RtpPacket] = []
        self.messages: list[dict[str, str]] = []
        #: Which RTP packets the network loses, counted from 0; and the numbers of those it lost.
        self.losing: set[int] = set()
        self.lost: list[int] = []
        self._arrived = 0
        self._receiver = self.pc.addTransceiver("video", direction="recvonly").receiver
        if sound:
            self.pc.addTransceiver("audio", direction="recvonly")
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
        offer = self.pc.localDescription.sdp
        if self._h265:
            # aiortc does not know H.265, and does not look into it: it is told another name.
            offer = offer.replace("H264/90000", "H265/90000")
            offer = re.sub(r"a=fmtp:(\d+) level-asymmetry.*", r"a=fmtp:\1 profile-id=1;level-id=180", offer)
        return offer

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
        self.answer = answer
        sound = re.search(r"m=audio \d+ \S+ ([\d ]+)", answer)
        self._sounds = {int(number) for number in sound[1].split()} if sound else set()
        if self._h265:
            answer = re.sub(r"a=fmtp:(\d+) profile-id.*", rf"a=fmtp:\1 {H264}", answer)
            answer = answer.replace("H265/90000", "H264/90000")
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
        if packet.payload_type in self._sounds:
            self.heard.append((packet.timestamp, packet.payload))
            return
        self.packets.append(packet)
        if not self.pictures or self.pictures[-1].complete:
            self.pictures.append(Received(packet.timestamp))
        picture = self.pictures[-1]
        assert picture.rtp_time == packet.timestamp
        picture.data += h265_depayload(packet.payload) if self._h265 else h264_depayload(packet.payload)
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
