"""Events that a search finds: the recording's own history, and motion while it recorded.

ONVIF Recording Search, "Recording Event Descriptions".
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from attrs import frozen
from lxml import etree

from demo_recorder.cameras import VIDEO_TRACK
from demo_recorder.recording import Recording
from demo_recorder.timebase import FrameNumber, first_frame_from, latest_frame, moment_of
from demo_recorder.walker import camera_seeing, visits

TOPICS = "http://www.onvif.org/ver10/topics"
CONCRETE_TOPIC = "http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete"

_SCHEMA = "http://www.onvif.org/ver10/schema"


class Topic(Enum):
    """What an event tells; the value is its topic below ``tns1:``."""

    RECORDING_STATE = "RecordingHistory/Recording/State"
    TRACK_STATE = "RecordingHistory/Track/State"
    MOTION = "VideoSource/MotionAlarm"


#: Names of the data items.
_DATA = {Topic.RECORDING_STATE: "IsRecording", Topic.TRACK_STATE: "IsDataPresent", Topic.MOTION: "State"}


@frozen(kw_only=True)
class HistoryEvent:
    """At a moment, footage or motion began or ended."""

    recording: Recording
    topic: Topic
    moment: datetime
    begins: bool
    #: Not a change, but how things stood where the search began.
    is_start_state: bool

    @property
    def track(self) -> str:
        """The track that it concerns; empty when it concerns the whole recording."""
        return VIDEO_TRACK if self.topic is Topic.TRACK_STATE else ""

    def message(self) -> Any:
        """The event as a ``tt:Message``."""
        operation = "Initialized" if self.is_start_state else "Changed"
        utc = f"{self.moment:%Y-%m-%dT%H:%M:%S.%f}Z"
        message = etree.Element(f"{{{_SCHEMA}}}Message", nsmap={"tt": _SCHEMA})
        message.set("UtcTime", utc)
        message.set("PropertyOperation", operation)
        source = etree.SubElement(message, f"{{{_SCHEMA}}}Source")
        if self.topic is Topic.MOTION:
            _item(source, "Source", self.recording.camera.source)
        else:
            _item(source, "RecordingToken", self.recording.token)
        if self.track:
            _item(source, "Track", self.track)
        data = etree.SubElement(message, f"{{{_SCHEMA}}}Data")
        _item(data, _DATA[self.topic], str(self.begins).lower())
        return message


def find_events(
    recordings: Sequence[Recording],
    topics: Sequence[Topic],
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    include_start_state: bool,
) -> list[HistoryEvent]:
    """Events from ``start`` to ``end``, both included, in the order of the search.

    An end before the start searches backwards; then the state at both ends can be included.
    """
    backward = end < start
    first, last = sorted((start, end))
    states = [first, last] if backward else [first]
    events = [
        event
        for recording in recordings
        for topic in topics
        for event in (
            *(_state(recording, topic, at, now) for at in states if include_start_state),
            *_changes(recording, topic, first, last, now),
        )
    ]
    return sorted(events, key=lambda event: event.moment, reverse=backward)


def _changes(
    recording: Recording, topic: Topic, first: datetime, last: datetime, now: datetime
) -> Iterator[HistoryEvent]:
    for frame, begins in _edges(recording, topic, first, min(last, now)):
        moment = moment_of(frame)
        if first <= moment <= last:
            yield HistoryEvent(
                recording=recording, topic=topic, moment=moment, begins=begins, is_start_state=False
            )


def _edges(
    recording: Recording, topic: Topic, first: datetime, last: datetime
) -> Iterable[tuple[FrameNumber, bool]]:
    """From which frames on something was so, or no longer."""
    if topic is not Topic.MOTION:
        return recording.changes(last)
    return (
        (frame, begins)
        for frame, begins in visits(recording.camera, first_frame_from(first), latest_frame(last))
        if recording.covers(frame)
    )


def _state(recording: Recording, topic: Topic, moment: datetime, now: datetime) -> HistoryEvent:
    return HistoryEvent(
        recording=recording,
        topic=topic,
        moment=moment,
        begins=_is_so(recording, topic, first_frame_from(moment), now),
        is_start_state=True,
    )


def _is_so(recording: Recording, topic: Topic, frame: FrameNumber, now: datetime) -> bool:
    if topic is Topic.MOTION:
        return recording.covers(frame) and camera_seeing(frame).number == recording.camera.number
    before = [begins for start, begins in recording.changes(now) if start <= frame]
    return before[-1] if before else False


def _item(parent: Any, name: str, value: str) -> None:
    item = etree.SubElement(parent, f"{{{_SCHEMA}}}SimpleItem")
    item.set("Name", name)
    item.set("Value", value)
