"""Who has a project open now. Kept in memory: it is true for seconds, and nobody's business afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.domain.access import Permission
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId

#: Pages say that they are open more often than this; one that does not is gone.
GONE_AFTER = timedelta(seconds=25)
#: Browser tabs that are remembered of one project: more than anybody opens.
_MOST = 200


@attrs.frozen(kw_only=True)
class _Seen:
    person: Person
    at: datetime


class Presence:
    """Pages that show a project, by browser tab."""

    def __init__(self, guard: Guard, clock: Clock) -> None:
        self._guard = guard
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[ProjectId, dict[tuple[str, str], _Seen]] = {}
        #: Called with a project whose people came or went.
        self.changed: Callable[[ProjectId], None] = lambda _: None

    def here(self, actor: Actor, project: ProjectId, client: str) -> tuple[Person, ...]:
        """Take note that a browser tab shows a project; give the other people who have it open."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        now = self._clock.now()
        with self._lock:
            tabs = self._young(project, now)
            before = {seen.person for seen in tabs.values()}
            if len(tabs) < _MOST:
                tabs[actor.person.id, client[:100]] = _Seen(person=actor.person, at=now)
            self._open[project] = tabs
            people = {seen.person for seen in tabs.values()}
        if people != before:
            self.changed(project)
        others = (person for person in people if person.id != actor.person.id)
        return tuple(sorted(others, key=lambda person: (person.name.casefold(), person.id)))

    def left(self, actor: Actor, project: ProjectId, client: str) -> None:
        """Take note that a browser tab shows a project no longer."""
        self._guard.require(actor, Permission.PROJECTS_VIEW)
        with self._lock:
            tabs = self._young(project, self._clock.now())
            gone = tabs.pop((actor.person.id, client[:100]), None)
            if tabs:
                self._open[project] = tabs
            else:
                self._open.pop(project, None)
        if gone:
            self.changed(project)

    def _young(self, project: ProjectId, now: datetime) -> dict[tuple[str, str], _Seen]:
        tabs = self._open.get(project, {})
        return {tab: seen for tab, seen in tabs.items() if now - seen.at < GONE_AFTER}
