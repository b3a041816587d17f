"""The incident store on one machine's disk: TinyDB over SQLite."""

from incident_plugin.adapters.tinydb_store.store import TinyDBStore

__all__ = ["TinyDBStore"]
