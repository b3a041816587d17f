"""The user name token of a message (Web Services Security UsernameToken Profile 1.1)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from zeep.wsse.utils import WSSE, WSU, get_security_header

_PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
_ENCODING = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"


class DigestToken:
    """Signs with the time of the device's clock; keeps no state, so that threads may share it."""

    def __init__(self, username: str, password: str, device_now: Callable[[], datetime]) -> None:
        self._username = username
        self._password = password
        self._device_now = device_now

    def apply(self, envelope: Any, headers: Any) -> tuple[Any, Any]:
        """Add the token to a message; called by zeep."""
        nonce = secrets.token_bytes(16)
        created = f"{self._device_now():%Y-%m-%dT%H:%M:%SZ}"
        secret = nonce + created.encode() + self._password.encode()
        digest = hashlib.sha1(secret, usedforsecurity=False).digest()
        token = WSSE.UsernameToken(
            WSSE.Username(self._username),
            WSSE.Password(base64.b64encode(digest).decode(), Type=f"{_PROFILE}#PasswordDigest"),
            WSSE.Nonce(base64.b64encode(nonce).decode(), EncodingType=_ENCODING),
            WSU.Created(created),
        )
        get_security_header(envelope).append(token)  # type: ignore[no-untyped-call]  # zeep has no types here
        return envelope, headers

    def verify(self, envelope: Any) -> None:
        """Devices do not sign their answers; called by zeep."""
