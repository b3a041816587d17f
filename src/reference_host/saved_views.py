"""Saved views: which camera each view item shows, under a name; one's own, or shared with everybody."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

import attrs

from reference_host.durable import KeptDocument

#: So that a page's list stays a list; views of one owner, and shared ones.
MOST_VIEWS = 100
#: Deleted views that can be brought back, of all people; they are forgotten when the host ends.
MOST_DELETED = 1_000


class ViewRefused(Exception):
    """This cannot be done to saved views; the text says why, and nothing was changed."""


@attrs.frozen(kw_only=True)
class SavedView:
    """One saved view."""

    id: str
    title: str
    #: Id of its owner's account.
    owner: str
    shared: bool = False
    #: Camera of each view item, in order; nothing for an empty one.
    slots: tuple[str | None, ...] = ()


class SavedViews:
    """All saved views of the site."""

    def __init__(self, document: KeptDocument[Mapping[str, SavedView]]) -> None:
        self._document = document
        self._deleted: dict[str, SavedView] = {}

    def of(self, account: str, may_see: Callable[[str], bool]) -> tuple[SavedView, ...]:
        """Give somebody's own views and the shared ones; cameras they may not see are empty places."""
        mine = [one for one in self._document.value.values() if one.shared or one.owner == account]
        return tuple(
            attrs.evolve(one, slots=tuple(c if c is not None and may_see(c) else None for c in one.slots))
            for one in sorted(mine, key=lambda one: (one.shared, one.title.casefold(), one.id))
        )

    def find(self, view: str, account: str) -> SavedView | None:
        """Give a view that somebody may use, or nothing."""
        found = self._document.value.get(view)
        return found if found and (found.shared or found.owner == account) else None

    def add(self, title: str, owner: str, slots: tuple[str | None, ...], *, shared: bool) -> SavedView:
        """Save a view; raises ``ViewRefused``, ``StorageRefused``."""
        made = SavedView(id=secrets.token_hex(8), title=title, owner=owner, shared=shared, slots=slots)
        self._document.change(lambda views: _with(views, made))
        return made

    def rename(self, view: SavedView, title: str) -> SavedView:
        """Give a view another name; raises ``ViewRefused``, ``StorageRefused``."""
        renamed = attrs.evolve(view, title=title)
        self._document.change(lambda views: _with(views, renamed) if view.id in views else views)
        return renamed

    def remove(self, view: SavedView) -> None:
        """Delete a view, which can be brought back for a while; raises ``StorageRefused``."""
        self._document.change(lambda views: {key: one for key, one in views.items() if key != view.id})
        self._deleted[view.id] = view
        while len(self._deleted) > MOST_DELETED:
            del self._deleted[next(iter(self._deleted))]

    def deleted(self, view: str, account: str) -> SavedView | None:
        """Give a deleted view that somebody might use, or nothing."""
        found = self._deleted.get(view)
        return found if found and (found.shared or found.owner == account) else None

    def restore(self, view: SavedView) -> None:
        """Bring a deleted view back; raises ``ViewRefused``, ``StorageRefused``."""
        self._document.change(lambda views: _with(views, view))
        self._deleted.pop(view.id, None)


def _with(views: Mapping[str, SavedView], view: SavedView) -> Mapping[str, SavedView]:
    """Put a view among the others, if there is room and its name is free; raises ``ViewRefused``."""
    others = [one for one in views.values() if one.id != view.id]
    beside = [one for one in others if (one.shared if view.shared else one.owner == view.owner)]
    if len(beside) >= MOST_VIEWS:
        raise ViewRefused(f"There are {MOST_VIEWS} views already. Delete one that is not used.")
    if any(one.title.casefold() == view.title.casefold() for one in beside):
        raise ViewRefused(f'There is a view "{view.title}" already. Choose another name, or delete it first.')
    return {**views, view.id: view}
