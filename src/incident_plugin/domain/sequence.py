"""A sequence: one camera over one interval. It refers to video and does not hold it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NewType

import attrs

from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person
from incident_plugin.domain.time import Interval, utc

SequenceId = NewType("SequenceId", str)


@attrs.frozen(kw_only=True)
class Footage:
    """Which video: a camera, under the names it had at the time, and an interval."""

    camera: CameraId
    camera_name: str
    recorder: str
    interval: Interval


@attrs.frozen(kw_only=True)
class Sequence:
    """Footage that belongs to a project or to a draft sequence list."""

    id: SequenceId
    footage: Footage
    added_by: Person
    added_at: datetime = attrs.field(converter=utc)
    #: The browser vanished while this was collected: its end is the last confirmed view and a margin.
    end_unconfirmed: bool = False
    #: What an operator remarked about it.
    note: str = ""


@attrs.frozen(kw_only=True)
class DraftList:
    """The sequences that one operator picked before there is a project for them."""

    #: The operator's id: there is one list for each.
    id: str
    sequences: tuple[Sequence, ...] = ()

    def with_sequence(self, sequence: Sequence) -> DraftList:
        """Add a sequence at the end."""
        return attrs.evolve(self, sequences=(*self.sequences, sequence))

    def without(self, ids: frozenset[SequenceId]) -> DraftList:
        """Take some sequences out; unknown ids are ignored, so that a repeated request does no harm."""
        return attrs.evolve(self, sequences=tuple(s for s in self.sequences if s.id not in ids))

    def ordered(self, ids: Iterable[SequenceId]) -> DraftList:
        """Put the sequences into this order; those that are not named, such as new ones, stay behind them."""
        places = {one: place for place, one in enumerate(ids)}
        last = len(places)
        return attrs.evolve(
            self, sequences=tuple(sorted(self.sequences, key=lambda s: places.get(s.id, last)))
        )

    def chosen(self, ids: frozenset[SequenceId] | None) -> tuple[Sequence, ...]:
        """Give the sequences of these ids, or all."""
        return tuple(s for s in self.sequences if ids is None or s.id in ids)
