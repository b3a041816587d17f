"""Use cases of who else is there: people who work here, owners, and messages to them."""

from __future__ import annotations

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock, Ids
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.notices import Notice, NoticeList
from incident_plugin.domain.people import SEEN_ANEW_AFTER, KnownPerson, Person
from incident_plugin.domain.project import FieldChange, Project, ProjectId


@attrs.frozen(kw_only=True)
class People:
    """Knows whom something can be handed over to: everybody who has worked here."""

    _work: UnitOfWork
    _guard: Guard
    _clock: Clock
    _ids: Ids

    def seen(self, actor: Actor) -> None:
        """Take note that somebody is here."""
        now, person = self._clock.now(), actor.person
        with self._work.reading(person) as work:
            known = work.stored.people.get(person.id)
        present = KnownPerson(id=person.id, name=person.name, roles=actor.roles, seen_at=now)
        if (
            known
            and now - known.seen_at < SEEN_ANEW_AFTER
            and attrs.evolve(present, seen_at=known.seen_at) == known
        ):
            return
        with self._work.begin(person) as work:
            work.stored.people.put(present)

    def colleagues(self, actor: Actor) -> tuple[Person, ...]:
        """Give those who may see incident projects, by name, without the actor."""
        self._guard.require(actor, Permission.DETAILS_VIEW)
        with self._work.reading(actor.person) as work:
            known = work.stored.people.all()
        others = (one for one in known if one.id != actor.person.id and self._may_see(one))
        return tuple(sorted((one.person for one in others), key=lambda one: (one.name.casefold(), one.id)))

    def hand_over(self, actor: Actor, project_id: ProjectId, before: str | None, to: str) -> Project:
        """Make somebody else the owner, and tell them; raises ``Conflict`` unless the owner is ``before``."""
        self._guard.require(actor, Permission.DETAILS_MANAGE)
        with self._work.begin(actor.person) as work:
            known = work.stored.people.get(to)
            if known is None or not self._may_see(known):
                raise InvalidInput(
                    "This person does not work with incident projects here. The owner was not changed: "
                    "choose somebody else.",
                    cause="incident.unknown-person",
                )
            change = FieldChange(field="owner", before=before, after=known.name)
            project = work.save(work.project(project_id).changed((change,), work.properties))
            if known.id != actor.person.id:
                self._tell(work, known, actor, project)
        return self._guard.readable(actor, project)

    def notices(self, actor: Actor) -> tuple[Notice, ...]:
        """Give the actor's messages that they have not seen."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        with self._work.reading(actor.person) as work:
            waiting = work.stored.notices.get(actor.person.id)
        return waiting.notices if waiting else ()

    def dismiss(self, actor: Actor, ids: frozenset[str]) -> None:
        """Take note that messages were seen."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        with self._work.begin(actor.person) as work:
            waiting = work.stored.notices.get(actor.person.id)
            if waiting is not None:
                work.stored.notices.put(waiting.without(ids))

    def _tell(self, work: Work, known: KnownPerson, actor: Actor, project: Project) -> None:
        notice = Notice(
            id=self._ids.new(),
            project=project.id,
            title=f"{actor.person.name} handed incident project {project.id} over to you.",
            detail=str(project.fields.get("description") or "")[:200],
            at=self._clock.now(),
        )
        waiting = work.stored.notices.get(known.id) or NoticeList(id=known.id)
        work.stored.notices.put(waiting.with_notice(notice))

    def _may_see(self, known: KnownPerson) -> bool:
        return self._guard.allows(Actor(person=known.person, roles=known.roles), Permission.DETAILS_VIEW)
