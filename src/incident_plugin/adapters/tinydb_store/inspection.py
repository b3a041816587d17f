"""Whether the store says the same everywhere: logs without gaps, lists and indexes as the projects are."""

from __future__ import annotations

from collections.abc import Iterator

from incident_plugin.adapters.tinydb_store.chains import chains
from incident_plugin.adapters.tinydb_store.documents import document, value
from incident_plugin.adapters.tinydb_store.transaction import Tables
from incident_plugin.application.store import ProjectSummary, summary
from incident_plugin.domain.project import Project


def faults(tables: Tables) -> Iterator[str]:
    """Say what is wrong; within one reading."""
    yield from _log_faults(tables)
    yield from _list_faults(tables)


def _log_faults(tables: Tables) -> Iterator[str]:
    position = 0
    while rows := tables.journal.column("project", after=position, limit=10_000):
        for number, _ in rows:
            position += 1
            if number != position:
                yield f"Rows {position} to {number - 1} of the activity logs are missing."
                position = number
    if position < tables.journal.last_given_id():
        yield f"Rows {position + 1} to {tables.journal.last_given_id()} of the activity logs are missing."
    yield from (chain.fault for chain in chains(tables.journal) if chain.fault is not None)


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
    if tables.index.bitmaps_differ(value(Project, text) for _, text in tables.projects.all_texts()):
        yield "Filters do not find what is stored: the index needs compaction."
