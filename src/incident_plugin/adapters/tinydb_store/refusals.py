"""The one border where what the file refuses becomes ``StoreUnavailable``, in words that help."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from incident_plugin.adapters.tinydb_store.sqlite_table import (
    StorageBusy,
    StorageClosed,
    StorageCorrupt,
    StorageError,
    StorageFull,
    StorageInUse,
    StorageNewer,
    StorageNotWritable,
    StorageOlder,
    StorageUnsafe,
)
from incident_plugin.domain.errors import StoreUnavailable

_KEPT = "Everything saved before was kept; this change was not."

#: What to tell, by what happened.
_ADVICE: dict[type[StorageError], str] = {
    StorageFull: f"The disk is full. {_KEPT} Free some space, then try again.",
    StorageNotWritable: f"The files cannot be opened or written. {_KEPT} "
    "Let the server's account write its directory, then try again.",
    StorageInUse: "The files are in use. Nothing was opened or changed. "
    "Stop the other server, or give this one a directory of its own.",
    StorageBusy: f"The files were held by something else for too long. {_KEPT} Try again.",
    StorageCorrupt: "The file is damaged. It was left as it is. Stop the server and restore the last backup.",
    StorageNewer: "A newer version wrote the files. Nothing was changed. Install that version again.",
    StorageOlder: "An older version wrote the files. Nothing was changed. Start the server once: "
    "it brings them up to date.",
    StorageUnsafe: "The installed SQLite is not safe to use. Nothing was opened. Install a current “apsw”.",
    StorageClosed: "The server is stopping. Nothing was changed. Try again when it runs.",
}
#: Message ids, by what happened.
_CAUSES: dict[type[StorageError], str] = {
    StorageFull: "incident.disk-full",
    StorageNotWritable: "incident.disk-not-writable",
    StorageInUse: "incident.store-in-use",
    StorageBusy: "incident.store-busy",
    StorageCorrupt: "incident.store-damaged",
    StorageNewer: "incident.store-newer",
    StorageOlder: "incident.store-older",
    StorageUnsafe: "incident.store-unsafe",
    StorageClosed: "incident.stopping",
}
_OTHERWISE = f"The disk does not work as it should. {_KEPT} Check the disk, then try again."


class Refusals:
    """Entered around all that touches the files of a directory: what they refuse is told, all else passes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, StorageError):
            raise self.told(error) from error

    def told(self, error: StorageError) -> StoreUnavailable:
        """Say what was refused, what was kept, and what to do."""
        advice = _ADVICE.get(type(error), _OTHERWISE)
        where = f"Incident projects are kept in {self._directory}."
        # What is known in full needs no words of SQLite.
        details = "" if type(error) is StorageFull else f" Details: {error}"
        cause = _CAUSES.get(type(error), "incident.disk-fault")
        return StoreUnavailable(advice, cause=cause, server=f"{where}{details}")
