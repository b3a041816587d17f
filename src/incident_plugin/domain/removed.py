"""What was taken out of a project lately: so that it can be put back as it was, and who did it be said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

import attrs

from incident_plugin.domain.errors import NotFound
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import MAXIMUM_SEQUENCES, Call, Comment, Project, ProjectId
from incident_plugin.domain.sequence import Sequence
from incident_plugin.domain.time import utc

#: How many of a project's removed things are remembered: all sequences of one, at least.
KEPT = MAXIMUM_SEQUENCES

_Item = TypeVar("_Item", Comment, Call, Sequence)


@attrs.frozen(kw_only=True)
class Removed:
    """One thing that was taken out; exactly one of the three is given."""

    by: Person
    at: datetime = attrs.field(converter=utc)
    #: Its place among its kind.
    position: int
    comment: Comment | None = None
    call: Call | None = None
    sequence: Sequence | None = None

    @property
    def item(self) -> Comment | Call | Sequence:
        """What was taken out."""
        found = self.comment or self.call or self.sequence
        if found is None:
            raise ValueError("nothing was removed")
        return found


@attrs.frozen(kw_only=True)
class RemovedItems:
    """What was taken out of one project, oldest first."""

    #: The project's number, as text.
    id: str
    items: tuple[Removed, ...] = ()

    def after(self, before: Project, now: Project, by: Person, at: datetime) -> RemovedItems:
        """Remember what one state of the project has and the next one lacks; forget what came back."""
        present = {item.id for part in (now.comments, now.calls, now.sequences) for item in part}
        taken = (
            *(
                Removed(by=by, at=at, position=place, comment=one)
                for place, one in enumerate(before.comments)
                if one.id not in present
            ),
            *(
                Removed(by=by, at=at, position=place, call=one)
                for place, one in enumerate(before.calls)
                if one.id not in present
            ),
            *(
                Removed(by=by, at=at, position=place, sequence=one)
                for place, one in enumerate(before.sequences)
                if one.id not in present
            ),
        )
        kept = tuple(one for one in self.items if one.item.id not in present)
        if not taken and len(kept) == len(self.items):
            return self
        return attrs.evolve(self, items=(*kept, *taken)[-KEPT:])

    def find(self, item: str) -> Removed | None:
        """Give what is remembered of a thing that was taken out."""
        return next((one for one in reversed(self.items) if one.item.id == item), None)


def put_back(project: Project, removed: RemovedItems, ids: frozenset[str]) -> Project:
    """Put things back where they were; raises ``NotFound`` for one that is neither there nor remembered."""
    present = {item.id for part in (project.comments, project.calls, project.sequences) for item in part}
    chosen: list[Removed] = []
    for item in ids - present:
        found = removed.find(item)
        if found is None:
            raise NotFound(
                f"What was removed from incident project {project.id} is no longer remembered. Nothing was "
                "put back. Its text stands in the activity log.",
                cause="incident.not-remembered",
            )
        chosen.append(found)
    chosen.sort(key=lambda one: one.position)
    return attrs.evolve(
        project,
        comments=_inserted(project.comments, ((r.position, r.comment) for r in chosen if r.comment)),
        calls=_inserted(project.calls, ((r.position, r.call) for r in chosen if r.call)),
        sequences=(),
    ).with_sequences(_inserted(project.sequences, ((r.position, r.sequence) for r in chosen if r.sequence)))


def removed_key(project: ProjectId) -> str:
    """Give the id under which a project's removed things are kept."""
    return str(project)


def _inserted(items: tuple[_Item, ...], back: Iterable[tuple[int, _Item]]) -> tuple[_Item, ...]:
    whole = list(items)
    for position, item in back:
        whole.insert(position, item)
    return tuple(whole)
