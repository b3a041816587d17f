"""Domain values as documents: what msgspec makes of them, and nothing else.

A document that is not exactly of its type is a damaged file, and is told so.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec

from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteTable, StorageCorrupt, encoded, where
from incident_plugin.application.store import refuse_unkeepable
from incident_plugin.domain.errors import IncidentError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def document(value: object) -> dict[str, Any]:
    """Give a domain value as a document."""
    made: dict[str, Any] = msgspec.to_builtins(value)
    return made


def json_text(value: object) -> str:
    """Give a domain value as the JSON text of its document."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        # Half a surrogate pair, which a hostile name may have, is known to Python's own encoder only.
        return encoded(document(value))


T = TypeVar("T")


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def value(kind: type[T], text: str) -> T:
    """Give the domain value of a document's JSON text; raises ``StorageCorrupt``."""
    try:
        try:
            # A class is hashable, which the type checker doubts of a type variable.
            made: T = _decoder(cast(Hashable, kind)).decode(text)
        except msgspec.DecodeError:
            # Half a surrogate pair, which a hostile name may have, is known to Python's own decoder only.
            made = msgspec.convert(json.loads(text), kind)
    except (msgspec.ValidationError, IncidentError, TypeError, ValueError) as error:
        raise StorageCorrupt(f"A stored {kind.__name__} is damaged ({error}).") from error
    return made


_LARGEST = 2**63 - 1


def kept_number(number: int) -> int:
    """Give a number as SQLite can compare it: beyond what it keeps there is nothing to find."""
    return number if -_LARGEST <= number <= _LARGEST else max(-_LARGEST, min(number, _LARGEST))


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
        found = self._table.texts(where("id") == key, limit=1)
        return value(self._kind, found[0]) if found else None

    def all(self) -> tuple[D, ...]:
        """Give all documents, in order of their ids."""
        return tuple(sorted((value(self._kind, text) for text in self._table.texts()), key=lambda d: d.id))

    def put(self, changed: D, /) -> None:
        """Insert or replace the document; raises ``InvalidInput`` for an id that cannot be kept."""
        refuse_unkeepable(changed.id)
        self._table.upsert(document(changed), where("id") == changed.id)

    def put_text(self, text: str) -> None:
        """Insert or replace a document that is given as JSON text; raises ``StorageCorrupt``."""
        self.put(value(self._kind, text))

    def remove(self, key: str, /) -> None:
        """Remove the document, if it is there."""
        self._table.remove(where("id") == key)
