"""The recorders of the site behind one port, put together from parts that ``assembly`` chooses."""

from incident_plugin.adapters.recorders.condition import RecorderHealth
from incident_plugin.adapters.recorders.recorder import Recorder
from incident_plugin.adapters.recorders.site import Connect, SiteRecorders
from incident_plugin.adapters.recorders.walk import RecorderWalk

__all__ = ["Connect", "Recorder", "RecorderHealth", "RecorderWalk", "SiteRecorders"]
