"""The brake on guessing passwords and tokens."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from reference_host.clock import SteadyClock
from reference_host.durable import KeptDocument, StorageRefused

#: Refused attempts of one address for one account, and of one address for all accounts, in one window.
ATTEMPTS_PER_ACCOUNT = 5
ATTEMPTS_PER_ADDRESS = 30
WINDOW = timedelta(minutes=1)

_BETWEEN = "\n"


class Brake:
    """Slows guessing. An attempt counts from its beginning, so that many at once do not slip through.

    Refused attempts are written down: a guesser gains nothing by making the host restart.
    """

    def __init__(
        self, clock: SteadyClock, document: KeptDocument[Mapping[str, tuple[datetime, ...]]] | None = None
    ) -> None:
        self._clock = clock
        self._document = document
        kept, begun = document.value if document else {}, clock.now()
        # Attempts of the future are those of a clock that was set back: nobody waits longer for that.
        self._attempts = {
            tuple(key.split(_BETWEEN)): deque(min(at, begun) for at in times) for key, times in kept.items()
        }

    def attempt(self, address: str, account: str) -> timedelta | None:
        """Count an attempt; gives how long to wait instead when there were too many."""
        now = self._clock.now()
        self._forget(now)
        limits = {(address, account): ATTEMPTS_PER_ACCOUNT, (address,): ATTEMPTS_PER_ADDRESS}
        for key, limit in limits.items():
            earlier = self._attempts.get(key, deque())
            if len(earlier) >= limit:
                return earlier[0] + WINDOW - now
        for key in limits:
            self._attempts.setdefault(key, deque()).append(now)
        return None

    def succeeded(self, address: str, account: str) -> None:
        """Forgive the attempts of somebody who knew the password."""
        for attempt in self._attempts.pop((address, account), ()):
            self._attempts[(address,)].remove(attempt)

    def write(self) -> None:
        """Write the attempts down, if the disk lets us: signing in does not depend on it."""
        if self._document is not None:
            kept = {_BETWEEN.join(key): tuple(times) for key, times in self._attempts.items()}
            with contextlib.suppress(StorageRefused):
                self._document.change(lambda _: kept)

    def _forget(self, now: datetime) -> None:
        for key, attempts in list(self._attempts.items()):
            while attempts and attempts[0] + WINDOW <= now:
                attempts.popleft()
            if not attempts:
                del self._attempts[key]
