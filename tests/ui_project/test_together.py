"""Two people at one incident project: what one does, the other sees, and nothing is overwritten."""

from __future__ import annotations

import asyncio
import re

import attrs
import pytest
from playwright.async_api import Page, expect

from incident_plugin.domain.project import ProjectId
from tests.browsing import in_shared_browser
from tests.ui_list.conftest import Opening
from tests.ui_list.site import OLIVIA, Site

pytestmark = in_shared_browser

#: A refused request is part of some tests, and the browser reports each one.
REFUSED = ("Failed to load resource",)


def state(page: Page):
    """Where the page says whether everything is saved."""
    return page.locator(".save-state")


async def test_a_change_is_shown_in_place_with_a_discreet_mark(opening: Opening, site: Site) -> None:
    """Within a second, by whom and when; a tab that is not open gets a dot, and no field loses focus."""
    number = site.create(description="Before")
    page = await opening(f"incidents/{number}/details")
    await expect(page.get_by_label("Status")).to_have_value("new")
    await expect(page.locator(".presence")).to_be_hidden()
    await page.get_by_label("Description", exact=True).focus()
    # The first changes are heard of as soon as the stream stands.
    site.set_field(number, "priority", "low")
    await expect(page.get_by_label("Priority")).to_have_value("low")
    begun = asyncio.get_running_loop().time()
    site.set_field(number, "status", "on-hold")
    await expect(page.get_by_label("Status")).to_have_value("on-hold")
    assert asyncio.get_running_loop().time() - begun < 1
    await expect(page.locator("[data-field=status] .news")).to_contain_text("Carl Colleague")
    await expect(page.get_by_label("Description", exact=True)).to_be_focused()
    site.comment(number, "From the gate")
    dot = page.get_by_role("tab", name="Comments").get_by_role("img", name="Changed by somebody else")
    await expect(dot).to_be_visible()
    await page.get_by_role("tab", name="Comments").click()
    await expect(page.locator("article .news")).to_contain_text("Carl Colleague")
    await expect(dot).to_be_hidden()


async def test_different_fields_are_both_kept_and_the_same_one_asks(opening: Opening, site: Site) -> None:
    """Both values, author and time; the choice is saved and nothing else is touched."""
    number = site.create(description="Before")
    olivia = await opening(f"incidents/{number}", provoked=REFUSED)
    carl = await opening(f"incidents/{number}", person="carl")
    await olivia.get_by_label("Description", exact=True).fill("Olivia's words")
    await carl.get_by_label("Status").select_option("Closed")
    await carl.keyboard.press("Control+s")
    await expect(olivia.get_by_label("Status")).to_have_value("closed")
    await expect(olivia.get_by_label("Description", exact=True)).to_have_value("Olivia's words")
    await carl.get_by_label("Description", exact=True).fill("Carl's words")
    await carl.keyboard.press("Control+s")
    question = olivia.get_by_role("alert").filter(has_text="Which value shall stay?")
    await expect(question).to_contain_text(re.compile(r"saved by Carl Colleague, \d{4}-\d\d-\d\d \d\d:"))
    await expect(question).to_contain_text("Carl's words")
    await expect(olivia.locator(".refusal")).to_contain_text("choose between the two values first.")
    await question.get_by_role("button", name="Keep mine").click()
    await olivia.keyboard.press("Control+s")
    await expect(carl.get_by_label("Description", exact=True)).to_have_value("Olivia's words")
    await expect(state(olivia)).to_contain_text("Saved ")


async def test_a_field_that_the_site_gives_up_keeps_nobody_from_saving_the_rest(
    opening: Opening, site: Site
) -> None:
    """What was typed into it stays in sight, says why it is refused, and goes when it is emptied."""
    number = site.create()
    page = await opening(f"incidents/{number}/categories", provoked=REFUSED)
    persons = page.get_by_label("Persons involved")
    await persons.fill("7")
    await page.get_by_label("Reference").fill("R-1")
    data = tuple(attrs.evolve(one, enabled=one.name != "Persons involved") for one in site.properties.data)
    site.set_properties(attrs.evolve(site.properties, data=data))
    await expect(page.get_by_text("No longer used at this site")).to_be_visible()
    await expect(persons).to_have_value("7")
    await page.keyboard.press("Control+s")
    await expect(page.locator(".refusal")).to_contain_text("Persons involved is no longer used at this site")
    await persons.fill("")
    await expect(persons).to_have_count(0)
    await page.keyboard.press("Control+s")
    await expect(state(page)).to_contain_text("Saved ")
    await expect(page.get_by_label("Reference")).to_have_value("R-1")


@pytest.mark.parametrize(("choice", "kept"), [("Keep mine", "Olivia's"), ("Keep theirs", "Carl's")])
async def test_a_comment_that_both_edit_asks(opening: Opening, site: Site, choice: str, kept: str) -> None:
    """Before anything is overwritten; what is not chosen stays in the log."""
    number = site.create()
    site.comment(number, "First")
    olivia = await opening(f"incidents/{number}/comments", provoked=REFUSED)
    carl = await opening(f"incidents/{number}/comments", person="carl")
    for page, text in ((olivia, "Olivia's"), (carl, "Carl's")):
        await page.get_by_role("button", name="Edit").click()
        await page.get_by_label("Edit comment").fill(text)
    await carl.locator("article").get_by_role("button", name="Save").click()
    question = olivia.get_by_role("alert").filter(has_text="Which value shall stay?")
    await expect(question).to_contain_text("saved by Carl Colleague")
    await question.get_by_role("button", name=choice).click()
    for page in (olivia, carl):
        await expect(page.locator("article .written")).to_have_text(kept)


async def test_who_else_has_it_open_is_shown_until_they_leave(opening: Opening, site: Site) -> None:
    """Also when their page just goes away."""
    number = site.create()
    olivia = await opening(f"incidents/{number}")
    carl = await opening(f"incidents/{number}", person="carl")
    await expect(carl.locator(".presence")).to_have_text("also open by Olivia Operator")
    await expect(olivia.locator(".presence")).to_have_text("also open by Carl Colleague")
    await carl.get_by_role("button", name="All incident projects").click()
    await expect(olivia.locator(".presence")).to_be_hidden()
    await carl.goto(f"{site.address}/?as=carl#/incidents/{number}")
    await expect(olivia.locator(".presence")).to_have_text("also open by Carl Colleague")
    await carl.close()
    await expect(olivia.locator(".presence")).to_be_hidden()


async def test_a_project_deleted_under_ones_hands(opening: Opening, site: Site) -> None:
    """Who deleted it and when is said at once; what was entered can be copied."""
    number = site.create(description="Before")
    page = await opening(f"incidents/{number}", provoked=REFUSED)
    await page.get_by_label("Description", exact=True).fill("Important words")
    site.delete(number)
    banner = page.get_by_role("alert").filter(has_text="no longer exists")
    await expect(banner).to_contain_text(re.compile(r"Carl Colleague deleted incident project 1 at 20\d\d-"))
    await expect(page.get_by_label("Description", exact=True)).to_have_value("Important words")
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()


@pytest.mark.parametrize("part", ["comments", "calls"])
async def test_nothing_of_a_deleted_project_can_be_edited(opening: Opening, site: Site, part: str) -> None:
    """What people wrote can still be read, beneath who deleted the project; no button leads to a refusal."""
    number = site.create()
    site.comment(number, "Red jacket")
    site.call(number, "Red jacket")
    page = await opening(f"incidents/{number}/{part}", provoked=REFUSED)
    written = page.get_by_role("listitem").filter(has_text="Red jacket")
    await expect(written.get_by_role("button", name="Edit")).to_be_visible()
    site.delete(number)
    banner = page.get_by_role("alert").filter(has_text="Carl Colleague deleted incident project 1")
    await expect(banner).to_be_visible()
    await expect(written).to_be_visible()
    await expect(written.get_by_role("button")).to_have_count(0)


async def test_an_owner_hands_over_and_the_colleague_is_told(opening: Opening, site: Site) -> None:
    """The colleague sees a notice that leads to the project, wherever they are; it can be undone."""
    number = site.create(description="Gate")
    carl = await opening("incidents/", person="carl")
    # Whoever has opened a project is known from then on.
    async with carl.expect_response(lambda answer: answer.url.endswith("/presence")):
        await carl.goto(f"{site.address}/?as=carl#/incidents/{number}")
    await carl.goto(f"{site.address}/?as=carl#/incidents/")
    olivia = await opening(f"incidents/{number}")
    await olivia.get_by_role("button", name="Take").click()
    await expect(olivia.locator("output.owner")).to_have_text("Olivia Operator")
    await olivia.get_by_role("button", name="Hand over…").click()
    await olivia.get_by_role("dialog").get_by_role("button", name="Carl Colleague").click()
    await expect(olivia.locator("output.owner")).to_have_text("Carl Colleague")
    notice = carl.locator("#notices").get_by_text(
        f"Olivia Operator handed incident project {number} over to you."
    )
    await expect(notice).to_have_count(1)
    await olivia.get_by_role("button", name="Undo").click()
    await expect(olivia.locator("output.owner")).to_have_text("Olivia Operator")


async def test_what_was_not_saved_is_back_after_a_crash(opening: Opening, site: Site) -> None:
    """In a browser that has lost everything, from the server; said, saved or discarded."""
    number = site.create(description="Before")
    page = await opening(f"incidents/{number}")
    await page.get_by_label("Description", exact=True).fill("Half a sentence")
    await page.get_by_role("tab", name="Comments").click()
    async with page.expect_response(lambda r: r.request.method == "PUT" and "unsaved" in r.url):
        await page.get_by_label("New comment").fill("Half a comment")
    await page.context.close()
    again = await opening(f"incidents/{number}/comments")
    await expect(again.get_by_text("is here again. Look at it, then save it.")).to_be_visible()
    await expect(again.get_by_label("New comment")).to_have_value("Half a comment")
    await again.keyboard.press("Control+s")
    await expect(state(again)).to_contain_text("Saved ")
    with site.work.reading(OLIVIA) as work:
        project = work.project(ProjectId(number))
    assert project.fields["description"] == "Half a sentence"
    assert [comment.text for comment in project.comments] == ["Half a comment"]


async def test_a_comment_whose_answer_was_lost_is_added_once(opening: Opening, site: Site) -> None:
    """Sent again, also after a reload of the page, it is the same comment."""
    number = site.create()
    page = await opening(f"incidents/{number}/comments", provoked=REFUSED)

    async def lose(route) -> None:
        if route.request.method == "POST":
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/comments?*", lose)
    await page.get_by_label("New comment").fill("Said once")
    await page.get_by_role("button", name="Add comment").click()
    await expect(page.locator(".refusal")).to_contain_text("The server cannot be reached.")
    await page.unroute("**/comments?*")
    await page.reload()
    await expect(page.get_by_label("New comment")).to_have_value("Said once")
    await page.get_by_role("button", name="Add comment").click()
    await expect(page.get_by_label("New comment")).to_have_value("")
    await expect(page.locator("article")).to_have_count(1)
    with site.work.reading(OLIVIA) as work:
        assert [one.text for one in work.project(ProjectId(number)).comments] == ["Said once"]


async def test_changes_and_deletions_are_undone_one_by_one(opening: Opening, site: Site) -> None:
    """By the bar and by Ctrl+Z, the last first; every undo is in the log."""
    number = site.create(description="Before")
    site.comment(number, "Kept words")
    page = await opening(f"incidents/{number}")
    await page.get_by_label("Status").select_option("Closed")
    await page.keyboard.press("Control+s")
    await expect(state(page)).to_contain_text("Saved ")
    await page.get_by_role("tab", name="Comments").click()
    await page.locator("article").get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No comments yet.")).to_be_visible()
    bar = page.locator(".undo-bar")
    await expect(bar).to_contain_text("Comment deleted")
    await bar.get_by_role("button", name="Undo").click()
    await expect(page.locator("article")).to_contain_text("Kept words")
    await expect(bar).to_contain_text("Status changed")
    await page.get_by_role("tab", name="Main details").click()
    await page.keyboard.press("Control+z")
    await expect(page.get_by_label("Status")).to_have_value("new")
    await page.get_by_role("tab", name="Activity logs").click()
    rows = page.locator(".activity tbody tr")
    await expect(rows.nth(0)).to_contain_text("Status changed from “Closed” to “New”")
    await expect(rows.filter(has_text="Comment put back: “Kept words”")).to_have_count(1)
