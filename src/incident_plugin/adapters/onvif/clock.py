"""Times as devices send them, also wrong ones, and how far a device's clock is off."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from incident_plugin.adapters.onvif.errors import NotOnvif
from incident_plugin.domain.media import ClockOffset

_INSTANT = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(\.\d+)?)?)?"
    r"\s*(Z|[+-]\d{1,2}:?\d{2})?\s*"
)
_SECOND = timedelta(seconds=1)


def parse_instant(text: str) -> datetime | None:
    """Read an xs:dateTime in UTC; ``None`` when it is no date at all.

    Devices send ``24:00:00``, ``00:61:16`` and times without a zone: fields beyond their range carry over,
    and without a zone it is UTC, as ONVIF demands.
    """
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.group(1, 2, 3, 4, 5, 6))
    zone = found[8]
    return _instant((year, month, day), (hour, minute, second + float(found[7] or 0)), _shift(zone))


def _shift(zone: str | None) -> timedelta:
    if zone in (None, "Z"):
        return timedelta(0)
    digits = zone[1:].replace(":", "").zfill(4)
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if zone[0] == "-" else size


def _instant(
    date: tuple[int, int, int], time: tuple[int, int, float], shift: timedelta = timedelta(0)
) -> datetime | None:
    try:
        midnight = datetime(*date, tzinfo=UTC)
        return midnight + timedelta(hours=time[0], minutes=time[1], seconds=time[2]) - shift
    except (ValueError, OverflowError):
        return None


def device_time(answer: Any) -> datetime:
    """Give the UTC of a GetSystemDateAndTime answer, in whole seconds; raises ``NotOnvif``."""
    stated = getattr(answer, "UTCDateTime", None)
    date, time = getattr(stated, "Date", None), getattr(stated, "Time", None)
    if date is None or time is None:
        raise NotOnvif("it does not tell its time in UTC")
    try:
        instant = _instant((date.Year, date.Month, date.Day), (time.Hour, time.Minute, time.Second))
    except TypeError:
        instant = None
    if instant is None:
        raise NotOnvif("the time it tells does not exist")
    return instant


class Sample(NamedTuple):
    """One reading of a clock that shows whole seconds."""

    #: By our clock, before asking and after the answer.
    asked: datetime
    answered: datetime
    #: What the device's clock showed.
    shown: datetime


def offset_of(samples: Iterable[Sample]) -> ClockOffset:
    """Give the offset that all samples allow, and half the width of what they leave open.

    A clock that shows ``s`` is between ``s`` and ``s + 1``; the question lay somewhere between asking and the
    answer. Samples at different parts of a second narrow each other. When they contradict each other the
    clock was set meanwhile, and those before no longer count.
    """
    low = high = None
    answered = None
    for sample in samples:
        least, most = sample.shown - sample.answered, sample.shown + _SECOND - sample.asked
        if low is not None and high is not None and least < high and most > low:
            least, most = max(least, low), min(most, high)
        low, high, answered = least, most, sample.answered
    if low is None or high is None or answered is None:
        raise ValueError("no sample")
    return ClockOffset(offset=(low + high) / 2, uncertainty=(high - low) / 2, measured_at=answered)
