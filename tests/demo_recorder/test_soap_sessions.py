"""Search sessions come to an end, whatever clients do."""

from datetime import UTC, datetime, timedelta

import pytest

from demo_recorder.soap.faults import Fault
from demo_recorder.soap.sessions import Sessions

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def opened(
    sessions: Sessions, *results: int, keep_alive: timedelta = 20 * SECOND, now: datetime = NOW
) -> str:
    return sessions.open(list(results), end_point=now, keep_alive=keep_alive, now=now)


def test_each_result_is_handed_out_once() -> None:
    """In order, as many as asked for; the last portion completes the search."""
    sessions = Sessions()
    session = sessions.find(opened(sessions, 1, 2, 3), NOW)
    assert session
    assert (session.take(2), session.state) == ([1, 2], "Searching")
    assert (session.take(None), session.state) == ([3], "Completed")
    assert session.take(5) == []


def test_a_session_lives_as_long_as_it_is_used() -> None:
    """Each request prolongs it; without one it is forgotten."""
    sessions = Sessions()
    token = opened(sessions)
    assert sessions.find(token, NOW + 19 * SECOND)
    assert sessions.find(token, NOW + 38 * SECOND)
    assert sessions.find(token, NOW + 58 * SECOND) is None


@pytest.mark.parametrize(("wanted", "given"), [(timedelta(0), 10), (timedelta(days=9), 600)])
def test_the_time_to_live_has_bounds(wanted: timedelta, given: int) -> None:
    """At least the ten seconds of the standard, at most ten minutes."""
    sessions = Sessions()
    token = opened(sessions, keep_alive=wanted)
    assert sessions.find(token, NOW + (given - 1) * SECOND)
    token = opened(sessions, keep_alive=wanted)
    assert sessions.find(token, NOW + given * SECOND) is None


def test_sessions_left_open_cannot_fill_the_memory() -> None:
    """Beyond a number of open searches new ones are refused, until old ones expire."""
    sessions = Sessions()
    for _ in range(64):
        opened(sessions)
    with pytest.raises(Fault) as raised:
        opened(sessions)
    assert raised.value.subcodes == ("Action", "ResourceProblem")
    assert opened(sessions, now=NOW + 21 * SECOND)
