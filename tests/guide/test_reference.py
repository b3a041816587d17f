"""The reference pages of the contract say what the contract says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from vms_hooks import PluginSpec

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference_generator", DOCS / "ref" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_what_is_generated(generator: ModuleType) -> None:
    """Run ``python docs/ref/generate.py`` after a change of the contract."""
    for path, text in generator.pages().items():
        assert (DOCS / "ref" / path).read_text(encoding="utf-8") == text, path
    assert {path.name for path in (DOCS / "ref" / "hooks").iterdir()} == {
        Path(path).name for path in generator.pages() if path.startswith("hooks/")
    }


def test_every_hook_has_a_page_and_says_all_of_itself(generator: ModuleType) -> None:
    """Arguments, what it returns, what happens when it fails, and since when it is there."""
    hooks = {name for name in dir(PluginSpec) if name.startswith("vms_")}
    for hook in hooks:
        page = generator.pages()[f"hooks/{hook}.md"]
        assert "**When it fails:**" in page
        assert "Since release" in page
        for argument in getattr(PluginSpec, hook).__code__.co_varnames[1:]:
            assert f"- `{argument}`: " in page, (hook, argument)


@pytest.mark.parametrize(
    "page",
    [*DOCS.glob("guide/**/*.md"), *DOCS.glob("ref/**/*.md"), DOCS / "design" / "contract.md"],
    ids=lambda page: str(page.relative_to(DOCS)),
)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """No link of the documentation points to a file that is not there."""
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link
