"""Live pictures to browsers over WebRTC: passed through as coded, never decoded.

``relay`` answers offers; ``camera`` holds the one stream of each camera and the pictures since its last key
picture; ``viewer`` reads them at its own pace; ``offer`` and ``peer`` speak WebRTC by aiortc. Importing this
package imports neither aiortc nor av: the first viewer pays for them.
"""

from incident_plugin.adapters.live_preview.limits import Limits
from incident_plugin.adapters.live_preview.relay import WebRtcRelay

__all__ = ["Limits", "WebRtcRelay"]
