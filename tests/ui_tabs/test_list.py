"""The list of incident projects in a real browser."""

from __future__ import annotations

from playwright.async_api import expect

from incident_plugin.domain.errors import StoreUnavailable, Unreadable
from tests.browsing import in_shared_browser

from .world import COLLEAGUE, LOBBY, YARD, footage

pytestmark = in_shared_browser

HOSTILE = '<img src=x onerror="document.title=\'broken\'"><script>document.title="broken"</script>{{7*7}}'


async def test_newest_first_with_what_operators_look_for(open_at, world) -> None:
    """Each project is one line with its status, type, times and description; the newest is on top."""
    world.project(footage(LOBBY, 0, 40), type="theft", description="Bag taken\nsecond line")
    world.project(footage(YARD, 5, 60), footage(LOBBY, 6, 30), status="closed", owner="Olga Operator")
    page = await open_at()
    rows = page.get_by_role("row")
    await expect(rows.nth(1)).to_contain_text("Closed")
    await expect(rows.nth(1)).to_contain_text("2026-03-02 12:05")
    await expect(rows.nth(1)).to_contain_text("Olga Operator")
    await expect(rows.nth(2)).to_contain_text("Theft")
    await expect(rows.nth(2)).to_contain_text("Bag taken")
    await expect(page.get_by_text("2 incident projects")).to_be_visible()


async def test_nothing_yet_says_how_projects_come_about(open_at) -> None:
    """An empty list is no blank page."""
    page = await open_at()
    await expect(page.get_by_text("No incident projects yet")).to_be_visible()
    await expect(page.get_by_text("Start one in Live")).to_be_visible()


async def test_no_permission_is_said_in_the_words_operators_know(open_at, server) -> None:
    """Whoever may not read gets the message and no retry."""
    server.refuse["GET projects"] = Unreadable("Your role does not include incident projects.")
    page = await open_at()
    await expect(page.get_by_text("This information is not available to you.")).to_be_visible()
    await expect(page.get_by_role("button", name="Retry")).to_have_count(0)


async def test_a_failure_keeps_the_list_and_says_that_it_may_be_old(open_at, server, world) -> None:
    """A server in trouble does not blank what was shown; Retry works when there is nothing to show."""
    server.refuse["GET projects"] = StoreUnavailable("The disk is full.")
    page = await open_at(clock=True)
    await expect(page.get_by_text("The disk is full.")).to_be_visible()
    world.project(description="Back again")
    server.refuse.clear()
    await page.get_by_role("button", name="Retry").click()
    row = page.get_by_role("row", name="Back again")
    await expect(row).to_be_visible()
    server.refuse["GET projects"] = StoreUnavailable("The disk is full.")
    await page.clock.fast_forward(5_000)
    await expect(page.get_by_text("This list may be out of date")).to_be_visible()
    await expect(row).to_be_visible()


async def test_a_hundred_on_a_page(open_at, world) -> None:
    """Older projects are on further pages, and the way back leads to the newest."""
    for number in range(1, 251):
        world.project(description=f"Number {number}.")
    page = await open_at()
    await expect(page.get_by_role("row", name="Number 250.")).to_be_visible()
    await expect(page.locator("tbody tr")).to_have_count(100)
    await page.get_by_role("button", name="Older").click()
    await expect(page.get_by_role("row", name="Number 150.")).to_be_visible()
    await page.get_by_role("button", name="Older").click()
    await expect(page.locator("tbody tr")).to_have_count(50)
    await expect(page.get_by_role("button", name="Older")).to_be_disabled()
    await page.get_by_role("button", name="Newer").click()
    await page.get_by_role("button", name="Newer").click()
    await expect(page.get_by_role("row", name="Number 250.")).to_be_visible()


async def test_filter_by_id_and_text_stays_over_a_reload(open_at, world) -> None:
    """What one filtered for is there after the page was loaded again; clearing shows all."""
    world.project(description="Broken window")
    world.project(description="Stolen bicycle")
    page = await open_at()
    await page.get_by_label("Text in description").fill("bicycle")
    await expect(page.get_by_text("1 incident project", exact=True)).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Text in description")).to_have_value("bicycle")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_label("ID", exact=True).fill("1x")
    await expect(page.get_by_text("No incident project matches this filter")).to_be_visible()
    await page.get_by_role("button", name="Clear filter").first.click()
    await expect(page.locator("tbody tr")).to_have_count(2)


async def test_arrows_choose_and_enter_opens(open_at, world) -> None:
    """The list works without a mouse, from the filter to the project and back to the same line."""
    for number in range(1, 6):
        world.project(description=f"Number {number}.")
    page = await open_at()
    await page.get_by_role("row", name="Number 5.").wait_for()
    await page.get_by_label("Text in description").focus()
    await page.keyboard.press("Tab")
    for _ in range(3):
        await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("row", name="Number 2.")).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_role("complementary")).to_contain_text("Incident project 2")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Incident project 2")).to_be_visible()
    await page.get_by_role("button", name="All incident projects").click()
    await expect(page.get_by_role("row", name="Number 2.")).to_be_focused()


async def test_a_project_of_somebody_else_appears_and_the_selection_stays(open_at, world) -> None:
    """The list is read again while it is seen; focus and selection stay on the project, not on the line."""
    world.project(description="Mine")
    page = await open_at(clock=True)
    await page.get_by_role("row", name="Mine").click()
    world.project(by=COLLEAGUE, description="From a colleague")
    await page.clock.fast_forward(5_000)
    await expect(page.get_by_role("row", name="From a colleague")).to_be_visible()
    await expect(page.get_by_role("row", name="Mine")).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_role("row", name="Mine")).to_be_focused()


async def test_delete_asks_and_names_the_project(open_at, world) -> None:
    """Nothing is deleted without a yes; afterwards the next project is selected."""
    world.project(description="Stays")
    world.project(footage(LOBBY, 0, 10), description="Goes away")
    page = await open_at()
    await page.get_by_role("row", name="Goes away").click()
    await page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete incident project")
    await expect(dialog).to_contain_text("Incident project 2 “Goes away” is deleted")
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    await page.keyboard.press("Escape")
    assert 2 in world.projects
    await page.get_by_role("button", name="Delete").click()
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("row", name="Goes away")).to_have_count(0)
    await expect(page.get_by_role("row", name="Stays")).to_have_attribute("aria-selected", "true")
    assert list(world.projects) == [1]


async def test_deleting_what_is_gone_already_says_so(open_at, world) -> None:
    """The message of the manual, with who did it, and the line goes."""
    world.project(description="Gone")
    page = await open_at()
    await page.get_by_role("row", name="Gone").click()
    await page.get_by_role("button", name="Delete").click()
    world.projects.clear()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("Cannot perform this action. Please refresh the list.")).to_be_visible()
    await expect(page.get_by_text("was deleted by Carl Colleague")).to_be_visible()
    await expect(page.get_by_text("No incident projects yet")).to_be_visible()


async def test_only_permitted_buttons_are_drawn(open_at, server, world) -> None:
    """What one may not do is not offered."""
    server.permissions = {"incident.projects.view", "incident.projects.details.view"}
    world.project(description="Look only")
    page = await open_at()
    await page.get_by_role("row", name="Look only").click()
    await expect(page.get_by_role("complementary").get_by_role("button")).to_have_text(["Open"])


async def test_hostile_texts_stay_texts(open_at, world) -> None:
    """A description, a name and a camera that look like markup are shown as they were written."""
    world.project(footage(LOBBY, 0, 40, name=HOSTILE), description=HOSTILE, owner=HOSTILE)
    page = await open_at()
    await page.locator("tbody tr").click()
    await expect(page.get_by_role("complementary")).to_contain_text("<script>")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Description", exact=True)).to_have_value(HOSTILE)
    await page.get_by_role("tab", name="Sequence list").click()
    await expect(page.get_by_role("cell", name=HOSTILE, exact=True)).to_be_visible()
    await page.get_by_role("tab", name="Activity logs").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text("<script>")
    assert await page.title() == "Tabs"
