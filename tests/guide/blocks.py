"""Takes the files of a tutorial from its page."""

from __future__ import annotations

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
_BLOCK = re.compile(r'^```\w+ title="(?P<file>[^"]+)"\n(?P<code>.*?)^```$', re.MULTILINE | re.DOTALL)


def files_of(page: Path) -> dict[str, str]:
    """Give each named file of a page; blocks of one name are joined in their order."""
    files: dict[str, list[str]] = {}
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        files.setdefault(block["file"], []).append(block["code"])
    # What continues a class is joined closely; what begins anew is kept two lines apart.
    return {name: "\n\n".join(code) for name, code in files.items()}


def write_files(page: Path, folder: Path) -> None:
    """Write the files of a page into a folder."""
    for name, code in files_of(page).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
