"""What is read and written together, on TinyDB tables."""

from __future__ import annotations

from incident_plugin.adapters.tinydb_store.documents import KeyedTable, document, microseconds, value
from incident_plugin.adapters.tinydb_store.sqlite_table import Document, SQLiteDB, SQLiteTable, where
from incident_plugin.application.store import summary
from incident_plugin.domain.collection import Collection
from incident_plugin.domain.exports import Export, ExportList
from incident_plugin.domain.journal import Entry
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import IncidentProperties
from incident_plugin.domain.sequence import DraftList
from incident_plugin.domain.text import words

#: There is one document of the site's incident properties.
_PROPERTIES = 1


class Tables:
    """The tables. ``summaries`` and ``marks`` repeat of a project what lists and timelines need."""

    def __init__(self, db: SQLiteDB) -> None:
        self.projects = db.table("projects")
        self.summaries = db.table("summaries")
        self.marks = db.table("marks")
        self.journal = db.table("journal")
        self.properties = db.table("properties")
        self.collections = KeyedTable(db.table("collections"), Collection)
        self.drafts = KeyedTable(db.table("drafts"), DraftList)
        self.export_lists = KeyedTable(db.table("export_lists"), ExportList)
        self.exports = KeyedTable(db.table("exports"), Export)


class TinyDBTransaction:
    """Reads and writes the tables until it has ended; the store has begun it in the database."""

    def __init__(self, tables: Tables) -> None:
        self._open: Tables | None = tables

    def end(self) -> None:
        """Refuse everything from now on: outside its transaction a change would be kept by itself."""
        self._open = None

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

    def properties(self) -> IncidentProperties | None:
        """Give the site's incident properties, or nothing when none were ever stored."""
        found = self._tables.properties.text(_PROPERTIES)
        return None if found is None else value(IncidentProperties, found)

    def put_properties(self, properties: IncidentProperties) -> None:
        """Replace the site's incident properties."""
        self._tables.properties.put(Document(document(properties), _PROPERTIES))

    def new_project_id(self) -> ProjectId:
        """Give the next project id: they grow and are never given twice, also after a deletion."""
        return ProjectId(self._tables.projects.reserve_id())

    def project(self, project_id: ProjectId) -> Project | None:
        """Give a project, or nothing."""
        found = self._tables.projects.text(project_id)
        return None if found is None else value(Project, found)

    def put_project(self, project: Project) -> None:
        """Insert or replace a project."""
        listed = summary(project)
        # A space before each word: containing a space and some letters is having a word that begins so.
        searched = "".join(f" {word}" for word in words(listed.description))
        self._tables.projects.put(Document(document(project), project.id))
        self._tables.summaries.put(Document(document(listed) | {"words": searched}, project.id))
        self._put_marks(project)

    def remove_project(self, project_id: ProjectId) -> None:
        """Remove a project; its activity log stays."""
        self._tables.projects.remove(doc_ids=[project_id])
        self._tables.summaries.remove(doc_ids=[project_id])
        self._tables.marks.remove(where("project") == project_id)

    def last_entry(self, project_id: ProjectId) -> Entry | None:
        """Give the newest entry of a project's activity log."""
        found = self._tables.journal.texts(where("project") == project_id, newest=True, limit=1)
        return value(Entry, found[0]) if found else None

    def append_entry(self, entry: Entry) -> None:
        """Add an entry at the end of its project's activity log."""
        self._tables.journal.insert(document(entry))

    def _put_marks(self, project: Project) -> None:
        marks: SQLiteTable = self._tables.marks
        wanted = [
            {
                "project": project.id,
                "camera": sequence.footage.camera,
                "start": microseconds(sequence.footage.interval.start),
                "end": microseconds(sequence.footage.interval.end),
            }
            for sequence in project.sequences
        ]
        stored = marks.search(where("project") == project.id)
        if stored != wanted:
            marks.remove(doc_ids=[mark.doc_id for mark in stored])
            marks.insert_multiple(wanted)
