"""Cameras, recordings and clocks of ONVIF devices; the libraries for it load with the first call."""

from incident_plugin.adapters.onvif.device import OnvifDevice, OnvifLimits
from incident_plugin.adapters.onvif.discovery import WsDiscovery
from incident_plugin.adapters.onvif.values import Channel, DeviceInformation

__all__ = ["Channel", "DeviceInformation", "OnvifDevice", "OnvifLimits", "WsDiscovery"]
