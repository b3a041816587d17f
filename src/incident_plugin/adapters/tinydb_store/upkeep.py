"""Looking after a store's directory: backup, restore, check, compaction, import.

Backup and check read beside a server, in the command's own process. Compaction is asked of a server that
runs. Restore and import take its place, and refuse while one runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from incident_plugin.adapters.tinydb_store.documents import value
from incident_plugin.adapters.tinydb_store.migrations import SCHEMA
from incident_plugin.adapters.tinydb_store.refusals import Refusals
from incident_plugin.adapters.tinydb_store.sqlite_table import StorageCorrupt, Tell, silently, upkeep
from incident_plugin.adapters.tinydb_store.store import FILE, TinyDBStore
from incident_plugin.application.searching import ProjectFilter
from incident_plugin.application.store import Transaction
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.journal import Entry, first_fault
from incident_plugin.domain.project import Project
from incident_plugin.domain.properties import IncidentProperties
from incident_plugin.domain.sealing import Seal


def backup(directory: Path, target: Path, tell: Tell = silently) -> None:
    """Copy the store into one file, as it is at this moment; a server may go on writing meanwhile."""
    with Refusals(directory):
        upkeep.copy(directory / FILE, target, tell)
        found = upkeep.faults(target, tell)
        if found:
            raise StorageCorrupt(f"The copy {target} is damaged ({found[0]}): do not rely on it.")


def restore(directory: Path, source: Path, now: datetime, tell: Tell = silently) -> Path | None:
    """Put a backup in the store's place; give where the store that was there lies now."""
    with Refusals(directory):
        directory.mkdir(parents=True, exist_ok=True)
        aside = f".replaced-{now:%Y%m%dT%H%M%SZ}"
        return upkeep.replace(directory / FILE, source, newest=SCHEMA, aside=aside, tell=tell)


def check(directory: Path, tell: Tell = silently) -> tuple[str, ...]:
    """Say what is wrong with the store: with the file, the activity logs, and what lists show."""
    with Refusals(directory):
        found = upkeep.faults(directory / FILE, tell)
    if found:
        return (*found, "Stop the server and restore the last backup: “incident-plugin store restore”.")
    with closing(TinyDBStore(directory, writable=False)) as store:
        return store.faults(tell)


#: What compaction comes to.
COMPACTED = "The index was made anew, and the file is as small as it can be."


def compact(directory: Path, tell: Tell = silently) -> str:
    """Make the index anew and the file small; what was removed leaves no trace in either."""
    with closing(TinyDBStore(directory, tell=tell)) as store:
        store.index_again(tell)
        tell("Making the file small", None)
        store.shrink()
    return COMPACTED


#: Up to so many projects, and so large a file, writers wait a second or two while everything is made anew.
_MOST_ANEW, _LARGEST_ANEW = 5_000, 256 << 20


def compact_beside(store: TinyDBStore, tell: Tell = silently) -> str:
    """Compact the store of a running server as far as people can go on working; give what was done.

    What was removed leaves no trace in the index. Only a small store is made anew as ``compact`` does.
    """
    tell("Sweeping the index", None)
    store.sweep()
    if store.count(ProjectFilter(), cap=_MOST_ANEW + 1) > _MOST_ANEW or store.size > _LARGEST_ANEW:
        return (
            "Nothing of what was removed is left in the index or the log, and its space will be used again. "
            "To give it back to the disk and to make the index anew, writers would have to wait for minutes: "
            "stop the server and give the command again."
        )
    store.index_again(tell)
    tell("Making the file small", None)
    store.shrink()
    store.fold()
    return COMPACTED


def import_json(directory: Path, file: Path, tell: Tell = silently) -> int:
    """Read a JSON file of TinyDB with our documents into an empty store; give how many projects it had.

    Raises ``InvalidInput``, and keeps nothing, for a file that is anything else.
    """
    try:
        tables = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{file} is no JSON file of TinyDB ({error}). Nothing was imported.") from error
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise InvalidInput(f"{file} is no JSON file of TinyDB. Nothing was imported.")
    with closing(TinyDBStore(directory)) as store, store.transaction() as transaction:
        unknown = {name for name, table in tables.items() if table} - {*_TABLES, *store.keyed_tables}
        if unknown:
            names = ", ".join(sorted(unknown))
            raise InvalidInput(f"{file} has unknown tables: {names}. Nothing was imported.")
        if store.count(ProjectFilter(), cap=1) or store.last_change():
            raise InvalidInput(f"{directory} has incident projects already. Nothing was imported.")
        _import(store, transaction, tables, tell)
        for project in {change.project for change in store.changes(0, limit=-1)}:
            fault = first_fault(store.entries(project))
            if fault is not None:
                raise InvalidInput(f"{file} was changed or is incomplete: {fault} Nothing was imported.")
    return len(tables.get("projects", {}))


#: Tables whose documents have no id of their own; summaries are made again.
_TABLES = {"projects", "summaries", "journal", "seals", "properties"}


def _import(
    store: TinyDBStore, transaction: Transaction, tables: dict[str, dict[str, Any]], tell: Tell
) -> None:
    def texts(name: str) -> Iterator[str]:
        numbered = sorted((int(number), document) for number, document in tables.get(name, {}).items())
        for done, (_, document) in enumerate(numbered):
            yield json.dumps(document)
            tell(f"Importing “{name}”", done / len(numbered))

    try:
        for text in texts("projects"):
            transaction.put_project(value(Project, text))
        for text in texts("journal"):
            # A document that does not say how it is hashed is of the time when there was one form.
            transaction.append_entry(value(Entry, json.dumps({"form": 1, **json.loads(text)})))
        for text in texts("properties"):
            transaction.put_properties(value(IncidentProperties, text))
        for text in texts("seals"):
            transaction.append_seal(value(Seal, json.dumps({"form": 1, **json.loads(text)})))
        for name, table in store.keyed_tables.items():
            for text in texts(name):
                table.put_text(text)
    except (StorageCorrupt, ValueError, TypeError) as error:
        raise InvalidInput(f"A document is not one of ours: {error} Nothing was imported.") from error
