"""One incident project in a real browser: editing, saving, conflicts, comments, calls, sequences, log."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from playwright.async_api import Page, expect

from incident_plugin.domain.errors import Denied, StoreUnavailable
from tests.browsing import in_shared_browser

from .world import COLLEAGUE, LOBBY, NOON, YARD, footage

pytestmark = in_shared_browser


def state(page: Page):
    """Where the page says whether everything is saved."""
    return page.locator(".save-state")


def refusal(page: Page):
    """Where the page says why something is not saved."""
    return page.locator(".refusal")


async def test_opening_is_logged_once(open_at, world) -> None:
    """Looking at several parts, for a while, is one opening."""
    world.project(description="Looked at")
    page = await open_at("incidents/1", clock=True)
    await expect(page.get_by_label("Description", exact=True)).to_have_value("Looked at")
    await page.get_by_role("tab", name="Calls").click()
    await page.clock.fast_forward(12_000)
    await page.get_by_role("tab", name="Activity logs").click()
    await expect(page.get_by_role("cell", name="project opened")).to_have_count(1)
    assert world.actions(1).count("project.opened") == 1


async def test_main_details_are_saved_with_the_keyboard(open_at, world) -> None:
    """Only what was changed is sent, with what was seen; the page says that it is saved, and since when."""
    world.project(footage(LOBBY, 0, 40), footage(YARD, 2, 60), description="Before", priority="low")
    page = await open_at("incidents/1/details")
    panel = page.get_by_role("tabpanel")
    await expect(panel).to_contain_text("2026-03-02 12:00:00 \N{EN DASH} 2026-03-02 12:03:00")
    await expect(panel).to_contain_text("Olga Operator")
    await expect(state(page)).to_have_text("Saved")
    await expect(state(page)).to_be_visible()
    await page.get_by_label("Status").select_option("In progress")
    await page.get_by_label("Description", exact=True).fill("After")
    await page.get_by_role("button", name="Take").click()
    await expect(state(page)).to_have_text("Not saved yet")
    await page.keyboard.press("Control+s")
    await expect(state(page)).to_have_text(re.compile(r"Saved \d"))
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()
    fields = world.projects[1].fields
    assert fields == {
        "status": "in-progress",
        "description": "After",
        "owner": "Olga Operator",
        "priority": "low",
    }


async def test_categories_and_data_take_their_kinds(open_at, world) -> None:
    """Each kind is stored in its own form; a time is taken in the site's zone, the repeated hour included."""
    world.project()
    page = await open_at("incidents/1/categories")
    await page.get_by_label("Severity").select_option("High")
    await page.get_by_label("Persons involved").fill("3")
    await page.get_by_label("Estimated damage").fill("12.50")
    await page.get_by_label("Reference").fill("A-17")
    await page.get_by_label("Injuries").check()
    await page.get_by_label("Reported at").fill("2026-10-25 02:30")
    await page.get_by_label("Reported at").press("Enter")
    await page.get_by_label("Clocks go back").select_option("CET")
    await page.get_by_role("button", name="Save").click()
    await expect(state(page)).to_have_text(re.compile(r"Saved \d"))
    assert world.projects[1].fields == {
        "status": "new",
        "category:severity": "high",
        "data:persons": 3,
        "data:damage": "12.50",
        "data:reference": "A-17",
        "data:injuries": True,
        "data:reported": "2026-10-25T01:30:00Z",
    }


@pytest.mark.parametrize(
    ("typed", "said"),
    [("half past two", "Enter date and time as"), ("2026-03-29 02:30", "Clocks go forward over this time")],
)
async def test_a_time_that_is_none_is_named_and_kept(open_at, world, typed: str, said: str) -> None:
    """What cannot be a time stays as it was typed, also over a reload, and is not saved."""
    world.project()
    page = await open_at("incidents/1/categories")
    await page.get_by_label("Reported at").fill(typed)
    await page.get_by_label("Reported at").press("Enter")
    await expect(page.get_by_role("tabpanel")).to_contain_text(said)
    await page.reload()
    await expect(page.get_by_label("Reported at")).to_have_value(typed)
    await expect(page.get_by_role("tabpanel")).to_contain_text(said)
    await page.set_viewport_size({"width": 640, "height": 360})
    await page.get_by_role("button", name="Save").click()
    await expect(refusal(page)).to_contain_text("Reported at takes a date and time")
    await expect(page.get_by_label("Reported at")).to_be_focused()
    await expect(page.get_by_role("tabpanel").get_by_text(said)).to_be_in_viewport()


async def test_another_field_of_somebody_else_is_no_conflict(open_at, world) -> None:
    """Two people editing different fields both keep their work."""
    world.project(description="Before")
    page = await open_at("incidents/1")
    await page.get_by_label("Description", exact=True).fill("Mine")
    world.set_field(1, "status", "closed")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_label("Status")).to_have_value("closed")
    assert world.projects[1].fields == {"status": "closed", "description": "Mine"}


@pytest.mark.parametrize(("choice", "kept"), [("Keep mine", "Mine"), ("Keep theirs", "Theirs")])
async def test_the_same_field_asks_which_value_stays(open_at, world, choice: str, kept: str) -> None:
    """Both values are shown, with who saved the other and when; the rest is saved after the choice."""
    world.project(description="Before")
    page = await open_at("incidents/1")
    await page.get_by_label("Description", exact=True).fill("Mine")
    await page.get_by_label("Priority").select_option("High")
    world.set_field(1, "description", "Theirs")
    await page.keyboard.press("Control+s")
    question = page.get_by_role("alert").filter(has_text="Which value shall stay?")
    await expect(question).to_contain_text("saved by Carl Colleague, 2026-03-02 13:00:")
    await expect(question).to_contain_text("Theirs")
    await expect(question.get_by_role("button", name=choice)).to_be_in_viewport(ratio=1)
    await expect(refusal(page)).to_have_text("Not saved: choose between the two values first.")
    assert world.projects[1].fields["description"] == "Theirs"
    await question.get_by_role("button", name=choice).press("Enter")
    await expect(page.get_by_label("Description", exact=True)).to_be_focused()
    await expect(state(page)).to_have_text(re.compile(r"Saved \d"))
    assert world.projects[1].fields == {"status": "new", "description": kept, "priority": "high"}


async def test_a_conflict_is_shown_before_saving_when_it_is_seen(open_at, world) -> None:
    """The page is read again while it is open: fields nobody touched follow, touched ones ask."""
    world.project(description="Before")
    page = await open_at("incidents/1", clock=True)
    await page.get_by_label("Description", exact=True).fill("Mine")
    world.set_field(1, "description", "Theirs")
    world.set_field(1, "status", "on-hold")
    await page.clock.fast_forward(5_000)
    await expect(page.get_by_role("button", name="Keep theirs")).to_be_visible()
    await expect(page.get_by_label("Status")).to_have_value("on-hold")
    await expect(page.get_by_label("Description", exact=True)).to_have_value("Mine")


async def test_unsaved_work_survives_a_reload_and_belongs_to_its_author(open_at, world, context) -> None:
    """Nothing is asked on leaving: fields, a comment and a call are there again, for nobody else."""
    world.project(description="Before")
    page = await open_at("incidents/1")
    await page.get_by_label("Description", exact=True).fill("Half a sentence")
    await page.get_by_role("tab", name="Comments").click()
    await page.get_by_label("New comment").fill("Half a comment")
    await page.get_by_role("tab", name="Calls").click()
    await page.get_by_role("button", name="Add call").click()
    await page.get_by_label("Person").fill("Police")
    await page.reload()
    await expect(page.get_by_label("Person")).to_have_value("Police")
    await expect(state(page)).to_have_text("Not saved yet")
    address = page.url
    await page.goto(address.replace("as=operator", "as=colleague"))
    await expect(state(page)).to_have_text("Saved")
    await page.goto(address)
    await expect(state(page)).to_have_text("Not saved yet")
    await page.keyboard.press("Control+s")
    await expect(state(page)).to_have_text(re.compile(r"Saved \d"))
    project = world.projects[1]
    assert project.fields["description"] == "Half a sentence"
    assert project.comments[0].text == "Half a comment"
    assert project.calls[0].person == "Police"


async def test_lost_connection_says_so_and_retry_saves(open_at, world, context) -> None:
    """The title names what could not be saved; what was entered is still there and Retry saves it."""
    world.project(description="Before")
    page = await open_at("incidents/1")
    await page.get_by_label("Status").select_option("Closed")
    await context.set_offline(True)
    await page.keyboard.press("Control+s")
    said = "Not saved: Cannot save status. Try again later. The server cannot be reached."
    await expect(refusal(page)).to_contain_text(said)
    await page.get_by_role("button", name="Retry").press("Enter")
    await expect(page.get_by_role("button", name="Retry")).to_be_focused()
    await expect(refusal(page)).to_contain_text(said)
    await context.set_offline(False)
    await page.get_by_role("button", name="Retry").click()
    await expect(state(page)).to_have_text(re.compile(r"Saved \d"))
    assert world.projects[1].fields["status"] == "closed"


async def test_an_answer_cut_off_on_its_way_is_a_lost_connection(open_at, world) -> None:
    """Nobody can know whether it was saved: the entry stays, and saving it again does no harm."""
    world.project(description="Before")
    page = await open_at("incidents/1")
    await page.get_by_label("Description", exact=True).fill("After")

    async def cut(route) -> None:
        if route.request.method == "PATCH":
            await route.fetch()
            await route.fulfill(status=200, content_type="application/json", body='{"id": 1, "fie')
        else:
            await route.continue_()

    await page.route(re.compile(r"/projects/1\?"), cut)
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("Cannot save description. Try again later.")).to_be_visible()
    await page.unroute(re.compile(r"/projects/1\?"))
    await page.get_by_role("button", name="Retry").click()
    await expect(state(page)).to_have_text(re.compile(r"Saved \d"))
    assert world.projects[1].fields["description"] == "After"


async def test_what_is_typed_while_saving_stays_unsaved(open_at, server, world) -> None:
    """A slow server does not swallow the words that were typed meanwhile, and they are no conflict."""
    world.project(description="Before")
    page = await open_at("incidents/1")
    box = page.get_by_label("Description", exact=True)
    await box.fill("First")

    async def slow(route) -> None:
        answer = await route.fetch()
        await box.fill("First and second")
        await route.fulfill(response=answer)

    await page.route(re.compile(r"/projects/1\?"), slow)
    await page.keyboard.press("Control+s")
    await expect(state(page)).to_have_text("Not saved yet")
    await expect(box).to_have_value("First and second")
    await expect(page.get_by_text("Which value shall stay?")).to_have_count(0)
    await page.unroute(re.compile(r"/projects/1\?"))
    await page.keyboard.press("Control+s")
    await expect(state(page)).to_have_text(re.compile(r"Saved \d"))
    assert world.projects[1].fields["description"] == "First and second"


async def test_a_project_deleted_meanwhile(open_at, world) -> None:
    """The page says who deleted it, keeps what was entered, and offers nothing that cannot work."""
    world.project(description="Before")
    page = await open_at("incidents/1", clock=True)
    await page.get_by_label("Description", exact=True).fill("Important words")
    world.projects.clear()
    await page.clock.fast_forward(5_000)
    await expect(page.get_by_role("alert")).to_contain_text("was deleted by Carl Colleague")
    await expect(page.get_by_label("Description", exact=True)).to_have_value("Important words")
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()
    await expect(page.get_by_role("button", name="Create report")).to_have_count(0)


async def test_comments_are_added_edited_and_deleted(open_at, world) -> None:
    """By keyboard; an edit is marked, a deletion is asked for, the log keeps the texts."""
    world.project()
    page = await open_at("incidents/1/comments")
    await page.get_by_label("New comment").fill("The guard was informed.\nHe locked the door.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    comment = page.get_by_role("article").or_(page.locator("article"))
    await expect(comment).to_contain_text("He locked the door.")
    await expect(page.get_by_label("New comment")).to_have_value("")
    await comment.get_by_role("button", name="Edit").press("Enter")
    await expect(page.get_by_label("Edit comment")).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("The guard was informed at once.")
    await comment.get_by_role("button", name="Save").click()
    await expect(comment).to_contain_text("edited")
    await comment.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete comment")
    await expect(dialog).to_contain_text("The guard was informed at once.")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No comments yet.")).to_be_visible()
    await expect(page.get_by_label("New comment")).to_be_focused()
    assert world.actions(1)[-3:] == ["comment.added", "comment.edited", "comment.deleted"]


async def test_a_comment_deleted_while_it_is_edited_is_not_lost(open_at, world) -> None:
    """The words go on as a new comment."""
    world.project()
    page = await open_at("incidents/1/comments", clock=True)
    await page.get_by_label("New comment").fill("Short")
    await page.get_by_role("button", name="Add comment").click()
    await page.get_by_role("button", name="Edit").click()
    await page.get_by_label("Edit comment").fill("Much longer")
    before = world.projects[1]
    world.save(before, before.without_comment(before.comments[0].id), COLLEAGUE)
    await page.clock.fast_forward(5_000)
    await expect(page.get_by_label("New comment")).to_have_value("Much longer")


async def test_calls_are_logged_corrected_and_deleted(open_at, world) -> None:
    """Direction, number, person, time, duration, outcome and note arrive as they were entered."""
    world.project()
    page = await open_at("incidents/1/calls")
    await page.get_by_role("button", name="Add call").click()
    await page.get_by_label("Direction").select_option("Received")
    await page.get_by_label("Number").fill("112")
    await page.get_by_label("Person").fill("Duty officer")
    await page.get_by_label("Time", exact=True).fill("2026-03-02 12:05:06")
    await page.get_by_label("Duration").fill("2:3")
    await page.get_by_label("Outcome").fill("Patrol sent")
    save = page.get_by_role("tabpanel").get_by_role("button", name="Save")
    await save.click()
    await expect(page.get_by_role("alert")).to_have_text("Enter minutes and seconds, such as 2:30.")
    await expect(page.get_by_label("Duration")).to_be_focused()
    assert world.projects[1].calls == ()
    await page.get_by_label("Duration").fill("2:30")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("article")).to_contain_text("2026-03-02 12:05:06")
    call = world.projects[1].calls[0]
    assert (call.direction, call.number, call.person, call.outcome) == (
        "received",
        "112",
        "Duty officer",
        "Patrol sent",
    )
    assert (call.at.isoformat(), call.duration.total_seconds()) == ("2026-03-02T11:05:06+00:00", 150)
    await page.get_by_role("button", name="Edit").click()
    await page.get_by_label("Note").fill("Car 7")
    await page.locator("article").get_by_role("button", name="Save").click()
    await expect(page.locator("article")).to_contain_text("Car 7")
    assert world.projects[1].calls[0].at == call.at
    await page.locator("article").get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No calls yet.")).to_be_visible()
    await expect(page.get_by_role("button", name="Add call")).to_be_focused()


async def test_sequences_are_shown_and_removed(open_at, server, world) -> None:
    """One by keyboard, which goes on at the next, then all; each only after a yes that names them."""
    world.project(footage(LOBBY, 0, 40), footage(YARD, 2, 60), footage(LOBBY, 4, 5), unconfirmed=True)
    page = await open_at("incidents/1/sequences")
    await expect(page.get_by_text("3 sequences, 1:45 in all")).to_be_visible()
    await expect(page.get_by_role("row", name="Yard")).to_contain_text("2026-03-02 12:02:00")
    await expect(page.get_by_role("row", name="Yard")).to_contain_text("End not confirmed")
    await page.get_by_label("Select Lobby").first.press("ArrowDown")
    await expect(page.get_by_label("Select Yard")).to_be_focused()
    await page.keyboard.press("Delete")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Yard, 2026-03-02 12:02:00")
    await dialog.get_by_role("button", name="Remove").press("Enter")
    await expect(page.get_by_role("row", name="Yard")).to_have_count(0)
    await expect(page.get_by_label("Select Lobby").last).to_be_focused()
    server.refuse["POST .*/sequences/remove"] = StoreUnavailable("The disk is full. Nothing was removed.")
    await page.get_by_role("button", name="Remove all").click()
    await dialog.get_by_role("button", name="Remove all").click()
    await expect(page.get_by_text("Cannot remove all sequences. Try again later.")).to_be_visible()
    server.refuse.clear()
    await page.get_by_role("button", name="Remove all").click()
    await dialog.get_by_role("button", name="Remove all").click()
    await expect(page.get_by_text("No sequences yet.")).to_be_visible()
    assert world.projects[1].sequences == ()


async def test_the_keyboard_stays_where_the_work_is(open_at, world) -> None:
    """After a comment the next one can be written; after saving and taking back, the part's tab has it."""
    world.project(description="Before")
    page = await open_at("incidents/1/comments")
    await page.get_by_label("New comment").fill("First")
    await page.get_by_role("button", name="Add comment").click()
    await expect(page.get_by_role("listitem")).to_contain_text("First")
    await expect(page.get_by_label("New comment")).to_be_focused()
    await page.get_by_role("tab", name="Main details").click()
    await page.get_by_label("Description", exact=True).fill("After")
    await page.get_by_role("button", name="Save").press("Enter")
    await expect(state(page)).to_have_text(re.compile(r"Saved \d"))
    await expect(page.get_by_role("tab", name="Main details")).to_be_focused()
    await page.get_by_role("button", name="Undo").press("Enter")
    await expect(page.get_by_label("Description", exact=True)).to_have_value("Before")
    await expect(page.get_by_role("tab", name="Main details")).to_be_focused()


async def test_both_hours_of_a_night_are_told_apart(open_at, world) -> None:
    """The names of their zones are seen, not cut off."""
    before = datetime(2026, 10, 25, 0, 59, 30, tzinfo=UTC) - NOON
    world.project(footage(LOBBY, before / timedelta(minutes=1), 60))
    page = await open_at("incidents/1/sequences")
    for column, shown in (("start", "2026-10-25 02:59:30 CEST"), ("end", "2026-10-25 02:00:30 CET")):
        cell = page.get_by_role("cell", name=shown, exact=True)
        await expect(cell).to_be_visible()
        assert await cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth"), column


async def test_activity_logs_say_when_the_chain_has_a_fault(open_at, world) -> None:
    """Newest first, with who and when; a changed log is announced above it."""
    world.project(description="Logged")
    world.set_field(1, "status", "closed")
    page = await open_at("incidents/1/activity")
    numbers = page.locator(".activity tbody tr td:first-child")
    await expect(numbers).to_have_text(["5", "4", "3", "2", "1"])
    await expect(page.get_by_role("row", name="Closed")).to_contain_text("Carl Colleague")
    world.fault = "Entry 2 of incident project 1, or the one before it, was changed."
    await page.get_by_role("tab", name="Calls").click()
    await page.get_by_role("tab", name="Activity logs").click()
    await expect(page.get_by_role("alert")).to_contain_text("Entry 2 of incident project 1")


async def test_parts_without_permission_are_not_shown(open_at, server, world) -> None:
    """No View, no tab; View without Manage, no way to change; a refusal is told in the known words."""
    server.permissions = {
        "incident.projects.view",
        "incident.projects.details.view",
        "incident.projects.comments.manage",
    }
    world.project(description="Look only")
    page = await open_at("incidents/1")
    await expect(page.get_by_role("tab")).to_have_text(["Main details", "Comments", "Related"])
    await expect(page.get_by_label("Description", exact=True)).not_to_be_editable()
    await expect(page.get_by_role("button", name="Save")).to_be_visible()
    await page.get_by_role("tab", name="Comments").click()
    await page.get_by_label("New comment").fill("Words")
    server.refuse["POST .*/comments"] = Denied("Your role no longer includes comments.")
    await page.get_by_role("button", name="Add comment").click()
    await expect(page.get_by_text("Permission denied.")).to_be_visible()
    await expect(page.get_by_label("New comment")).to_have_value("Words")


async def test_who_only_looks_has_nothing_to_save(open_at, server, world) -> None:
    """No button, no word of saving; a long text can still be gone to, read to its end and copied."""
    server.permissions = {"incident.projects.view", "incident.projects.details.view"}
    world.project(description="Look only")
    page = await open_at("incidents/1")
    description = page.get_by_label("Description", exact=True)
    await description.focus()
    await expect(description).to_be_focused()
    await page.keyboard.type("No")
    await expect(description).to_have_value("Look only")
    await expect(page.get_by_role("button", name="Save")).to_be_hidden()
    await expect(page.get_by_text("Saved", exact=True)).to_be_hidden()


async def test_tabs_by_keyboard(open_at, world) -> None:
    """Arrows, Home and End walk the tabs; the address follows, and a deep link leads back."""
    world.project()
    page = await open_at("incidents/1")
    await expect(page.get_by_role("tab", name="Main details")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Categories")).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_role("tab", name="Categories")).to_be_focused()
    await page.keyboard.press("End")
    await expect(page.get_by_role("tab", name="Related")).to_be_focused()
    assert page.url.endswith("#/incidents/1/related")


async def test_at_200_percent_of_the_smallest_window_the_tab_shows(open_at, world) -> None:
    """A link to a tab that would lie beyond the edge brings all of it into view."""
    world.project(footage(LOBBY, 0, 40), footage(YARD, 2, 60))
    page = await open_at("incidents/1/exports")
    await page.set_viewport_size({"width": 640, "height": 360})
    await page.reload()
    await expect(page.get_by_role("tab", name="Sequence list")).to_contain_text("2")
    await expect(page.get_by_role("tab", name="Exports & reports")).to_be_in_viewport(ratio=0.99)


async def test_a_retired_value_is_still_shown(open_at, world) -> None:
    """A value that is no longer offered does not vanish from the projects that have it."""
    world.project(type="theft")
    world.properties = attrs.evolve(
        world.properties, types=tuple(t for t in world.properties.types if t.id != "theft")
    )
    page = await open_at("incidents/1")
    await expect(page.get_by_label("Type")).to_have_value("theft")
    await expect(page.get_by_label("Type")).to_contain_text("no longer offered")
