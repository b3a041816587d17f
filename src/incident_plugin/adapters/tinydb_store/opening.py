"""Opening the store where a host waits: files of an older version may take minutes to be brought up to date.

The work goes on in a thread of its own. Whoever asks meanwhile is told how far it is, and gets the store once
it is open; nobody begins the same work twice.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, wait
from pathlib import Path
from time import monotonic

from incident_plugin.adapters.tinydb_store.store import TinyDBStore
from incident_plugin.domain.errors import StoreUnavailable

logger = logging.getLogger(__name__)

#: Hosts give an activation 20 s.
_PATIENCE_SECONDS = 12.0
#: How often the server's log tells how far it is.
_LOGGED_SECONDS = 10.0


class PatientOpening:
    """Opens one store after the other; each call gives one that nobody else was given."""

    def __init__(self, patience: float = _PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._opening: _Opening | None = None

    def __call__(self, directory: Path) -> TinyDBStore:
        """Give the open store; raises ``StoreUnavailable``, also when it takes longer than one's patience."""
        with self._lock:
            opening = self._opening
            if opening is None or opening.directory != directory:
                opening = self._opening = _Opening(directory)
            if not opening.is_over(self._patience):
                raise StoreUnavailable(
                    f"Files of an earlier version are being brought up to date. {opening.told}. "
                    "Nothing is lost, also if the server is stopped meanwhile. Try again in a while.",
                    cause="incident.store-older",
                )
            self._opening = None
        return opening.store()


class _Opening:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.told = "It has just begun"
        self._opened: Future[TinyDBStore] = Future()
        self._next = monotonic() + _LOGGED_SECONDS
        threading.Thread(target=self._open, daemon=True).start()

    def is_over(self, seconds: float) -> bool:
        """Wait for so long at most; say whether it was opened, or refused."""
        return bool(wait([self._opened], seconds).done)

    def store(self) -> TinyDBStore:
        """Give the store, or raise what refused it."""
        return self._opened.result()

    def _open(self) -> None:
        try:
            self._opened.set_result(TinyDBStore(self.directory, tell=self._tell))
        except BaseException as error:  # noqa: BLE001 - raised where the store is asked for
            self._opened.set_exception(error)

    def _tell(self, doing: str, share: float | None) -> None:
        self.told = doing if share is None else f"{doing}: {share:.0%}"
        if monotonic() >= self._next:
            self._next = monotonic() + _LOGGED_SECONDS
            logger.info("%s is brought up to date. %s", self.directory, self.told)
