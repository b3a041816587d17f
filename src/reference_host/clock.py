"""The server's clock, and one for what lasts."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from vms_hooks.host import Clock


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Give the present instant, UTC."""
        return datetime.now(UTC)


def since_boot() -> float:
    """Give the seconds since the machine started, its sleep included; nobody can set them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SteadyClock:
    """Tells the time that the server's clock would show had it not been set since this was made.

    For what ends after a while: a clock that is set neither signs everybody out nor lets them stay.
    """

    def __init__(self, clock: Clock, elapsed: Callable[[], float]) -> None:
        self._clock = clock
        self._elapsed = elapsed
        self._began_at = clock.now()
        self._began = elapsed()

    def now(self) -> datetime:
        """Give the present instant, UTC, by the clock of the beginning."""
        return self._began_at + timedelta(seconds=self._elapsed() - self._began)

    def behind(self) -> timedelta:
        """Give how far the clock was set forth since the beginning (negative: back), to the second."""
        return timedelta(seconds=round((self._clock.now() - self.now()).total_seconds()))
