"""When the person walks from camera to camera."""

from datetime import UTC, datetime, timedelta

from demo_recorder.soap.events import changes, next_change, states

MINUTE = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_round_has_four_changes():
    """At each quarter of a minute one camera falls quiet and the next one stirs."""
    found = [(one.camera.token, one.at - MINUTE, one.moves) for one in changes(MINUTE, MINUTE + 60 * SECOND)]
    assert found == [
        ("lobby", 15 * SECOND, False),
        ("corridor", 15 * SECOND, True),
        ("corridor", 30 * SECOND, False),
        ("parking", 30 * SECOND, True),
        ("parking", 45 * SECOND, False),
        ("yard", 45 * SECOND, True),
        ("yard", 60 * SECOND, False),
        ("lobby", 60 * SECOND, True),
    ]


def test_nothing_is_told_twice():
    """What happened at a moment belongs to the pull up to it, and not to the next one."""
    border = MINUTE + 15 * SECOND
    assert len(list(changes(MINUTE, border))) == 2
    assert list(changes(border, border + SECOND)) == []
    assert next_change(border) == border + 15 * SECOND


def test_the_states_say_who_is_seen():
    """One camera sees the person at any time."""
    assert [one.camera.token for one in states(MINUTE + 20 * SECOND) if one.moves] == ["corridor"]
