"""Recorded video: from a click on the timeline to the exact picture, and how fast parts of it are fetched.

The peer of both is our own RTSP client asking the same recorder directly: what no player can beat.
"""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles

import httpx
from bench.product import Product, product
from bench.rows import Row, write
from playwright.async_api import Page
from tests.journeys.operator import Operator, until_readable

from incident_plugin.domain.time import Interval

_SEEKS = 25
_FETCHES = 9
_SCRUBS = 9
#: How a hand drags: so many moves, one every so many seconds.
_MOVES, _MOVE_EVERY = 40, 0.05
_PART = timedelta(seconds=10)
_FRAME_MS = 1000 / 15


async def seek_rows(product: Product, operator: Operator) -> list[Row]:
    """Click here and there on the timeline, with one camera in the view."""
    page = operator.page
    url = await product.replay_url()
    await operator.tab("Playback")
    for number in (2, 3, 4):
        await page.get_by_role("button", name=f"Empty view item {number}").click()
    await until_readable(operator, operator.view_item(1).locator("incident-playback video"))
    chance = random.Random(1)
    seeks, raw = [], []
    for turn in range(-1, _SEEKS):
        direct = await _direct(product, url, chance)
        found = await _seek(page, chance.uniform(0.02, 0.8))
        if turn >= 0:
            raw.append(direct)
            seeks.append(found)
    peer = "replay opened up to the picture"
    return [
        Row.at_most("seek, p50", median(seeks), "ms", against=peer, peer=median(raw), goal=5, n=_SEEKS),
        Row.at_most("seek, p95", _p95(seeks), "ms", against=f"{peer}, p95", peer=_p95(raw), goal=5, n=_SEEKS),
    ]


async def _direct(product: Product, url: str, chance: random.Random) -> float:
    """Milliseconds to a picture for a client that shows nothing."""
    at = datetime.now(UTC) - timedelta(minutes=chance.uniform(60, 110))
    started = time.perf_counter()
    async with product.streams.replay(url, Interval(at, at + timedelta(seconds=1))) as stream:
        async for unit in stream:
            if unit.time >= at:
                break
    return 1000 * (time.perf_counter() - started)


async def _seek(page: Page, share: float) -> float:
    """Click on the axis of the timeline; give milliseconds until the picture of that time is shown."""
    axis = await page.locator("host-timeline .axis").bounding_box()
    assert axis is not None
    await page.evaluate(f"void (looking.seen = looking.exactPictures([1], {_FRAME_MS}))")
    await page.mouse.click(axis["x"] + share * axis["width"], axis["y"] + axis["height"] / 2)
    return float(await asyncio.wait_for(page.evaluate("() => looking.seen"), 20))


async def scrub_rows(product: Product, operator: Operator) -> list[Row]:
    """Drag the playhead over five minutes in two seconds, and let go, as somebody does who searches."""
    page, url = operator.page, await product.replay_url()
    chance = random.Random(3)
    rates, settled, raw = [], [], []
    for _ in range(_SCRUBS):
        raw.append(await _direct(product, url, chance))
        axis = await page.locator("host-timeline .axis").bounding_box()
        assert axis is not None
        place, step, y = chance.uniform(0.05, 0.5), axis["width"] / 240, axis["y"] + axis["height"] / 2
        await page.evaluate("void (looking.seen = looking.picturesWhileHeld(1))")
        await page.evaluate(f"void (looking.last = looking.exactPictures([1], {_FRAME_MS}, 'pointerup'))")
        begun = time.perf_counter()
        await page.mouse.move(axis["x"] + place * axis["width"], y)
        await page.mouse.down()
        for move in range(_MOVES):
            await page.mouse.move(axis["x"] + place * axis["width"] + move * step, y)
            await asyncio.sleep(_MOVE_EVERY)
        lasted = time.perf_counter() - begun
        await page.mouse.up()
        rates.append(await page.evaluate("() => looking.seen") / lasted)
        settled.append(float(await asyncio.wait_for(page.evaluate("() => looking.last"), 20)))
    peer = median(raw)
    return [
        Row.at_most(
            "scrub: let go to the exact picture",
            median(settled),
            "ms",
            against="replay opened up to the picture",
            peer=peer,
            goal=5,
            n=_SCRUBS,
        ),
        Row.at_least(
            "scrub: pictures while it is dragged",
            median(rates),
            "a second",
            against="replays opened one after the other",
            peer=1000 / peer,
            goal=0.3,
            n=_SCRUBS,
        ),
    ]


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


async def fetch_row(product: Product) -> Row:
    """Fetch parts as the player does, and the same parts from the recorder."""
    url = await product.replay_url()
    with product.site.signed_in() as client:
        camera = next(c for c in client.get("/api/cameras").json()["cameras"] if c["name"] == "Lobby")["id"]
        address = f"/plugins/incident/video/{httpx.URL(path=camera).path}"
        times: dict[str, list[float]] = {"ours": [], "raw": []}
        for turn in range(-1, _FETCHES):
            start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=20, seconds=30 * turn)
            part = Interval(start, start + _PART)
            await _fetch(product, url, part)  # the recorder renders it
            for who in ("ours", "raw") if turn % 2 else ("raw", "ours"):
                started = time.perf_counter()
                if who == "raw":
                    await _fetch(product, url, part)
                else:
                    asked = {"start": part.start.isoformat(), "end": part.end.isoformat()}
                    answer = await asyncio.to_thread(client.get, address, params=asked)
                    assert answer.raise_for_status().content
                if turn >= 0:
                    times[who].append(1000 * (time.perf_counter() - started))
    return Row.at_most(
        f"fetch of {_PART.seconds} s as fragmented MP4",
        median(times["ours"]),
        "ms",
        against="replay over RTSP",
        peer=median(times["raw"]),
        goal=2,
        n=_FETCHES,
    )


async def _fetch(product: Product, url: str, part: Interval) -> None:
    async with product.streams.replay(url, part) as stream:
        async for _unit in stream:
            pass


async def main() -> None:
    """Measure, print and keep the rows."""
    async with product() as running:
        operator = await running.operator()
        seeks, scrubs = await seek_rows(running, operator), await scrub_rows(running, operator)
        write("playback", [*seeks, *scrubs, await fetch_row(running)])


if __name__ == "__main__":
    asyncio.run(main())
