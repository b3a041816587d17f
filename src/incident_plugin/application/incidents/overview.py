"""The dashboard: how many projects there are of each kind, and when they came about."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from operator import attrgetter
from zoneinfo import ZoneInfo

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.incidents.asking import Question
from incident_plugin.application.incidents.listing import Listing
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.store import IncidentStore, ProjectSummary
from incident_plugin.domain.access import Permission
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.properties import DataKind, FieldValue
from incident_plugin.domain.time import Interval

#: Projects that are counted at most, the newest ones.
COUNTED = 1_000_000
#: Owners and cameras that are told one by one.
_TOLD = 50
#: Seconds for which sums stay good enough, although something changed.
FRESH = 5.0
_REMEMBERED = 32
#: Up to so many days each day is a bar, up to so many each week; beyond, each month.
_DAYS, _WEEKS = 92, 740
#: Seconds.
_QUARTER = 900


@attrs.frozen(kw_only=True)
class Count:
    """How many projects have a value; ``None`` stands for those without one."""

    value: FieldValue
    count: int


@attrs.frozen(kw_only=True)
class Bar:
    """How many projects were created within a day, week or month of the site's calendar."""

    start: datetime
    end: datetime
    count: int


@attrs.frozen(kw_only=True)
class Overview:
    """The sums over the projects of a filter, as far as their reader may know them."""

    total: int
    #: More than ``COUNTED`` match: the oldest are not in the sums.
    partly: bool
    #: By field, largest first; parts that may not be read are left out.
    fields: Mapping[str, tuple[Count, ...]]
    cameras: tuple[Count, ...] | None
    #: By weekday, Monday first, and hour, of the site's clocks.
    hours: tuple[tuple[int, ...], ...]
    unit: str
    trend: tuple[Bar, ...]
    made_at: datetime


class _Sums:
    """What is counted while projects go by."""

    def __init__(self, *, fields: Iterable[str]) -> None:
        self.total = 0
        self.fields: dict[str, Counter[FieldValue]] = {name: Counter() for name in fields}
        #: Quarters of an hour since 1970: all of one has the same hour by any clock of today.
        self.quarters: Counter[int] = Counter()

    def add(self, found: tuple[ProjectSummary, ...]) -> None:
        """Count these as well."""
        self.total += len(found)
        self.quarters.update([int(one.created_at.timestamp()) // _QUARTER for one in found])
        for name, counted in self.fields.items():
            if name.startswith(("category:", "data:")):
                counted.update([one.values.get(name) for one in found])
            else:
                counted.update(map(attrgetter(name), found))


class Overviews:
    """Makes dashboards; the last ones are remembered for a moment."""

    def __init__(
        self, *, store: IncidentStore, guard: Guard, listing: Listing, clock: Clock, zone: ZoneInfo
    ) -> None:
        self._store = store
        self._guard = guard
        self._listing = listing
        self._clock = clock
        self._zone = zone
        self._lock = threading.Lock()
        #: When each was made by the process's clock, after which change, and what it says.
        self._made: OrderedDict[str, tuple[float, int, Overview]] = OrderedDict()

    def overview(self, actor: Actor, wanted: Question) -> Overview:
        """Give the sums over what a question selects."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        details = self._guard.allows(actor, Permission.DETAILS_VIEW)
        categories = self._guard.allows(actor, Permission.CATEGORIES_VIEW)
        seen = None
        if self._guard.allows(actor, Permission.SEQUENCES_VIEW):
            _, seen = self._guard.hidden(actor, self._store.cameras())
        known_as = repr((wanted, details, categories, seen))
        change = self._store.last_change()
        with self._lock:
            made = self._made.get(known_as)
        if made is not None and (made[1] == change or time.monotonic() - made[0] < FRESH):
            return made[2]
        sums = _Sums(fields=self._fields(details=details, categories=categories))
        cameras: Counter[FieldValue] = Counter()
        for found in self._listing.newest(wanted, limit=COUNTED + 1):
            sums.add(found)
            if seen is not None:
                cameras.update(self._cameras(found, frozenset(seen)))
        overview = self._made_of(sums, wanted.created, None if seen is None else _largest(cameras))
        with self._lock:
            self._made[known_as] = (time.monotonic(), change, overview)
            self._made.move_to_end(known_as)
            while len(self._made) > _REMEMBERED:
                self._made.popitem(last=False)
        return overview

    def _fields(self, *, details: bool, categories: bool) -> tuple[str, ...]:
        names = ["status", "type", "priority", "owner"] if details else []
        if categories:
            properties = self._listing.properties()
            names += [f"category:{c.id}" for c in properties.categories]
            names += [f"data:{d.id}" for d in properties.data if d.kind is DataKind.CHECK_BOX]
        return tuple(names)

    def _made_of(self, sums: _Sums, created: Interval | None, cameras: tuple[Count, ...] | None) -> Overview:
        by_hour: Counter[tuple[int, int]] = Counter()
        by_day: Counter[date] = Counter()
        for quarter, count in sums.quarters.items():
            local = datetime.fromtimestamp(quarter * _QUARTER, self._zone)
            by_hour[local.weekday(), local.hour] += count
            by_day[local.date()] += count
        unit, trend = self._trend(by_day, created)
        return Overview(
            total=min(sums.total, COUNTED),
            partly=sums.total > COUNTED,
            fields={name: _largest(counted) for name, counted in sums.fields.items()},
            cameras=cameras,
            hours=tuple(tuple(by_hour[day, hour] for hour in range(24)) for day in range(7)),
            unit=unit,
            trend=trend,
            made_at=self._clock.now(),
        )

    def _cameras(self, found: tuple[ProjectSummary, ...], seen: frozenset[str]) -> list[CameraId]:
        """Give the cameras of these projects, each as often as projects have it."""
        chosen = {one.id for one in found}
        pairs = self._store.seen(found[-1].id, found[0].id)
        return [camera for project, camera in pairs if project in chosen and camera in seen]

    def _trend(self, days: Counter[date], created: Interval | None) -> tuple[str, tuple[Bar, ...]]:
        if not days:
            return "day", ()
        first, last = min(days), max(days)
        if created is not None:
            # Days before the first and after the last one count as well: nothing happened then.
            first = min(
                first, max(created.start.astimezone(self._zone).date(), first - timedelta(days=_WEEKS))
            )
            today = self._clock.now().astimezone(self._zone).date()
            end = (created.end - timedelta(microseconds=1)).astimezone(self._zone).date()
            last = max(last, min(end, today))
        length = (last - first).days
        unit = "day" if length <= _DAYS else "week" if length <= _WEEKS else "month"
        sums: Counter[date] = Counter()
        for day, count in days.items():
            sums[_first_day(day, unit)] += count
        bars, begin = [], _first_day(first, unit)
        while begin <= last:
            end_day = _next(begin, unit)
            bars.append(Bar(start=self._midnight(begin), end=self._midnight(end_day), count=sums[begin]))
            begin = end_day
        return unit, tuple(bars)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, clock_time(0), self._zone)


def _largest(counted: Counter[FieldValue]) -> tuple[Count, ...]:
    largest: Iterable[tuple[FieldValue, int]] = counted.most_common(_TOLD)
    return tuple(Count(value=value, count=count) for value, count in largest)


def _first_day(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _next(day: date, unit: str) -> date:
    if unit == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 if unit == "week" else 1)
