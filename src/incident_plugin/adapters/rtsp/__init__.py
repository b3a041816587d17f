"""Live and recorded video over RTSP, passed on as it is."""

from incident_plugin.adapters.rtsp.auth import Credentials
from incident_plugin.adapters.rtsp.client import RtspClient
from incident_plugin.adapters.rtsp.session import Limits
from incident_plugin.adapters.rtsp.stream import RtspReplay, RtspStream
from incident_plugin.adapters.rtsp.tls import Trust

__all__ = ["Credentials", "Limits", "RtspClient", "RtspReplay", "RtspStream", "Trust"]
