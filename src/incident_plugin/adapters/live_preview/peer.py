"""One viewer's WebRTC connection by aiortc: SDP, ICE, DTLS, RTCP. Pictures go past aiortc's packet objects.

Private places of aiortc are used, on single objects and never on its classes; the range of its version is
pinned for them, and the tests notice when one moves:

* ``RTCIceGatherer._connection``: a candidate on 127.0.0.1 for servers that are reached only there, what
  ``route`` takes over, and an end to the checks of consent;
* the certificate's ``_create_ssl_context``: players with an RSA certificate are taken too;
* what ``senders`` and ``srtp`` name.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable
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
)
from aiortc.exceptions import InvalidStateError
from aiortc.rtcrtpparameters import RTCRtpSendParameters

from incident_plugin.adapters.live_preview import offer as sdp
from incident_plugin.adapters.live_preview.route import IceRoute
from incident_plugin.adapters.live_preview.senders import SoundSender, ViewerSender
from incident_plugin.adapters.live_preview.sound import SoundLine
from incident_plugin.adapters.live_preview.state import CameraState
from incident_plugin.adapters.live_preview.viewer import Viewer
from incident_plugin.domain.errors import RecorderUnavailable

_LOOPBACK = "127.0.0.1"
#: Longest message of a viewer that is looked at, characters.
_QUESTION = 200
#: What aiortc takes, and what goes with RSA certificates, as GStreamer's; all with forward secrecy.
_CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA"
    b":ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305"
)
#: Seconds that a DTLS handshake in progress gets to end when the connection is closed.
_HANDSHAKE = 1.0


class Peer:
    """An answered offer: sends a viewer's pictures, and sound if there is a line, until it is closed."""

    def __init__(self, viewer: Viewer, sound: SoundLine | None, on_connection: Callable[[str], None]) -> None:
        self._viewer = viewer
        self._channels: list[RTCDataChannel] = []
        self._state: CameraState | None = None
        self._on_connection = on_connection
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._sender = self._pc.addTransceiver("video", direction="sendonly").sender
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
        _take_rsa_too(self._sender)
        self._prepare_routes()
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
        for connection in self._routes:
            connection.query_consent = _check_nothing  # type: ignore[method-assign]
        try:
            await self._pc.close()
        finally:
            for route in self._routes.values():
                route.close()

    def _prepare_routes(self) -> None:
        """Make one for each connection: sound may have one of its own."""
        for sender, sending in zip(self._senders, self._sending, strict=True):
            connection = _ice_connection(sender)
            if connection not in self._routes:
                _gather_on_loopback_too(connection)
                self._routes[connection] = IceRoute(connection)
            sending.route = self._routes[connection]

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


def _gather_on_loopback_too(connection: Connection) -> None:
    """Let this connection listen on 127.0.0.1 as well, which aioice leaves out."""
    gather = connection.get_component_candidates

    async def with_loopback(
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - the signature is given
    ) -> list[Candidate]:
        return await gather(component, [*addresses, _LOOPBACK], timeout)

    connection.get_component_candidates = with_loopback  # type: ignore[method-assign]
