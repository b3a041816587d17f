"""Pages of one activity log, read as far as they reach; filtered and counted by SQL."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from incident_plugin.adapters.tinydb_store import audit_words
from incident_plugin.adapters.tinydb_store.documents import kept_number, value
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteTable, comparable
from incident_plugin.application.searching import EntryFilter
from incident_plugin.domain.journal import AUDIT, Entry
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.time import utc

_SECOND = timedelta(seconds=1)
_LAST = 2**63 - 1


def newest(
    journal: SQLiteTable, project: ProjectId, narrowed: EntryFilter, *, limit: int, below: int | None
) -> tuple[Entry, ...]:
    """Give entries with lower numbers than ``below``, newest first."""
    condition, parameters = _condition(journal, project, narrowed)
    position = _LAST
    below = None if below is None else kept_number(below)
    if below is not None:
        position = _place(journal, project, below)
        # Where somebody took entries out, their places are those of higher numbers.
        condition += " AND json_extract(document, '$.number') < ?"
        parameters.append(below)
    sql = (
        f"SELECT id, document FROM {journal.sql_name} WHERE {condition} AND id < ? "  # noqa: S608 - ours
        "ORDER BY id DESC LIMIT ?"
    )
    found: list[Entry] = []
    while len(found) < limit and (rows := journal.ask(sql, (*parameters, position, limit))):
        entries = (value(Entry, text) for _, text in rows)
        found += [entry for entry in entries if narrowed.selects(entry)]
        position = rows[-1][0]
    return tuple(found[:limit])


def _place(journal: SQLiteTable, project: ProjectId, number: int) -> int:
    """Give the row of an entry: numbers have no gaps, so that its place is known."""
    of = journal.name_of("project")
    sql = f"SELECT id FROM {journal.sql_name} WHERE {of} = ? ORDER BY id LIMIT 1 OFFSET ?"  # noqa: S608 - ours
    rows = journal.ask(sql, (kept_number(project), max(number - 1, 0)))
    return rows[0][0] if rows else _LAST


def count(journal: SQLiteTable, project: ProjectId, narrowed: EntryFilter) -> int:
    """Count the entries that are left."""
    condition, parameters = _condition(journal, project, narrowed)
    rest = f"FROM {journal.sql_name} WHERE {condition}"
    if _is_told_by_sql(project, narrowed):
        return sum(row[0] for row in journal.ask(f"SELECT count(*) {rest}", parameters))
    found = journal.ask(f"SELECT document {rest}", parameters)
    return sum(narrowed.selects(value(Entry, text)) for (text,) in found)


def _is_told_by_sql(project: ProjectId, narrowed: EntryFilter) -> bool:
    by_index = project == AUDIT and not audit_words.has_more(narrowed.text)
    return narrowed.since is None and narrowed.until is None and (by_index or not narrowed.text)


def people(journal: SQLiteTable, project: ProjectId) -> tuple[Person, ...]:
    """Give who did anything."""
    # Of a group SQLite gives the row with the highest id (sqlite.org/lang_select.html, 2.5).
    sql = (
        f"SELECT document, max(id) FROM {journal.sql_name} "  # noqa: S608 - ours
        f"WHERE {journal.name_of('project')} = ? "
        "AND json_valid(document) GROUP BY json_extract(document, '$.actor.id') ORDER BY max(id)"
    )
    actors = (value(Entry, text).actor for text, _ in journal.ask(sql, (kept_number(project),)))
    return tuple(actor for actor in actors if actor.id)


def _condition(journal: SQLiteTable, project: ProjectId, narrowed: EntryFilter) -> tuple[str, list[Any]]:
    """Give what SQL can say of a filter: all but fractions of seconds, and words outside the audit log."""
    parts, parameters = [f"{journal.name_of('project')} = ?"], list[Any]([kept_number(project)])
    # What is no text in any encoding is in no document.
    if not all(map(comparable, (narrowed.kind, narrowed.target, *(narrowed.people or ())))):
        parts.append("FALSE")
        return " AND ".join(parts), parameters

    def add(part: str, *values: object) -> None:
        parts.append(part)
        parameters.extend(values)

    if narrowed != EntryFilter():
        add("json_valid(document)")
    wanted = audit_words.asked(narrowed.text)
    if project == AUDIT and wanted:
        add(audit_words.HAVING, wanted)
    if narrowed.kind:
        kind = f"{narrowed.kind}."
        add("substr(json_extract(document, '$.activity.action') || '.', 1, ?) = ?", len(kind), kind)
    if narrowed.people is not None:
        people = json.dumps(sorted(narrowed.people))
        add("json_extract(document, '$.actor.id') IN (SELECT value FROM json_each(?))", people)
    if narrowed.target:
        add("json_extract(document, '$.activity.target') = ?", narrowed.target)
    if narrowed.since is not None:
        add("substr(json_extract(document, '$.at'), 1, 19) >= ?", _seconds(narrowed.since))
    if narrowed.until is not None:
        add("substr(json_extract(document, '$.at'), 1, 19) < ?", _seconds(narrowed.until + _SECOND))
    return " AND ".join(parts), parameters


def _seconds(instant: datetime) -> str:
    """Give an instant down to the second: as texts these compare as the instants do."""
    return utc(instant).isoformat()[:19]
