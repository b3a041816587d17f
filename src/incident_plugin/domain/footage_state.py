"""Whether the video that a sequence refers to is still there, and for how long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from incident_plugin.domain.time import Interval, gaps, utc

#: Shorter gaps are the edges of recordings and not lost video.
TOLERANCE = timedelta(seconds=3)


class VideoState(StrEnum):
    """How the video of a sequence stands."""

    #: It is asked for at this moment.
    CHECKING = "checking"
    AVAILABLE = "available"
    #: It is there, and its recorder deletes it in so many days.
    EXPIRES = "expires"
    PARTLY_GONE = "partly-gone"
    GONE = "gone"
    #: A copy is kept in the vault, whatever becomes of the recording.
    PRESERVED = "preserved"
    #: Its recorder does not answer; the state last known, if any, is given beside it.
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True)
class FootageState:
    """What is known of the video of one sequence."""

    state: VideoState
    #: When its recorder begins to delete it; nothing when the recorder does not say.
    expires_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    #: How much of it is missing.
    missing: timedelta = timedelta(0)
    #: When the recorder was asked; nothing when it never answered.
    checked_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    #: Why it cannot be told, in an operator's words.
    problem: str = ""


def judged(
    interval: Interval, recorded: Iterable[Interval], *, keeps_for: timedelta | None, now: datetime
) -> FootageState:
    """Judge by what the recorder has of an interval now; ``keeps_for`` is its retention, if it says one."""
    missing = sum((gap.length for gap in gaps(interval, recorded)), timedelta(0))
    expires_at = None if keeps_for is None else interval.start + keeps_for
    if missing >= interval.length:
        state = VideoState.GONE
    elif missing > min(TOLERANCE, interval.length / 2):
        state = VideoState.PARTLY_GONE
    else:
        state = VideoState.AVAILABLE if expires_at is None else VideoState.EXPIRES
    return FootageState(
        state=state,
        expires_at=None if state is VideoState.GONE else expires_at,
        missing=missing,
        checked_at=now,
    )
