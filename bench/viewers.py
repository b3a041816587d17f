"""Relays in processes of their own, and viewers that count packets without decoding, for ``bench.live``."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from multiprocessing.connection import Connection
from typing import Any, Protocol, Self

import attrs
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer, MediaRelay

from incident_plugin.adapters.live_preview import WebRtcRelay
from incident_plugin.domain.media import AccessUnit, CameraId, Codec, LiveProfile, VideoTrack

_CAMERA = CameraId("bench")
_START_CODE = b"\x00\x00\x01"
_SPS, _PPS = 7, 8
#: 1/25 s on the RTP clock.
_PICTURE = 3_600
_H264 = "video/H264"
#: Bytes: a viewer that waits for its turn loses nothing.
_BUFFER = 1 << 22

Answering = Callable[[str], Awaitable[str]]


class Way(StrEnum):
    """How pictures come from one file to each viewer."""

    OURS = "our relay"
    RELAY = "aiortc MediaPlayer(decode=False) + MediaRelay"
    RECODE = "aiortc decode and re-encode"


class FileStream:
    """The file as a camera's stream, read by the same reader as the peers have."""

    sound = None

    def __init__(self, track: MediaStreamTrack) -> None:
        self._source = track
        self.track = VideoTrack(codec=Codec.H264, parameter_sets=())

    async def first(self) -> Self:
        """Learn the parameter sets from the first picture."""
        nals = _split(bytes(await self._source.recv()))
        sets = tuple(nal for nal in nals if nal[0] & 0x1F in (_SPS, _PPS))
        self.track = VideoTrack(codec=Codec.H264, parameter_sets=sets)
        return self

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        for number in count():
            packet = await self._source.recv()
            yield AccessUnit(
                # The file's own times begin again with each turn.
                pts=number * _PICTURE,
                time=datetime.now(UTC),
                key=packet.is_keyframe,
                nals=_split(bytes(packet)),
            )


def _split(data: bytes) -> tuple[bytes, ...]:
    return tuple(nal.rstrip(b"\x00") for nal in data.split(_START_CODE)[1:])


def serve(way: Way, file: str, pipe: Connection) -> None:
    """Answer offers from the pipe, and ``None`` with the seconds of CPU taken so far; until it is killed."""
    asyncio.run(_serve(_ours(file) if way is Way.OURS else _stock(way, file), pipe))


async def _serve(answering: Answering, pipe: Connection) -> None:
    while True:
        asked = await asyncio.to_thread(pipe.recv)
        pipe.send(time.process_time() if asked is None else await answering(asked))


class FileCameras:
    """Cameras that all send the file."""

    def __init__(self, file: str) -> None:
        self._file = file

    async def live_profiles(self, _camera: CameraId) -> tuple[LiveProfile, ...]:
        return ()

    async def ask_for_key_picture(self, _camera: CameraId, profile: str | None = None) -> None:
        """There is no camera to ask."""

    @asynccontextmanager
    async def live(
        self, _camera: CameraId, *, sound: bool = False, profile: str | None = None
    ) -> AsyncIterator[FileStream]:
        del sound, profile
        yield await FileStream(MediaPlayer(self._file, decode=False, loop=True).video).first()


def _ours(file: str) -> Answering:
    relay = WebRtcRelay(FileCameras(file))

    async def answer(offer: str) -> str:
        return (await relay.open(_CAMERA, offer)).answer

    return answer


def _stock(way: Way, file: str) -> Answering:
    relay, kept, peers = MediaRelay(), list[MediaPlayer](), list[RTCPeerConnection]()

    async def answer(offer: str) -> str:
        if not kept:
            kept.append(MediaPlayer(file, decode=way is Way.RECODE, loop=True))
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peers.append(peer)
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        peer.addTrack(relay.subscribe(kept[0].video))
        codecs = RTCRtpSender.getCapabilities("video").codecs
        peer.getTransceivers()[0].setCodecPreferences([c for c in codecs if c.mimeType == _H264])
        await peer.setLocalDescription(await peer.createAnswer())
        return str(peer.localDescription.sdp)

    return answer


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

    @classmethod
    async def join(cls, answering: Answering) -> Self:
        """Connect and wait until it is connected."""
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        viewer = cls(peer)
        receiver = peer.addTransceiver("video", direction="recvonly").receiver
        await peer.setLocalDescription(await peer.createOffer())
        answer = await answering(peer.localDescription.sdp)
        connected = asyncio.Event()
        peer.on("connectionstatechange", lambda: peer.connectionState == "connected" and connected.set())
        await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await asyncio.wait_for(connected.wait(), 20)
        viewer._read(receiver.transport.transport.iceGatherer._connection._nominated[1].protocol)
        return viewer

    @classmethod
    async def answering(cls, offer: str, started: Callable[[str], Awaitable[None]]) -> Self:
        """Answer a relay that offers, and wait until it is connected."""
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        viewer = cls(peer)
        connected = asyncio.Event()
        peer.on("connectionstatechange", lambda: peer.connectionState == "connected" and connected.set())
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        await started(peer.localDescription.sdp)
        await asyncio.wait_for(connected.wait(), 20)
        receiver = next(one.receiver for one in peer.getTransceivers() if one.kind == "video")
        viewer._read(receiver.transport.transport.iceGatherer._connection._nominated[1].protocol)
        return viewer

    def _read(self, protocol: Any) -> None:
        shared = protocol.transport.get_extra_info("socket")
        source = socket.socket(fileno=os.dup(shared.fileno()))
        source.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        source.setblocking(False)
        loop = asyncio.get_running_loop()
        loop._remove_reader(shared.fileno())  # type: ignore[attr-defined]
        loop.add_reader(source.fileno(), self._readable, source, protocol)

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

    async def close(self) -> None:
        """Leave."""
        await self._peer.close()


class Relaying(Protocol):
    """A relay at work in a process of its own."""

    viewers: list[Viewer]

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

    async def answer(self, offer: str) -> str:
        """Have an offer answered."""
        self._pipe.send(offer)
        return str(await asyncio.to_thread(self._pipe.recv))


@asynccontextmanager
async def relay(way: Way, file: str, viewers: int) -> AsyncIterator[Relay]:
    """Start a relay and connect viewers to it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(way, file, theirs), daemon=True)
    process.start()
    made = Relay(ours, [])
    try:
        for _ in range(viewers):
            made.viewers.append(await Viewer.join(made.answer))
        yield made
    finally:
        process.kill()
        for viewer in made.viewers:
            with suppress(TimeoutError):
                await asyncio.wait_for(viewer.close(), 2)
        process.join()
