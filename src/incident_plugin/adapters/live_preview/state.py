"""What a viewer is told about its camera."""

from __future__ import annotations

import json
from enum import StrEnum

import attrs


class Phase(StrEnum):
    """Where a camera's stream stands."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"


@attrs.frozen(kw_only=True)
class CameraState:
    """The state of one camera's stream, the same for all its viewers."""

    phase: Phase
    #: Why the stream was lost, or what to know about a live one; a sentence for operators, or empty.
    detail: str = ""

    def message(self) -> str:
        """Give the JSON text that is sent to viewers."""
        return json.dumps({"state": self.phase, "detail": self.detail})
