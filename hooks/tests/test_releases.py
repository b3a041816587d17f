"""No change of the contract goes unseen, and no release breaks plug-ins of the ones before in silence."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from vms_hooks import CONTRACT
from vms_hooks.testing import surface as surfaces
from vms_hooks.testing.surface import Surface, breaking, surface, written

HOOKS = Path(__file__).parents[1]
RELEASES = HOOKS / "releases"
CHANGELOG = (HOOKS / "CHANGELOG.md").read_text(encoding="utf-8")
CURRENT = ".".join(map(str, CONTRACT))
KEPT = sorted((path.stem for path in RELEASES.glob("*.json")), key=lambda name: [*map(int, name.split("."))])


def kept(release: str) -> Surface:
    described: Surface = json.loads((RELEASES / f"{release}.json").read_bytes())
    return described


def number(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


def test_the_surface_is_the_one_of_this_release() -> None:
    """Whoever changes a hook, a method, a field or the page is told to make a release of it."""
    found, expected = surface(), kept(CURRENT)
    changes = [*breaking(expected, found), *(f"new: {each}" for each in breaking(found, expected))]
    assert found == expected, f"The contract changed; see hooks/CHANGELOG.md for how to release it. {changes}"


@pytest.mark.parametrize("release", KEPT)
def test_each_release_is_in_the_changelog_with_its_digest(release: str) -> None:
    """A kept surface that was edited afterwards no longer fits the line that was published."""
    digest = hashlib.sha256((RELEASES / f"{release}.json").read_bytes()).hexdigest()
    heading = re.search(
        rf"^## {re.escape(release)} \(\S+\)\n\nSurface: `(\w+)`\n\n\S", CHANGELOG, re.MULTILINE
    )
    assert heading, f"hooks/CHANGELOG.md says nothing of {release}"
    assert heading[1] == digest


def test_the_distribution_has_the_version_of_the_contract() -> None:
    """``vms-hooks 1.0.x`` is the contract 1.0."""
    version = tomllib.loads((HOOKS / "pyproject.toml").read_text())["project"]["version"]
    assert version.startswith(f"{CURRENT}.")
    assert max(map(number, KEPT)) == CONTRACT


@pytest.mark.parametrize(("earlier", "later"), [*itertools.pairwise(KEPT)])
def test_a_minor_release_breaks_nothing(earlier: str, later: str) -> None:
    """Semantic versioning: only a new major release may; 1.0 did not either."""
    if number(earlier)[0] == number(later)[0] or later == "1.0":
        assert breaking(kept(earlier), kept(later)) == ()


def test_what_is_kept_of_a_release_is_what_it_was(tmp_path: Path) -> None:
    """The surface of the kept wheel, taken from the wheel itself, is the kept one."""
    for wheel in RELEASES.glob("*.whl"):
        folder = tmp_path / wheel.stem
        zipfile.ZipFile(wheel).extractall(folder)
        described = subprocess.run(
            [sys.executable, "-P", surfaces.__file__],
            check=True,
            capture_output=True,
            env=os.environ | {"PYTHONPATH": str(folder)},
        )
        release = ".".join(wheel.name.split("-")[1].split(".")[:2])
        assert described.stdout == (RELEASES / f"{release}.json").read_bytes()


Change = Callable[[Surface], object]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s["hooks"].pop("vms_tabs"), "hooks: vms_tabs is gone"),
        (lambda s: s["hooks"]["vms_tabs"].pop("principal"), "vms_tabs.principal is gone"),
        (lambda s: s["hooks"]["vms_tabs"].update({"->": "Tab"}), "was Sequence[Tab] and is Tab"),
        (lambda s: s["values"]["Tab"].update(icon="str"), "Tab.icon is new and must be given"),
        (lambda s: s["protocols"]["PluginRuntime"].update(pause="-> None"), "PluginRuntime.pause is new"),
        (lambda s: s["enumerations"]["ViewMode"].pop("LIVE"), "ViewMode.LIVE is gone"),
        (
            lambda s: s["constants"]["STATUS_BAR"].update(value="vms.status-bar/2"),
            "was vms.status-bar/1",
        ),
        (lambda s: s["page"]["VmsBridge"].pop("run"), "page: VmsBridge.run is gone"),
        (lambda s: s["toolkit"]["vms_hooks.judging.judge"].pop("found"), "judge.found is gone"),
        (lambda s: s["values"]["Tab"].update(icon="str = ''"), ""),
        (lambda s: s["hooks"].update(vms_new={"->": "None"}), ""),
        (lambda s: s["hooks"]["vms_tabs"].update(locale="str"), ""),
        (lambda s: s["page"]["VmsBridge"].update(print="print(): void"), ""),
        (lambda s: s["enumerations"]["ViewMode"].update(MAP="map"), ""),
    ],
)
def test_what_breaks_and_what_only_adds(change: Change, said: str) -> None:
    """Names that go or change break; names that come do not, unless everybody must have them."""
    later = kept(CURRENT)
    change(later)
    told = breaking(kept(CURRENT), later)
    assert [said in each for each in told] == ([True] if said else [])


def test_every_kind_of_surface_is_seen() -> None:
    """A reader that found nothing would compare nothing."""
    described = surface()
    assert {group: len(names) > 5 for group, names in described.items()} == dict.fromkeys(described, True)
    assert described["page"]["VmsContext"]["camera"] == "camera?: VmsCamera"
    assert written(described).startswith("{")
