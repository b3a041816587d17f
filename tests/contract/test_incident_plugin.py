"""Our plug-in under the conformance suite that every plug-in can run."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from tests.programs import RECORDER_PASSWORD
from tests.support import DictSecrets

from vms_hooks import ENTRY_POINT_GROUP
from vms_hooks.testing import PluginUnderTest, plugin_checks

INCIDENT = EntryPoint(name="incident", value="incident_plugin.plugin:plugin", group=ENTRY_POINT_GROUP)


@pytest.mark.parametrize("check", plugin_checks(), ids=lambda check: check.__name__)
async def test_the_incident_manager_conforms(check: Any, tmp_path: Path, recorder_address: str) -> None:
    """Every check of the suite, with a recorder that answers."""
    settings = {"recorder": {"address": recorder_address, "username": "incident"}}
    services = {"secrets": DictSecrets({"recorder-password": RECORDER_PASSWORD})}
    await check(PluginUnderTest(entry_point=INCIDENT, storage=tmp_path, settings=settings, services=services))
