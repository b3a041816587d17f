"""The first administrator of a new site: made with a token that is shown once, where the host was started."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable


class SetUp:
    """Open as long as the site has no account at all. The token lives until it is used or the host ends."""

    def __init__(self, has_accounts: Callable[[], bool]) -> None:
        self._has_accounts = has_accounts
        #: To be shown to the person who started the host, and to nobody else; empty when it is not needed.
        self.token = "" if has_accounts() else "-".join(secrets.token_hex(3) for _ in range(5))
        self._hash = _hash(self.token)

    @property
    def open(self) -> bool:
        """Whether the first administrator is still to be made."""
        return bool(self.token) and not self._has_accounts()

    def accepts(self, token: str) -> bool:
        """Say whether this is the token, in the same time for every wrong one."""
        return self.open and secrets.compare_digest(_hash(token.strip().lower()), self._hash)

    def close(self) -> None:
        """Forget the token: it was used."""
        self.token = ""


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
