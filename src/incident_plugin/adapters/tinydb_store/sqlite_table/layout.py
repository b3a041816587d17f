"""How the documents of one TinyDB table lie in an SQLite table: declared columns first, then the document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import apsw
import attrs

from incident_plugin.adapters.tinydb_store.sqlite_table.errors import StorageCorrupt
from incident_plugin.adapters.tinydb_store.sqlite_table.special import Span, Words, span_values, words_value

Row = tuple[Any, ...]

#: What SQLite can hold and compare as Python does.
Scalar = str | int | float | bool

_LARGEST = 2**63 - 1
_PREFIX = "documents_"

_compact = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_escaping = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))


@attrs.frozen
class Column:
    """A top-level key of the documents that queries select by; its value is copied beside the document.

    Columns say nothing about the documents: a key may be missing, or hold a list.
    """

    key: str
    indexed: bool = attrs.field(default=True, kw_only=True)


#: What can be declared of a table.
AnyColumn = Column | Words | Span


@attrs.frozen
class Lookup:
    """What a table's columns are called in SQL, for queries."""

    table: str
    #: The full text over all its words.
    text: str
    plain: Mapping[str, str]
    words: Mapping[str, str]
    spans: Mapping[str, tuple[str, str, str]]


def encoded(document: Mapping[str, Any]) -> str:
    """Give a document as JSON text (RFC 8259); raises ``TypeError`` or ``ValueError`` for what it lacks."""
    text = _compact.encode(document)
    return text if _is_unicode(text) else _escaping.encode(document)


def decoded(text: str, table: str, document_id: int) -> dict[str, Any]:
    """Give the document of a JSON text; raises ``StorageCorrupt``."""
    try:
        document: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise StorageCorrupt(
            f"Document {document_id} of table “{table}” is damaged ({error}). It was left as it is."
        ) from error
    return document


def comparable(value: object) -> bool:
    """Whether SQLite holds this value exactly, and compares it as Python does."""
    kind = type(value)
    if kind is int:
        return abs(value) <= _LARGEST  # type: ignore[arg-type]
    if kind is str:
        return _is_unicode(value)  # type: ignore[arg-type]
    return kind is bool or (kind is float and value == value)  # noqa: PLR0124 - false for NaN


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def drained(cursor: apsw.Cursor) -> list[Row]:
    """Read what a statement gives to its end; a half-read one keeps the write-ahead log growing."""
    return list(cursor)


def quoted(identifier: str) -> str:
    """Give an identifier as it is written in SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def _distinct(name: str) -> str:
    """SQLite folds the case of ASCII letters in identifiers and TinyDB does not: ``A`` becomes ``^a``."""
    return re.sub("[A-Z^]", lambda match: "^" + match[0].lower(), name)


def table_name(identifier: str) -> str | None:
    """Give the TinyDB table an SQLite table keeps, or nothing when it is none of ours."""
    if not identifier.startswith(_PREFIX):
        return None
    return re.sub(r"\^(.)", lambda match: match[1].upper(), identifier.removeprefix(_PREFIX))


class Layout:
    """The SQL of one table."""

    def __init__(self, name: str, declared: tuple[AnyColumn, ...] = ()) -> None:
        self.name = name
        self._columns = [column for column in declared if isinstance(column, Column)]
        self._words = [column.key for column in declared if isinstance(column, Words)]
        self._spans = [column.key for column in declared if isinstance(column, Span)]
        plain = ["of_" + _distinct(column.key) for column in self._columns]
        words = ["words_" + _distinct(key) for key in self._words]
        spans = [f"{part}_{_distinct(key)}" for key in self._spans for part in ("class", "start", "end")]
        self._identifiers = ["id", *plain, *words, *spans, "document"]
        names = [quoted(identifier) for identifier in self._identifiers]
        #: SQL names of the columns by their keys.
        self.columns = {c.key: quoted(n) for c, n in zip(self._columns, plain, strict=True)}
        #: Of those with words, and of class, start and end of those with intervals.
        self.words = {key: quoted(n) for key, n in zip(self._words, words, strict=True)}
        self.spans = {
            key: (quoted(spans[3 * i]), quoted(spans[3 * i + 1]), quoted(spans[3 * i + 2]))
            for i, key in enumerate(self._spans)
        }
        self._text = quoted("text of " + _distinct(name))
        self.identifier = _PREFIX + _distinct(name)
        self.table = quoted(self.identifier)
        replaced = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
        self.put = (
            f"INSERT INTO {self.table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
            f"ON CONFLICT (id) DO UPDATE SET {replaced}"
        )
        self.append = (
            f"INSERT INTO {self.table} ({', '.join(names[1:])}) VALUES ({', '.join('?' * len(names[1:]))})"
        )
        self.delete = f"DELETE FROM {self.table} WHERE id = ?"
        #: Keeps ids up to one from being given again; stored documents do so by themselves.
        self.reserve = "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?"
        self.document = f"SELECT document FROM {self.table} WHERE id = ?"

    def values(self, document: Mapping[str, Any]) -> tuple[Scalar | None, ...]:
        """Give a document's columns; nothing where SQLite has no such value."""
        if not self._words and not self._spans:
            return tuple(self._value(key, document.get(key)) for key in self.columns)
        return (
            *(self._value(key, document.get(key)) for key in self.columns),
            *(words_value(document.get(key)) for key in self._words),
            *(value for key in self._spans for value in span_values(key, document.get(key))),
        )

    def _value(self, key: str, value: object) -> Scalar | None:
        if not isinstance(value, Scalar):
            return None
        # Exact types from here on: a subclass (of an enumeration, say) is stored as what JSON keeps of it.
        plain: Scalar = value if isinstance(value, bool) else _plain(value)
        if not comparable(plain):
            raise ValueError(f"column “{key}” cannot keep {value!r}: too large a number, or no valid Unicode")
        return plain

    @property
    def lookup(self) -> Lookup:
        """What queries may ask of the columns."""
        return Lookup(self.table, self._text, self.columns, self.words, self.spans)

    def last_id(self, connection: apsw.Connection) -> int:
        """Give the highest id that was ever stored or reserved."""
        last: int = connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (self.identifier,)
        ).get
        return last

    def prepare(self, connection: apsw.Connection) -> None:
        """Create the table, or rebuild it when its columns were declared otherwise before."""
        found = [row[1] for row in drained(connection.execute(f"PRAGMA table_info({self.table})"))]
        if not found:
            self._create(connection)
        elif found != self._identifiers:
            self._rebuild(connection)
        self._index(connection)

    def _create(self, connection: apsw.Connection) -> None:
        columns = "".join(f"{quoted(name)}, " for name in self._identifiers[1:-1])
        connection.execute(
            f"CREATE TABLE {self.table} "
            f"(id INTEGER PRIMARY KEY AUTOINCREMENT, {columns}document TEXT NOT NULL)"
        )
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, 0)", (self.identifier,))
        if self._words:
            self._create_text(connection)

    def _create_text(self, connection: apsw.Connection) -> None:
        """Keep the words in a full text that follows the table by triggers (sqlite.org/fts5.html, 4.4.3)."""
        text, names = self._text, ", ".join(self.words.values())
        old = ", ".join(f"old.{name}" for name in self.words.values())
        new = ", ".join(f"new.{name}" for name in self.words.values())
        remove = f"INSERT INTO {text} ({text}, rowid, {names}) VALUES ('delete', old.id, {old});"
        add = f"INSERT INTO {text} (rowid, {names}) VALUES (new.id, {new});"
        connection.execute(f"DROP TABLE IF EXISTS {text}")
        connection.execute(
            f"CREATE VIRTUAL TABLE {text} USING fts5({names}, "
            f"content={self.table}, content_rowid=id, tokenize=ascii, detail=column)"
        )
        for event, acts in (("INSERT", add), ("DELETE", remove), ("UPDATE", remove + add)):
            name = quoted(f"{event} {_distinct(self.name)}")
            connection.execute(f"CREATE TRIGGER {name} AFTER {event} ON {self.table} BEGIN {acts} END")

    def drop(self, connection: apsw.Connection) -> None:
        """Forget the table and what belongs to it."""
        connection.execute(f"DROP TABLE IF EXISTS {self.table}")
        connection.execute(f"DROP TABLE IF EXISTS {self._text}")

    def _rebuild(self, connection: apsw.Connection) -> None:
        last = self.last_id(connection)
        for event in ("INSERT", "DELETE", "UPDATE"):
            connection.execute(f"DROP TRIGGER IF EXISTS {quoted(f'{event} {_distinct(self.name)}')}")
        connection.execute(f"DROP TABLE IF EXISTS {self._text}")
        connection.execute(f'ALTER TABLE {self.table} RENAME TO "rebuilt"')
        self._create(connection)
        for number, text in connection.execute('SELECT id, document FROM "rebuilt" ORDER BY id'):
            values = self.values(decoded(text, self.name, number))
            connection.execute(self.put, (number, *values, text))
        connection.execute('DROP TABLE "rebuilt"')
        connection.execute(self.reserve, (last, self.identifier))

    def _index(self, connection: apsw.Connection) -> None:
        for column in self._columns:
            if column.indexed:
                index = quoted(_distinct(f"{self.name} by {column.key}"))
                connection.execute(
                    f"CREATE INDEX IF NOT EXISTS {index} ON {self.table} ({self.columns[column.key]})"
                )
        for key, parts in self.spans.items():
            index = quoted(_distinct(f"{self.name} by time of {key}"))
            connection.execute(f"CREATE INDEX IF NOT EXISTS {index} ON {self.table} ({', '.join(parts)})")


def _plain(value: str | float) -> Scalar:
    if isinstance(value, str):
        return str.__str__(value)
    return int(value) if isinstance(value, int) else float(value)
