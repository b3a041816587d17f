"""What long work tells while it goes on."""

from __future__ import annotations

from collections.abc import Callable

#: Called now and then with what is being done, and how much of it is done: from 0 to 1, or nothing when
#: that cannot be known.
Tell = Callable[[str, float | None], None]


def silently(_doing: str, _share: float | None) -> None:
    """Tell nobody."""
