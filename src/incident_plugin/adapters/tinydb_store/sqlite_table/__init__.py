"""TinyDB over SQLite: one row for each document, durable, safe between threads, indexed by declared columns.

Code written for TinyDB works unchanged. What differs from TinyDB with its own storages:

* documents come in the order of their ids, and ids are never given twice, also after ``truncate``;
* a table with declared columns is there from the beginning;
* an id that a document brings to ``insert_multiple`` is not given again to one beside it;
* ``NaN`` and infinities, which JSON does not have, are refused with ``ValueError``;
* in a declared column, whole numbers of more than 64 bits and texts that are no valid Unicode are refused
  with ``ValueError``;
* where a column's value cannot be compared with the query's (a text with a number), TinyDB raises
  ``TypeError`` and this may answer that the document does not match;
* there is no query cache.
"""

from tinydb.queries import QueryInstance
from tinydb.table import Document

from incident_plugin.adapters.tinydb_store.sqlite_table.conditions import Query, where
from incident_plugin.adapters.tinydb_store.sqlite_table.errors import (
    StorageBusy,
    StorageClosed,
    StorageCorrupt,
    StorageError,
    StorageFull,
    StorageInUse,
    StorageNewer,
    StorageNotWritable,
    StorageOlder,
    StorageUnsafe,
)
from incident_plugin.adapters.tinydb_store.sqlite_table.layout import Column, comparable, encoded
from incident_plugin.adapters.tinydb_store.sqlite_table.progress import Tell, silently
from incident_plugin.adapters.tinydb_store.sqlite_table.special import Span, Words
from incident_plugin.adapters.tinydb_store.sqlite_table.storage import SQLiteStorage
from incident_plugin.adapters.tinydb_store.sqlite_table.table import SQLiteDB, SQLiteTable

__all__ = [
    "Column",
    "Document",
    "Query",
    "QueryInstance",
    "SQLiteDB",
    "SQLiteStorage",
    "SQLiteTable",
    "Span",
    "StorageBusy",
    "StorageClosed",
    "StorageCorrupt",
    "StorageError",
    "StorageFull",
    "StorageInUse",
    "StorageNewer",
    "StorageNotWritable",
    "StorageOlder",
    "StorageUnsafe",
    "Tell",
    "Words",
    "comparable",
    "encoded",
    "silently",
    "where",
]
