"""How the video of sequences stands, as recorders tell it: what is known at once, the rest later."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.application.video.footage_states import TRIED_AGAIN_AFTER, FootageStates
from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.domain.footage_state import TOLERANCE, VideoState, judged
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.sequence import Sequence, SequenceId
from incident_plugin.domain.time import Interval
from tests.domain.examples import ANN, at, between, project, sequence
from tests.waiting import until

BEGIN, DAY = at(0), timedelta(days=1)


@attrs.define
class Site:
    """A recorder that has video from one instant on, and everything else that it takes."""

    since: datetime = BEGIN
    keeps: timedelta | None = None
    away: bool = False
    asked: list[Interval] = attrs.field(factory=list)
    moment: datetime = BEGIN + timedelta(hours=1)
    preserved: frozenset[SequenceId] = frozenset()

    def now(self) -> datetime:
        return self.moment

    def new(self) -> str:
        return "id"

    def allows(self, *_: object) -> bool:
        return True

    async def recorded(self, _: str, interval: Interval) -> tuple[Interval, ...]:
        self.asked.append(interval)
        await asyncio.sleep(0)
        if self.away:
            raise RecorderUnavailable("North cannot be reached.")
        have = interval.intersection(Interval(self.since, at(10**6)))
        return (have,) if have else ()

    async def keeps_for(self, _: str) -> timedelta | None:
        return self.keeps

    def states_of(self, *sequences: Sequence) -> FootageStates:
        work = UnitOfWork(MemoryStore(), self, self)
        with work.begin(ANN) as unit:
            unit.create(lambda number: _numbered(number, sequences))
        return FootageStates(
            work=work,
            guard=Guard(self),
            recorders=self,
            retention=self,
            clock=self,
            preserved=lambda _: self.preserved,
        )


def _numbered(number: ProjectId, sequences: tuple[Sequence, ...]) -> Project:
    return attrs.evolve(project(sequences=sequences), id=number)


async def settled(states: FootageStates) -> list[str]:
    """Ask until nothing is being asked for."""

    async def told() -> list[str] | None:
        found = [one.video.state.value for one in await states.of(Actor(person=ANN), ProjectId(1))]
        return None if "checking" in found else found

    return await until(told, "the states")


async def test_each_state_of_the_manual_of_recorders() -> None:
    """Gone, partly gone, there; and preserved, whatever the recorder has."""
    site = Site(since=at(100), preserved=frozenset({SequenceId("kept")}))
    states = site.states_of(
        sequence("lost", start=0, end=50),
        sequence("part", start=60, end=140),
        sequence("here", start=200, end=260),
        sequence("kept", start=10, end=40),
    )
    first = await states.of(Actor(person=ANN), ProjectId(1))
    assert [one.video.state for one in first[:3]] == [VideoState.CHECKING] * 3
    assert await settled(states) == ["gone", "partly-gone", "available", "preserved"]
    assert len(site.asked) == 1
    await settled(states)
    assert len(site.asked) == 1
    await states.close()


async def test_video_expires_when_its_recorder_says_so() -> None:
    """Counted from the beginning of the sequence."""
    site = Site(keeps=7 * DAY)
    states = site.states_of(sequence("here", start=0, end=60))
    assert await settled(states) == ["expires"]
    (told,) = await states.of(Actor(person=ANN), ProjectId(1))
    assert told.video.expires_at == at(0) + 7 * DAY
    await states.close()


async def test_a_recorder_that_is_away_has_not_lost_its_video() -> None:
    """What was known stays known, with the reason beside it; what never was is not known."""
    site = Site()
    states = site.states_of(sequence("here", start=0, end=60))
    assert await settled(states) == ["available"]
    site.away, site.moment = True, site.moment + timedelta(hours=1)
    await states.of(Actor(person=ANN), ProjectId(1))

    async def told() -> bool:
        (one,) = await states.of(Actor(person=ANN), ProjectId(1))
        return one.video.state is VideoState.AVAILABLE and "North" in one.video.problem

    await until(told, "the reason")
    site.away, site.moment = False, site.moment + TRIED_AGAIN_AFTER

    async def well() -> bool:
        (one,) = await states.of(Actor(person=ANN), ProjectId(1))
        return one.video.problem == ""

    await until(well, "its return")
    away = Site(away=True)
    unknown = away.states_of(sequence("here"))
    assert await settled(unknown) == ["unknown"]
    for each in (states, unknown):
        await each.close()


@given(st.floats(0, 100), st.floats(0, 100))
def test_what_is_missing_decides(begin: float, end: float) -> None:
    """Whatever the recorder has of a sequence: all, some or nothing of it."""
    wanted, low, high = between(0, 100), *sorted((begin, end))
    recorded = (between(low, high),) if at(low) < at(high) else ()
    state = judged(wanted, recorded, keeps_for=None, now=at(200))
    missing = wanted.length - sum((one.length for one in recorded), timedelta(0))
    assert state.missing == missing
    if not recorded:
        assert state.state is VideoState.GONE
    else:
        assert (state.state is VideoState.AVAILABLE) == (missing <= TOLERANCE)


@pytest.mark.parametrize("seconds", [1, 2])
def test_of_a_short_sequence_half_is_much(seconds: float) -> None:
    """The tolerance of edges does not hide that a short sequence is mostly gone."""
    state = judged(between(0, seconds), (between(0, seconds / 4),), keeps_for=None, now=at(9))
    assert state.state is VideoState.PARTLY_GONE
