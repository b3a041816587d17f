from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.guide.blocks import GUIDE, write_files


@pytest.fixture(scope="module")
def small_vms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files of the hosts' tutorial, importable."""
    folder = tmp_path_factory.mktemp("small-vms")
    write_files(GUIDE / "host" / "tutorial.md", folder)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in ("small_vms", "test_small_vms"):
        sys.modules.pop(name, None)
