"""A recorder that has recorded for more than a day, and whose clock is fast: picked from, and viewed."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from demo_recorder.strip import UnreadableStripError
from incident_plugin.runtime import IncidentRuntime
from tests.browsing import in_shared_browser
from tests.programs import running_recorder
from tests.ui.conftest import plugin
from tests.ui.hosting import AheadClock
from tests.ui.pictures import strip_of
from tests.ui.test_picking import ADD, in_playback, item
from tests.ui.test_recoding import LIVE
from tests.waiting import until

pytestmark = in_shared_browser

SKEW = 7.0
#: A busy machine measures clocks to a few tenths of a second.
FAST = re.compile(r"clock: [67]\.\d s fast \(± \d\.\d s\); times here are corrected")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def fast_address() -> Iterator[str]:
    """A recorder that has recorded for more than a day, and whose clock is seven seconds fast."""
    since = datetime.now(UTC).replace(microsecond=0, second=0) - timedelta(hours=25)
    with running_recorder("--skew", str(SKEW), since=since) as recorder:
        yield recorder.address


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def common_runtime(
    fast_address: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[IncidentRuntime]:
    """A plug-in for that recorder."""
    async with plugin(tmp_path_factory.mktemp("day"), fast_address, AheadClock()) as runtime:
        yield runtime


async def test_a_pick_tells_the_clock_and_shows_both_ends(page: Page) -> None:
    """The pictures are those of the chosen times, and it is said why another time is burnt into them."""
    await in_playback(page)
    start = await page.evaluate("host.clocks.playback.now")
    await pick_to_confirm(page, seconds=20)
    step = page.get_by_role("dialog", name="Add to draft sequence list")
    await expect(step).to_contain_text(FAST)
    await expect(step.locator("img")).to_have_count(2)
    for place, at in enumerate((start, start + 20_000)):
        picture = step.locator("img").nth(place)
        await expect(picture).to_have_js_property("complete", value=True)
        taken = (await strip_of(picture)).time_ms - SKEW * 1000
        # The key picture before the time: there is one every two seconds.
        assert -500 <= at - taken < 2_500


async def test_a_picture_says_why_another_time_is_burnt_into_it(page: Page) -> None:
    """Live and recorded pictures alike; the words leave with the picture."""
    fast = re.compile(r"[67]\.\d s fast")
    await page.evaluate(LIVE, "Lobby")
    live = page.locator("incident-live")
    await expect(live).to_have_attribute("data-state", "live")
    await expect(live.get_by_text(fast)).to_be_visible()
    await in_playback(page)
    recorded = page.locator("incident-playback").first
    await expect(recorded).to_have_attribute("data-showing", "picture")
    await expect(recorded.get_by_text(fast)).to_be_visible()
    await live.evaluate("live => { live.vms = null; }")
    await expect(live.get_by_text(fast)).to_be_hidden()


async def test_a_whole_day(page: Page) -> None:
    """It is added with a warning; in View video the clock is told, and seeking within it gets there."""
    end = int(time.time()) * 1000 - 60_000
    await page.evaluate(
        "([start, end]) => { host.bridge.navigate({tab: 'playback', at: end});"
        " host.clocks.playback.setMarks(start, end); }",
        [end - DAY.total_seconds() * 1000, end],
    )
    await item(page, "playback").focus()
    await page.keyboard.press("Enter")
    notice = page.locator(".notice")
    await expect(notice).to_contain_text("24 hours of video. Check both times.")
    await expect(notice).to_contain_text(re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(24:00:00\)"))
    await page.evaluate(VIEW_DRAFTS)
    window = page.get_by_role("dialog", name="View video: incident project 1")
    facts = window.get_by_role("group", name="Gaps and clocks")
    await expect(facts).to_contain_text("Recorded without gaps")
    await expect(facts).to_contain_text(FAST)
    for seconds in (0, 43_200, 86_399, 3_600):
        await window.get_by_label("Position").fill(str(seconds * 1000))
        await shows(window.locator("video"), end / 1000 - DAY.total_seconds() + seconds + SKEW)


VIEW_DRAFTS = """async () => {
  const { project } = await (await host.bridge.fetch('projects', {method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({type: null, description: '', footage: [], drafts: 'all'})})).json();
  const { viewVideo } = await import('/plugins/incident/ui/incidents/view-video.js');
  void viewVideo(host.bridge, project.id, project.sequences);
}"""


async def shows(video: Locator, moment: float) -> None:
    """Wait until the picture of a moment is shown: recorders' clocks are known to a tenth of a second."""

    async def right() -> bool:
        try:
            return abs((await strip_of(video)).time_ms / 1000 - moment) < 0.5
        except UnreadableStripError:
            return False

    await until(right, f"the picture of {moment}")


async def pick_to_confirm(page: Page, *, seconds: float) -> None:
    """The clicks up to where both ends are shown."""
    start = await page.evaluate("host.clocks.playback.now")
    await page.evaluate("([a, b]) => host.clocks.playback.setMarks(a, b)", [start, start + seconds * 1000])
    await item(page, "playback").get_by_role("button", name=ADD).click()
    await page.get_by_role("menuitem", name="Add to draft sequence list").click()
