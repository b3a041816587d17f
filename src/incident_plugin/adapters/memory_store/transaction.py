"""What is read and written together, in memory."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

import attrs

from incident_plugin.application.store import refuse_stale, refuse_unkeepable
from incident_plugin.domain.branding import ReportLogo
from incident_plugin.domain.certificates import DeletionCertificate
from incident_plugin.domain.collecting import CollectingRules
from incident_plugin.domain.collection import Collection
from incident_plugin.domain.exports import Export, ExportList, ExportPresets
from incident_plugin.domain.filters import ListSettings, SavedFilter
from incident_plugin.domain.journal import Entry
from incident_plugin.domain.notices import NoticeList
from incident_plugin.domain.people import KnownPerson
from incident_plugin.domain.preserving import PreservedProject, PreserveRules
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import IncidentProperties
from incident_plugin.domain.recorders import RecorderConfig
from incident_plugin.domain.removed import RemovedItems
from incident_plugin.domain.requests import AnsweredRequests
from incident_plugin.domain.retention import BinnedProject, RetentionRules
from incident_plugin.domain.sealing import Seal
from incident_plugin.domain.sequence import DraftList
from incident_plugin.domain.unsaved import UnsavedTexts


@attrs.define
class State:
    """All that is stored. Values are frozen, so that a copy of the mappings is a copy of everything."""

    projects: dict[ProjectId, Project] = attrs.Factory(dict)
    journal: dict[ProjectId, tuple[Entry, ...]] = attrs.Factory(dict)
    collections: dict[str, Collection] = attrs.Factory(dict)
    drafts: dict[str, DraftList] = attrs.Factory(dict)
    export_lists: dict[str, ExportList] = attrs.Factory(dict)
    exports: dict[str, Export] = attrs.Factory(dict)
    bin: dict[str, BinnedProject] = attrs.Factory(dict)
    certificates: dict[str, DeletionCertificate] = attrs.Factory(dict)
    collecting: dict[str, CollectingRules] = attrs.Factory(dict)
    retention: dict[str, RetentionRules] = attrs.Factory(dict)
    logos: dict[str, ReportLogo] = attrs.Factory(dict)
    removed: dict[str, RemovedItems] = attrs.Factory(dict)
    answers: dict[str, AnsweredRequests] = attrs.Factory(dict)
    unsaved: dict[str, UnsavedTexts] = attrs.Factory(dict)
    people: dict[str, KnownPerson] = attrs.Factory(dict)
    notices: dict[str, NoticeList] = attrs.Factory(dict)
    saved_filters: dict[str, SavedFilter] = attrs.Factory(dict)
    list_settings: dict[str, ListSettings] = attrs.Factory(dict)
    recorders: dict[str, RecorderConfig] = attrs.Factory(dict)
    export_presets: dict[str, ExportPresets] = attrs.Factory(dict)
    preserved: dict[str, PreservedProject] = attrs.Factory(dict)
    preserve_rules: dict[str, PreserveRules] = attrs.Factory(dict)
    properties: IncidentProperties | None = None
    last_project_id: int = 0
    #: All entries in the order in which they were written: the project, and the place in its log.
    changed: list[tuple[ProjectId, int]] = attrs.Factory(list)
    seals: tuple[Seal, ...] = ()

    def copied(self) -> State:
        """Give a state that changes apart from this one."""
        return attrs.evolve(
            self,
            projects=dict(self.projects),
            journal=dict(self.journal),
            collections=dict(self.collections),
            drafts=dict(self.drafts),
            export_lists=dict(self.export_lists),
            exports=dict(self.exports),
            bin=dict(self.bin),
            certificates=dict(self.certificates),
            collecting=dict(self.collecting),
            retention=dict(self.retention),
            logos=dict(self.logos),
            removed=dict(self.removed),
            answers=dict(self.answers),
            unsaved=dict(self.unsaved),
            people=dict(self.people),
            notices=dict(self.notices),
            saved_filters=dict(self.saved_filters),
            list_settings=dict(self.list_settings),
            recorders=dict(self.recorders),
            export_presets=dict(self.export_presets),
            preserved=dict(self.preserved),
            preserve_rules=dict(self.preserve_rules),
            changed=list(self.changed),
        )


class HasId(Protocol):
    """A domain value with an id of its own."""

    @property
    def id(self) -> str: ...


D = TypeVar("D", bound=HasId)


class MemoryDocuments(Generic[D]):
    """Documents of one kind by their ids."""

    def __init__(self, documents: dict[str, D], *, writes: bool) -> None:
        self._documents = documents
        self._writes = writes

    def get(self, key: str, /) -> D | None:
        """Give the document, or nothing."""
        return self._documents.get(key)

    def all(self) -> tuple[D, ...]:
        """Give all documents, in order of their ids."""
        return tuple(self._documents[key] for key in sorted(self._documents))

    def put(self, changed: D, /) -> None:
        """Insert or replace the document under its id."""
        _refuse_reading(writes=self._writes)
        refuse_unkeepable(changed.id)
        self._documents[changed.id] = changed

    def remove(self, key: str, /) -> None:
        """Remove the document, if it is there."""
        _refuse_reading(writes=self._writes)
        self._documents.pop(key, None)


class MemoryTransaction:
    """Reads and writes a state until it has ended."""

    def __init__(self, state: State, *, writes: bool) -> None:
        self._open: State | None = state
        self._writes = writes

    def end(self) -> None:
        """Refuse everything from now on."""
        self._open = None

    @property
    def _state(self) -> State:
        if self._open is None:
            raise RuntimeError("this transaction has ended")
        return self._open

    @property
    def _changing(self) -> State:
        _refuse_reading(writes=self._writes)
        return self._state

    @property
    def collections(self) -> MemoryDocuments[Collection]:
        """Running collections."""
        return MemoryDocuments(self._state.collections, writes=self._writes)

    @property
    def drafts(self) -> MemoryDocuments[DraftList]:
        """Draft sequence lists, by operator."""
        return MemoryDocuments(self._state.drafts, writes=self._writes)

    @property
    def export_lists(self) -> MemoryDocuments[ExportList]:
        """Export lists, by operator."""
        return MemoryDocuments(self._state.export_lists, writes=self._writes)

    @property
    def exports(self) -> MemoryDocuments[Export]:
        """Export jobs."""
        return MemoryDocuments(self._state.exports, writes=self._writes)

    @property
    def bin(self) -> MemoryDocuments[BinnedProject]:
        """Deleted projects that can be restored, by the project's id."""
        return MemoryDocuments(self._state.bin, writes=self._writes)

    @property
    def certificates(self) -> MemoryDocuments[DeletionCertificate]:
        """Deletion certificates, by the project's id."""
        return MemoryDocuments(self._state.certificates, writes=self._writes)

    @property
    def collecting(self) -> MemoryDocuments[CollectingRules]:
        """Pre-roll and merge time: one document."""
        return MemoryDocuments(self._state.collecting, writes=self._writes)

    @property
    def retention(self) -> MemoryDocuments[RetentionRules]:
        """How long projects are kept: one document."""
        return MemoryDocuments(self._state.retention, writes=self._writes)

    @property
    def logos(self) -> MemoryDocuments[ReportLogo]:
        """The picture at the head of reports: one document."""
        return MemoryDocuments(self._state.logos, writes=self._writes)

    @property
    def removed(self) -> MemoryDocuments[RemovedItems]:
        """What was taken out of projects lately, by project."""
        return MemoryDocuments(self._state.removed, writes=self._writes)

    @property
    def answers(self) -> MemoryDocuments[AnsweredRequests]:
        """Requests that made something, by person."""
        return MemoryDocuments(self._state.answers, writes=self._writes)

    @property
    def unsaved(self) -> MemoryDocuments[UnsavedTexts]:
        """Texts that were entered and not saved, by project."""
        return MemoryDocuments(self._state.unsaved, writes=self._writes)

    @property
    def people(self) -> MemoryDocuments[KnownPerson]:
        """People who have worked here."""
        return MemoryDocuments(self._state.people, writes=self._writes)

    @property
    def notices(self) -> MemoryDocuments[NoticeList]:
        """Messages that people have not seen, by person."""
        return MemoryDocuments(self._state.notices, writes=self._writes)

    @property
    def saved_filters(self) -> MemoryDocuments[SavedFilter]:
        """Filters that people saved by name."""
        return MemoryDocuments(self._state.saved_filters, writes=self._writes)

    @property
    def list_settings(self) -> MemoryDocuments[ListSettings]:
        """How each person has the list."""
        return MemoryDocuments(self._state.list_settings, writes=self._writes)

    @property
    def recorders(self) -> MemoryDocuments[RecorderConfig]:
        """The site's recorders, without passwords."""
        return MemoryDocuments(self._state.recorders, writes=self._writes)

    @property
    def export_presets(self) -> MemoryDocuments[ExportPresets]:
        """Presets of exports, by operator and for the site."""
        return MemoryDocuments(self._state.export_presets, writes=self._writes)

    @property
    def preserved(self) -> MemoryDocuments[PreservedProject]:
        """What is preserved of each project."""
        return MemoryDocuments(self._state.preserved, writes=self._writes)

    @property
    def preserve_rules(self) -> MemoryDocuments[PreserveRules]:
        """Which projects are preserved."""
        return MemoryDocuments(self._state.preserve_rules, writes=self._writes)

    def properties(self) -> IncidentProperties | None:
        """Give the site's incident properties, or nothing when none were ever stored."""
        return self._state.properties

    def put_properties(self, properties: IncidentProperties) -> None:
        """Replace the site's incident properties."""
        self._changing.properties = properties

    def new_project_id(self) -> ProjectId:
        """Give the next project id: they grow and are never given twice, also after a deletion."""
        self._changing.last_project_id += 1
        return ProjectId(self._state.last_project_id)

    def project(self, project_id: ProjectId) -> Project | None:
        """Give a project, or nothing."""
        return self._state.projects.get(project_id)

    def put_project(self, project: Project, *, replacing: int | None = None) -> None:
        """Insert or replace a project; raises ``Conflict`` when it replaces another revision."""
        refuse_unkeepable(*(sequence.footage.camera for sequence in project.sequences))
        if replacing is not None:
            stored = self._changing.projects.get(project.id)
            refuse_stale(project.id, None if stored is None else stored.revision, replacing)
        self._changing.projects[project.id] = project
        # A project from elsewhere, a restored one say, takes its id with it.
        self._state.last_project_id = max(self._state.last_project_id, project.id)

    def remove_project(self, project_id: ProjectId) -> None:
        """Remove a project; its activity log stays."""
        self._changing.projects.pop(project_id, None)

    def last_entry(self, project_id: ProjectId) -> Entry | None:
        """Give the newest entry of a project's activity log."""
        entries = self._state.journal.get(project_id)
        return entries[-1] if entries else None

    def append_entry(self, entry: Entry) -> None:
        """Add an entry at the end of its project's activity log."""
        journal = self._changing.journal
        written = journal.get(entry.project, ())
        journal[entry.project] = (*written, entry)
        self._state.changed.append((entry.project, len(written)))

    def forget_entries(self, project_id: ProjectId) -> None:
        """Remove texts and names from a project's activity log; its chain stays as it was."""
        journal = self._changing.journal
        journal[project_id] = tuple(entry.forget() for entry in journal.get(project_id, ()))

    def last_seal(self) -> Seal | None:
        """Give the newest seal."""
        return self._state.seals[-1] if self._state.seals else None

    def append_seal(self, seal: Seal) -> None:
        """Add a seal after the others."""
        self._changing.seals += (seal,)


def _refuse_reading(*, writes: bool) -> None:
    if not writes:
        raise RuntimeError("a reading transaction cannot write")
