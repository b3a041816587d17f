"""Live pictures: viewers per core against stock aiortc, and what an operator sees in Chromium."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench.camera import RATE, camera
from bench.peers.floor import Unbuildable, build, viewers_per_core
from bench.peers.janus import janus, missing
from bench.product import Product, connections_to, product
from bench.rows import Row, write
from bench.viewers import Relaying, Way, relay
from tests.journeys.operator import Operator, until_readable

_VIEWERS = 48
_CAMERAS = 16
_JANUS = "Janus, event_loops=1"
_FLOOR = "libsrtp and segmented sends in C"
_WINDOWS = 5
_WINDOW = 2.0
_FIRST_JOINS, _JOINS, _AGES = 5, 15, 60
_WINDOWS_OPEN = 3


def clip(directory: Path) -> str:
    """Ten seconds of 720p25 at 2 Mbit/s, without B pictures, with a key picture every two seconds."""
    file = directory / "clip.ts"
    picture = "testsrc2=size=1280x720:rate=25,noise=alls=12:allf=t"
    rate = ("-b:v", "2M", "-minrate", "2M", "-maxrate", "2M", "-bufsize", "1M", "-g", "50", "-bf", "0")
    coder = ("-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-pix_fmt", "yuv420p")
    source = ("-f", "lavfi", "-i", picture, "-t", "10")
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *source, *coder, *rate, file], check=True)
    return str(file)


async def relay_rows(file: str) -> list[Row]:
    """Measure the relays at work at the same time, and the one that recodes by itself: it fills a core."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(camera(file))
        passing: dict[str, Relaying] = {
            str(way): await stack.enter_async_context(relay(way, address, _VIEWERS))
            for way in (Way.OURS, Way.RELAY)
        }
        if reason := missing():
            print(f"{_JANUS} is left out: {reason}")
        else:
            passing[_JANUS] = await stack.enter_async_context(janus(file, _VIEWERS, folder))
        measuring = _viewers_per_core(passing)
        try:
            floor = viewers_per_core(build(folder), _VIEWERS, _WINDOW * (_WINDOWS + 1))
        except Unbuildable as error:
            print(f"{_FLOOR} is left out: {error}")
            found = await measuring
        else:
            found, found_floor = await asyncio.gather(measuring, floor)
            found[_FLOOR] = found_floor
        lost = sum(viewer.lost for viewer in passing[Way.OURS].viewers)
        packets = sum(viewer.packets for viewer in passing[Way.OURS].viewers)
    with camera(file) as address:
        async with relay(Way.RECODE, address, 1) as recoding:
            found |= await _viewers_per_core({Way.RECODE: recoding})
    name, ours = "viewers per core, 720p25 2 Mbit/s", found[Way.OURS]
    return [
        *(
            Row.at_least(name, ours, "", against=way, peer=found[way], goal=goal, n=_WINDOWS)
            for way, goal in ((_JANUS, 2), (Way.RELAY, 4), (Way.RECODE, 150), (_FLOOR, 0.6))
            if way in found
        ),
        Row(
            name="packets lost by our relay's viewers",
            value=lost,
            unit="",
            against=f"{packets} packets received",
            ratio=lost / packets,
            goal="0",
            holds=lost == 0,
            n=_VIEWERS,
        ),
    ]


async def cameras_row(file: str) -> Row:
    """Sixteen cameras with one viewer each: reading them is most of the work."""
    async with AsyncExitStack() as stack:
        address = stack.enter_context(camera(file))
        relays: dict[str, Relaying] = {
            str(way): await stack.enter_async_context(relay(way, address, _CAMERAS, cameras=_CAMERAS))
            for way in (Way.OURS, Way.RELAY)
        }
        found = await _viewers_per_core(relays)
    return Row.at_most(
        f"CPU of {_CAMERAS} cameras with one viewer each, part of a core",
        _CAMERAS / found[Way.OURS],
        "",
        against=Way.RELAY,
        peer=_CAMERAS / found[Way.RELAY],
        goal=0.3,
        n=_WINDOWS,
    )


async def _viewers_per_core(relays: dict[str, Relaying]) -> dict[str, float]:
    """Count what reached the viewers: a relay that falls behind gets nothing for what it leaves out."""
    await asyncio.sleep(_WINDOW)
    costs: dict[str, list[float]] = {way: [] for way in relays}
    for _ in range(_WINDOWS):
        before = {way: (await each.seconds(), each.pictures) for way, each in relays.items()}
        await asyncio.sleep(_WINDOW)
        for way, each in relays.items():
            used, pictures = await each.seconds() - before[way][0], each.pictures - before[way][1]
            costs[way].append(RATE * used / pictures)
    return {way: 1 / median(found) for way, found in costs.items()}


async def join_rows(product: Product, operator: Operator, *, gop: int, limit: float) -> list[Row]:
    """Click a camera that nobody watches, then one that somebody watches; ``gop`` is in seconds."""
    url = await product.live_url()
    await until_readable(operator, operator.view_item(1).locator("incident-live video"))
    for number in (1, 2, 3, 4):
        await operator.page.get_by_role("button", name=f"Empty view item {number}").click()
    first = []
    for _ in range(_FIRST_JOINS):
        await _until_connections(url, 0)
        first.append(await _join(operator))
    other = await product.operator()
    await until_readable(other, other.view_item(1).locator("incident-live video"))
    later = [await _join(operator) for _ in range(_JOINS)]
    await other.page.context.close()
    name = f"click to first picture, p50, {gop} s GOP"
    return [
        Row.below(f"{name}, first viewer", median(first), "ms", limit=limit, n=_FIRST_JOINS),
        Row.below(f"{name}, camera watched", median(later), "ms", limit=limit, n=_JOINS),
    ]


async def _join(operator: Operator) -> float:
    """Show the Lobby in view item 1, and empty it again; give milliseconds until its first picture."""
    page = operator.page
    await operator.view_item(1).click()
    await page.evaluate("void (looking.seen = looking.firstPicture(1))")
    await page.get_by_role("treeitem", name="Lobby").click()
    found = float(await asyncio.wait_for(page.evaluate("() => looking.seen"), 20))
    await page.get_by_role("button", name="Empty view item 1").click()
    return found


async def _until_connections(url: str, wanted: int) -> None:
    deadline = time.monotonic() + 20
    while (found := connections_to(url)) != wanted:
        assert time.monotonic() < deadline, f"{found} connections to the recorder instead of {wanted}"
        await asyncio.sleep(0.1)


async def age_row(product: Product, operator: Operator) -> Row:
    """Read the time strip of pictures as they are shown, and beside it what a bare RTSP reader gets."""
    await operator.page.get_by_role("treeitem", name="Lobby").click()
    await until_readable(operator, operator.view_item(1).locator("incident-live video"))
    shown = operator.page.evaluate(f"looking.ages(1, {_AGES})")
    ages, raw = await asyncio.gather(shown, _raw_ages(product))
    value = median(ages)
    return Row(
        name="camera to screen, p50",
        value=value,
        unit="ms",
        against=f"limit of 100 ms, of which the recorder and RTSP take {median(raw):.0f} ms",
        ratio=value / 100,
        goal="< 100 ms",
        holds=value < 100,
        n=_AGES,
    )


async def _raw_ages(product: Product) -> list[float]:
    ages = []
    async with product.streams.live(await product.live_url(), clock_offset=timedelta(0)) as stream:
        async for unit in stream:
            ages.append((datetime.now(UTC) - unit.time) / timedelta(milliseconds=1))
            # The first ones are of the past: the stream begins with the newest key picture.
            if len(ages) == _AGES:
                return ages
    raise AssertionError("the live stream ended")


async def connection_row(product: Product) -> Row:
    """Let several operators watch all four cameras."""
    url = await product.live_url()
    everybody = [await product.operator() for _ in range(_WINDOWS_OPEN)]
    for each in everybody:
        for number in (1, 2, 3, 4):
            await until_readable(each, each.view_item(number).locator("incident-live video"))
    count, cameras = connections_to(url), 4
    viewers = cameras * len(everybody)
    for each in everybody:
        await each.page.context.close()
    return Row(
        name=f"RTSP connections for {viewers} viewers of {cameras} cameras",
        value=count,
        unit="",
        against=f"one for each of {cameras} cameras",
        ratio=count / cameras,
        goal="1 x",
        holds=count == cameras,
        n=1,
    )


async def main() -> None:
    """Measure, print and keep the rows."""
    with tempfile.TemporaryDirectory() as made:
        file = clip(Path(made))
        rows = [*await relay_rows(file), await cameras_row(file)]
    async with product() as running:
        operator = await running.operator()
        rows += await join_rows(running, operator, gop=2, limit=150)
        rows.append(await age_row(running, operator))
        rows.append(await connection_row(running))
    async with product("bench.long_groups") as running:
        rows += await join_rows(running, await running.operator(), gop=10, limit=300)
    write("live", rows)


if __name__ == "__main__":
    asyncio.run(main())
