"""Collecting as an operator at Chromium feels it, and what the host's page costs with sixteen pictures."""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import median, quantiles

from bench.product import Product, product
from bench.rows import Row, write
from playwright.async_api import Page, expect
from tests.journeys.operator import Operator, until_readable

_STARTS, _LOADS = 50, 15
_WATCHED_FOR = 20_000
_TILES = Path(__file__).with_name("tiles.js")

#: From the next press of a key until the page shows that it was heard, and until it says what is on disk.
_PRESS = """() => new Promise((resolve) => {
  addEventListener('keydown', () => {
    const began = performance.now();
    const bar = document.querySelector('incident-status').shadowRoot.querySelector('.bar');
    let heard = null;
    const look = () => {
      if (!bar.hidden) heard ??= performance.now() - began;
      if (!bar.hidden && bar.textContent.includes('Collecting')) resolve([heard, performance.now() - began]);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, { capture: true, once: true });
})"""
#: Discards what is collected, as another page of the operator would.
_DISCARD = """async () => {
  const { collections } = await (await fetch('/plugins/incident/collections')).json();
  for (const { id } of collections) {
    await fetch(`/plugins/incident/collections/${id}/discard`, { method: 'POST' });
  }
  // The page asks anew when it is looked at again, unless it is asking already.
  const bar = document.querySelector('incident-status').shadowRoot.querySelector('.bar');
  while (!bar.hidden) {
    document.dispatchEvent(new Event('visibilitychange'));
    await new Promise((settle) => { setTimeout(settle, 20); });
  }
}"""
_PAINT = "() => performance.getEntriesByName('first-paint')[0].startTime"
#: What the host's own modules have as kB, read before a reload finds them in the cache.
_SCRIPTS = """() => performance.getEntriesByType('resource')
  .filter(({ name }) => name.endsWith('.js') && !name.includes('/plugins/'))
  .reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0) / 1000"""


async def start_rows(operator: Operator) -> list[Row]:
    """Press F9 in the Live tab, with its pictures."""
    page, heard, durable = operator.page, [], []
    bar = page.locator("incident-status .bar")
    for _ in range(_STARTS):
        await expect(bar).to_be_hidden()
        pressed = asyncio.create_task(page.evaluate(_PRESS))
        await page.evaluate("0")
        await page.keyboard.press("F9")
        one, other = await pressed
        heard.append(one)
        durable.append(other)
        await page.evaluate(_DISCARD)
    p99 = [quantiles(found, n=100)[98] for found in (heard, durable)]
    return [
        Row.below("start: press to shown as heard, p99", p99[0], "ms", limit=100, n=_STARTS),
        Row.below("start: press to durable and shown, p99", p99[1], "ms", limit=500, n=_STARTS),
    ]


async def load_rows(page: Page) -> list[Row]:
    """Load the Live tab again and again."""
    size, paints = await page.evaluate(_SCRIPTS), []
    for _ in range(_LOADS):
        await page.reload()
        await expect(page.locator("host-view-item").first).to_be_visible()
        paints.append(await page.evaluate(_PAINT))
    return [
        Row.below("first paint", median(paints), "ms", limit=500, n=_LOADS),
        Row.below("JavaScript of the page", size, "kB", limit=150, n=1),
    ]


async def tile_rows(operator: Operator) -> list[Row]:
    """Show sixteen live pictures at once, each of the four cameras four times."""
    page = operator.page
    await page.keyboard.press("v")
    await page.keyboard.press("4")
    for number in range(16):
        await operator.view_item(number + 1).click(position={"x": 20, "y": 40})
        await page.get_by_role("treeitem", level=2).nth(number % 4).click()
    for number in range(16):
        await until_readable(operator, operator.view_item(number + 1).locator("incident-live video"))
    seen = await page.evaluate(_TILES.read_text(), _WATCHED_FOR)
    assert seen["videos"] == 16
    return [
        Row(
            name="16 tiles: pictures missed in long tasks",
            value=seen["byPage"],
            unit="",
            against=f"{seen['shown']} shown, {seen['missed']} missed, {seen['dropped']} dropped in all",
            ratio=seen["byPage"] / seen["shown"],
            goal="0",
            holds=seen["byPage"] == 0,
            n=16,
        ),
        Row(
            name="16 tiles: long tasks of the page",
            value=seen["longTasks"],
            unit="",
            against=f"{_WATCHED_FOR / 1000:g} s",
            ratio=seen["longTasks"],
            goal="0",
            holds=seen["longTasks"] == 0,
            n=16,
        ),
    ]


async def measure(product: Product) -> list[Row]:
    """Measure at one operator's browser."""
    operator = await product.operator()
    await until_readable(operator, operator.view_item(1).locator("incident-live video"))
    return [
        *await start_rows(operator),
        *await load_rows(operator.page),
        *await tile_rows(operator),
    ]


async def main() -> None:
    """Start the product, and measure."""
    async with product() as running:
        write("collecting", await measure(running))


if __name__ == "__main__":
    asyncio.run(main())
