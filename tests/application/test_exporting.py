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
from incident_plugin.application.exporting import ExportRunner
from incident_plugin.application.media_ports import WrittenVideo
from incident_plugin.application.store import Transaction
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.exports import Export, ExportId, ExportItem, ExportState
from incident_plugin.domain.media import ClockOffset
from incident_plugin.domain.project import ProjectId
from tests.domain.examples import ANN, at, sequence


class Steps:
    """A clock and a source of ids."""

    def now(self) -> datetime:
        return at(1)

    def new(self) -> str:
        return "1"


class Stream:
    """A recorder's answer; the writer beside it does not read it."""

    track = None


class Footage:
    """Recorders and a writer for which all video is there at once."""

    async def clock_offset(self, _: str) -> ClockOffset:
        return ClockOffset(offset=timedelta(0), uncertainty=timedelta(0), measured_at=at(1))

    async def recorded(self, _: str, interval: Any) -> tuple[Any, ...]:
        return (interval,)

    @asynccontextmanager
    async def replay(self, _: str, __: Any) -> AsyncIterator[Stream]:
        yield Stream()

    async def write_mp4(self, *_: Any) -> WrittenVideo:
        return WrittenVideo(frames=1, size=1, delivered=sequence().footage.interval, sha256="0")


@attrs.define
class SlowShelf:
    """A shelf whose publishing takes until it is let go."""

    publishing: threading.Event = attrs.field(factory=threading.Event)
    go_on: threading.Event = attrs.field(factory=threading.Event)
    published: list[ExportId] = attrs.field(factory=list)

    def workshop(self, _: ExportId) -> Path:
        return Path()

    def publish(self, export: Export) -> None:
        self.publishing.set()
        assert self.go_on.wait(5)
        self.published.append(export.id)

    def abandon(self, _: ExportId) -> None:
        pass


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

    def order(self, name: str) -> Export:
        item = ExportItem(project=ProjectId(1), sequence=sequence().id, footage=sequence().footage)
        export = Export(id=ExportId(name), owner=ANN, created_at=at(1), items=(item,))
        with self.work.begin(ANN) as work:
            work.stored.exports.put(export)
        self.runner.submit(export)
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


@pytest.fixture
async def place() -> AsyncIterator[Workplace]:
    store, shelf, steps = RefusingStore(), SlowShelf(), Steps()
    work = UnitOfWork(store, steps, steps)
    runner = ExportRunner(
        work=work, clock=steps, shelf=shelf, recorders=Footage(), writer=Footage(), service=ANN
    )
    running = asyncio.create_task(runner.run())
    yield Workplace(runner, work, shelf, store)
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
