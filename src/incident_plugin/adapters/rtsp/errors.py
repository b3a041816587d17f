"""What can go wrong on an RTSP connection, before it is told to the user."""

from __future__ import annotations

from incident_plugin.domain.text import one_line


class RtspError(Exception):
    """Root of everything this package raises inside itself; never leaves it."""


class BrokenProtocol(RtspError):
    """The peer sent bytes that are not RTSP, SDP or RTP as the standards describe them."""


class ConnectionLost(RtspError):
    """The connection was refused, reset or closed."""


class NotTrusted(RtspError):
    """The peer's certificate is not one that may be trusted, or it speaks no TLS."""


class NoAnswer(RtspError):
    """The peer did not answer in time."""


class Refused(RtspError):
    """The peer answered a request with a status other than 2xx."""

    def __init__(self, status: int, reason: str, method: str) -> None:
        super().__init__(f"{method} was answered {status} {one_line(reason)}")
        self.status = status
        self.method = method
