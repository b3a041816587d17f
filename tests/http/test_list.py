"""The list over HTTP: every filter means what it says, in every combination, and tells nobody too much."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.domain.examples import ANN, BOB, at, call, comment, project, sequence
from tests.http.test_events import Everything, Site
from tests.support import ListedAccess, host_services

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.application.guard import Guard
from incident_plugin.application.incidents import listing as listings
from incident_plugin.application.incidents.asking import Asking, Sort, moment, question
from incident_plugin.application.incidents.listing import Listing, value_of
from incident_plugin.application.incidents.overview import Overviews
from incident_plugin.application.incidents.tables import csv_line, safe_cell
from incident_plugin.application.ports import Actor
from incident_plugin.application.searching import matches
from incident_plugin.assembly import assemble
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidFilter
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import DELIVERED
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import Settings

ZONE = ZoneInfo("Europe/Copenhagen")
NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
ACTOR = Actor(person=ANN, roles=frozenset({"everything"}))


class Now:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


def listing(*projects: Project) -> Listing:
    """A list of these projects."""
    store = MemoryStore()
    with store.transaction() as transaction:
        for each in projects:
            transaction.put_project(each)
    return Listing(store=store, guard=Guard(Everything()), clock=Now(), zone=ZONE)


def asked(**names: str | list[str]) -> list[tuple[str, str]]:
    """Names and values as an address has them."""
    return [
        (name.replace("_", "-"), value)
        for name, values in names.items()
        for value in (values if isinstance(values, list) else [values])
    ]


WORLD = (
    project(1, description="van", type="theft", owner="Ann Archer"),
    project(2, status="closed", sequences=(sequence(camera="dock", start=0, end=60),)),
    project(3, priority="high", **{"category:severity": "low", "data:persons": 3, "data:injuries": True}),
    attrs.evolve(
        project(4, sequences=(sequence(camera="gate", start=100, end=160),)).with_comment(
            comment(text="red van")
        ),
        created_by=BOB,
    ),
    project(5, **{"data:damage": "12.50", "data:reported": "2026-03-01T12:00:00Z"}).with_call(
        call(note="van")
    ),
)
#: Each name with values that somebody could send.
VALUES = {
    "id": ["1", "4", "99"],
    "text": ["van", "RED", "theft", "مرح", "🚓", "   "],
    "in": ["details", "comments", "calls", "categories"],
    "type": ["theft", "fire", "", "retired"],
    "status": ["new", "closed", ""],
    "priority": ["high", "low", ""],
    "owner": ["Ann Archer", "", "nobody"],
    "mine": ["yes", "no"],
    "open": ["yes", "no"],
    "creator": ["me", "ann", "bob", "zoe"],
    "camera": ["dock", "gate", "gone"],
    "category:severity": ["low", "high", ""],
    "data:persons": ["3", "4", ""],
    "data:injuries": ["yes", "no", ""],
    "data:damage": ["12.50", "", "..12.50", "12.51..", "-3..20"],
    "data:reported": ["2026-03-01T12:00:00Z", "", "2026-03-01..", "..2026-03-01T12:00:00Z", "-5m..now"],
    "starts-after": [at(0).isoformat(), at(90).isoformat(), "-5m", "2026-03-01"],
    "ends-before": [at(60).isoformat(), at(90).isoformat(), "now"],
    "from": [at(30).isoformat(), "yesterday"],
    "to": [at(130).isoformat(), "now"],
}
MANY = {
    "in",
    "type",
    "status",
    "priority",
    "owner",
    "camera",
    "category:severity",
    "data:persons",
    "data:injuries",
}


@st.composite
def questions(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Any names together, each with one or, where that means something, several values."""
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=5))
    found = []
    for name in names:
        most = 3 if name in MANY else 1
        values = st.lists(st.sampled_from(VALUES[name]), min_size=1, max_size=most, unique=True)
        found += [(name, value) for value in draw(values)]
    return found


@given(
    questions(),
    st.sampled_from(["-id", "id", "start", "-end", "type", "-owner", "sequences", "data:persons"]),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_combination_is_what_a_plain_look_at_everything_finds(
    names: list[tuple[str, str]], sort: str
) -> None:
    """Page, count and order; a filter that contradicts itself is refused, and nothing else is."""
    found = listing(*WORLD)
    wrong = ""
    try:
        wanted = found.asked(ACTOR, [*names, ("sort", sort)])
    except InvalidFilter as refused:
        wrong = refused.detail
    if wrong:
        assert "before its start" in wrong
        return
    page = found.page(ACTOR, wanted, limit=100)
    plain = [
        p.id
        for p in WORLD
        if matches(p, wanted.narrowed, DELIVERED)
        and all(span.has(p.fields.get(span.field)) for span in wanted.spans)
    ]
    assert sorted(one.id for one in page.projects) == plain
    assert page.total == len(plain)
    values = [value_of(one, sort.removeprefix("-")) for one in page.projects]
    assert [v is None for v in values] == sorted(v is None for v in values)
    assert {one.id for one in found.rows(ACTOR, wanted, [ProjectId(n) for n in range(9)])} == set(plain)
    assert sum(len(some) for some in found.everything(ACTOR, wanted)) == len(plain)


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        ({"data:damage": "12.5"}, [5]),
        ({"data:damage": "012.5000"}, [5]),
        ({"data:damage": "12.50..12.5"}, [5]),
        ({"data:damage": "9..100"}, [5]),
        ({"data:damage": "12.51.."}, []),
        ({"data:damage": "..12.49"}, []),
        ({"data:persons": "3.."}, [3]),
        ({"data:persons": "..2"}, []),
        ({"data:persons": "..20", "status": "new"}, [3]),
        ({"data:reported": "2026-03-01T12:00:00Z.."}, [5]),
        ({"data:reported": "..2026-03-01T12:00:00Z"}, []),
        ({"data:reported": "2026-03-01..2026-03-02"}, [5]),
        ({"data:reported": "-24h.."}, []),
        ({"data:reported": "-30d..", "data:damage": "12.."}, [5]),
    ],
)
def test_numbers_and_times_of_incident_data_by_what_they_mean(names: dict[str, str], ids: list[int]) -> None:
    """12.5 is 12.50 and less than 100; ranges have one end or both, and are filters like any other."""
    found = listing(*WORLD)
    wanted = found.asked(ACTOR, names.items())
    page = found.page(ACTOR, wanted, limit=100)
    assert ([one.id for one in page.projects], page.total) == (ids, len(ids))


@given(
    st.lists(st.tuples(st.sampled_from([*VALUES, "sort", "hour", "what"]), st.text(max_size=30)), max_size=4)
)
@settings(deadline=None)
def test_what_means_nothing_is_refused_in_words(names: list[tuple[str, str]]) -> None:
    """Whatever stands in an address: an answer or a refusal that names it, and never a fault."""
    asking = Asking(actor=ACTOR, now=NOW, zone=ZONE, properties=DELIVERED)
    with suppress(InvalidFilter):
        question(names, asking)


def test_days_begin_by_the_sites_clocks() -> None:
    """Also on the day on which they go forward: it has 23 hours."""
    today, yesterday = moment("today", NOW, ZONE), moment("yesterday", NOW, ZONE)
    assert today.isoformat() == "2026-03-28T23:00:00+00:00"
    assert moment("2026-03-30", NOW, ZONE) - today == timedelta(hours=23)
    assert today - yesterday == timedelta(hours=24)
    assert NOW - moment("-90m", NOW, ZONE) == timedelta(minutes=90)
    for text in ("99999-01-01", "0001-01-01", "-99999w", "2026-13-01", "12:03", "2026-03-01T12:00"):
        with pytest.raises(InvalidFilter):
            moment(text, NOW, ZONE)


def test_created_within_is_exact_also_when_the_clock_was_set_back() -> None:
    """Numbers say where to look; the project's own time decides."""
    hours = [0, 1, 2, 1.5, 3, 30, 31]
    found = listing(
        *(attrs.evolve(project(n), created_at=NOW + timedelta(hours=h)) for n, h in enumerate(hours, start=1))
    )
    start, end = NOW + timedelta(hours=1), NOW + timedelta(hours=2.5)
    names = asked(created_from=start.isoformat(), created_to=end.isoformat())
    page = found.page(ACTOR, found.asked(ACTOR, names), limit=100)
    assert [one.id for one in page.projects] == [4, 3, 2]
    assert page.total == 3


def test_more_than_are_sorted_is_said(monkeypatch) -> None:
    """The newest are, and the page says so; pages follow one another without a gap."""
    monkeypatch.setattr(listings, "SORTED_CAP", 4)
    found = listing(*(project(n, owner=f"person {n % 3}") for n in range(1, 7)))
    wanted = found.asked(ACTOR, asked(sort="owner"))
    pages = [found.page(ACTOR, wanted, limit=2, skip=skip) for skip in (0, 2, 4)]
    assert [one.id for page in pages for one in page.projects] == [6, 3, 4, 5]
    assert all(page.partly_sorted for page in pages)
    assert pages[0].total == 6
    assert attrs.evolve(wanted, sort=Sort()).sort.newest_first


def overview(*projects: Project, **names: str):
    store = MemoryStore()
    with store.transaction() as transaction:
        for each in projects:
            transaction.put_project(each)
    guard = Guard(Everything())
    of_list = Listing(store=store, guard=guard, clock=Now(), zone=ZONE)
    made = Overviews(store=store, guard=guard, listing=of_list, clock=Now(), zone=ZONE)
    return made.overview(ACTOR, of_list.asked(ACTOR, asked(**names))), of_list


def test_each_mark_of_the_dashboard_counts_what_its_list_has() -> None:
    """By value, by camera, by hour of the week and by day: the same number as the list behind it."""
    times = [NOW - timedelta(hours=7 * n) for n in range(len(WORLD))]
    world = [attrs.evolve(p, created_at=t) for p, t in zip(WORLD, reversed(times), strict=True)]
    found, of_list = overview(*world)

    def count(**names: str) -> int:
        return of_list.page(ACTOR, of_list.asked(ACTOR, asked(**names)), limit=1).total

    assert found.total == len(world)
    for field, counts in found.fields.items():
        for one in counts:
            value = {None: "", True: "yes", False: "no"}.get(one.value, str(one.value))
            assert of_list.page(ACTOR, of_list.asked(ACTOR, [(field, value)]), limit=1).total == one.count
    assert {(c.value, c.count) for c in found.cameras} == {("dock", 1), ("gate", 1)}
    for day, row in enumerate(found.hours):
        for hour, number in enumerate(row):
            assert count(hour=f"{day}-{hour}") == number
    assert sum(bar.count for bar in found.trend) == len(world)
    for bar in found.trend:
        assert count(created_from=bar.start.isoformat(), created_to=bar.end.isoformat()) == bar.count


def test_days_without_a_project_stand_in_the_trend_as_well() -> None:
    """And long times are drawn by week or month."""
    days = [project(n + 1) for n in range(3)]
    days = [attrs.evolve(p, created_at=NOW - timedelta(days=d)) for p, d in zip(days, (9, 2, 0), strict=True)]
    found, _ = overview(*days, created_from="-14d")
    assert (found.unit, len(found.trend)) == ("day", 15)
    long_ago = attrs.evolve(days[0], created_at=NOW - timedelta(days=900))
    found, _ = overview(long_ago, *days[1:])
    assert found.unit == "month"
    assert sum(bar.count for bar in found.trend) == 3
    assert found.trend[0].start.day == 1


@pytest.mark.parametrize("text", ["=1+1", "+SUM(A1)", "-cmd", "@x", "\t=1", " =1", "\uff1dA1"])
def test_no_cell_is_a_formula(text: str) -> None:
    """Numbers, also negative ones, stay numbers."""
    assert safe_cell(text) == f"'{text}"
    assert [safe_cell(number) for number in ("-5", "12.50", "2026")] == ["-5", "12.50", "2026"]
    assert next(csv.reader(io.StringIO(csv_line([text, 'a "b",\nc'])))) == [f"'{text}", 'a "b",\nc']


@pytest_asyncio.fixture
async def site(tmp_path):
    """Olivia may do everything; Ben may look at details only."""
    look = {Permission.PROJECTS_VIEW, Permission.DETAILS_VIEW}
    access = ListedAccess(permissions={"olivia": frozenset(Permission), "ben": frozenset(look)})
    site = Site(assembled := _runtime(tmp_path, access), access)
    await assembled.start()
    yield site
    await assembled.stop()


def _runtime(directory, access):
    return IncidentRuntime(parts=assemble(host_services(directory, access=access), Settings()))


async def get(site: Site, path: str, person: str = "olivia", **query: str):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://plugin") as client:
        return await client.get(path, params=query, headers={"x-person": person})


async def test_the_table_is_what_its_reader_may_read(site: Site) -> None:
    """UTF-8 with its mark, times with their offset; parts that may not be read are not there."""
    site.create(description="=1+1\nمرح", type="theft", **{"category:severity": "high"})
    with site.work.begin(ANN) as work:
        work.save(work.project(ProjectId(1)).with_sequences((sequence(camera="dock"),)))
    answer = await get(site, "/list/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, line = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    told = dict(zip(head, line, strict=True))
    assert told["Description"] == "'=1+1\nمرح"
    assert (told["Start"], told["Severity"]) == ("2026-03-01 13:00:00+01:00", "High")
    text = (await get(site, "/list/csv", "ben")).content.decode("utf-8-sig")
    assert "Severity" not in text
    head, line = csv.reader(io.StringIO(text))
    assert dict(zip(head, line, strict=True))["Start"] == ""


async def test_the_order_of_retention_is_by_when_it_ends(site: Site) -> None:
    """By the rules of each type and not by age, as they are now; the table says when."""
    for kind in ("fire", None, "theft"):
        site.create(**({"type": kind} if kind else {}))

    async def order(sort: str, person: str = "olivia") -> list[int]:
        return [one["id"] for one in (await get(site, "/projects", person, sort=sort)).json()["projects"]]

    def keep(days: int | None, **by_type: int) -> None:
        with site.work.begin(ANN) as work:
            rules = attrs.evolve(work.retention, days=days, days_by_type=by_type)
            work.save_retention(rules, datetime.now(UTC))

    keep(None, theft=30_000)
    assert await order("expires") == [3, 2, 1]
    keep(20_000, fire=10_000, theft=30_000)
    assert await order("expires") == await order("expires", "ben") == [1, 2, 3]
    assert await order("-expires") == [3, 2, 1]
    head, *lines = csv.reader(io.StringIO((await get(site, "/list/csv", sort="expires")).text))
    ends = [datetime.fromisoformat(line[head.index("Retention ends")]) for line in lines]
    assert [(later - ends[0]).days for later in ends] == [0, 10_000, 20_000]


async def test_sums_and_orders_tell_nobody_too_much(site: Site) -> None:
    """Who may not read sequences has no sums of cameras, and no list in the order of their times."""
    site.create()
    sums = (await get(site, "/list/overview", "ben")).json()
    assert sums["cameras"] is None
    assert set(sums["fields"]) == {"status", "type", "priority", "owner"}
    for query in ({"sort": "start"}, {"camera": "dock"}, {"category:severity": "low"}, {"from": "today"}):
        assert (await get(site, "/projects", "ben", **query)).status_code == 403, query


async def test_refusals_of_filters_say_what_is_wrong(site: Site) -> None:
    """A text longer than any address, a name that is none, a value that cannot be."""
    for query, word in (
        ({"text": "x" * 60_000}, "too long"),
        ({"colour": "red"}, "colour"),
        ({"data:persons": "three"}, "whole number"),
        ({"sort": "luck"}, "sorted"),
        ({"data:persons": "few.."}, "whole number"),
        ({"data:persons": ".."}, "no end"),
        ({"data:damage": "9..8"}, "before its start"),
        ({"data:reported": "today..yesterday"}, "before its start"),
        ({"data:reported": "soon.."}, "no time"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "before its start"),
    ):
        refused = await get(site, "/projects", **query)
        assert refused.status_code == 422
        assert word in refused.json()["detail"]
        assert refused.json()["message_id"] == "incident.invalid-filter"
