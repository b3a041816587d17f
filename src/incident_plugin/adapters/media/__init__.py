"""Video into files and pictures, decoded only for stills, court copies and what browsers cannot play."""

from incident_plugin.adapters.media.recoding import OpusRecoder, recoded_pictures, recoded_replay
from incident_plugin.adapters.media.writer import PyavWriter

__all__ = ["OpusRecoder", "PyavWriter", "recoded_pictures", "recoded_replay"]
