"""H.265, recorded and live, in a browser that may not play it: made into H.264 once for all who look."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from demo_recorder.strip import UnreadableStripError
from incident_plugin.runtime import IncidentRuntime
from tests.browsing import in_shared_browser
from tests.programs import running_recorder
from tests.ui.conftest import plugin
from tests.ui.hosting import AheadClock
from tests.ui.test_playback import FRAME, at, names, settled, shown, shows
from tests.waiting import PATIENCE, until

#: Puts the live picture of a camera on the page; gives whether this browser takes it as it is.
LIVE = """async name => {
  await import(host.bridge.url('ui/live/incident-live.js'));
  const live = document.createElement('incident-live');
  const camera = host.bridge.cameras().find((one) => one.name === name);
  live.vms = { mode: 'live', camera, clock: host.clocks.live, bridge: host.bridge };
  document.querySelector('#live .picture').append(live);
  return RTCRtpReceiver.getCapabilities('video').codecs.some(({ mimeType }) => mimeType === 'video/H265');
}"""

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


async def test_camera_with_h265_is_seen_live(page: Page) -> None:
    """As it is where the browser takes it; else its second stream, and why is said."""
    passed_through = await page.evaluate(LIVE, "Lobby")
    live = page.locator("incident-live")
    await expect(live).to_have_attribute("data-state", "live")

    async def now() -> int:
        with contextlib.suppress(UnreadableStripError):
            return await shown(page, "document.querySelector('incident-live').picture")
        return 0

    first = await until(now, "a whole picture")
    assert abs(first - time.time() * 1000) < PATIENCE * 1000

    async def later() -> bool:
        return await now() > first

    await until(later, "another picture")
    said = live.get_by_text("Smaller picture: no H.265 here")
    await (expect(said).to_be_hidden() if passed_through else expect(said).to_be_visible())
