"""Our plug-in under the conformance suite that every plug-in can run."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from tests.programs import RECORDER_PASSWORD
from tests.support import DictSecrets

from incident_plugin.settings import unknown_settings
from vms_hooks import ENTRY_POINT_GROUP
from vms_hooks.manifest import read_manifest
from vms_hooks.testing import HostHarness, PluginUnderTest, plugin_checks

INCIDENT = EntryPoint(name="incident", value="incident_plugin.plugin:plugin", group=ENTRY_POINT_GROUP)


@pytest.mark.parametrize("check", plugin_checks(), ids=lambda check: check.__name__)
async def test_the_incident_manager_conforms(check: Any, tmp_path: Path, recorder_address: str) -> None:
    """Every check of the suite, with a recorder that answers."""
    settings = {"recorder": {"address": recorder_address, "username": "incident"}}
    services = {"secrets": DictSecrets({"recorder-password": RECORDER_PASSWORD})}
    await check(PluginUnderTest(entry_point=INCIDENT, storage=tmp_path, settings=settings, services=services))


async def test_settings_that_nothing_reads_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A misspelt setting refuses nothing: log and health name it, and the one that was probably meant."""
    caplog.set_level("WARNING", "incident_plugin")
    settings = {
        "pre_rol_seconds": 3,
        "sound": False,
        "storage": {"low_disk_gb": 0},
        "recorders": [{"name": "North", "adress": "http://127.0.0.1/", "cameras": {"any": "id"}}],
        "zzz": {},
    }
    async with HostHarness(INCIDENT, storage=tmp_path, settings=settings) as host:
        parts = {part.name: part for part in (await host.runtime.health()).parts}
    told = [name for name in parts if name.startswith("setting ")]
    assert told == ["setting pre_rol_seconds", "setting recorders.1.adress", "setting zzz"]
    assert all(parts[name].ok and parts[name].warning for name in told)
    assert "Did you mean “recorders.1.address”?" in parts["setting recorders.1.adress"].remedy
    assert "Did you mean" not in parts["setting zzz"].remedy
    assert 'no setting "pre_rol_seconds": it is ignored. Did you mean "pre_roll_seconds"?' in caplog.text


def test_every_setting_that_is_delivered_is_known() -> None:
    """What stands in plugin.toml is read."""
    manifest = read_manifest(INCIDENT)
    assert manifest.settings
    assert unknown_settings(manifest.settings) == ()
