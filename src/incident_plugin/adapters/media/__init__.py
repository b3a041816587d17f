"""Video into files and pictures, without decoding except for stills."""

from incident_plugin.adapters.media.writer import PyavWriter

__all__ = ["PyavWriter"]
