"""From the times of pictures and sound to the times in a file."""

from __future__ import annotations

from bisect import insort
from datetime import datetime, timedelta

from incident_plugin.domain.media import AccessUnit, SoundTrack, SoundUnit
from incident_plugin.domain.time import Interval

CLOCK_RATE = 90_000
#: Assumed length of the only picture of a file: 1/25 s.
_SINGLE = CLOCK_RATE // 25
#: Places that are kept beside those which others may still come between: their steps tell lengths.
_KEPT = 3
#: A step this many times longer than the one before is a gap, not the length of a picture.
_GAP = 10
#: Sound that is further from where the count of its samples puts it goes to its time of day: 1/20 s.
_ASTRAY = 20


class Timeline:
    """Places pictures by their own time stamps, so that a gap in the recording stays a gap in the file.

    Pictures come in decoding order. ``reordering`` is how many may come before one that is shown before them:
    one that lies further back is none of those but the mistake of a clock, and follows all others.
    """

    def __init__(self, reordering: int) -> None:
        self._reordering = reordering
        self._first: AccessUnit | None = None
        self._latest: datetime | None = None
        #: Places of the latest pictures, in the order in which they are shown.
        self._shown: list[int] = []
        self.frames = 0

    def place(self, unit: AccessUnit) -> int:
        """Give when a picture is shown, in 1/90000 s from the first one; each has a time of its own."""
        if self._first is None or self._latest is None:
            self._first, self._latest = unit, unit.time
        shown = self._shown
        pts = unit.pts - self._first.pts
        if shown and pts <= self._floor(key=unit.key):
            pts = shown[-1] + 1
        while pts in shown:
            pts += 1
        insort(shown, pts)
        if len(shown) > self._reordering + _KEPT:
            del shown[0]
        self._latest = max(self._latest, unit.time)
        self.frames += 1
        return pts

    def _floor(self, *, key: bool) -> int:
        """Give the place that a picture must be behind: a key picture follows all that came before it."""
        if key or not self._reordering:
            return self._shown[-1]
        return self._shown[max(0, len(self._shown) - self._reordering - 1)]

    @property
    def last_duration(self) -> int:
        """How long the last picture is taken to last, in 1/90000 s: as long as the one shown before it."""
        steps = [later - earlier for earlier, later in zip(self._shown, self._shown[1:], strict=False)]
        if not steps:
            return _SINGLE
        return steps[-2] if len(steps) > 1 and steps[-1] >= _GAP * steps[-2] else steps[-1]

    @property
    def span(self) -> Interval:
        """From the first picture's time to the end of the last one; there must be one."""
        if self._first is None or self._latest is None:
            raise ValueError("no picture was placed yet")
        # Clocks of recorders may be set back while they record: the latest is not before the first.
        return Interval(self._first.time, self._latest + timedelta(seconds=self.last_duration / CLOCK_RATE))


class SoundLine:
    """Places sound by the count of its samples, from where its time of day puts the first of it.

    So neighbours meet exactly, and where the two disagree, as behind a gap, the time of day counts.
    """

    def __init__(self, track: SoundTrack, begins: datetime) -> None:
        self._track = track
        self._begins = begins
        self._shift: int | None = None
        #: Where the last sound ended, in samples.
        self.end = 0

    def place(self, unit: SoundUnit) -> int | None:
        """Give when it is heard, in samples from the first picture; nothing for what is before that."""
        told = round((unit.time - self._begins).total_seconds() * self._track.rate)
        if self._shift is None or abs(unit.pts + self._shift - told) > self._track.rate // _ASTRAY:
            self._shift = told - unit.pts
        place = unit.pts + self._shift
        if place < 0:
            return None
        place = max(place, self.end)
        self.end = place + self._track.samples_in(unit.data)
        return place
