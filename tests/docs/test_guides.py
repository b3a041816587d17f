"""What the guides name is there, and what is there they name: commands, settings, permissions, keys."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import msgspec
import pytest

from incident_plugin import cli
from incident_plugin.domain.access import Permission
from incident_plugin.plugin import plugin
from incident_plugin.settings import RecorderSettings, Settings
from reference_host import __main__ as reference_host
from reference_host.access import ADMINISTRATION, SHARE_VIEWS
from vms_hooks.testing import OPERATOR, host_services

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/guide"
ADMIN = (GUIDE / "admin/index.md").read_text("utf-8")
PARSERS = {"incident-plugin": cli._parser, "reference-host": reference_host._parser}
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def pages() -> Iterator[Path]:
    yield from (ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "hooks/README.md")
    yield from sorted((ROOT / "docs").glob("**/*.md"))


def commands() -> Iterator[str]:
    """Give every command of ours that a guide shows, with what follows it on its line."""
    for page in sorted(GUIDE.glob("**/*.md")):
        text = page.read_text("utf-8").replace("\\\n", " ")
        yield from re.findall(rf"(?m)^(?:\$ )?((?:{'|'.join(PARSERS)}) .+)$", text)
        yield from re.findall(rf"`((?:{'|'.join(PARSERS)}) [^`]+)`", text)


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_commands_are_understood(command: str) -> None:
    """Shown with its options, each has those it needs; named by its words alone, there is such a command."""
    program, *arguments = shlex.split(command, comments=True)
    parser: argparse.ArgumentParser = PARSERS[program]()
    if any(word.startswith("--") for word in arguments):
        parser.parse_args(arguments)
    else:
        with pytest.raises(SystemExit) as ended:
            parser.parse_args([*arguments, "--help"])
        assert ended.value.code == 0


def keys(of: type, below: str = "") -> Iterator[tuple[str, Any]]:
    """Give the settings of a class by the names that a site uses, with what counts without them."""
    for field in attrs.fields(of):
        default = field.default
        made = default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]
        if attrs.has(type(made)):
            yield from keys(type(made), f"{below}{field.name}.")
        else:
            yield f"{below}{field.name}", made


def described() -> Mapping[str, list[str]]:
    """Give the settings that the administrators' guide has in its table, with the defaults it tells."""
    table = ADMIN.partition("### Settings of the plug-in")[2].partition("\n#")[0]
    rows = re.findall(r"^\| (`.+?) \| (.+?) \|", table, re.MULTILINE)
    return {
        name: re.findall(r"`(.*?)`", defaults)
        for names, defaults in rows
        for name in re.findall(r"`(.*?)`", names)
    }


def test_every_setting_is_described_with_its_default() -> None:
    """And none that there is not."""
    there = dict(keys(Settings))
    assert set(described()) == set(there)
    assert "recorder.address" in there
    assert len(attrs.fields(RecorderSettings)) == sum(name.startswith("recorder.") for name in there)
    for name, default in there.items():
        assert msgspec.json.encode(default).decode() in described()[name], name


def test_every_permission_is_described() -> None:
    """And none that there is not; ``.manage`` alone goes with the id before it."""
    table = ADMIN.partition("### Permissions")[2].partition("\n#")[0]
    ids: set[str] = set()
    for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE):
        first, *more = re.findall(r"`(.*?)`", row)
        ids |= {first, *(first.rpartition(".")[0] + one for one in more)}
    assert ids == {*Permission, ADMINISTRATION, SHARE_VIEWS}


async def test_hosts_are_told_all_that_is_contributed(tmp_path: Path) -> None:
    """Every element, command and key of the incident manager stands in the table for hosts."""
    table = (GUIDE / "host/index.md").read_text("utf-8").partition("## Draw")[2].partition("\n## ")[0]
    runtime = plugin.vms_activate(host_services(tmp_path), {})
    offered = [
        *plugin.vms_live_views(),
        *plugin.vms_playback_views(),
        *plugin.vms_live_panels(OPERATOR),
        *plugin.vms_playback_panels(OPERATOR),
        *plugin.vms_tabs(OPERATOR),
        *plugin.vms_admin_sections(OPERATOR),
    ]
    places = re.findall(r"`(vms\.[\w.-]+/\d)`", table)
    assert places
    for place in places:
        items = plugin.vms_toolbar_items(place, OPERATOR)
        assert items, place
        offered += items
    await runtime.stop()
    assert set(re.findall(r"`<([\w-]+)>`", table)) == {one.element.tag for one in offered}
    shown = {
        name: key.strip("`").lower() for name, key in re.findall(r"`(incident\.[\w-]+)` (`.`|[\w+]+)", table)
    }
    assert shown == {one.id: one.shortcut.lower() for one in plugin.vms_commands()}


def bound() -> set[str]:
    """Give the keys that the host's pages and the incident manager's commands have, as people write them."""
    text = (ROOT / "src/reference_host/ui/keys.js").read_text("utf-8")
    found = set(re.findall(r"(?:onView\(|keys: |^ +\[)'([^']+)', ", text, re.MULTILINE))
    found |= {one.shortcut for one in plugin.vms_commands()}
    arrows = {"ArrowLeft": "←", "ArrowRight": "→"}
    return {re.sub(r"Arrow\w+", lambda arrow: arrows[arrow[0]], key) for key in found}


def test_every_key_is_in_the_operators_table() -> None:
    """What a page does by a key, the table of all keys tells."""
    table = (GUIDE / "operator/index.md").read_text("utf-8").partition("## All keys")[2]
    told = {key.lower() for key in re.findall(r"`([^`]+)`", table)}
    assert len(bound()) > 20
    assert {key for key in bound() if key.lower() not in told} == set()


INDEX = ROOT / "docs/design/index.md"


@pytest.mark.parametrize(
    "row", re.findall(r"^\| (.+?) \| (.*`.+?\.(?:py|js)`.*) \|$", INDEX.read_text("utf-8"), re.MULTILINE)
)
def test_the_places_that_the_design_names_are_there(row: tuple[str, str]) -> None:
    """Each file, and each name in the file before it; files without a directory lie beside the one before."""
    file = ROOT
    for named in re.findall(r"`([^`]+)`", row[1]):
        if not re.search(r"\.(py|js)$|/$", named):
            # ``Class.method``: both stand there.
            for part in named.split(".") if file.is_file() else ():
                assert re.search(rf"\b{part}\b", file.read_text("utf-8")), (file, named)
            continue
        places = (ROOT, file if file.is_dir() else file.parent, ROOT / "src/incident_plugin")
        file = next((place / named for place in places if (place / named).exists()), ROOT / "missing")
        assert file.exists(), named


def test_message_ids_that_pages_name_are_in_the_catalogue() -> None:
    """Whatever page somebody comes from, the catalogue has the entry."""
    catalogue = (ROOT / "docs/ref/messages.md").read_text("utf-8")
    known = set(re.findall(r"^\| `(incident\.[\w-]+)`", catalogue, re.MULTILINE))
    coverage = (ROOT / "docs/ref/manual-coverage.md").read_text("utf-8")
    named = set(re.findall(r"`(incident\.[a-z-]+)`", coverage))
    assert len(named) > 5
    assert named <= known


@pytest.mark.parametrize("page", tuple(pages()), ids=lambda path: str(path.relative_to(ROOT)))
def test_anchors_lead_to_headings(page: Path) -> None:
    """A link to a part of a page finds that part."""
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#([\w-]+)\)", page.read_text("utf-8")):
        text = FENCED.sub("", (page.parent / target if target else page).read_text("utf-8"))
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert anchor in slugs, f"{target}#{anchor}"


@pytest.mark.parametrize(
    "page",
    [page for page in pages() if page.parent.name != "ref" and page.parent.parent.name != "ref"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_lines_are_short_enough_to_compare(page: Path) -> None:
    """125 characters, but for tables, pictures and code."""
    prose = FENCED.sub("", page.read_text("utf-8")).splitlines()
    assert [line for line in prose if len(line) > 125 and not line.startswith(("|", "!["))] == []
