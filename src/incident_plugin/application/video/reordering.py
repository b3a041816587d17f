"""The end of a replay, and what a second one repeats, where pictures are not decoded in the order of times.

Pictures come in decoding order, so the time of the last one tells neither.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from incident_plugin.domain.media import AccessUnit, SoundUnit

_CLOCK_RATE = 90_000
#: Times of the same picture in two connections may be rounded differently.
_SAME = timedelta(milliseconds=1)


class Ending:
    """Finds the last picture that is wanted: those at or after the end stay only if one before needs them."""

    def __init__(self, end: datetime, reordering: int) -> None:
        self._end = end
        self._reordering = reordering
        self._held: list[AccessUnit] = []
        #: Nothing that follows is wanted.
        self.over = False

    def push(self, unit: AccessUnit) -> list[AccessUnit]:
        """Take the next picture; give those that are known to be wanted."""
        if self.over:
            return []
        if unit.time < self._end:
            if not self._held:
                return [unit]
            wanted, self._held = [*self._held, unit], []
            return wanted
        # What is decoded after a picture that is shown later than the one which reached the end is shown
        # after the end, too.
        self.over = not self._reordering or bool(self._held and unit.time > self._held[0].time)
        self._held.append(unit)
        return []


@attrs.define
class Repetitions:
    """Tells pictures of another connection that were there already, and puts the others behind those.

    After a break a recorder is asked from the last key picture on. Of what it sends the pictures that were
    given are known by their times since that key picture: in decoding order the last one need not be latest.
    """

    _key: AccessUnit | None = attrs.field(init=False, default=None)
    #: Times and places of the pictures since the last key picture.
    _given: dict[datetime, int] = attrs.field(init=False, factory=dict)
    _awaiting: bool = attrs.field(init=False, default=False)
    #: Of another recording everything up to here was there already.
    _limit: datetime | None = attrs.field(init=False, default=None)
    _shift: int | None = attrs.field(init=False, default=0)

    @property
    def resume_at(self) -> datetime | None:
        """From when to ask again: the last key picture; nothing before there is one."""
        return self._key.time if self._key else None

    @property
    def last(self) -> datetime | None:
        """Time of the latest picture; nothing before the first."""
        return max(self._given, default=None)

    def begin(self, *, again: bool) -> None:
        """Another connection begins, whose stamps begin where they like.

        ``again`` says that it is to the same recording; another one has pictures of its own.
        """
        self._shift = None if self._key else 0
        self._awaiting = again and self._key is not None
        self._limit = None if again else self.last

    def place(self, unit: AccessUnit) -> AccessUnit | None:
        """Give the picture with its place on the time line, or nothing when it was there already."""
        if self._limit is not None and unit.time <= self._limit:
            return None
        if self._awaiting and self._repeated(unit):
            return None
        if self._shift is None:
            self._shift = self._shift_of(unit)
        placed = attrs.evolve(unit, pts=unit.pts + self._shift) if self._shift else unit
        if placed.key:
            self._key, self._given, self._awaiting = placed, {}, False
        elif self._key is None:
            self._key = placed
        self._given[placed.time] = placed.pts
        return placed

    def _repeated(self, unit: AccessUnit) -> bool:
        known = next((pts for time, pts in self._given.items() if abs(time - unit.time) < _SAME), None)
        if known is not None:
            self._shift = known - unit.pts
            return True
        # Before the key picture comes again all of it is older; after it this may be shown before it.
        return self._shift is None and self._key is not None and unit.time < self._key.time

    def _shift_of(self, unit: AccessUnit) -> int:
        assert self._key is not None  # noqa: S101 - ``begin`` says so
        passed = (unit.time - self._key.time).total_seconds()
        return self._key.pts + max(1, round(passed * _CLOCK_RATE)) - unit.pts


@attrs.define
class SoundOnce:
    """Puts sound of one connection behind that of the one before, each of it once."""

    _last: SoundUnit | None = attrs.field(init=False, default=None)
    _limit: datetime | None = attrs.field(init=False, default=None)
    _shift: int | None = attrs.field(init=False, default=0)
    _rate: int = attrs.field(init=False, default=1)

    def begin(self, rate: int) -> None:
        """Another connection begins, with so many samples a second; its stamps begin where they like."""
        self._rate = rate
        self._limit = self._last.time + _SAME if self._last else None
        self._shift = None if self._last else 0

    def place(self, unit: SoundUnit) -> SoundUnit | None:
        """Give it with its place on the time line, or nothing when it was there already."""
        if self._limit is not None and unit.time <= self._limit:
            return None
        if self._shift is None and self._last is not None:
            passed = (unit.time - self._last.time).total_seconds()
            self._shift = self._last.pts + max(1, round(passed * self._rate)) - unit.pts
        self._last = attrs.evolve(unit, pts=unit.pts + self._shift) if self._shift else unit
        return self._last
