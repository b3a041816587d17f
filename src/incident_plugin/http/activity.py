"""Operations on activity logs."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import attrs
import msgspec
from starlette.responses import Response

from incident_plugin.application.incidents.activity import ActivityLogs
from incident_plugin.application.searching import EntryFilter
from incident_plugin.domain.access import Permission
from incident_plugin.domain.journal import Action, Activity, Entry
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.phrases import sentence, spoken
from incident_plugin.domain.project import ProjectId
from incident_plugin.http.operations import Call, Media, Number, Operation, Parameter, whole_number

_PAGE = (
    Parameter("kind", told="Beginning of the action: `field`, `comment`, `sequence`..."),
    Parameter("person", told="Id of a person."),
    Parameter("target", told="Name of a field, id of a comment, call or sequence."),
    Parameter("limit", Number, "So many, newest first."),
    Parameter("before", Number, "Number of an entry."),
)


@attrs.frozen(kw_only=True)
class Moment:
    """An instant within a sentence."""

    at: datetime


@attrs.frozen(kw_only=True)
class EntryAnswer:
    """One row of the activity log, readable and machine-readable."""

    number: int
    at: datetime
    actor: Person
    action: Action
    subject: str
    before: str
    after: str
    #: Name of the field, or id of the comment, call or sequence.
    target: str
    text: str
    #: The same sentence in pieces, its times as instants.
    said: tuple[str | Moment, ...]


@attrs.frozen(kw_only=True)
class ActivityAnswer:
    """Entries of an activity log."""

    entries: tuple[EntryAnswer, ...]
    #: How many match the filter.
    found: int
    total: int
    #: What is wrong with the chain; nothing when it is whole.
    fault: str | None
    #: Who did something.
    people: tuple[Person, ...]


@attrs.frozen(kw_only=True)
class ActivityResources:
    """Handlers of the operations on activity logs."""

    _logs: ActivityLogs

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view, one = Permission.ACTIVITY_VIEW, "projects/{id}/activity"
        return (
            Operation(
                "GET",
                one,
                view,
                "Activity log; filtered, newest first with a limit.",
                self.page,
                parameters=_PAGE,
            ),
            Operation(
                "GET", f"{one}/lines", view, "Activity log as JSON Lines, with its hashes.", self.lines
            ),
        )

    async def page(self, call: Call) -> ActivityAnswer:
        query = call.query
        before, limit = query.get("before"), query.get("limit")
        page = await asyncio.to_thread(
            self._logs.page,
            call.actor,
            ProjectId(call.number("id")),
            EntryFilter(
                kind=query.get("kind", ""),
                people=frozenset({PersonId(query["person"])}) if query.get("person") else None,
                target=query.get("target", ""),
            ),
            limit=whole_number(limit, "limit") if limit else None,
            before=whole_number(before, "before") if before else None,
        )
        # Whoever reads all of it reads it as it was written; a page is what is new.
        entries = page.entries if limit else tuple(reversed(page.entries))
        return ActivityAnswer(
            entries=tuple(_row(entry) for entry in entries),
            found=page.found,
            total=page.total,
            fault=page.fault,
            people=page.people,
        )

    async def lines(self, call: Call) -> Annotated[Response, Media("application/x-ndjson")]:
        project = ProjectId(call.number("id"))
        page = await asyncio.to_thread(self._logs.page, call.actor, project, EntryFilter())
        entries = reversed(page.entries)
        lines = b"".join(
            msgspec.json.encode({"hash": entry.hash, **attrs.asdict(entry, recurse=False)}) + b"\n"
            for entry in entries
        )
        name = f"incident-project-{project}-activity.jsonl"
        return Response(
            lines,
            media_type="application/x-ndjson",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )


def said_of(activity: Activity) -> tuple[str | Moment, ...]:
    """Give the sentence in pieces, its times as instants."""
    return tuple(Moment(at=piece) if isinstance(piece, datetime) else piece for piece in spoken(activity))


def _row(entry: Entry) -> EntryAnswer:
    activity = entry.activity
    return EntryAnswer(
        number=entry.number,
        at=entry.at,
        actor=entry.actor,
        action=activity.action,
        subject=activity.subject,
        before=activity.before,
        after=activity.after,
        target=activity.target,
        text=sentence(activity),
        said=said_of(activity),
    )
