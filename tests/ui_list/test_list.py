"""The list of incident projects in real browsers, with the real plug-in behind it."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import attrs
from playwright.async_api import Locator, Page, Route, expect

from incident_plugin.domain.properties import DELIVERED
from tests.browsing import SMALLEST, in_shared_browser, problem
from tests.domain.examples import at, sequence
from tests.ui_list.conftest import Opening
from tests.ui_list.site import CARL, EVERYTHING, OLIVIA, Site

pytestmark = in_shared_browser

#: Where the list is asked for, and nothing else of projects.
LISTED = re.compile(r"/plugins/incident/projects\?")
HOSTILE = '<img src=x onerror="document.title=\'broken\'"><script>document.title="broken"</script>{{7*7}}'


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("row", name=text)


def rows(page: Page) -> Locator:
    return page.locator("tbody tr")


async def test_newest_first_with_what_operators_look_for(opening: Opening, site: Site) -> None:
    """Each project is one line with its status, type, times and description; the newest is on top."""
    site.create(type="theft", description="Bag taken\nsecond line")
    site.create(sequence(camera="dock"), status="closed", owner="Olivia Operator")
    page = await opening()
    await expect(rows(page).nth(0)).to_contain_text("Closed")
    await expect(rows(page).nth(0)).to_contain_text("2026-03-01 13:00")
    await expect(rows(page).nth(0)).to_contain_text("Olivia Operator")
    await expect(rows(page).nth(1)).to_contain_text("Theft")
    await expect(rows(page).nth(1)).to_contain_text("Bag taken")
    await expect(page.get_by_text("2 incident projects")).to_be_visible()


async def test_nothing_yet_says_how_projects_come_about(opening: Opening) -> None:
    """An empty list is no blank page, and the first project appears by itself."""
    page = await opening()
    await expect(page.get_by_text("No incident projects yet")).to_be_visible()
    await expect(page.get_by_text("Start one in Live")).to_be_visible()


async def test_no_permission_is_said_in_the_words_operators_know(opening: Opening, site: Site) -> None:
    """Whoever may not read gets the message and no retry."""
    site.access.permissions = {OLIVIA.id: frozenset()}
    page = await opening(provoked=("403",))
    await expect(page.get_by_text("This information is not available to you.")).to_be_visible()
    await expect(page.get_by_role("button", name="Retry")).to_have_count(0)


async def test_a_failure_keeps_the_list_and_says_that_it_may_be_old(opening: Opening, site: Site) -> None:
    """A server in trouble does not blank what was shown; Retry works when there is nothing to show."""
    site.create(description="Kept")
    page = await opening("incidents/1", provoked=("503",))
    broken = problem("Cannot perform this action. Try again later.", "The disk is full.", 503)

    async def refuse(route: Route) -> None:
        await route.fulfill(**broken)

    await page.route(LISTED, refuse)
    await page.goto(f"{site.address}/?as=olivia#/incidents/")
    await expect(page.get_by_text("The disk is full.")).to_be_visible()
    await page.unroute(LISTED)
    await page.get_by_role("button", name="Retry").click()
    await expect(row(page, "Kept")).to_be_visible()
    await page.route(LISTED, refuse)
    await page.get_by_role("columnheader", name="Description").get_by_role("button").click()
    await expect(page.get_by_text("This list may be out of date")).to_be_visible()
    await expect(row(page, "Kept")).to_be_visible()


async def test_a_hundred_on_a_page(opening: Opening, site: Site) -> None:
    """Older projects are on further pages, and the way back leads to the newest."""
    for number in range(1, 252):
        site.create(description=f"Number {number}.")
    page = await opening()
    await expect(row(page, "Number 251.")).to_be_visible()
    await expect(rows(page)).to_have_count(100)
    await page.get_by_role("button", name="Older").click()
    await expect(row(page, "Number 151.")).to_be_visible()
    await page.get_by_role("button", name="Older").click()
    await expect(rows(page)).to_have_count(51)
    await expect(page.get_by_role("button", name="Older")).to_be_disabled()
    await page.get_by_role("button", name="Newer").click()
    await page.get_by_role("button", name="Newer").click()
    await expect(row(page, "Number 251.")).to_be_visible()


# What others do


async def test_a_new_project_of_somebody_else_appears_by_itself(opening: Opening, site: Site) -> None:
    """Nobody asks for it: it is on top, and counted."""
    site.create(description="First")
    page = await opening()
    await expect(row(page, "First")).to_be_visible()
    site.create(description="From a colleague")
    await expect(rows(page).nth(0)).to_contain_text("From a colleague")
    await expect(page.get_by_text("2 incident projects")).to_be_visible()


async def test_what_is_heard_of_while_the_list_is_read_stays(opening: Opening, site: Site) -> None:
    """An answer that was made before a change and comes after it takes nothing back."""
    site.create(description="First")
    page = await opening()
    await expect(row(page, "First")).to_be_visible()
    made, go = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        made.set()
        await go.wait()
        await route.fulfill(response=answer)

    await page.route(re.compile(r"/projects\?.*limit=100"), late, times=1)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await made.wait()
    site.create(description="From a colleague")
    await expect(rows(page).nth(0)).to_contain_text("From a colleague")
    async with page.expect_response(re.compile(r"/projects\?.*limit=100")):
        go.set()
    site.create(description="Later")
    await expect(rows(page)).to_contain_text(["Later", "From a colleague", "First"])


async def test_rows_do_not_move_under_the_operators_hand(opening: Opening, site: Site) -> None:
    """Who is in the list is told of new projects, and sees them when they want to."""
    site.create(description="Mine")
    page = await opening()
    await row(page, "Mine").click()
    site.create(description="From a colleague")
    news = page.get_by_role("button", name="1 new incident project")
    await expect(news).to_be_visible()
    await expect(rows(page)).to_have_count(1)
    await expect(row(page, "Mine")).to_be_focused()
    await news.click()
    await expect(rows(page)).to_have_count(2)
    await expect(row(page, "Mine")).to_have_attribute("aria-selected", "true")


async def test_what_one_operator_changes_the_other_sees_in_place(opening: Opening, site: Site) -> None:
    """Two browsers: a status set in one is in the other's line and preview, which stay where they are."""
    site.create(description="Shared")
    theirs = await opening("incidents/1", person="carl")
    mine = await opening()
    await row(mine, "Shared").click()
    await theirs.get_by_label("Status", exact=True).select_option("Closed")
    await theirs.keyboard.press("Control+s")
    await expect(row(mine, "Shared")).to_contain_text("Closed")
    await expect(mine.get_by_role("complementary")).to_contain_text("Closed")
    await expect(row(mine, "Shared")).to_be_focused()


async def test_deleted_and_no_longer_fitting_rows_are_marked(opening: Opening, site: Site) -> None:
    """They stay until the list is read again, so that nothing jumps; which of the two it was is said."""
    kept, gone, closed = (site.create(description=text) for text in ("Kept", "Goes away", "Gets closed"))
    page = await opening("incidents/list/open~yes")
    await row(page, "Kept").click()
    site.delete(gone)
    site.set_field(closed, "status", "closed")
    await expect(row(page, "Goes away")).to_have_attribute("aria-description", "Deleted")
    await expect(row(page, "Gets closed")).to_have_attribute("aria-description", "No longer fits the filter")
    await expect(rows(page)).to_have_count(3)
    await expect(page.get_by_text("1 incident project", exact=True)).to_be_visible()
    site.comment(kept, "still here")
    await expect(page.get_by_role("complementary")).to_contain_text("Comment added")


async def test_renamed_values_are_shown_at_once(opening: Opening, site: Site) -> None:
    """An administrator's change reaches the list without a reload."""
    site.create(type="theft", description="Bag")
    page = await opening()
    await expect(row(page, "Bag")).to_contain_text("Theft")
    types = tuple(attrs.evolve(t, name="Larceny" if t.id == "theft" else t.name) for t in DELIVERED.types)
    site.set_properties(attrs.evolve(DELIVERED, types=types))
    await expect(row(page, "Bag")).to_contain_text("Larceny")


async def test_without_the_stream_the_list_is_asked_for(opening: Opening, site: Site) -> None:
    """It says that it is not live, and shows changes a little later all the same."""
    page = await opening("nowhere/", provoked=("Failed to load resource",))
    await page.context.route("**/plugins/incident/events*", lambda route: route.abort())
    await page.evaluate("location.hash = '#/incidents/'")
    await expect(page.get_by_text("Not live")).to_be_visible()
    site.create(description="Late")
    await expect(row(page, "Late")).to_be_visible()


# Filters


async def test_filters_stand_in_the_address(opening: Opening, site: Site) -> None:
    """Text, built-in and chosen filters together; a link, a reload and the way back keep them."""
    site.create(description="Broken window", type="vandalism")
    site.create(description="Stolen bicycle", type="theft", owner="Olivia Operator")
    site.create(description="Stolen van", type="theft")
    page = await opening()
    await page.get_by_label("Search text").fill("stolen")
    await expect(rows(page)).to_have_count(2)
    await page.get_by_role("button", name="Mine").click()
    await expect(rows(page)).to_have_count(1)
    assert page.url.endswith("#/incidents/list/text~stolen/mine~yes")
    await page.reload()
    await expect(page.get_by_label("Search text")).to_have_value("stolen")
    await expect(rows(page)).to_have_count(1)
    await row(page, "bicycle").dblclick()
    await page.get_by_role("button", name="All incident projects").click()
    await expect(rows(page)).to_have_count(1)
    await page.get_by_role("button", name="Clear all").click()
    await expect(rows(page)).to_have_count(3)
    await page.get_by_role("button", name="Unowned").click()
    await expect(rows(page)).to_have_count(2)
    await page.go_back()
    await expect(rows(page)).to_have_count(3)


async def chosen(page: Page, kind: str) -> Locator:
    """Open the pane of a kind of filter."""
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("menuitem", name=kind, exact=True).click()
    return page.get_by_role("dialog", name=kind, exact=True)


async def test_any_kind_of_filter_is_a_chip(opening: Opening, site: Site) -> None:
    """Chosen from a menu, changed at the chip, removed at its end."""
    site.create(sequence(camera="dock"), type="theft", **{"category:severity": "high", "data:persons": 3})
    site.create(type="fire", status="closed", priority="low", **{"data:injuries": True})
    page = await opening()
    await expect(rows(page)).to_have_count(2)
    pane = await chosen(page, "Type")
    await pane.get_by_label("Theft").check()
    await expect(rows(page)).to_have_count(1)
    await pane.get_by_label("Fire").check()
    await expect(rows(page)).to_have_count(2)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Change the filter Type").click()
    await page.get_by_role("dialog", name="Type").get_by_label("Theft").uncheck()
    await expect(rows(page)).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Remove the filter Type").click()
    await expect(rows(page)).to_have_count(2)
    for kind, value in (
        ("Severity", "High"),
        ("Camera", "Dock"),
        ("Injuries", "yes"),
        ("Open or closed", "Closed"),
    ):
        pane = await chosen(page, kind)
        await pane.get_by_label(value, exact=True).check()
        await expect(rows(page)).to_have_count(1)
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Clear all").click()
        await expect(rows(page)).to_have_count(2)
    pane = await chosen(page, "Persons involved")
    await page.keyboard.type("three")
    await page.keyboard.press("Enter")
    await expect(pane.get_by_role("alert").filter(visible=True)).to_be_visible()
    await pane.get_by_label("At least").fill("3")
    await pane.get_by_label("At most").fill("2")
    await page.keyboard.press("Enter")
    await expect(pane.get_by_text("The smaller number stands first.")).to_be_visible()
    await pane.get_by_label("At most").fill("")
    await page.keyboard.press("Enter")
    await expect(rows(page)).to_have_count(1)
    await expect(page.get_by_text("3 or more")).to_be_visible()


async def test_a_text_of_incident_data_is_a_filter_as_a_whole(opening: Opening, site: Site) -> None:
    """The entry says so, and where parts are found."""
    site.create(description="One", **{"data:reference": "A-17"})
    site.create(description="Other", **{"data:reference": "A-172"})
    page = await opening()
    await expect(rows(page)).to_have_count(2)
    pane = await chosen(page, "Reference")
    hint = "All of it, as it was entered. “Search text” above the list finds parts of it."
    await expect(pane.get_by_label("Reference")).to_have_accessible_description(hint)
    await page.keyboard.type("A-17")
    await page.keyboard.press("Enter")
    await expect(rows(page)).to_contain_text(["One"])
    await page.get_by_role("button", name="Clear all").click()
    await page.get_by_label("Search text").fill("A-17")
    await expect(rows(page)).to_have_count(2)


async def test_when_something_was_reported_is_a_filter(opening: Opening, site: Site) -> None:
    """From a time on, such as a day ago, which goes on meaning that; a link opens the same list."""
    for days in (0, 3):
        at = datetime.now(UTC) - timedelta(days=days, hours=1)
        number = site.create(description=f"Reported {days} days ago")
        site.set_field(number, "data:reported", at.isoformat().replace("+00:00", "Z"))
    page = await opening()
    await expect(rows(page)).to_have_count(2)
    pane = await chosen(page, "Reported at")
    await pane.get_by_role("textbox", name="From").fill("-24h")
    await page.keyboard.press("Enter")
    await expect(rows(page)).to_contain_text(["Reported 0 days ago"])
    await page.reload()
    await expect(rows(page)).to_contain_text(["Reported 0 days ago"])
    await page.get_by_role("button", name="Change the filter Reported at").click()
    pane = page.get_by_role("dialog", name="Reported at", exact=True)
    await expect(pane.get_by_role("textbox", name="From")).to_have_value("-24h")
    await pane.get_by_role("textbox", name="From").fill("")
    await pane.get_by_role("textbox", name="To").fill("-24h")
    await page.keyboard.press("Enter")
    await expect(rows(page)).to_contain_text(["Reported 3 days ago"])


async def test_times_are_typed_in_the_sites_zone(opening: Opening, site: Site) -> None:
    """The sequence is at 13:00 in Copenhagen: before that it is found, after it is not; nonsense is named."""
    site.create(sequence(camera="dock", start=0, end=60))
    page = await opening()
    pane = await chosen(page, "Sequences starting after")
    box = pane.get_by_role("textbox")
    await box.fill("soon")
    await page.keyboard.press("Enter")
    await expect(pane.get_by_role("alert").filter(visible=True)).to_be_visible()
    await box.fill("2026-03-01 13:01")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("No incident project matches this filter")).to_be_visible()
    assert "starts-after~2026-03-01T12%3A01%3A00Z" in page.url
    await page.get_by_role("button", name="Change the filter Sequences starting after").click()
    await page.get_by_role("dialog").get_by_role("textbox").fill("2026-03-01 12:59")
    await page.keyboard.press("Enter")
    await expect(rows(page)).to_have_count(1)


async def test_unknown_and_retired_values_in_an_address(opening: Opening, site: Site) -> None:
    """A value that nobody offers any more still finds what has it; what no filter is named is refused."""
    site.create(type="theft", description="Old type")
    site.set_properties(attrs.evolve(DELIVERED, types=DELIVERED.types[1:]))
    page = await opening("incidents/list/type~theft/%E0%A4%A", provoked=("422",))
    await expect(page.get_by_text("There is no filter")).to_be_visible()
    await expect(page.get_by_text("theft (no longer offered)")).to_be_visible()
    await page.get_by_role("button", name=re.compile("Remove the filter Unknown")).click()
    await expect(row(page, "Old type")).to_be_visible()


async def test_filters_are_saved_by_name_and_shared(opening: Opening, site: Site) -> None:
    """One's own, and those that somebody shared who may; the button names the one that is used."""
    site.create(description="Open", owner="Olivia Operator")
    site.create(description="Closed", status="closed")
    page = await opening("incidents/list/open~yes")
    await expect(rows(page)).to_have_count(1)
    await page.get_by_role("button", name="Saved filters").click()
    await page.get_by_label("Name", exact=True).fill("To do")
    await page.get_by_label("Share with everybody").check()
    await page.get_by_role("button", name="Save this filter").click()
    await expect(page.get_by_role("button", name="To do")).to_be_visible()
    site.access.permissions = {
        **site.access.permissions,
        CARL.id: EVERYTHING - {"incident.projects.shared-filters.manage"},
    }
    other = await opening(person="carl")
    await expect(rows(other)).to_have_count(2)
    await other.get_by_role("button", name="Saved filters").click()
    await expect(other.get_by_role("button", name="Remove the saved filter")).to_have_count(0)
    await other.get_by_role("button", name="To do").click()
    await expect(rows(other)).to_have_count(1)
    await expect(other.get_by_role("button", name="To do")).to_be_visible()


async def test_a_saved_filter_that_was_removed_can_be_put_back(opening: Opening, site: Site) -> None:
    """One press removes it, and another takes that back."""
    site.create(description="Open")
    page = await opening("incidents/list/open~yes")
    await page.get_by_role("button", name="Saved filters").click()
    await expect(page.locator("input:user-invalid")).to_have_count(0)
    await page.get_by_label("Name", exact=True).fill("To do")
    await page.get_by_role("button", name="Save this filter").click()
    await page.get_by_role("button", name="To do").click()
    await page.get_by_role("button", name="Remove the saved filter To do").click()
    await expect(page.get_by_role("button", name="Saved filters")).to_be_visible()
    await page.get_by_role("button", name="Undo").press("Enter")
    await expect(page.get_by_role("button", name="To do")).to_be_visible()


async def test_texts_begin_where_they_are_read_from(opening: Opening, site: Site) -> None:
    """Empty lines before a text are passed over; of one from right to left, the end is cut off."""
    site.create(description="\n \n  Bag taken")
    arabic = "\u0645\u062d\u0636\u0631 " * 60
    site.create(description=arabic)
    page = await opening()
    await expect(row(page, "Bag taken")).to_be_visible()
    line = rows(page).first.locator("td.col-description .line")
    assert await line.evaluate("line => getComputedStyle(line).direction") == "rtl"
    assert await line.evaluate("line => line.scrollWidth > line.clientWidth && line.scrollLeft === 0")


async def test_both_hours_of_a_night_are_told_apart(opening: Opening, site: Site) -> None:
    """When clocks go back the list names the zones, and shows the names."""
    start = (datetime(2026, 10, 25, 0, 59, 30, tzinfo=UTC) - at(0)).total_seconds()
    site.create(sequence(start=start, end=start + 60))
    page = await opening()
    for column, shown in (("start", "2026-10-25 02:59 CEST"), ("end", "02:00 CET")):
        cell = page.locator(f"td.col-{column}")
        await expect(cell).to_have_text(shown)
        assert await cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth"), column


# Columns and order


async def test_columns_are_chosen_and_kept_for_the_person(opening: Opening, site: Site) -> None:
    """Also categories and incident data, also at 200 %; in another browser they are the same."""
    site.create(description="With data", **{"category:severity": "high", "data:reference": "A-17"})
    page = await opening()
    await expect(row(page, "With data")).to_be_visible()
    await page.set_viewport_size({"width": 640, "height": 360})
    await page.get_by_role("button", name="Columns").click()
    dialog = page.get_by_role("dialog", name="Columns")
    await expect(dialog.get_by_role("button", name="Save")).to_be_in_viewport(ratio=1)
    await page.set_viewport_size(SMALLEST)
    await dialog.get_by_label("Severity", exact=True).check()
    await dialog.get_by_label("Reference", exact=True).check()
    await dialog.get_by_label("Owner", exact=True).uncheck()
    await dialog.get_by_role("button", name="Save").click()
    await expect(row(page, "With data")).to_contain_text("A-17")
    await expect(page.get_by_role("columnheader", name="Owner")).to_have_count(0)
    other = await opening()
    await expect(row(other, "With data")).to_contain_text("A-17")
    await expect(other.get_by_role("columnheader", name="Severity")).to_be_visible()


async def test_sorted_by_a_column(opening: Opening, site: Site) -> None:
    """By the place among the choices, not by the letters; what has no value is last either way.

    The heading keeps the keyboard.
    """
    for priority in ("low", "high", None, "normal"):
        site.create(description=f"{priority} one", priority=priority)
    page = await opening(viewport={"width": 1920, "height": 1080})
    await page.get_by_role("button", name="Priority").press("Enter")
    await expect(rows(page)).to_contain_text(["low", "normal", "high", "None"])
    await expect(page.get_by_role("button", name="Priority")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(rows(page)).to_contain_text(["high", "normal", "low", "None"])
    await expect(page.get_by_role("columnheader", name="Priority")).to_have_attribute(
        "aria-sort", "descending"
    )
    assert page.url.endswith("list/sort~-priority")


# Keyboard, preview


async def test_the_list_works_without_a_mouse(opening: Opening, site: Site) -> None:
    """From the filter to the project and back to the same line."""
    for number in range(1, 6):
        site.create(description=f"Number {number}.")
    page = await opening()
    await expect(row(page, "Number 5.")).to_be_focused()
    await page.keyboard.press("/")
    await expect(page.get_by_label("Search text")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(row(page, "Number 5.")).to_be_focused()
    await expect(page.get_by_role("complementary")).to_contain_text("Incident project 5")
    for _ in range(3):
        await page.keyboard.press("ArrowDown")
    await expect(row(page, "Number 2.")).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_role("complementary")).to_contain_text("Incident project 2")
    await page.keyboard.press("End")
    await expect(row(page, "Number 1.")).to_be_focused()
    await page.keyboard.press("Home")
    await page.keyboard.press("PageDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Incident project 2")).to_be_visible()
    await page.get_by_role("button", name="All incident projects").click()
    await expect(row(page, "Number 2.")).to_be_focused()


async def test_a_filter_is_set_without_a_mouse(opening: Opening, site: Site) -> None:
    """Letters lead through the kinds; Tab stays in the pane, which covers others; Escape leads back."""
    for priority in ("low", "high"):
        site.create(description=f"A {priority} one", priority=priority)
    page = await opening()
    await expect(rows(page)).to_have_count(2)
    add = page.get_by_role("button", name="Filter", exact=True)
    await add.press("Enter")
    await page.keyboard.press("p")
    await expect(page.get_by_role("menuitem", name="Priority")).to_be_focused()
    await page.keyboard.press("p")
    await expect(page.get_by_role("menuitem", name="Persons involved")).to_be_focused()
    for key in ("p", "Enter"):
        await page.keyboard.press(key)
    pane = page.get_by_role("dialog", name="Priority")
    boxes = pane.get_by_role("checkbox")
    await expect(boxes.first).to_be_focused()
    for key, reached in (("Shift+Tab", boxes.last), ("Tab", boxes.first)):
        await page.keyboard.press(key)
        await expect(reached).to_be_focused()
    await pane.get_by_label("High").press("Space")
    await expect(rows(page)).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(add).to_be_focused()


async def test_delete_asks_and_names_the_project(opening: Opening, site: Site) -> None:
    """Nothing is deleted without a yes; afterwards the next project is selected."""
    site.create(description="Stays")
    site.create(description="Goes away")
    page = await opening()
    await row(page, "Goes away").click()
    await page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete incident project")
    await expect(dialog).to_contain_text("“Goes away”")
    await page.keyboard.press("Escape")
    await expect(rows(page)).to_have_count(2)
    await page.get_by_role("button", name="Delete").click()
    await dialog.get_by_role("button", name="Delete").click()
    await expect(row(page, "Goes away")).to_have_count(0)
    await expect(row(page, "Stays")).to_have_attribute("aria-selected", "true")


async def test_deleting_what_is_gone_already_says_so(opening: Opening, site: Site) -> None:
    """The message of the manual, with who did it, and the line goes."""
    number = site.create(description="Gone")
    page = await opening(provoked=("404",))
    await row(page, "Gone").click()
    await page.get_by_role("button", name="Delete").click()
    site.delete(number, CARL)
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("Cannot perform this action. Please refresh the list.")).to_be_visible()
    await expect(page.get_by_text("Carl Colleague deleted incident project")).to_be_visible()
    await expect(page.get_by_text("No incident projects yet")).to_be_visible()


async def test_a_deletion_whose_answer_is_lost_is_not_told_as_refused(opening: Opening, site: Site) -> None:
    """Nobody entered anything, and nobody knows whether it was done until the server answers again."""
    site.create(description="Goes away")
    page = await opening(provoked=("ERR_FAILED",))
    await page.route("**/projects/1", lambda route: route.abort())
    await row(page, "Goes away").click()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("cannot be reached. Whether this was still done shows")).to_be_visible()
    await expect(row(page, "Goes away")).to_have_count(1)


async def test_retention_left_is_a_column(opening: Opening, site: Site) -> None:
    """Days until a project is deleted by itself, as its own page has them, or that a legal hold stops it.

    A small window has no room for it, unless somebody chose it; delivered columns are not chosen ones.
    """
    site.keep_for(30, fire=7)
    site.create(description="Late")
    site.create(description="Soon", type="fire")
    site.hold(site.create(description="Held"))
    page = await opening()
    await expect(row(page, "Late")).to_be_visible()
    left = page.get_by_role("columnheader", name="Retention left")
    await expect(left).to_be_hidden()
    await page.get_by_role("button", name="Columns").click()
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(left).to_be_visible()
    await expect(page.get_by_role("columnheader", name="Priority")).to_be_visible()
    await expect(row(page, "Late")).to_contain_text("30 days")
    await expect(row(page, "Soon")).to_contain_text("7 days")
    await expect(row(page, "Held")).to_contain_text("Legal hold")
    await page.get_by_role("button", name="Retention left").click()
    await expect(rows(page)).to_contain_text(["Soon", "Late", "Held"])
    await page.get_by_role("button", name="Columns").click()
    await page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    await page.get_by_role("checkbox", name="ID").press("Enter")
    await expect(left).to_be_hidden()
    await row(page, "Late").dblclick()
    await expect(page.get_by_text("30 days left")).to_be_visible()


async def test_the_preview_has_times_of_the_sites_zone(opening: Opening, site: Site) -> None:
    """Also within the sentence of what was done last."""
    number = site.create(description="Bag")
    site.set_field(number, "data:reported", datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
    page = await opening()
    await row(page, "Bag").click()
    preview = page.get_by_role("complementary")
    await expect(preview).to_contain_text("2026-07-01 14:00:00")
    await expect(preview).not_to_contain_text("12:00:00+00:00")


async def test_only_permitted_parts_are_drawn(opening: Opening, site: Site) -> None:
    """What one may not do or read is not offered: no button, no column, no kind of filter."""
    held = {"incident.projects.view", "incident.projects.details.view"}
    site.access.permissions = {OLIVIA.id: frozenset(held)}
    site.create(sequence(), description="Look only")
    page = await opening()
    await row(page, "Look only").click()
    await expect(page.get_by_role("complementary").get_by_role("button")).to_have_text(["Open"])
    await expect(page.get_by_role("columnheader", name="Start")).to_have_count(0)
    await page.get_by_role("button", name="Filter", exact=True).click()
    await expect(page.get_by_role("menuitem", name="Camera")).to_have_count(0)


async def test_hostile_texts_stay_texts(opening: Opening, site: Site) -> None:
    """A description, a name and a filter that look like markup are shown as they were written."""
    site.create(description=HOSTILE, owner=HOSTILE)
    page = await opening()
    await rows(page).click()
    await expect(page.get_by_role("complementary")).to_contain_text("<script>")
    pane = await chosen(page, "Owner")
    await pane.get_by_label(HOSTILE).check()
    await expect(rows(page)).to_have_count(1)
    assert await page.title() == "Tabs"


async def test_a_very_long_filter_is_refused_in_words(opening: Opening, site: Site) -> None:
    """The address of the list may say anything: right to left, emoji, thousands of characters."""
    site.create(description="🚓 חלון שבור")
    page = await opening("incidents/list/text~%D7%97%D7%9C%D7%95%D7%9F", provoked=("422",))
    await expect(rows(page)).to_have_count(1)
    await page.evaluate("location.hash = `#/incidents/list/text~${'x'.repeat(5_000)}`")
    await expect(page.get_by_text("The filter is too long")).to_be_visible()


async def test_at_200_percent_of_the_smallest_window_projects_show(opening: Opening, site: Site) -> None:
    """Filters take their room, and what is listed keeps its own: the page scrolls."""
    for number in range(4):
        site.create(description=f"Project {number}")
    page = await opening()
    await page.set_viewport_size({"width": 640, "height": 360})
    await expect(rows(page).nth(2)).to_be_in_viewport(ratio=1)
    await rows(page).nth(2).click()
    await page.get_by_role("button", name="Open", exact=True).scroll_into_view_if_needed()
    await expect(page.get_by_role("button", name="Open", exact=True)).to_be_in_viewport(ratio=1)


async def test_the_selected_project_shows_in_colours_of_the_system(opening: Opening, site: Site) -> None:
    """With forced colours too, the selected line differs from the others."""
    site.create(description="One")
    site.create(description="Two")
    page = await opening()
    await page.emulate_media(forced_colors="active")
    await rows(page).nth(1).click()
    background = "row => getComputedStyle(row).backgroundColor"
    assert await rows(page).nth(1).evaluate(background) != await rows(page).nth(0).evaluate(background)


async def test_who_types_and_opens_at_once_stays_with_the_project(opening: Opening, site: Site) -> None:
    """What was typed a moment ago is asked for before the project opens, and not after: that led back."""
    for number in range(2):
        site.create(description=f"Bicycle {number}")
    page = await opening()
    await expect(rows(page)).to_have_count(2)
    await page.get_by_label("Search text").press_sequentially("bicycle")
    await rows(page).nth(1).dblclick()
    await expect(page.get_by_role("tab", name="Sequence list")).to_be_visible()
    await page.go_back()
    await expect(page).to_have_url(re.compile("text~bicycle"))
    await expect(rows(page)).to_have_count(2)
