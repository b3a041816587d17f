"""One viewer's WebRTC connection by aiortc: SDP, ICE, DTLS, RTCP. Pictures go past aiortc's packet objects.

``route`` is the way to the viewer, ``senders`` what takes the place of aiortc's senders, ``channel`` what the
page is told, ``seams`` what else is private in aiortc and used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aioice import Connection
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidStateError

from incident_plugin.adapters.live_preview import offer as sdp
from incident_plugin.adapters.live_preview.channel import StateChannel
from incident_plugin.adapters.live_preview.route import IceRoute
from incident_plugin.adapters.live_preview.seams import (
    end_quietly,
    estimate_nothing,
    gather_on_loopback_too,
    ice_connection,
    release,
    take_rsa_too,
)
from incident_plugin.adapters.live_preview.senders import SoundSender, ViewerSender
from incident_plugin.adapters.live_preview.sound import SoundLine
from incident_plugin.adapters.live_preview.state import CameraState
from incident_plugin.adapters.live_preview.viewer import Viewer
from incident_plugin.domain.errors import RecorderUnavailable

#: Seconds that a DTLS handshake in progress gets to end when the connection is closed.
_HANDSHAKE = 1.0


class Peer:
    """An answered offer: sends a viewer's pictures, and sound if there is a line, until it is closed."""

    def __init__(self, viewer: Viewer, sound: SoundLine | None, on_connection: Callable[[str], None]) -> None:
        self._on_connection = on_connection
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        video = self._pc.addTransceiver("video", direction="sendonly")
        estimate_nothing(video.receiver)
        self._sender = video.sender
        self._senders = [self._sender]
        self._sending: list[ViewerSender | SoundSender] = [
            ViewerSender(self._sender, viewer, lambda: on_connection("failed"))
        ]
        if sound:
            self._senders.append(self._pc.addTransceiver("audio", direction="sendonly").sender)
            self._sending.append(SoundSender(self._senders[-1], sound, lambda: on_connection("failed")))
        self._routes: dict[Connection, IceRoute] = {}
        self._settled = asyncio.Event()
        self._pc.on("connectionstatechange", self._connection_changed)
        self._channel = StateChannel(self._pc, viewer)

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
        take_rsa_too(self._sender)
        self._prepare_routes()
        try:
            await self._pc.setLocalDescription(answer)
        except OSError as error:
            raise RecorderUnavailable(
                "The server has no network socket left for another live picture. Close some live pictures.",
                cause="incident.live-full",
            ) from error
        return sdp.answer_with(chosen, self._pc.localDescription.sdp)

    def tell(self, state: CameraState) -> None:
        """Send the camera's state to the viewer's page."""
        self._channel.tell(state)

    async def close(self) -> None:
        """Say good-bye and release sockets and tasks; a handshake in progress may end first.

        Not to be cancelled, however long it takes: sockets would stay open.
        """
        if self._sender.transport.state == "connecting":
            with suppress(TimeoutError):
                async with asyncio.timeout(_HANDSHAKE):
                    await self._settled.wait()
        for sender in self._senders:
            end_quietly(sender)
        try:
            await self._pc.close()
        finally:
            for route in self._routes.values():
                route.close()
            for sending in self._sending:
                sending.release()
            release(self._pc)

    def _prepare_routes(self) -> None:
        """Make one for each connection: sound may have one of its own."""
        for sender, sending in zip(self._senders, self._sending, strict=True):
            connection = ice_connection(sender)
            if connection not in self._routes:
                gather_on_loopback_too(connection)
                self._routes[connection] = IceRoute(connection)
            sending.route = self._routes[connection]

    def _connection_changed(self) -> None:
        if self._pc.connectionState != "connecting":
            self._settled.set()
        self._on_connection(self._pc.connectionState)
