from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import ClassVar

import httpx
import pytest
from tests.programs import RECORDER_USER
from tests.support import OPERATOR, as_principal, host_services
from tests.waiting import until

from incident_plugin.adapters.onvif import OnvifDevice, WsDiscovery
from incident_plugin.assembly import assemble, recorders
from incident_plugin.domain.media import ClockOffset
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import RecorderSettings, Settings


class MeasuredOnce(OnvifDevice):
    """A device whose clock is measured once for all tests: that takes a second, and tells the same."""

    _measured: ClassVar[dict[str, ClockOffset]] = {}

    async def clock_offset(self) -> ClockOffset:
        if self.place not in self._measured:
            self._measured[self.place] = await super().clock_offset()
        return self._measured[self.place]


@pytest.fixture
def host(tmp_path):
    return host_services(tmp_path)


@pytest.fixture
def rules() -> dict[str, int]:
    """Settings of collecting; the delivered ones."""
    return {}


@pytest.fixture
async def runtime(host, recorder_address: str, monkeypatch, rules) -> AsyncIterator[IncidentRuntime]:
    """The whole plug-in at work with a real recorder and a store on disk."""
    monkeypatch.setattr(recorders, "OnvifDevice", MeasuredOnce)
    monkeypatch.setattr(recorders, "WsDiscovery", partial(WsDiscovery, listen=0.1))
    settings = Settings(recorder=RecorderSettings(address=recorder_address, username=RECORDER_USER), **rules)
    runtime = IncidentRuntime(parts=assemble(host, settings))
    await runtime.start()
    # A start waits some seconds for the recorder and no longer; on a busy machine it takes more.
    await until(lambda: runtime.parts.recorders.cameras.known, "the cameras")
    yield runtime
    await runtime.stop()


@pytest.fixture
async def client(runtime: IncidentRuntime) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the plug-in as the signed-in operator."""
    transport = httpx.ASGITransport(as_principal(runtime.parts.app, OPERATOR))
    async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as client:
        yield client


@pytest.fixture
async def cameras(runtime: IncidentRuntime) -> dict[str, str]:
    """Camera ids by name."""
    known = await until(lambda: runtime.parts.recorders.cameras.known, "the recorder's cameras")
    return {camera.name: camera.id for camera in known}
