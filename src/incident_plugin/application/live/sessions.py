"""Live pictures that are open: whose they are, and whether they may still see them."""

from __future__ import annotations

import asyncio
import re
from math import inf
from secrets import token_urlsafe

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import LiveRelay, LiveSession
from incident_plugin.application.ports import Actor, SignedIn
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import NotFound, RecorderUnavailable, UnusableOffer
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import PersonId


@attrs.frozen(kw_only=True)
class _Open:
    actor: Actor
    camera: CameraId
    #: By which the viewer's ICE session is told from a later one (RFC 8839 section 5.4).
    fragment: str
    #: Changes with the ICE session.
    tag: str


#: Live pictures of one person at a time: six windows of sixteen.
MOST_OF_ONE = 96

_FRAGMENT = re.compile(r"^a=ice-ufrag:(\S+)", re.MULTILINE)


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
        #: Those that had ended at the last review.
        self._ended: set[str] = set()

    async def open(self, actor: Actor, camera: CameraId, offer: str, *, width: float = inf) -> LiveSession:
        """Answer an offer of somebody who may see the camera; raises what the relay and the guard raise."""
        self._guard.require(actor, Permission.CAMERAS_VIEW, (camera,))
        self._leave_some_for_others(actor)
        session = await self._relay.open(camera, offer, width=width)
        self._open[session.id] = _Open(
            actor=actor, camera=camera, fragment=_fragment(offer), tag=token_urlsafe(12)
        )
        # The right may have been taken while the picture was being opened.
        if not await asyncio.to_thread(self._may, self._open[session.id]):
            await self._end(session.id)
            self._guard.require(self._now(actor) or actor, Permission.CAMERAS_VIEW, (camera,))
        return session

    def see(self, actor: Actor, camera: CameraId) -> None:
        """Raise ``Unreadable`` unless the actor may see the camera."""
        self._guard.require(actor, Permission.CAMERAS_VIEW, (camera,))

    async def close(self, actor: Actor, session: str) -> None:
        """End the actor's own picture, also one that has just ended; raises ``NotFound`` for others."""
        if self._known(actor, session) is None:
            raise _not_there()
        await self._end(session)

    def tag(self, actor: Actor, session: str) -> str:
        """Give what names the state of a session's ICE; raises ``NotFound``."""
        return self._own(actor, session).tag

    def trickle(self, actor: Actor, session: str, candidates: str) -> None:
        """Take candidates that a viewer found later (RFC 8840); raises ``UnusableOffer``, ``NotFound``.

        They are not used: viewers reach the server, which learns their addresses from their own checks. An
        ICE session is not begun anew within a session.
        """
        if _fragment(candidates) != self._own(actor, session).fragment:
            raise UnusableOffer(
                "The connection of a live picture is not begun anew. The picture goes on as long as it can;"
                " end this session and open another one.",
                cause="incident.no-ice-restart",
            )

    def _leave_some_for_others(self, actor: Actor) -> None:
        """Keep one person, or a page that has gone wild, from taking all live pictures of the server."""
        mine = [id_ for id_, one in self._open.items() if one.actor.person.id == actor.person.id]
        if len(mine) >= MOST_OF_ONE and sum(map(self._relay.is_open, mine)) >= MOST_OF_ONE:
            raise RecorderUnavailable(
                f"You have {MOST_OF_ONE} live pictures open. Close some of them, then open this one again.",
                cause="incident.too-many-live",
            )

    def _own(self, actor: Actor, session: str) -> _Open:
        found = self._known(actor, session)
        if found is None or not self._relay.is_open(session):
            raise _not_there()
        return found

    def _known(self, actor: Actor, session: str) -> _Open | None:
        found = self._open.get(session)
        return found if found and found.actor.person.id == actor.person.id else None

    async def _end(self, session: str) -> None:
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
        # Those that ended are known until the next time: their pages are about to say that they end them.
        ended = {id_ for id_ in self._open if not self._relay.is_open(id_)}
        self._open = {id_: one for id_, one in self._open.items() if id_ not in ended & self._ended}
        self._ended = ended
        held = tuple(self._open.items())
        allowed = await asyncio.to_thread(lambda: [self._may(one) for _, one in held])
        await self._close([id_ for (id_, _), may in zip(held, allowed, strict=True) if not may])

    async def _close(self, sessions: list[str]) -> None:
        await asyncio.gather(*(self._end(session) for session in sessions))

    def _may(self, one: _Open) -> bool:
        actor = self._now(one.actor)
        return actor is not None and self._guard.allows(actor, Permission.CAMERAS_VIEW, (one.camera,))

    def _now(self, actor: Actor) -> Actor | None:
        """Give who the session is now; as they were where the host does not tell sessions apart."""
        return self._people.now(actor)


def _not_there() -> NotFound:
    return NotFound("This live picture has ended. Open it again.")


def _fragment(description: str) -> str:
    found = _FRAGMENT.search(description)
    return found[1] if found else ""
