"""The motors of a camera that can be moved: where they are at a time. Nothing here reads a clock."""

from datetime import datetime, timedelta

from attrs import frozen

#: Part of the whole range that full speed covers in a second.
_FULL_SPEED = 0.5


@frozen(kw_only=True)
class Position:
    """Pan and tilt from -1 to 1, zoom from 0 to 1 (ONVIF PTZ, generic spaces)."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 0.0


@frozen(kw_only=True)
class Velocity:
    """Speeds from -1 to 1."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 0.0


class Mechanics:
    """One camera's motors."""

    def __init__(self) -> None:
        """Stand still, straight ahead."""
        self._from = Position()
        self._velocity = Velocity()
        self._began: datetime | None = None
        self._ends: datetime | None = None

    def move(self, velocity: Velocity, now: datetime, lasting: timedelta) -> None:
        """Begin to move; it ends by itself."""
        self._from = self.position(now)
        self._velocity, self._began, self._ends = velocity, now, now + lasting

    def stop(self, now: datetime) -> None:
        """Stand still."""
        self.put(self.position(now), now)

    def put(self, position: Position, now: datetime) -> None:
        """Be somewhere, at once."""
        self._from, self._began, self._ends = position, now, now

    def is_moving(self, now: datetime) -> bool:
        """Whether it moves at a moment."""
        return self._ends is not None and now < self._ends and self._velocity != Velocity()

    def position(self, now: datetime) -> Position:
        """Where it is at a moment."""
        if self._began is None or self._ends is None:
            return self._from
        way = _FULL_SPEED * max(0.0, (min(now, self._ends) - self._began).total_seconds())
        return Position(
            pan=_within(self._from.pan + way * self._velocity.pan, -1.0),
            tilt=_within(self._from.tilt + way * self._velocity.tilt, -1.0),
            zoom=_within(self._from.zoom + way * self._velocity.zoom, 0.0),
        )


def _within(value: float, least: float) -> float:
    return min(1.0, max(least, value))
