"""Answers to authentication challenges: Digest with SHA-256 or MD5 (RFC 7616), Basic (RFC 7617)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable

import attrs

_PARAMETER = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


@attrs.frozen(kw_only=True)
class Credentials:
    """User name and password of the recorder; neither is ever printed."""

    username: str = attrs.field(repr=False)
    password: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class _Challenge:
    scheme: str
    parameters: dict[str, str]

    @property
    def algorithm(self) -> str:
        return self.parameters.get("algorithm", "MD5").upper()

    @property
    def rank(self) -> int:
        """How strong it is; 0 means that we cannot answer it."""
        if self.scheme == "digest":
            return {"SHA-256": 3, "MD5": 2}.get(self.algorithm, 0) if "nonce" in self.parameters else 0
        return 1 if self.scheme == "basic" else 0


class Authenticator:
    """Remembers the last challenge and signs every request with it."""

    def __init__(self, credentials: Credentials, *, nonce: Callable[[], str] | None = None) -> None:
        self._credentials = credentials
        self._client_nonce = nonce or (lambda: secrets.token_hex(8))
        self._challenge: _Challenge | None = None
        self._count = 0

    def challenged(self, values: tuple[str, ...]) -> bool:
        """Take the ``WWW-Authenticate`` values of a 401; tells whether it is worth trying again."""
        strongest = max(map(_parse, values), key=lambda challenge: challenge.rank, default=None)
        if strongest is None or not strongest.rank:
            return False
        self._challenge, self._count = strongest, 0
        return True

    def header(self, method: str, url: str) -> tuple[tuple[str, str], ...]:
        """Give the ``Authorization`` header of a request: none before the first challenge."""
        if self._challenge is None:
            return ()
        if self._challenge.scheme == "basic":
            pair = f"{self._credentials.username}:{self._credentials.password}".encode()
            return (("Authorization", f"Basic {base64.b64encode(pair).decode()}"),)
        return (("Authorization", self._digest(self._challenge, method, url)),)

    def _digest(self, challenge: _Challenge, method: str, url: str) -> str:
        given = challenge.parameters
        name = "sha256" if challenge.algorithm == "SHA-256" else "md5"
        realm, nonce = given.get("realm", ""), given["nonce"]

        def digest(text: str) -> str:
            return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()

        secret = digest(f"{self._credentials.username}:{realm}:{self._credentials.password}")
        request = digest(f"{method}:{url}")
        fields = {"username": self._credentials.username, "realm": realm, "nonce": nonce, "uri": url}
        bare = {"algorithm": given["algorithm"]} if "algorithm" in given else {}
        if "auth" in re.split(r"[\s,]+", given.get("qop", "")):
            self._count += 1
            count, client_nonce = f"{self._count:08x}", self._client_nonce()
            fields["cnonce"] = client_nonce
            fields["response"] = digest(f"{secret}:{nonce}:{count}:{client_nonce}:auth:{request}")
            bare |= {"qop": "auth", "nc": count}
        else:
            fields["response"] = digest(f"{secret}:{nonce}:{request}")
        if "opaque" in given:
            fields["opaque"] = given["opaque"]
        quoted = [f'{key}="{_escape(value)}"' for key, value in fields.items()]
        return "Digest " + ", ".join([*quoted, *(f"{key}={value}" for key, value in bare.items())])


def _parse(value: str) -> _Challenge:
    scheme, _, rest = value.strip().partition(" ")
    parameters = {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) or token
        for name, quoted, token in _PARAMETER.findall(rest)
    }
    return _Challenge(scheme=scheme.lower(), parameters=parameters)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
