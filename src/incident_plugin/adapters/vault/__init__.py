"""The evidence vault: fragmented MP4 by content, read and cut without decoding."""

from __future__ import annotations

from incident_plugin.adapters.vault.cutting import cut
from incident_plugin.adapters.vault.disk import DiskVault
from incident_plugin.adapters.vault.fallback import PreservedRecorders

__all__ = ["DiskVault", "PreservedRecorders", "cut"]
