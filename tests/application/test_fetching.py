"""Video for an export: on from where a recorder broke off, and to the picture what came."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import attrs
import pytest

from incident_plugin.application.video.fetching import NOT_RECORDED, NOT_SENT, Retrieval
from incident_plugin.domain.errors import NotFound, RecorderUnavailable
from incident_plugin.domain.media import AccessUnit, CameraId, Codec, VideoTrack
from incident_plugin.domain.time import Interval
from tests.domain.examples import at

TRACK = VideoTrack(codec=Codec.H264, parameter_sets=(b"\x67", b"\x68"))
FRAME = timedelta(milliseconds=100)


@attrs.define
class Tape:
    """A recorder with a picture every 100 ms, that breaks off where it is told to."""

    pictures: list[AccessUnit]
    #: How many pictures each connection gives before it breaks; the ones after give all.
    breaks: list[int] = attrs.field(factory=list)
    asked: list[Interval] = attrs.field(factory=list)
    fault: Exception = attrs.field(factory=lambda: RecorderUnavailable("The recorder is gone."))

    @asynccontextmanager
    async def replay(self, _: str, interval: Interval, *, sound: bool) -> AsyncIterator[Tape]:
        assert not sound
        self.asked.append(interval)
        yield self

    track = TRACK

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        start, end = self.asked[-1].start, self.asked[-1].end
        limit = self.breaks.pop(0) if self.breaks else None
        key = max((u for u in self.pictures if u.key and u.time <= start), key=lambda u: u.time)
        for count, unit in enumerate(u for u in self.pictures if key.time <= u.time < end):
            if count == limit:
                raise self.fault
            # Every connection counts from a time of its own.
            yield attrs.evolve(unit, pts=unit.pts + 1000 * len(self.asked))


def recorded(seconds: float, *, without: Interval | None = None) -> list[AccessUnit]:
    units = []
    for number in range(int(seconds * 10)):
        time = at(0) + number * FRAME
        if without is None or not without.contains(time):
            units.append(AccessUnit(pts=number * 9000, time=time, key=number % 10 == 0, nals=(b"\x65",)))
    return units


def retrieval(tape: Tape, start: float, end: float) -> Retrieval:
    async def at_once(_: float) -> None:
        pass

    interval = Interval(at(0) + timedelta(seconds=start), at(0) + timedelta(seconds=end))
    return Retrieval(
        recorders=tape, now=lambda: at(60), sleep=at_once, camera=CameraId("c"), interval=interval
    )


async def test_it_begins_at_or_before_the_start_and_ends_at_or_after_the_end():
    """Back to the key picture, and one picture beyond: requested lies within."""
    wanted = retrieval(Tape(recorded(20)), 3.25, 7.0)
    units = [unit async for unit in wanted.units()]
    assert units[0].key
    assert units[0].time <= wanted.interval.start
    assert units[-1].time == wanted.interval.end
    assert wanted.missing(()) == ()


async def test_after_a_break_no_picture_is_doubled_or_missing():
    """Several breaks: the pictures are those of a recorder that never broke, on one time line."""
    unbroken = [unit async for unit in retrieval(Tape(recorded(20)), 3.0, 9.0).units()]
    broken = retrieval(Tape(recorded(20), breaks=[7, 5, 1, 30]), 3.0, 9.0)
    units = [unit async for unit in broken.units()]
    assert [u.time for u in units] == [u.time for u in unbroken]
    assert {b.pts - a.pts for a, b in pairwise(units)} == {9000}
    assert broken.missing((broken.interval,)) == ()


async def test_a_recorder_that_stays_away_leaves_a_gap_with_its_reason():
    """What came is kept; the rest is listed from the last picture to the end."""
    gone = retrieval(Tape(recorded(20), breaks=[25, *[0] * 20]), 3.0, 9.0)
    units = [unit async for unit in gone.units()]
    (gap,) = gone.missing((gone.interval,))
    assert gap.start == units[-1].time + FRAME
    assert (gap.end, gap.reason) == (gone.interval.end, "The recorder is gone.")


async def test_a_camera_that_was_deleted_is_said():
    """Nothing comes, and nobody asks again and again."""
    tape = Tape(recorded(20), breaks=[0], fault=NotFound("No recorder has this camera any more."))
    deleted = retrieval(tape, 3.0, 9.0)
    assert [unit async for unit in deleted.units()] == []
    assert len(tape.asked) == 1
    (gap,) = deleted.missing(())
    assert "no recorder" in gap.reason.lower()


@pytest.mark.parametrize(("gone_from", "gone_to"), [(0.0, 4.0), (4.0, 6.0), (8.0, 20.0)])
async def test_gaps_at_each_end_and_within_are_listed_to_a_picture(gone_from, gone_to):
    """Requested is what was delivered and what is listed, wherever the gap is."""
    hole = Interval(at(0) + timedelta(seconds=gone_from), at(0) + timedelta(seconds=gone_to))
    tape = Tape(
        [attrs.evolve(recorded(1)[0], time=at(0) - timedelta(minutes=5)), *recorded(20, without=hole)]
    )
    holed = retrieval(tape, 3.0, 9.0)
    units = [u async for u in holed.units() if u.time >= at(0)]
    assert units
    gaps = [gap for gap in holed.missing(()) if gap.end - gap.start > FRAME]
    expected = hole.intersection(holed.interval)
    assert expected is not None
    assert len(gaps) == 1
    assert abs(gaps[0].start - expected.start) <= FRAME
    assert abs(gaps[0].end - expected.end) <= FRAME
    assert gaps[0].reason == NOT_RECORDED


async def test_video_that_the_recorder_claims_and_does_not_send_is_said():
    """The reader learns that there should be video."""
    hole = Interval(at(0) + timedelta(seconds=4), at(0) + timedelta(seconds=6))
    holed = retrieval(Tape(recorded(20, without=hole)), 3.0, 9.0)
    _ = [unit async for unit in holed.units()]
    assert [gap.reason for gap in holed.missing((holed.interval,))] == [NOT_SENT]


async def test_a_clock_that_was_set_back_in_the_recording_is_noted():
    """The pictures are kept; the reader is told."""
    pictures = recorded(6)
    pictures[40:] = [attrs.evolve(u, time=u.time - timedelta(seconds=2.5)) for u in pictures[40:]]
    tape = Tape(pictures)
    wanted = retrieval(tape, 0.5, 5.0)
    _ = [unit async for unit in wanted.units()]
    assert any("set back by" in note for note in wanted.notes)
