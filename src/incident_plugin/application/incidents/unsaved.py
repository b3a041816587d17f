"""Use cases of texts that were entered and not saved: a second place for them, beside the browser."""

from __future__ import annotations

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.unsaved import Unsaved, UnsavedTexts


@attrs.frozen(kw_only=True)
class UnsavedWork:
    """Keeps and gives back what a person has not saved; nobody else is given it."""

    _work: UnitOfWork
    _guard: Guard
    _clock: Clock

    def get(self, actor: Actor, project_id: ProjectId) -> Unsaved | None:
        """Give what the actor has not saved of a project."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        with self._work.reading(actor.person) as work:
            kept = work.stored.unsaved.get(str(project_id))
        return kept.by.get(actor.person.id) if kept else None

    def keep(self, actor: Actor, project_id: ProjectId, entries: str) -> None:
        """Keep what the actor has not saved, instead of what was kept before; nothing for an empty text."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        with self._work.begin(actor.person) as work:
            work.project(project_id)
            kept = work.stored.unsaved.get(str(project_id)) or UnsavedTexts(id=str(project_id))
            left = kept.kept(actor.person.id, entries, self._clock.now())
            if left.by:
                work.stored.unsaved.put(left)
            else:
                work.stored.unsaved.remove(left.id)
