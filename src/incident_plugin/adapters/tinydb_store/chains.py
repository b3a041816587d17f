"""The chains of all activity logs, read and hashed in few steps: a million entries take seconds.

The same hashes as ``Entry.hash`` gives, from the stored texts directly: no instants are parsed and written
again, and no domain values are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import msgspec

from incident_plugin.adapters.tinydb_store.documents import value
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteTable, StorageCorrupt
from incident_plugin.domain.chain import entry_hash, what_hash, who_hash
from incident_plugin.domain.journal import AUDIT, Action, Chain, Entry, Link, chain_of
from incident_plugin.domain.project import ProjectId

#: Projects, or entries of one long log, that are read at a time.
_PROJECTS = 1_000
_ENTRIES = 5_000


# What these do not know they refuse, and ``_slow_link`` reads it: a field that is added costs time, no truth.
class _Actor(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    name: str


class _Activity(msgspec.Struct, forbid_unknown_fields=True):
    action: str
    subject: str = ""
    before: str = ""
    after: str = ""
    camera: str = ""
    target: str = ""


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    project: int
    number: int
    at: str
    actor: _Actor
    activity: _Activity
    salt: str
    previous: str
    forgotten: str | None = None
    form: int = 2


_FORGOTTEN = _Activity(Action.FORGOTTEN)
_decode = msgspec.json.Decoder(_Row).decode


def chains(journal: SQLiteTable) -> Iterator[Chain]:
    """Give the chain of every log there is, by project."""
    yield from _chained(_long_log(journal, AUDIT))
    place, name = journal.name_of("project"), journal.sql_name
    next_one = f"SELECT min({place}) FROM {name} WHERE {place} >= ?"  # noqa: S608 - names of our own
    several = (
        f"SELECT {place}, document FROM {name} "  # noqa: S608 - names of our own
        f"WHERE {place} BETWEEN ? AND ? ORDER BY {place}, id"
    )
    last = int(AUDIT)
    while (found := journal.ask(next_one, (last + 1,))) and (first := found[0][0]) is not None:
        last = first + _PROJECTS - 1
        yield from _chained(journal.ask(several, (first, last)))


def chain(journal: SQLiteTable, project: ProjectId) -> Chain:
    """Give the chain of one log."""
    return chain_of(project, (_link(text) for _, text in _long_log(journal, project)))


def _long_log(journal: SQLiteTable, project: ProjectId) -> Iterator[tuple[int, str]]:
    place, name = journal.name_of("project"), journal.sql_name
    sql = (
        f"SELECT id, document FROM {name} "  # noqa: S608 - names of our own
        f"WHERE {place} = ? AND id > ? ORDER BY id LIMIT ?"
    )
    position = 0
    while rows := journal.ask(sql, (project, position, _ENTRIES)):
        yield from ((project, text) for _, text in rows)
        position = rows[-1][0]


def _chained(rows: Iterable[tuple[int, str]]) -> Iterator[Chain]:
    for project, of_one in groupby(rows, itemgetter(0)):
        yield chain_of(ProjectId(project), (_link(text) for _, text in of_one))


def _link(text: str) -> Link:
    try:
        row = _decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return _slow_link(text)
    if row.form != 2 or not row.at.endswith("Z"):  # noqa: PLR2004 - the present form
        return _slow_link(text)
    did = row.activity
    payload = row.forgotten
    if payload is None:
        half = len(row.salt) // 2
        payload = who_hash(row.salt[:half], row.actor.id, row.actor.name) + what_hash(
            row.salt[half:], did.action, did.subject, did.before, did.after, did.camera, did.target
        )
    elif row.salt or row.actor.id or row.actor.name or did != _FORGOTTEN:
        return _slow_link(text)
    hashed = entry_hash(row.previous, row.project, row.number, row.at[:-1] + "+00:00", payload)
    return row.project, row.number, row.previous, hashed, ""


def _slow_link(text: str) -> Link:
    """Read as everybody reads: for older forms, half surrogate pairs, and what somebody has changed."""
    try:
        return value(Entry, text).link
    except StorageCorrupt as error:
        return 0, 0, "", "", f"cannot be read ({error})"
