"""Group commit: writers take turns in one transaction of SQLite, and one sync makes all of them durable.

A writer whose work is done hands its turn to the next one that waits; the last one commits for all. Each
acknowledges only after that commit, so that it costs a lone writer nothing and promises everybody the same.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import apsw

from incident_plugin.adapters.tinydb_store.sqlite_table.errors import StorageError

_MOST_MEMBERS = 256
#: Whoever was first in a group has waited long enough after this.
_LONGEST_SECONDS = 0.05


class Turns:
    """One writer at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def take(self, patience: float) -> bool:
        """Wait for one's turn up to so many seconds; say whether it came."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return True
            called = _closed_gate()
            self._waiting.append(called)
        if called.acquire(timeout=patience):
            return True
        with self._mutex:
            if called not in self._waiting:
                return True
            self._waiting.remove(called)
            return False

    def hand_on(self) -> bool:
        """Give the turn to the next who waits; without one it stays with the caller, who is told."""
        with self._mutex:
            if not self._waiting:
                return False
            self._waiting.popleft().release()
            return True

    def give(self) -> None:
        """Give the turn to the next who waits, or to whoever comes."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


def _closed_gate() -> threading.Lock:
    """Give what a thread waits at until another opens it; an event takes six times as long."""
    gate = threading.Lock()
    gate.acquire()
    return gate


#: A statement and its parameters.
Statement = tuple[str, Sequence[Any]]


def run_all(connection: apsw.Connection, statements: Iterable[Statement]) -> None:
    """Execute statements that are about different things, so that their order does not matter."""
    parameters: dict[str, list[Sequence[Any]]] = {}
    for sql, given in statements:
        parameters.setdefault(sql, []).append(given)
    for sql, each in parameters.items():
        connection.executemany(sql, each)


class Group:
    """Writers whose changes become durable together, or not at all."""

    def __init__(self) -> None:
        self.members = 0
        #: What is done once for all of them, right before they become durable; by what it is about.
        self.last: dict[Hashable, Statement] = {}
        self._began = time.monotonic()
        self._has_ended = False
        self._gate = _closed_gate()
        self._error: StorageError | None = None

    @property
    def is_full(self) -> bool:
        """Whether nobody else may join."""
        return self.members >= _MOST_MEMBERS or time.monotonic() - self._began > _LONGEST_SECONDS

    def end(self, error: StorageError | None = None) -> None:
        """Tell all members that their changes are durable, or why none of them is."""
        self._error = error
        self._has_ended = True
        self._gate.release()

    def wait(self) -> None:
        """Return when the changes are durable; raises ``StorageError`` when they are not kept."""
        if not self._has_ended:
            # Whoever passes lets the next one pass.
            with self._gate:
                pass
        if self._error is not None:
            # One exception for each thread: raising writes into it.
            raise type(self._error)(*self._error.args) from self._error
