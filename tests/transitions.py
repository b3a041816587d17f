"""When clocks anywhere on Earth are set, from 2000 to 2037."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import attrs

_FIRST, _LAST = 946_684_800, 2_145_916_800
#: No zone sets its clocks twice within this; seconds.
_STEP = 3 * 86_400
_HOUR = timedelta(hours=1)


@attrs.frozen
class Transition:
    """A zone's clocks are set: the first second of the new time, and by how much they are set."""

    zone: str
    #: Seconds since 1970.
    at: int
    by: timedelta


@cache
def transitions() -> tuple[Transition, ...]:
    """Give all of them with ``SOAK``, else those that are not by an hour, and each fortieth of the others.

    Zones that set their clocks alike in all these years are one.
    """
    alike = {tuple(_of(ZoneInfo(name))): name for name in sorted(available_timezones(), reverse=True)}
    every = [Transition(name, *each) for several, name in alike.items() for each in several]
    odd = [each for each in every if abs(each.by) != _HOUR]
    return tuple(every if os.environ.get("SOAK") else [*odd, *every[::40]])


def _of(zone: ZoneInfo) -> Iterator[tuple[int, timedelta]]:
    def offset(at: int) -> timedelta:
        return datetime.fromtimestamp(at, zone).utcoffset() or timedelta(0)

    before = offset(_FIRST)
    for end in range(_FIRST + _STEP, _LAST, _STEP):
        after = offset(end)
        if after != before:
            low, high = end - _STEP, end
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            yield high, after - before
        before = after
