"""A viewer's pace against the camera's."""

from __future__ import annotations

from itertools import pairwise

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.adapters.live_preview.limits import Limits
from incident_plugin.adapters.live_preview.pictures import Group, Picture
from incident_plugin.adapters.live_preview.viewer import Viewer

LIMITS = Limits(patience=2.0, replay=1.0)


@attrs.define
class Film:
    """A camera's groups and a clock, both directed by the test."""

    ssrc: int = 1
    group: Group | None = None
    now: float = 0.0
    taken: int = 0
    groups: int = 0
    keys_wanted: int = 0

    def want_key_picture(self) -> None:
        self.keys_wanted += 1

    def take(self, *, key: bool = False, begin: bool = False) -> Picture:
        """Take the next picture and give it; ``begin`` starts a group without a key picture."""
        if key or begin or self.group is None:
            self.groups += 1
            self.group = Group(number=self.groups, first=self.taken)
        runs = ((b"%d" % self.taken,),)
        self.group.add(Picture(number=self.taken, pts=self.taken * 3600, key=key, runs=runs))
        self.taken += 1
        return self.group.pictures[-1]

    def viewer(self) -> Viewer:
        return Viewer(self, LIMITS, lambda _: None, lambda: self.now)


def read(viewer: Viewer) -> list[tuple[int, bool, int]]:
    """Give number, key and RTP time of all pictures that can be had without waiting."""
    found = []
    while taken := viewer.take():
        picture, time = taken
        found.append((int(picture.runs[0][0]), picture.key, time))
    return found


def numbers(viewer: Viewer) -> list[int]:
    return [number for number, _, _ in read(viewer)]


@pytest.fixture
def film() -> Film:
    """One group of five pictures."""
    film = Film()
    film.take(key=True)
    for _ in range(4):
        film.take()
    return film


def test_joining_gives_the_whole_group_at_its_own_times(film: Film) -> None:
    """A viewer starts with the key picture that is kept."""
    assert read(film.viewer()) == [(n, n == 0, n * 3600) for n in range(5)]


def test_who_falls_behind_continues_with_the_newest_key_picture(film: Film) -> None:
    """After its patience a slow viewer leaves out the rest of its group."""
    viewer = film.viewer()
    viewer.take()
    film.take(key=True)
    film.take()
    film.now = 2.1
    assert numbers(viewer) == [5, 6]


def test_who_falls_behind_in_the_newest_group_waits_for_a_key_picture(film: Film) -> None:
    """Nothing undecodable is sent meanwhile."""
    viewer = film.viewer()
    viewer.take()
    film.now = 2.1
    assert numbers(viewer) == []
    film.take()
    assert numbers(viewer) == []
    film.take(key=True)
    assert numbers(viewer) == [6]


def test_who_catches_up_in_time_misses_nothing(film: Film) -> None:
    """A short hold-up does not cost a picture."""
    viewer = film.viewer()
    viewer.take()
    film.take(key=True)
    film.now = 1.9
    assert numbers(viewer) == [1, 2, 3, 4, 5]


def test_lost_picture_is_answered_by_the_group_pressed_together(film: Film) -> None:
    """The replay comes after what was sent and before what comes next."""
    viewer = film.viewer()
    sent = read(viewer)
    film.now = 1.1
    viewer.replay()
    again = read(viewer)
    film.take()
    following = read(viewer)
    assert [number for number, _, _ in again] == [0, 1, 2, 3, 4]
    assert sent[-1][2] < again[0][2] < again[-1][2] < following[0][2] == 5 * 3600


def test_replays_are_limited(film: Film) -> None:
    """A player that keeps on complaining does not get every group several times a second."""
    viewer = film.viewer()
    read(viewer)
    film.now = 1.1
    for _ in range(5):
        viewer.replay()
        numbers(viewer)
    viewer.replay()
    assert numbers(viewer) == []


def test_too_long_a_group_goes_on_for_those_who_are_there_only(film: Film) -> None:
    """Its continuation cannot be decoded by anybody new."""
    there = film.viewer()
    read(there)
    film.take(begin=True)
    new = film.viewer()
    assert numbers(there) == [5]
    assert numbers(new) == []
    film.take(key=True)
    assert numbers(new) == numbers(there) == [6]


@attrs.define
class Ear:
    """Takes pictures as an outlet does: the short way where there is one."""

    viewer: Viewer
    heard: list[int] = attrs.field(factory=list)
    short: int = 0

    def drain(self) -> None:
        self.heard += numbers(self.viewer)

    def push(self, picture: Picture, now: float) -> None:
        del now
        if self.viewer.takes(picture):
            self.short += 1
            self.heard.append(picture.number)
        else:
            self.drain()


def test_who_listens_is_told_at_once_and_of_each_picture(film: Film) -> None:
    """Pictures that were there before do not wait for the next one; who stopped listening hears nothing."""
    viewer = film.viewer()
    ear = Ear(viewer)
    viewer.listen(ear)
    assert ear.heard == [0, 1, 2, 3, 4]
    viewer.push(film.take(), film.now)
    viewer.push(film.take(key=True), film.now)
    viewer.listen(None)
    viewer.push(film.take(), film.now)
    assert ear.heard == [0, 1, 2, 3, 4, 5, 6]
    assert ear.short == 2


def test_a_replay_takes_the_long_way_until_it_is_over(film: Film) -> None:
    """Who gets a group again gets its newest picture after the others."""
    viewer = film.viewer()
    ear = Ear(viewer)
    viewer.listen(ear)
    film.now = 1.1
    viewer.replay()
    viewer.push(film.take(), film.now)
    assert ear.heard == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5]
    assert not viewer.takes(film.group.pictures[-1])  # type: ignore[union-attr]


ACTIONS = st.lists(
    st.sampled_from(
        ["key", "picture", "picture", "continue", "break", "read", "read all", "push", "wait", "replay"]
    ),
    max_size=80,
)


def act(action: str, film: Film, viewer: Viewer) -> list[tuple[int, bool, int]]:
    """Do one thing, and give what the viewer read."""
    match action:
        case "key":
            film.take(key=True)
        case "picture" | "continue" if film.group:
            film.take(begin=action == "continue")
        case "break":
            film.group = None
        case "read":
            taken = viewer.take()
            return [(int(taken[0].runs[0][0]), taken[0].key, taken[1])] if taken else []
        case "read all":
            return read(viewer)
        case "push" if film.group:
            newest = film.take()
            return [(newest.number, newest.key, newest.pts)] if viewer.takes(newest) else read(viewer)
        case "wait":
            film.now += 1.1
        case "replay":
            viewer.replay()
    return []


@given(ACTIONS)
def test_whatever_happens_a_decoder_can_follow(actions: list[str]) -> None:
    """Every picture sent is a key picture or the successor of the one before; RTP times always grow."""
    film = Film()
    film.take(key=True)
    viewer = film.viewer()
    sent = [picture for action in actions for picture in act(action, film, viewer)]
    for before, after in pairwise(sent):
        assert after[1] or after[0] == before[0] + 1
        assert after[2] > before[2]
    assert not sent or sent[0][1]
