"""Whole procedures of the manual without a mouse: all is reached, and the focus is seen on the way."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect
from tests.browsing import in_shared_browser
from tests.journeys.operator import Operator
from tests.journeys.sites import RunningSite
from tests.journeys.test_counted_journey import DESCRIPTION, with_video
from tests.keyboard import focused, go_to

pytestmark = in_shared_browser


async def turn_to(page: Page, part: str) -> None:
    """With the focus on the tabs of a project, move to one of them by arrow."""
    for _ in range(9):
        if part in await focused(page):
            return
        await page.keyboard.press("ArrowRight")
    raise AssertionError(f"There is no tab {part}")


async def test_from_live_to_a_project_with_comment_and_call(operator: Operator) -> None:
    """Followed over cameras and saved; the focus stays with what is being written, also when it is saved."""
    page, keyboard = operator.page, operator.page.keyboard
    await operator.sign_in("supervisor")
    await expect(page.get_by_role("group", name="View item 4: Yard")).to_be_visible()
    await keyboard.press("z")
    await keyboard.press("F9")
    card = page.get_by_role("group", name="Started")
    await expect(card).to_contain_text("Lobby")
    for camera in ("Corridor", "Yard"):
        await keyboard.press("c")
        await keyboard.type(camera)
        await keyboard.press("Enter")
        await expect(card).to_contain_text(camera)
    await keyboard.press("Shift+F9")
    await expect(page.get_by_role("dialog", name="Save incident project")).to_be_visible()
    await keyboard.type("Theft")
    await keyboard.press("Control+Enter")
    await expect(page.get_by_text(re.compile(r"Incident project \d+ is saved")).first).to_be_visible()
    await go_to(page, "Open", "Shift+Tab")
    await keyboard.press("Enter")
    await expect(page.get_by_role("tab", name="Main details")).to_be_focused()

    await expect(page.get_by_role("tab", name="Sequence list")).to_contain_text("3")
    await turn_to(page, "Comments")
    await go_to(page, "New comment")
    await keyboard.type("The guard was called.")
    await keyboard.press("Control+Enter")
    await expect(page.get_by_role("listitem").filter(has_text="The guard was called.")).to_be_visible()
    assert await focused(page) == "New comment"

    await go_to(page, "Comments", "Shift+Tab")
    await turn_to(page, "Calls")
    await go_to(page, "Add call")
    await keyboard.press("Enter")
    await go_to(page, "Person")
    await keyboard.type("Guard Greta")
    await go_to(page, "Save")
    await keyboard.press("Enter")
    await expect(page.get_by_role("listitem").filter(has_text="Guard Greta")).to_be_visible()
    await expect(page.get_by_role("button", name="Add call")).to_be_focused()

    await go_to(page, "Calls", "Shift+Tab")
    await turn_to(page, "Activity logs")
    await go_to(page, "Kind")
    await keyboard.type("Calls")
    await expect(page.locator(".activity tbody tr")).to_have_count(1)
    assert await focused(page) == "Kind"


async def test_recorded_video_to_an_existing_project(operator: Operator, site: RunningSite) -> None:
    """Gone to, marked, added, looked at, removed and put back; the same hint twice is one notice."""
    number = with_video(site)
    page, keyboard = operator.page, operator.page.keyboard
    await operator.sign_in("supervisor")
    await keyboard.press("g")
    await keyboard.press("p")
    await expect(page.get_by_role("link", name="Playback")).to_have_attribute("aria-current", "page")
    await keyboard.press("Enter")
    await keyboard.press("Enter")
    await expect(page.get_by_text("Mark the start with [ and the end with ] first")).to_have_count(1)
    await go_to(page, "Go to time")
    await keyboard.type("-3m")
    await keyboard.press("Enter")
    for key in ("[", "Shift+ArrowRight", "]", "e"):
        await keyboard.press(key)
    choosing = page.get_by_role("dialog", name="Choose incident project")
    await expect(choosing.get_by_role("row", name=DESCRIPTION)).to_be_visible()
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(page.get_by_text(f"Added to incident project {number}")).to_be_visible()
    await keyboard.press("F8")
    assert await focused(page) == "Open"
    await keyboard.press("Enter")
    await expect(page.get_by_role("tab", name="Main details")).to_be_focused()
    await turn_to(page, "Sequence list")
    await go_to(page, "View video")
    await keyboard.press("Enter")
    window = page.get_by_role("dialog", name=f"View video: incident project {number}")
    await expect(window.get_by_role("button", name="Play", exact=True)).to_be_focused()
    await keyboard.press("Space")
    await expect(window.get_by_role("button", name="Pause")).to_be_visible()
    await keyboard.press("Escape")
    assert await focused(page) == "View video"
    await go_to(page, "Select Lobby")
    rows = page.locator(".sequences tbody tr")
    several = await rows.count()
    await keyboard.press("Delete")
    await go_to(page, "Remove")
    await keyboard.press("Enter")
    await expect(rows).to_have_count(several - 1)
    await expect(rows.first.get_by_role("checkbox")).to_be_focused()
    await keyboard.press("Control+z")
    await expect(rows).to_have_count(several)


async def test_report_and_export(operator: Operator, site: RunningSite) -> None:
    """Found, reported with names, exported, and taken along; the preview shows that it has the focus.

    A key that adds marked video does and says nothing where there is no video.
    """
    number = with_video(site)
    page, keyboard = operator.page, operator.page.keyboard
    await operator.sign_in("supervisor")
    await keyboard.press("g")
    await keyboard.press("i")
    await expect(page.get_by_role("row", name=DESCRIPTION)).to_be_visible()
    await keyboard.press("e")
    await go_to(page, DESCRIPTION[:9])
    await keyboard.press("Enter")
    await expect(page.get_by_role("tab", name="Main details")).to_be_focused()
    await expect(page.get_by_text("Mark the start")).to_have_count(0)
    await go_to(page, "Create report")
    await keyboard.press("Enter")
    report = page.get_by_role("dialog", name=f"Report: incident project {number}")
    await expect(report.locator("iframe")).to_be_visible()
    await go_to(page, "Show user names")
    await keyboard.press("Space")
    await expect(report.get_by_role("button", name="Save")).to_be_enabled()
    await go_to(page, "Save")
    async with page.expect_download() as download:
        await keyboard.press("Enter")
    assert (await download.value).suggested_filename.endswith(".pdf")
    await keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Create report")).to_be_focused()

    await go_to(page, "Send for export")
    await keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Start export")).to_be_focused()
    await keyboard.press("Enter")
    job = page.get_by_role("region", name="Exports").get_by_role("listitem").first
    await expect(job).to_contain_text("Done", timeout=120_000)
    await go_to(page, "Download all (ZIP)")
    async with page.expect_download() as download:
        await keyboard.press("Enter")
    assert (await download.value).suggested_filename.endswith(".zip")
