"""Whether the store says the same everywhere: logs without gaps, lists and indexes as the projects are."""

from __future__ import annotations

from collections.abc import Iterator

from incident_plugin.adapters.tinydb_store.documents import document, value
from incident_plugin.adapters.tinydb_store.sqlite_table import where
from incident_plugin.adapters.tinydb_store.transaction import Tables
from incident_plugin.application.store import ProjectSummary, summary
from incident_plugin.domain.journal import Entry, first_fault
from incident_plugin.domain.project import Project, ProjectId


def faults(tables: Tables) -> Iterator[str]:
    """Say what is wrong; within one reading."""
    yield from _log_faults(tables)
    yield from _list_faults(tables)


def _log_faults(tables: Tables) -> Iterator[str]:
    projects: set[ProjectId] = set()
    position = 0
    while rows := tables.journal.column("project", after=position, limit=10_000):
        for number, project in rows:
            position += 1
            if number != position:
                yield f"Rows {position} to {number - 1} of the activity logs are missing."
                position = number
            projects.add(ProjectId(project))
    if position < tables.journal.last_given_id():
        yield f"Rows {position + 1} to {tables.journal.last_given_id()} of the activity logs are missing."
    for number in sorted(projects):
        found = (value(Entry, text) for text in tables.journal.texts(where("project") == number))
        entries = tuple(found)
        misplaced = next((e for e in entries if e.project != number), None)
        fault = first_fault(entries)
        if misplaced is not None:
            yield f"An entry of incident project {misplaced.project} is among those of {number}."
        elif fault is not None:
            yield fault


def _list_faults(tables: Tables) -> Iterator[str]:
    listed = 0
    for number, text in tables.projects.all_texts():
        project = value(Project, text)
        shown = tables.summaries.text(number)
        if project.id != number:
            yield f"Incident project {project.id} is stored as {number}."
        if shown is None:
            yield f"Incident project {number} is missing in the list."
            continue
        listed += 1
        if document(value(ProjectSummary, shown)) != document(summary(project)):
            yield f"Incident project {number} is listed otherwise than it is."
        if not tables.index.knows(project):
            yield f"Incident project {number} is not found as it should be: the index needs compaction."
    if len(tables.summaries) != listed:
        yield "The list has incident projects that are not there."
