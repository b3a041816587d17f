"""Time as incident work sees it: aware UTC instants and half-open intervals ``[start, end)``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

import attrs

from incident_plugin.domain.errors import InvalidInput

#: Between these every clock on Earth shows an instant within the years 1 to 9999.
_FIRST, _LAST = (
    datetime.min.replace(tzinfo=UTC) + timedelta(days=1),
    datetime.max.replace(tzinfo=UTC) - timedelta(days=1),
)


def utc(value: datetime) -> datetime:
    """Give the same instant in UTC; raises ``InvalidInput`` where a clock would show no year of four digits.

    A naive datetime is a programming error and raises ``ValueError``.
    """
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}: every instant carries its zone")
    if not _FIRST <= value <= _LAST:
        raise InvalidInput(
            f"{value.isoformat()} is outside the calendar. Choose another time.",
            cause="incident.outside-calendar",
        )
    return value.astimezone(UTC)


def written(at: datetime, zone: tzinfo, precision: str = "seconds") -> str:
    """Write an instant as everything that leaves the house does: ``2026-03-01 13:03:07 +01:00``.

    With the offset from UTC, so that no hour is there twice. ``precision`` is one of ``datetime.isoformat``.
    """
    local = at.astimezone(zone)
    shown = local.replace(tzinfo=None).isoformat(sep=" ", timespec=precision)
    return f"{shown} {local.isoformat(sep=' ', timespec=precision).removeprefix(shown)}"


@attrs.frozen(order=True)
class Interval:
    """The instants from ``start`` up to, and without, ``end``; never empty.

    Raises ``InvalidInput`` when the end is not after the start.
    """

    #: First instant, UTC.
    start: datetime = attrs.field(converter=utc)
    #: First instant after the interval, UTC.
    end: datetime = attrs.field(converter=utc)

    def __attrs_post_init__(self) -> None:
        if self.end == self.start:
            raise InvalidInput(
                "The start and the end are the same time. Choose an end after the start.",
                cause="incident.no-length",
            )
        if self.end < self.start:
            raise InvalidInput(
                "The end is before the start. Choose an end after the start.",
                cause="incident.end-before-start",
            )

    @property
    def length(self) -> timedelta:
        """How long the interval is."""
        return self.end - self.start

    def contains(self, instant: datetime) -> bool:
        """Whether the instant lies within."""
        return self.start <= instant < self.end

    def overlaps(self, other: Interval) -> bool:
        """Whether both share at least one instant."""
        return self.start < other.end and other.start < self.end

    def intersection(self, other: Interval) -> Interval | None:
        """Give what both share, or nothing."""
        return (
            Interval(max(self.start, other.start), min(self.end, other.end)) if self.overlaps(other) else None
        )


def union(intervals: Iterable[Interval], *, within: timedelta = timedelta(0)) -> tuple[Interval, ...]:
    """Join intervals that overlap, touch, or lie at most ``within`` apart; sorted, disjoint."""
    joined: list[Interval] = []
    for interval in sorted(intervals):
        if joined and interval.start <= joined[-1].end + within:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, interval.end))
        else:
            joined.append(interval)
    return tuple(joined)


def gaps(wanted: Interval, covered: Iterable[Interval]) -> tuple[Interval, ...]:
    """Give the parts of ``wanted`` that no interval of ``covered`` covers; sorted, disjoint."""
    missing: list[Interval] = []
    position = wanted.start
    for span in union(covered):
        if span.end <= position:
            continue
        if span.start >= wanted.end:
            break
        if span.start > position:
            missing.append(Interval(position, span.start))
        position = span.end
    if position < wanted.end:
        missing.append(Interval(position, wanted.end))
    return tuple(missing)
