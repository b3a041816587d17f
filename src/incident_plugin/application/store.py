"""Port to the store: incident state and activity logs.

Transactions are serialised: what is read within one stays as read until it ends. Leaving one without an
exception means that its changes are on disk; leaving it with an exception means that none of them are.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

import attrs

from incident_plugin.domain.collection import Collection
from incident_plugin.domain.exports import Export, ExportList
from incident_plugin.domain.journal import Entry
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import IncidentProperties
from incident_plugin.domain.sequence import DraftList
from incident_plugin.domain.time import Interval

T = TypeVar("T")


class Documents(Protocol[T]):
    """Documents of one kind by their ids; within a transaction."""

    def get(self, key: str, /) -> T | None:
        """Give the document, or nothing."""
        ...

    def all(self) -> tuple[T, ...]:
        """Give all documents of this kind, in order of their ids."""
        ...

    def put(self, document: T, /) -> None:
        """Insert or replace the document under its ``id``."""
        ...

    def remove(self, key: str, /) -> None:
        """Remove the document, if it is there."""
        ...


class Transaction(Protocol):
    """Everything that is read and written together."""

    @property
    def collections(self) -> Documents[Collection]: ...
    @property
    def drafts(self) -> Documents[DraftList]: ...
    @property
    def export_lists(self) -> Documents[ExportList]: ...
    @property
    def exports(self) -> Documents[Export]: ...

    def properties(self) -> IncidentProperties | None:
        """Give the site's incident properties, or nothing when none were ever stored."""
        ...

    def put_properties(self, properties: IncidentProperties) -> None:
        """Replace the site's incident properties."""
        ...

    def new_project_id(self) -> ProjectId:
        """Give the next project id: they grow and are never given twice, also after a deletion."""
        ...

    def project(self, project_id: ProjectId) -> Project | None:
        """Give a project, or nothing."""
        ...

    def put_project(self, project: Project) -> None:
        """Insert or replace a project."""
        ...

    def remove_project(self, project_id: ProjectId) -> None:
        """Remove a project; its activity log stays."""
        ...

    def last_entry(self, project_id: ProjectId) -> Entry | None:
        """Give the newest entry of a project's activity log."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Add an entry at the end of its project's activity log."""
        ...


@attrs.frozen(kw_only=True)
class ProjectFilter:
    """What a list of projects is narrowed to; an empty one narrows nothing."""

    id: ProjectId | None = None
    #: Words that all occur in the description as beginnings of its words, compared as ``text.words`` says.
    text: str = ""


@attrs.frozen(kw_only=True)
class ProjectSummary:
    """What a list shows of a project."""

    id: ProjectId
    revision: int
    created_by: str
    created_at: datetime
    type: str | None
    status: str | None
    description: str
    owner: str | None
    priority: str | None
    start: datetime | None
    end: datetime | None
    sequences: int


@attrs.frozen(kw_only=True)
class Marked:
    """One sequence of a project, as timelines and lists need it."""

    project: ProjectId
    camera: CameraId
    interval: Interval


class IncidentStore(Protocol):
    """The store. Every method raises ``StoreUnavailable`` when the disk or the database refuses.

    A transaction belongs to the thread that began it, and transactions do not nest (``RuntimeError``). The
    other methods, when called within one, see what it sees.
    """

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction; it ends durable, or not at all."""
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """Begin a consistent reading that writes nothing and waits for no writer."""
        ...

    def page(
        self, narrowed: ProjectFilter, *, limit: int, before: ProjectId | None = None
    ) -> tuple[ProjectSummary, ...]:
        """Give projects, newest first, from those whose id is below ``before``."""
        ...

    def count(self, narrowed: ProjectFilter, *, cap: int) -> int:
        """Count projects, up to ``cap``."""
        ...

    def entries(self, project_id: ProjectId) -> tuple[Entry, ...]:
        """Give a project's activity log, oldest first; also of a deleted project."""
        ...

    def marked(self, cameras: Sequence[CameraId], interval: Interval) -> tuple[Marked, ...]:
        """Give the sequences of projects for these cameras that overlap the interval, by their start."""
        ...

    def footage(self, projects: Sequence[ProjectId]) -> tuple[Marked, ...]:
        """Give the sequences of these projects, in no particular order."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


def summary(project: Project) -> ProjectSummary:
    """Give what a list shows of a project."""

    def text(field: str) -> str | None:
        value = project.fields.get(field)
        return None if value is None else str(value)

    return ProjectSummary(
        id=project.id,
        revision=project.revision,
        created_by=project.created_by.name,
        created_at=project.created_at,
        type=text("type"),
        status=text("status"),
        description=text("description") or "",
        owner=text("owner"),
        priority=text("priority"),
        start=project.start,
        end=project.end,
        sequences=len(project.sequences),
    )
