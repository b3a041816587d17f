"""RTSP over TLS (RTSP 1.0 as ``rtsps``, port 322): whose certificate is accepted."""

from __future__ import annotations

import hashlib
import ssl

from incident_plugin.adapters.rtsp.errors import NotTrusted


class Trust:
    """What is asked of a recorder's certificate; by default that a trusted authority issued it for its name.

    With a ``fingerprint`` (SHA-256, lower-case hexadecimal) exactly that one is accepted, whatever it says of
    itself. With ``any`` all are, but each place must go on presenting the one that was met there first.
    """

    def __init__(self, *, fingerprint: str = "", any: bool = False) -> None:  # noqa: A002 -- the policy's name
        self._fingerprint = fingerprint
        self._any = any
        self._met: dict[str, str] = {}
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """How to shake hands."""
        if self._context is None:
            self._context = ssl.create_default_context()
            if self._fingerprint or self._any:
                self._context.check_hostname = False
                self._context.verify_mode = ssl.CERT_NONE
        return self._context

    def check(self, place: str, certificate: bytes) -> None:
        """Refuse a certificate (DER) that is another one than it must be; raises ``NotTrusted``."""
        found = hashlib.sha256(certificate).hexdigest()
        wanted = self._fingerprint or (self._met.setdefault(place, found) if self._any else found)
        if found != wanted:
            raise NotTrusted("it presents another certificate than the one that was confirmed")


def why_not_trusted(error: ssl.SSLError) -> str:
    """Say what is wrong, with the words of the library that checked it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message)
    return f"it cannot agree with this server on encryption: {error.reason or error}"
