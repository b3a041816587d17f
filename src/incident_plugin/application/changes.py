"""What is told of changes to those who look on: which projects have which revision now, and nothing else.

Whoever hears of a change asks for what they show, and gets of it what they may read. So a message needs no
secrets, and one that comes twice does no harm.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from datetime import timedelta

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.store import IncidentStore, ProjectFilter
from incident_plugin.domain.journal import AUDIT, Entry
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.properties import DELIVERED, IncidentProperties

#: Changes that are read from the store at once.
_AT_ONCE = 500
#: Changes that are held in memory, for those who listen; what they are about takes some 2 kB each.
_HELD = 500
#: Changes that those who come back are told one by one; whoever missed more reads everything again.
_TOLD = 5_000


@attrs.frozen(kw_only=True)
class ProjectChange:
    """A project as it stands after the change of this number."""

    number: int
    project: ProjectId
    #: Nothing when there is no such project any more.
    revision: int | None


@attrs.frozen(kw_only=True)
class News:
    """What somebody may hear of the changes up to ``through``."""

    through: int
    projects: tuple[ProjectChange, ...] = ()
    #: What the incident properties are recognised by, when they may have changed.
    properties: str | None = None
    #: More was missed than is told one by one: everything may have changed.
    missed: bool = False


@attrs.frozen
class _Noted:
    """One entry of a log with the number of its change, and the project's revision when it was read."""

    number: int
    entry: Entry
    revision: int | None


class Changes:
    """The change feed of the store, for many listeners; the newest changes are read once for all of them."""

    def __init__(self, store: IncidentStore, guard: Guard) -> None:
        self._store = store
        self._guard = guard
        self._lock = threading.Lock()
        self._recent: deque[_Noted] = deque(maxlen=_HELD)
        #: Every change after this one, up to ``_through``, is among the recent ones.
        self._since = 0
        self._through = 0
        self._properties = DELIVERED
        self._mark = ""

    @property
    def through(self) -> int:
        """The number of the newest change that was read."""
        return self._through

    def begin(self) -> None:
        """Begin with the present: nobody listened meanwhile. Raises ``StoreUnavailable``."""
        with self._lock:
            self._recent.clear()
            self._since = self._through = self._store.last_change()
            self._read_properties()

    def read(self, patience: timedelta) -> bool:
        """Wait for changes and read them; say whether there were any. Raises ``StoreUnavailable``."""
        if not self._store.wait_for_change(self._through, patience):
            return False
        with self._lock:
            noted = self._noted(self._through, _AT_ONCE)
            if any(one.entry.project == AUDIT for one in noted):
                self._read_properties()
            dropped = len(self._recent) + len(noted) > _HELD
            self._recent.extend(noted)
            if dropped:
                self._since = self._recent[0].number - 1
            self._through = noted[-1].number
        return True

    def standing(self) -> News:
        """Give where listening begins: no change, and what the properties are recognised by."""
        return News(through=self._through, properties=self._mark)

    def news(self, actor: Actor, after: int) -> News:
        """Give what the actor may hear of the changes after a number. Raises ``StoreUnavailable``."""
        with self._lock:
            through, since, properties, mark = self._through, self._since, self._properties, self._mark
            noted = [one for one in self._recent if one.number > after]
        if after > through or through - after > _TOLD:
            return News(through=through, properties=mark, missed=True)
        if after < since:
            noted = [one for one in self._noted(after, _TOLD) if one.number <= through]
        told = self._guard.hears(
            actor, (one.entry for one in noted if one.entry.project != AUDIT), properties
        )
        last = {one.entry.project: one for one in noted if one.entry.project in told}
        audited = any(one.entry.project == AUDIT for one in noted)
        return News(
            through=through,
            projects=tuple(
                ProjectChange(number=one.number, project=project, revision=one.revision)
                for project, one in sorted(last.items(), key=lambda item: item[1].number)
            ),
            properties=mark if audited else None,
        )

    def _noted(self, after: int, limit: int) -> list[_Noted]:
        found = self._store.changes(after, limit=limit)
        entries = self._store.entries_of([change.number for change in found])
        revisions: dict[ProjectId, int | None] = {AUDIT: None}
        for change in found:
            if change.project not in revisions:
                stored = self._store.page(ProjectFilter(id=change.project), limit=1)
                revisions[change.project] = stored[0].revision if stored else None
        return [_Noted(c.number, e, revisions[c.project]) for c, e in zip(found, entries, strict=True)]

    def _read_properties(self) -> None:
        with self._store.read() as reading:
            self._properties = reading.properties() or DELIVERED
        self._mark = _mark(self._properties)


def _mark(properties: IncidentProperties) -> str:
    """Give what tells these properties from others; their representation names every value."""
    return hashlib.blake2b(repr(properties).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
