"""Starting with recorders as they are: some do not answer."""

from __future__ import annotations

import socket

import pytest

from incident_plugin import runtime as runtime_module
from incident_plugin.assembly import assemble
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import RecorderSettings, Settings


async def test_a_mute_recorder_holds_nobody_up(host, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plug-in starts, says that it waits for its recorder, and can be stopped meanwhile."""
    monkeypatch.setattr(runtime_module, "FIRST_ANSWER_WITHIN", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        recorder = RecorderSettings(address=f"http://127.0.0.1:{port}/onvif/device_service", username="u")
        runtime = IncidentRuntime(parts=assemble(host, Settings(recorder=recorder)))
        await runtime.start()
        health = await runtime.health()
        said = {part.name: part for part in health.parts}
        assert not said["recorder"].ok
        assert "not answered" in said["recorder"].detail
        assert said["store"].ok
        assert said["background work"].ok
        await runtime.stop()
