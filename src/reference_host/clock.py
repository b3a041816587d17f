"""The server's clock."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Give the present instant, UTC."""
        return datetime.now(UTC)
