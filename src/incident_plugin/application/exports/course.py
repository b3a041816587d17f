"""How far an export is at this moment, and what it waits for. Nothing of it outlives the process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import attrs

from incident_plugin.application.ports import Clock
from incident_plugin.domain.exports import Export, ExportItem, Standstill

#: Seconds without a picture before people are told: pages ask each second, and are to know within five.
_QUIET = 2.0
#: Progress below this is too little to tell the time left from.
_TELLING = 0.02


@attrs.define
class Course:
    """One export at work."""

    _clock: Clock
    _began: float = attrs.field(init=False, factory=time.monotonic)
    _progress: float = attrs.field(init=False, default=0.0)
    #: Where the present part of the work begins, and how much of the whole it is.
    _part: tuple[float, float] = attrs.field(init=False, default=(0.0, 1.0))
    #: What a recorder is being asked for.
    _asked: ExportItem | None = attrs.field(init=False, default=None)
    _heard: float = attrs.field(init=False, default=0.0)
    #: Why the recorder broke off, and when it is asked again.
    _refused: tuple[str, float] | None = attrs.field(init=False, default=None)

    def begin(self, at: float, share: float) -> None:
        """Begin a part of the work: from ``at`` of the whole, and so much of it."""
        self._part = (at, share)

    def at(self, done: float) -> None:
        """Note how much of the present part is done, 0 to 1."""
        begins, share = self._part
        self._progress = max(self._progress, min(begins + share * done, 1.0))

    @contextmanager
    def asking(self, item: ExportItem) -> Iterator[None]:
        """Note that a recorder is asked for an item's video meanwhile."""
        self._asked = item
        self.heard()
        try:
            yield
        finally:
            self._asked = None

    def heard(self) -> None:
        """Note that the recorder sent something."""
        self._heard, self._refused = time.monotonic(), None

    def pausing(self, reason: str, seconds: float) -> None:
        """Note that the recorder broke off, and is asked again after so many seconds."""
        self._refused = reason, time.monotonic() + seconds

    def told(self, export: Export) -> Export:
        """Give the export with what is known of it at this moment."""
        passed, part = time.monotonic() - self._began, self._progress
        waits = self._standstill(export)
        left = passed * (1 - part) / part if part > _TELLING and waits is None else None
        return attrs.evolve(export, progress=part, seconds_left=left, waits_for=waits)

    def _standstill(self, export: Export) -> Standstill | None:
        """Say what is waited for, if its camera is one of those that the export's reader sees."""
        asked, refused = self._asked, self._refused
        quiet = time.monotonic() - self._heard
        if asked is None or asked not in export.items or (refused is None and quiet < _QUIET):
            return None
        now = self._clock.now()
        reason, again = refused or ("", 0.0)
        left = again - time.monotonic()
        return Standstill(
            camera_name=asked.footage.camera_name,
            recorder=asked.footage.recorder,
            since=now - timedelta(seconds=quiet),
            reason=reason,
            next_try=now + timedelta(seconds=left) if left > 0 else None,
        )
