"""The ways in which the file can refuse, and the one border where SQLite's errors become these."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw


class StorageError(Exception):
    """The file or SQLite refused. Unless said otherwise, nothing of the change was kept."""


class StorageFull(StorageError):
    """The disk is full."""


class StorageNotWritable(StorageError):
    """The file or its directory cannot be opened or written."""


class StorageInUse(StorageError):
    """Another process, or another object of this one, has the file open."""


class StorageBusy(StorageError):
    """Somebody held the file or the write lock for too long."""


class StorageCorrupt(StorageError):
    """The file is damaged, or is not one of ours."""


class StorageNewer(StorageError):
    """A newer version of the program wrote the file."""


class StorageOlder(StorageError):
    """An older version of the program wrote the file, and it was opened for reading only."""


class StorageUnsafe(StorageError):
    """The SQLite library has a bug that loses data."""


class StorageClosed(StorageError):
    """The storage was closed before."""


_KINDS: tuple[tuple[tuple[type[apsw.Error], ...], type[StorageError], str], ...] = (
    ((apsw.FullError,), StorageFull, "The disk is full"),
    (
        (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError),
        StorageNotWritable,
        "The file cannot be opened or written",
    ),
    ((apsw.BusyError, apsw.LockedError), StorageBusy, "Another program holds the file"),
    ((apsw.CorruptError, apsw.NotADBError, apsw.FormatError), StorageCorrupt, "The file is damaged"),
)


#: What SQLite raises, and its driver for a text that is none: its page was overwritten.
Foreign = apsw.Error | UnicodeDecodeError


def told(error: Foreign, path: Path) -> StorageError:
    """Say as one of ours what SQLite raised about the file."""
    if isinstance(error, UnicodeDecodeError):
        return StorageCorrupt(f"The file is damaged: {path} ({error}).")
    for kinds, mapped, said in _KINDS:
        if isinstance(error, kinds):
            return mapped(f"{said}: {path}{_reason(error)}.")
    return StorageError(f"The file cannot be read or written: {path}{_reason(error)}.")


def _reason(error: apsw.Error) -> str:
    # What a copy meets is no error to the connection that is asked for its words.
    return "" if str(error) == "not an error" else f" ({error})"


@contextmanager
def foreign_errors(path: Path) -> Iterator[None]:
    """Raise as one of ours what SQLite raises about the file."""
    try:
        yield
    except (apsw.Error, UnicodeDecodeError) as error:
        raise told(error, path) from error
