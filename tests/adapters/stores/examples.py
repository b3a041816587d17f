"""Values of every stored kind, small ones and any ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from incident_plugin.domain.collection import CollectedSequence, Collection, CollectionId, ShownCamera
from incident_plugin.domain.exports import (
    Exhibit,
    Export,
    ExportId,
    ExportItem,
    ExportList,
    ExportState,
    Gap,
)
from incident_plugin.domain.journal import GENESIS, Action, Activity, Entry
from incident_plugin.domain.media import CameraId, ClockOffset
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Call, CallDirection, CallId, Comment, CommentId, Project, ProjectId
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.time import Interval
from tests.domain.examples import ANN, at, between, sequence

#: What breaks stores: quotes, wild cards, control characters, right to left, joined emoji, half a pair.
HOSTILE = "NUL \0 tab \t “quotes” ' \" \\ % _ ; -- 🚓👨‍👩‍👧 שלום مرحبا \u202e e\u0301 \ud83d \U0010ffff"


def entry(project: int = 1, number: int = 1, *, after: str = "") -> Entry:
    """Give an entry of an activity log."""
    return Entry(
        project=ProjectId(project),
        number=number,
        at=at(number),
        actor=ANN,
        activity=Activity(action=Action.COMMENT_ADDED, subject="c1", after=after),
        salt="salt",
        previous=GENESIS,
    )


def collection(key: str = "k1", *, camera_name: str = "Dock") -> Collection:
    """Give a collection with an open and a closed sequence."""
    dock = ShownCamera(id=CameraId("dock"), name=camera_name, recorder="North")
    return Collection(
        id=CollectionId(key),
        owner=ANN,
        client="tab",
        started_at=at(0),
        confirmed_at=at(9),
        view_number=3,
        pre_roll=timedelta(seconds=5),
        merge_within=timedelta(seconds=0.25),
        sequences=(
            CollectedSequence(camera=dock, start=at(0), end=at(7), end_unconfirmed=True),
            CollectedSequence(camera=dock, start=at(8)),
        ),
    )


def export_list(key: str = "ann") -> ExportList:
    """Give an export list with an item."""
    item = ExportItem(project=ProjectId(1), sequence=SequenceId("s1"), footage=sequence().footage)
    return ExportList(id=key, items=(item,))


def export(key: str = "x1") -> Export:
    """Give a finished export, with every field that it can have."""
    (item,) = export_list().items
    exhibit = Exhibit(
        id="E01",
        item=item,
        file="E01.mp4",
        size=2**40,
        sha256="ab" * 32,
        delivered=between(-0.5, 60),
        gaps=(Gap(start=at(10), end=at(11)),),
        clock_offset=ClockOffset(
            offset=timedelta(milliseconds=-1500), uncertainty=timedelta(microseconds=1), measured_at=at(0)
        ),
    )
    return Export(
        id=ExportId(key),
        owner=ANN,
        created_at=at(0),
        items=(item,),
        state=ExportState.DONE,
        progress=0.1 + 0.2,
        message="ready",
        exhibits=(exhibit,),
        finished_at=at(99.000001),
    )


ANY_TEXT = st.one_of(st.text(max_size=20), st.sampled_from(["", HOSTILE]))
ANY_INSTANT = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
ANYBODY = st.builds(Person, id=ANY_TEXT.map(PersonId), name=ANY_TEXT)
#: SQLite can compare these; a recorder's token is XML, which has no half surrogate pairs.
ANY_CAMERA = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(CameraId)


@st.composite
def any_interval(draw: st.DrawFn) -> Interval:
    """Give an interval, down to a microsecond."""
    start, end = sorted(draw(st.tuples(ANY_INSTANT, ANY_INSTANT)))
    return Interval(start, end if end > start else start + timedelta(microseconds=1))


ANY_SEQUENCE = st.builds(
    Sequence,
    id=ANY_TEXT.map(SequenceId),
    footage=st.builds(
        Footage, camera=ANY_CAMERA, camera_name=ANY_TEXT, recorder=ANY_TEXT, interval=any_interval()
    ),
    added_by=ANYBODY,
    added_at=ANY_INSTANT,
    end_unconfirmed=st.booleans(),
)
ANY_PROJECT = st.builds(
    Project,
    id=st.integers(1, 2**53).map(ProjectId),
    created_by=ANYBODY,
    created_at=ANY_INSTANT,
    revision=st.integers(1, 2**31),
    fields=st.dictionaries(
        st.sampled_from(["description", "type", "data:persons", "data:injuries"]),
        st.one_of(ANY_TEXT, st.booleans(), st.integers(-(10**15), 10**15)),
    ),
    comments=st.lists(
        st.builds(
            Comment,
            id=ANY_TEXT.map(CommentId),
            text=ANY_TEXT,
            author=ANYBODY,
            at=ANY_INSTANT,
            edited_at=st.none() | ANY_INSTANT,
        ),
        max_size=2,
    ).map(tuple),
    calls=st.lists(
        st.builds(
            Call,
            id=ANY_TEXT.map(CallId),
            direction=st.sampled_from(CallDirection),
            author=ANYBODY,
            at=ANY_INSTANT,
            number=ANY_TEXT,
            duration=st.none() | st.timedeltas(timedelta(0), timedelta(days=1)),
        ),
        max_size=2,
    ).map(tuple),
    sequences=st.lists(ANY_SEQUENCE, max_size=3).map(tuple),
)
