"""What a viewer is told about its camera."""

from __future__ import annotations

import json
from enum import StrEnum

import attrs

from incident_plugin.domain.media import Codec


class Phase(StrEnum):
    """Where a camera's stream stands."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"


@attrs.frozen(kw_only=True)
class PictureTime:
    """When the newest picture came."""

    #: Its RTP time (RFC 3550 section 5.1).
    rtp: int
    #: By this server's clock, milliseconds since 1970.
    at: float

    def answer(self, sent: float, now: float) -> str:
        """Give the JSON text that answers a viewer who asked, with what it sent and the clock of now."""
        return json.dumps({"time": {"rtp": self.rtp, "at": self.at, "now": now, "sent": sent}})


@attrs.frozen(kw_only=True)
class CameraState:
    """The state of one camera's stream, the same for all its viewers."""

    phase: Phase
    #: Why the stream was lost, or what to know about a live one; a sentence for operators, or empty.
    detail: str = ""
    #: Whether the camera has sound.
    sound: bool = False
    #: View items wider than the first and not wider than the second get this stream, in pixels.
    fits: tuple[float, float] | None = None
    #: How the camera codes what this viewer would get, were it passed through; nothing where it is.
    instead_of: Codec | None = None
    #: Whether it is coded anew for the viewer, who gets a smaller stream otherwise.
    recoded: bool = False

    def message(self) -> str:
        """Give the JSON text that is sent to viewers."""
        told = {"state": self.phase, "detail": self.detail, "sound": self.sound}
        name = "recoded" if self.recoded else "smaller"
        more = {"fits": self.fits, name: self.instead_of and self.instead_of.spoken}
        return json.dumps(told | {key: value for key, value in more.items() if value})
