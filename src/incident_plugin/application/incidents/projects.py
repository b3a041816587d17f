"""Use cases of incident projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock, Ids, Licence
from incident_plugin.application.searching import EntryFilter
from incident_plugin.application.store import IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import LicenceRefused, NotFound
from incident_plugin.domain.fields import checked_field
from incident_plugin.domain.journal import Action, Activity, described_footage
from incident_plugin.domain.project import (
    Call,
    CallDirection,
    CallId,
    Comment,
    CommentId,
    FieldChange,
    Project,
    ProjectId,
)
from incident_plugin.domain.properties import FieldValue, IncidentProperties
from incident_plugin.domain.removed import put_back
from incident_plugin.domain.requests import Once
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId

#: Whoever loads a project's page again within this time is still looking: its log tells of it once.
OPENED_ONCE_WITHIN = timedelta(minutes=30)


@attrs.frozen(kw_only=True)
class CallFacts:
    """What an operator enters about a call."""

    direction: CallDirection
    at: datetime
    number: str = ""
    person: str = ""
    duration: timedelta | None = None
    outcome: str = ""
    note: str = ""


@attrs.frozen(kw_only=True)
class NewProject:
    """What a project begins with."""

    type_id: str | None = None
    description: str = ""
    footage: tuple[Footage, ...] = ()
    #: Sequences to take off the actor's draft list: these, or all of it for ``None``.
    drafts: frozenset[SequenceId] | None = frozenset()


@attrs.frozen(kw_only=True)
class AddedSequences:
    """A project, and what was added to it just now; a repeated request adds nothing."""

    project: Project
    added: tuple[Sequence, ...]


@attrs.frozen(kw_only=True)
class Projects:
    """Everything done to projects. Each method checks the permission, and returns what is then on disk."""

    _store: IncidentStore
    _work: UnitOfWork
    _guard: Guard
    _clock: Clock
    _ids: Ids
    _licence: Licence

    def properties(self, actor: Actor) -> IncidentProperties:
        """Give the incident properties to choose from."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        with self._work.reading(actor.person) as work:
            return work.properties

    def get(self, actor: Actor, project_id: ProjectId) -> Project:
        """Give what the actor may read of a project."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        with self._work.reading(actor.person) as work:
            return self._read(actor, work, work.project(project_id))

    def create(self, actor: Actor, new: NewProject, once: Once | None = None) -> Project:
        """Make a project and give what the actor may read of it; raises ``LicenceRefused``.

        Drafts it takes leave the draft list with it. A request that repeats an earlier one is given what
        that one made.
        """
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        now = self._clock.now()
        with self._work.begin(actor.person) as work:
            earlier = work.done_before(once)
            if earlier is not None:
                return self._read(actor, work, work.project(earlier))
            refuse_without_licence(self._licence)
            sequences = self._sequences(actor, new.footage) + self._taken_drafts(work, actor, new.drafts)
            fields = first_fields(work.properties, new.type_id, new.description)
            project = work.create(
                lambda project_id: Project(
                    id=project_id, created_by=actor.person, created_at=now, fields=fields
                ).with_sequences(sequences)
            )
            work.done(once, project.id)
            return self._read(actor, work, project)

    def note(self, actor: Actor, project_id: ProjectId, activity: Activity) -> None:
        """Log what was done with a project without changing it."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        with self._work.begin(actor.person) as work:
            work.project(project_id)
            work.note(project_id, activity)

    def opened(self, actor: Actor, project_id: ProjectId) -> None:
        """Log that somebody opened a project; once within ``OPENED_ONCE_WITHIN``, however often it is loaded.

        The same on both sides of now: a clock that was set back hides nobody's opening for longer.
        """
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        now = self._clock.now()
        theirs = EntryFilter(
            kind=Action.OPENED,
            people=frozenset({actor.person.id}),
            since=now - OPENED_ONCE_WITHIN,
            until=now + OPENED_ONCE_WITHIN,
        )
        with self._work.reading(actor.person) as work:
            work.project(project_id)
        if not self._store.newest_entries(project_id, theirs, limit=1):
            self.note(actor, project_id, Activity(action=Action.OPENED, subject=str(project_id)))

    def viewed(self, actor: Actor, project_id: ProjectId, sequence_id: SequenceId) -> None:
        """Log that a sequence's video was viewed."""
        with self._work.reading(actor.person) as work:
            footage = self._sequence(work, project_id, sequence_id).footage
        self._guard.require(actor, Permission.VIDEO_VIEW, (footage.camera,))
        self.note(
            actor,
            project_id,
            Activity(
                action=Action.VIDEO_VIEWED,
                subject=footage.camera_name,
                after=described_footage(footage),
                camera=footage.camera,
                target=sequence_id,
            ),
        )

    def change(self, actor: Actor, project_id: ProjectId, changes: tuple[FieldChange, ...]) -> Project:
        """Set fields; raises ``Conflict`` for a field that somebody else changed meanwhile."""
        for change in changes:
            in_categories = change.field.startswith(("category:", "data:"))
            self._guard.require(
                actor, Permission.CATEGORIES_MANAGE if in_categories else Permission.DETAILS_MANAGE
            )
        with self._work.begin(actor.person) as work:
            project = work.project(project_id).changed(changes, work.properties)
            return self._saved(actor, work, project)

    def add_comment(
        self, actor: Actor, project_id: ProjectId, text: str, once: Once | None = None
    ) -> Project:
        """Add a comment."""
        self._guard.require(actor, Permission.COMMENTS_MANAGE)
        comment = Comment(id=CommentId(self._ids.new()), text=text, author=actor.person, at=self._clock.now())
        return self._added(actor, project_id, once, lambda project, _: project.with_comment(comment))

    def edit_comment(
        self, actor: Actor, project_id: ProjectId, comment: CommentId, text: str, seen: datetime | None
    ) -> Project:
        """Replace the text of a comment that was edited last at ``seen``; raises ``Conflict`` otherwise."""
        self._guard.require(actor, Permission.COMMENTS_MANAGE)
        now = self._clock.now()
        with self._work.begin(actor.person) as work:
            project = work.project(project_id)
            try:
                edited = project.with_edited_comment(comment, text, seen=seen, by=actor.person, at=now)
            except NotFound:
                raise work.gone(project_id, comment, "comment") from None
            return self._saved(actor, work, edited)

    def delete_comment(self, actor: Actor, project_id: ProjectId, comment: CommentId) -> Project:
        """Delete a comment."""
        self._guard.require(actor, Permission.COMMENTS_MANAGE)
        with self._work.begin(actor.person) as work:
            project = work.project(project_id)
            try:
                left = project.without_comment(comment)
            except NotFound:
                raise work.gone(project_id, comment, "comment") from None
            return self._saved(actor, work, left)

    def add_call(
        self, actor: Actor, project_id: ProjectId, facts: CallFacts, once: Once | None = None
    ) -> Project:
        """Log a call."""
        self._guard.require(actor, Permission.CALLS_MANAGE)
        call = Call(id=CallId(self._ids.new()), author=actor.person, **attrs.asdict(facts))
        return self._added(actor, project_id, once, lambda project, _: project.with_call(call))

    def edit_call(
        self,
        actor: Actor,
        project_id: ProjectId,
        call_id: CallId,
        facts: CallFacts,
        seen: datetime | None,
    ) -> Project:
        """Correct a logged call that was edited last at ``seen``; raises ``Conflict`` otherwise."""
        self._guard.require(actor, Permission.CALLS_MANAGE)
        now = self._clock.now()
        with self._work.begin(actor.person) as work:
            project = work.project(project_id)
            try:
                call = attrs.evolve(project.call(call_id), **attrs.asdict(facts))
            except NotFound:
                raise work.gone(project_id, call_id, "call") from None
            edited = project.with_edited_call(call, seen=seen, by=actor.person, at=now)
            return self._saved(actor, work, edited)

    def delete_call(self, actor: Actor, project_id: ProjectId, call_id: CallId) -> Project:
        """Delete a logged call."""
        self._guard.require(actor, Permission.CALLS_MANAGE)
        with self._work.begin(actor.person) as work:
            project = work.project(project_id)
            try:
                left = project.without_call(call_id)
            except NotFound:
                raise work.gone(project_id, call_id, "call") from None
            return self._saved(actor, work, left)

    def restore(self, actor: Actor, project_id: ProjectId, ids: frozenset[str]) -> Project:
        """Put comments, calls and sequences back that were taken out lately; raises ``NotFound``."""
        with self._work.begin(actor.person) as work:
            project, removed = work.project(project_id), work.removed(project_id)
            for item in ids:
                found = removed.find(item)
                if found is not None and found.sequence is not None:
                    camera = found.sequence.footage.camera
                    self._guard.require(actor, Permission.SEQUENCES_MANAGE)
                    self._guard.require(actor, Permission.CAMERAS_VIEW, (camera,))
                elif found is not None:
                    comment = found.comment is not None
                    self._guard.require(
                        actor, Permission.COMMENTS_MANAGE if comment else Permission.CALLS_MANAGE
                    )
            restored = work.save(put_back(project, removed, ids), restored=ids)
            return self._read(actor, work, restored)

    def add_sequences(
        self,
        actor: Actor,
        project_id: ProjectId,
        footage: tuple[Footage, ...],
        drafts: frozenset[SequenceId] | None,
        once: Once | None = None,
    ) -> AddedSequences:
        """Add footage and drafts; drafts leave the actor's draft list with it."""
        self._guard.require(actor, Permission.SEQUENCES_MANAGE)
        before: set[SequenceId] | None = None

        def add(project: Project, work: Work) -> Project:
            nonlocal before
            before = {sequence.id for sequence in project.sequences}
            new = self._sequences(actor, footage) + self._taken_drafts(work, actor, drafts)
            return project.with_sequences(new)

        project = self._added(actor, project_id, once, add)
        new = project.sequences if before is not None else ()
        added = tuple(one for one in new if one.id not in (before or ()))
        return AddedSequences(project=project, added=added)

    def note_sequence(
        self, actor: Actor, project_id: ProjectId, sequence_id: SequenceId, before: str, note: str
    ) -> Project:
        """Remark something about a sequence; raises ``Conflict`` when the remark is no longer ``before``."""
        self._guard.require(actor, Permission.SEQUENCES_MANAGE)
        with self._work.begin(actor.person) as work:
            camera = self._sequence(work, project_id, sequence_id).footage.camera
            self._guard.require(actor, Permission.CAMERAS_VIEW, (camera,))
            noted = work.project(project_id).with_sequence_note(sequence_id, before, note)
            return self._saved(actor, work, noted)

    def remove_sequences(self, actor: Actor, project_id: ProjectId, ids: frozenset[SequenceId]) -> Project:
        """Take sequences out of a project; the recordings themselves are not touched."""
        self._guard.require(actor, Permission.SEQUENCES_MANAGE)
        with self._work.begin(actor.person) as work:
            project = work.project(project_id)
            # What the actor may not see is not there for them either.
            seen = {sequence.id for sequence in self._guard.readable(actor, project).sequences}
            missing = next((one for one in ids if one not in seen), None)
            if missing is not None:
                raise work.gone(project_id, missing, "sequence")
            return self._saved(actor, work, project.without_sequences(ids))

    def _taken_drafts(
        self, work: Work, actor: Actor, ids: frozenset[SequenceId] | None
    ) -> tuple[Sequence, ...]:
        """Take sequences off the actor's draft list; for ``None`` all whose camera they may see.

        They are added now, as the activity log says, and not when they were picked.
        """
        drafts = work.stored.drafts.get(actor.person.id)
        if drafts is None:
            return ()
        taken = self._guard.visible_sequences(actor, drafts.chosen(ids))
        if taken:
            work.stored.drafts.put(drafts.without(frozenset(s.id for s in taken)))
        now = self._clock.now()
        return tuple(attrs.evolve(s, added_by=actor.person, added_at=now) for s in taken)

    def _added(
        self,
        actor: Actor,
        project_id: ProjectId,
        once: Once | None,
        add: Callable[[Project, Work], Project],
    ) -> Project:
        """Add something to a project, unless this request did so before."""
        with self._work.begin(actor.person) as work:
            project = work.project(project_id)
            if work.done_before(once) is not None:
                return self._read(actor, work, project)
            saved = work.save(add(project, work))
            work.done(once, project_id)
            return self._read(actor, work, saved)

    def _sequence(self, work: Work, project_id: ProjectId, sequence_id: SequenceId) -> Sequence:
        try:
            return work.project(project_id).sequence(sequence_id)
        except NotFound as error:
            if error.message_id != "incident.sequence-gone":
                raise
            raise work.gone(project_id, sequence_id, "sequence") from None

    def _saved(self, actor: Actor, work: Work, project: Project) -> Project:
        return self._read(actor, work, work.save(project))

    def _read(self, actor: Actor, work: Work, project: Project) -> Project:
        dated = attrs.evolve(project, expires_at=work.retention.end_of(project))
        return self._guard.readable(actor, dated)

    def _sequences(self, actor: Actor, footage: Iterable[Footage]) -> tuple[Sequence, ...]:
        now = self._clock.now()
        return tuple(
            Sequence(id=SequenceId(self._ids.new()), footage=one, added_by=actor.person, added_at=now)
            for one in footage
        )


def first_fields(
    properties: IncidentProperties, type_id: str | None, description: str
) -> dict[str, FieldValue]:
    """Give the fields of a new project, with its first status; raises ``InvalidInput``."""
    entered: dict[str, FieldValue] = {
        "type": type_id or properties.default_type,
        "status": properties.first_status,
        "description": description,
    }
    defaults = ((f"category:{c.id}", c.default) for c in properties.categories if c.enabled and c.default)
    entered |= dict(defaults)
    values = ((field, checked_field(field, value, properties)) for field, value in entered.items())
    return {field: value for field, value in values if value is not None}


def refuse_without_licence(licence: Licence) -> None:
    """Raise ``LicenceRefused`` when the licence allows no new project."""
    refusal = licence.refusal_of_new_projects()
    if refusal is not None:
        raise LicenceRefused(refusal)
