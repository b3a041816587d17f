"""The demo recorder as the process that it is, and the adapters put together as ``assembly`` does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from tests.programs import RECORDER_PASSWORD, RECORDER_USER, RunningRecorder, running_recorder

from incident_plugin.adapters.onvif import OnvifDevice
from incident_plugin.adapters.recorders import Recorder, SiteRecorders
from incident_plugin.adapters.rtsp import Credentials, RtspClient, Trust


def site_of(
    recorder: RunningRecorder, password: str = RECORDER_PASSWORD, *, fingerprint: str = ""
) -> SiteRecorders:
    """Compose one recorder from its parts."""
    device = OnvifDevice(recorder.address, RECORDER_USER, password, fingerprint=fingerprint)
    streams = RtspClient(
        Credentials(username=RECORDER_USER, password=password), trust=Trust(fingerprint=fingerprint)
    )
    return SiteRecorders([Recorder("Demo", device, streams)])


@pytest.fixture
def mortal() -> Iterator[RunningRecorder]:
    """One that a test may kill."""
    with running_recorder() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(recorder_process: RunningRecorder) -> AsyncIterator[SiteRecorders]:
    """The adapters, on a recorder that stays."""
    made = site_of(recorder_process)
    yield made
    await made.close()


@pytest.fixture
def fast() -> Iterator[RunningRecorder]:
    """One whose clock is seven seconds fast, and that says for how long it keeps video."""
    with running_recorder("--skew", "7", "--retention", "14") as running:
        yield running
