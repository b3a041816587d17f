"""Whether the store says the same everywhere: logs without gaps, lists and indexes as the projects are."""

from __future__ import annotations

from collections.abc import Iterator

from incident_plugin.adapters.tinydb_store.chains import chains
from incident_plugin.adapters.tinydb_store.documents import document, value
from incident_plugin.adapters.tinydb_store.sqlite_table import Tell, silently
from incident_plugin.adapters.tinydb_store.transaction import Tables
from incident_plugin.application.store import ProjectSummary, summary
from incident_plugin.domain.project import Project


def faults(tables: Tables, tell: Tell = silently) -> Iterator[str]:
    """Say what is wrong; within one reading."""
    yield from _log_faults(tables, tell)
    if tables.audit_words.differs():
        yield "Words do not find what the audit log says: the index needs compaction."
    yield from _list_faults(tables, tell)


def _log_faults(tables: Tables, tell: Tell) -> Iterator[str]:
    position = 0
    while rows := tables.journal.column("project", after=position, limit=10_000):
        for number, _ in rows:
            position += 1
            if number != position:
                yield f"Rows {position} to {number - 1} of the activity logs are missing."
                position = number
    if position < tables.journal.last_given_id():
        yield f"Rows {position + 1} to {tables.journal.last_given_id()} of the activity logs are missing."
    hashed = 0
    for chain in chains(tables.journal):
        hashed += len(chain.hashes)
        tell("Verifying activity logs", hashed / max(position, hashed))
        if chain.fault is not None:
            yield chain.fault


def _list_faults(tables: Tables, tell: Tell) -> Iterator[str]:
    listed = 0
    for number, project in _projects(tables, "Comparing lists with incident projects", tell):
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
    if tables.index.bitmaps_differ(p for _, p in _projects(tables, "Comparing filters with them", tell)):
        yield "Filters do not find what is stored: the index needs compaction."


def _projects(tables: Tables, doing: str, tell: Tell) -> Iterator[tuple[int, Project]]:
    last = tables.projects.last_id()
    for number, text in tables.projects.all_texts():
        yield number, value(Project, text)
        tell(doing, number / last)
