"""Open sessions: kept by the hash of their token only, over a restart too."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import attrs

from reference_host.durable import KeptDocument

#: A session ends this long after its last request, and this long after signing in whatever happens.
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=16)
#: Use is written to disk this often; after a crash an idle session may end earlier by as much.
WRITTEN_EVERY = timedelta(minutes=1)


@attrs.frozen(kw_only=True)
class Session:
    """Who is signed in, since when, and when they last asked for something."""

    account: str
    opened: datetime
    used: datetime
    #: By which it is told to plug-ins; signs nobody in.
    id: str = ""

    def alive(self, now: datetime) -> bool:
        """Whether it has not ended by itself."""
        return now - self.used < IDLE and now - self.opened < LONGEST


_Change = Callable[[Mapping[str, Session]], Mapping[str, Session]]


class Sessions:
    """All sessions. Which account it is stands in the session; what it may do is looked up each time."""

    def __init__(self, document: KeptDocument[Mapping[str, Session]]) -> None:
        self._document = document
        #: When sessions were last used, newer than what is on disk.
        self._used: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def open(self, account: str, now: datetime) -> str:
        """Open a session; gives its token, which is kept nowhere.

        On a full disk people must be able to come in, to see what is wrong and to go on watching: their
        session then ends with the program.
        """
        token = secrets.token_urlsafe(32)
        opened = Session(account=account, opened=now, used=now, id=secrets.token_hex(8))
        self._change(lambda sessions: {**sessions, _key(token): opened}, or_hold=True)
        return token

    def find(self, identity: str, now: datetime) -> Session | None:
        """Give a session by its id, as one that is looked at and not used; nothing when it has ended."""
        for key, session in self._document.value.items():
            if session.id and session.id == identity:
                found = _used(session, self._used.get(key))
                return found if found.alive(now) else None
        return None

    def session(self, token: str, now: datetime) -> Session | None:
        """Give the session behind a token, and keep it alive; nothing when it has ended."""
        key = _key(token)
        session = self._document.value.get(key)
        if session is None:
            return None
        used = self._used.get(key, session.used)
        if not attrs.evolve(session, used=max(used, session.used)).alive(now):
            return None
        self._used[key] = now
        return session

    def close(self, token: str) -> Session | None:
        """End a session and give it, if it was there; raises ``StorageRefused``."""
        key = _key(token)
        ended = self._document.value.get(key)
        self._change(lambda sessions: {k: s for k, s in sessions.items() if k != key})
        return ended

    def close_all(self, account: str) -> int:
        """End every session of an account; gives how many. Raises ``StorageRefused``."""
        count = sum(session.account == account for session in self._document.value.values())
        self._change(lambda sessions: {k: s for k, s in sessions.items() if s.account != account})
        return count

    def write_use(self, now: datetime) -> tuple[Session, ...]:
        """Write down what was used; give what has ended by itself, once. Raises ``StorageRefused``."""
        ended: list[Session] = []

        def forget(sessions: Mapping[str, Session]) -> Mapping[str, Session]:
            ended.extend(session for session in sessions.values() if not session.alive(now))
            return {key: session for key, session in sessions.items() if session.alive(now)}

        self._change(forget)
        return tuple(ended)

    def _change(self, change: _Change, *, or_hold: bool = False) -> None:
        with self._lock:
            used = dict(self._used)

            def with_use(sessions: Mapping[str, Session]) -> Mapping[str, Session]:
                return change({key: _used(session, used.get(key)) for key, session in sessions.items()})

            kept = self._document.change(with_use, or_hold=or_hold)
            for key in used:
                if key not in kept:
                    self._used.pop(key, None)


def _used(session: Session, at: datetime | None) -> Session:
    return session if at is None or at <= session.used else attrs.evolve(session, used=at)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
