"""What is read and written together, on TinyDB tables."""

from __future__ import annotations

from incident_plugin.adapters.tinydb_store.audit_words import AuditWords
from incident_plugin.adapters.tinydb_store.documents import (
    KeyedTable,
    document,
    json_text,
    kept_number,
    value,
)
from incident_plugin.adapters.tinydb_store.index import ProjectIndex
from incident_plugin.adapters.tinydb_store.sqlite_table import Document, SQLiteDB, encoded, where
from incident_plugin.application.store import refuse_stale, refuse_unkeepable, summary
from incident_plugin.domain.branding import ReportLogo
from incident_plugin.domain.certificates import DeletionCertificate
from incident_plugin.domain.collecting import CollectingRules
from incident_plugin.domain.collection import Collection
from incident_plugin.domain.exports import Export, ExportList, ExportPresets
from incident_plugin.domain.filters import ListSettings, SavedFilter
from incident_plugin.domain.journal import AUDIT, Entry
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

#: There is one document of the site's incident properties.
_PROPERTIES = 1
#: Logs whose last entry is kept in memory: more than people work on at a time.
_MOST_ENDS = 2_000


class Tables:
    """The tables. ``summaries`` and ``index`` repeat of a project what lists and timelines need."""

    def __init__(self, db: SQLiteDB) -> None:
        self.projects = db.table("projects")
        self.summaries = db.table("summaries")
        self.index = ProjectIndex(db.storage)
        self.journal = db.table("journal")
        self.audit_words = AuditWords(db.storage)
        #: The last entries of logs that were written to lately; touched only by the thread that writes.
        self.ends: dict[ProjectId, Entry] = {}
        db.storage.on_rollback(self.ends.clear)
        self.seals = db.table("seals")
        self.properties = db.table("properties")
        self.collections = KeyedTable(db.table("collections"), Collection)
        self.drafts = KeyedTable(db.table("drafts"), DraftList)
        self.export_lists = KeyedTable(db.table("export_lists"), ExportList)
        self.exports = KeyedTable(db.table("exports"), Export)
        self.bin = KeyedTable(db.table("bin"), BinnedProject)
        self.certificates = KeyedTable(db.table("certificates"), DeletionCertificate)
        self.collecting = KeyedTable(db.table("collecting"), CollectingRules)
        self.retention = KeyedTable(db.table("retention"), RetentionRules)
        self.logos = KeyedTable(db.table("logos"), ReportLogo)
        self.removed = KeyedTable(db.table("removed"), RemovedItems)
        self.answers = KeyedTable(db.table("answers"), AnsweredRequests)
        self.unsaved = KeyedTable(db.table("unsaved"), UnsavedTexts)
        self.people = KeyedTable(db.table("people"), KnownPerson)
        self.notices = KeyedTable(db.table("notices"), NoticeList)
        self.saved_filters = KeyedTable(db.table("saved_filters"), SavedFilter)
        self.list_settings = KeyedTable(db.table("list_settings"), ListSettings)
        self.recorders = KeyedTable(db.table("recorders"), RecorderConfig)
        self.export_presets = KeyedTable(db.table("export_presets"), ExportPresets)
        self.preserved = KeyedTable(db.table("preserved"), PreservedProject)
        self.preserve_rules = KeyedTable(db.table("preserve_rules"), PreserveRules)

    def site_properties(self) -> IncidentProperties | None:
        """Give the site's incident properties, or nothing when none were ever stored."""
        found = self.properties.text(_PROPERTIES)
        return None if found is None else value(IncidentProperties, found)


class TinyDBTransaction:
    """Reads and writes the tables until it has ended; the store has begun it in the database."""

    def __init__(self, tables: Tables, *, writes: bool) -> None:
        self._open: Tables | None = tables
        self._writes = writes
        #: The project that was read or written last, as it is stored: most that are read are changed next.
        self._last: Project | None = None
        #: Ids that this transaction has given: nothing is stored under them before ``put_project``.
        self._new: set[ProjectId] = set()

    def end(self) -> None:
        """Refuse everything from now on: outside its transaction a change would be kept by itself."""
        self._open = self._last = None

    @property
    def _tables(self) -> Tables:
        if self._open is None:
            raise RuntimeError("this transaction has ended")
        return self._open

    @property
    def collections(self) -> KeyedTable[Collection]:
        """Running collections."""
        return self._tables.collections

    @property
    def drafts(self) -> KeyedTable[DraftList]:
        """Draft sequence lists, by operator."""
        return self._tables.drafts

    @property
    def export_lists(self) -> KeyedTable[ExportList]:
        """Export lists, by operator."""
        return self._tables.export_lists

    @property
    def exports(self) -> KeyedTable[Export]:
        """Export jobs."""
        return self._tables.exports

    @property
    def bin(self) -> KeyedTable[BinnedProject]:
        """Deleted projects that can be restored, by the project's id."""
        return self._tables.bin

    @property
    def certificates(self) -> KeyedTable[DeletionCertificate]:
        """Deletion certificates, by the project's id."""
        return self._tables.certificates

    @property
    def collecting(self) -> KeyedTable[CollectingRules]:
        """Pre-roll and merge time: one document."""
        return self._tables.collecting

    @property
    def retention(self) -> KeyedTable[RetentionRules]:
        """How long projects are kept: one document."""
        return self._tables.retention

    @property
    def logos(self) -> KeyedTable[ReportLogo]:
        """The picture at the head of reports: one document."""
        return self._tables.logos

    @property
    def removed(self) -> KeyedTable[RemovedItems]:
        """What was taken out of projects lately, by project."""
        return self._tables.removed

    @property
    def answers(self) -> KeyedTable[AnsweredRequests]:
        """Requests that made something, by person."""
        return self._tables.answers

    @property
    def unsaved(self) -> KeyedTable[UnsavedTexts]:
        """Texts that were entered and not saved, by project."""
        return self._tables.unsaved

    @property
    def people(self) -> KeyedTable[KnownPerson]:
        """People who have worked here."""
        return self._tables.people

    @property
    def notices(self) -> KeyedTable[NoticeList]:
        """Messages that people have not seen, by person."""
        return self._tables.notices

    @property
    def saved_filters(self) -> KeyedTable[SavedFilter]:
        """Filters that people saved by name."""
        return self._tables.saved_filters

    @property
    def list_settings(self) -> KeyedTable[ListSettings]:
        """How each person has the list."""
        return self._tables.list_settings

    @property
    def recorders(self) -> KeyedTable[RecorderConfig]:
        """The site's recorders, without passwords."""
        return self._tables.recorders

    @property
    def export_presets(self) -> KeyedTable[ExportPresets]:
        """Presets of exports, by operator and for the site."""
        return self._tables.export_presets

    @property
    def preserved(self) -> KeyedTable[PreservedProject]:
        """What is preserved of each project."""
        return self._tables.preserved

    @property
    def preserve_rules(self) -> KeyedTable[PreserveRules]:
        """Which projects are preserved."""
        return self._tables.preserve_rules

    def properties(self) -> IncidentProperties | None:
        """Give the site's incident properties, or nothing when none were ever stored."""
        return self._tables.site_properties()

    def put_properties(self, properties: IncidentProperties) -> None:
        """Replace the site's incident properties."""
        self._tables.properties.put(Document(document(properties), _PROPERTIES))

    def new_project_id(self) -> ProjectId:
        """Give the next project id: they grow and are never given twice, also after a deletion."""
        given = ProjectId(self._tables.projects.reserve_id())
        self._new.add(given)
        return given

    def project(self, project_id: ProjectId) -> Project | None:
        """Give a project, or nothing."""
        if self._last is not None and self._last.id == project_id:
            return self._last
        found = self._tables.projects.text(kept_number(project_id))
        self._last = None if found is None else value(Project, found)
        return self._last

    def put_project(self, project: Project, *, replacing: int | None = None) -> None:
        """Insert or replace a project; raises ``Conflict`` when it replaces another revision."""
        refuse_unkeepable(*(sequence.footage.camera for sequence in project.sequences))
        before = None if project.id in self._new else self.project(project.id)
        if replacing is not None:
            refuse_stale(project.id, None if before is None else before.revision, replacing)
        self._last = None
        self._new.discard(project.id)
        self._tables.projects.put_text(project.id, json_text(project))
        self._tables.summaries.put_text(project.id, json_text(summary(project)))
        self._tables.index.put(project, before)
        self._last = project

    def remove_project(self, project_id: ProjectId) -> None:
        """Remove a project; its activity log stays."""
        self._last = None
        self._tables.projects.remove(doc_ids=[project_id])
        self._tables.summaries.remove(doc_ids=[project_id])
        self._tables.index.remove(project_id)

    def last_entry(self, project_id: ProjectId) -> Entry | None:
        """Give the newest entry of a project's activity log."""
        tables = self._tables
        # Only who writes may look there: others read an earlier state.
        known = tables.ends.get(project_id) if self._writes else None
        if known is not None:
            return known
        found = tables.journal.texts(where("project") == project_id, newest=True, limit=1)
        return value(Entry, found[0]) if found else None

    def append_entry(self, entry: Entry) -> None:
        """Add an entry at the end of its project's activity log."""
        number = self._tables.journal.append_text(json_text(entry), project=entry.project)
        if entry.project == AUDIT:
            self._tables.audit_words.put(number, entry)
        ends = self._tables.ends
        ends[entry.project] = entry
        if len(ends) > _MOST_ENDS:
            del ends[next(iter(ends))]

    def forget_entries(self, project_id: ProjectId) -> None:
        """Remove texts and names from a project's activity log; its chain stays as it was."""
        self._tables.ends.pop(project_id, None)
        journal = self._tables.journal
        for stored in journal.search(where("project") == project_id):
            entry = value(Entry, encoded(stored))
            journal.put(Document(document(entry.forget()), stored.doc_id))

    def last_seal(self) -> Seal | None:
        """Give the newest seal."""
        found = self._tables.seals.texts(newest=True, limit=1)
        return value(Seal, found[0]) if found else None

    def append_seal(self, seal: Seal) -> None:
        """Add a seal after the others."""
        self._tables.seals.insert(document(seal))
