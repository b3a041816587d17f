"""The time of sequences: which projects have one that meets a filter, however wide the filter's time is.

Sequences are kept in classes of length, so that those overlapping an interval begin at most one class's
length before it: a few short ranges of an index. Intervals that meet very many projects are not collected:
the projects are gone through newest first, in those zones of ids that hold anything of that time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

import attrs

from incident_plugin.adapters.tinydb_store.documents import instant, microseconds
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteStorage, comparable
from incident_plugin.application.searching import ProjectFilter
from incident_plugin.application.store import Marked
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.time import Interval

#: Projects of neighbouring ids whose bounds are kept, and zones whose bounds are kept together.
ZONE = 256
REGION = 64
#: Reading so many projects costs as much as going to one of them.
_NEAR = 8
#: Projects that one statement of a walk gives at most.
_WALKED = 100
_EARLIEST, _LATEST = -(2**62), 2**62

SCHEMA = (
    """CREATE TABLE spans (
        project INTEGER NOT NULL, position INTEGER NOT NULL, camera TEXT NOT NULL,
        class INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
        PRIMARY KEY (project, position)
    ) WITHOUT ROWID""",
    'CREATE INDEX spans_by_time ON spans (class, start, "end")',
    'CREATE INDEX spans_by_camera ON spans (camera, class, start, "end")',
    # Bounds only widen: a zone may hold less than they say, never more.
    """CREATE TABLE zones (
        zone INTEGER PRIMARY KEY, first_start INTEGER NOT NULL, last_start INTEGER NOT NULL,
        first_end INTEGER NOT NULL, last_end INTEGER NOT NULL
    )""",
)
#: The bounds of many zones together, so that a time of long ago is found without a look at each zone since.
_REGIONS = (
    "DROP TABLE IF EXISTS regions",
    """CREATE TABLE regions (
        region INTEGER PRIMARY KEY, first_start INTEGER NOT NULL, last_start INTEGER NOT NULL,
        first_end INTEGER NOT NULL, last_end INTEGER NOT NULL
    )""",
    f"""INSERT INTO regions SELECT zone / {REGION}, min(first_start), max(last_start), min(first_end),
        max(last_end) FROM zones GROUP BY zone / {REGION}""",
)

_WIDEN = (
    "INSERT INTO {0}s VALUES (?, ?, ?, ?, ?) ON CONFLICT ({0}) DO UPDATE SET "
    "first_start = min(first_start, excluded.first_start), "
    "last_start = max(last_start, excluded.last_start), "
    "first_end = min(first_end, excluded.first_end), last_end = max(last_end, excluded.last_end)"
)
_WIDEN_ZONE, _WIDEN_REGION = _WIDEN.format("zone"), _WIDEN.format("region")

#: Zones that may hold something, and whether they hold nothing else: what starts from ?1 on and before ?2,
#: and ends after ?3 and up to ?4.
_ZONES = f"""
    SELECT zone, z.first_start >= ?1 AND z.last_start < ?2 AND z.first_end > ?3 AND z.last_end <= ?4
    FROM regions AS r CROSS JOIN zones AS z
    WHERE region BETWEEN ?5 / {REGION} AND ?6 / {REGION}
        AND r.last_start >= ?1 AND r.first_start < ?2 AND r.last_end > ?3 AND r.first_end <= ?4
        AND zone BETWEEN max(region * {REGION}, ?5) AND min(region * {REGION} + {REGION - 1}, ?6)
        AND z.last_start >= ?1 AND z.first_start < ?2 AND z.last_end > ?3 AND z.first_end <= ?4
    ORDER BY region DESC, zone DESC LIMIT ?7
"""
_CLASSES = (
    "WITH RECURSIVE classes (class) AS (SELECT min(class) FROM spans UNION ALL "
    "SELECT (SELECT min(class) FROM spans WHERE class > classes.class) FROM classes "
    "WHERE classes.class IS NOT NULL) "
)


@attrs.frozen
class Wanted:
    """What a sequence has to meet, in microseconds; the bounds are set as far as they can tell anything."""

    cameras: tuple[str, ...]
    #: It starts at or after this, and before that.
    start: tuple[int, int]
    #: It ends after this, and at or before that.
    end: tuple[int, int]

    @staticmethod
    def of(narrowed: ProjectFilter) -> Wanted:
        """Give what a filter asks of one sequence."""
        during = narrowed.during
        earliest = _EARLIEST if narrowed.starts_after is None else microseconds(narrowed.starts_after)
        latest = _LATEST if narrowed.ends_before is None else microseconds(narrowed.ends_before)
        return Wanted(
            narrowed.cameras,
            (earliest, min(_LATEST if during is None else microseconds(during.end), latest)),
            (max(_EARLIEST if during is None else microseconds(during.start), earliest), latest),
        )

    def condition(self, *, by_camera: bool = False) -> tuple[str, list[str | int]]:
        """Give the SQL of it, with its parameters.

        A plus keeps SQLite from going by a column to the rows, where it has the project already.
        """
        parts = ['+spans.start >= ? AND +spans.start < ? AND +spans."end" > ? AND +spans."end" <= ?']
        parameters: list[str | int] = [*self.start, *self.end]
        if self.cameras:
            column = "spans.camera" if by_camera else "+spans.camera"
            parts.append(f"{column} IN ({', '.join('?' * len(self.cameras))})")
            parameters += self.cameras
        return " AND ".join(parts), parameters


class Spans:
    """The sequences of all projects; within the caller's transaction."""

    def __init__(self, storage: SQLiteStorage) -> None:
        self._storage = storage

    def bound_regions(self) -> None:
        """Make the bounds of regions from those of zones."""
        for statement in _REGIONS:
            self._storage.run(statement)

    def put(self, project: Project, before: Project | None) -> None:
        """Replace the sequences of a project, which was stored as ``before``, when they changed."""
        wanted = spans_of(project)
        if before is not None:
            if spans_of(before) == wanted:
                return
            self.remove(project.id)
        self._storage.run_each(
            "INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?)",
            [
                (project.id, position, camera, (end - start).bit_length(), start, end)
                for position, (camera, start, end) in enumerate(wanted)
            ],
        )
        if wanted:
            starts, ends = [w[1] for w in wanted], [w[2] for w in wanted]
            zone, bounds = project.id // ZONE, (min(starts), max(starts), min(ends), max(ends))
            # Of each project, because bounds widen with every one of them.
            self._storage.run_last(("zone", project.id), _WIDEN_ZONE, (zone, *bounds))
            self._storage.run_last(("region", project.id), _WIDEN_REGION, (zone // REGION, *bounds))

    def has(self, project: Project) -> bool:
        """Say whether the sequences of a project are stored as they are."""
        stored = self._storage.ask(
            'SELECT camera, start, "end" FROM spans WHERE project = ? ORDER BY position', (project.id,)
        )
        return stored == spans_of(project)

    def remove(self, project_id: int) -> None:
        """Forget the sequences of a project."""
        self._storage.run("DELETE FROM spans WHERE project = ?", (project_id,))

    def probe(self, wanted: Wanted, enough: int) -> list[int]:
        """Give the projects with such a sequence, in any order, and no more than ``enough``."""
        condition, parameters = wanted.condition(by_camera=True)
        index = "spans_by_camera" if wanted.cameras else "spans_by_time"
        found = self._storage.ask(
            f"{_CLASSES} SELECT DISTINCT spans.project FROM classes CROSS JOIN spans INDEXED BY {index} "
            "WHERE classes.class IS NOT NULL AND spans.class = classes.class "
            "AND spans.start > max(?, ? - (1 << classes.class)) AND spans.start < ? "
            f"AND {condition} LIMIT ?",
            (wanted.start[0] - 1, wanted.end[0], wanted.start[1], *parameters, enough),
        )
        return [row[0] for row in found]

    def zones(self, wanted: Wanted, lowest: int, highest: int) -> Iterator[list[tuple[int, bool]]]:
        """Give the zones of ids outside of which no project has such a sequence, highest first.

        They come in growing lists. With each is said whether every sequence of the zone is of that time, so
        that none need be looked at.
        """
        start, end = wanted.start, wanted.end
        size, highest_zone = 8, highest // ZONE
        while True:
            found = self._storage.ask(_ZONES, (*start, *end, lowest // ZONE, highest_zone, size))
            yield [(zone, bool(sure)) for zone, sure in found]
            if len(found) < size:
                return
            size, highest_zone = size * 8, found[-1][0] - 1

    def walk(self, wanted: Wanted, lowest: int, highest: int) -> Iterator[list[int]]:
        """Give the projects of a range of ids with such a sequence, highest first, in lists."""
        condition, parameters = wanted.condition()
        while True:
            found = self._storage.ask(
                "SELECT DISTINCT project FROM spans NOT INDEXED "
                f"WHERE project BETWEEN ? AND ? AND {condition} ORDER BY project DESC LIMIT ?",
                (lowest, highest, *parameters, _WALKED),
            )
            yield [row[0] for row in found]
            if len(found) < _WALKED:
                return
            highest = found[-1][0] - 1

    def among(self, wanted: Wanted, projects: Sequence[int]) -> set[int]:
        """Give those of some projects, highest id first, that have such a sequence."""
        condition, parameters = wanted.condition()
        near = projects[0] - projects[-1] < _NEAR * len(projects)
        source = (
            "spans NOT INDEXED WHERE spans.project BETWEEN ? AND ?"
            if near
            else "json_each(?) AS asked CROSS JOIN spans NOT INDEXED WHERE spans.project = asked.value"
        )
        asked = (projects[-1], projects[0]) if near else (json.dumps(projects),)
        found = self._storage.ask(
            f"SELECT DISTINCT spans.project FROM {source} AND {condition}", (*asked, *parameters)
        )
        return {row[0] for row in found}.intersection(projects)

    def marked(self, cameras: Sequence[CameraId], interval: Interval) -> list[Marked]:
        """Give every sequence of these cameras that overlaps the interval."""
        start, end = _bounds(interval)
        found = [
            row
            for camera in sorted(set(cameras))
            if comparable(camera)
            for row in self._storage.ask(
                f'{_CLASSES} SELECT spans.project, spans.camera, spans.start, spans."end" '
                "FROM classes CROSS JOIN spans INDEXED BY spans_by_camera "
                "WHERE classes.class IS NOT NULL AND spans.class = classes.class AND spans.camera = ? "
                'AND spans.start > ? - (1 << classes.class) AND spans.start < ? AND spans."end" > ?',
                (camera, start, end, start),
            )
        ]
        return [_marked(row) for row in found]

    def seen(self, first: int, last: int) -> tuple[tuple[ProjectId, CameraId], ...]:
        """Give the cameras of the projects with these and the ids between, each of a project once."""
        found = self._storage.ask(
            "SELECT DISTINCT project, camera FROM spans NOT INDEXED WHERE project BETWEEN ? AND ?",
            (first, last),
        )
        # As SQLite gives them: of a dashboard there are millions.
        return cast(tuple[tuple[ProjectId, CameraId], ...], tuple(found))

    def cameras(self) -> tuple[CameraId, ...]:
        """Give every camera there is a sequence of, hopping through the index from one to the next."""
        found = self._storage.ask(
            "WITH RECURSIVE hops (camera) AS (SELECT min(camera) FROM spans UNION ALL "
            "SELECT (SELECT min(camera) FROM spans WHERE camera > hops.camera) FROM hops "
            "WHERE hops.camera IS NOT NULL) SELECT camera FROM hops WHERE camera IS NOT NULL"
        )
        return tuple(CameraId(row[0]) for row in found)

    def of(self, projects: Sequence[ProjectId]) -> list[Marked]:
        """Give the sequences of these projects."""
        found = self._storage.ask(
            'SELECT project, camera, start, "end" FROM json_each(?) AS wanted CROSS JOIN spans NOT INDEXED '
            "WHERE spans.project = wanted.value",
            (json.dumps(sorted(set(projects))),),
        )
        return [_marked(row) for row in found]


def _marked(row: tuple[Any, ...]) -> Marked:
    project, camera, start, end = row
    return Marked(
        project=ProjectId(project),
        camera=CameraId(camera),
        interval=Interval(instant(start), instant(end)),
    )


def spans_of(project: Project) -> list[tuple[str, int, int]]:
    """Give camera, start and end of each sequence, in microseconds."""
    return [(sequence.footage.camera, *_bounds(sequence.footage.interval)) for sequence in project.sequences]


def _bounds(interval: Interval) -> tuple[int, int]:
    return microseconds(interval.start), microseconds(interval.end)
