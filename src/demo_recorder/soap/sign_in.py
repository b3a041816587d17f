"""How a client proves who it is: by a WS-Security token in the message, by HTTP Digest, or as it likes.

ONVIF Core Specification, "User-based access control"; HTTP Digest by RFC 7616 with MD5 and ``qop=auth``.
"""

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from enum import StrEnum
from typing import Any

from starlette.requests import Request

from demo_recorder.account import Account
from demo_recorder.soap.faults import Fault
from demo_recorder.soap.security import TokenGuard, has_token
from demo_recorder.timebase import Clock

_REALM = "demo recorder"
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^",\s]+))')
_COUNT = re.compile(r"[0-9a-fA-F]{8}")
#: Challenges that are remembered; who comes back later is given a new one.
_MOST_NONCES = 256


class SignIn(StrEnum):
    """What the device accepts."""

    TOKEN = "token"  # noqa: S105 - the name of a way, no password
    DIGEST = "digest"
    EITHER = "either"


class Gate:
    """Lets requests pass that prove knowledge of the account's password in a way that is accepted."""

    def __init__(self, account: Account, clock: Clock, sign_in: SignIn = SignIn.TOKEN) -> None:
        """Accept these ways."""
        self._sign_in = sign_in
        self._tokens = TokenGuard(account, clock)
        self._digests = _DigestGuard(account)

    @property
    def takes_tokens(self) -> bool:
        """Accepts a token in the message."""
        return self._sign_in is not SignIn.DIGEST

    @property
    def takes_digests(self) -> bool:
        """Accepts HTTP Digest."""
        return self._sign_in is not SignIn.TOKEN

    def check(self, request: Request, header: Any) -> None:
        """Raise a NotAuthorized fault unless the HTTP request, or its SOAP header, authorises it."""
        if self.takes_tokens and (has_token(header) or not self.takes_digests):
            self._tokens.check(header)
        else:
            self._digests.check(request)


class _DigestGuard:
    def __init__(self, account: Account) -> None:
        self._username = account.username
        self._secret = _md5(f"{account.username}:{_REALM}:{account.password}")
        #: The last count that came with each nonce: none works twice.
        self._counts: OrderedDict[str, int] = OrderedDict()

    def check(self, request: Request) -> None:
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        given = {name: quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}
        if scheme.lower() != "digest" or not self._proves(request, given):
            raise self._challenge(stale=False)
        nonce, count = given["nonce"], int(given["nc"], 16)
        if self._counts.get(nonce, count) >= count:
            raise self._challenge(stale=True)
        self._counts[nonce] = count

    def _proves(self, request: Request, given: dict[str, str]) -> bool:
        target = request.scope["raw_path"].decode("ascii", "replace")
        if (
            given.get("uri") != target
            or given.get("qop") != "auth"
            or not _COUNT.fullmatch(given.get("nc", ""))
        ):
            return False
        action = _md5(f"{request.method}:{target}")
        proof = ":".join((self._secret, given.get("nonce", ""), given["nc"], given.get("cnonce", ""), "auth"))
        known = hmac.compare_digest(given.get("username", "").encode(), self._username.encode())
        return (
            hmac.compare_digest(given.get("response", "").encode(), _md5(f"{proof}:{action}").encode())
            & known
        )

    def _challenge(self, *, stale: bool) -> Fault:
        nonce = secrets.token_hex(16)
        self._counts[nonce] = 0
        while len(self._counts) > _MOST_NONCES:
            self._counts.popitem(last=False)
        challenge = f'Digest realm="{_REALM}", nonce="{nonce}", qop="auth", algorithm=MD5'
        return Fault(
            code="Sender",
            subcodes=("NotAuthorized",),
            reason="the request is not signed by HTTP Digest with the right user name and password",
            challenge=challenge + (", stale=true" if stale else ""),
        )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
