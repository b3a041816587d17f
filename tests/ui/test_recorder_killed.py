"""A recorder that is killed while its recording is played, and comes back."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import expect

from incident_plugin.runtime import IncidentRuntime
from tests.browsing import Watched, in_shared_browser
from tests.programs import RunningRecorder, running_recorder
from tests.ui.conftest import plugin
from tests.ui.hosting import AheadClock
from tests.ui.test_playback import FRAME, at, names, shown, shows
from tests.waiting import until

pytestmark = in_shared_browser


@pytest.fixture
def mortal() -> Iterator[RunningRecorder]:
    """A recorder that the test may kill."""
    with running_recorder() as recorder:
        yield recorder


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(
    mortal: RunningRecorder, tmp_path: Path, clock: AheadClock
) -> AsyncIterator[IncidentRuntime]:
    """A plug-in for that recorder."""
    async with plugin(tmp_path, mortal.address, clock) as runtime:
        yield runtime


async def test_killed_while_it_is_played(watched: Watched, mortal: RunningRecorder) -> None:
    """What is there is played on; then it is said that it goes on by itself, and it does."""
    page = watched.page
    watched.provoked += ["status of 502", "ERR_INCOMPLETE_CHUNKED_ENCODING"]
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    begin = int(time.time()) * 1000 - 600_000
    await at(page, begin)
    await shows(page, begin)
    await page.evaluate("host.clocks.playback.play()")

    async def plays() -> bool:
        return await shown(page) > begin + 2 * FRAME

    await until(plays, "a picture that was played")
    mortal.kill()
    cover = page.locator("incident-playback .cover")
    await expect(cover).to_contain_text("Recorder")
    await expect(cover.get_by_text("goes on by itself")).to_be_visible()
    await expect(cover.get_by_role("button", name="Retry")).to_be_visible()
    port = str(urlsplit(mortal.address).port)
    again = running_recorder("--http-port", port, "--rtsp-port", str(mortal.rtsp_port), since=mortal.since)
    with again:
        await page.wait_for_function(
            "() => document.querySelector('incident-playback').showing === 'picture'"
        )
        await page.evaluate("host.clocks.playback.pause()")
        await shows(page, await page.evaluate("host.clocks.playback.now"))
