"""The runner of exports goes on whatever happens to one of them, and leaves none half done."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.application.exports import course
from incident_plugin.application.exports.course import Course
from incident_plugin.application.exports.exhibits import ExhibitMaker
from incident_plugin.application.exports.runner import ExportRunner
from incident_plugin.application.media_ports import MasterOrder
from incident_plugin.application.ports import PackageContent, Workshop
from incident_plugin.application.store import Transaction
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.errors import RecorderUnavailable, StoreUnavailable
from incident_plugin.domain.exports import (
    Exhibit,
    Export,
    ExportId,
    ExportItem,
    ExportSettings,
    ExportState,
    Package,
)
from incident_plugin.domain.media import CameraId, ClockOffset
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.time import Interval
from tests.domain.examples import ANN, at, sequence


class Steps:
    """A clock and a source of ids."""

    def now(self) -> datetime:
        return at(1)

    def new(self) -> str:
        return "1"


PACKAGE = Package(name="one", files=1, size=1, sha256="0")


class Maker:
    """Makes exhibits at once."""

    made = 0

    async def make(self, export: Export, index: int, _: Path, how_far: Course) -> Exhibit:
        self.made += 1
        how_far.at(1.0)
        interval = export.items[index].interval
        return Exhibit(
            id=f"E{index + 1:02d}",
            item=export.items[index],
            file="a.mp4",
            size=1,
            sha256="0",
            delivered=interval,
            parts=(interval,),
            gaps=(),
            clock_offset=None,
        )


@attrs.define
class GoneRecorder:
    """A recorder that nothing comes from: it refuses, or takes the question and stays silent."""

    silent: bool
    asked: int = 0
    said = "The recorder refuses connections."

    async def clock_offset(self, _: CameraId, **__: bool) -> ClockOffset:
        raise self._gone()

    async def recorded(self, _: CameraId, _interval: Interval) -> tuple[Interval, ...]:
        raise self._gone()

    @asynccontextmanager
    async def replay(self, _: CameraId, _interval: Interval, *, sound: bool) -> AsyncIterator[None]:
        self.asked += 1
        if self.silent:
            await asyncio.Event().wait()
        raise self._gone()
        yield

    def _gone(self) -> RecorderUnavailable:
        return RecorderUnavailable(self.said)


class NothingPreserved:
    """No video of it is in the vault."""

    async def write(self, _: MasterOrder) -> None:
        return None


class Content:
    """Has nothing to add."""

    async def content(self, _: Export) -> PackageContent:
        return PackageContent(site="Site", time_zone="UTC", software={})


@attrs.define
class SlowShelf:
    """A shelf whose publishing takes until it is let go."""

    publishing: threading.Event = attrs.field(factory=threading.Event)
    go_on: threading.Event = attrs.field(factory=threading.Event)
    published: list[ExportId] = attrs.field(factory=list)
    kept: dict[ExportId, tuple[Exhibit, ...]] = attrs.field(factory=dict)
    abandoned: list[ExportId] = attrs.field(factory=list)
    removed: list[ExportId] = attrs.field(factory=list)
    folder: Path = Path()

    def workshop(self, export: Export) -> Workshop:
        return Workshop(folder=self.folder, kept=self.kept.get(export.id, ()))

    def keep(self, export: ExportId, exhibits: tuple[Exhibit, ...]) -> None:
        self.kept[export] = exhibits

    def finished(self, export: ExportId) -> tuple[Package, tuple[Exhibit, ...]] | None:
        return (PACKAGE, self.kept[export]) if export in self.published else None

    def publish(self, export: Export, _: PackageContent, password: str, watch: Any) -> Package:
        self.publishing.set()
        assert self.go_on.wait(5)
        assert bool(password) is export.settings.encrypted
        self.published.append(export.id)
        watch(1.0)
        return PACKAGE

    def abandon(self, export: ExportId) -> None:
        self.abandoned.append(export)

    def remove(self, export: ExportId) -> None:
        self.removed.append(export)


class RefusingStore(MemoryStore):
    """A store whose disk is full as long as a test wants."""

    full = False
    refused = 0

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        if self.full:
            self.refused += 1
            raise StoreUnavailable("The disk is full.")
        with super().transaction() as transaction:
            yield transaction


@attrs.define
class Workplace:
    """A runner at work on a store and a shelf."""

    runner: ExportRunner
    work: UnitOfWork
    shelf: SlowShelf
    store: RefusingStore

    maker: Maker

    def order(
        self,
        name: str,
        settings: ExportSettings | None = None,
        password: str = "",
        at_work: ExportRunner | None = None,
    ) -> Export:
        item = ExportItem(project=ProjectId(1), sequence=sequence().id, footage=sequence().footage)
        export = Export(
            id=ExportId(name),
            owner=ANN,
            created_at=at(1),
            items=(item,),
            settings=settings or ExportSettings(),
        )
        with self.work.begin(ANN) as work:
            work.stored.exports.put(export)
        (at_work or self.runner).submit(export, password)
        return export

    def state(self, name: str) -> ExportState:
        with self.work.reading(ANN) as work:
            export = work.stored.exports.get(name)
        assert export is not None
        return export.state


async def eventually(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.005)
    pytest.fail("this did not happen within 5 s")


def new_runner(work: UnitOfWork, shelf: SlowShelf, maker: Maker) -> ExportRunner:
    return ExportRunner(
        work=work,
        clock=Steps(),
        shelf=shelf,
        exhibits=maker,
        packaging=Content(),
        service=ANN,
        retention=timedelta(days=30),
    )


@pytest.fixture
async def place() -> AsyncIterator[Workplace]:
    store, shelf, steps = RefusingStore(), SlowShelf(), Steps()
    work = UnitOfWork(store, steps, steps)
    runner = new_runner(work, shelf, maker := Maker())
    running = asyncio.create_task(runner.run())
    yield Workplace(runner, work, shelf, store, maker)
    shelf.go_on.set()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_what_is_being_published_is_not_cancelled_any_more(place: Workplace) -> None:
    """Cancelling too late changes nothing: the export is whole, shown, and told as done."""
    export = place.order("one")
    await eventually(place.shelf.publishing.is_set)
    cancelling = asyncio.create_task(place.runner.cancel(export))
    await asyncio.sleep(0)
    place.shelf.go_on.set()
    assert (await cancelling).state is ExportState.DONE
    assert place.shelf.published == ["one"]


async def test_a_disk_that_is_full_does_not_end_the_runner(place: Workplace) -> None:
    """Neither the state nor the failure of one export can be stored; the next one is made all the same."""
    place.shelf.go_on.set()
    place.order("lost")
    place.store.full = True
    await eventually(lambda: place.store.refused >= 2)
    place.store.full = False
    place.order("next")
    await eventually(lambda: place.state("next") is ExportState.DONE)


async def test_a_server_that_was_stopped_goes_on_with_the_next_exhibit(place: Workplace) -> None:
    """What is finished is not fetched again, and what is published is not made again."""
    export = place.order("one")
    await eventually(place.shelf.publishing.is_set)
    again, maker = attrs.evolve(place.shelf), Maker()
    again.go_on.set()
    runner = new_runner(place.work, again, maker)
    running = asyncio.create_task(runner.run())
    await eventually(lambda: place.state("one") is ExportState.DONE)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert (place.maker.made, maker.made) == (1, 0)
    assert again.kept[export.id]


async def test_a_password_is_asked_for_again_after_a_restart(place: Workplace) -> None:
    """It is kept nowhere: the export waits with its video fetched, and finishes when it is entered."""
    place.shelf.go_on.set()
    export = place.order("secret", ExportSettings(encrypted=True))
    await eventually(lambda: place.state("secret") is ExportState.WAITING)
    assert place.shelf.published == []
    await place.runner.again(export, "a long password")
    await eventually(lambda: place.state("secret") is ExportState.DONE)
    assert place.maker.made == 1


async def test_old_exports_leave_the_disk_and_stay_in_the_history(place: Workplace) -> None:
    """Retention removes files, once, and says so."""
    place.shelf.go_on.set()
    place.order("old")
    await eventually(lambda: place.state("old") is ExportState.DONE)
    assert place.runner.sweep() == 0
    with place.work.begin(ANN) as work:
        done = work.stored.exports.get("old")
        assert done is not None
        work.stored.exports.put(attrs.evolve(done, expires_at=at(0)))
    assert place.runner.sweep() == 1
    assert (place.state("old"), place.shelf.removed) == (ExportState.EXPIRED, ["old"])


async def test_what_a_killed_server_had_still_to_remove_goes_at_the_next_start(place: Workplace) -> None:
    """Their states say that nothing is there of them; what is done stays."""
    place.shelf.go_on.set()
    for name, state in (("old", ExportState.EXPIRED), ("stopped", ExportState.CANCELLED)):
        place.order(name)
        await eventually(lambda name=name: place.state(name) is ExportState.DONE)
        with place.work.begin(ANN) as work:
            done = work.stored.exports.get(name)
            assert done is not None
            work.stored.exports.put(attrs.evolve(done, state=state))
    place.order("done")
    await eventually(lambda: place.state("done") is ExportState.DONE)
    started = asyncio.create_task(new_runner(place.work, place.shelf, Maker()).run())
    await eventually(lambda: len(place.shelf.removed) == 2)
    started.cancel()
    with suppress(asyncio.CancelledError):
        await started
    assert set(place.shelf.removed) == set(place.shelf.abandoned) == {"old", "stopped"}


async def test_a_cancelled_export_leaves_nothing_and_can_begin_again(place: Workplace) -> None:
    """Cancelling while it waits for its turn; later it is made from the beginning."""
    first = place.order("first")
    second = place.order("second")
    await eventually(place.shelf.publishing.is_set)
    assert (await place.runner.cancel(second)).state is ExportState.CANCELLED
    assert place.shelf.abandoned == ["second"]
    place.shelf.go_on.set()
    await eventually(lambda: place.state(first.id) is ExportState.DONE)
    await place.runner.again(second)
    await eventually(lambda: place.state("second") is ExportState.DONE)


@pytest.mark.parametrize("silent", [False, True])
async def test_it_is_told_what_a_running_export_waits_for(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, silent: bool
) -> None:
    """Which recorder, since when, why and until when; cancelling does not wait for it."""
    monkeypatch.setattr(course, "_QUIET", 0.0)
    maker = ExhibitMaker(
        recorders=(gone := GoneRecorder(silent)),
        preserved=NothingPreserved(),
        writer=None,
        clock=Steps(),
        site="Site",
        time_zone="UTC",
    )
    shelf = SlowShelf(folder=tmp_path)
    runner = new_runner(place.work, shelf, maker)
    running = asyncio.create_task(runner.run())
    export = place.order("one", at_work=runner)

    def told() -> Export:
        with place.work.reading(ANN) as work:
            return runner.with_progress(work.stored.exports.get("one"))

    await eventually(lambda: gone.asked > 0 and told().waits_for is not None)
    waits = told().waits_for
    assert waits is not None
    assert (waits.recorder, waits.camera_name) == (
        export.items[0].footage.recorder,
        export.items[0].footage.camera_name,
    )
    assert waits.since <= at(1)
    assert (waits.reason, waits.next_try is None) == ("" if silent else gone.said, silent)
    without = attrs.evolve(told(), items=(), waits_for=None)
    assert runner.with_progress(without).waits_for is None, "told to who may not see the camera"
    assert (await runner.cancel(export)).state is ExportState.CANCELLED
    assert shelf.abandoned == ["one"]
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
