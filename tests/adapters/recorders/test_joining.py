"""Several recordings, several recorders and broken replays are one stream on one time line."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.adapters.recorders.joining import JoinedReplay, Segment, planned
from incident_plugin.domain.errors import NoVideo, RecorderUnavailable
from incident_plugin.domain.media import AccessUnit, Codec, VideoTrack
from incident_plugin.domain.time import Interval, gaps, union

START = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def span(start: float, end: float) -> Interval:
    return Interval(START + start * SECOND, START + end * SECOND)


@attrs.define
class Footage:
    """Ten pictures a second, a key picture each second; breaks where it is told to."""

    first_stamp: int = 0
    #: Opening numbers, from 0, with the seconds after the start at which each breaks.
    breaks: dict[int, float] = attrs.field(factory=dict)
    empty: bool = False
    codec: Codec = Codec.H264
    opened: list[Interval] = attrs.field(factory=list)
    sound = None

    @property
    def track(self) -> VideoTrack:
        return VideoTrack(codec=self.codec, parameter_sets=())

    @asynccontextmanager
    async def open(self, interval: Interval):
        self.opened.append(interval)
        if self.empty:
            raise NoVideo("nothing")
        if self.breaks.get(len(self.opened) - 1) == 0:
            raise RecorderUnavailable("refused")
        yield self

    async def __aiter__(self):
        opening = len(self.opened) - 1
        interval = self.opened[-1]
        number = int((interval.start - START).total_seconds()) * 10
        while START + number * 0.1 * SECOND < interval.end:
            if number / 10 >= self.breaks.get(opening, 1e9):
                raise RecorderUnavailable("it broke")
            # The stamps of each session begin where they like.
            stamp = self.first_stamp + opening * 1_000_000 + number * 9000
            yield AccessUnit(
                pts=stamp, time=START + number * 0.1 * SECOND, key=number % 10 == 0, nals=(b"%d" % number,)
            )
            number += 1

    def mixed(self):
        return self.__aiter__()


async def no_sleep(_seconds: float) -> None:
    """Pauses are for recorders, not for tests."""


async def read(*segments: Segment, pauses=(1, 1)):
    async with JoinedReplay(segments, pauses=pauses, sleep=no_sleep) as stream:
        return [unit async for unit in stream]


def whole(units, start: float, end: float) -> None:
    """Every picture once, in order, evenly on one time line."""
    assert [int(unit.nals[0]) for unit in units] == list(range(round(start * 10), round(end * 10)))
    assert {b.pts - a.pts for a, b in pairwise(units)} == {9000}


async def test_a_broken_replay_goes_on_where_it_broke():
    """Twice broken, once refused: no picture is doubled and none is missing."""
    footage = Footage(breaks={0: 3.4, 1: 0, 2: 5.7})
    units = await read(Segment(open=footage.open, interval=span(0, 9)))
    whole(units, 0, 9)
    assert [round((one.start - START).total_seconds(), 1) for one in footage.opened] == [0, 3, 3, 5]


async def test_a_replay_that_stays_broken_says_so():
    """After the last pause what broke it is told; what came before was given."""
    footage = Footage(breaks={0: 3.4, 1: 0, 2: 0})
    async with JoinedReplay(
        [Segment(open=footage.open, interval=span(0, 9))], pauses=(1, 1), sleep=no_sleep
    ) as joined:
        reading = aiter(joined)
        for _ in range(34):
            await anext(reading)
        with pytest.raises(RecorderUnavailable, match="refused"):
            await anext(reading)


async def test_a_replay_that_cannot_begin_is_not_tried_again():
    """Who asks for video that is not there, or of a recorder that is away, is told at once."""
    footage = Footage(breaks={0: 0})
    with pytest.raises(RecorderUnavailable, match="refused"):
        await read(Segment(open=footage.open, interval=span(0, 9)))
    assert len(footage.opened) == 1


async def test_two_recordings_become_one_stream():
    """The second begins with a key picture before the change: what was there already is left out."""
    first, second = Footage(), Footage(first_stamp=77_000_000)
    units = await read(
        Segment(open=first.open, interval=span(0, 4.5)), Segment(open=second.open, interval=span(4.5, 8))
    )
    whole(units, 0, 8)


async def test_a_recording_that_is_gone_meanwhile_is_a_gap():
    """The others are given, with the time between them."""
    units = await read(
        Segment(open=Footage().open, interval=span(0, 2)),
        Segment(open=Footage(empty=True).open, interval=span(2, 4)),
        Segment(open=Footage().open, interval=span(4, 6)),
    )
    assert [int(unit.nals[0]) for unit in units] == [*range(20), *range(40, 60)]
    assert max(b.pts - a.pts for a, b in pairwise(units)) == 2.1 * 90_000


async def test_a_change_of_codec_is_said():
    """H.264 and H.265 do not go into one file."""
    with pytest.raises(RecorderUnavailable, match="H264 to H265 at 2026-11-02 12:00:02") as told:
        await read(
            Segment(open=Footage().open, interval=span(0, 2)),
            Segment(open=Footage(codec=Codec.H265).open, interval=span(2, 4)),
        )
    assert told.value.message_id == "incident.codec-changes"


SPANS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 10)).map(lambda one: span(one[0], one[0] + one[1])),
    max_size=4,
)


@given(st.lists(SPANS, max_size=4))
def test_a_plan_covers_what_is_there_and_nothing_twice(places):
    """Whatever the places have: in order, disjoint, each part from a place that has it, nothing left out."""
    wanted = span(3, 17)
    plan = planned(wanted, list(enumerate(places)))
    assert all(a[1].end <= b[1].start for a, b in pairwise(plan))
    there = union(part for spans in places for one in spans if (part := one.intersection(wanted)) is not None)
    for one in there:
        assert not gaps(one, (part for _, part in plan))
    for place, part in plan:
        # Within a part the place may have a gap of its own, which nobody else fills.
        for one in (found for each in there if (found := each.intersection(part)) is not None):
            assert not gaps(one, union(places[place]))
