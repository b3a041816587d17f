"""Signing in: accounts, passwords, sessions and the brake on guessing."""

from __future__ import annotations

import hashlib
import secrets
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

import anyio
import attrs
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from reference_host.config import Account
from vms_hooks.values import Principal

#: A session ends this long after its last request, and this long after signing in whatever happens.
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=16)
#: Refused attempts of one address for one account, and of one address for all accounts, in one window.
ATTEMPTS_PER_ACCOUNT = 5
ATTEMPTS_PER_ADDRESS = 30
WINDOW = timedelta(minutes=1)

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Give the argon2id hash that the site configuration keeps."""
    return _hasher.hash(password)


class Accounts:
    """Everybody who may sign in."""

    def __init__(self, accounts: tuple[Account, ...]) -> None:
        self._accounts: Mapping[str, Account] = {account.id: account for account in accounts}
        # An unknown account costs the same time as a wrong password.
        self._nobody = _hash_of_nobody()
        # One argon2id check takes 64 MiB: not all attempts at once.
        self._checks = anyio.CapacityLimiter(2)

    async def authenticate(self, account: str, password: str) -> Principal | None:
        """Give the person, or nothing when account or password is wrong."""
        known = self._accounts.get(account)
        expected = known.password if known else self._nobody
        right = await anyio.to_thread.run_sync(_matches, expected, password, limiter=self._checks)
        if known is None or not right:
            return None
        return Principal(id=known.id, name=known.name, roles=frozenset(known.roles))


@cache
def _hash_of_nobody() -> str:
    return hash_password(secrets.token_urlsafe())


def _matches(expected: str, password: str) -> bool:
    try:
        return _hasher.verify(expected, password)
    except (VerificationError, InvalidHashError):
        return False


@attrs.define(kw_only=True)
class _Session:
    principal: Principal
    opened: datetime
    used: datetime


class Sessions:
    """Open sessions, kept by the hash of their token only. They end when the host ends."""

    def __init__(self) -> None:
        self._sessions: dict[bytes, _Session] = {}

    def open(self, principal: Principal, now: datetime) -> str:
        """Open a session; gives its token, which is kept nowhere."""
        self._sessions = {key: each for key, each in self._sessions.items() if _alive(each, now)}
        token = secrets.token_urlsafe(32)
        self._sessions[_key(token)] = _Session(principal=principal, opened=now, used=now)
        return token

    def principal(self, token: str, now: datetime) -> Principal | None:
        """Give the person behind a token, and keep the session alive; nothing when it has ended."""
        session = self._sessions.get(_key(token))
        if session is None or not _alive(session, now):
            return None
        session.used = now
        return session.principal

    def close(self, token: str) -> None:
        """End a session."""
        self._sessions.pop(_key(token), None)


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _alive(session: _Session, now: datetime) -> bool:
    return now - session.used < IDLE and now - session.opened < LONGEST


class Brake:
    """Slows guessing. An attempt counts from its beginning, so that many at once do not slip through."""

    def __init__(self) -> None:
        self._attempts: dict[tuple[str, ...], deque[datetime]] = {}

    def attempt(self, address: str, account: str, now: datetime) -> timedelta | None:
        """Count an attempt; gives how long to wait instead when there were too many."""
        self._forget(now)
        limits = {(address, account): ATTEMPTS_PER_ACCOUNT, (address,): ATTEMPTS_PER_ADDRESS}
        for key, limit in limits.items():
            earlier = self._attempts.get(key, deque())
            if len(earlier) >= limit:
                return earlier[0] + WINDOW - now
        for key in limits:
            self._attempts.setdefault(key, deque()).append(now)
        return None

    def succeeded(self, address: str, account: str) -> None:
        """Forgive the attempts of somebody who knew the password."""
        for attempt in self._attempts.pop((address, account), ()):
            self._attempts[(address,)].remove(attempt)

    def _forget(self, now: datetime) -> None:
        for key, attempts in list(self._attempts.items()):
            while attempts and attempts[0] + WINDOW <= now:
                attempts.popleft()
            if not attempts:
                del self._attempts[key]
