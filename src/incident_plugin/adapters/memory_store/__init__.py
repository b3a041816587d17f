"""The incident store in memory, for tests and trials: everything of the real one but the disk."""

from incident_plugin.adapters.memory_store.store import MemoryStore

__all__ = ["MemoryStore"]
