"""A database of rows in a file, with two declared columns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from incident_plugin.adapters.tinydb_store.sqlite_table import Column, SQLiteDB

COLUMNS = {"_default": (Column("a"), Column("b", indexed=False))}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SQLiteDB]:
    """Give an empty one."""
    with SQLiteDB(tmp_path / "rows.db", COLUMNS) as made:
        yield made
