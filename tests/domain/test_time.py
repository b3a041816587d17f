"""Intervals are sets of instants: union and gaps obey the algebra of sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.time import Interval, gaps, union, utc, written
from tests.transitions import transitions

from .examples import at, between

SECONDS = range(-5, 45)
#: Seconds from a transition.
AROUND = (-10_800, -7_200, -5_400, -3_601, -3_600, -1_800, -1, 0, 1, 1_800, 3_599, 3_600, 7_200, 10_800)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    start = draw(st.integers(0, 38))
    return between(start, draw(st.integers(start + 1, 40)))


def seconds(*several: Interval) -> set[int]:
    return {s for s in SECONDS for interval in several if interval.contains(at(s))}


@given(st.lists(intervals()))
def test_a_union_covers_the_same_instants_sorted_and_apart(several: list[Interval]) -> None:
    """Nothing is lost, nothing is added, and no two parts touch."""
    joined = union(several)
    assert seconds(*joined) == seconds(*several)
    assert all(a.end < b.start for a, b in pairwise(joined))


@given(st.lists(intervals()), st.integers(0, 10))
def test_a_union_within_a_distance_fills_exactly_the_short_gaps(several: list[Interval], within: int) -> None:
    """Gaps up to the distance are filled, longer ones stay."""
    filled = set(seconds(*several))
    for gap in gaps(between(0, 40), several):
        inner = filled and min(filled) < (gap.start - at(0)).seconds < max(filled)
        if inner and gap.length <= timedelta(seconds=within):
            filled |= seconds(gap)
    assert seconds(*union(several, within=timedelta(seconds=within))) == filled


@given(intervals(), st.lists(intervals()))
def test_gaps_and_what_is_covered_make_up_the_whole(wanted: Interval, covered: list[Interval]) -> None:
    """Every wanted instant is either covered or in a gap, and never both."""
    missing = gaps(wanted, covered)
    assert seconds(*missing) == seconds(wanted) - seconds(*covered)
    assert list(missing) == sorted(missing)
    assert all(a.end < b.start for a, b in pairwise(missing))


@given(intervals(), intervals())
def test_an_intersection_is_what_both_share(one: Interval, other: Interval) -> None:
    """It exists exactly when both overlap, and is the same from either side."""
    shared = one.intersection(other)
    assert (shared is not None) == one.overlaps(other)
    assert shared == other.intersection(one)
    assert (seconds(shared) if shared else set()) == seconds(one) & seconds(other)


def test_touching_intervals_do_not_overlap() -> None:
    """The end is not part of an interval."""
    assert not between(0, 10).overlaps(between(10, 20))
    assert union([between(0, 10), between(10, 20)]) == (between(0, 20),)


@pytest.mark.parametrize(("start", "end"), [(10, 10), (10, 9)])
def test_an_interval_without_instants_is_refused(start: int, end: int) -> None:
    """End at or before the start says so, and what to do."""
    with pytest.raises(InvalidInput, match="Choose an end after the start"):
        between(start, end)


def test_instants_become_utc_and_naive_ones_are_refused() -> None:
    """The zone may differ, it may not be missing."""
    zurich = timezone(timedelta(hours=2))
    assert utc(datetime(2026, 7, 1, 14, tzinfo=zurich)) == datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert Interval(datetime(2026, 7, 1, 14, tzinfo=zurich), at(20_000_000)).start.tzinfo is UTC
    with pytest.raises(ValueError, match="naive"):
        utc(datetime(2026, 7, 1, 14))  # noqa: DTZ001 - the mistake under test


@pytest.mark.parametrize(
    "edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z"]
)
def test_an_instant_outside_the_calendar_is_refused(edge: str) -> None:
    """The first and last hours of the calendar are not in it everywhere; that is bad input and no crash."""
    with pytest.raises(InvalidInput, match="outside the calendar"):
        utc(datetime.fromisoformat(edge))


def test_written_times_differ_and_can_be_read_back_whenever_clocks_are_set() -> None:
    """Around every transition, and beyond 32 bits; an interval over it is as long as time passed."""
    moments = [(each.zone, each.at) for each in transitions()] + [("Europe/Berlin", 2**31)]
    for name, second in moments:
        zone, instants = ZoneInfo(name), [datetime.fromtimestamp(second + by, UTC) for by in AROUND]
        texts = [written(instant, zone) for instant in instants]
        assert [datetime.fromisoformat(text[:19] + text[20:]) for text in texts] == instants
        assert len(set(texts)) == len(texts)
        local = Interval(instants[0].astimezone(zone), instants[-1].astimezone(zone))
        assert local.length.total_seconds() == AROUND[-1] - AROUND[0]


def test_an_offset_with_seconds_is_written_whole() -> None:
    """Before there were zones, clocks showed the sun's time."""
    assert written(datetime(1880, 1, 1, tzinfo=UTC), ZoneInfo("Europe/Berlin")).endswith("00:53:28 +00:53:28")
