"""From the events of a recording's history to the spans in which it has video.

ONVIF Recording Search Service Specification section 5.22 (RecordingHistory topics).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from incident_plugin.domain.time import Interval, union

#: What a track says about itself counts more than what its recording says.
TRACK_STATE, RECORDING_STATE = "IsDataPresent", "IsRecording"


@attrs.frozen(kw_only=True)
class StateChange:
    """From this instant on the recording has video, or has none."""

    time: datetime
    #: Data item of the event: ``TRACK_STATE`` or ``RECORDING_STATE``.
    item: str
    #: Track it speaks about, empty for the whole recording.
    track: str
    present: bool
    #: Not a change but how it was where the search began.
    initial: bool = False


def spans(changes: Iterable[StateChange], within: Interval) -> tuple[Interval, ...]:
    """Give the parts of ``within`` in which video is there; a part that has not ended lasts to its end."""
    known = sorted(changes, key=lambda change: change.time)
    tracks = {change.track for change in known if change.item == TRACK_STATE}
    found: list[Interval] = []
    for track in tracks or (None,):
        mine = [c for c in known if (c.track if c.item == TRACK_STATE else None) == track]
        # A device that leaves out the initial state: what ends first must have been there before.
        began = within.start if mine and not (mine[0].present or mine[0].initial) else None
        for change in mine:
            if change.present:
                began = began or change.time
            elif began is not None:
                found += _clipped(began, change.time, within)
                began = None
        if began is not None:
            found += _clipped(began, within.end, within)
    return union(found)


def _clipped(start: datetime, end: datetime, within: Interval) -> list[Interval]:
    start, end = max(start, within.start), min(end, within.end)
    return [Interval(start, end)] if start < end else []
