"""Operations of several people at one project: who is there, owners, texts not saved, related projects."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial

import attrs

from incident_plugin.application.incidents.people import People
from incident_plugin.application.incidents.presence import Presence
from incident_plugin.application.incidents.relations import Relations, Surroundings
from incident_plugin.application.incidents.unsaved import UnsavedWork
from incident_plugin.application.video.footage_states import FootageStates, SequenceState
from incident_plugin.domain.access import Permission
from incident_plugin.domain.notices import Notice
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId
from incident_plugin.http.answers import COMMENTS, ProjectAnswer, shown
from incident_plugin.http.bodies import Body, ProjectNumber
from incident_plugin.http.operations import Call, Operation


class PresenceBody(Body):
    """A browser tab that shows the project, or does no longer."""

    client: str
    here: bool = True


class UnsavedBody(Body):
    """What was entered and not saved, as the page wrote it; empty for nothing."""

    entries: str


class OwnerBody(Body):
    """Whom a project is handed over to, and the owner that was seen."""

    before: str | None
    to: str


class RelationBody(Body):
    """Another project, and in a word what it has to do with this one."""

    project: ProjectNumber
    why: str = ""


class UnlinkBody(Body):
    """Another project."""

    project: ProjectNumber


class NoticesBody(Body):
    """Messages that were seen."""

    ids: list[str]


@attrs.frozen(kw_only=True)
class PresenceAnswer:
    """Who else has the project open."""

    others: tuple[Person, ...]


@attrs.frozen(kw_only=True)
class UnsavedAnswer:
    """What the caller has not saved, and since when; empty for nothing."""

    entries: str
    at: datetime | None


@attrs.frozen(kw_only=True)
class StatesAnswer:
    """How the video of each sequence stands."""

    states: tuple[SequenceState, ...]


@attrs.frozen(kw_only=True)
class ColleaguesAnswer:
    """Colleagues to hand over to."""

    people: tuple[Person, ...]


@attrs.frozen(kw_only=True)
class NoticesAnswer:
    """Messages to the caller."""

    notices: tuple[Notice, ...]


@attrs.frozen(kw_only=True)
class TogetherResources:
    """Handlers of these operations."""

    _people: People
    _presence: Presence
    _unsaved: UnsavedWork
    _relations: Relations
    _states: FootageStates

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view, details, one = Permission.PROJECTS_VIEW, Permission.DETAILS_MANAGE, "projects/{id}"
        sequences = Permission.SEQUENCES_VIEW
        owner, project = (
            "Cannot save owner. Try again later.",
            "Cannot save incident project. Try again later.",
        )
        of_project = partial(Operation, parameters=(COMMENTS,))
        here = "Say that a page shows the project; who else has it open."
        keep = "Keep what the caller has not saved."
        return (
            Operation("POST", f"{one}/presence", view, here, self.presence),
            Operation("GET", f"{one}/unsaved", view, "What the caller has not saved.", self.unsaved),
            Operation("PUT", f"{one}/unsaved", view, keep, self.keep),
            of_project("POST", f"{one}/owner", details, "Hand over to a colleague.", self.owner, owner),
            Operation("GET", f"{one}/related", view, "Related projects, and the same video.", self.related),
            of_project("POST", f"{one}/related", details, "Relate two projects.", self.link, project),
            of_project("POST", f"{one}/related/remove", details, "Unlink.", self.unlink, project),
            Operation("GET", f"{one}/sequences/states", sequences, "How the video stands.", self.states),
            Operation(
                "GET", "people", Permission.DETAILS_VIEW, "Colleagues to hand over to.", self.colleagues
            ),
            Operation("GET", "notices", view, "Messages to the caller.", self.notices),
            Operation("POST", "notices/seen", view, "Take note that messages were seen.", self.seen),
        )

    async def presence(self, call: Call, body: PresenceBody) -> PresenceAnswer:
        project = ProjectId(call.number("id"))
        if not body.here:
            self._presence.left(call.actor, project, body.client)
            return PresenceAnswer(others=())
        await asyncio.to_thread(self._people.seen, call.actor)
        return PresenceAnswer(others=self._presence.here(call.actor, project, body.client))

    async def unsaved(self, call: Call) -> UnsavedAnswer:
        kept = await asyncio.to_thread(self._unsaved.get, call.actor, ProjectId(call.number("id")))
        return UnsavedAnswer(entries=kept.entries if kept else "", at=kept.at if kept else None)

    async def keep(self, call: Call, body: UnsavedBody) -> None:
        entries = body.entries
        await asyncio.to_thread(self._unsaved.keep, call.actor, ProjectId(call.number("id")), entries)

    async def owner(self, call: Call, body: OwnerBody) -> ProjectAnswer:
        project = ProjectId(call.number("id"))
        saved = await asyncio.to_thread(self._people.hand_over, call.actor, project, body.before, body.to)
        return shown(call, saved)

    async def related(self, call: Call) -> Surroundings:
        return await asyncio.to_thread(self._relations.around, call.actor, ProjectId(call.number("id")))

    async def link(self, call: Call, body: RelationBody) -> ProjectAnswer:
        project = ProjectId(call.number("id"))
        other = ProjectId(body.project)
        saved = await asyncio.to_thread(self._relations.link, call.actor, project, other, body.why)
        return shown(call, saved)

    async def unlink(self, call: Call, body: UnlinkBody) -> ProjectAnswer:
        other, project = ProjectId(body.project), ProjectId(call.number("id"))
        return shown(call, await asyncio.to_thread(self._relations.unlink, call.actor, project, other))

    async def states(self, call: Call) -> StatesAnswer:
        return StatesAnswer(states=await self._states.of(call.actor, ProjectId(call.number("id"))))

    async def colleagues(self, call: Call) -> ColleaguesAnswer:
        return ColleaguesAnswer(people=await asyncio.to_thread(self._people.colleagues, call.actor))

    async def notices(self, call: Call) -> NoticesAnswer:
        return NoticesAnswer(notices=await asyncio.to_thread(self._people.notices, call.actor))

    async def seen(self, call: Call, body: NoticesBody) -> None:
        ids = frozenset(body.ids)
        await asyncio.to_thread(self._people.dismiss, call.actor, ids)
