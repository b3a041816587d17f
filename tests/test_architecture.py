"""Rules of the whole repository. The arrows between packages are import-linter's, in pyproject.toml."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

import pluggy
import pytest

import incident_plugin
from incident_plugin.domain.errors import IncidentError
from incident_plugin.plugin import plugin
from tests.programs import ROOT
from vms_hooks.spec import PROJECT, PluginSpec

#: Contributions for which the product has no use yet; a line may only be taken away.
NOT_YET = {"vms_export_lists"}
#: What each part imports besides the standard library and this repository: fewer is better.
LIBRARIES = {
    "hooks/src/vms_hooks": {"attrs", "pluggy"},
    "src/incident_plugin/domain": {"attrs"},
    "src/incident_plugin/application": {"attrs"},
    "src/incident_plugin/http": {"attrs", "msgspec", "starlette", "tomli_w"},
    "src/incident_demo": {"attrs", "cryptography"},
    "src/reference_host": {
        *("anyio", "argon2", "attrs", "cryptography", "msgspec", "starlette", "uvicorn", "zxcvbn"),
    },
}
OURS = {"vms_hooks", "incident_plugin", "reference_host", "demo_recorder", "incident_demo"}
#: What tells on which machine or in which company something was written.
TELLING = {
    "a path of one machine": re.compile(r"(?<![\w.}*])/(?:home|root|Users|mnt|work|tmp|private)/\w"),
    "a package registry": re.compile(
        r"https?://[^/\s\"']*(?:registry|artifact|nexus|mirror|pypi|pythonhosted|npmjs)", re.IGNORECASE
    ),
}


def files() -> list[Path]:
    """Every file of the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def parsed(folder: Path, pattern: str = "*.py") -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(folder.rglob(pattern)):
        yield file, ast.parse(file.read_text(encoding="utf-8"))


def imported(module: ast.Module) -> Iterator[str]:
    """Top-level names of what a module imports, anywhere in it."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize("part", LIBRARIES)
def test_each_part_needs_only_its_libraries(part: str) -> None:
    """A new dependency is a decision; one that is no longer used goes."""
    names = {name for _, module in parsed(ROOT / part) for name in imported(module)}
    assert names - OURS - sys.stdlib_module_names == LIBRARIES[part]


def test_nothing_tells_on_which_machine_it_was_written() -> None:
    """No path of one machine, no host of a package registry: a stranger can build it anywhere."""
    found = [
        f"{file.relative_to(ROOT)}:{number} names {what}: {line.strip()}"
        for file in files()
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        for what, pattern in TELLING.items()
        if pattern.search(line)
    ]
    assert found == []


def test_no_file_is_large() -> None:
    """A megabyte is enough for everybody who wants to read it."""
    assert [str(file.relative_to(ROOT)) for file in files() if file.stat().st_size > 1_000_000] == []


def test_every_test_says_what_it_proves() -> None:
    """In a sentence of its own, for who reads a failure and has not written the test."""
    silent = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for folder in (ROOT / "tests", ROOT / "hooks/tests")
        for file, module in parsed(folder, "test_*.py")
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


@pytest.fixture(scope="module")
def refusals() -> list[type[IncidentError]]:
    """Every kind of refusal of the plug-in, whatever was imported before."""
    for module in pkgutil.walk_packages(incident_plugin.__path__, "incident_plugin."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    return list(errors_below(IncidentError))


def errors_below(root: type[IncidentError]) -> Iterator[type[IncidentError]]:
    yield root
    for error in root.__subclasses__():
        if error.__module__.startswith("incident_plugin."):
            yield from errors_below(error)


def test_every_refusal_has_a_message_id_of_its_own(refusals: list[type[IncidentError]]) -> None:
    """Support finds the one place by the small print under a message."""
    kinds = refusals
    assert len(kinds) > 5
    assert [kind.__name__ for kind in kinds if "message_id" not in vars(kind)] == []
    ids = Counter(kind.message_id for kind in kinds)
    assert [name for name, times in ids.items() if times > 1] == []
    assert [name for name in ids if not re.fullmatch(r"incident(\.[a-z-]+)+", name)] == []


def test_the_reference_lists_every_message_id(refusals: list[type[IncidentError]]) -> None:
    """Whoever reads one under a message finds it there; that none is left over, the page's generator sees."""
    page = (ROOT / "docs/ref/messages.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"`(incident\.[a-z.-]+)`", page))
    assert listed >= {kind.message_id for kind in refusals}


def hooks_of(implementer: object) -> set[str]:
    """The hooks that pluggy finds implemented, with arguments that it accepts."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(PluginSpec)
    manager.register(implementer)
    manager.check_pending()
    return {caller.name for caller in manager.get_hookcallers(implementer) or ()}


def sample() -> Any:
    """The second plug-in, which only tests have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tests/reference_host/installed")
        return import_module("sample_plugin").plugin


def test_every_hook_is_used_by_two_plugins() -> None:
    """A hook that nobody implements is a guess; one that only we implement may fit only us."""
    hooks = {name for name, value in vars(PluginSpec).items() if isinstance(value, FunctionType)}
    assert len(hooks) > 10
    assert hooks_of(sample()) == hooks
    assert hooks_of(plugin) == hooks - NOT_YET
