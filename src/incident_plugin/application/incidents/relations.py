"""Use cases of projects that have to do with one another, and of video that is in several of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.store import IncidentStore, ProjectSummary, summary
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import NotFound
from incident_plugin.domain.project import Project, ProjectId, Relation
from incident_plugin.domain.sequence import Sequence, SequenceId
from incident_plugin.domain.time import Interval


@attrs.frozen(kw_only=True)
class Duplicate:
    """A part of a sequence that another project has as well."""

    sequence: SequenceId
    camera_name: str
    project: ProjectId
    interval: Interval


@attrs.frozen(kw_only=True)
class RelatedProject:
    """A relation, and what a list shows of the other project; nothing when it was deleted."""

    relation: Relation
    summary: ProjectSummary | None


@attrs.frozen(kw_only=True)
class Surroundings:
    """What else has to do with a project."""

    related: tuple[RelatedProject, ...]
    duplicates: tuple[Duplicate, ...]
    #: What a list shows of the projects that the duplicates are in.
    others: tuple[ProjectSummary, ...]


@attrs.frozen(kw_only=True)
class Relations:
    """Everything done about related projects."""

    _store: IncidentStore
    _work: UnitOfWork
    _guard: Guard
    _clock: Clock

    def around(self, actor: Actor, project_id: ProjectId) -> Surroundings:
        """Give related projects, and those that have the same video, as far as the actor may know."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        with self._work.reading(actor.person) as work:
            project = self._guard.readable(actor, work.project(project_id))
            others = {r.project: work.stored.project(r.project) for r in project.related}
            duplicates = tuple(self.duplicates(project, project.sequences))
            same = {d.project: work.stored.project(d.project) for d in duplicates}
        related = tuple(
            RelatedProject(relation=relation, summary=self._listed(actor, others[relation.project]))
            for relation in project.related
        )
        listed = (self._listed(actor, one) for one in same.values())
        return Surroundings(
            related=related, duplicates=duplicates, others=tuple(one for one in listed if one is not None)
        )

    def link(self, actor: Actor, project_id: ProjectId, other_id: ProjectId, why: str) -> Project:
        """Relate two projects to one another; both logs say so."""
        self._guard.require(actor, Permission.DETAILS_MANAGE)
        now = self._clock.now()

        def relation(to: ProjectId) -> Relation:
            return Relation(project=to, why=why.strip(), by=actor.person, at=now)

        with self._work.begin(actor.person) as work:
            project, other = work.project(project_id), work.project(other_id)
            linked = project.with_relation(relation(other_id))
            back = other.with_relation(relation(project_id))
            if any(r.project == other_id and r.why == why.strip() for r in project.related):
                return self._guard.readable(actor, project)
            work.save(back)
            return self._guard.readable(actor, work.save(linked))

    def unlink(self, actor: Actor, project_id: ProjectId, other_id: ProjectId) -> Project:
        """Take a relation away from both projects; the other one may be deleted meanwhile."""
        self._guard.require(actor, Permission.DETAILS_MANAGE)
        with self._work.begin(actor.person) as work:
            project = work.project(project_id)
            # Deleted, the other project has lost its side of the relation with it.
            with suppress(NotFound):
                work.save(work.project(other_id).without_relation(project_id))
            return self._guard.readable(actor, work.save(project.without_relation(other_id)))

    def duplicates(self, project: Project, sequences: Iterable[Sequence]) -> Iterator[Duplicate]:
        """Give the parts of these sequences that other projects have as well, by sequence and project."""
        for sequence in sequences:
            footage = sequence.footage
            told: set[ProjectId] = set()
            for mark in self._store.marked((footage.camera,), footage.interval):
                shared = mark.interval.intersection(footage.interval)
                if mark.project == project.id or mark.project in told or shared is None:
                    continue
                told.add(mark.project)
                yield Duplicate(
                    sequence=sequence.id,
                    camera_name=footage.camera_name,
                    project=mark.project,
                    interval=shared,
                )

    def warnings(self, project: Project, added: Iterable[Sequence]) -> tuple[str, ...]:
        """Say of sequences just added which other projects have the same video."""
        by_camera: dict[str, dict[ProjectId, None]] = {}
        for duplicate in self.duplicates(project, added):
            by_camera.setdefault(duplicate.camera_name, {})[duplicate.project] = None
        return tuple(
            f"{camera}: the same time is already in incident project{'s' if len(found) > 1 else ''} "
            f"{', '.join(map(str, found))}. It was added all the same."
            for camera, found in by_camera.items()
        )

    def _listed(self, actor: Actor, project: Project | None) -> ProjectSummary | None:
        if project is None:
            return None
        readable = self._guard.readable(actor, project)
        return summary(readable)
