"""The incident store on one machine's disk: TinyDB over SQLite."""

from incident_plugin.adapters.tinydb_store.store import FILE, TinyDBStore

__all__ = ["FILE", "TinyDBStore"]
