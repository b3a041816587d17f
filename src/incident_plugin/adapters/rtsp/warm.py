"""Sessions that stay set up for a while after a replay, for the next one of the same camera.

Connecting, signing in, DESCRIBE and SETUP take longer than finding the pictures: who seeks in a recording
plays another part on the same session instead (RFC 2326 section 10.5, ONVIF Streaming Specification 6).
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import attrs

from incident_plugin.adapters.rtsp.sdp import VideoDescription
from incident_plugin.adapters.rtsp.session import Session

#: Sessions of one recorder that wait: many recorders allow few, and others want some too.
_MOST = 16


class Key(NamedTuple):
    """What a session was set up for."""

    url: str
    sound: bool
    metadata: bool


@attrs.define(eq=False)
class Ready:
    """A session that is set up for replay."""

    session: Session
    video: VideoDescription
    #: Whether the recorder knows the feature ``onvif-replay``.
    requires: bool


class WarmSessions:
    """Keeps each for so many seconds; with none it keeps nothing."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: list[tuple[Key, Ready, asyncio.TimerHandle]] = []
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def keeps(self) -> bool:
        """Whether it keeps any."""
        return self._seconds > 0

    def take(self, key: Key) -> Ready | None:
        """Give a session that waits for the same camera, the one used last first."""
        for place in reversed(range(len(self._waiting))):
            kept, ready, timer = self._waiting[place]
            if kept == key:
                del self._waiting[place]
                timer.cancel()
                if ready.session.connection.is_usable:
                    return ready
                self._end(ready)
        return None

    def keep(self, key: Key, ready: Ready) -> bool:
        """Let a session wait; says whether it does."""
        if not self.keeps or not ready.session.connection.is_usable:
            return False
        timer = asyncio.get_running_loop().call_later(self._seconds, self._expired, ready)
        self._waiting.append((key, ready, timer))
        if len(self._waiting) > _MOST:
            self._expired(self._waiting[0][1])
        return True

    async def close(self) -> None:
        """End all that wait."""
        for _, ready, timer in self._waiting:
            timer.cancel()
            self._end(ready)
        self._waiting.clear()
        await asyncio.gather(*self._closing)

    @property
    def count(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def _expired(self, expired: Ready) -> None:
        for place, (_, ready, timer) in enumerate(self._waiting):
            if ready is expired:
                timer.cancel()
                del self._waiting[place]
                self._end(ready)
                return

    def _end(self, ready: Ready) -> None:
        task = asyncio.get_running_loop().create_task(ready.session.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
