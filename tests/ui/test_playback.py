"""Recorded video in a view item: the right picture at the right time, read from the picture itself."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import time
from itertools import pairwise

import numpy as np
import pytest
from playwright.async_api import Error, Page, Route, expect

from demo_recorder.strip import UnreadableStripError, read_strip
from tests.browsing import Watched, in_shared_browser, problem
from tests.ui.hosting import Site
from tests.waiting import until

pytestmark = in_shared_browser

FRAME = 1000 / 15


async def shown(page: Page, where: str = "") -> int:
    """When the picture on the screen was taken, in milliseconds since 1970; ``where`` is not in playback."""
    strip = await page.evaluate(f"host.strip({where})")
    lines = np.array(strip["grey"], np.uint8).reshape(strip["lines"], strip["width"])
    picture = np.zeros((strip["height"], strip["width"]), np.uint8)
    picture[-strip["lines"] :] = lines
    return read_strip(picture).time_ms


async def settled(page: Page) -> None:
    """The first view item shows the picture it was told to."""
    await page.wait_for_function(
        "() => { const e = document.querySelector('#playback .item.selected incident-playback');"
        " return e?.showing === 'picture' && !e.video.seeking && e.video.readyState >= 2; }"
    )
    await page.evaluate(
        "new Promise(r => document.querySelector('#playback .item.selected incident-playback')"
        ".video.requestVideoFrameCallback(r) && setTimeout(r, 100))"
    )


async def shows(page: Page, when: float) -> None:
    """The picture is the one taken then or just before, to one frame; once it is there, it stays.

    A browser may take its time to paint a picture that it has, and nothing announces when it did.
    """

    async def right() -> bool:
        with contextlib.suppress(UnreadableStripError):
            return 0 <= when - await shown(page) < FRAME + 1
        return False

    await settled(page)
    await until(right, f"the picture of {when}")
    await settled(page)
    assert await right()


async def at(page: Page, when: int) -> None:
    """Put the playhead somewhere in playback."""
    await page.evaluate("at => host.bridge.navigate({tab: 'playback', at})", when)


@pytest.fixture
def now() -> int:
    """Milliseconds since 1970, on a whole second."""
    return int(time.time()) * 1000


async def test_paused_it_shows_the_exact_picture(page: Page, now: int) -> None:
    """Whatever the playhead is put on, the picture is the one taken then or just before, to one frame."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    for when in (now - 600_000, now - 599_933, now - 595_500, now - 3_600_000 + 40, now - 300_001):
        await at(page, when)
        await shows(page, when)


async def test_playing_it_keeps_to_the_clock(page: Page, now: int) -> None:
    """Over the borders of the pieces the picture stays within a quarter of a second of the clock."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    await at(page, now // 10_000 * 10_000 - 301_500)
    await settled(page)
    await page.evaluate("host.clocks.playback.play()")
    start = await page.evaluate("host.clocks.playback.now")
    differences = []

    async def passed() -> bool:
        clock = await page.evaluate("host.clocks.playback.now")
        differences.append(clock - await shown(page))
        return clock > start + 4_000

    await until(passed)
    assert float(np.median(np.abs(differences))) < 200, differences
    assert await page.evaluate("host.clocks.playback.holders.size") == 0


async def test_clock_waits_for_the_picture(page: Page, now: int) -> None:
    """While a piece is on its way the clock is held, once; it runs on when the picture is there."""
    gate = asyncio.Event()

    async def late(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await page.evaluate("names => host.watch(names)", await names(page, 1))
    await page.route("**/video/**", late)
    await page.evaluate("host.clocks.playback.play()")
    await at(page, now - 400_000)
    await page.wait_for_function("() => host.clocks.playback.holders.size === 1")
    await expect(page.locator("incident-playback").get_by_text("Loading")).to_be_visible()
    assert await page.evaluate("host.clocks.playback.holds") == 1
    gate.set()
    await page.wait_for_function("() => host.clocks.playback.holders.size === 0")
    await settled(page)


async def test_gap_is_said_and_left(page: Page, site: Site) -> None:
    """Where the recorder has nothing, no picture stands; a button leads to where recording goes on."""
    cameras = await page.evaluate("host.bridge.cameras()")
    await page.evaluate("names => host.watch(names)", [cameras[-1]["name"]])
    day = "start=${new Date(Date.now() - 9e6).toISOString()}&end=${new Date().toISOString()}"
    spans = (
        await page.evaluate(
            f"id => host.get(`recorded/${{encodeURIComponent(id)}}?{day}`)", cameras[-1]["id"]
        )
    )["spans"]
    assert len(spans) == 2
    gap, after = (
        await page.evaluate("Date.parse", spans[0]["end"]),
        await page.evaluate("Date.parse", spans[1]["start"]),
    )
    await at(page, gap + 20_000)
    element = page.locator("incident-playback")
    await expect(element).to_contain_text("No recording at this time")
    await element.get_by_role("button", name="Go to").click()
    await shows(page, math.ceil(after))
    await at(page, gap - 500)
    await shows(page, gap - 500)


async def test_recorder_trouble_is_said_and_retried(watched: Watched, now: int) -> None:
    """The problem's own words, and Retry that works."""
    page = watched.page
    watched.provoked += ["503"]
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    refusal = problem("Cannot perform this action. Try again later.", "The recorder does not answer.", 503)
    await page.route("**/video/**", lambda route: route.fulfill(**refusal))
    await at(page, now - 500_000)
    element = page.locator("incident-playback")
    await expect(element).to_contain_text("The recorder does not answer.")
    await page.unroute("**/video/**")
    await element.get_by_role("button", name="Retry").click()
    await shows(page, now - 500_000)


async def test_damaged_piece_is_said_and_others_play(watched: Watched, now: int) -> None:
    """Bytes that are no video: said so; elsewhere on the timeline pictures come."""
    page = watched.page
    watched.provoked += ["MEDIA", "media"]
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    headers = {"Video-Start": "2026-01-01T00:00:00Z", "Video-Codec": "avc1.42c01e"}
    await page.route(
        "**/video/**", lambda route: route.fulfill(status=200, body=b"\0" * 5_000, headers=headers)
    )
    await at(page, now - 500_000)
    element = page.locator("incident-playback")
    await expect(element).to_contain_text("The picture cannot be shown")
    await page.unroute("**/video/**")
    await at(page, now - 700_000)
    await shows(page, now - 700_000)


async def test_codec_of_no_browser_is_said(page: Page, now: int) -> None:
    """What this browser cannot play is named."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    headers = {"Video-Start": "2026-01-01T00:00:00Z", "Video-Codec": "xvc9.1"}
    await page.route("**/video/**", lambda route: route.fulfill(status=200, body=b"x", headers=headers))
    await at(page, now - 500_000)
    await expect(page.locator("incident-playback")).to_contain_text("This browser cannot play xvc9.1")


async def test_browser_that_plays_nothing_says_so(page: Page, now: int) -> None:
    """The codec has the name that people know, and it is said what to do; Retry asks again."""
    await page.evaluate("() => { MediaSource.isTypeSupported = () => false; }")
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/video/" in request.url else None)
    await at(page, now - 500_000)
    element = page.locator("incident-playback")
    await expect(element).to_contain_text(re.compile(r"This browser cannot play H\.264 \(avc1\.\w+\)"))
    await expect(element).to_contain_text("Export the sequence to see it in another player.")
    count = len(asked)
    await element.get_by_role("button", name="Retry").click()
    await until(lambda: len(asked) > count, "the picture to be asked for again")
    await expect(element).to_contain_text("This browser cannot play H.264")


async def test_dragging_the_timeline_asks_for_little(page: Page, now: int) -> None:
    """A quick run over the timeline ends on the last place; what lies on the way is hardly asked for."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/video/" in request.url else None)
    await page.evaluate(
        """async from => {
          host.bridge.navigate({tab: 'playback', at: from});
          for (let step = 1; step <= 30; step += 1) {
            host.clocks.playback.seek(from + step * 60000 + 7);
            await new Promise(r => setTimeout(r, 16));
          }
        }""",
        now - 3_000_000,
    )
    await shows(page, now - 3_000_000 + 30 * 60_000 + 7)
    assert len(asked) <= 8, asked


async def test_edge_of_the_recording_comes_by_itself(page: Page, now: int) -> None:
    """A few seconds before now: the picture comes as soon as it is recorded."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    when = now + 2_000
    await at(page, when)
    await expect(page.locator("incident-playback")).to_contain_text("Not recorded yet")
    await shows(page, when)


async def test_leaving_the_page_lets_go_of_everything(page: Page, now: int) -> None:
    """Taken out of the page the element releases clock and video; put back it plays again."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    await at(page, now - 500_000)
    await settled(page)
    await page.evaluate(
        "() => { window.parted = document.querySelector('incident-playback');"
        " window.home = parted.parentNode; parted.remove(); }"
    )
    assert await page.evaluate("parted.video.hasAttribute('src')") is False
    await page.evaluate("home.append(parted)")
    await shows(page, now - 500_000)


async def names(page: Page, count: int) -> list[str]:
    """The names of the first cameras."""
    return (await page.evaluate("host.bridge.cameras().map(c => c.name)"))[:count]


async def test_what_failed_is_asked_for_again_with_a_pause(watched: Watched, now: int) -> None:
    """A part further on that a recorder cannot give is not asked for in a storm."""
    page = watched.page
    watched.provoked.append("status of 503")
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    refused: list[float] = []

    async def answer(route: Route) -> None:
        if not given:
            given.append(route.request.url)
            await route.continue_()
            return
        refused.append(time.monotonic())
        await route.fulfill(**problem("Cannot perform this action. Try again later.", "It is away.", 503))

    given: list[str] = []
    await page.route("**/video/**", answer)
    await at(page, now // 10_000 * 10_000 - 300_000)
    await settled(page)
    said = page.get_by_text(re.compile(r"Cannot fetch beyond \d\d:\d\d:\d0"))
    await expect(said).to_be_visible()
    await until(lambda: len(refused) >= 3, "the third question")
    assert all(later - earlier > 2 for earlier, later in pairwise(refused))


async def test_small_pictures_are_shown_while_somebody_drags(page: Page, now: int) -> None:
    """They help to search; they go when the exact picture is there, and are never taken for it."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    glimpse = page.locator("incident-playback img.glimpse")
    waiting = asyncio.Event()

    async def answer(route: Route) -> None:
        await waiting.wait()
        with contextlib.suppress(Error):  # The page gave this one up.
            await route.continue_()

    await page.route("**/video/**", answer)
    moment = now - 900_000

    async def found() -> bool:
        nonlocal moment
        moment += 2_000
        await at(page, moment)
        return await glimpse.is_visible()

    await until(found, "a small picture")
    assert await page.evaluate("document.querySelector('incident-playback').showing") == "loading"
    waiting.set()
    await shows(page, moment)
    await expect(glimpse).to_be_hidden()
