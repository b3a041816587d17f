"""What recorders noticed, for people: from single events to stretches of time with a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from incident_plugin.domain.media import CameraEvent
from incident_plugin.domain.time import Interval

#: How long something is shown that has no end of its own.
MOMENT = timedelta(seconds=1)
#: Characters of a name; topics are foreign text.
_LONGEST = 60
#: By the end of their topic (ONVIF Imaging and Analytics Service Specifications).
_NAMES = {
    "MotionAlarm": "Motion",
    "Motion": "Motion",
    "MotionRegionDetector/Motion": "Motion",
    "LineDetector/Crossed": "Line crossed",
    "FieldDetector/ObjectsInside": "Object in the field",
    "Trigger/DigitalInput": "Input",
    "Trigger/Relay": "Relay",
    "Audio/DetectedSound": "Sound detected",
    "SignalLoss": "Picture lost",
    "TamperDetector/Tamper": "Tampering",
}


@attrs.frozen(kw_only=True)
class Happening:
    """A stretch in which something went on."""

    title: str
    interval: Interval
    #: How often it began within.
    times: int = 1


def name_of(topic: str) -> str:
    """Say a topic in words: known ones in ours, others by their last part."""
    parts = topic.split("/")
    known = _NAMES.get("/".join(parts[-2:])) or _NAMES.get(parts[-1])
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", parts[-1]).strip().capitalize()
    return known or spaced[:_LONGEST] or "Event"


def happenings(events: Iterable[CameraEvent], within: Interval, now: datetime) -> tuple[Happening, ...]:
    """Join what began with what ended; what has not ended goes on until now. Events come in order of time."""
    found: list[Happening] = []
    begun: dict[str, datetime] = {}

    def add(topic: str, start: datetime, end: datetime) -> None:
        part = Interval(start, max(start, end)).intersection(within) if start < end else None
        if part is not None:
            found.append(Happening(title=name_of(topic), interval=part))

    for event in events:
        if event.active is None:
            if not event.initial:
                add(event.topic, event.at, event.at + MOMENT)
        elif event.active:
            begun.setdefault(event.topic, within.start if event.initial else event.at)
        elif event.topic in begun:
            start = begun.pop(event.topic)
            add(event.topic, start, max(event.at, start + MOMENT))
    for topic, start in begun.items():
        add(topic, start, now)
    return tuple(sorted(found, key=lambda one: (one.interval.start, one.title)))


def joined(found: Iterable[Happening], apart: timedelta) -> tuple[Happening, ...]:
    """Make one of those of a name that are nearer to one another than can be seen."""
    whole: list[Happening] = []
    last: dict[str, int] = {}
    for one in found:
        place = last.get(one.title)
        before = whole[place] if place is not None else None
        if place is not None and before is not None and one.interval.start - before.interval.end < apart:
            end = max(before.interval.end, one.interval.end)
            whole[place] = attrs.evolve(
                before, interval=Interval(before.interval.start, end), times=before.times + one.times
            )
        else:
            last[one.title] = len(whole)
            whole.append(one)
    return tuple(whole)
