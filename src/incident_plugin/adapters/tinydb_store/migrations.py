"""Schema versions of the store's file, and the steps from each to the next.

All steps are taken in one transaction: a server that is killed within begins again from the old version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from incident_plugin.adapters.tinydb_store.audit_words import AuditWords
from incident_plugin.adapters.tinydb_store.documents import json_text, value
from incident_plugin.adapters.tinydb_store.index import ProjectIndex
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteStorage, SQLiteTable, Tell, silently
from incident_plugin.application.store import summary
from incident_plugin.domain.project import Project

#: Of the file's shape. A change of shape raises it, and brings a step and a fixture of the one before.
SCHEMA = 6
#: After so many projects there is something to tell.
_TOLD = 256


def upgrade(storage: SQLiteStorage, found: int, tell: Tell = silently) -> None:
    """Bring a file of this version to the present one, within the caller's transaction."""
    if found == 0:
        ProjectIndex(storage).create()
        AuditWords(storage).make()
        return
    for version in range(found, SCHEMA):
        _STEPS[version](storage, tell)


def index_again(storage: SQLiteStorage, index: ProjectIndex, tell: Tell = silently) -> None:
    """Make from the projects, again, what lists, searches and timelines need of them."""
    tell("Removing the old index", None)
    index.create()
    for project in _summarised(storage, tell):
        index.put(project, None)


def _summarised(storage: SQLiteStorage, tell: Tell) -> Iterator[Project]:
    """Make the summary of each project again, and give the projects."""
    storage.drop("summaries")
    summaries, projects = SQLiteTable(storage, "summaries"), SQLiteTable(storage, "projects")
    last = projects.last_id()
    for number, text in projects.all_texts():
        project = value(Project, text)
        summaries.put_text(project.id, json_text(summary(project)))
        yield project
        if number % _TOLD == 0:
            tell("Indexing incident projects", number / last)


def _index_projects(storage: SQLiteStorage, tell: Tell) -> None:
    """From 1 to 2: lists, searches and timelines get an index of their own; summaries get short."""
    storage.drop("marks")
    index_again(storage, ProjectIndex(storage), tell)


def _name_forms(storage: SQLiteStorage, _: Tell) -> None:
    """From 2 to 3: entries and seals say how they are hashed; those made until now have the first form."""
    for table in ("journal", "seals"):
        if table in storage.names():
            name = storage.layout(table).table
            storage.run(f"UPDATE {name} SET document = json_set(document, '$.form', 1)")  # noqa: S608 - ours


def _summarise_again(storage: SQLiteStorage, tell: Tell) -> None:
    """From 3 to 4: summaries tell categories, incident data and who created a project."""
    for _ in _summarised(storage, tell):
        pass


def _index_by_bits(storage: SQLiteStorage, tell: Tell) -> None:
    """From 4 to 5: common terms have bitmaps, and projects with many comments several rows in the index."""
    index_again(storage, ProjectIndex(storage), tell)


def _widen_index(storage: SQLiteStorage, _: Tell) -> None:
    """From 5 to 6: times of long ago are found by regions, the audit log by the words of its sentences."""
    ProjectIndex(storage).spans.bound_regions()
    AuditWords(storage).make()


_STEPS: dict[int, Callable[[SQLiteStorage, Tell], None]] = {
    1: _index_projects,
    2: _name_forms,
    3: _summarise_again,
    4: _index_by_bits,
    5: _widen_index,
}
