"""Which certificates of devices are accepted, and what is wrong with the others."""

from __future__ import annotations

import errno
import hashlib
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import attrs

from incident_plugin.adapters.onvif.deadline import DeadlineAdapter


@attrs.frozen(kw_only=True)
class TlsRule:
    """What is asked of a certificate; by default that a trusted authority issued it for this address."""

    #: SHA-256 of the only certificate that is accepted, 64 lower-case hexadecimal digits.
    fingerprint: str = ""
    #: Accept any certificate. It is still the same one for as long as a session lasts.
    any: bool = False


class TlsAdapter(DeadlineAdapter):
    """Opens connections by a rule. What a device presents first is what it must go on presenting."""

    def __init__(self, rule: TlsRule, seconds: float) -> None:
        self._rule = rule
        self._seconds = seconds
        #: By host and port: the certificate that was met, for a rule that accepts any.
        self._met: dict[str, str] = {}
        super().__init__()

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Tell urllib3 which certificate is asked for; called by requests."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        pinned = self._rule.fingerprint or (self._first_met(request.url) if self._rule.any else "")
        if pinned:
            # The fingerprint says all: recorders have certificates of their own making, for other names.
            pool |= {"cert_reqs": "CERT_NONE", "assert_fingerprint": pinned}
        return host, pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave a pinned connection as it is; called by requests."""
        if not conn.assert_fingerprint:
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call,unused-ignore]

    def _first_met(self, url: str) -> str:
        parts = urlsplit(url)
        place = f"{parts.hostname}:{parts.port}"
        if place not in self._met:
            certificate = presented(parts.hostname or "", parts.port or 443, self._seconds)
            self._met[place] = hashlib.sha256(certificate).hexdigest()
        return self._met[place]


def presented(host: str, port: int, seconds: float) -> bytes:
    """Give the certificate (DER) that a server presents, whatever it is; raises ``OSError``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((host, port), timeout=seconds) as connection,
        context.wrap_socket(connection, server_hostname=host) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""


def why_not_trusted(error: BaseException) -> str:
    """Say what is wrong with a certificate."""
    text = str(error)
    if "Fingerprints did not match" in text:
        return "it presents another certificate than the one that was confirmed"
    for part, words in (
        ("certificate has expired", "its certificate has expired"),
        ("self-signed certificate", "its certificate was issued by itself"),
        ("self signed certificate", "its certificate was issued by itself"),
        ("Hostname mismatch", "its certificate is for another name"),
        ("IP address mismatch", "its certificate is for another address"),
        ("unable to get local issuer", "the authority that issued its certificate is not known here"),
        ("certificate is not yet valid", "its certificate is not valid yet; is its clock or ours wrong?"),
        ("WRONG_VERSION_NUMBER", "it does not speak TLS at this port; try http:// instead of https://"),
        ("UNSUPPORTED_PROTOCOL", "it speaks only versions of TLS that are too old to be safe"),
        ("ALERT_PROTOCOL_VERSION", "it speaks only versions of TLS that are too old to be safe"),
        ("HANDSHAKE_FAILURE", "it shares no way of encryption with this server"),
    ):
        if part in text:
            return words
    return "its certificate could not be checked"


def why_not_connected(error: BaseException) -> str:
    """Say why there is no connection, in words."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, socket.gaierror):
            return "its name is not known"
        if isinstance(seen, ConnectionRefusedError):
            return "the connection was refused"
        if isinstance(seen, OSError) and seen.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
            return "there is no way to its address"
        reason = getattr(seen, "reason", None)
        following = seen.__cause__ or seen.__context__
        seen = following or (reason if isinstance(reason, BaseException) else None)
    return "the connection failed"
