"""The unit of work: one transaction, and the activity log entries that follow from what changed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import attrs

from incident_plugin.application.ports import Clock, Ids
from incident_plugin.application.store import IncidentStore, Transaction
from incident_plugin.domain.errors import NotFound
from incident_plugin.domain.journal import AUDIT, GENESIS, Action, Activity, Entry, differences
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import DELIVERED, IncidentProperties
from incident_plugin.domain.retention import BinnedProject, RetentionRules


class Work:
    """What one use case reads and changes. Saving a project writes its activity log."""

    def __init__(self, transaction: Transaction, actor: Person, clock: Clock, ids: Ids) -> None:
        self.stored = transaction
        self._actor = actor
        self._clock = clock
        self._ids = ids

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
            raise NotFound(self._why_missing(project_id))
        return project

    def _why_missing(self, project_id: ProjectId) -> str:
        last = self.stored.last_entry(project_id)
        if last is None:
            return f"There is no incident project {project_id}. Nothing was changed."
        told = f"{last.actor.name} deleted incident project {project_id} at {last.at:%Y-%m-%d %H:%M:%S} UTC."
        binned = self.stored.bin.get(str(project_id))
        if binned is None:
            return f"{told} Its activity log was kept."
        told = f"{binned.by.name} deleted incident project {project_id} at {binned.at:%Y-%m-%d %H:%M:%S} UTC."
        until = f"{binned.purge_at(self.retention):%Y-%m-%d %H:%M} UTC"
        return f"{told} It is in the recycle bin until {until}: whoever may delete can restore it."

    def create(self, make: Callable[[ProjectId], Project]) -> Project:
        """Store a new project under a new id."""
        project = make(self.stored.new_project_id())
        self._store(None, project)
        return project

    def save(self, project: Project, *, because: str = "", binned: BinnedProject | None = None) -> Project:
        """Store a changed project; one that did not change is left alone.

        ``because`` is the reason for lifting a legal hold. ``binned`` is the project's place in the bin,
        when it lies there.
        """
        before = self.project(project.id) if binned is None else binned.project
        if project == before:
            return before
        after = attrs.evolve(project, revision=before.revision + 1)
        self._store(before, after, because=because, binned=binned)
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

    def _store(
        self,
        before: Project | None,
        after: Project,
        *,
        because: str = "",
        binned: BinnedProject | None = None,
    ) -> None:
        activities = tuple(differences(before, after, self.properties))
        if not activities:
            raise RuntimeError(f"a change to project {after.id} that its activity log would not tell")
        if binned is not None:
            self.stored.bin.put(attrs.evolve(binned, project=after))
        else:
            self.stored.put_project(after, replacing=None if before is None else before.revision)
        for activity in activities:
            lifted = activity.action is Action.HOLD_LIFTED
            self.note(after.id, attrs.evolve(activity, after=because) if lifted else activity)


class UnitOfWork:
    """Opens units of work on a store."""

    def __init__(self, store: IncidentStore, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    @contextmanager
    def begin(self, actor: Person) -> Iterator[Work]:
        """Begin; leaving without an exception means that everything is on disk."""
        with self._store.transaction() as transaction:
            yield Work(transaction, actor, self._clock, self._ids)

    @contextmanager
    def reading(self, actor: Person) -> Iterator[Work]:
        """Begin a unit that only reads, from one consistent state, and waits for nobody."""
        with self._store.read() as transaction:
            yield Work(transaction, actor, self._clock, self._ids)
