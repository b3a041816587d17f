"""Relays in processes of their own, and viewers that count packets without decoding, for ``bench.live``."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from enum import StrEnum
from functools import cache
from multiprocessing.connection import Connection
from typing import Any, Protocol, Self

import attrs
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer, MediaRelay
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_128_GCM

from incident_plugin.adapters.live_preview import WebRtcRelay
from incident_plugin.adapters.rtsp import Credentials, RtspClient
from incident_plugin.adapters.rtsp.stream import RtspStream
from incident_plugin.domain.media import CameraId, LiveProfile

#: The same for all: what the floor in C has too.
_PROFILE = SRTP_AEAD_AES_128_GCM
_H264 = "video/H264"
#: Bytes: a viewer that waits for its turn loses nothing.
_BUFFER = 1 << 22

#: Answers an offer to show a camera.
Answering = Callable[[str, str], Awaitable[str]]


class Way(StrEnum):
    """How pictures come from a camera to each viewer."""

    OURS = "our relay"
    RELAY = "aiortc MediaPlayer(decode=False) + MediaRelay"
    RECODE = "aiortc decode and re-encode"


def serve(way: Way, address: str, pipe: Connection) -> None:
    """Answer offers from the pipe, and ``None`` with the seconds of CPU taken so far; until it is killed."""
    asyncio.run(_serve(_ours(address) if way is Way.OURS else _stock(way, address), pipe))


async def _serve(answering: Answering, pipe: Connection) -> None:
    while True:
        asked = await asyncio.to_thread(pipe.recv)
        pipe.send(time.process_time() if asked is None else await answering(*asked))


class Cameras:
    """Cameras at one address, as the product reads them."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = RtspClient(Credentials(username="", password=""))

    async def live_profiles(self, _camera: CameraId) -> tuple[LiveProfile, ...]:
        return ()

    async def ask_for_key_picture(self, _camera: CameraId, profile: str | None = None) -> None:
        """They cannot be asked."""

    def live(
        self, camera: CameraId, *, sound: bool = False, profile: str | None = None
    ) -> AbstractAsyncContextManager[RtspStream]:
        del profile
        return self._client.live(self._address + camera, sound=sound)


def _ours(address: str) -> Answering:
    relay = WebRtcRelay(Cameras(address))

    async def answer(camera: str, offer: str) -> str:
        return (await relay.open(CameraId(camera), offer)).answer

    return answer


def _stock(way: Way, address: str) -> Answering:
    relay, peers = MediaRelay(), list[RTCPeerConnection]()

    @cache
    def player(camera: str) -> MediaPlayer:
        options = {"rtsp_transport": "tcp"}
        return MediaPlayer(address + camera, decode=way is Way.RECODE, options=options)

    async def answer(camera: str, offer: str) -> str:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peers.append(peer)
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        video = player(camera).video
        assert video is not None
        peer.addTrack(relay.subscribe(video))
        codecs = RTCRtpSender.getCapabilities("video").codecs
        peer.getTransceivers()[0].setCodecPreferences([c for c in codecs if c.mimeType == _H264])
        await peer.setLocalDescription(await peer.createAnswer())
        return str(peer.localDescription.sdp)

    return answer


def _once_connected(peer: RTCPeerConnection, connected: asyncio.Event) -> None:
    def look() -> None:
        if peer.connectionState == "connected":
            connected.set()

    peer.on("connectionstatechange", look)


@attrs.define(eq=False)
class Viewer:
    """Counts RTP packets by their headers, which are not encrypted; all else goes to aiortc.

    It reads its socket directly, so that a machine's few cores are left to what is measured.
    """

    _peer: RTCPeerConnection
    pictures: int = 0
    packets: int = 0
    lost: int = 0
    _last: int | None = None
    _sources: list[socket.socket] = attrs.field(factory=list)
    _channel: RTCDataChannel | None = None

    @classmethod
    async def join(cls, answering: Answering, camera: str, *, channel: str = "") -> Self:
        """Connect and wait until it is connected; with a data channel of this name, as pages have one."""
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        viewer = cls(peer)
        receiver = peer.addTransceiver("video", direction="recvonly").receiver
        if channel:
            viewer._channel = peer.createDataChannel(channel)
        await peer.setLocalDescription(await peer.createOffer())
        receiver.transport._srtp_profiles = [_PROFILE]
        answer = await answering(camera, peer.localDescription.sdp)
        connected = asyncio.Event()
        _once_connected(peer, connected)
        await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await asyncio.wait_for(connected.wait(), 20)
        viewer._read_all(receiver)
        return viewer

    @classmethod
    async def answering(cls, offer: str, started: Callable[[str], Awaitable[None]]) -> Self:
        """Answer a relay that offers, and wait until it is connected."""
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        viewer = cls(peer)
        connected = asyncio.Event()
        _once_connected(peer, connected)
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for each in peer.getTransceivers():
            each.receiver.transport._srtp_profiles = [_PROFILE]
        await peer.setLocalDescription(await peer.createAnswer())
        await started(peer.localDescription.sdp)
        await asyncio.wait_for(connected.wait(), 20)
        receiver = next(one.receiver for one in peer.getTransceivers() if one.kind == "video")
        viewer._read_all(receiver)
        return viewer

    def _read_all(self, receiver: Any) -> None:
        """Read every path: another one may be chosen after the first that connected."""
        for protocol in receiver.transport.transport.iceGatherer._connection._protocols:
            self._read(protocol)

    def _read(self, protocol: Any) -> None:
        shared = protocol.transport.get_extra_info("socket")
        source = socket.socket(fileno=os.dup(shared.fileno()))
        source.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        source.setblocking(False)
        loop = asyncio.get_running_loop()
        loop._remove_reader(shared.fileno())  # type: ignore[attr-defined]
        loop.add_reader(source.fileno(), self._readable, source, protocol)
        self._sources.append(source)

    def _readable(self, source: socket.socket, protocol: Any) -> None:
        with suppress(BlockingIOError):
            while True:
                data, address = source.recvfrom(2048)
                if 128 <= data[0] < 192 and not 192 <= data[1] < 224:
                    self._received(data)
                else:
                    protocol.datagram_received(data, address)

    def _received(self, data: bytes) -> None:
        number = int.from_bytes(data[2:4])
        if self._last is not None:
            self.lost += max(0, (number - self._last - 1 + 0x8000) % 0x10000 - 0x8000)
        self._last = number
        self.packets += 1
        self.pictures += data[1] >> 7

    @property
    def connected(self) -> bool:
        """Whether pictures can come."""
        return self._peer.connectionState == "connected"

    def ask_for_time(self) -> None:
        """Ask for the time of the newest picture, as pages do that show how old it is."""
        if self._channel is not None and self._channel.readyState == "open" and self.connected:
            self._channel.send(json.dumps({"time": time.monotonic()}))

    async def close(self) -> None:
        """Leave."""
        for source in self._sources:
            asyncio.get_running_loop().remove_reader(source.fileno())
            source.close()
        await self._peer.close()


class Relaying(Protocol):
    """A relay at work in a process of its own."""

    @property
    def viewers(self) -> list[Viewer]:
        """Who watches."""
        ...

    @property
    def pictures(self) -> int:
        """How many pictures came to all viewers."""
        ...

    async def seconds(self) -> float:
        """Give the CPU it took so far."""
        ...


@attrs.frozen
class Relay:
    """A relay in a process of its own."""

    _pipe: Connection
    viewers: list[Viewer]

    @property
    def pictures(self) -> int:
        """How many pictures came to all viewers."""
        return sum(viewer.pictures for viewer in self.viewers)

    async def seconds(self) -> float:
        """Give the CPU it took so far."""
        self._pipe.send(None)
        return float(await asyncio.to_thread(self._pipe.recv))

    async def answer(self, camera: str, offer: str) -> str:
        """Have an offer answered."""
        self._pipe.send((camera, offer))
        return str(await asyncio.to_thread(self._pipe.recv))


@asynccontextmanager
async def relay(way: Way, address: str, viewers: int, *, cameras: int = 1) -> AsyncIterator[Relay]:
    """Start a relay and connect viewers to it, who share so many cameras."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(way, address, theirs), daemon=True)
    process.start()
    made = Relay(ours, [])
    try:
        for number in range(viewers):
            made.viewers.append(await Viewer.join(made.answer, f"camera{number % cameras}"))
        yield made
    finally:
        process.kill()
        for viewer in made.viewers:
            with suppress(TimeoutError):
                await asyncio.wait_for(viewer.close(), 2)
        process.join()
