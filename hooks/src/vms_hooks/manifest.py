"""Reading a plug-in's ``plugin.toml`` without importing the plug-in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import attrs

FILE_NAME = "plugin.toml"
#: Ids stand in addresses, in configuration and before the dot of every contribution's id.
_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")


class ManifestError(Exception):
    """The manifest is missing or wrong; the text says where and what."""


@attrs.frozen(kw_only=True)
class Manifest:
    """What a plug-in says of itself before it is imported."""

    id: str
    name: str
    version: str
    #: First contract release that it works with, and the first that it does not: ``(0, 1)``, ``(1, 0)``.
    contract_from: tuple[int, int]
    contract_before: tuple[int, int]
    #: Feature of the licence that it needs; empty for none.
    licence_feature: str = ""
    #: Capabilities that the host must have.
    requires: frozenset[str] = frozenset()
    settings: Mapping[str, Any] = attrs.field(factory=dict)


def read_manifest(entry_point: EntryPoint) -> Manifest:
    """Find and read the manifest beside the package that an entry point names, without importing it.

    Raises ``ManifestError`` also when the manifest's id is not the entry point's name.
    """
    package = entry_point.module.partition(".")[0]
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.origin is None:
        raise ManifestError(f"The package {package} of plug-in {entry_point.name} is not installed.")
    manifest = parse_manifest(Path(spec.origin).with_name(FILE_NAME))
    if manifest.id != entry_point.name:
        raise ManifestError(
            f'{FILE_NAME} says the id "{manifest.id}", the entry point says "{entry_point.name}".'
        )
    return manifest


def parse_manifest(path: Path) -> Manifest:
    """Read a manifest file; raises ``ManifestError`` naming the file and the fault."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(f"{path.name} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path.name} is not valid TOML: {error}.") from error
    plugin = _table(document, "plugin")
    contract = _table(document, "contract")
    return Manifest(
        id=_id(plugin),
        name=_text(plugin, "name"),
        version=_text(plugin, "version"),
        contract_from=_release(contract, "from"),
        contract_before=_release(contract, "before"),
        licence_feature=_text(plugin, "licence_feature") if "licence_feature" in plugin else "",
        requires=_names(plugin, "requires"),
        settings=_table(document, "settings") if "settings" in document else {},
    )


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = document.get(key)
    if not isinstance(table, dict):
        raise ManifestError(f"{FILE_NAME} has no table [{key}].")
    return table


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise ManifestError(f"{FILE_NAME}: '{key}' must be a text and not empty.")
    return value


def _id(plugin: Mapping[str, Any]) -> str:
    value = _text(plugin, "id")
    if not _ID.fullmatch(value):
        raise ManifestError(
            f'{FILE_NAME}: the id must be lower-case letters, digits and hyphens, not "{value}".'
        )
    return value


def _names(table: Mapping[str, Any], key: str) -> frozenset[str]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ManifestError(f"{FILE_NAME}: '{key}' must be a list of texts.")
    return frozenset(value)


def _release(table: Mapping[str, Any], key: str) -> tuple[int, int]:
    major, _, minor = _text(table, key).partition(".")
    if not (major.isdecimal() and minor.isdecimal()):
        raise ManifestError(f"{FILE_NAME}: contract '{key}' must look like \"1.0\".")
    return int(major), int(minor)
