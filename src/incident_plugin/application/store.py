"""Port to the store: incident state and activity logs.

Transactions are serialised: what is read within one stays as read until it ends. Leaving one without an
exception means that its changes are on disk; leaving it with an exception means that none of them are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import attrs

from incident_plugin.application.searching import EntryFilter, Part, ProjectFilter, part_of
from incident_plugin.domain.branding import ReportLogo
from incident_plugin.domain.certificates import DeletionCertificate
from incident_plugin.domain.collecting import CollectingRules
from incident_plugin.domain.collection import Collection
from incident_plugin.domain.errors import Conflict, InvalidInput
from incident_plugin.domain.exports import Export, ExportList, ExportPresets
from incident_plugin.domain.filters import ListSettings, SavedFilter
from incident_plugin.domain.journal import Chain, Entry
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.notices import NoticeList
from incident_plugin.domain.people import KnownPerson, Person
from incident_plugin.domain.preserving import PreservedProject, PreserveRules
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import FieldValue, IncidentProperties
from incident_plugin.domain.recorders import RecorderConfig
from incident_plugin.domain.removed import RemovedItems
from incident_plugin.domain.requests import AnsweredRequests
from incident_plugin.domain.retention import BinnedProject, RetentionRules
from incident_plugin.domain.sealing import Seal
from incident_plugin.domain.sequence import DraftList
from incident_plugin.domain.time import Interval
from incident_plugin.domain.unsaved import UnsavedTexts

__all__ = [
    "SHOWN_DESCRIPTION",
    "Change",
    "Documents",
    "EntryFilter",
    "IncidentStore",
    "Marked",
    "Part",
    "ProjectFilter",
    "ProjectSummary",
    "Transaction",
    "refuse_stale",
    "refuse_unkeepable",
    "summary",
]

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
    @property
    def bin(self) -> Documents[BinnedProject]: ...
    @property
    def certificates(self) -> Documents[DeletionCertificate]: ...
    @property
    def collecting(self) -> Documents[CollectingRules]: ...
    @property
    def retention(self) -> Documents[RetentionRules]: ...
    @property
    def logos(self) -> Documents[ReportLogo]: ...
    @property
    def removed(self) -> Documents[RemovedItems]: ...
    @property
    def answers(self) -> Documents[AnsweredRequests]: ...
    @property
    def unsaved(self) -> Documents[UnsavedTexts]: ...
    @property
    def people(self) -> Documents[KnownPerson]: ...
    @property
    def notices(self) -> Documents[NoticeList]: ...
    @property
    def saved_filters(self) -> Documents[SavedFilter]: ...
    @property
    def list_settings(self) -> Documents[ListSettings]: ...
    @property
    def recorders(self) -> Documents[RecorderConfig]: ...
    @property
    def export_presets(self) -> Documents[ExportPresets]: ...
    @property
    def preserved(self) -> Documents[PreservedProject]: ...
    @property
    def preserve_rules(self) -> Documents[PreserveRules]: ...

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

    def put_project(self, project: Project, *, replacing: int | None = None) -> None:
        """Insert or replace a project.

        Raises ``InvalidInput`` for a camera's id that cannot be kept, as ``Documents.put`` does for its own.
        ``replacing`` is the revision that it was made of: when another one is stored, or none, nothing is
        written and ``Conflict`` raised.
        """
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

    def forget_entries(self, project_id: ProjectId) -> None:
        """Remove texts and names from a project's activity log; its chain stays as it was."""
        ...

    def last_seal(self) -> Seal | None:
        """Give the newest seal."""
        ...

    def append_seal(self, seal: Seal) -> None:
        """Add a seal after the others."""
        ...


#: Characters of a description that a list shows; a project has all of them.
SHOWN_DESCRIPTION = 500
#: The same of a value of incident data.
SHOWN_VALUE = 200


@attrs.frozen(kw_only=True)
class ProjectSummary:
    """What a list shows of a project."""

    id: ProjectId
    revision: int
    created_by: str
    created_at: datetime
    type: str | None
    status: str | None
    #: Its first ``SHOWN_DESCRIPTION`` characters.
    description: str
    owner: str | None
    priority: str | None
    start: datetime | None
    end: datetime | None
    sequences: int
    #: Id of who created it.
    creator: str
    #: Values of categories and incident data by field name; texts cut to ``SHOWN_VALUE`` characters.
    values: Mapping[str, FieldValue]
    #: Whether a legal hold stops its deletion.
    held: bool = False
    #: Filled in for readers: when it is deleted for good unless held. Nothing of it is stored.
    expires_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Marked:
    """One sequence of a project, as timelines and lists need it."""

    project: ProjectId
    camera: CameraId
    interval: Interval


@attrs.frozen(kw_only=True)
class Change:
    """Something was done to a project: an entry of its activity log."""

    #: Grows with every entry of any log, in the order of transactions; never given twice.
    number: int
    project: ProjectId


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

    def newest_entries(
        self, project_id: ProjectId, narrowed: EntryFilter, *, limit: int, below: int | None = None
    ) -> tuple[Entry, ...]:
        """Give entries of a log, newest first, from those whose number is below ``below``."""
        ...

    def count_entries(self, project_id: ProjectId, narrowed: EntryFilter) -> int:
        """Count the entries of a log."""
        ...

    def entry_people(self, project_id: ProjectId) -> tuple[Person, ...]:
        """Give everybody whom a log names as having done something, once, by the latest name."""
        ...

    def chain(self, project_id: ProjectId) -> Chain:
        """Give the hashes of one activity log as its entries are now."""
        ...

    def chains(self) -> Iterator[Chain]:
        """Give the hashes of every activity log as its entries are now, by project; the audit log first."""
        ...

    def seals(self) -> Iterator[Seal]:
        """Give all seals of the activity logs, oldest first."""
        ...

    def last_change(self) -> int:
        """Give the number of the newest change, 0 before the first one."""
        ...

    def changes(self, after: int, *, limit: int) -> tuple[Change, ...]:
        """Give up to ``limit`` changes with higher numbers, oldest first; none is ever left out."""
        ...

    def entries_of(self, changes: Sequence[int]) -> tuple[Entry, ...]:
        """Give the entries that these changes wrote, by their numbers, in the order of the numbers."""
        ...

    def wait_for_change(self, after: int, timeout: timedelta) -> bool:
        """Wait for a change with a higher number, whichever process makes it; say whether there is one."""
        ...

    def marked(self, cameras: Sequence[CameraId], interval: Interval) -> tuple[Marked, ...]:
        """Give the sequences of projects for these cameras that overlap the interval, by their start."""
        ...

    def seen(self, first: ProjectId, last: ProjectId) -> tuple[tuple[ProjectId, CameraId], ...]:
        """Give the cameras of the projects with these and the ids between, each of a project once."""
        ...

    def cameras(self) -> tuple[CameraId, ...]:
        """Give every camera that a project has a sequence of."""
        ...

    def footage(self, projects: Sequence[ProjectId]) -> tuple[Marked, ...]:
        """Give the sequences of these projects, in no particular order."""
        ...

    def sweep(self) -> bool:
        """Leave nothing of removed and forgotten things in the store: indexes, logs, free space.

        For after a purge: it takes a while with many projects, in steps that let others write between them.
        Copies made before, backups say, are not touched. Says whether it was finished: readers may be in the
        way of the last step, and it is to be asked for again.
        """
        ...

    def tidy(self) -> None:
        """Keep searching quick after many changes, in short steps that let others write between them.

        For now and then; nothing that anybody reads is changed by it.
        """
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


def refuse_unkeepable(*ids: str) -> None:
    """Raise ``InvalidInput`` for an id with half a surrogate pair, which is no text in any encoding."""
    for one in ids:
        if not one.isascii() and any("\ud800" <= c <= "\udfff" for c in one):
            raise InvalidInput(
                f"The id {one!r:.100} has characters that cannot be kept. Nothing was changed.",
                cause="incident.text-unkeepable",
            )


def refuse_stale(project: ProjectId, stored: int | None, expected: int) -> None:
    """Raise ``Conflict`` unless the stored revision of a project is the expected one."""
    if stored != expected:
        now = "is gone" if stored is None else f"has revision {stored}"
        raise Conflict(
            f"Incident project {project} {now}, and the change was made of revision {expected}. "
            "Nothing was changed: look at it again.",
            field="revision",
            now=stored,
        )


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
        description=(text("description") or "")[:SHOWN_DESCRIPTION],
        owner=text("owner"),
        priority=text("priority"),
        start=project.start,
        end=project.end,
        sequences=len(project.sequences),
        held=project.hold is not None,
        creator=project.created_by.id,
        values={
            field: value[:SHOWN_VALUE] if isinstance(value, str) else value
            for field, value in project.fields.items()
            if part_of(field) is Part.CATEGORIES
        },
    )
