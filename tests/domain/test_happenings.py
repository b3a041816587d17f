"""What recorders noticed, as stretches of time that people can read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incident_plugin.domain.happenings import Happening, happenings, joined, name_of
from incident_plugin.domain.media import CameraEvent
from incident_plugin.domain.time import Interval

START = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
MOTION = "VideoSource/MotionAlarm"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(seconds: float, active: bool | None, topic: str = MOTION, initial: bool = False) -> CameraEvent:
    return CameraEvent(camera=None, recorder="r", topic=topic, at=at(seconds), active=active, initial=initial)


def told(*events: CameraEvent, now: float = 1000) -> list[tuple[str, float, float]]:
    found = happenings(events, Interval(at(0), at(100)), at(now))
    return [
        (h.title, (h.interval.start - START).total_seconds(), (h.interval.end - START).total_seconds())
        for h in found
    ]


def test_beginning_and_end_are_one():
    """Also when others lie between, and when it was said twice that it began."""
    crossed = "RuleEngine/LineDetector/Crossed"
    assert told(event(5, True), event(6, None, crossed), event(7, True), event(20, False)) == [
        ("Motion", 5, 20),
        ("Line crossed", 6, 7),
    ]


def test_what_goes_on_at_an_edge_is_shown_to_that_edge():
    """Begun before, not ended yet, or ended after what is shown."""
    assert told(event(0, True, initial=True), event(4, False)) == [("Motion", 0, 4)]
    assert told(event(90, True)) == [("Motion", 90, 100)]
    assert told(event(90, True), now=95) == [("Motion", 90, 95)]
    assert told(event(0, False, initial=True), event(3, False)) == []


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("RuleEngine/CellMotionDetector/Motion", "Motion"),
        ("VideoSource/ImageTooDark/ImagingService", "Imaging service"),
        ("Device/Trigger/DigitalInput", "Input"),
        ("x" * 500, "X" + "x" * 59),
        ("", "Event"),
    ],
)
def test_topics_have_names(topic, name):
    """Any text gives a short one."""
    assert name_of(topic) == name


def test_what_cannot_be_told_apart_is_one_and_counted():
    """Those of other names stay apart."""
    two = [
        Happening(title=t, interval=Interval(at(s), at(s + 1))) for s, t in ((0, "a"), (1.5, "b"), (3, "a"))
    ]
    whole = joined([*two, Happening(title="a", interval=Interval(at(60), at(61)))], timedelta(seconds=5))
    assert [(h.title, h.times, h.interval.end) for h in whole] == [
        ("a", 2, at(4)),
        ("b", 1, at(2.5)),
        ("a", 1, at(61)),
    ]
