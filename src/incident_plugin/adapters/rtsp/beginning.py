"""Where a replay begins: recorders agree on it to a picture or to a group of pictures only."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident_plugin.domain.media import AccessUnit

#: Ask for this much more: many recorders begin with the first picture after the start, and so miss the one
#: that was to be seen at the start.
HEAD_START = timedelta(seconds=1)
#: How long a picture is taken to last when there is no other one to tell.
_NOMINAL = timedelta(seconds=1)


class Beginning:
    """Holds pictures back until it is known which key picture is the last one at or before the start."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._held: list[AccessUnit] = []
        self._passed = False

    def push(self, unit: AccessUnit) -> list[AccessUnit]:
        """Take the next picture; give those that belong to the replay."""
        if self._passed:
            return [unit]
        if unit.time <= self._start:
            if unit.key:
                self._held = []
            self._held.append(unit)
            return []
        # Pictures from before a gap that the start lies in do not show the start.
        before = self.rest() if unit.key else self._held
        self._held, self._passed = [], True
        return [*before, unit]

    def rest(self) -> list[AccessUnit]:
        """Give the pictures before the start, if the last one lasts until then, when no more of them come."""
        held, self._held = self._held, []
        if not held:
            return []
        lasts = 2 * (held[-1].time - held[-2].time) if len(held) > 1 else _NOMINAL
        return held if held[-1].time + lasts > self._start else []
