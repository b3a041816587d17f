"""Use cases of what people keep for the list: their columns, and filters by name."""

from __future__ import annotations

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Ids
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput, NotFound
from incident_plugin.domain.filters import MAXIMUM_SAVED, ListSettings, SavedFilter, SavedFilterId


@attrs.frozen(kw_only=True)
class NewFilter:
    """A filter that somebody wants to keep."""

    name: str
    query: str
    shared: bool = False


@attrs.frozen(kw_only=True)
class KeptForList:
    """Columns and saved filters. Each method checks the permission."""

    _work: UnitOfWork
    _guard: Guard
    _ids: Ids

    def settings(self, actor: Actor) -> ListSettings:
        """Give how the actor has the list."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        with self._work.reading(actor.person) as work:
            return work.stored.list_settings.get(actor.person.id) or ListSettings(id=actor.person.id)

    def choose_columns(self, actor: Actor, columns: tuple[str, ...]) -> ListSettings:
        """Keep the actor's columns."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        settings = ListSettings(id=actor.person.id, columns=columns).checked()
        with self._work.begin(actor.person) as work:
            work.stored.list_settings.put(settings)
        return settings

    def filters(self, actor: Actor) -> tuple[SavedFilter, ...]:
        """Give the filters that the actor is offered, by name: their own, and those that are shared."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        with self._work.reading(actor.person) as work:
            found = [f for f in work.stored.saved_filters.all() if f.shared or f.owner.id == actor.person.id]
        return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.id)))

    def save(self, actor: Actor, new: NewFilter) -> SavedFilter:
        """Keep a filter under a name; one of the same name of the actor's own is replaced."""
        self._see_that_allowed(actor, shared=new.shared)
        with self._work.begin(actor.person) as work:
            own = [f for f in work.stored.saved_filters.all() if f.owner.id == actor.person.id]
            named = new.name.strip()
            same = next((f for f in own if f.name == named and f.shared == new.shared), None)
            if same is None and len(own) >= MAXIMUM_SAVED:
                raise InvalidInput(
                    f"{MAXIMUM_SAVED} filters are saved already. This one was not: remove one first.",
                    cause="incident.too-many-filters",
                )
            kept = SavedFilter(
                id=same.id if same else SavedFilterId(self._ids.new()),
                name=named,
                owner=actor.person,
                query=new.query,
                shared=new.shared,
            ).checked()
            work.stored.saved_filters.put(kept)
        return kept

    def change(self, actor: Actor, filter_id: SavedFilterId, new: NewFilter) -> SavedFilter:
        """Replace name, filter and sharing of a kept filter."""
        with self._work.begin(actor.person) as work:
            before = self._mine(actor, work, filter_id)
            self._see_that_allowed(actor, shared=new.shared or before.shared)
            changed = attrs.evolve(before, name=new.name, query=new.query, shared=new.shared).checked()
            work.stored.saved_filters.put(changed)
        return changed

    def remove(self, actor: Actor, filter_id: SavedFilterId) -> None:
        """Forget a kept filter."""
        with self._work.begin(actor.person) as work:
            before = self._mine(actor, work, filter_id)
            self._see_that_allowed(actor, shared=before.shared)
            work.stored.saved_filters.remove(filter_id)

    def _mine(self, actor: Actor, work: Work, filter_id: SavedFilterId) -> SavedFilter:
        """Give a filter that the actor may change: their own, or a shared one when they may share."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        found = work.stored.saved_filters.get(filter_id)
        if found is None or not (found.shared or found.owner.id == actor.person.id):
            raise NotFound(
                "There is no such saved filter any more. Nothing was changed.", cause="incident.filter-gone"
            )
        return found

    def _see_that_allowed(self, actor: Actor, *, shared: bool) -> None:
        self._guard.require(actor, Permission.FILTERS_SHARE if shared else Permission.PROJECTS_VIEW)
