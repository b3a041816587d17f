"""Use cases of the list: pages in any order, rows that changed, everything."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.incidents.asking import Asking, Key, Question, key_of, question
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.store import IncidentStore, ProjectFilter, ProjectSummary
from incident_plugin.domain.access import Permission
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.properties import DELIVERED, FieldValue, IncidentProperties
from incident_plugin.domain.retention import RetentionRules

PAGE = 100
#: Counting stops here: beyond, people want a filter and not a number.
COUNT_CAP = 10_001
#: Of more projects than these, the newest ones are sorted.
SORTED_CAP = 10_000
#: Projects that are read at once when many are looked at.
_AT_ONCE = 500
#: Of those that are only counted.
_SUMMED = 2_000
#: Orders that are remembered until something changes.
_REMEMBERED = 16
#: Projects whose people are offered as values of a filter.
_PEOPLE_OF = 1_000
_HIGHEST = 2**53
#: A clock is not set back by more than this.
_SET_BACK = timedelta(days=1)

#: What a page of the list depends on.
_READING = (
    Permission.DETAILS_VIEW,
    Permission.CATEGORIES_VIEW,
    Permission.COMMENTS_VIEW,
    Permission.CALLS_VIEW,
    Permission.SEQUENCES_VIEW,
    Permission.LEGAL_HOLD_VIEW,
)
_OF_FOOTAGE = ("start", "end", "sequences")


@attrs.frozen(kw_only=True)
class ListPage:
    """One page of the list."""

    projects: tuple[ProjectSummary, ...]
    #: How many match, up to ``COUNT_CAP``.
    total: int
    #: Only the newest ``SORTED_CAP`` of the matching projects are in this order; older ones are left out.
    partly_sorted: bool = False

    @property
    def capped(self) -> bool:
        """Whether there are more than were counted."""
        return self.total >= COUNT_CAP


class Listing:
    """The list. Each method checks the permission, and gives what the actor may read."""

    def __init__(self, *, store: IncidentStore, guard: Guard, clock: Clock, zone: ZoneInfo) -> None:
        self._store = store
        self._guard = guard
        self._clock = clock
        self._zone = zone
        self._lock = threading.Lock()
        #: After which change, the cameras that projects have sequences of.
        self._cameras: tuple[int, tuple[CameraId, ...]] | None = None
        #: By question and who may read what: the change that it was made after, and the order.
        self._orders: OrderedDict[str, tuple[int, tuple[ProjectId, ...], int]] = OrderedDict()

    def properties(self) -> IncidentProperties:
        """Give the incident properties."""
        with self._store.read() as reading:
            return reading.properties() or DELIVERED

    def asked(self, actor: Actor, asked: Iterable[tuple[str, str]]) -> Question:
        """Give what an address asks for, as far as the actor may ask; raises ``InvalidFilter``."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        asking = Asking(actor=actor, now=self._clock.now(), zone=self._zone, properties=self.properties())
        wanted = question(asked, asking)
        self._see_that_sortable(actor, wanted.sort.by)
        narrowed = self._guard.narrowed(actor, wanted.narrowed, self._store.cameras)
        return attrs.evolve(wanted, narrowed=narrowed)

    def page(
        self, actor: Actor, wanted: Question, *, limit: int, before: ProjectId | None = None, skip: int = 0
    ) -> ListPage:
        """Give a page: newest first those below ``before``, in any other order those after ``skip``."""
        limit = max(1, min(limit, PAGE))
        if not wanted.sort.newest_first:
            return self._sorted_page(actor, wanted, limit, skip)
        found = tuple(self._newest(wanted, limit=limit, before=before))
        return ListPage(projects=self._readable(actor, found), total=self._count(wanted))

    def rows(self, actor: Actor, wanted: Question, ids: Sequence[ProjectId]) -> tuple[ProjectSummary, ...]:
        """Give those of these projects that the list has now, at most a page of them."""
        found = (self._one(wanted, number) for number in sorted(set(ids[:PAGE]), reverse=True))
        return self._readable(actor, [one for one in found if one is not None])

    def everything(self, actor: Actor, wanted: Question) -> Iterator[tuple[ProjectSummary, ...]]:
        """Give all projects of the list in its order, some at a time, each time as it is then."""
        if not wanted.sort.newest_first:
            order, _ = self._order(actor, wanted)
            for place in range(0, len(order), PAGE):
                yield self._readable(actor, self._of(order[place : place + PAGE]))
            return
        before: ProjectId | None = None
        while found := tuple(self._newest(wanted, limit=_AT_ONCE, before=before)):
            yield self._readable(actor, found)
            before = found[-1].id

    def newest(self, wanted: Question, *, limit: int) -> Iterator[tuple[ProjectSummary, ...]]:
        """Give projects as they are stored, newest first, some at a time.

        For sums, which leave out what may not be read, over more projects than memory should hold.
        """
        before: ProjectId | None = None
        while limit > 0:
            size = min(limit, _SUMMED)
            found = tuple(self._newest(wanted, limit=size, before=before))
            if found:
                yield found
                before = found[-1].id
            limit = limit - size if len(found) == size else 0

    def people(self, actor: Actor) -> tuple[tuple[str, ...], tuple[Person, ...]]:
        """Give owners and creators of the newest projects, to choose from."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        found = self._store.page(ProjectFilter(), limit=_PEOPLE_OF)
        details = self._guard.allows(actor, Permission.DETAILS_VIEW)
        owners = {one.owner for one in found if one.owner is not None} if details else set()
        creators = {one.creator: Person(id=PersonId(one.creator), name=one.created_by) for one in found}
        return tuple(sorted(owners)), tuple(sorted(creators.values(), key=lambda one: one.name.casefold()))

    def standing(self, actor: Actor) -> tuple[int, str]:
        """Give what a page depends on besides the question: the newest change, and what the actor may read.

        Quick enough to be asked for each request. Raises ``StoreUnavailable``.
        """
        change = self._store.last_change()
        known = self._cameras
        if known is None or known[0] != change:
            known = self._cameras = (change, self._store.cameras())
        may = self._guard.which(actor, _READING)
        hidden, seen = self._guard.hidden(actor, known[1])
        return change, repr((may, seen if hidden else None))

    # Order

    def _see_that_sortable(self, actor: Actor, by: str) -> None:
        """Raise ``Unreadable`` for an order that would tell what the actor may not read."""
        if by in _OF_FOOTAGE:
            self._guard.require(actor, Permission.SEQUENCES_VIEW)
        elif by.startswith(("category:", "data:")):
            self._guard.require(actor, Permission.CATEGORIES_VIEW)
        elif by not in ("id", "created", "created_by", "expires"):
            self._guard.require(actor, Permission.DETAILS_VIEW)

    def _sorted_page(self, actor: Actor, wanted: Question, limit: int, skip: int) -> ListPage:
        order, total = self._order(actor, wanted)
        found = self._of(order[max(0, skip) : max(0, skip) + limit])
        return ListPage(projects=self._readable(actor, found), total=total, partly_sorted=total > len(order))

    def _order(self, actor: Actor, wanted: Question) -> tuple[tuple[ProjectId, ...], int]:
        """Give the ids of the newest matching projects in the order that is wanted, and how many match."""
        by = wanted.sort.by
        hidden, seen = self._guard.hidden(actor, self._store.cameras()) if by in _OF_FOOTAGE else (False, ())
        known_as = repr((wanted, seen if hidden else ()))
        change = self._store.last_change()
        with self._lock:
            remembered = self._orders.get(known_as)
        if remembered is not None and remembered[0] == change:
            return remembered[1], remembered[2]
        found = tuple(self._newest(wanted, limit=SORTED_CAP))
        if by == "expires":
            found = self._dated(found)
        total = len(found) if len(found) < SORTED_CAP else self._count(wanted)
        order = tuple(
            one.id for one in self._in_order(self._readable(actor, found) if hidden else found, wanted)
        )
        with self._lock:
            self._orders[known_as] = (change, order, total)
            self._orders.move_to_end(known_as)
            while len(self._orders) > _REMEMBERED:
                self._orders.popitem(last=False)
        return order, total

    def _in_order(self, found: Iterable[ProjectSummary], wanted: Question) -> list[ProjectSummary]:
        """Sort; what has no value comes last in either direction, and of equals the newer one first."""
        by, descending = wanted.sort.by, wanted.sort.descending
        key = key_of(by, self.properties())
        valued = [(value_of(one, by), one) for one in found]
        known = [(_comparable(value, key), one) for value, one in valued if value not in (None, "")]
        # Sorting keeps equals as they came: newest first.
        known.sort(key=lambda pair: pair[0], reverse=descending)
        return [one for _, one in known] + [one for value, one in valued if value in (None, "")]

    # Reading

    def _newest(
        self, wanted: Question, *, limit: int, before: ProjectId | None = None
    ) -> Iterator[ProjectSummary]:
        """Give up to ``limit`` matching projects below ``before``, newest first."""
        if not wanted.one_by_one:
            yield from self._store.page(wanted.narrowed, limit=limit, before=before)
            return
        matches = self._looked_at(wanted)
        lowest = 0
        if wanted.created is not None:
            # Clocks are set back at times: numbers say where to look, each project's own time decides.
            lowest = self._first_since(wanted.created.start - _SET_BACK)
            highest = self._first_since(wanted.created.end + _SET_BACK)
            before = ProjectId(min(highest, _HIGHEST if before is None else before))
        left = limit
        while left > 0:
            found = self._store.page(wanted.narrowed, limit=_AT_ONCE, before=before)
            for one in found:
                if one.id < lowest:
                    return
                if matches(one):
                    yield one
                    left -= 1
                    if left == 0:
                        return
            if len(found) < _AT_ONCE:
                return
            before = found[-1].id

    def _looked_at(self, wanted: Question) -> Callable[[ProjectSummary], bool]:
        within, hours, zone = wanted.created, wanted.hours, self._zone

        def matches(one: ProjectSummary) -> bool:
            if within is not None and not within.contains(one.created_at):
                return False
            if not all(span.has(one.values.get(span.field)) for span in wanted.spans):
                return False
            if not hours:
                return True
            local = one.created_at.astimezone(zone)
            return (local.weekday(), local.hour) in hours

        return matches

    def _first_since(self, instant: datetime) -> ProjectId:
        """Give a number below which every project was created before the instant: numbers grow in time."""
        newest = self._store.page(ProjectFilter(), limit=1)
        if not newest or newest[0].created_at < instant:
            return ProjectId(_HIGHEST)
        low, high = 0, int(newest[0].id)
        while high - low > 1:
            middle = (low + high) // 2
            found = self._store.page(ProjectFilter(), limit=1, before=ProjectId(middle + 1))
            if found and found[0].created_at >= instant:
                high = middle
            else:
                low = middle
        return ProjectId(high)

    def _count(self, wanted: Question) -> int:
        if not wanted.one_by_one:
            return self._store.count(wanted.narrowed, cap=COUNT_CAP)
        return sum(1 for _ in self._newest(wanted, limit=COUNT_CAP))

    def _one(self, wanted: Question, number: ProjectId) -> ProjectSummary | None:
        if wanted.narrowed.id not in (None, number):
            return None
        found = self._store.page(attrs.evolve(wanted.narrowed, id=number), limit=1)
        return found[0] if found and self._looked_at(wanted)(found[0]) else None

    def _of(self, ids: Sequence[ProjectId]) -> list[ProjectSummary]:
        found = (self._store.page(ProjectFilter(id=number), limit=1) for number in ids)
        return [one[0] for one in found if one]

    def _readable(self, actor: Actor, found: Sequence[ProjectSummary]) -> tuple[ProjectSummary, ...]:
        footage = self._store.footage([one.id for one in found if one.sequences])
        return self._guard.listed(actor, self._dated(found), footage)

    def _dated(self, found: Iterable[ProjectSummary]) -> tuple[ProjectSummary, ...]:
        """Say of each when its retention ends."""
        with self._store.read() as reading:
            rules = reading.retention.get(RetentionRules().id) or RetentionRules()
        return tuple(
            attrs.evolve(one, expires_at=rules.expires_at(one.created_at, one.type)) for one in found
        )


#: Where a column is called otherwise.
_ATTRIBUTES = {"created": "created_at", "expires": "expires_at"}


def value_of(one: ProjectSummary, column: str) -> FieldValue | datetime:
    """Give what a column shows of a project, as it is stored."""
    if column.startswith(("category:", "data:")):
        return one.values.get(column)
    found: FieldValue | datetime = getattr(one, _ATTRIBUTES.get(column, column))
    return found


def _comparable(value: FieldValue | datetime, key: Key) -> tuple[int, float, str]:
    return (0, value.timestamp(), "") if isinstance(value, datetime) else key(value)
