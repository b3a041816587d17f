"""Windows hear of changes as they happen, over one stream for each browser."""

from __future__ import annotations

import asyncio

from playwright.async_api import Page

from tests.browsing import in_shared_browser
from tests.ui_list.conftest import Opening
from tests.ui_list.site import Site
from tests.waiting import until

pytestmark = in_shared_browser

#: Keeps what a window hears.
FOLLOW = """async () => {
  const { followChanges } = await import('/plugins/incident/ui/common/changes.js');
  const bridge = {
    principal: { id: 'olivia' },
    url: (path) => '/plugins/incident/' + path,
    fetch(path, init) {
      globalThis.asked = (globalThis.asked ?? 0) + 1;
      return fetch('/plugins/incident/' + path, init);
    },
  };
  const heard = globalThis.heard = { projects: [], properties: 0, missed: 0, live: false };
  globalThis.stop = followChanges(bridge, {
    project: (change) => heard.projects.push(change),
    properties: () => { heard.properties += 1; },
    missed: () => { heard.missed += 1; },
    live: (live) => { heard.live = live; },
  });
}"""


async def following(page: Page) -> None:
    await page.evaluate(FOLLOW)
    await until(lambda: page.evaluate("heard.live"), "a stream")


async def told(page: Page, number: int) -> bool:
    return await page.evaluate("number => heard.projects.some(one => one.project === number)", number)


async def test_all_windows_of_a_browser_share_one_stream(opening: Opening, site: Site) -> None:
    """Both hear of a change within a second; when the one that reads closes, the other takes over."""
    first = await opening("nowhere/")
    second = await first.context.new_page()
    await second.goto(first.url)
    for page in (first, second):
        await following(page)
    assert await first.evaluate("globalThis.asked") == 1
    assert await second.evaluate("globalThis.asked") is None
    begun = asyncio.get_running_loop().time()
    number = site.create()
    for page in (first, second):
        await until(lambda page=page: told(page, number), "the change")
    assert asyncio.get_running_loop().time() - begun < 1
    await first.close()
    later = site.create()
    await until(lambda: told(second, later), "a change after the other window closed")
    assert await second.evaluate("globalThis.asked") == 1


async def test_without_locks_each_window_has_a_stream(opening: Opening, site: Site) -> None:
    """As over plain HTTP from another machine."""
    page = await opening("nowhere/")
    await page.evaluate("Object.defineProperty(navigator, 'locks', { value: undefined })")
    await following(page)
    number = site.create()
    await until(lambda: told(page, number), "the change")


async def test_a_stream_that_breaks_is_taken_up_where_it_was(opening: Opening, site: Site) -> None:
    """What happened meanwhile is told; the window knows when it is not up to date."""
    page = await opening("nowhere/", provoked=("Failed to load resource",))
    await following(page)
    await until(lambda: told(page, site.create()), "a change")
    await page.context.route("**/events*", lambda route: route.abort())
    site.runtime.parts.incidents.events.end()
    await until(lambda: page.evaluate("!heard.live"), "the loss of the stream")
    meanwhile = site.create()
    await page.context.unroute_all(behavior="wait")
    await until(lambda: told(page, meanwhile), "what happened meanwhile")
    assert await page.evaluate("heard.live")
