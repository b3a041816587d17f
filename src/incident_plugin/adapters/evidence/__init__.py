"""Finished exports on disk: sealed, signed, read back, and then seen."""

from incident_plugin.adapters.evidence.keys import KeyRing
from incident_plugin.adapters.evidence.sealer import RsaSealer
from incident_plugin.adapters.evidence.shelf import DiskShelf
from incident_plugin.adapters.evidence.stamps import Stamps

__all__ = ["DiskShelf", "KeyRing", "RsaSealer", "Stamps"]
