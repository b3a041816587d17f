"""Which projects a filter selects, newest first, and how many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import TypeVar

from incident_plugin.adapters.tinydb_store.documents import value
from incident_plugin.adapters.tinydb_store.index import bits, full_text, spans, terms
from incident_plugin.adapters.tinydb_store.index.full_text import FullText
from incident_plugin.adapters.tinydb_store.index.spans import Spans, Wanted
from incident_plugin.adapters.tinydb_store.index.terms import Term
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteStorage, SQLiteTable
from incident_plugin.application.searching import ProjectFilter
from incident_plugin.domain.project import Project
from incident_plugin.domain.properties import IncidentProperties

#: Up to so many projects of some time are collected first; of more, all that the rest of a filter selects are
#: looked at.
_FEW = 500
#: Zones that have to be looked through, of the first eight, from which on collecting is tried.
_UNSURE = 4
#: Segments that are read at once, at most, and how many times as many as before: each reading has a price.
_MOST_SEGMENTS = 16
_GROWTH = 4
#: Newest projects whose sequences are looked at together.
_PROJECTS = 256
_HIGHEST = 2**53


T = TypeVar("T")


class ProjectIndex:
    """The index; each method within the caller's transaction or reading."""

    def __init__(self, storage: SQLiteStorage) -> None:
        self._storage = storage
        self._text = FullText(storage)
        self._projects = SQLiteTable(storage, "projects")
        self.spans = Spans(storage)

    def create(self) -> None:
        """Make the empty tables, in place of those there are."""
        for table in ("terms", "words", "bits", "covered", "spans", "zones"):
            self._storage.run(f"DROP TABLE IF EXISTS {table}")
        self._text.forget()
        for statement in (*full_text.SCHEMA, *bits.SCHEMA, *spans.SCHEMA):
            self._storage.run(statement)
        self.spans.bound_regions()

    def put(self, project: Project, before: Project | None) -> None:
        """Index a project as it is now; it was stored as ``before``."""
        self._text.put(project, before)
        self.spans.put(project, before)
        if self._text.bits.is_due(project.id):
            self._cover(project.id)

    def _cover(self, last: int) -> None:
        """Make bitmaps of all but the newest projects up to this one."""
        sql = f"SELECT id FROM {self._projects.sql_name} WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
        while True:
            found = self._storage.ask(sql, (self._text.bits.covered, last, 2 * bits.STEP))
            if len(found) < 2 * bits.STEP:
                return
            self._text.cover([row[0] for row in found[: bits.STEP]], self._stored)

    def _stored(self, project_id: int) -> Project:
        return value(Project, self._projects.text(project_id) or "")

    def remove(self, project_id: int) -> None:
        """Forget a project."""
        self._text.remove(project_id)
        self.spans.remove(project_id)

    def sweep(self) -> Iterator[None]:
        """Leave nothing of removed and earlier texts in the index; one short step for each that is asked."""
        position: str | None = ""
        while position is not None:
            position = self._text.sweep_words(position)
            yield
        more = self._text.sweep_terms(first=True)
        while more:
            yield
            more = self._text.sweep_terms(first=False)

    def gather(self) -> bool:
        """Put together a little of what many changes have scattered; say whether there is more."""
        return self._text.gather()

    def knows(self, project: Project) -> bool:
        """Say whether the index has the terms and sequences of this project, as it is."""
        return self._text.has(project) and self.spans.has(project)

    def bitmaps_differ(self, projects: Iterable[Project]) -> bool:
        """Say whether the bitmaps tell anything else than all projects, which are given by their ids, do."""
        held = ((project.id, terms.listed(terms.terms_of(project))) for project in projects)
        return self._text.bits.differ(held)

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
        found = self._found(narrowed, properties, before)
        ids = (project for segment, chosen in found for project in bits.ids_of(segment, chosen))
        return list(islice(ids, max(limit, 0)))

    def count(
        self, narrowed: ProjectFilter, properties: Callable[[], IncidentProperties], *, cap: int
    ) -> int:
        """Count the projects that a filter selects, up to ``cap``."""
        counted = 0
        for _, chosen in self._found(narrowed, properties, None):
            if counted >= cap:
                break
            counted += chosen.bit_count()
        return max(min(counted, cap), 0)

    def _found(
        self, narrowed: ProjectFilter, properties: Callable[[], IncidentProperties], before: int | None
    ) -> Iterator[tuple[int, int]]:
        """Give segments and their bits, newest projects first."""
        self._storage.settle()
        lowest, highest = (0, _HIGHEST) if narrowed.id is None else (max(narrowed.id, 0), narrowed.id)
        highest = min(highest, _HIGHEST if before is None else before - 1)
        alternatives = self._text.wanted(narrowed, properties)
        if lowest > highest or not all(alternatives):
            return
        time = Wanted.of(narrowed) if narrowed.asks_for_time else None
        covered = self._text.bits.covered
        if highest > covered:
            yield from self._newest(alternatives, time, max(lowest, covered + 1), highest)
        highest = min(highest, covered)
        if lowest > highest:
            return
        if time is None:
            yield from self._everywhere(alternatives, lowest, highest)
        else:
            yield from self._at_times(alternatives, time, lowest, highest)

    def _newest(
        self, alternatives: list[tuple[Term, ...]], time: Wanted | None, lowest: int, highest: int
    ) -> Iterator[tuple[int, int]]:
        """Find projects that no bitmaps tell of: there are few."""
        if time is not None:
            zones = [zone for near in self.spans.zones(time, lowest, highest) for zone, _ in near]
            if not zones:
                return
            lowest = max(lowest, zones[-1] * spans.ZONE)
            highest = min(highest, (zones[0] + 1) * spans.ZONE - 1)
            alternatives = [each for each in alternatives if each != terms.WITH_SEQUENCES]
        if time is not None and not alternatives:
            for walked in self.spans.walk(time, lowest, highest):
                yield from sorted(bits.by_segment(walked).items(), reverse=True)
            return
        found = self._text.meeting(alternatives, lowest, highest)
        for projects in _parts(sorted(found, reverse=True), _PROJECTS):
            met = set(projects) if time is None else self.spans.among(time, projects)
            yield from sorted(bits.by_segment(met).items(), reverse=True)

    def _everywhere(
        self, alternatives: list[tuple[Term, ...]], lowest: int, highest: int
    ) -> Iterator[tuple[int, int]]:
        segments, size = self._text.bits.segments(lowest, highest), 1
        while segments:
            near, segments = segments[:size], segments[size:]
            yield from self._text.choose(alternatives, near, lowest, highest).items()
            size = min(_GROWTH * size, _MOST_SEGMENTS)

    def _at_times(
        self, alternatives: list[tuple[Term, ...]], time: Wanted, lowest: int, highest: int
    ) -> Iterator[tuple[int, int]]:
        tried = False
        for zones in self.spans.zones(time, lowest, highest):
            if not tried and sum(not sure for _, sure in zones) > _UNSURE:
                collected = self.spans.probe(time, _FEW + 1)
                if len(collected) <= _FEW:
                    yield from self._among(alternatives, collected, lowest, highest)
                    return
            tried = True
            parted = {s: list(z) for s, z in groupby(zones, _segment_of)}
            chosen = self._text.choose(alternatives, list(parted), lowest, highest)
            for segment, of_segment in parted.items():
                yield from (
                    (segment, met) for met in self._in_zones(time, segment, chosen[segment], of_segment)
                )

    def _in_zones(
        self, time: Wanted, segment: int, chosen: int, zones: list[tuple[int, bool]]
    ) -> Iterator[int]:
        """Give those that were chosen in each of these zones, and are of that time."""
        # Neighbours, highest first, have the same sum of place and number.
        for (sure, _), run in groupby(enumerate(zones), lambda each: (each[1][1], each[0] + each[1][0])):
            numbers = [zone for _, (zone, _) in run]
            for near in (numbers,) if sure else ([zone] for zone in numbers):
                found = chosen & bits.between(segment, near[-1] * spans.ZONE, (near[0] + 1) * spans.ZONE - 1)
                if found and not sure:
                    met = self.spans.among(time, tuple(bits.ids_of(segment, found)))
                    found = bits.by_segment(met).get(segment, 0)
                yield found

    def _among(
        self, alternatives: list[tuple[Term, ...]], projects: list[int], lowest: int, highest: int
    ) -> Iterator[tuple[int, int]]:
        """Give those of the projects, all with sequences of the time and cameras, that meet the rest."""
        parted = bits.by_segment(projects)
        chosen = self._text.choose(alternatives, sorted(parted, reverse=True), lowest, highest)
        yield from ((segment, found & parted[segment]) for segment, found in chosen.items())


def _segment_of(zone: tuple[int, bool]) -> int:
    return zone[0] * spans.ZONE // bits.SEGMENT


def _parts(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (whole[first : first + size] for first in range(0, len(whole), size))
