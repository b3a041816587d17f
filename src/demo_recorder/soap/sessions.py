"""Search sessions: results waiting to be fetched, forgotten when nobody asks (ONVIF Recording Search)."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import define

from demo_recorder.soap.faults import Fault, invalid_value

_SHORTEST = timedelta(seconds=10)
_LONGEST = timedelta(minutes=10)
_MOST_SESSIONS = 64


@define(kw_only=True)
class Session:
    """One search, already done; its results are handed out bit by bit."""

    results: list[Any]
    #: Where the search ended, for EndSearch.
    end_point: datetime
    keep_alive: timedelta
    expires: datetime

    def take(self, most: int | None) -> Sequence[Any]:
        """The next results, each once, at most as many as asked for."""
        count = len(self.results) if most is None else most
        taken, self.results = self.results[:count], self.results[count:]
        return taken

    @property
    def state(self) -> str:
        """``Completed`` once every result has been handed out."""
        return "Searching" if self.results else "Completed"


class Sessions:
    """The searches of all clients, of one kind."""

    def __init__(self) -> None:
        """Begin without any."""
        self._sessions: dict[str, Session] = {}

    def open(self, results: list[Any], *, end_point: datetime, keep_alive: timedelta, now: datetime) -> str:
        """Keep results for a client; returns the token. Refuses when too many are kept already."""
        self._forget_expired(now)
        if len(self._sessions) >= _MOST_SESSIONS:
            raise Fault(
                code="Receiver", subcodes=("Action", "ResourceProblem"), reason="too many searches are open"
            )
        token = secrets.token_hex(8)
        keep_alive = min(max(keep_alive, _SHORTEST), _LONGEST)
        self._sessions[token] = Session(
            results=results, end_point=end_point, keep_alive=keep_alive, expires=now + keep_alive
        )
        return token

    def find(self, token: str, now: datetime) -> Session | None:
        """The session with a token, kept alive by being asked for."""
        self._forget_expired(now)
        session = self._sessions.get(token)
        if session is not None:
            session.expires = now + session.keep_alive
        return session

    def end(self, token: str) -> None:
        """Forget a session."""
        self._sessions.pop(token, None)

    def _forget_expired(self, now: datetime) -> None:
        self._sessions = {token: one for token, one in self._sessions.items() if one.expires > now}


def unknown_session(token: str) -> Fault:
    """No such search, or it has expired."""
    return invalid_value("InvalidToken", f"there is no search {token!r}, or it has expired")
