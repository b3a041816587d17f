"""Use cases of the draft sequence list."""

from __future__ import annotations

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock, Ids
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.sequence import DraftList, Footage, Sequence, SequenceId


@attrs.frozen(kw_only=True)
class Drafts:
    """Each operator has one list; it is kept over sign-out and restart."""

    _work: UnitOfWork
    _guard: Guard
    _clock: Clock
    _ids: Ids

    def list(self, actor: Actor) -> DraftList:
        """Give the actor's list, without cameras that they may not see any more."""
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        with self._work.reading(actor.person) as work:
            return self._visible(actor, _of(work, actor))

    def add(self, actor: Actor, footage: tuple[Footage, ...]) -> DraftList:
        """Add footage at the end."""
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        now = self._clock.now()
        with self._work.begin(actor.person) as work:
            drafts = _of(work, actor)
            for one in footage:
                sequence = Sequence(
                    id=SequenceId(self._ids.new()), footage=one, added_by=actor.person, added_at=now
                )
                drafts = drafts.with_sequence(sequence)
            work.stored.drafts.put(drafts)
        return self._visible(actor, drafts)

    def remove(self, actor: Actor, ids: frozenset[SequenceId] | None) -> DraftList:
        """Take some sequences off, or all for ``None``."""
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        with self._work.begin(actor.person) as work:
            drafts = _of(work, actor)
            drafts = drafts.without(frozenset(s.id for s in drafts.chosen(ids)))
            work.stored.drafts.put(drafts)
        return self._visible(actor, drafts)

    def order(self, actor: Actor, ids: tuple[SequenceId, ...]) -> DraftList:
        """Put the actor's sequences into another order: in this one they join a project."""
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        with self._work.begin(actor.person) as work:
            drafts = _of(work, actor).ordered(ids)
            work.stored.drafts.put(drafts)
        return self._visible(actor, drafts)

    def _visible(self, actor: Actor, drafts: DraftList) -> DraftList:
        return attrs.evolve(drafts, sequences=self._guard.visible_sequences(actor, drafts.sequences))


def _of(work: Work, actor: Actor) -> DraftList:
    return work.stored.drafts.get(actor.person.id) or DraftList(id=actor.person.id)
