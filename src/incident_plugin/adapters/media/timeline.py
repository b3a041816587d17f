"""From the times of pictures to the times in a file."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from incident_plugin.domain.media import AccessUnit
from incident_plugin.domain.time import Interval

CLOCK_RATE = 90_000
#: Assumed length of the only picture of a file: 1/25 s.
_SINGLE = CLOCK_RATE // 25
#: A step this many times longer than the one before is a gap, not the length of a picture.
_GAP = 10


class Placed(NamedTuple):
    """Where a picture goes, in 1/90000 s from the first one."""

    pts: int
    duration: int


class Timeline:
    """Places pictures by their own time stamps, so that a gap in the recording stays a gap in the file.

    A picture's length becomes known with the next one; until then it counts as long as the one before.
    """

    def __init__(self) -> None:
        self._first: AccessUnit | None = None
        self._last: AccessUnit | None = None
        self._pts = -1
        self._duration = _SINGLE
        self.frames = 0

    def place(self, unit: AccessUnit) -> Placed:
        """Give the next picture its place: always after the one before, whatever the recorder stamped."""
        self._first = self._first or unit
        pts = max(unit.pts - self._first.pts, self._pts + 1)
        step = pts - self._pts
        follows_gap = self._last is not None and self._last.gap_follows
        if self.frames == 1 or (self.frames and not follows_gap and step < _GAP * self._duration):
            self._duration = step
        self._last, self._pts = unit, pts
        self.frames += 1
        return Placed(pts, self._duration)

    @property
    def last_duration(self) -> int:
        """How long the last picture is taken to last, in 1/90000 s."""
        return self._duration

    @property
    def span(self) -> Interval:
        """From the first picture's time to the end of the last one; there must be one."""
        if self._first is None or self._last is None:
            raise ValueError("no picture was placed yet")
        # Clocks of recorders may be set back while they record.
        last = max(self._first.time, self._last.time)
        return Interval(self._first.time, last + timedelta(seconds=self._duration / CLOCK_RATE))
