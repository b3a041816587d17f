"""The tutorial for plug-in authors, executed: by its own tests, and in the reference host's pages."""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright
from tests.browsing import ARGUMENTS, CHROMIUM, Watched, needs_browser
from tests.guide.blocks import GUIDE, write_files
from tests.programs import Program
from tests.reference_host.conftest import PASSWORD, PASSWORD_HASH, address_of

from vms_hooks.testing import plugin_checks


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Path]:
    """The files of the tutorial, importable and with the metadata that an installation would write."""
    write_files(GUIDE / "plugin" / "tutorial.md", tmp_path)
    points = tomllib.loads((tmp_path / "pyproject.toml").read_text())["project"]["entry-points"][
        "vms.plugins"
    ]
    information = tmp_path / "notes_plugin-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: notes-plugin\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (information / "entry_points.txt").write_text(f"[vms.plugins]\n{lines}")
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path.remove(str(tmp_path))
    for name in ("notes_plugin", "test_notes"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("check", plugin_checks(), ids=lambda check: check.__name__)
async def test_the_plugin_of_the_tutorial_conforms(check: Any, notes: Path) -> None:
    """As the tutorial's own test says it."""
    (notes / "storage").mkdir()
    await importlib.import_module("test_notes").test_it_keeps_the_contract(check, notes / "storage")


@pytest.mark.parametrize(
    "test", ["test_only_who_may_write_writes", "test_notes_survive_a_restart_and_are_cut"]
)
async def test_the_tests_of_the_tutorial_pass(test: str, notes: Path) -> None:
    """Each test that the tutorial shows."""
    (notes / "storage").mkdir()
    await getattr(importlib.import_module("test_notes"), test)(notes / "storage")


@needs_browser
def test_a_note_is_written_in_the_reference_host(notes: Path) -> None:
    """Under the reference host's own policy, in a browser."""
    site = notes / "site.toml"
    site.write_text(
        'data_directory = "data"\n[site]\nid = "t"\nname = "T"\ntime_zone = "UTC"\n'
        f'[[accounts]]\nid = "olivia"\nname = "Olivia"\npassword = "{PASSWORD_HASH}"\nroles = ["all"]\n'
        '[roles.all]\npermissions = ["*"]\n[plugins.notes]\nenabled = true\n'
    )
    with Program.start("reference_host", "--config", str(site), "--port", "0", paths=(notes,)) as program:
        address = address_of(program)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            watched = Watched(browser.new_context(base_url=address))
            page = watched.context.new_page()
            answer = page.request.post(
                "/api/session",
                data={"account": "olivia", "password": PASSWORD},
                headers={"origin": address},
            )
            assert answer.ok
            page.goto("/notes")
            page.get_by_label("New note").fill("The gate was open")
            page.get_by_role("button", name="Save note").click()
            expect(page.get_by_role("listitem")).to_contain_text("Olivia: The gate was open")
            browser.close()
        assert watched.complaints == []
