"""Live pictures that are open: whose they are, and whether they may still see them."""

from __future__ import annotations

import asyncio

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import LiveRelay, LiveSession
from incident_plugin.application.ports import Actor, SignedIn
from incident_plugin.domain.access import Permission
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import PersonId


@attrs.frozen(kw_only=True)
class _Open:
    actor: Actor
    camera: CameraId


class LiveSessions:
    """Opens live pictures, and cuts those whose viewer has signed out or lost the right.

    A request is asked once; a live picture goes on for hours. So the host is asked again, at intervals and
    whenever it says that somebody's rights or sessions have changed.
    """

    def __init__(self, relay: LiveRelay, guard: Guard, people: SignedIn) -> None:
        self._relay = relay
        self._guard = guard
        self._people = people
        self._open: dict[str, _Open] = {}

    async def open(self, actor: Actor, camera: CameraId, offer: str) -> LiveSession:
        """Answer an offer of somebody who may see the camera; raises what the relay and the guard raise."""
        self._guard.require(actor, Permission.CAMERAS_VIEW, (camera,))
        session = await self._relay.open(camera, offer)
        self._open[session.id] = _Open(actor=actor, camera=camera)
        # The right may have been taken while the picture was being opened.
        if not await asyncio.to_thread(self._may, self._open[session.id]):
            await self.close(session.id)
            self._guard.require(self._now(actor) or actor, Permission.CAMERAS_VIEW, (camera,))
        return session

    async def close(self, session: str) -> None:
        """End a picture; unknown ones are ignored."""
        self._open.pop(session, None)
        await self._relay.close(session)

    async def signed_out(self, person: PersonId, session: str = "") -> None:
        """End the pictures of a session that the host has ended; without one, all of the person."""
        await self._close(
            [
                id_
                for id_, one in self._open.items()
                if one.actor.person.id == person and session in ("", one.actor.session)
            ]
        )

    async def review(self) -> None:
        """Ask the host about every open picture, and end those that may not be seen any more."""
        self._open = {id_: one for id_, one in self._open.items() if self._relay.is_open(id_)}
        held = tuple(self._open.items())
        allowed = await asyncio.to_thread(lambda: [self._may(one) for _, one in held])
        await self._close([id_ for (id_, _), may in zip(held, allowed, strict=True) if not may])

    async def _close(self, sessions: list[str]) -> None:
        await asyncio.gather(*(self.close(session) for session in sessions))

    def _may(self, one: _Open) -> bool:
        actor = self._now(one.actor)
        return actor is not None and self._guard.allows(actor, Permission.CAMERAS_VIEW, (one.camera,))

    def _now(self, actor: Actor) -> Actor | None:
        """Give who the session is now; as they were where the host does not tell sessions apart."""
        return self._people.now(actor)
