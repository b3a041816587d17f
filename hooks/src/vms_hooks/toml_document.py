"""A TOML file whose faults are named with their line."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from typing import Any


class ManifestError(Exception):
    """The manifest is missing or wrong; the text says where and what."""


class Document:
    """The parsed file. Every method raises ``ManifestError`` for a value that is not what it must be."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._lines = text.splitlines(keepends=True)
        try:
            self._tables: Mapping[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            # The parser's own message ends with "(at line 3, column 7)".
            raise ManifestError(f"{name} is not valid TOML: {error}.") from error

    def know(self, table: str, keys: Collection[str]) -> None:
        """See that a table (``""`` for the file itself) has no key but these."""
        values = self.table(table) if table else self._tables
        for key in values:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=1)
                hint = f" Did you mean '{near[0]}'?" if near else ""
                path = (table, key) if table else (key,)
                raise ManifestError(f"{self._where(*path)} '{key}' is not a key of a manifest.{hint}")

    def table(self, name: str, *, optional: bool = False) -> Mapping[str, Any]:
        """Give a table; an optional one that is missing is empty."""
        if optional and name not in self._tables:
            return {}
        table = self._tables.get(name)
        if not isinstance(table, dict):
            place = self._where(name) if name in self._tables else f"{self._name}:"
            raise ManifestError(f"{place} there is no table [{name}].")
        return table

    def text(self, table: str, key: str, *, optional: bool = False) -> str:
        """Give a text that is not empty; an optional one that is missing is."""
        values = self.table(table)
        if key not in values:
            if optional:
                return ""
            raise ManifestError(f"{self._where(table)} the table [{table}] has no '{key}'.")
        value = values[key]
        if not isinstance(value, str) or not value:
            raise self.wrong(table, key, f"must be a text and not empty, not {value!r}")
        return value

    def names(self, table: str, key: str) -> frozenset[str]:
        """Give a list of texts as a set, empty when it is missing."""
        value = self.table(table).get(key, [])
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise self.wrong(table, key, f"must be a list of texts, not {value!r}")
        return frozenset(value)

    def wrong(self, table: str, key: str, must: str) -> ManifestError:
        """Build the error of a value, with its line."""
        return ManifestError(f"{self._where(table, key)} '{key}' {must}.")

    def _where(self, *path: str) -> str:
        return f"{self._name}, line {self._line(*path)}:"

    def _line(self, *path: str) -> int:
        """Find the line on which a key begins: the one after the longest beginning that lacks the key."""
        before = 0
        for count in range(1, len(self._lines) + 1):
            try:
                parsed = tomllib.loads("".join(self._lines[:count]))
            except tomllib.TOMLDecodeError:
                continue  # in the middle of a value of several lines
            if _has(parsed, path):
                break
            before = count
        return before + 1


def _has(parsed: Any, path: tuple[str, ...]) -> bool:
    for key in path:
        if not isinstance(parsed, dict) or key not in parsed:
            return False
        parsed = parsed[key]
    return True
