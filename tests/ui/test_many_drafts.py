"""The draft list at its bounds: two hundred drafts, and times that clocks showed twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from incident_plugin.adapters.host import actor_of
from incident_plugin.application.incidents.drafts import Drafts
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.sequence import Footage
from incident_plugin.domain.time import Interval
from tests.browsing import in_shared_browser
from tests.ui.hosting import Site
from tests.ui.test_picking import ADD, drafts, item

pytestmark = in_shared_browser

MANY = 200


def draft(site: Site, *footage: Footage) -> None:
    """Put footage on the operator's draft list; whether a recorder has it is not asked."""
    ground = site.runtime.parts.ground
    use_case = Drafts(work=ground.work, guard=ground.guard, clock=ground.clock, ids=ground.ids)
    use_case.add(actor_of(site.principal), footage)


async def drafted(site: Site, page: Page, count: int) -> None:
    """Have so many on the operator's draft list, of two cameras in turn."""
    start = datetime.now(UTC) - timedelta(hours=1)
    names = await page.evaluate("host.bridge.cameras().slice(0, 2).map(c => [c.id, c.name])")
    footage = tuple(
        Footage(
            camera=CameraId(names[n % 2][0]),
            camera_name=names[n % 2][1],
            recorder="Demo",
            interval=Interval(start + timedelta(seconds=n), start + timedelta(seconds=n + 5)),
        )
        for n in range(count)
    )
    draft(site, *footage)


async def test_two_hundred_drafts(page: Page, site: Site) -> None:
    """They scroll under their heads, leave one after the other by key, and go to a project; it is said which.

    One that left the list in another tab meanwhile is not said to be added.
    """
    await drafted(site, page, MANY)
    await item(page, "live").get_by_role("button", name=ADD).click()
    await page.get_by_role("menuitem", name="View draft sequence list").click()
    dialog = page.get_by_role("dialog", name="Draft sequence list")
    rows = dialog.get_by_role("row")
    await expect(rows).to_have_count(MANY + 1)
    await rows.last.scroll_into_view_if_needed()
    await expect(dialog.get_by_role("columnheader", name="Camera")).to_be_in_viewport(ratio=1)
    await expect(dialog.get_by_role("button", name="Add all to new incident project")).to_be_in_viewport()
    await rows.nth(100).get_by_role("button", name="Remove").focus()
    for left in (199, 198):
        await page.keyboard.press("Enter")
        await expect(rows).to_have_count(left + 1)
        await expect(rows.nth(100).get_by_role("button", name="Remove")).to_be_focused()
    first = (await page.evaluate("host.get('drafts')"))["sequences"][0]["id"]
    await page.evaluate(
        "id => host.bridge.fetch('drafts/remove', {method: 'POST', body: JSON.stringify({ids: [id]}),"
        " headers: {'Content-Type': 'application/json'}})",
        first,
    )
    await dialog.get_by_role("button", name="Add all to new incident project").click()
    details = page.get_by_role("dialog", name="Create incident project")
    await details.get_by_role("button", name="Save").click()
    notice = page.locator(".notice")
    await expect(notice).to_contain_text(re.compile(r"197 sequences: \w+ \(\d+\), \w+ \(\d+\)"))
    await expect(notice).to_contain_text("1 sequence had left the draft sequence list meanwhile")
    assert await drafts(page) == []


async def listed(page: Page) -> list[str]:
    """The ids of the operator's drafts."""
    return await page.evaluate("host.get('drafts').then(list => list.sequences.map(one => one.id))")


async def test_drafts_are_put_into_another_order(page: Page, site: Site) -> None:
    """By keyboard, which goes along; the order is kept, and is that of the project they go to."""
    await drafted(site, page, 3)
    first, second, third = await listed(page)
    await item(page, "live").get_by_role("button", name=ADD).click()
    await page.get_by_role("menuitem", name="View draft sequence list").click()
    rows = page.get_by_role("dialog", name="Draft sequence list").get_by_role("row")
    await expect(rows).to_have_count(4)
    await expect(rows.nth(1).get_by_role("button", name="Move up")).to_be_disabled()
    up = await rows.nth(2).get_by_role("button", name="Move up").bounding_box()
    off = await rows.nth(2).get_by_role("button", name="Remove").bounding_box()
    assert abs(up["y"] - off["y"]) < up["height"] / 2
    await rows.nth(1).get_by_role("button", name="Move down").focus()
    await page.keyboard.press("Enter")
    await expect(rows.nth(2).get_by_role("button", name="Move down")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(rows.nth(3).get_by_role("button", name="Remove")).to_be_focused()
    assert await listed(page) == [second, third, first]
    made = await page.evaluate(
        "host.bridge.fetch('projects', {method: 'POST', body: JSON.stringify({drafts: 'all'}),"
        " headers: {'Content-Type': 'application/json'}}).then(answer => answer.json())"
    )
    assert [one["id"] for one in made["project"]["sequences"]] == [second, third, first]


async def test_the_keyboard_stays_in_the_list(page: Page, site: Site) -> None:
    """It begins where most go on, and what is removed takes it nowhere."""
    await drafted(site, page, 3)
    await item(page, "live").get_by_role("button", name=ADD).focus()
    for key in ("Enter", "End", "Enter"):
        await page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Draft sequence list")
    await expect(dialog.get_by_role("button", name="Add all to new incident project")).to_be_focused()
    rows = dialog.get_by_role("row")
    for left in (2, 1):
        await rows.nth(1).get_by_role("checkbox").check()
        await dialog.get_by_role("button", name="Remove", exact=True).press("Enter")
        await expect(rows).to_have_count(left + 1)
        await expect(rows.nth(1).get_by_role("checkbox")).to_be_focused()
    await rows.nth(1).get_by_role("button", name="Remove").press("Enter")
    await expect(dialog).to_contain_text("The draft sequence list is empty.")
    await expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(item(page, "live").get_by_role("button", name=ADD)).to_be_focused()


async def test_drafts_of_the_hour_that_is_there_twice(page: Page, site: Site) -> None:
    """Of times that clocks showed twice the zone is told, also where the end is told without its day."""
    start = datetime(2025, 10, 26, 0, 50, tzinfo=UTC)
    camera = await page.evaluate("host.bridge.cameras()[0]")
    footage = Footage(
        camera=CameraId(camera["id"]),
        camera_name=camera["name"],
        recorder="Demo",
        interval=Interval(start, start + timedelta(minutes=20)),
    )
    draft(site, footage)
    await item(page, "live").get_by_role("button", name=ADD).click()
    await page.get_by_role("menuitem", name="View draft sequence list").click()
    cells = page.get_by_role("dialog", name="Draft sequence list").get_by_role("row").last.get_by_role("cell")
    await expect(cells).to_have_count(6)
    texts = (await cells.all_inner_texts())[2:5]
    assert texts == ["2025-10-26 02:50:00 CEST", "2025-10-26 02:10:00 CET", "20:00"]
    told = await page.evaluate(
        "async ([start, end]) => { const m = await import('/plugins/incident/ui/common/time.js');"
        " return [m.endTime(end, start, 'Europe/Copenhagen'), m.dateTime(end + 3600000, 'Europe/Copenhagen'),"
        " m.endTime(end + 86400000, start, 'Europe/Copenhagen')]; }",
        [start.timestamp() * 1000, (start + timedelta(minutes=20)).timestamp() * 1000],
    )
    assert told == ["02:10:00 CET", "2025-10-26 03:10:00", "2025-10-27 02:10:00"]
