"""Operations on incident projects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated

import attrs
import msgspec

from incident_plugin.application.incidents.projects import CallFacts, NewProject, Projects
from incident_plugin.application.incidents.relations import Relations
from incident_plugin.application.video.footage import FootagePicker
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.project import CallDirection, CallId, CommentId, FieldChange, Project, ProjectId
from incident_plugin.domain.properties import IncidentProperties
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.http.answers import COMMENTS, ProjectAnswer, shown
from incident_plugin.http.bodies import Body, Picked, drafts_of, picks_of
from incident_plugin.http.operations import ONCE, Call, Operation

_MAKING = (ONCE, COMMENTS)


class NewProjectBody(Picked):
    """What a project begins with."""

    type: str | None = None
    description: str = ""


class ChangeBody(Body):
    """Fields, with the values their author saw and those they chose."""

    changes: list[FieldChangeBody]


class FieldChangeBody(Body):
    """One field."""

    field: str
    before: str | int | bool | None
    after: str | int | float | bool | None


class TextBody(Body):
    """A comment."""

    text: str


class EditedTextBody(TextBody, kw_only=True):
    """A comment anew."""

    #: When the comment that its author saw had been edited last.
    seen: datetime | None


class NoteBody(Body):
    """A remark about a sequence, and the one that its author saw."""

    before: str
    note: str


class CallBody(Body):
    """A call."""

    direction: CallDirection
    at: datetime
    number: str = ""
    person: str = ""
    #: What is longer than a day is refused with a reason of its own.
    duration_seconds: Annotated[int, msgspec.Meta(ge=-(10**9), le=10**9)] | None = None
    outcome: str = ""
    note: str = ""


class EditedCallBody(CallBody, kw_only=True):
    """A call anew."""

    #: When the call that its author saw had been edited last.
    seen: datetime | None


class RestoreBody(Body):
    """Comments, calls and sequences that were taken out."""

    ids: list[str]


class IdsBody(Body):
    """Sequences of a project."""

    ids: list[SequenceId]


class ViewedBody(Body):
    """The sequence that was viewed."""

    sequence: SequenceId


@attrs.frozen(kw_only=True)
class WarnedAnswer:
    """A project, and what its author should know of the video that was added."""

    project: ProjectAnswer
    warnings: tuple[str, ...]


@attrs.frozen(kw_only=True)
class ProjectResources:
    """Handlers of the operations on projects."""

    _projects: Projects
    _picker: FootagePicker
    _relations: Relations

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        return (*self._list_operations(), *self._content_operations(), *self._document_operations())

    def _list_operations(self) -> tuple[Operation, ...]:
        view, manage = Permission.PROJECTS_VIEW, Permission.PROJECTS_MANAGE
        create = "Cannot create incident project. Try again later."
        change = "Cannot save incident project. Try again later."
        one, row = "projects/{id}", partial(Operation, parameters=(COMMENTS,))
        return (
            Operation("GET", "properties", view, "Incident properties to choose from.", self.properties),
            Operation(
                "POST",
                "projects",
                manage,
                "Create a project.",
                self.create,
                create,
                HTTPStatus.CREATED,
                parameters=_MAKING,
            ),
            row("GET", one, view, "A project, as far as the caller may read it.", self.get),
            # Which permission a change takes depends on the field: the use case asks for it.
            row("PATCH", one, view, "Change fields of a project.", self.change, change),
            Operation("POST", f"{one}/opened", view, "Log that the project was opened.", self.opened),
        )

    def _content_operations(self) -> tuple[Operation, ...]:
        comments, calls, sequences = (
            Permission.COMMENTS_MANAGE,
            Permission.CALLS_MANAGE,
            Permission.SEQUENCES_MANAGE,
        )
        in_comment, in_call = "Cannot save comment. Try again later.", "Cannot save call. Try again later."
        in_note = "Cannot save note. Try again later."
        in_adding = "Cannot add sequence. Try again later."
        in_removing = "Cannot remove all sequences. Try again later."
        one, row = "projects/{id}", partial(Operation, parameters=(COMMENTS,))
        making = partial(Operation, parameters=_MAKING)
        comment, call = f"{one}/comments/{{item}}", f"{one}/calls/{{item}}"
        remove = f"{one}/sequences/remove"
        return (
            making("POST", f"{one}/comments", comments, "Comment.", self.add_comment, in_comment),
            row("PUT", comment, comments, "Edit a comment.", self.edit_comment, in_comment),
            row("DELETE", comment, comments, "Delete a comment.", self.delete_comment, in_comment),
            making("POST", f"{one}/calls", calls, "Log a call.", self.add_call, in_call),
            row("PUT", call, calls, "Correct a call.", self.edit_call, in_call),
            row("DELETE", call, calls, "Delete a call.", self.delete_call, in_call),
            making("POST", f"{one}/sequences", sequences, "Add sequences.", self.add_sequences, in_adding),
            row("POST", remove, sequences, "Remove sequences.", self.remove_sequences, in_removing),
            row(
                "PUT",
                f"{one}/sequences/{{item}}",
                sequences,
                "Note on a sequence.",
                self.note_sequence,
                in_note,
                also=(Permission.CAMERAS_VIEW,),
            ),
            # Which permission it takes depends on what is put back: the use case asks for it.
            row(
                "POST",
                f"{one}/restore",
                Permission.PROJECTS_VIEW,
                "Put back comments, calls and sequences that were taken out lately.",
                self.restore,
                "Cannot save incident project. Try again later.",
            ),
        )

    def _document_operations(self) -> tuple[Operation, ...]:
        one = "projects/{id}"
        viewed = "Log that a sequence's video was viewed."
        return (Operation("POST", f"{one}/viewed", Permission.VIDEO_VIEW, viewed, self.viewed),)

    async def properties(self, call: Call) -> IncidentProperties:
        return await asyncio.to_thread(self._projects.properties, call.actor)

    async def create(self, call: Call, body: NewProjectBody) -> WarnedAnswer:
        picked = await self._picker.pick(call.actor, picks_of(body))
        new = NewProject(
            type_id=body.type,
            description=body.description,
            footage=picked.footage,
            drafts=drafts_of(body),
        )
        project = await asyncio.to_thread(self._projects.create, call.actor, new, call.once)
        same = await asyncio.to_thread(self._relations.warnings, project, project.sequences)
        return WarnedAnswer(project=shown(call, project), warnings=(*picked.warnings, *same))

    async def get(self, call: Call) -> ProjectAnswer:
        return shown(call, await asyncio.to_thread(self._projects.get, call.actor, _id(call)))

    async def opened(self, call: Call) -> None:
        await asyncio.to_thread(self._projects.opened, call.actor, _id(call))

    async def change(self, call: Call, body: ChangeBody) -> ProjectAnswer:
        changes = tuple(
            FieldChange(field=c.field, before=c.before, after=_stored(c.after)) for c in body.changes
        )
        return shown(call, await asyncio.to_thread(self._projects.change, call.actor, _id(call), changes))

    async def add_comment(self, call: Call, body: TextBody) -> ProjectAnswer:
        text = body.text
        return await self._done(call, self._projects.add_comment, text, call.once)

    async def edit_comment(self, call: Call, body: EditedTextBody) -> ProjectAnswer:
        comment = CommentId(call.path["item"])
        return await self._done(call, self._projects.edit_comment, comment, body.text, _seen(body.seen))

    async def delete_comment(self, call: Call) -> ProjectAnswer:
        return await self._done(call, self._projects.delete_comment, CommentId(call.path["item"]))

    async def add_call(self, call: Call, body: CallBody) -> ProjectAnswer:
        return await self._done(call, self._projects.add_call, _facts(body), call.once)

    async def edit_call(self, call: Call, body: EditedCallBody) -> ProjectAnswer:
        item = CallId(call.path["item"])
        return await self._done(call, self._projects.edit_call, item, _facts(body), _seen(body.seen))

    async def delete_call(self, call: Call) -> ProjectAnswer:
        return await self._done(call, self._projects.delete_call, CallId(call.path["item"]))

    async def restore(self, call: Call, body: RestoreBody) -> ProjectAnswer:
        return await self._done(call, self._projects.restore, frozenset(body.ids))

    async def add_sequences(self, call: Call, body: Picked) -> WarnedAnswer:
        picked = await self._picker.pick(call.actor, picks_of(body))
        written = await asyncio.to_thread(
            self._projects.add_sequences, call.actor, _id(call), picked.footage, drafts_of(body), call.once
        )
        same = await asyncio.to_thread(self._relations.warnings, written.project, written.added)
        return WarnedAnswer(project=shown(call, written.project), warnings=(*picked.warnings, *same))

    async def remove_sequences(self, call: Call, body: IdsBody) -> ProjectAnswer:
        return await self._done(call, self._projects.remove_sequences, frozenset(body.ids))

    async def note_sequence(self, call: Call, body: NoteBody) -> ProjectAnswer:
        item = SequenceId(call.path["item"])
        return await self._done(call, self._projects.note_sequence, item, body.before, body.note)

    async def _done(self, call: Call, work: Callable[..., Project], *arguments: object) -> ProjectAnswer:
        return shown(call, await asyncio.to_thread(work, call.actor, _id(call), *arguments))

    async def viewed(self, call: Call, body: ViewedBody) -> None:
        sequence = body.sequence
        await asyncio.to_thread(self._projects.viewed, call.actor, _id(call), sequence)


def _id(call: Call) -> ProjectId:
    return ProjectId(call.number("id"))


def _facts(body: CallBody) -> CallFacts:
    if body.at.tzinfo is None:
        raise InvalidInput("The time of the call needs its zone. Nothing was saved.")
    return CallFacts(
        direction=body.direction,
        at=body.at,
        number=body.number,
        person=body.person,
        duration=None if body.duration_seconds is None else timedelta(seconds=body.duration_seconds),
        outcome=body.outcome,
        note=body.note,
    )


def _seen(instant: datetime | None) -> datetime | None:
    if instant is not None and instant.tzinfo is None:
        raise InvalidInput("“seen” needs its zone. Nothing was saved.")
    return instant


def _stored(value: str | float | bool | None) -> str | int | bool | None:
    return repr(value) if isinstance(value, float) else value
