"""Answers viewers' offers and looks after their sessions."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from incident_plugin.adapters.live_preview.camera import CameraStream, StreamOpener, profile_of
from incident_plugin.adapters.live_preview.limits import Limits
from incident_plugin.adapters.live_preview.offer import Offer
from incident_plugin.adapters.live_preview.state import CameraState
from incident_plugin.adapters.live_preview.viewer import Viewer
from incident_plugin.application.media_ports import LiveSession
from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.domain.media import CameraId

if TYPE_CHECKING:
    from incident_plugin.adapters.live_preview.peer import Peer

_log = logging.getLogger(__name__)

#: Seconds that a viewer's connection gets to say good-bye.
_FAREWELL = 5.0


@attrs.define(kw_only=True, eq=False)
class _Session:
    id: str
    stream: CameraStream
    viewer: Viewer = attrs.field(init=False)
    peer: Peer | None = None
    deadline: asyncio.TimerHandle | None = None

    def tell(self, state: CameraState) -> None:
        if self.peer:
            self.peer.tell(state)


class WebRtcRelay:
    """The ``LiveRelay`` port: one stream of each camera, passed through to any number of browsers.

    Belongs to the event loop in which it is first used. ``stop`` ends everything.
    """

    def __init__(self, opener: StreamOpener, *, limits: Limits | None = None) -> None:
        self._opener = opener
        self._limits = limits or Limits()
        self._streams: dict[CameraId, CameraStream] = {}
        self._sessions: dict[str, _Session] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._stopped = False

    async def open(self, camera: CameraId, offer: str) -> LiveSession:
        """Answer a viewer's SDP offer.

        Raises ``InvalidInput`` for an offer that cannot be used, and ``RecorderUnavailable`` when the camera
        cannot be reached, its video cannot be shown live, or too many viewers are there.
        """
        read = Offer.parse(offer)
        self._admit()
        session = self._begin(camera)
        try:
            answer = await self._answer(session, read)
        except BaseException:
            self._close_soon(session.id)
            raise
        return LiveSession(id=session.id, answer=answer)

    async def close(self, session: str) -> None:
        """End a viewer's session; unknown ones are ignored."""
        closing = self._close_soon(session)
        if closing:
            await asyncio.shield(closing)

    def is_open(self, session: str) -> bool:
        """Say whether a session has not ended."""
        return session in self._sessions

    async def stop(self) -> None:
        """End all sessions, close all cameras' streams, and take no more viewers."""
        self._stopped = True
        for session in tuple(self._sessions):
            self._close_soon(session)
        for stream in tuple(self._streams.values()):
            await stream.close()
        while self._closing:
            await asyncio.wait(self._closing)

    def _admit(self) -> None:
        if self._stopped:
            raise RecorderUnavailable("The server is being stopped, so no live picture can be opened.")
        if len(self._sessions) >= self._limits.sessions:
            raise RecorderUnavailable(
                f"All {self._limits.sessions} live pictures of this server are in use."
                " Close some of them, then open this one again."
            )

    def _begin(self, camera: CameraId) -> _Session:
        stream = self._streams.get(camera)
        if stream is None:
            stream = self._streams[camera] = CameraStream(
                camera, self._opener, self._limits, on_idle=self._forget, on_new_format=self._close_all_of
            )
        token = secrets.token_urlsafe(16)
        session = _Session(id=token, stream=stream)
        session.viewer = stream.join(session.tell)
        self._sessions[token] = session
        return session

    async def _answer(self, session: _Session, offer: Offer) -> str:
        peer_type, track = await asyncio.gather(asyncio.to_thread(_load_peer), session.stream.track())
        chosen = offer.choose(profile_of(track))
        self._still_wanted(session)
        changed = partial(self._connection_changed, session)
        peer = session.peer = peer_type(session.viewer, changed)
        answer = await peer.answer(offer, chosen)
        self._still_wanted(session)
        peer.tell(session.stream.state)
        if not peer.connected:
            loop = asyncio.get_running_loop()
            session.deadline = loop.call_later(self._limits.connecting, self._close_soon, session.id)
        return answer

    def _still_wanted(self, session: _Session) -> None:
        """Whether nobody ended the session while it was being made."""
        if session.id not in self._sessions:
            raise RecorderUnavailable("The live picture was closed while it was being opened. Open it again.")

    def _connection_changed(self, session: _Session, state: str) -> None:
        if state == "connected" and session.deadline:
            session.deadline.cancel()
        elif state in ("failed", "closed"):
            self._close_soon(session.id)

    def _close_soon(self, session_id: str) -> asyncio.Task[None] | None:
        session = self._sessions.pop(session_id, None)
        if session is None:
            return None
        if session.deadline:
            session.deadline.cancel()
        session.stream.leave(session.viewer)
        return self._background(_farewell(session))

    def _close_all_of(self, stream: CameraStream) -> None:
        for session in tuple(self._sessions.values()):
            if session.stream is stream:
                self._close_soon(session.id)

    def _forget(self, stream: CameraStream) -> None:
        self._streams.pop(stream.camera, None)

    def _background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return task


async def _farewell(session: _Session) -> None:
    if session.peer is None:
        return
    try:
        async with asyncio.timeout(_FAREWELL):
            await session.peer.close()
    except TimeoutError:
        _log.warning("a viewer's connection did not close within %g s", _FAREWELL)
    except Exception:  # noqa: BLE001 - whatever aiortc raises, the session is over and nobody waits for it
        _log.exception("a viewer's connection did not close properly")


def _load_peer() -> type[Peer]:
    """Import aiortc and av when they are first needed: it takes a third of a second."""
    from incident_plugin.adapters.live_preview.peer import Peer  # noqa: PLC0415

    return Peer
