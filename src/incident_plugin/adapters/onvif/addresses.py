"""Which addresses a device may send us to: its own, as the administrator configured it, and no other."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

import attrs

from incident_plugin.adapters.onvif.errors import NotOnvif

#: The path of an address whose host or port cannot be read.
_PATH = re.compile(r"(?i)https?://[^/\s]+(/\S*)")
_PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}


@attrs.frozen(kw_only=True)
class DeviceAddress:
    """The configured address of the device service."""

    url: str
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> DeviceAddress:
        """Read a configured ``http://host[:port]/onvif/device_service``; raises ``ValueError``."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(
                f"{url!r} is not the address of a device service: http://host/onvif/device_service"
            )
        return cls(url=url, host=parts.hostname, port=parts.port or _PORTS[parts.scheme])

    @property
    def place(self) -> str:
        """Host and port, as messages name them."""
        return f"{_bracketed(self.host)}:{self.port}"

    def service(self, announced: str) -> str:
        """Give the address to use for an XAddr.

        A device behind address translation announces where it sees itself, and a hostile one may announce
        anything: another host is replaced by the configured host and port. Raises ``NotOnvif``.
        """
        try:
            parts = _split(announced, ("http", "https"))
            if parts.hostname == self.host:
                return parts._replace(netloc=f"{_bracketed(self.host)}:{_port(parts)}").geturl()
        except NotOnvif:
            # Two ports, or IPv6 without brackets: the path is still right.
            found = _PATH.match(announced.strip())
            if found is None:
                raise
            parts = urlsplit(f"//{_bracketed(self.host)}{found[1]}")
        return self._at_home(parts)

    def at_home(self, address: str) -> str:
        """Give the same path at the configured host and port."""
        return self._at_home(urlsplit(address))

    def _at_home(self, parts: SplitResult) -> str:
        own = urlsplit(self.url)
        return parts._replace(
            scheme=own.scheme, netloc=f"{_bracketed(self.host)}:{self.port}", fragment=""
        ).geturl()

    def stream(self, announced: str) -> str:
        """Give the address to use for an RTSP URI: always on the configured host; raises ``NotOnvif``."""
        parts = _split(announced, ("rtsp", "rtsps"))
        return parts._replace(netloc=f"{_bracketed(self.host)}:{_port(parts)}").geturl()


def _split(url: str, schemes: tuple[str, ...]) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme.lower() in schemes and parts.hostname and _port(parts)
    except ValueError:
        usable = False
    if not usable:
        raise NotOnvif(f"{url[:80]!r} is no {' or '.join(schemes)} address")
    return parts._replace(scheme=parts.scheme.lower(), fragment="")


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme.lower()]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
