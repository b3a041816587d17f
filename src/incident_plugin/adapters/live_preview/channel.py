"""The data channel of a viewer's page: it is told of the camera, and may ask how old the picture is."""

from __future__ import annotations

import json
import math
import time
from functools import partial

from aiortc import RTCDataChannel, RTCPeerConnection

from incident_plugin.adapters.live_preview.state import CameraState
from incident_plugin.adapters.live_preview.viewer import Viewer

#: Longest message of a viewer that is looked at, characters.
_QUESTION = 200


class StateChannel:
    """Tells the page what it opens a channel for; a player without one needs to know nothing."""

    def __init__(self, connection: RTCPeerConnection, viewer: Viewer) -> None:
        self._viewer = viewer
        self._channels: list[RTCDataChannel] = []
        self._state: CameraState | None = None
        connection.on("datachannel", self._opened)

    def tell(self, state: CameraState) -> None:
        """Send the camera's state to the page, now and to every channel it opens later."""
        self._state = state
        for channel in self._channels:
            if channel.readyState == "open":
                channel.send(state.message())

    def _opened(self, channel: RTCDataChannel) -> None:
        self._channels = [channel]
        channel.on("message", partial(self._asked, channel))
        if self._state:
            channel.send(self._state.message())

    def _asked(self, channel: RTCDataChannel, message: object) -> None:
        """Tell a viewer who asks when the newest picture came; whatever else it sends is ignored."""
        newest = self._viewer.newest
        sent = _sent(message)
        if newest is not None and sent is not None and channel.readyState == "open":
            channel.send(newest.answer(sent, time.time() * 1_000))


def _sent(message: object) -> float | None:
    """Give the time that a viewer's question names, if it is one."""
    if not isinstance(message, str) or len(message) > _QUESTION:
        return None
    try:
        asked = json.loads(message)
    except (ValueError, RecursionError):
        return None
    sent = asked.get("time") if isinstance(asked, dict) else None
    return float(sent) if isinstance(sent, (int, float)) and math.isfinite(sent) else None
