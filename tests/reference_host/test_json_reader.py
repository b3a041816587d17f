"""A client that reads nothing but the JSON, in another language, from the page that explains it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.guide.blocks import GUIDE, files_of

from .conftest import Running

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node.js")


def menu(tmp_path: Path, document: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run the program of the page on a document."""
    program, file = tmp_path / "menu.mjs", tmp_path / "contributions.json"
    program.write_text(files_of(GUIDE / "host" / "other-languages.md")["menu.mjs"])
    file.write_text(json.dumps(document))
    assert NODE
    return subprocess.run([NODE, program, file], capture_output=True, text=True, timeout=30, check=False)


async def test_a_menu_is_made_from_the_document_alone(operator: Running, tmp_path: Path) -> None:
    """Tabs with their pages, buttons with their places, commands with their keys, and what is missing."""
    document = (await operator.http.get("/api/contributions")).json()
    lines = menu(tmp_path, document).stdout.splitlines()
    assert "tab Things of Sample: /plugins/sample/ui/page.html" in lines
    assert "button Add in vms.playback.toolbar/1, needs time-marked" in lines
    assert "command Greet F9" in lines
    assert lines[-1].startswith('trouble Sample: The tab "Not twice" cannot be shown')
    page = (await operator.http.get("/plugins/sample/ui/page.html")).text
    assert "<h1>Things</h1>" in page


async def test_what_a_later_minor_release_adds_is_ignored(operator: Running, tmp_path: Path) -> None:
    """More names change nothing; another major release is refused."""
    document = (await operator.http.get("/api/contributions")).json()
    later = document | {"contract": "1.7", "maps": [{"id": "sample.map"}]}
    assert menu(tmp_path, later).stdout == menu(tmp_path, document).stdout
    assert "reads contract 1, not 2.0" in menu(tmp_path, document | {"contract": "2.0"}).stderr
