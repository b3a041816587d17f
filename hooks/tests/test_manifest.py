"""What a plug-in says of itself before it is imported, and what is said when it says it wrongly."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from vms_hooks.manifest import Manifest, ManifestError, parse_manifest, read_manifest

GOOD = """
[plugin]
id = "small"
name = "Small"
version = "1.2"
licence_feature = "small"
requires = ["export"]

[contract]
from = "0.1"
before = "1.0"

[settings]
seconds = 30
"""


def manifest_file(folder: Path, text: str) -> Path:
    path = folder / "plugin.toml"
    path.write_text(text)
    return path


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, package: str, manifest: str = GOOD) -> None:
    """Install a package that must never be imported."""
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text("raise SystemExit('imported')")
    manifest_file(folder / package, manifest)
    monkeypatch.syspath_prepend(folder)


def test_a_good_manifest_is_read(tmp_path: Path) -> None:
    """Every part arrives."""
    assert parse_manifest(manifest_file(tmp_path, GOOD)) == Manifest(
        id="small",
        name="Small",
        version="1.2",
        contract_from=(0, 1),
        contract_before=(1, 0),
        licence_feature="small",
        requires=frozenset({"export"}),
        settings={"seconds": 30},
    )


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ("[plugin]", "plugin = 3\n[settings.x]", r"line 2: there is no table \[plugin\]"),
        (
            "[contract]",
            "[contracts]",
            r"line 9: 'contracts' is not a key of a manifest. Did you mean 'contract'",
        ),
        ("[contract]\n", "[settings.y]\n", r"toml: there is no table \[contract\]"),
        ('id = "small"', "", r"line 2: the table \[plugin\] has no 'id'"),
        ('id = "small"', 'id = "../small"', 'line 3: .* lower-case letters.* not "../small"'),
        ('id = "small"', 'id = "Small"', "lower-case letters"),
        ('name = "Small"', 'name = ""', "line 4: 'name' must be a text"),
        ('version = "1.2"', "version = 1.2", "line 5: 'version' must be a text and not empty, not 1.2"),
        ('licence_feature = "small"', "licence_feature = true", "line 6: 'licence_feature' must be a text"),
        ("licence_feature", "license_feature", "line 6: 'license_feature' is not .* mean 'licence_feature'"),
        ('requires = ["export"]', 'requires = "export"', "line 7: 'requires' must be a list"),
        ('requires = ["export"]', "requires = [\n  1,\n  2,\n]", "line 7: 'requires' must be a list"),
        ('from = "0.1"', 'from = "one"', 'line 10: .*must look like .* not "one"'),
        ('before = "1.0"', 'before = "1"', "line 11: .*must look like"),
        ('before = "1.0"', 'before = "0.1"', "line 11: 'before' must be a later release than 'from'"),
        ("[settings]", "[settings", r"not valid TOML: .* \(at line 13, column 10\)"),
        ("[settings]\nseconds = 30", "[[settings]]", r"line 13: there is no table \[settings\]"),
    ],
)
def test_each_fault_of_a_manifest_is_named(tmp_path: Path, right: str, wrong: str, what: str) -> None:
    """The administrator reads which line is wrong, and never sees a traceback."""
    assert right in GOOD
    with pytest.raises(ManifestError, match=what):
        parse_manifest(manifest_file(tmp_path, GOOD.replace(right, wrong)))


def test_a_manifest_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    """Missing and binary files are named too."""
    with pytest.raises(ManifestError, match="cannot be read"):
        parse_manifest(tmp_path / "plugin.toml")
    (tmp_path / "plugin.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ManifestError, match="not valid TOML"):
        parse_manifest(tmp_path / "plugin.toml")


def test_reading_imports_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that would end the program when imported is judged all the same."""
    installed(tmp_path, monkeypatch, "never_imported")
    point = EntryPoint(name="small", value="never_imported.deep:plugin", group="vms.plugins")
    assert read_manifest(point).id == "small"
    assert "never_imported" not in sys.modules


def test_the_entry_point_and_the_manifest_must_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plug-in cannot be enabled under one name and act under another."""
    installed(tmp_path, monkeypatch, "two_names")
    with pytest.raises(ManifestError, match='the entry point says "other"'):
        read_manifest(EntryPoint(name="other", value="two_names:plugin", group="vms.plugins"))


def test_a_package_that_is_gone_is_named() -> None:
    """Half an uninstallation leaves an entry point without its package."""
    with pytest.raises(ManifestError, match="not installed"):
        read_manifest(EntryPoint(name="gone", value="not_there_at_all:plugin", group="vms.plugins"))
