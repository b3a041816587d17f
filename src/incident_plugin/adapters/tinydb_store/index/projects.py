"""Which projects a filter selects, newest first: probe for few candidates, else walk and stop early."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import attrs

from incident_plugin.adapters.tinydb_store.index import spans, terms
from incident_plugin.adapters.tinydb_store.index.spans import Spans, Wanted
from incident_plugin.adapters.tinydb_store.index.terms import Terms
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteStorage
from incident_plugin.application.searching import ProjectFilter
from incident_plugin.domain.project import Project
from incident_plugin.domain.properties import IncidentProperties

#: Up to so many projects of some time are collected and sorted; the newest of more are found by walking.
_FEW = 500
#: Walking so many terms costs less than asking for each candidate by itself.
_NEAR = 100
_HIGHEST = 2**62


class ProjectIndex:
    """The index; each method within the caller's transaction or reading."""

    def __init__(self, storage: SQLiteStorage) -> None:
        self._storage = storage
        self._terms = Terms(storage)
        self.spans = Spans(storage)

    def create(self) -> None:
        """Make the empty tables, in place of those there are."""
        for table in ("terms", "words", "spans", "zones"):
            self._storage.run(f"DROP TABLE IF EXISTS {table}")
        self._terms.forget()
        for statement in (*terms.SCHEMA, *spans.SCHEMA):
            self._storage.run(statement)

    def put(self, project: Project) -> None:
        """Index a project as it is now."""
        self._terms.put(project)
        self.spans.put(project)

    def remove(self, project_id: int) -> None:
        """Forget a project."""
        self._terms.remove(project_id)
        self.spans.remove(project_id)

    def sweep(self) -> Iterator[None]:
        """Leave nothing of removed and earlier texts in the index; one short step for each that is asked."""
        position: str | None = ""
        while position is not None:
            position = self._terms.sweep_words(position)
            yield
        more = self._terms.sweep_terms(first=True)
        while more:
            yield
            more = self._terms.sweep_terms(first=False)

    def knows(self, project: Project) -> bool:
        """Say whether the index has the terms and sequences of this project, as it is."""
        return self._terms.has(project) and self.spans.has(project)

    def select(
        self,
        narrowed: ProjectFilter,
        properties: Callable[[], IncidentProperties],
        *,
        limit: int,
        before: int | None = None,
    ) -> list[int]:
        """Give the ids of up to ``limit`` projects below ``before``, newest first.

        ``properties`` are asked for when names or closing statuses matter.
        """
        lowest, highest = (0, _HIGHEST) if narrowed.id is None else (narrowed.id, narrowed.id)
        if before is not None:
            highest = min(highest, before - 1)
        expression = self._terms.expression(narrowed, properties)
        if limit <= 0 or lowest > highest or (expression is not None and terms.NOTHING in expression):
            return []
        if not narrowed.asks_for_time:
            return self._walk(expression or terms.EVERYTHING, None, lowest, highest, limit)
        wanted = Wanted.of(narrowed)
        candidates = self.spans.probe(wanted, _FEW + 1)
        if len(candidates) <= _FEW:
            within = sorted((c for c in candidates if lowest <= c <= highest), reverse=True)
            # The probe has asked for cameras and time of one sequence, which is more than the camera's term.
            alone = attrs.evolve(narrowed, cameras=())
            rest = self._terms.expression(alone, properties) if narrowed.cameras else expression
            return self._among(rest, within, limit) if rest else within[:limit]
        if expression is not None:
            return self._walk(expression, wanted, lowest, highest, limit)
        found: list[int] = []
        for low, high in self.spans.ranges(wanted, lowest, highest):
            found += self.spans.walk(wanted, low, high, limit - len(found))
            if len(found) >= limit:
                break
        return found

    def count(
        self, narrowed: ProjectFilter, properties: Callable[[], IncidentProperties], *, cap: int
    ) -> int:
        """Count the projects that a filter selects, up to ``cap``."""
        times_only = attrs.evolve(
            ProjectFilter(),
            cameras=narrowed.cameras,
            starts_after=narrowed.starts_after,
            ends_before=narrowed.ends_before,
            during=narrowed.during,
        )
        if narrowed == times_only and narrowed.asks_for_time and cap > 0:
            return len(self.spans.probe(Wanted.of(narrowed), cap))
        return len(self.select(narrowed, properties, limit=cap))

    def _walk(
        self, expression: str, wanted: Wanted | None, lowest: int, highest: int, limit: int
    ) -> list[int]:
        # One walk over everything between the zones that allow the time: to begin anew in the index for each
        # piece would cost more than all that lies between.
        zones = [] if wanted is None else self.spans.zones(wanted, lowest, highest)
        if wanted is not None:
            if not zones:
                return []
            lowest = max(lowest, zones[0] * spans.ZONE)
            highest = min(highest, zones[-1] * spans.ZONE + spans.ZONE - 1)
        sql = "SELECT rowid FROM terms WHERE terms MATCH ? AND rowid BETWEEN ? AND ?"
        parameters: list[str | int] = [expression, lowest, highest]
        if wanted is not None:
            if len(zones) <= zones[-1] - zones[0]:
                sql += f" AND +rowid / {spans.ZONE} IN (SELECT value FROM json_each(?))"
                parameters.append(json.dumps(zones))
            condition, more = wanted.condition()
            # Not EXISTS, which SQLite may make a join of, asking for the terms of each sequence.
            sql += (
                " AND (SELECT 1 FROM spans NOT INDEXED "
                f"WHERE spans.project = terms.rowid AND {condition} LIMIT 1) IS NOT NULL"
            )
            parameters += more
        rows = self._storage.ask(f"{sql} ORDER BY rowid DESC LIMIT ?", (*parameters, limit))
        return [row[0] for row in rows]

    def _among(self, expression: str, candidates: list[int], limit: int) -> list[int]:
        """Give those of the candidates, newest first, that the expression selects."""
        found: list[int] = []
        for near in _neighbourhoods(candidates):
            rows = self._storage.ask(
                # The plus keeps SQLite from asking the index anew for each candidate.
                "SELECT rowid FROM terms WHERE terms MATCH ? AND rowid BETWEEN ? AND ? "
                "AND +rowid IN (SELECT value FROM json_each(?)) ORDER BY rowid DESC LIMIT ?",
                (expression, near[-1], near[0], json.dumps(near), limit - len(found)),
            )
            found += [row[0] for row in rows]
            if len(found) >= limit:
                break
        return found


def _neighbourhoods(candidates: list[int]) -> Iterator[list[int]]:
    """Part ids, highest first, where the way to the next one is long."""
    near: list[int] = []
    for candidate in candidates:
        if near and near[-1] - candidate > _NEAR:
            yield near
            near = []
        near.append(candidate)
    if near:
        yield near
