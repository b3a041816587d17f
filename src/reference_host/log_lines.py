"""The last lines of the host's log, for the diagnostics bundle."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

_KEPT = 1000
_FORMAT = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")


class LogLines(logging.Handler):
    """Remembers what was logged last, of information and worse."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: deque[str] = deque(maxlen=_KEPT)
        self.setFormatter(_FORMAT)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines, oldest first."""
        return tuple(self._lines)

    def emit(self, record: logging.LogRecord) -> None:
        """Remember a line."""
        self._lines.append(self.format(record))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Listen as long as the host runs."""
        root = logging.getLogger()
        root.addHandler(self)
        try:
            yield
        finally:
            root.removeHandler(self)
