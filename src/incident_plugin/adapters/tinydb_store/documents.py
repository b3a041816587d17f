"""Domain values as documents: what msgspec makes of them, and nothing else.

A document that is not exactly of its type is a damaged file, and is told so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteTable, StorageCorrupt, where
from incident_plugin.domain.errors import IncidentError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def document(value: object) -> dict[str, Any]:
    """Give a domain value as a document."""
    made: dict[str, Any] = msgspec.to_builtins(value)
    return made


T = TypeVar("T")


def value(kind: type[T], found: Mapping[str, Any]) -> T:
    """Give the domain value of a document; raises ``StorageCorrupt``."""
    try:
        return msgspec.convert(found, kind)
    except (msgspec.ValidationError, IncidentError, TypeError, ValueError) as error:
        raise StorageCorrupt(
            f"A stored {kind.__name__} is damaged ({error}). It was left as it is."
        ) from error


def microseconds(instant: datetime) -> int:
    """Give an instant as microseconds since 1970, UTC: numbers compare as the instants do, texts do not."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(microseconds_since_1970: int) -> datetime:
    """Give the instant of ``microseconds``."""
    return _EPOCH + microseconds_since_1970 * _MICROSECOND


class HasId(Protocol):
    """A domain value with an id of its own."""

    @property
    def id(self) -> str: ...


D = TypeVar("D", bound=HasId)


class KeyedTable(Generic[D]):
    """Documents of one kind by their text ids."""

    def __init__(self, table: SQLiteTable, kind: type[D]) -> None:
        self._table = table
        self._kind = kind

    def get(self, key: str, /) -> D | None:
        """Give the document, or nothing."""
        found = self._table.get(where("id") == key)
        return None if found is None else value(self._kind, found)

    def all(self) -> tuple[D, ...]:
        """Give all documents, in order of their ids."""
        return tuple(sorted((value(self._kind, d) for d in self._table), key=lambda d: d.id))

    def put(self, changed: D, /) -> None:
        """Insert or replace the document under its id."""
        self._table.upsert(document(changed), where("id") == changed.id)

    def remove(self, key: str, /) -> None:
        """Remove the document, if it is there."""
        self._table.remove(where("id") == key)
