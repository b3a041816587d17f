"""Operations on the list: pages, rows that changed, tables, the dashboard, columns and saved filters."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

import attrs
import msgspec
from starlette.responses import Response, StreamingResponse

from incident_plugin.application.guard import Guard
from incident_plugin.application.incidents.asking import FILTERS, Question
from incident_plugin.application.incidents.list_keeping import KeptForList, NewFilter
from incident_plugin.application.incidents.listing import Listing
from incident_plugin.application.incidents.overview import Overview, Overviews
from incident_plugin.application.incidents.tables import csv_table
from incident_plugin.application.store import ProjectSummary
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidFilter
from incident_plugin.domain.filters import ListSettings, SavedFilter, SavedFilterId
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Media, Number, Operation, Parameter, whole_number

#: Pages that are kept until something changes.
_KEPT_PAGES = 64
#: In a query, what makes its answer another one from moment to moment, or for each person.
_OF_THE_MOMENT = frozenset({"from", "to", "starts-after", "ends-before", "created-from", "created-to"})
_OF_THE_PERSON = frozenset({"mine", "creator"})
#: What is no filter: how much of the list is asked for.
_OF_PAGES = frozenset({"limit", "before", "skip", "ids"})
_PAGE = (
    Parameter("limit", Number, "1 to 100, 100 when left out."),
    Parameter("before", Number, "Number of a project: older ones only."),
    Parameter("skip", Number, "So many in any other order than by number."),
)
_IDS = Parameter("ids", told="Numbers of projects, with commas between them.")
#: Besides these every category (``category:<id>``) and data field (``data:<id>``) is a filter. Each may
#: stand several times, where several values make sense.
_FILTERS = tuple(Parameter(name, list[str]) for name in sorted(FILTERS))


class ColumnsBody(Body):
    """The caller's columns, from left to right; none for the delivered ones."""

    columns: list[str]


class FilterBody(Body):
    """A filter to keep: the query that follows the list's address."""

    name: str
    query: str
    shared: bool = False


@attrs.frozen(kw_only=True)
class ListAnswer:
    """A page of the list."""

    projects: tuple[ProjectSummary, ...]
    #: How many match, up to 10,001.
    total: int
    #: Whether there are more than were counted.
    capped: bool
    #: Only the newest 10,000 are in this order.
    partly_sorted: bool


@attrs.frozen(kw_only=True)
class RowsAnswer:
    """Those of some projects that the list has now."""

    projects: tuple[ProjectSummary, ...]


@attrs.frozen(kw_only=True)
class ListPeopleAnswer:
    """Owners and creators to choose from."""

    owners: tuple[str, ...]
    creators: tuple[Person, ...]


@attrs.frozen(kw_only=True)
class ListSettingsAnswer:
    """The caller's columns and filters."""

    columns: tuple[str, ...]
    filters: tuple[SavedFilter, ...]


class _Pages:
    """The pages that were asked for last, as long as nothing changes: many people look at the same one."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[int, str], bytes] = OrderedDict()

    def find(self, call: Call, listing: Listing) -> tuple[tuple[int, str] | None, bytes | None]:
        """Give what a page is known as, and the page itself when it was made already.

        Asking the store for its newest change is a matter of microseconds and waits for no writer, so this is
        done without a worker thread.
        """
        change, may = listing.standing(call.actor)
        asked = call.request.scope["query_string"]
        names = set(call.query) if asked else set()
        # Incident data may be asked for by time as well.
        if names & _OF_THE_MOMENT or any(name.startswith("data:") for name in names):
            return None, None
        person = call.actor.person if names & _OF_THE_PERSON else None
        known_as = (change, repr((asked, may, person)))
        return known_as, self._made.get(known_as)

    def keep(self, known_as: tuple[int, str] | None, made: bytes) -> None:
        """Keep a page that was made."""
        if known_as is None:
            return
        self._made[known_as] = made
        while len(self._made) > _KEPT_PAGES or next(iter(self._made))[0] < known_as[0]:
            self._made.popitem(last=False)


@attrs.frozen(kw_only=True)
class ListResources:
    """Handlers of the operations on the list."""

    _listing: Listing
    _overviews: Overviews
    _kept: KeptForList
    _guard: Guard
    _zone: ZoneInfo
    _pages: _Pages = attrs.field(init=False, factory=_Pages)

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view = Permission.PROJECTS_VIEW
        in_filter = "Cannot save filter. Try again later."
        one = "list/filters/{id}"
        return (
            Operation(
                "GET",
                "projects",
                view,
                "A page of the list; every filter is a parameter.",
                self.page,
                parameters=(*_PAGE, *_FILTERS),
            ),
            Operation(
                "GET",
                "list/rows",
                view,
                "Of the projects in ?ids= those in the list now.",
                self.rows,
                parameters=(_IDS, *_FILTERS),
            ),
            Operation(
                "GET", "list/csv", view, "The list as comma-separated values.", self.csv, parameters=_FILTERS
            ),
            Operation(
                "GET",
                "list/overview",
                view,
                "Sums over the list: the dashboard.",
                self.overview,
                parameters=_FILTERS,
            ),
            Operation("GET", "list/people", view, "Owners and creators of the newest projects.", self.people),
            Operation("GET", "list/settings", view, "The caller's columns and filters.", self.settings),
            Operation("PUT", "list/settings", view, "Keep the caller's columns.", self.put_settings),
            Operation(
                "POST", "list/filters", view, "Save a filter.", self.save, in_filter, HTTPStatus.CREATED
            ),
            Operation("PUT", one, view, "Change a saved filter.", self.change, in_filter),
            Operation("DELETE", one, view, "Remove a saved filter.", self.remove, in_filter),
        )

    async def page(self, call: Call) -> Annotated[Response, Media("application/json", value=ListAnswer)]:
        known_as, made = self._pages.find(call, self._listing)
        if made is None:
            made = await asyncio.to_thread(self._made, call)
            self._pages.keep(known_as, made)
        return Response(made, media_type="application/json", headers={"Cache-Control": "no-store"})

    def _made(self, call: Call) -> bytes:
        query = call.query
        wanted = self._asked(call)
        found = self._listing.page(
            call.actor,
            wanted,
            limit=whole_number(query.get("limit", "100"), "limit"),
            before=ProjectId(whole_number(query["before"], "before")) if query.get("before") else None,
            skip=whole_number(query.get("skip", "0"), "skip"),
        )
        answer = ListAnswer(
            projects=found.projects,
            total=found.total,
            capped=found.capped,
            partly_sorted=found.partly_sorted,
        )
        return msgspec.json.encode(answer)

    async def rows(self, call: Call) -> RowsAnswer:
        numbers = call.query.get("ids", "").split(",")
        ids = [ProjectId(whole_number(number, "ids")) for number in numbers if number]

        def rows() -> RowsAnswer:
            return RowsAnswer(projects=self._listing.rows(call.actor, self._asked(call), ids))

        return await asyncio.to_thread(rows)

    async def csv(self, call: Call) -> Annotated[Response, Media("text/csv")]:
        wanted = await asyncio.to_thread(self._asked, call)
        pieces = csv_table(self._listing, self._guard, call.actor, wanted, self._zone)
        return StreamingResponse(
            _in_thread(pieces),
            media_type="text/csv; charset=utf-8",
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": 'attachment; filename="incident-projects.csv"',
            },
        )

    async def overview(self, call: Call) -> Overview:
        def overview() -> Overview:
            return self._overviews.overview(call.actor, self._asked(call))

        return await asyncio.to_thread(overview)

    async def people(self, call: Call) -> ListPeopleAnswer:
        owners, creators = await asyncio.to_thread(self._listing.people, call.actor)
        return ListPeopleAnswer(owners=owners, creators=creators)

    async def settings(self, call: Call) -> ListSettingsAnswer:
        settings = await asyncio.to_thread(self._kept.settings, call.actor)
        filters = await asyncio.to_thread(self._kept.filters, call.actor)
        return ListSettingsAnswer(columns=settings.columns, filters=filters)

    async def put_settings(self, call: Call, body: ColumnsBody) -> ListSettings:
        columns = tuple(body.columns)
        return await asyncio.to_thread(self._kept.choose_columns, call.actor, columns)

    async def save(self, call: Call, body: FilterBody) -> SavedFilter:
        return await asyncio.to_thread(self._kept.save, call.actor, _new(body))

    async def change(self, call: Call, body: FilterBody) -> SavedFilter:
        identity = SavedFilterId(call.path["id"])
        return await asyncio.to_thread(self._kept.change, call.actor, identity, _new(body))

    async def remove(self, call: Call) -> None:
        await asyncio.to_thread(self._kept.remove, call.actor, SavedFilterId(call.path["id"]))

    def _asked(self, call: Call) -> Question:
        items = call.request.query_params.multi_items()
        if any("\0" in value or any("\ud800" <= c <= "\udfff" for c in value) for _, value in items):
            raise InvalidFilter("The filter has characters that no text has. Remove them.")
        return self._listing.asked(call.actor, [item for item in items if item[0] not in _OF_PAGES])


def _new(body: FilterBody) -> NewFilter:
    return NewFilter(name=body.name, query=body.query, shared=body.shared)


async def _in_thread(pieces: Iterator[str]) -> AsyncIterator[bytes]:
    """Give the pieces, each made in a worker thread when the one before was sent."""
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece.encode("utf-8", "replace")
