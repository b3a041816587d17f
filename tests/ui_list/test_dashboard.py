"""The dashboard in a real browser: what is drawn leads to the list behind it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from playwright.async_api import expect

from tests.browsing import in_shared_browser
from tests.domain.examples import sequence
from tests.ui_list.conftest import Opening
from tests.ui_list.site import Site

pytestmark = in_shared_browser


async def test_each_mark_leads_to_its_list(opening: Opening, site: Site) -> None:
    """A status, a camera, a day, an hour of the week: as many lines as the mark says."""
    site.create(sequence(camera="dock"), description="One")
    site.create(description="Two", status="closed")
    site.create(description="Three", status="closed")
    page = await opening("incidents/dashboard")
    for mark, lines in ((r"Closed", 2), (r"Dock", 1)):
        await page.get_by_role("link", name=mark).click()
        await expect(page.locator("tbody tr")).to_have_count(lines)
        assert "created-from~-30d" in page.url
        await page.go_back()
        await expect(page.get_by_text("3 incident projects")).to_be_visible()
    for chart in ("Created per day", "Created by weekday and hour"):
        await page.get_by_role("group", name=chart).get_by_role("link").last.press("Enter")
        await expect(page.locator("tbody tr")).to_have_count(3)
        await page.go_back()
        await expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


async def test_filters_and_period_narrow_it(opening: Opening, site: Site) -> None:
    """They stand in the address; the list takes them over."""
    site.create(description="One", type="theft")
    site.create(description="Two", type="fire")
    page = await opening("incidents/dashboard/type~theft")
    await expect(page.get_by_text("1 incident project", exact=True)).to_be_visible()
    await page.get_by_label("Period").select_option("Last 7 days")
    assert page.url.endswith("#/incidents/dashboard/type~theft/created-from~-7d")
    await page.get_by_role("button", name="List", exact=True).click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    assert page.url.endswith("#/incidents/list/type~theft/created-from~-7d")


async def test_the_list_is_as_it_was_after_a_look(opening: Opening, site: Site) -> None:
    """The period that the dashboard begins with narrows nothing that nobody narrowed."""
    site.create(description="One", type="theft")
    page = await opening()
    await page.get_by_role("button", name="Dashboard").press("Enter")
    await expect(page.get_by_role("link", name="Theft")).to_be_visible()
    back = page.get_by_role("button", name="List", exact=True)
    await expect(back).to_be_focused()
    await page.get_by_role("button", name="Unowned").filter(visible=True).click()
    await back.press("Enter")
    await expect(page.locator("tbody tr")).to_be_focused()
    assert page.url.endswith("#/incidents/list/owner~")
    await expect(page.get_by_text("Created within")).to_have_count(0)


async def test_it_can_be_saved_as_a_table(opening: Opening, site: Site, tmp_path: Path) -> None:
    """What is drawn, as lines of a spreadsheet; no name is a formula there."""
    site.create(description="One", owner="=1+1")
    page = await opening("incidents/dashboard")
    await expect(page.get_by_text("1 incident project", exact=True)).to_be_visible()
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Save as CSV").click()
    path = tmp_path / "dashboard.csv"
    await (await coming.value).save_as(path)
    lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert ["Status", "New", "1"] in lines
    assert ["Owner", "'=1+1", "1"] in lines


async def test_it_follows_what_happens(opening: Opening, site: Site) -> None:
    """A new project is counted without a reload."""
    site.create(description="One")
    page = await opening("incidents/dashboard")
    await expect(page.get_by_text("1 incident project", exact=True)).to_be_visible()
    site.create(description="Two")
    await expect(page.get_by_text("2 incident projects")).to_be_visible()
