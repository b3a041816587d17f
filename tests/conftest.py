from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import running_recorder


@pytest.fixture(scope="session")
def recorder_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The device service of a demo recorder that runs as long as the tests do."""
    with running_recorder(tmp_path_factory.mktemp("recorder")) as address:
        yield address
