"""Looking after the file: copies of it, whether it is whole, putting another one in its place."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import apsw

from incident_plugin.adapters.tinydb_store.sqlite_table.errors import (
    StorageBusy,
    StorageCorrupt,
    StorageNewer,
    StorageNotWritable,
    foreign_errors,
)
from incident_plugin.adapters.tinydb_store.sqlite_table.lock import OwnerLock
from incident_plugin.adapters.tinydb_store.sqlite_table.progress import Tell, silently

#: Of what is wrong with a file, as much as a person reads.
_FAULTS = 20
_BESIDE = ("-wal", "-shm")
#: Pages that are copied, and instructions of SQLite's that are executed, before there is something to tell.
_COPIED, _CHECKED = 2_000, 1_000_000


def copy(source: Path, target: Path, tell: Tell = silently) -> None:
    """Copy the file as it is at this moment, also while others write it; whole and durable, or not at all."""
    partial = target.with_name(target.name + ".partial")
    if target.exists():
        raise StorageNotWritable(f"{target} is there already. It was left as it is: choose another name.")
    try:
        partial.unlink(missing_ok=True)
        # Everything is in it: nobody else reads it, wherever it is put.
        partial.touch(mode=0o600, exist_ok=False)
        with foreign_errors(source), _opened(source, apsw.SQLITE_OPEN_READONLY) as read:
            flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
            with foreign_errors(target), _opened(partial, flags) as written:
                # Within one reading, because a copy begins anew whenever it meets a later state.
                read.execute("BEGIN; SELECT count(*) FROM sqlite_schema")
                with written.backup("main", read, "main") as backup:
                    while not backup.done:
                        backup.step(_COPIED)
                        tell("Copying the file", 1 - backup.remaining / max(backup.page_count, 1))
                # A copy is one file, which may lie where nobody can write.
                written.pragma("journal_mode", "DELETE")
        _synced(partial)
        os.link(partial, target)
        _synced(target.parent)
    except OSError as error:
        raise StorageNotWritable(f"The copy cannot be written: {target} ({error.strerror}).") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def faults(path: Path, tell: Tell = silently) -> tuple[str, ...]:
    """Say what SQLite finds wrong with the file, up to a number of things; it is only read."""

    def goes_on() -> bool:
        tell(f"Looking through {path.name}", None)
        return False

    try:
        if path.exists() and not path.stat().st_size:
            return (f"The file is empty: {path}.",)
        with foreign_errors(path), _opened(path, apsw.SQLITE_OPEN_READONLY) as read:
            read.set_progress_handler(goes_on, _CHECKED)
            found = [str(row[0]) for row in read.execute(f"PRAGMA integrity_check({_FAULTS})")]
    except StorageCorrupt as error:
        return (str(error),)
    return tuple(fault for fault in found if fault != "ok")


def version(path: Path) -> int:
    """Give the version of the documents' shape."""
    with foreign_errors(path), _opened(path, apsw.SQLITE_OPEN_READONLY) as read:
        return int(read.pragma("user_version"))


def replace(path: Path, source: Path, *, newest: int, aside: str, tell: Tell = silently) -> Path | None:
    """Put a copy of ``source`` in the file's place, and give where the old one lies now.

    ``newest`` is the highest version that is understood, ``aside`` ends the old one's name. Killed at any
    moment, there is the old file or the new one, never a mixture.
    """
    # First, so that nobody waits for minutes to hear that the file is in use.
    owner = OwnerLock(path.with_name(path.name + ".lock"))
    try:
        _refuse_unfit(source, newest, tell)
        fresh = path.with_name(path.name + ".restored")
        fresh.unlink(missing_ok=True)
        copy(source, fresh, tell)
        kept = path.with_name(path.name + aside) if path.exists() else None
        if kept is not None:
            _fold(path, aside)
            os.link(path, kept)
        fresh.replace(path)
        _synced(path.parent)
    except OSError as error:
        raise StorageNotWritable(f"{path} cannot be replaced ({error.strerror}).") from error
    else:
        return kept
    finally:
        owner.release()


def _refuse_unfit(source: Path, newest: int, tell: Tell) -> None:
    found = faults(source, tell)
    if found:
        raise StorageCorrupt(f"{source} is damaged ({found[0]}). Nothing was replaced.")
    if not 0 < version(source) <= newest:
        raise StorageNewer(f"{source} has version {version(source)}, which is unknown. Nothing was replaced.")


def _fold(path: Path, aside: str) -> None:
    """Take the write-ahead log away, into the old file, so that the new one never meets it."""
    with suppress(StorageCorrupt), foreign_errors(path), _opened(path, apsw.SQLITE_OPEN_READWRITE) as old:
        old.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        if old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0]:
            raise StorageBusy(f"Somebody still reads {path}. Nothing was replaced: let them end first.")
    for beside in _BESIDE:
        file = path.with_name(path.name + beside)
        if file.exists():
            file.rename(path.with_name(path.name + aside + beside))


class _opened:  # noqa: N801 - read as a function: with _opened(path, flags) as connection
    def __init__(self, path: Path, flags: int) -> None:
        self._connection = apsw.Connection(str(path), flags=flags)
        self._connection.set_busy_timeout(30_000)

    def __enter__(self) -> apsw.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def _synced(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
