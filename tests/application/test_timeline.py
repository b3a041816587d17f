"""Rows of the timeline while recorders take their time to tell what they noticed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import attrs
import pytest

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.video.timeline import Timeline
from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.time import Interval
from tests.domain.examples import ANN, between

HOUR = between(0, 3600)


@attrs.define
class Recorder:
    """Has recorded everything, and tells of events only when it is let."""

    moment: datetime = HOUR.end
    away: bool = False
    may_answer: asyncio.Event = attrs.field(factory=asyncio.Event)

    def now(self) -> datetime:
        return self.moment

    def allows(self, *_: object) -> bool:
        return True

    async def recorded(self, _: str, interval: Interval) -> tuple[Interval, ...]:
        return (interval,)

    async def happened(self, *_: object) -> tuple[()]:
        await self.may_answer.wait()
        if self.away:
            raise RecorderUnavailable("North cannot be reached.")
        return ()


async def incomplete(timeline: Timeline) -> str:
    """Ask for one row; give why it is not complete."""
    (row,) = await timeline.rows(Actor(person=ANN), (CameraId("lobby"),), HOUR)
    assert row.recorded == (HOUR,)
    return row.incomplete


async def test_waiting_for_events_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row warns of nothing while its recorder is merely asked; it does a minute later, or if that fails."""
    monkeypatch.setattr("incident_plugin.application.video.timeline._PATIENCE", 0.001)
    site = Recorder()
    timeline = Timeline(recorders=site, store=MemoryStore(), guard=Guard(site), events=site, clock=site)
    assert await incomplete(timeline) == ""
    site.moment += timedelta(seconds=59)
    assert await incomplete(timeline) == ""
    site.moment += timedelta(seconds=1)
    assert "still being asked" in await incomplete(timeline)
    site.away = True
    site.may_answer.set()
    await asyncio.sleep(0)
    monkeypatch.undo()
    assert "North cannot be reached." in await incomplete(timeline)


async def test_answers_about_times_that_went_by_are_let_go() -> None:
    """A timeline that goes on asks for another time with each step: only those of late are kept."""
    site = Recorder()
    site.may_answer.set()
    timeline = Timeline(recorders=site, store=MemoryStore(), guard=Guard(site), events=site, clock=site)
    for minute in range(10):
        site.moment += timedelta(minutes=1)
        shown = between(60 * minute, 3600 + 60 * minute)
        await timeline.rows(Actor(person=ANN), (CameraId("lobby"),), shown)
    assert len(timeline._told) == 3
