"""The demo recorder as the process that it is, and the adapters put together as bootstrap does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import attrs
import pytest
import pytest_asyncio

from incident_plugin.adapters.onvif import OnvifDevice
from incident_plugin.adapters.recorders import Recorder, SiteRecorders
from incident_plugin.adapters.rtsp import Credentials, RtspClient

PASSWORD = "not a secret"


@attrs.frozen(kw_only=True)
class DemoRecorder:
    url: str
    process: subprocess.Popen[str]

    def site(self, password: str = PASSWORD) -> SiteRecorders:
        """Compose one recorder from its parts."""
        device = OnvifDevice(self.url, "admin", password)
        streams = RtspClient(Credentials(username="admin", password=password))
        return SiteRecorders([Recorder("Demo", device, streams)])


def start() -> DemoRecorder:
    process = subprocess.Popen(
        [sys.executable, "-m", "demo_recorder"],
        env={**os.environ, "PYTHONPATH": ":".join(sys.path), "DEMO_RECORDER_PASSWORD": PASSWORD},
        stdout=subprocess.PIPE,
        text=True,
    )
    ready = process.stdout.readline()
    return DemoRecorder(url=ready.split("http=")[1].split()[0], process=process)


def stop(demo: DemoRecorder) -> None:
    demo.process.kill()
    demo.process.wait()
    demo.process.stdout.close()


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoRecorder]:
    running = start()
    yield running
    stop(running)


@pytest.fixture
def mortal() -> Iterator[DemoRecorder]:
    """One that a test may kill."""
    running = start()
    yield running
    stop(running)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(demo: DemoRecorder) -> AsyncIterator[SiteRecorders]:
    made = demo.site()
    yield made
    await made.close()
