"""Small documents of the host itself: one JSON file each, replaced as a whole or not at all.

Accounts, roles, sessions and views are hundreds of records that are read far more often than written. A file
that is written beside its place, flushed and renamed is never half there, needs no library and no migration
of a database, is restored by copying it, and can be read by a person in an emergency.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from reference_host.config import ConfigError

T = TypeVar("T")
log = logging.getLogger(__name__)
#: What it holds, such as accounts, may only be read by the host's own user.
_MODE = 0o600


class StorageRefused(Exception):
    """The disk refused; what was stored before is still there. The text is for people."""


class KeptDocument(Generic[T]):
    """One value in one file; every method may be called from any thread.

    Raises ``ConfigError`` when the file that is there cannot be used: it is never overwritten then.
    """

    def __init__(self, file: Path, kind: type[T] | Any, empty: T) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.value = _read(file, kind, empty)

    def change(self, change: Callable[[T], T], *, or_hold: bool = False) -> T:
        """Replace the value; returning means that the new one is on disk. Raises ``StorageRefused``.

        With ``or_hold`` a value that the disk refuses counts all the same, until the program ends; it is
        written with the next change.
        """
        with self._lock:
            changed = change(self.value)
            if changed != self.value:
                try:
                    write_whole(self._file, msgspec.json.format(msgspec.json.encode(changed), indent=1))
                except StorageRefused as refusal:
                    if not or_hold:
                        raise
                    log.warning("%s It is kept in memory.", refusal)
                self.value = changed
            return changed


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that is whole or not there, also after a power cut; raises ``StorageRefused``."""
    partial = file.with_name(f"{file.name}.partial")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)
        directory = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        # What has to be kept from others must not lie about, and an empty file looks like damage.
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise StorageRefused(
            f"{file.name} cannot be written: {error.strerror}. What it held before is kept."
        ) from error


def _read(file: Path, kind: Any, empty: T) -> T:
    try:
        value: T = msgspec.json.decode(file.read_bytes(), type=kind)
    except FileNotFoundError:
        return empty
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        # The parser's message is left out: it may quote what is secret.
        raise ConfigError(f"{file} is damaged. Restore it from a backup, or move it away.") from None
    return value
