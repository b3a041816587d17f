"""One owner: a lock file beside the database (``flock``, which the kernel releases however we end)."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from incident_plugin.adapters.tinydb_store.sqlite_table.errors import StorageInUse, StorageNotWritable

_MADE = "made"


class OwnerLock:
    """Held from construction until ``release``.

    Raises ``StorageInUse`` when somebody else holds it, ``StorageNotWritable`` when it cannot be made. The
    file is never deleted: two owners could then hold the locks of two files of the same name.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageNotWritable(
                f"The lock file cannot be made: {path} ({error.strerror}). Nothing was opened."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = self._noted()[0]
            os.close(self._file)
            raise StorageInUse(
                f"Process {owner} already has the files of {path.parent} open. Nothing was opened."
            ) from error
        #: Whether an owner before this one had made the database.
        self.made_before = _MADE in self._noted()
        self._note(_MADE if self.made_before else "")

    def note_made(self) -> None:
        """Remember that the database was made: an empty file is then a damaged one, and no new one."""
        self._note(_MADE)

    def _noted(self) -> list[str]:
        return os.pread(self._file, 40, 0).decode("ascii", "replace").split() or ["unknown"]

    def _note(self, made: str) -> None:
        # Only for messages, so a disk too full to keep it is no reason to refuse.
        with suppress(OSError):
            os.truncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n{made}\n".encode(), 0)

    def release(self) -> None:
        """Let others have the file."""
        os.close(self._file)
