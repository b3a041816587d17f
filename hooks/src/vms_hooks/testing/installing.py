"""Plug-ins that exist for the length of a test, installed as ``pip`` would install them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import attrs

from vms_hooks.spec import ENTRY_POINT_GROUP

MANIFEST = """
[plugin]
id = "{id}"
name = "{name}"
version = "1.0"

[contract]
from = "1.0"
before = "2.0"
"""


@attrs.frozen
class Installation:
    """A folder of installed plug-ins: put it on ``sys.path``, or on ``PYTHONPATH`` of another process."""

    folder: Path

    @property
    def entry_points(self) -> tuple[EntryPoint, ...]:
        """Those of all plug-ins that are installed here."""
        return tuple(
            point
            for distribution in distributions(path=[str(self.folder)])
            for point in distribution.entry_points
            if point.group == ENTRY_POINT_GROUP
        )

    def add(self, identity: str, code: str, *, manifest: str | None = None, package: str = "") -> EntryPoint:
        """Install a plug-in of one file, which must define ``plugin``; gives its entry point.

        Without a manifest it gets one that is valid. ``package`` is needed only to install two of one id.
        """
        package = package or f"vms_test_{identity.replace('-', '_')}"
        source = self.folder / package
        source.mkdir(parents=True)
        (source / "__init__.py").write_text(code, encoding="utf-8")
        text = MANIFEST.format(id=identity, name=identity.capitalize()) if manifest is None else manifest
        (source / "plugin.toml").write_text(text, encoding="utf-8")
        information = self.folder / f"{package}-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (information / "entry_points.txt").write_text(
            f"[{ENTRY_POINT_GROUP}]\n{identity} = {package}:plugin\n"
        )
        return next(point for point in self.entry_points if point.value == f"{package}:plugin")

    @contextmanager
    def importable(self) -> Iterator[None]:
        """Let this process import what is installed here, and forget it afterwards."""
        sys.path.insert(0, str(self.folder))
        try:
            yield
        finally:
            sys.path.remove(str(self.folder))
            for package in {point.module.partition(".")[0] for point in self.entry_points}:
                sys.modules.pop(package, None)
