from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from tests.journeys.sites import RunningSite


@pytest.fixture
def site(tmp_path) -> Iterator[RunningSite]:
    """Recorder, host and plug-in as processes of their own, as the demonstration starts them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = RunningSite(directory=tmp_path / "data", port=port)
    with running:
        yield running
