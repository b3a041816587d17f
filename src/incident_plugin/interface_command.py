"""The command that prints the HTTP interface."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from incident_plugin.assembly import assemble
from incident_plugin.http.openapi import document
from incident_plugin.settings import Settings
from vms_hooks.testing.services import host_services


def printed() -> str:
    """Give the OpenAPI document, for people to read."""
    # Whatever site it is put together for, the plug-in has the same operations.
    with TemporaryDirectory() as storage:
        parts = assemble(host_services(Path(storage)), Settings())
        parts.ground.store.close()
    return msgspec.json.format(msgspec.json.encode(document(parts.operations))).decode() + "\n"
