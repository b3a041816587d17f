"""The unit of work: one transaction, and the activity log entries that follow from what changed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo

import attrs

from incident_plugin.application.ports import Clock, Ids
from incident_plugin.application.store import IncidentStore, Transaction
from incident_plugin.domain.defining import property_differences
from incident_plugin.domain.errors import NotFound
from incident_plugin.domain.journal import AUDIT, GENESIS, Action, Activity, Entry, differences
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import Project, ProjectId, Stamp
from incident_plugin.domain.properties import DELIVERED, IncidentProperties
from incident_plugin.domain.removed import RemovedItems, removed_key
from incident_plugin.domain.requests import Answered, AnsweredRequests, Once
from incident_plugin.domain.retention import BinnedProject, RetentionRules, rule_differences

_TAKEN_OR_BACK = frozenset(
    {
        Action.COMMENT_DELETED,
        Action.CALL_DELETED,
        Action.SEQUENCE_REMOVED,
        Action.COMMENT_RESTORED,
        Action.CALL_RESTORED,
        Action.SEQUENCE_RESTORED,
    }
)


class Work:
    """What one use case reads and changes. Saving a project writes its activity log."""

    def __init__(
        self, transaction: Transaction, actor: Person, clock: Clock, ids: Ids, zone: tzinfo = UTC
    ) -> None:
        self.stored = transaction
        self._actor = actor
        self._clock = clock
        self._ids = ids
        self._zone = zone

    @property
    def properties(self) -> IncidentProperties:
        """The site's incident properties, or the delivered ones."""
        return self.stored.properties() or DELIVERED

    @property
    def retention(self) -> RetentionRules:
        """How long projects are kept; nothing is decided until somebody has stored it."""
        return self.stored.retention.get(RetentionRules().id) or RetentionRules()

    def project(self, project_id: ProjectId) -> Project:
        """Give a project; raises ``NotFound``."""
        project = self.stored.project(project_id)
        if project is None:
            raise self._missing(project_id)
        return project

    def said(self, at: datetime) -> str:
        """Give an instant as people of the site read it, with the zone's name."""
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S %Z}"

    def gone(self, project_id: ProjectId, item: str, what: str) -> NotFound:
        """Say who took a thing out of a project, and when; to be raised."""
        removed = self.removed(project_id).find(item)
        if removed is None:
            return NotFound(
                f"The {what} is no longer in incident project {project_id}: somebody removed it. Nothing was "
                "changed.",
                cause=f"incident.{what}-gone",
            )
        verb = "removed" if what == "sequence" else "deleted"
        return NotFound(
            f"{removed.by.name} {verb} this {what} of incident project {project_id} at "
            f"{self.said(removed.at)}. The activity log keeps what it said.",
            cause=f"incident.{what}-gone",
        )

    def removed(self, project_id: ProjectId) -> RemovedItems:
        """Give what was taken out of a project lately."""
        key = removed_key(project_id)
        return self.stored.removed.get(key) or RemovedItems(id=key)

    def _missing(self, project_id: ProjectId) -> NotFound:
        last = self.stored.last_entry(project_id)
        if last is None:
            return NotFound(
                f"There is no incident project {project_id}. Nothing was changed.",
                cause="incident.project-unknown",
            )
        binned = self.stored.bin.get(str(project_id))
        if binned is None:
            return NotFound(
                f"{last.actor.name} deleted incident project {project_id} at {self.said(last.at)}. "
                "Its activity log was kept.",
                cause="incident.project-deleted",
            )
        until = self.said(binned.purge_at(self.retention))
        return NotFound(
            f"{binned.by.name} deleted incident project {project_id} at {self.said(binned.at)}. It is in the "
            f"recycle bin until {until}: whoever may delete can restore it.",
            cause="incident.project-binned",
        )

    def done_before(self, once: Once | None) -> ProjectId | None:
        """Give the project of the request that this one repeats; raises ``InvalidInput`` for a reused key."""
        if once is None:
            return None
        known = self.stored.answers.get(self._actor.id)
        return known.find(once, self._clock.now()) if known else None

    def done(self, once: Once | None, project_id: ProjectId) -> None:
        """Remember, with all that this unit changes, that a request was carried out."""
        if once is not None:
            known = self.stored.answers.get(self._actor.id) or AnsweredRequests(id=self._actor.id)
            answered = Answered(once=once, project=project_id, at=self._clock.now())
            self.stored.answers.put(known.with_answer(answered))

    def create(self, make: Callable[[ProjectId], Project]) -> Project:
        """Store a new project under a new id."""
        project = make(self.stored.new_project_id())
        return self._store(None, project)

    def save(
        self,
        project: Project,
        *,
        because: str = "",
        binned: BinnedProject | None = None,
        restored: frozenset[str] = frozenset(),
    ) -> Project:
        """Store a changed project; one that did not change is left alone.

        ``because`` is the reason for lifting a legal hold. ``binned`` is the project's place in the bin,
        when it lies there. ``restored`` are ids of comments, calls and sequences that were put back.
        """
        before = self.project(project.id) if binned is None else binned.project
        if project == before:
            return before
        after = attrs.evolve(project, revision=before.revision + 1)
        return self._store(before, after, because=because, binned=binned, restored=restored)

    def save_properties(self, properties: IncidentProperties) -> None:
        """Replace the incident properties; the audit log says what changed, and listeners hear of it."""
        for activity in property_differences(self.properties, properties):
            self.audit(activity)
        self.stored.put_properties(properties)

    def save_retention(self, rules: RetentionRules, now: datetime) -> RetentionRules:
        """Replace how long projects are kept; the audit log says what changed."""
        before = self.retention
        after = attrs.evolve(
            rules, revision=before.revision + 1, changed_at=now, warned_until=before.warned_until
        )
        for activity in rule_differences(before, after, self.properties):
            self.audit(activity)
        self.stored.retention.put(after)
        return after

    def delete(self, project_id: ProjectId, reason: str = "") -> BinnedProject:
        """Put a project into the bin: lists, searches and timelines know it no more, its log stays."""
        project = self.project(project_id)
        binned = BinnedProject(
            id=str(project_id), project=project, by=self._actor, at=self._clock.now(), reason=reason
        )
        self.note(project_id, Activity(action=Action.DELETED, subject=str(project_id), after=reason))
        self.stored.remove_project(project_id)
        self.stored.bin.put(binned)
        return binned

    def restore(self, binned: BinnedProject) -> Project:
        """Take a project out of the bin as it was."""
        project = attrs.evolve(binned.project, revision=binned.project.revision + 1)
        self.stored.bin.remove(binned.id)
        self.stored.put_project(project)
        self.note(project.id, Activity(action=Action.RESTORED, subject=str(project.id)))
        return project

    def purge(self, project_id: ProjectId, activity: Activity) -> None:
        """Remove a project, if it is still there, and what its log says of people; its chain stays."""
        self.stored.remove_project(project_id)
        self.stored.forget_entries(project_id)
        self._forget(project_id)
        self.note(project_id, activity)

    def audit(self, activity: Activity) -> None:
        """Log something that administrators did, or that concerns security."""
        self.note(AUDIT, activity)

    def note(self, project_id: ProjectId, activity: Activity) -> None:
        """Log something that does not change the project: it was opened, viewed, exported."""
        last = self.stored.last_entry(project_id)
        self.stored.append_entry(
            Entry(
                project=project_id,
                number=1 if last is None else last.number + 1,
                at=self._clock.now(),
                actor=self._actor,
                activity=activity,
                salt=self._ids.new() + self._ids.new(),
                previous=GENESIS if last is None else last.hash,
            )
        )

    def _forget(self, project_id: ProjectId) -> None:
        """Remove what is kept beside a project: removed things, and texts that were never saved."""
        self.stored.removed.remove(removed_key(project_id))
        self.stored.unsaved.remove(str(project_id))

    def _store(
        self,
        before: Project | None,
        after: Project,
        *,
        because: str = "",
        binned: BinnedProject | None = None,
        restored: frozenset[str] = frozenset(),
    ) -> Project:
        activities = tuple(differences(before, after, self.properties, restored=restored))
        if not activities:
            raise RuntimeError(f"a change to project {after.id} that its activity log would not tell")
        now = self._clock.now()
        stamp = Stamp(by=self._actor, at=now)
        changed = {a.target: stamp for a in activities if a.action.startswith("field.")}
        after = attrs.evolve(after, stamps={**after.stamps, **changed})
        if binned is not None:
            self.stored.bin.put(attrs.evolve(binned, project=after))
        else:
            self.stored.put_project(after, replacing=None if before is None else before.revision)
        if before is not None and any(a.action in _TAKEN_OR_BACK for a in activities):
            kept = self.removed(after.id)
            remembered = kept.after(before, after, self._actor, now)
            if remembered != kept:
                self.stored.removed.put(remembered)
        for activity in activities:
            lifted = activity.action is Action.HOLD_LIFTED
            self.note(after.id, attrs.evolve(activity, after=because) if lifted else activity)
        return after


class UnitOfWork:
    """Opens units of work on a store."""

    def __init__(self, store: IncidentStore, clock: Clock, ids: Ids, zone: tzinfo = UTC) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        #: In which messages name times.
        self._zone = zone

    @contextmanager
    def begin(self, actor: Person) -> Iterator[Work]:
        """Begin; leaving without an exception means that everything is on disk."""
        with self._store.transaction() as transaction:
            yield Work(transaction, actor, self._clock, self._ids, self._zone)

    @contextmanager
    def reading(self, actor: Person) -> Iterator[Work]:
        """Begin a unit that only reads, from one consistent state, and waits for nobody."""
        with self._store.read() as transaction:
            yield Work(transaction, actor, self._clock, self._ids, self._zone)
