"""Passwords: argon2id hashes, checked without telling whether an account exists."""

from __future__ import annotations

import secrets
from functools import cache

import anyio
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

#: NIST SP 800-63B and OWASP ASVS 5.0 (6.2.1) ask for length before anything else. Characters.
SHORTEST = 12
LONGEST = 1000

#: The best of zxcvbn's scores: ten thousand million guesses; common passwords (ASVS 6.2.4) come first.
_HARD_TO_GUESS = 4
#: Characters that are judged; judging takes a time that grows with their square.
_JUDGED = 72

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Give the argon2id hash that is kept."""
    return _hasher.hash(password)


def fault_of_password(password: str, *words: str) -> str:
    """Say why this cannot be a new password, or nothing; it must not be made of the given words."""
    if len(password) < SHORTEST:
        return f"A password has at least {SHORTEST} characters. A few unrelated words are good."
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters."
    known = [part for word in words for part in (word, *word.split()) if part]
    if zxcvbn(password[:_JUDGED], known)["score"] < _HARD_TO_GUESS:
        return (
            "This password is too easy to guess: it is common, a name, or made of few different parts."
            " A few unrelated words are good."
        )
    return ""


class PasswordChecks:
    """Checks passwords on worker threads; one check takes 64 MiB, so not all of them at once."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(2)

    async def matches(self, expected: str | None, password: str) -> bool:
        """Say whether the password is the one; nobody's (``None``) takes the same time and never is."""
        against = expected or _hash_of_nobody()
        right = await anyio.to_thread.run_sync(_matches, against, password, limiter=self._limiter)
        return right and expected is not None

    async def hashed(self, password: str) -> str:
        """Give the hash of a new password."""
        return await anyio.to_thread.run_sync(hash_password, password, limiter=self._limiter)


@cache
def _hash_of_nobody() -> str:
    return hash_password(secrets.token_urlsafe())


def _matches(expected: str, password: str) -> bool:
    try:
        return _hasher.verify(expected, password)
    except (VerificationError, InvalidHashError):
        return False
