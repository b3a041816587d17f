"""Who acts, told from one process to another: the host's word for one request, signed with a shared key.

A host that runs a plug-in in another process signs people in as ever, and sends two headers with each
request that it passes on::

    VMS-Identity:  <JSON in base64url without padding, RFC 4648 section 5>
    VMS-Signature: <HMAC-SHA-256 (RFC 2104) over "vms-identity/1", a line feed and VMS-Identity; base64url>

The JSON has ``audience`` (whom the word is for), ``method``, ``target`` (path and query as they are sent),
``issued`` (milliseconds since 1970, UTC), ``nonce`` (used once), ``body`` (SHA-256 of the body, hexadecimal,
or null where it is not bound) and ``principal`` (``id``, ``name``, ``roles``, ``session``; or null).

What a signature holds is who, what and when; secrecy, and bodies that are not bound, are the connection's
business: TLS, or one machine.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import attrs

from vms_hooks.values import Principal

#: Names of the two headers, as they are sent.
IDENTITY_HEADER = "VMS-Identity"
SIGNATURE_HEADER = "VMS-Signature"

#: How long a word counts after it was given, and how far a clock that is ahead may be.
LIFETIME = timedelta(seconds=30)
CLOCK_TOLERANCE = timedelta(seconds=5)

_IDENTITY, _ANSWER = b"vms-identity/1\n", b"vms-answer/1\n"
#: A shorter key can be guessed (RFC 2104, section 3), bytes.
_SHORTEST_KEY = 32
#: Longest word that is looked at, characters.
_LONGEST = 16 * 1024
#: Words remembered at once: more than that within their lifetime is an attack, and refused.
_MOST_NONCES = 200_000
_TIDY_FIRST = 1_000


class Refusal(StrEnum):
    """Why a word does not count."""

    MISSING = "missing"
    FORGED = "forged"
    MALFORMED = "malformed"
    OTHER_AUDIENCE = "other-audience"
    OTHER_REQUEST = "other-request"
    EXPIRED = "expired"
    REPLAYED = "replayed"


class IdentityRefused(Exception):
    """A request whose identity does not count; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(_SENTENCES[refusal])
        self.refusal = refusal


_SENTENCES = {
    Refusal.MISSING: "The request carries no identity, or more than one.",
    Refusal.FORGED: "The signature of the identity is not of a key that is known here.",
    Refusal.MALFORMED: "The identity is signed, and not of the form that the contract has.",
    Refusal.OTHER_AUDIENCE: "The identity was given for somebody else.",
    Refusal.OTHER_REQUEST: "The identity was given for another request.",
    Refusal.EXPIRED: "The identity is too old, or from the future. Compare the clocks of both machines.",
    Refusal.REPLAYED: "The identity was used before.",
}


@attrs.frozen
class SharedKey:
    """A secret that host and plug-in's process share, of at least 32 random bytes; else ``ValueError``."""

    secret: bytes = attrs.field(repr=False)

    @secret.validator
    def _long_enough(self, _: object, secret: bytes) -> None:
        if len(secret) < _SHORTEST_KEY:
            raise ValueError(f"A shared key has at least {_SHORTEST_KEY} bytes.")

    @classmethod
    def from_text(cls, text: str) -> SharedKey:
        """Read a key from base64 (RFC 4648 section 4); raises ``ValueError``."""
        try:
            return cls(base64.b64decode(text.strip(), validate=True))
        except binascii.Error as error:
            raise ValueError("A shared key is written in base64.") from error


@attrs.frozen(kw_only=True)
class Word:
    """What was signed of one request, and found to be true."""

    principal: Principal | None
    nonce: str


@attrs.frozen(kw_only=True)
class Signer:
    """Gives the word of one party to another."""

    _key: SharedKey
    #: Whom the word is for: the id of a plug-in, or ``host``.
    _audience: str
    _now: Callable[[], datetime]

    def headers(
        self, method: str, target: str, principal: Principal | None, *, body: bytes | None = None
    ) -> dict[str, str]:
        """Give both headers for one request; they can be used once, soon, and for this request only."""
        claims = {
            "audience": self._audience,
            "method": method,
            "target": target,
            "issued": int(self._now().timestamp() * 1000),
            "nonce": secrets.token_urlsafe(18),
            "body": None if body is None else hashlib.sha256(body).hexdigest(),
            "principal": principal and plain_principal(principal),
        }
        word = _encoded(json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode())
        return {IDENTITY_HEADER: word, SIGNATURE_HEADER: _mac(self._key, _IDENTITY + word.encode())}


class Verifier:
    """Judges words that were given to one audience; may be called from any thread.

    Several keys count, so that a key can be changed without a pause: the new one first at both ends, then at
    the signer, then the old one is removed. What was used is remembered in memory; therefore nothing counts
    that was given before this verifier was made.
    """

    def __init__(self, keys: Iterable[SharedKey], audience: str, now: Callable[[], datetime]) -> None:
        self._keys = tuple(keys)
        self._audience = audience
        self._now = now
        made = now()
        self._made = made - timedelta(microseconds=made.microsecond % 1000)
        self._used: dict[str, datetime] = {}
        self._tidy_at = _TIDY_FIRST
        self._lock = threading.Lock()

    def word(
        self,
        method: str,
        target: str,
        headers: Sequence[tuple[bytes, bytes]],
        *,
        body: bytes | None = None,
    ) -> Word:
        """Judge the word of one request, whose headers are as ASGI gives them; raises ``IdentityRefused``.

        With a ``body`` the word must be bound to it.
        """
        claims = self._signed(_only(headers, IDENTITY_HEADER), _only(headers, SIGNATURE_HEADER))
        if claims["audience"] != self._audience:
            raise IdentityRefused(Refusal.OTHER_AUDIENCE)
        digest = None if body is None else hashlib.sha256(body).hexdigest()
        if (claims["method"], claims["target"]) != (method, target) or (
            digest is not None and claims["body"] != digest
        ):
            raise IdentityRefused(Refusal.OTHER_REQUEST)
        self._fresh(claims["issued"], claims["nonce"])
        return Word(principal=claims["principal"], nonce=claims["nonce"])

    def principal(self, method: str, target: str, headers: Sequence[tuple[bytes, bytes]]) -> Principal:
        """Give the person whom the host has signed in; raises ``IdentityRefused``."""
        found = self.word(method, target, headers).principal
        if found is None:
            raise IdentityRefused(Refusal.MISSING)
        return found

    def _signed(self, word: bytes, signature: bytes) -> dict[str, Any]:
        """Nothing of a word is read before its signature is known to be good."""
        if not any(
            hmac.compare_digest(_mac(key, _IDENTITY + word).encode(), signature) for key in self._keys
        ):
            raise IdentityRefused(Refusal.FORGED)
        try:
            return _claims(json.loads(base64.urlsafe_b64decode(word + b"=" * (-len(word) % 4))))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise IdentityRefused(Refusal.MALFORMED) from error

    def _fresh(self, issued: datetime, nonce: str) -> None:
        now = self._now()
        if not (now - LIFETIME <= issued <= now + CLOCK_TOLERANCE) or issued < self._made:
            raise IdentityRefused(Refusal.EXPIRED)
        with self._lock:
            if len(self._used) >= self._tidy_at:
                self._used = {one: until for one, until in self._used.items() if until >= now}
                self._tidy_at = max(_TIDY_FIRST, 2 * len(self._used))
            if nonce in self._used or len(self._used) >= _MOST_NONCES:
                raise IdentityRefused(Refusal.REPLAYED)
            self._used[nonce] = issued + LIFETIME


def sign_answer(key: SharedKey, nonce: str, body: bytes) -> str:
    """Sign the answer to a question, so that it answers this question and no other."""
    return _mac(key, _ANSWER + nonce.encode() + b"\n" + body)


def answer_is_signed(key: SharedKey, nonce: str, body: bytes, signature: str) -> bool:
    """Say whether somebody with the key gave this answer to this question."""
    return hmac.compare_digest(sign_answer(key, nonce, body).encode(), signature.encode())


def nonce_of(headers: Mapping[str, str]) -> str:
    """Give the nonce of headers that ``Signer`` made."""
    word = headers[IDENTITY_HEADER]
    return str(json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))["nonce"])


def target_of(scope: Mapping[str, Any]) -> str:
    """Give path and query of an ASGI request as they were sent."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return (raw.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


def plain_principal(principal: Principal) -> dict[str, Any]:
    """Give a principal as JSON has it."""
    return {
        "id": principal.id,
        "name": principal.name,
        "roles": sorted(principal.roles),
        "session": principal.session,
    }


def read_principal(value: Any) -> Principal | None:
    """Read what ``plain_principal`` gave, or null; raises ``ValueError``."""
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"id", "name", "roles", "session"}:
        raise ValueError("not a principal")
    texts = (value["id"], value["name"], value["session"], *value["roles"])
    if not all(isinstance(text, str) for text in texts) or not value["id"]:
        raise ValueError("not a principal")
    return Principal(
        id=value["id"], name=value["name"], roles=frozenset(value["roles"]), session=value["session"]
    )


def _claims(value: Any) -> dict[str, Any]:
    texts = ("audience", "method", "target", "nonce")
    if not isinstance(value, dict) or not all(isinstance(value[name], str) for name in texts):
        raise ValueError("not an identity")
    if type(value["issued"]) is not int or not (value["body"] is None or isinstance(value["body"], str)):
        raise ValueError("not an identity")
    issued = datetime.fromtimestamp(value["issued"] / 1000, UTC)
    return {**value, "issued": issued, "principal": read_principal(value["principal"])}


def _only(headers: Sequence[tuple[bytes, bytes]], name: str) -> bytes:
    """Give the one header of this name: two could be read differently by two readers."""
    found = [value for each, value in headers if each.lower() == name.lower().encode()]
    if len(found) != 1 or len(found[0]) > _LONGEST:
        raise IdentityRefused(Refusal.MISSING)
    return found[0]


def _mac(key: SharedKey, text: bytes) -> str:
    return _encoded(hmac.digest(key.secret, text, "sha256"))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
