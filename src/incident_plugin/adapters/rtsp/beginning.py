"""Where a replay begins: recorders agree on it to a picture or to a group of pictures only."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident_plugin.domain.media import AccessUnit

#: Ask for this much more: many recorders begin with the first picture after the start, and so miss the one
#: that was to be seen at the start.
HEAD_START = timedelta(seconds=1)
#: Others begin with the first key picture after it, and cameras that save room make those rarely: then so
#: much more, until there is a picture at or before the start.
LONGER_HEAD_STARTS = (timedelta(seconds=10), timedelta(seconds=60))
#: How long a picture is taken to last when there is no other one to tell.
_NOMINAL = timedelta(seconds=1)
#: Where key pictures alone come, two that are farther apart have a gap between them.
_LONGEST_GROUP = timedelta(seconds=10)


class Beginning:
    """Holds pictures back until it is known which key picture is the last one at or before the start."""

    def __init__(self, start: datetime, *, intra: bool = False) -> None:
        self._start = start
        #: Whether only key pictures come.
        self._intra = intra
        #: How many pictures may come before one that is shown before them.
        self.reordering = 0
        self._held: list[AccessUnit] = []
        self._passed = False
        #: Time of the first picture, until the next key picture.
        self._first: datetime | None = None

    def push(self, unit: AccessUnit) -> list[AccessUnit]:
        """Take the next picture; give those that belong to the replay."""
        if self._passed:
            return [] if self._leads(unit) else [unit]
        if unit.time <= self._start:
            if unit.key:
                self._held = []
            self._held.append(unit)
            return []
        # Pictures from before a gap that the start lies in do not show the start.
        before = self.rest() if unit.key and not self._next_after_held(unit) else self._held
        self._held, self._passed = [], True
        given = [*before, unit]
        self._first = given[0].time
        return [one for one in given if one is given[0] or not self._leads(one)]

    def _next_after_held(self, unit: AccessUnit) -> bool:
        """Whether a key picture is the next of those that came alone: until then the one before shows."""
        return self._intra and bool(self._held) and unit.time - self._held[-1].time <= _LONGEST_GROUP

    def _leads(self, unit: AccessUnit) -> bool:
        """Whether a picture is shown before the first one, and refers to others before that.

        Such follow some key pictures (RASL, H.265 section 3.1); without what they refer to they show nothing.
        """
        if unit.key:
            self._first = None
        return bool(self.reordering and self._first and unit.time < self._first)

    def rest(self) -> list[AccessUnit]:
        """Give the pictures before the start, if the last one lasts until then, when no more of them come."""
        held, self._held = self._held, []
        if not held:
            return []
        times = sorted(unit.time for unit in held)
        # Pictures from between the last one and the start may come behind the key picture after it.
        lasts = (2 + self.reordering) * (times[-1] - times[-2]) if len(times) > 1 else _NOMINAL
        return held if times[-1] + lasts > self._start else []
