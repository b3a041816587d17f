"""Documents that follow from the code follow it, lead somewhere, and open at once."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from vms_hooks import ENTRY_POINT_GROUP
from vms_hooks.testing import HostHarness, check_plugin

ROOT = Path(__file__).parents[2]
LARGEST_PICTURE = 60_000
#: Markdown links and pictures without their anchors: ``[text](path#anchor)``.
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)")


def documents() -> Iterator[Path]:
    yield from (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "hooks/README.md")


@pytest.fixture(scope="module")
def reference():
    return runpy.run_path(str(ROOT / "docs/reference.py"))


@pytest.mark.parametrize("name", ["http.md", "messages.md"])
def test_references_say_what_the_code_says(reference, name: str):
    """Every operation, body and message is described as it is now (run docs/reference.py after a change)."""
    assert (ROOT / "docs/ref" / name).read_text("utf-8") == reference["renewed"](name)


def test_every_remedy_belongs_to_a_message(reference):
    """A message that is gone takes its remedy along."""
    ids = {kind.message_id for kind in reference["kinds"](reference["IncidentError"])}
    ids |= {identity for identity, *_ in reference["_OF_THE_WEB"]}
    assert set(reference["REMEDIES"]) == ids


def test_every_kind_of_refusal_by_the_host_is_in_the_catalogue():
    """What the host raises as a problem is listed, and nothing else."""
    host = "".join(path.read_text("utf-8") for path in (ROOT / "src/reference_host").glob("*.py"))
    raised = set(re.findall(r"Problem\(\s*HTTPStatus\.\w+,\s*\"([a-z-]+)\"", host))
    table = (ROOT / "docs/ref/messages.md").read_text("utf-8").partition("## ")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == raised


@pytest.mark.parametrize("document", tuple(documents()), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path):
    """Every file that a document links to is there."""
    links = LINK.findall(document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("name", ["manual-coverage.md", "asvs.md"])
def test_the_tests_that_a_reference_names_are_there(name: str):
    """Whoever renames one tells the coverage of the manual and of the security standard."""
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs/ref" / name).read_text("utf-8"))
    assert len(named) > 30
    missing = [
        f"{file}::{test}" for file, test in named if f"def {test}(" not in (ROOT / file).read_text("utf-8")
    ]
    assert missing == []


def test_pictures_are_small():
    """A page with many pictures opens at once."""
    pictures = {path.name: path.stat().st_size for path in (ROOT / "docs/images").iterdir()}
    assert {name: size for name, size in pictures.items() if size > LARGEST_PICTURE} == {}


async def test_the_plugin_that_the_contract_shows_conforms(tmp_path: Path, monkeypatch):
    """Code and manifest from hooks/README.md make a plug-in that passes every check, and has its tab."""
    blocks = re.findall(r"```(\w+)\n(.*?)```", (ROOT / "hooks/README.md").read_text("utf-8"), re.DOTALL)
    (code, manifest, points) = (text for language, text in blocks[:3])
    package = tmp_path / "smoke"
    package.mkdir()
    (package / "__init__.py").write_text(code)
    (package / "plugin.toml").write_text(manifest)
    monkeypatch.syspath_prepend(tmp_path)
    name, _, target = points.splitlines()[1].partition(" = ")
    point = EntryPoint(name=name, value=target.strip('"'), group=ENTRY_POINT_GROUP)
    await check_plugin(point, storage=tmp_path)
    async with HostHarness(point, storage=tmp_path) as host:
        (tab,) = (await host.contributions()).tabs
        assert tab.path == "smoke"
        assert (await host.request("GET", f"/{tab.module.partition('/smoke/')[2]}")).status == 200
