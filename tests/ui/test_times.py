"""Times as the pages show and take them, wherever and whenever clocks are set."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Route

import incident_plugin
from tests.browsing import in_shared_browser
from tests.transitions import transitions

pytestmark = in_shared_browser

COMMON = Path(incident_plugin.__file__).parent / "ui/common"

#: Gives the moments that are shown like another one, and those that cannot be entered as they are shown.
CHECK = """async ([moments, around]) => {
  const { dateTime } = await import('/time.js');
  const { instantsOf, localText } = await import('/zoned.js');
  return moments.filter(([zone, at]) => {
    const instants = around.map((by) => (at + by) * 1000);
    const shown = new Set(instants.map((each) => dateTime(each, zone)));
    const entered = instants.every((each) => instantsOf(localText(each, zone), zone).includes(each));
    return shown.size < instants.length || !entered;
  });
}"""
AROUND = (-10_800, -7_200, -5_400, -3_601, -3_600, -1_800, -1, 0, 1, 1_800, 3_599, 3_600, 7_200, 10_800)


async def test_no_two_instants_are_shown_alike_whenever_clocks_are_set(browser: Browser) -> None:
    """Around every transition, and beyond the end of 32 bits; and each can be entered as it is shown."""
    page = await browser.new_page()

    async def served(route: Route) -> None:
        name = Path(route.request.url).name
        if name.endswith(".js"):
            await route.fulfill(path=COMMON / name)
        else:
            await route.fulfill(body="<title>Times</title>", content_type="text/html")

    await page.route("**/*", served)
    await page.goto("http://site.invalid/")
    moments = [(each.zone, each.at) for each in transitions()] + [("Europe/Berlin", 2**31)]
    assert await page.evaluate(CHECK, [moments, AROUND]) == []
    await page.close()
