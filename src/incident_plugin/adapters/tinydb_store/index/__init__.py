"""The way to projects: by words, by what is true of them, and by the time of their sequences.

Side tables beside the documents of the same SQLite file, written in the same transactions. They hold nothing
that the documents do not say, and can be made from them again.
"""

from incident_plugin.adapters.tinydb_store.index.projects import ProjectIndex

__all__ = ["ProjectIndex"]
