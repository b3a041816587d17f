"""How one recorder is, by what its calls met."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import attrs

from incident_plugin.domain.errors import IncidentError, RecorderUnavailable

_T = TypeVar("_T")

_LACKS_SERVICE = "incident.recorder-lacks-service"


@attrs.frozen(kw_only=True)
class RecorderHealth:
    """Whether a recorder answers."""

    recorder: str
    #: What the last call met, in an operator's words; ``None`` when it was answered.
    error: str | None
    #: Since when it has been so, by our clock; ``None`` before the first call.
    since: datetime | None
    #: Why its events do not come, in an operator's words; ``None`` when they do or it has none.
    events: str | None = None


class Condition:
    """Remembers what calls met. What was answered from memory says nothing of how the recorder is now."""

    def __init__(self, recorder: str, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self.health = RecorderHealth(recorder=recorder, error=None, since=None)
        #: How often it answered again, or its events came again, after they had not.
        self.returns = 0

    async def watched(self, call: Awaitable[_T]) -> _T:
        """Await a call and remember how the recorder was; one that is given up tells nothing."""
        try:
            answer = await call
        except RecorderUnavailable as unavailable:
            self._was(unavailable.detail)
            raise
        except IncidentError:
            self._was(None)
            raise
        self._was(None)
        return answer

    def events_come(self) -> None:
        """Its events come."""
        self.returns += self.health.events is not None
        self.health = attrs.evolve(self.health, events=None)

    def events_fail(self, error: RecorderUnavailable) -> None:
        """Its events do not come; that it has none is no fault."""
        lacks_them = error.message_id == _LACKS_SERVICE
        self.health = attrs.evolve(self.health, events=None if lacks_them else error.detail)

    def _was(self, error: str | None) -> None:
        was = self.health
        changed = was.since is None or (error is None) != (was.error is None)
        self.returns += error is None and was.error is not None
        self.health = attrs.evolve(was, error=error, since=self._now() if changed else was.since)
