"""Changes are told as they happen: to whom may hear of them, from where they were, and no secrets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import attrs
import httpx
import pytest
import pytest_asyncio
from tests.domain.examples import comment, project, sequence
from tests.serving import served
from tests.support import ListedAccess, SystemClock, as_principal, host_services
from tests.waiting import PATIENCE, until

from incident_plugin.adapters.host import RandomIds
from incident_plugin.adapters.tinydb_store import TinyDBStore
from incident_plugin.application import changes as feed
from incident_plugin.application.changes import Changes
from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.assembly import assemble
from incident_plugin.domain.access import Permission
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.properties import DELIVERED
from incident_plugin.http import events
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import Settings
from vms_hooks.values import HostEvent, HostEventKind, Principal

OLIVIA = Person(id=PersonId("olivia"), name="Olivia")
EVERYTHING = frozenset(p.value for p in Permission)


class Everything:
    """Access to everything."""

    def allows(self, actor, permission, cameras=()) -> bool:
        return True


@attrs.define
class Heard:
    """One event as a listener gets it."""

    id: int
    name: str
    data: dict


class Listener:
    """Somebody who listens over a real connection."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> Heard:
        """Wait for the next event that says something."""
        while (heard := await asyncio.wait_for(self._one(), PATIENCE)).name == "beat":
            pass
        return heard

    async def rest(self) -> list[Heard]:
        """Everything up to the end of the stream."""
        found = []
        with contextlib.suppress(StopAsyncIteration):
            while True:
                found.append(await asyncio.wait_for(self._one(), PATIENCE))
        return found

    async def _one(self) -> Heard:
        fields: dict[str, str] = {}
        while (line := await anext(self._lines)) or "event" not in fields:
            name, _, value = line.partition(": ")
            fields |= {name: value} if line else {}
        return Heard(int(fields["id"]), fields["event"], httpx.Response(200, text=fields["data"]).json())


class Site:
    """The plug-in at work for several people, without a recorder."""

    def __init__(self, runtime: IncidentRuntime, access: ListedAccess) -> None:
        self.runtime, self.access, self.address = runtime, access, ""
        self.work = UnitOfWork(runtime.parts.ground.store, SystemClock(), RandomIds())

    async def __call__(self, scope, receive, send) -> None:
        person = dict(scope["headers"]).get(b"x-person", b"olivia").decode()
        principal = Principal(id=person, name=person.title(), roles=frozenset({person}))
        await as_principal(self.runtime.parts.app, principal)(scope, receive, send)

    @contextlib.asynccontextmanager
    async def listening(self, person: str = "olivia", **query: str | int):
        """Listen; when this begins, the stream has begun too."""
        headers = {"x-person": person}
        async with (
            httpx.AsyncClient(base_url=self.address, timeout=PATIENCE) as client,
            client.stream("GET", "/events", params=query, headers=headers) as answer,
        ):
            assert answer.is_success, await answer.aread()
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.aiter_lines()
            assert await anext(lines) == f"retry: {events.RETRY}"
            listener = Listener(lines)
            first = await listener._one()
            assert first.name == "beat"
            assert (await listener._one()).name == "properties"
            yield listener

    def create(self, **fields) -> int:
        """Make a project."""
        with self.work.begin(OLIVIA) as work:
            return work.create(lambda number: project(number, **fields)).id

    def comment(self, number: int) -> None:
        """Comment on a project, which changes it."""
        with self.work.begin(OLIVIA) as work:
            stored = work.project(number)
            work.save(stored.with_comment(comment(f"c{len(stored.comments)}")))


@pytest_asyncio.fixture
async def site(tmp_path) -> AsyncIterator[Site]:
    """Olivia may do everything."""
    access = ListedAccess(permissions={"olivia": EVERYTHING})
    runtime = IncidentRuntime(parts=assemble(host_services(tmp_path, access=access), Settings()))
    await runtime.start()
    site = Site(runtime, access)
    async with served(site) as site.address:
        yield site
        await runtime.parts.incidents.events.close()
    await runtime.stop()


async def test_a_change_is_told_within_a_second_with_its_revision(site: Site) -> None:
    """Created, changed, deleted: the number of the project, what its revision is now, and nothing else."""
    loop = asyncio.get_running_loop()
    async with site.listening() as listener:
        begun = loop.time()
        number = site.create(description="magpie")
        heard = await listener.next()
        assert loop.time() - begun < 1
        assert (heard.name, heard.data) == ("project", {"project": number, "revision": 1})
        site.comment(number)
        assert (await listener.next()).data == {"project": number, "revision": 2}
        with site.work.begin(OLIVIA) as work:
            work.delete(number)
        assert (await listener.next()).data == {"project": number, "revision": None}


async def test_a_listener_goes_on_where_it_was(site: Site) -> None:
    """By Last-Event-ID: each project that changed meanwhile once, and then what comes."""
    one = site.create()
    async with site.listening() as listener:
        two = site.create()
        last = (await listener.next()).id
    three = site.create()
    site.comment(one)
    site.comment(one)
    async with site.listening(after=last) as listener:
        told = [await listener.next() for _ in range(2)]
        assert [heard.data for heard in told] == [
            {"project": three, "revision": 1},
            {"project": one, "revision": 3},
        ]
        site.comment(two)
        assert (await listener.next()).data == {"project": two, "revision": 2}


@pytest.fixture
def short_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_HELD", 2)


async def test_what_is_no_longer_held_is_read_from_the_store(short_memory: None, site: Site) -> None:
    """Whoever missed more than memory has hears of all of it, in order."""
    async with site.listening() as listener:
        one = site.create()
        last = (await listener.next()).id
        made = [site.create() for _ in range(4)]
        for number in made:
            assert (await listener.next()).data == {"project": number, "revision": 1}
    site.comment(one)
    async with site.listening(after=last) as listener:
        told = [await listener.next() for _ in range(5)]
        assert [heard.data["project"] for heard in told] == [*made, one]


@pytest.mark.parametrize("after", ["99999", "soon", "-1", "9" * 40, "\u0663"])
async def test_a_place_that_never_was_means_that_everything_is_read_again(site: Site, after: str) -> None:
    """A store that was restored knows fewer changes; whatever else is sent is no place either."""
    site.create()
    async with site.listening(after=after) as listener:
        assert (await listener.next()).name == "missed"


async def test_who_missed_too_much_reads_everything_again(site: Site, monkeypatch) -> None:
    """Instead of thousands of messages."""
    monkeypatch.setattr(feed, "_TOLD", 3)
    for _ in range(5):
        site.create()
    async with site.listening(after=0) as listener:
        assert (await listener.next()).name == "missed"
    async with site.listening(after=site.runtime.parts.ground.store.last_change() - 1) as listener:
        assert (await listener.next()).data == {"project": 5, "revision": 1}


async def test_what_somebody_may_not_read_they_do_not_hear_of(site: Site) -> None:
    """Permission and cameras are asked for each event: also those that were taken while the stream ran."""
    reader = {"incident.projects.view", "incident.projects.details.view", "incident.projects.sequences.view"}
    site.access.permissions = {"ben": frozenset({*reader, "incident.cameras.view"}), "olivia": EVERYTHING}
    number = site.create()
    async with site.listening("ben") as ben, site.listening() as olivia:
        site.comment(number)
        assert (await olivia.next()).data == {"project": number, "revision": 2}
        other = site.create()
        # The comment was not told to Ben: the first that he hears of is the other project.
        assert (await ben.next()).data == {"project": other, "revision": 1}
        await olivia.next()
        site.access.permissions = {"ben": frozenset(), "olivia": EVERYTHING}
        site.create()
        await olivia.next()
        site.runtime.parts.incidents.events.end()
        assert {heard.name for heard in await ben.rest()} <= {"beat"}


async def test_nothing_is_told_of_a_hidden_camera(site: Site) -> None:
    """That a sequence of it was added is nobody's business who may not see it."""
    site.access.hidden_cameras = frozenset({"dock"})
    number = site.create()
    async with site.listening() as listener:
        with site.work.begin(OLIVIA) as work:
            work.save(work.project(number).with_sequences((sequence(camera="dock"),)))
        other = site.create()
        assert (await listener.next()).data["project"] == other


async def test_changed_properties_are_told_and_other_audit_entries_change_nothing(site: Site) -> None:
    """The mark is another one only when they are."""
    async with site.listening() as listener:
        marks = []
        for statuses in (DELIVERED.statuses, DELIVERED.statuses[:2]):
            with site.work.begin(OLIVIA) as work:
                work.stored.put_properties(attrs.evolve(DELIVERED, statuses=statuses))
                work.audit(Activity(action=Action.FIELD_CHANGED, subject="Statuses"))
            heard = await listener.next()
            assert heard.name == "properties"
            marks.append(heard.data["mark"])
        assert marks[0] != marks[1]


async def test_the_other_side_is_known_to_be_there(site: Site, monkeypatch) -> None:
    """A sign of life now and then; an end after some time, and when the host says who signed out."""
    monkeypatch.setattr(events, "BEAT", 0.02)
    monkeypatch.setattr(events, "LIFETIME", 0.2)
    async with site.listening() as listener:
        assert {heard.name for heard in await listener.rest()} == {"beat"}
    monkeypatch.setattr(events, "LIFETIME", 1000.0)
    olivia = Principal(id="olivia", name="Olivia", roles=frozenset())
    gone = HostEvent(kind=HostEventKind.SIGNED_OUT, at=datetime.now(UTC), principal=olivia)
    async with site.listening() as listener:
        await site.runtime.host_event(gone)
        await listener.rest()


async def test_a_person_has_a_limited_number_of_streams(site: Site, monkeypatch) -> None:
    """More are refused in words; one that ends makes room."""
    monkeypatch.setattr(events, "EACH", 1)
    async with httpx.AsyncClient(base_url=site.address) as client:
        async with site.listening():
            refused = await client.get("/events")
            assert refused.status_code == 429
            assert "1 streams" in refused.json()["detail"]

        async def again() -> bool:
            return (await client.get("/events", params={"follow": "no"})).is_success

        await until(again, "room for another stream")


async def test_changes_of_another_process_are_told(tmp_path) -> None:
    """A reader of the same files hears of what the owner writes."""
    owner = TinyDBStore(tmp_path)
    reader = TinyDBStore(tmp_path, writable=False)
    heard = Changes(reader, Guard(Everything()))
    heard.begin()
    with UnitOfWork(owner, SystemClock(), RandomIds()).begin(OLIVIA) as work:
        number = work.create(project).id
    assert heard.read(timedelta(seconds=PATIENCE))
    news = heard.news(Actor(person=OLIVIA, roles=frozenset({"everything"})), 0)
    assert [(change.project, change.revision) for change in news.projects] == [(number, 1)]
    reader.close()
    owner.close()
