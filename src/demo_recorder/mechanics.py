"""The motors of a camera that can be moved: where they were at any time. Nothing here reads a clock.

The past is remembered, for recorded pictures show what the camera was turned to.
"""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta

from attrs import frozen

#: Part of the whole range that full speed covers in a second.
_FULL_SPEED = 0.5
#: Movements that are remembered; before them the camera looked straight ahead.
_REMEMBERED = 10_000


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


@frozen(kw_only=True)
class _Movement:
    """From a moment on; it lasts until it ends by itself or another one begins."""

    began: datetime
    ends: datetime
    start: Position
    velocity: Velocity

    def position(self, moment: datetime) -> Position:
        way = _FULL_SPEED * max(0.0, (min(moment, self.ends) - self.began).total_seconds())
        return Position(
            pan=_within(self.start.pan + way * self.velocity.pan, -1.0),
            tilt=_within(self.start.tilt + way * self.velocity.tilt, -1.0),
            zoom=_within(self.start.zoom + way * self.velocity.zoom, 0.0),
        )


_EVER = datetime.min.replace(tzinfo=UTC)
_STRAIGHT_AHEAD = _Movement(began=_EVER, ends=_EVER, start=Position(), velocity=Velocity())


class Mechanics:
    """One camera's motors. One thread moves them; any may ask where they are."""

    def __init__(self) -> None:
        """Stand still, straight ahead."""
        self._movements: tuple[_Movement, ...] = (_STRAIGHT_AHEAD,)

    def move(self, velocity: Velocity, now: datetime, lasting: timedelta) -> None:
        """Begin to move; it ends by itself."""
        self._begin(now, self.position(now), velocity, lasting)

    def stop(self, now: datetime) -> None:
        """Stand still."""
        self.put(self.position(now), now)

    def put(self, position: Position, now: datetime) -> None:
        """Be somewhere, at once."""
        self._begin(now, position, Velocity(), timedelta(0))

    def is_moving(self, now: datetime) -> bool:
        """Whether it moves at a moment."""
        movement = self._at(now)
        return now < movement.ends and movement.velocity != Velocity()

    def position(self, moment: datetime) -> Position:
        """Where it is at a moment, or was."""
        return self._at(moment).position(moment)

    def _begin(self, now: datetime, start: Position, velocity: Velocity, lasting: timedelta) -> None:
        movement = _Movement(began=now, ends=now + lasting, start=start, velocity=velocity)
        # A clock set back makes what it had not reached undone.
        before = self._movements[: bisect_right(self._movements, now, key=_began)]
        self._movements = (_STRAIGHT_AHEAD, *before[1:][-_REMEMBERED:], movement)

    def _at(self, moment: datetime) -> _Movement:
        movements = self._movements
        return movements[bisect_right(movements, moment, key=_began) - 1]


def _began(movement: _Movement) -> datetime:
    return movement.began


def _within(value: float, least: float) -> float:
    return min(1.0, max(least, value))
