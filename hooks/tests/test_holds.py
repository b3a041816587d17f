"""What must not be deleted stays, above all when nobody can be asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vms_hooks.holds import HoldBook
from vms_hooks.plugin import Plugin
from vms_hooks.testing import OPERATOR, HostHarness
from vms_hooks.testing.probe import Probe
from vms_hooks.testing.services import KeptAudit
from vms_hooks.values import Hold, Interval

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HELD = Interval(start=NOON, end=NOON + timedelta(minutes=5))
OLDER = Interval(start=NOON - timedelta(hours=2), end=NOON)
HOUR = Interval(start=NOON, end=NOON + timedelta(hours=1))


class Holding(Probe):
    """Holds five minutes of each camera, as long as it answers."""

    answers = True

    def did(self, what: str) -> object:
        super().did(what)
        if what != "media_holds":
            return None
        if not self.answers:
            raise OSError("store away")
        return [Hold(camera="lobby", interval=HELD, reason="Project 7")]


@pytest.fixture
def probe() -> Holding:
    return Holding("probe")


@pytest.fixture
async def plugin(probe: Holding, tmp_path: Path) -> AsyncIterator[Plugin]:
    async with HostHarness(probe, identity="probe", storage=tmp_path) as host:
        yield host.plugin


@pytest.fixture
def audit() -> KeptAudit:
    return KeptAudit()


async def test_only_what_touches_the_interval_is_held(
    plugin: Plugin, tmp_path: Path, audit: KeptAudit
) -> None:
    """What lies outside may be deleted."""
    book = HoldBook(tmp_path / "holds.json", audit)
    kept = await book.before_deleting([plugin], "lobby", HOUR)
    assert [(hold.interval, hold.reason) for hold in kept.holds] == [(HELD, "Project 7")]
    assert (await book.before_deleting([plugin], "lobby", OLDER)).holds == ()
    assert kept.uncertain == ()


async def test_the_last_answer_counts_when_there_is_none(
    plugin: Plugin, probe: Holding, tmp_path: Path, audit: KeptAudit
) -> None:
    """Also after the host was started anew, and for a plug-in that is no longer active."""
    await HoldBook(tmp_path / "holds.json", audit).before_deleting([plugin], "lobby", HOUR)
    probe.answers = False
    book = HoldBook(tmp_path / "holds.json", audit)
    kept = await book.before_deleting([plugin], "lobby", HOUR)
    assert [hold.interval for hold in kept.holds] == [HELD]
    assert "probe did not say what it needs" in kept.uncertain[0]
    await plugin.stop()
    assert [hold.reason for hold in (await book.before_deleting([plugin], "lobby", HOUR)).holds] == [
        "Project 7"
    ]


async def test_who_never_answered_holds_everything_until_an_administrator_decides(
    plugin: Plugin, probe: Holding, tmp_path: Path, audit: KeptAudit
) -> None:
    """Fail closed; the release is audited and lasts until the plug-in answers again."""
    probe.answers = False
    book = HoldBook(tmp_path / "holds.json", audit)
    assert len((await book.before_deleting([plugin], "lobby", OLDER)).holds) == 1
    book.release("probe", "lobby", OPERATOR, "The disk is full")
    assert audit.entries == [(OPERATOR, "media-hold.released", "probe lobby: The disk is full")]
    kept = await HoldBook(tmp_path / "holds.json", audit).before_deleting([plugin], "lobby", OLDER)
    assert kept.holds == ()
    assert kept.uncertain
    probe.answers = True
    assert len((await book.before_deleting([plugin], "lobby", HOUR)).holds) == 1
