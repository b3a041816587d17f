"""Answers viewers' offers and looks after their sessions."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from incident_plugin.adapters.live_preview.camera import CameraStream, SoundRecoding, profile_of
from incident_plugin.adapters.live_preview.choice import Choice, choose
from incident_plugin.adapters.live_preview.limits import Limits
from incident_plugin.adapters.live_preview.offer import Offer
from incident_plugin.adapters.live_preview.sound import NAMES, playable
from incident_plugin.adapters.live_preview.state import CameraState
from incident_plugin.adapters.live_preview.viewer import Viewer
from incident_plugin.application.media_ports import LiveSession, VideoStream
from incident_plugin.domain.errors import IncidentError, RecorderUnavailable
from incident_plugin.domain.media import CameraId, Codec, LiveProfile

if TYPE_CHECKING:
    from incident_plugin.adapters.live_preview.peer import Peer

_log = logging.getLogger(__name__)

#: Seconds that a viewer's connection gets to say good-bye.
_FAREWELL = 5.0
#: Cameras whose B pictures are remembered.
_MOST_REMEMBERED = 10_000


class LiveStreams(Protocol):
    """The part of ``Recorders`` that is needed here."""

    async def live_profiles(self, camera: CameraId) -> tuple[LiveProfile, ...]:
        """Give the live streams that a camera has, the largest first."""
        ...

    def live(
        self, camera: CameraId, *, sound: bool = False, profile: str | None = None
    ) -> AbstractAsyncContextManager[VideoStream]:
        """Open one of them."""
        ...

    async def ask_for_key_picture(self, camera: CameraId, profile: str | None = None) -> None:
        """Let its next picture be a key picture."""
        ...


#: Makes H.264 without B pictures of a stream.
PictureRecoding = Callable[[VideoStream], AbstractAsyncContextManager[VideoStream]]


@attrs.define(kw_only=True, eq=False)
class _Session:
    id: str
    stream: CameraStream
    choice: Choice
    viewer: Viewer = attrs.field(init=False)
    peer: Peer | None = None
    deadline: asyncio.TimerHandle | None = None

    def tell(self, state: CameraState) -> None:
        if self.peer:
            choice = self.choice
            self.peer.tell(
                attrs.evolve(state, fits=choice.fits, instead_of=choice.instead_of, recoded=choice.recoded)
            )


class WebRtcRelay:
    """The ``LiveRelay`` port: one stream of each camera, passed through to any number of browsers.

    Belongs to the event loop in which it is first used. ``stop`` ends everything.
    """

    def __init__(
        self,
        cameras: LiveStreams,
        *,
        limits: Limits | None = None,
        recode: PictureRecoding | None = None,
        recode_sound: SoundRecoding | None = None,
    ) -> None:
        """Without what recodes, pictures and sound that viewers cannot play are not shown to them."""
        self._cameras = cameras
        self._recode = recode
        self._recode_sound = recode_sound
        self._limits = limits or Limits()
        self._streams: dict[tuple[CameraId, Choice], CameraStream] = {}
        #: Streams that were seen to have B pictures, by camera.
        self._with_b: dict[CameraId, set[str]] = {}
        self._sessions: dict[str, _Session] = {}
        self._closing: set[asyncio.Task[None]] = set()
        #: Connections that are being closed, however long it takes: nobody waits for all of that.
        self._ending: set[asyncio.Task[None]] = set()
        self._stopped = False

    async def open(self, camera: CameraId, offer: str, *, width: float = inf) -> LiveSession:
        """Answer a viewer's SDP offer, who shows the picture ``width`` pixels wide.

        Raises ``UnusableOffer`` for an offer that cannot be used, and ``RecorderUnavailable`` when the camera
        cannot be reached, its video cannot be shown live, or too many viewers are there.
        """
        read = Offer.parse(offer)
        self._admit()
        profiles = await self._cameras.live_profiles(camera)
        self._admit()
        session = self._begin(camera, self._choose(camera, profiles, read.takes, width))
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
                " Close some of them, then open this one again.",
                cause="incident.live-full",
            )

    def _choose(
        self, camera: CameraId, profiles: tuple[LiveProfile, ...], takes: frozenset[Codec], width: float
    ) -> Choice:
        unsuited = self._with_b.get(camera, set()) if self._recode or len(profiles) > 1 else ()
        choice = choose(profiles, takes=takes, width=width, recoded=unsuited)
        if choice.recoded and self._recode is None:
            return choose(profiles, takes=takes | {Codec.H264}, width=width)
        return choice

    def _begin(self, camera: CameraId, choice: Choice) -> _Session:
        stream = self._streams.get((camera, choice))
        if stream is None:
            stream = self._streams[camera, choice] = CameraStream(
                camera,
                partial(self._opened, camera, choice),
                self._limits,
                choice=choice,
                on_idle=self._forget,
                on_new_format=self._close_all_of,
                on_b_pictures=self._has_b_pictures,
                ask_for_key=self._ask_soon,
                recode_sound=self._recode_sound,
            )
        token = secrets.token_urlsafe(16)
        session = _Session(id=token, stream=stream, choice=choice)
        session.viewer = stream.join(session.tell)
        self._sessions[token] = session
        return session

    async def _answer(self, session: _Session, offer: Offer) -> str:
        peer_type, track = await asyncio.gather(asyncio.to_thread(_load_peer), session.stream.track())
        chosen = offer.choose(session.stream.choice.codec, profile_of(track))
        self._still_wanted(session)
        changed = partial(self._connection_changed, session)
        heard = session.stream.sound_track
        names = [NAMES[item.codec] for item in offer.sounds]
        sound = offer.sound(playable(heard, names)) if heard else None
        line = session.stream.sound if sound else None
        peer = session.peer = peer_type(session.viewer, line, changed)
        answer = await peer.answer(offer, chosen, sound)
        self._still_wanted(session)
        session.tell(session.stream.state)
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
        return self._background(self._farewell(session))

    async def _farewell(self, session: _Session) -> None:
        peer, session.peer = session.peer, None
        if peer is None:
            return
        ending = _kept(self._ending, _ended(peer))
        _, late = await asyncio.wait([ending], timeout=_FAREWELL)
        if late:
            _log.warning("a viewer's connection did not close within %g s", _FAREWELL)

    def _close_all_of(self, stream: CameraStream) -> None:
        for session in tuple(self._sessions.values()):
            if session.stream is stream:
                self._close_soon(session.id)

    def _forget(self, stream: CameraStream) -> None:
        self._streams.pop((stream.camera, stream.choice), None)

    @asynccontextmanager
    async def _opened(self, camera: CameraId, choice: Choice) -> AsyncIterator[VideoStream]:
        async with self._cameras.live(camera, sound=True, profile=choice.profile) as stream:
            if choice.recoded and self._recode is not None:
                async with self._recode(stream) as made:
                    yield made
            else:
                yield stream

    def _has_b_pictures(self, stream: CameraStream) -> None:
        """Remember it, and let the viewers ask again where they can be given another stream."""
        profile, known = stream.choice.profile or "", self._with_b.setdefault(stream.camera, set())
        if profile in known or len(self._with_b) > _MOST_REMEMBERED:
            return
        known.add(profile)
        if self._recode is not None:
            self._close_all_of(stream)

    def _ask_soon(self, stream: CameraStream) -> None:
        self._background(self._ask_for_key(stream))

    async def _ask_for_key(self, stream: CameraStream) -> None:
        """Ask; cameras that cannot do it go on as they are."""
        try:
            await self._cameras.ask_for_key_picture(stream.camera, stream.choice.profile)
        except IncidentError as error:
            _log.info("camera %s sends no key picture when asked: %s", stream.camera, error.detail)

    def _background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return _kept(self._closing, work)


def _kept(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Begin something and keep it until it has ended: the event loop itself does not."""
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


async def _ended(peer: Peer) -> None:
    try:
        await peer.close()
    except Exception:  # noqa: BLE001 - whatever aiortc raises, the session is over and nobody waits for it
        _log.exception("a viewer's connection did not close properly")


def _load_peer() -> type[Peer]:
    """Import aiortc and av when they are first needed: it takes a third of a second."""
    from incident_plugin.adapters.live_preview.peer import Peer  # noqa: PLC0415

    return Peer
