"""Digest authentication of one connection (RFC 2617 section 3, in the form without qop)."""

import hashlib
import hmac
import re
import secrets

from demo_recorder.account import Account
from demo_recorder.rtsp.message import RefusedError, Request

_REALM = "demo recorder"
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^",\s]+))')


class DigestGuard:
    """Lets requests pass that prove knowledge of the password for this connection's nonce."""

    def __init__(self, account: Account) -> None:
        """Make a nonce of its own for a new connection."""
        self._account = account
        self._nonce = secrets.token_hex(16)
        self._secret = _md5(f"{account.username}:{_REALM}:{account.password}")

    def check(self, request: Request) -> None:
        """Raise RefusedError with a challenge unless the request is authorised."""
        scheme, _, rest = (request.headers.get("Authorization") or "").partition(" ")
        given = {name: quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}
        if scheme.lower() != "digest" or given.get("username") != self._account.username:
            raise self._challenge(stale=False)
        if given.get("uri") != request.uri:
            raise self._challenge(stale=False)
        nonce = given.get("nonce", "")
        if not self._proves(request, given.get("response", ""), nonce):
            raise self._challenge(stale=False)
        if not hmac.compare_digest(nonce.encode(), self._nonce.encode()):
            raise self._challenge(stale=True)

    def _proves(self, request: Request, response: str, nonce: str) -> bool:
        expected = _md5(f"{self._secret}:{nonce}:{_md5(f'{request.method}:{request.uri}')}")
        return hmac.compare_digest(response.encode(), expected.encode())

    def _challenge(self, *, stale: bool) -> RefusedError:
        """The password was right when only the nonce is stale: the client need not ask its user again."""
        challenge = f'Digest realm="{_REALM}", nonce="{self._nonce}"' + (", stale=TRUE" if stale else "")
        return RefusedError(401, [("WWW-Authenticate", challenge)])


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
