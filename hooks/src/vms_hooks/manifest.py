"""Reading a plug-in's ``plugin.toml`` without importing the plug-in.

::

    [plugin]
    id = "doors"                    # required; also the name of the entry point
    name = "Doors"                  # required; what administrators read
    version = "2.1"                 # required
    licence_feature = "doors"       # feature of the site's licence; without it no licence is needed
    requires = ["timeline/1"]       # capabilities that the host must have

    [contract]
    from = "1.0"                    # required: first release of the contract that it works with
    before = "2.0"                  # required: first release that it does not work with

    [settings]                      # defaults; the site's configuration goes over them, table by table
    seconds = 30

A key that is not listed here is refused: it is misspelt, or belongs to a later release of the contract than
``from`` names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import attrs

from vms_hooks.toml_document import Document, ManifestError

__all__ = ["FILE_NAME", "Manifest", "ManifestError", "overridden", "parse_manifest", "read_manifest"]

FILE_NAME = "plugin.toml"
#: Ids stand in addresses, in configuration and before the dot of every contribution's id.
_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
_RELEASE = re.compile(r"[0-9]{1,5}\.[0-9]{1,5}")


@attrs.frozen(kw_only=True)
class Manifest:
    """What a plug-in says of itself before it is imported."""

    id: str
    name: str
    version: str
    #: First contract release that it works with, and the first that it does not: ``(1, 0)``, ``(2, 0)``.
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
    """Read a manifest file; raises ``ManifestError`` naming the file, the line and the fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ManifestError(f"{path.name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ManifestError(
            f"{path.name} is not valid TOML: it is not UTF-8 at byte {error.start}."
        ) from error
    document = Document(path.name, text)
    document.know("", ("plugin", "contract", "settings"))
    document.know("plugin", ("id", "name", "version", "licence_feature", "requires"))
    document.know("contract", ("from", "before"))
    return Manifest(
        id=_id(document),
        name=document.text("plugin", "name"),
        version=document.text("plugin", "version"),
        licence_feature=document.text("plugin", "licence_feature", optional=True),
        requires=document.names("plugin", "requires"),
        settings=document.table("settings", optional=True),
        **_range(document),
    )


def overridden(defaults: Mapping[str, Any], site: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put a site's settings over those of a manifest, table by table."""
    merged = dict(defaults)
    for key, value in site.items():
        below = merged.get(key)
        merged[key] = (
            overridden(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
        )
    return merged


def _id(document: Document) -> str:
    value = document.text("plugin", "id")
    if not _ID.fullmatch(value):
        raise document.wrong(
            "plugin",
            "id",
            f"must begin with a lower-case letter and go on with lower-case letters, digits "
            f'and hyphens, not "{value}"',
        )
    return value


def _range(document: Document) -> dict[str, tuple[int, int]]:
    first, end = _release(document, "from"), _release(document, "before")
    if first >= end:
        raise document.wrong("contract", "before", "must be a later release than 'from'")
    return {"contract_from": first, "contract_before": end}


def _release(document: Document, key: str) -> tuple[int, int]:
    value = document.text("contract", key)
    if not _RELEASE.fullmatch(value):
        raise document.wrong("contract", key, f'must look like "1.0", not "{value}"')
    major, _, minor = value.partition(".")
    return int(major), int(minor)
