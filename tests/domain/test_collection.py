"""A collection is what the confirmed views say: which camera was seen from when to when."""

from __future__ import annotations

import itertools
from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.domain.collection import (
    SIGN_OF_LIFE_MARGIN,
    Collection,
    CollectionId,
    ShownCamera,
)
from incident_plugin.domain.journal import Action
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.time import Interval

from .examples import ANN, START, at, between

MARGIN = int(SIGN_OF_LIFE_MARGIN.total_seconds())


def shown(*names: str) -> tuple[ShownCamera, ...]:
    return tuple(ShownCamera(id=CameraId(name), name=name.title(), recorder="North") for name in names)


def begun(*, pre_roll: int = 0, merge_within: int = 0) -> Collection:
    return Collection(
        id=CollectionId("c"),
        owner=ANN,
        client="tab-1",
        started_at=at(0),
        confirmed_at=at(0),
        view_number=0,
        pre_roll=timedelta(seconds=pre_roll),
        merge_within=timedelta(seconds=merge_within),
    )


def seen(collection: Collection, now: int) -> list[tuple[str, Interval]]:
    return [(str(s.camera.id), interval) for s, interval in collection.intervals(at(now))]


def test_a_camera_is_collected_from_when_it_is_seen_less_the_pre_roll() -> None:
    """The seconds before the operator looked belong to the incident."""
    collection = begun(pre_roll=5).follow(shown("dock"), number=1, at=at(10))
    assert seen(collection, 20) == [("dock", between(5, 20))]


def test_a_camera_that_leaves_the_view_ends_and_others_go_on() -> None:
    """Only what left is closed."""
    collection = begun().follow(shown("dock", "gate"), number=1, at=at(0))
    collection = collection.follow(shown("gate", "yard"), number=2, at=at(10))
    assert seen(collection, 20) == [
        ("dock", between(0, 10)),
        ("gate", between(0, 20)),
        ("yard", between(10, 20)),
    ]


def test_a_camera_seen_twice_gives_two_sequences() -> None:
    """With a pause longer than the merge distance, each look is a sequence of its own."""
    collection = begun(merge_within=5).follow(shown("dock"), number=1, at=at(0))
    collection = collection.follow((), number=2, at=at(10)).follow(shown("dock"), number=3, at=at(16))
    assert seen(collection, 20) == [("dock", between(0, 10)), ("dock", between(16, 20))]


def test_a_glance_elsewhere_does_not_part_a_sequence() -> None:
    """A pause up to the merge distance is filled."""
    collection = begun(merge_within=5).follow(shown("dock"), number=1, at=at(0))
    collection = collection.follow((), number=2, at=at(10)).follow(shown("dock"), number=3, at=at(15))
    assert seen(collection, 20) == [("dock", between(0, 20))]


def test_a_camera_in_two_view_items_is_collected_once() -> None:
    """The same camera twice in a view is one sequence."""
    collection = begun().follow(shown("dock", "dock"), number=1, at=at(0))
    assert seen(collection, 5) == [("dock", between(0, 5))]


def test_a_repeated_view_changes_nothing_but_the_sign_of_life() -> None:
    """The host repeats a view until it is acknowledged."""
    once = begun().follow(shown("dock"), number=1, at=at(0))
    twice = once.follow(shown("dock"), number=1, at=at(3))
    assert twice == attrs.evolve(once, confirmed_at=at(3))


def test_an_overtaken_view_is_ignored() -> None:
    """A repetition that arrives after a later view must not bring the old cameras back."""
    collection = begun().follow(shown("dock"), number=1, at=at(0)).follow(shown("gate"), number=2, at=at(5))
    assert collection.follow(shown("dock"), number=1, at=at(6)) == collection


def test_a_vanished_browser_ends_open_sequences_after_the_margin_and_says_so() -> None:
    """Nobody knows what was seen later than the last confirmed view and the margin."""
    collection = begun().follow(shown("dock"), number=1, at=at(10))
    ((last, interval),) = collection.intervals(at(500))
    assert interval == between(10, 10 + MARGIN)
    assert last.end_unconfirmed
    assert not collection.intervals(at(10 + MARGIN))[0][0].end_unconfirmed


def test_another_tab_goes_on_with_the_collection() -> None:
    """Numbers begin anew in the other tab; what the first one left open has ended by the margin."""
    collection = begun().follow(shown("dock"), number=9, at=at(0)).resumed("tab-2", (), at=at(100))
    collection = collection.follow(shown("gate"), number=1, at=at(101))
    assert collection.client == "tab-2"
    assert seen(collection, 110) == [("dock", between(0, MARGIN)), ("gate", between(101, 110))]


def test_a_camera_seen_for_no_time_at_all_keeps_a_second() -> None:
    """A sequence is never empty, however fast the view changes."""
    collection = begun().follow(shown("dock"), number=1, at=at(4)).follow((), number=2, at=at(4))
    assert seen(collection, 9) == [("dock", between(4, 5))]


def test_the_other_tab_takes_over_without_a_break() -> None:
    """What both tabs show goes on; what only the first one showed ends when the other takes over."""
    collection = begun().follow(shown("dock", "gate"), number=1, at=at(0))
    collection = collection.resumed("tab-2", shown("gate"), at=at(20))
    assert seen(collection, 30) == [("dock", between(0, 20)), ("gate", between(0, 30))]


def test_a_collection_that_waits_ends_what_was_open_and_is_not_interrupted_later() -> None:
    """No view feeds it: that is known to the second, and nothing is unconfirmed however long it waits."""
    waiting = begun().follow(shown("dock"), number=3, at=at(0)).paused(at(20))
    assert (waiting.client, waiting.session) == ("", "")
    ((sequence, interval),) = waiting.intervals(at(5000))
    assert interval == between(0, 20)
    assert not sequence.end_unconfirmed
    resumed = waiting.resumed("tab-2", shown("dock"), session="s", at=at(100))
    assert seen(resumed, 105) == [("dock", between(0, 20)), ("dock", between(100, 105))]


def test_a_sign_of_life_after_a_lost_network_goes_on_with_what_was_shown() -> None:
    """The operator looked at a recording while the network was away: the incident goes on."""
    collection = begun().follow(shown("dock"), number=1, at=at(0)).confirm(number=2, at=at(100))
    found = collection.intervals(at(110))
    assert [i for _, i in found] == [between(0, MARGIN), between(100, 110)]
    assert [s.end_unconfirmed for s, _ in found] == [True, False]


def test_view_changes_are_told_without_pre_roll_and_merging() -> None:
    """The activity log says when a camera came and left, to the second."""
    collection = begun(pre_roll=30, merge_within=5).follow(shown("dock"), number=1, at=at(0))
    collection = collection.follow(shown("gate"), number=2, at=at(10)).follow(
        shown("dock"), number=3, at=at(12)
    )
    assert [(c.camera.id, c.action is Action.CAMERA_SHOWN, c.start) for c in collection.told(at(20))] == [
        ("dock", True, at(0)),
        ("dock", False, at(10)),
        ("gate", True, at(10)),
        ("gate", False, at(12)),
        ("dock", True, at(12)),
    ]
    assert seen(collection, 20) == [("dock", between(-30, 20)), ("gate", between(-20, 12))]


SECONDS = [1, 40, 60, 3_600, 86_400]


@pytest.mark.parametrize("jump", [s for second in SECONDS for s in (second, -second)])
def test_a_clock_that_jumps_loses_nothing(jump: int) -> None:
    """Seen from 0 to 20 by the old clock, from 20 + jump to 30 + jump by the new one: all of it is kept."""
    collection = begun().follow(shown("dock"), number=1, at=at(0)).follow(shown("dock"), number=1, at=at(20))
    collection = collection.follow(shown("dock"), number=1, at=at(20 + jump))
    collection = collection.follow((), number=2, at=at(30 + jump))
    found = [interval for _, interval in collection.intervals(at(31 + jump))]
    for wanted in (between(0, 20), between(20 + jump, 30 + jump)):
        assert any(one.start <= wanted.start and wanted.end <= one.end for one in found)
    assert all(one.end < other.start for one, other in itertools.pairwise(found))
    # No more than the margin is kept of what nobody saw.
    assert sum((one.length for one in found), timedelta()) <= timedelta(seconds=30 + MARGIN)


def test_a_clock_that_is_set_back_says_that_the_end_is_not_known() -> None:
    """By the old clock the last sign of life is known, and not when the clock was set."""
    collection = begun().follow(shown("dock"), number=1, at=at(4000)).follow((), number=2, at=at(400))
    ((last, interval),) = collection.intervals(at(401))
    assert interval == between(4000, 4000 + MARGIN)
    assert last.end_unconfirmed


def test_views_stamped_out_of_order_by_less_than_a_second_are_no_jump() -> None:
    """Two requests at once may be taken in either order."""
    collection = begun().follow(shown("dock"), number=1, at=at(20))
    late = collection.follow(shown("dock"), number=1, at=at(20) - timedelta(milliseconds=400))
    assert late == collection


@given(
    views=st.lists(
        st.tuples(st.integers(1, 50), st.sets(st.sampled_from(["dock", "gate", "yard"])), st.booleans()),
        max_size=12,
    ),
    after=st.integers(0, 60),
    pre_roll=st.integers(0, 10),
    merge_within=st.integers(0, 20),
)
def test_the_intervals_are_the_seconds_in_which_a_camera_was_shown(
    views: list[tuple[int, set[str], bool]], after: int, pre_roll: int, merge_within: int
) -> None:
    """Second by second: shown by the last view and its browser alive, or before that within the pre-roll."""
    collection = begun(pre_roll=pre_roll, merge_within=merge_within)
    shown_in: dict[str, set[int]] = {"dock": set(), "gate": set(), "yard": set()}
    now, present = 0, set[str]()
    for number, (pause, names, overtaken) in enumerate([*views, (after + 1, set[str](), False)], start=1):
        for name in present:
            shown_in[name] |= set(range(now, min(now + pause, now + MARGIN)))
        now, present = now + pause, names
        if number <= len(views):
            collection = collection.follow(shown(*sorted(names)), number=number, at=at(now))
        if overtaken:
            collection = collection.follow(shown("dock"), number=number - 1, at=at(now))
    found: dict[str, list[Interval]] = {name: [] for name in shown_in}
    for name, interval in seen(collection, now):
        found[name].append(interval)
    assert {name: _whole(several) for name, several in found.items()} == {
        name: _stretched(seconds, pre_roll, merge_within) for name, seconds in shown_in.items()
    }


def _whole(several: list[Interval]) -> list[tuple[int, int]]:
    return [(int((i.start - START).total_seconds()), int((i.end - START).total_seconds())) for i in several]


def _stretched(seconds: set[int], pre_roll: int, merge_within: int) -> list[tuple[int, int]]:
    """Give runs of seconds with the pre-roll before each, joined across short pauses."""
    runs: list[tuple[int, int]] = []
    for second in sorted(seconds):
        start = second if second - 1 in seconds else second - pre_roll
        if runs and start - runs[-1][1] <= merge_within:
            runs[-1] = (runs[-1][0], second + 1)
        else:
            runs.append((start, second + 1))
    return runs


@pytest.mark.parametrize("now", [0, MARGIN])
def test_settling_within_the_margin_changes_nothing(now: int) -> None:
    """A browser that is only slow loses nothing."""
    collection = begun().follow(shown("dock"), number=1, at=at(0))
    assert collection.settle(at(now)) == collection
