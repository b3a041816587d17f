"""Exports on disk: made aside, read back, sealed by their hashes, then shown."""

from incident_plugin.adapters.evidence.shelf import DiskShelf

__all__ = ["DiskShelf"]
