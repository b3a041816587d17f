"""Exports: the list of what waits, and the jobs that make files of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NewType

import attrs

from incident_plugin.domain.media import ClockOffset
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import Footage, SequenceId
from incident_plugin.domain.time import Interval, utc

ExportId = NewType("ExportId", str)


@attrs.frozen(kw_only=True)
class ExportItem:
    """One sequence of one project that waits to be exported."""

    project: ProjectId
    sequence: SequenceId
    footage: Footage


@attrs.frozen(kw_only=True)
class ExportList:
    """What one operator has sent for export."""

    #: The operator's id.
    id: str
    items: tuple[ExportItem, ...] = ()

    def with_items(self, items: tuple[ExportItem, ...]) -> ExportList:
        """Add items at the end; each sequence of a project is listed once."""
        known = {(i.project, i.sequence) for i in self.items}
        new = tuple(i for i in items if (i.project, i.sequence) not in known)
        return attrs.evolve(self, items=self.items + new)

    def without(self, ids: frozenset[SequenceId]) -> ExportList:
        """Take items out."""
        return attrs.evolve(self, items=tuple(i for i in self.items if i.sequence not in ids))


class ExportState(StrEnum):
    """The life of an export."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@attrs.frozen(kw_only=True)
class Exhibit:
    """One sequence's master file."""

    #: As it appears in file names and in the package description: ``E01``.
    id: str
    item: ExportItem
    #: Name of the file in the export's folder.
    file: str
    size: int
    sha256: str
    #: From the first picture to the end of the last; nothing when the recorder had no video at all.
    delivered: Interval | None
    #: The parts of the requested interval for which the recorder has no video.
    gaps: tuple[Interval, ...]
    clock_offset: ClockOffset


@attrs.frozen(kw_only=True)
class Export:
    """One export job with its result."""

    id: ExportId
    owner: Person
    created_at: datetime = attrs.field(converter=utc)
    items: tuple[ExportItem, ...]
    state: ExportState = ExportState.QUEUED
    #: Done part of the whole, 0 to 1.
    progress: float = 0.0
    #: Why it failed, and what to do.
    message: str = ""
    exhibits: tuple[Exhibit, ...] = ()
    finished_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))

    @property
    def owner_id(self) -> str:
        """Whose it is."""
        return self.owner.id

    @property
    def projects(self) -> tuple[ProjectId, ...]:
        """The projects it takes sequences from, each once."""
        return tuple(dict.fromkeys(item.project for item in self.items))
