"""WS-Security UsernameToken with password digest (OASIS WSS UsernameToken Profile 1.0, ONVIF Core)."""

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any

from demo_recorder.account import Account
from demo_recorder.soap.faults import not_authorized
from demo_recorder.timebase import Clock

#: How far the sender's clock may be from ours; tokens are remembered as long, so that none works twice.
TOLERANCE = timedelta(minutes=5)

_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_SECEXT = f"{{{_WSS}wssecurity-secext-1.0.xsd}}"
_UTILITY = f"{{{_WSS}wssecurity-utility-1.0.xsd}}"
_PASSWORD_DIGEST = f"{_WSS}username-token-profile-1.0#PasswordDigest"


def has_token(header: Any) -> bool:
    """Whether a SOAP header carries a token, be it good or bad."""
    return header is not None and header.find(f"{_SECEXT}Security/{_SECEXT}UsernameToken") is not None


class TokenGuard:
    """Lets requests pass that carry a fresh token made with the account's password."""

    def __init__(self, account: Account, clock: Clock) -> None:
        """Begin with no token seen."""
        self._account = account
        self._clock = clock
        self._seen: OrderedDict[bytes, datetime] = OrderedDict()

    def check(self, header: Any) -> None:
        """Raise a NotAuthorized fault unless the SOAP header authorises the request."""
        token = None if header is None else header.find(f"{_SECEXT}Security/{_SECEXT}UsernameToken")
        if token is None:
            raise not_authorized("the request carries no WS-Security UsernameToken")
        password = token.find(f"{_SECEXT}Password")
        if password is None or password.get("Type") != _PASSWORD_DIGEST:
            raise not_authorized("only a password digest is accepted")
        nonce = _decoded(token.findtext(f"{_SECEXT}Nonce"))
        created = token.findtext(f"{_UTILITY}Created") or ""
        known = hmac.compare_digest(
            (token.findtext(f"{_SECEXT}Username") or "").encode(), self._account.username.encode()
        )
        if not self._proves(nonce, created, _decoded(password.text)) or not known:
            raise not_authorized("user name or password is wrong")
        self._use_once(nonce, created)

    def _proves(self, nonce: bytes, created: str, digest: bytes) -> bool:
        secret = nonce + created.encode() + self._account.password.encode()
        return hmac.compare_digest(hashlib.sha1(secret, usedforsecurity=False).digest(), digest)

    def _use_once(self, nonce: bytes, created: str) -> None:
        """Only tokens made with the right password come here, so strangers cannot fill the memory."""
        now = self._clock()
        moment = _utc(created)
        if moment is None or abs(moment - now) > TOLERANCE:
            raise not_authorized(
                f"token of {created!r} is too far from the device's time {now:%Y-%m-%dT%H:%M:%SZ}"
            )
        while self._seen and next(iter(self._seen.values())) < now - 2 * TOLERANCE:
            self._seen.popitem(last=False)
        # Some clients keep one nonce: with another time of creation it makes another token.
        token = nonce + created.encode()
        if token in self._seen:
            raise not_authorized("this token has been used before")
        self._seen[token] = now


def _decoded(text: str | None) -> bytes:
    try:
        return base64.b64decode(text or "", validate=True)
    except binascii.Error as error:
        raise not_authorized("the UsernameToken is not base64") from error


def _utc(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
