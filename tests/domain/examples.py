"""Small domain values to begin tests with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import (
    Call,
    CallDirection,
    CallId,
    Comment,
    CommentId,
    Project,
    ProjectId,
)
from incident_plugin.domain.properties import FieldValue
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.time import Interval

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANN = Person(id=PersonId("ann"), name="Ann Archer")
BOB = Person(id=PersonId("bob"), name="Bob Baker")


def at(seconds: float) -> datetime:
    """Give the instant so many seconds after the tests' beginning of time."""
    return START + timedelta(seconds=seconds)


def between(start: float, end: float) -> Interval:
    """Give an interval in seconds."""
    return Interval(at(start), at(end))


def sequence(key: str = "s1", *, camera: str = "dock", start: float = 0, end: float = 60) -> Sequence:
    """Give a sequence of a camera."""
    footage = Footage(
        camera=CameraId(camera),
        camera_name=camera.title(),
        recorder="North",
        interval=between(start, end),
    )
    return Sequence(id=SequenceId(key), footage=footage, added_by=ANN, added_at=at(end))


def comment(key: str = "c1", text: str = "Saw a red van") -> Comment:
    """Give a comment."""
    return Comment(id=CommentId(key), text=text, author=ANN, at=at(0))


def call(key: str = "k1", *, note: str = "", duration: float | None = None) -> Call:
    """Give a phone call."""
    return Call(
        id=CallId(key),
        direction=CallDirection.MADE,
        author=ANN,
        at=at(0),
        number="+41 44 000 00 00",
        duration=None if duration is None else timedelta(seconds=duration),
        note=note,
    )


def project(number: int = 1, *, sequences: tuple[Sequence, ...] = (), **fields: FieldValue) -> Project:
    """Give a project."""
    return Project(
        id=ProjectId(number),
        created_by=ANN,
        created_at=at(0),
        fields={"status": "new", **fields},
        sequences=sequences,
    )
