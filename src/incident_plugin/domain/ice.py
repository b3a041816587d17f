"""STUN and TURN servers (RFC 8489, RFC 8656): for browsers that live pictures do not reach directly."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from incident_plugin.domain.errors import InvalidInput

#: RFC 7064 and RFC 7065: a scheme, a host name or address, perhaps a port and a transport.
_URL = re.compile(
    r"(stuns?|turns?):(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(:\d{1,5})?(\?transport=(udp|tcp))?"
)


@attrs.frozen(kw_only=True)
class IceServerConfig:
    """Such a server, as the site names it."""

    #: Where it is reached, the preferred way first.
    urls: tuple[str, ...]
    #: Empty for names and passwords that are good for a while only, made of what server and relay share.
    username: str
    #: Name of the password, or of what they share, in the host's secret store.
    secret: str

    @property
    def relays(self) -> bool:
        """Whether it passes pictures on, and so asks for a password; STUN alone does not."""
        return any(url.startswith("turn") for url in self.urls)


@attrs.frozen(kw_only=True)
class IceServer:
    """Such a server, as a browser is told of it (``RTCIceServer`` of W3C WebRTC)."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = attrs.field(default="", repr=False)


def ice_urls(urls: Sequence[str]) -> tuple[str, ...]:
    """Check addresses; raises ``InvalidInput``."""
    for url in urls:
        if not _URL.fullmatch(url):
            raise InvalidInput(
                f"“{url}” is no address of a STUN or TURN server, such as turn:relay.example.org:3478."
            )
    if not urls:
        raise InvalidInput("A STUN or TURN server has an address at least.")
    return tuple(urls)
