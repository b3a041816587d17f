"""Recordings in H.265, in a browser that does not play them: made into H.264 once for all who look."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from incident_plugin.runtime import IncidentRuntime
from tests.browsing import in_shared_browser
from tests.programs import running_recorder
from tests.ui.conftest import plugin
from tests.ui.hosting import AheadClock
from tests.ui.test_playback import FRAME, at, names, settled, shown, shows
from tests.waiting import until

pytestmark = in_shared_browser


@pytest.fixture(scope="module")
def h265_address() -> Iterator[str]:
    """A recorder whose first camera codes H.265."""
    with running_recorder("--h265", "lobby") as recorder:
        yield recorder.address


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(h265_address: str, tmp_path: Path, clock: AheadClock) -> AsyncIterator[IncidentRuntime]:
    """A plug-in for that recorder."""
    async with plugin(tmp_path, h265_address, clock) as runtime:
        yield runtime


async def test_h265_is_shown_where_the_browser_does_not_play_it(page: Page, runtime: IncidentRuntime) -> None:
    """The very picture that was sought, stepped through, played, and named for what it is."""
    assert not await page.evaluate("MediaSource.isTypeSupported('video/mp4; codecs=\"hev1.1.6.L93.B0\"')")
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    begin = int(time.time()) // 10 * 10_000 - 300_000 + 1_300
    await at(page, begin)
    await shows(page, begin)
    await expect(page.get_by_text("H.265, shown as H.264")).to_be_visible()
    first = await shown(page)
    await page.evaluate("host.bridge.run('incident.frame-forward')")
    when = await page.evaluate("host.clocks.playback.now")
    await shows(page, when + 1)
    assert abs(await shown(page) - first - FRAME) <= 1
    await page.evaluate("host.clocks.playback.play()")

    async def played() -> bool:
        return await shown(page) > begin + 9_500

    await until(played, "pictures of the next part")
    await page.evaluate("host.clocks.playback.pause()")
    await settled(page)
    assert abs(await page.evaluate("host.clocks.playback.now") - await shown(page)) < FRAME + 2
