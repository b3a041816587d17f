"""Both stores, to pass the same tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.adapters.tinydb_store import TinyDBStore
from incident_plugin.application.store import IncidentStore


@pytest.fixture(params=["memory", "tinydb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IncidentStore]:
    """Give an empty store of each kind."""
    made: IncidentStore = MemoryStore() if request.param == "memory" else TinyDBStore(tmp_path / "store")
    yield made
    made.close()
