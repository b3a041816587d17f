"""Open sessions: kept by the hash of their token only, over a restart too."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import attrs

from reference_host.clock import SteadyClock
from reference_host.durable import KeptDocument

#: A session ends this long after its last request, and this long after signing in whatever happens.
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=16)
#: Use is written to disk this often; after a crash an idle session may end earlier by as much.
WRITTEN_EVERY = timedelta(minutes=1)


@attrs.frozen(kw_only=True)
class Session:
    """Who is signed in, since when, and when they last asked for something: by a clock that nobody sets."""

    account: str
    opened: datetime
    used: datetime
    #: By which it is told to plug-ins; signs nobody in.
    id: str = ""
    #: How far the server's clock had been set forth, since that other clock began, when this was written.
    behind: timedelta = timedelta(0)

    def restored(self, now: datetime) -> Session:
        """Tell it by the clock of a program that begins now.

        Nobody knows how long the program was off when the server's clock was set back meanwhile: no time is
        counted then, of little; who was signed in by a clock that was far ahead signs in again.
        """
        early = self.used + self.behind - now
        moved = self.behind - early if timedelta(0) < early < IDLE else self.behind
        return attrs.evolve(self, opened=self.opened + moved, used=self.used + moved, behind=timedelta(0))

    def alive(self, now: datetime) -> bool:
        """Whether it has not ended by itself."""
        return abs(now - self.used) < IDLE and now - self.opened < LONGEST


_Change = Callable[[Mapping[str, Session]], Mapping[str, Session]]


class Sessions:
    """All sessions. Which account it is stands in the session; what it may do is looked up each time."""

    def __init__(self, document: KeptDocument[Mapping[str, Session]], clock: SteadyClock) -> None:
        self._document = document
        self._clock = clock
        begun = clock.now()
        document.value = {key: session.restored(begun) for key, session in document.value.items()}
        #: When sessions were last used, newer than what is on disk.
        self._used: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def open(self, account: str) -> str:
        """Open a session; gives its token, which is kept nowhere.

        On a full disk people must be able to come in, to see what is wrong and to go on watching: their
        session then ends with the program.
        """
        token, now = secrets.token_urlsafe(32), self._clock.now()
        opened = Session(account=account, opened=now, used=now, id=secrets.token_hex(8))
        self._change(lambda sessions: {**sessions, _key(token): opened}, or_hold=True)
        return token

    def find(self, identity: str) -> Session | None:
        """Give a session by its id, as one that is looked at and not used; nothing when it has ended."""
        for key, session in self._document.value.items():
            if session.id and session.id == identity:
                found = _used(session, self._used.get(key))
                return found if found.alive(self._clock.now()) else None
        return None

    def session(self, token: str) -> Session | None:
        """Give the session behind a token, and keep it alive; nothing when it has ended."""
        key = _key(token)
        session = self._document.value.get(key)
        if session is None:
            return None
        now, used = self._clock.now(), self._used.get(key, session.used)
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

    def write_use(self) -> tuple[Session, ...]:
        """Write down what was used; give what has ended by itself, once. Raises ``StorageRefused``."""
        ended: list[Session] = []
        now = self._clock.now()

        def forget(sessions: Mapping[str, Session]) -> Mapping[str, Session]:
            ended.extend(session for session in sessions.values() if not session.alive(now))
            return {key: session for key, session in sessions.items() if session.alive(now)}

        self._change(forget)
        return tuple(ended)

    def _change(self, change: _Change, *, or_hold: bool = False) -> None:
        with self._lock:
            used, behind = dict(self._used), self._clock.behind()

            def with_use(sessions: Mapping[str, Session]) -> Mapping[str, Session]:
                changed = change({key: _used(session, used.get(key)) for key, session in sessions.items()})
                return {key: attrs.evolve(session, behind=behind) for key, session in changed.items()}

            kept = self._document.change(with_use, or_hold=or_hold)
            for key in used:
                if key not in kept:
                    self._used.pop(key, None)


def _used(session: Session, at: datetime | None) -> Session:
    return session if at is None or at <= session.used else attrs.evolve(session, used=at)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
