"""The motors of the camera that moves."""

from datetime import UTC, datetime, timedelta

from demo_recorder.mechanics import Mechanics, Position, Velocity

NOW = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_it_moves_until_its_time_is_over():
    """Half of the range in a second at full speed, and no further than the time that was given."""
    motors = Mechanics()
    motors.move(Velocity(pan=1.0, tilt=-0.5), NOW, 2 * SECOND)
    assert motors.is_moving(NOW + SECOND)
    assert motors.position(NOW + SECOND) == Position(pan=0.5, tilt=-0.25)
    assert not motors.is_moving(NOW + 2 * SECOND)
    assert motors.position(NOW + 9 * SECOND) == Position(pan=1.0, tilt=-0.5)


def test_it_ends_at_its_stops_and_where_it_is_stopped():
    """The range ends at 1, zoom at 0; stopping keeps the place."""
    motors = Mechanics()
    motors.move(Velocity(zoom=-1.0, pan=-1.0), NOW, 60 * SECOND)
    assert motors.position(NOW + 50 * SECOND) == Position(pan=-1.0)
    motors.put(Position(pan=0.5), NOW)
    motors.move(Velocity(zoom=1.0), NOW, 60 * SECOND)
    motors.stop(NOW + SECOND)
    assert motors.position(NOW + 9 * SECOND) == Position(pan=0.5, zoom=0.5)
