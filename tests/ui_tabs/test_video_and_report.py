"""The two large windows: View video and Create report."""

from __future__ import annotations

import io
from pathlib import Path

from playwright.async_api import Page, expect
from pypdf import PdfReader

from incident_plugin.domain.errors import StoreUnavailable
from tests.browsing import NO_PRINTER, in_shared_browser

from .world import LOBBY, YARD, footage

pytestmark = in_shared_browser


async def view(open_at, world, *, clock: bool = False) -> Page:
    """Open the window on a project with a sequence of 40 and one of 3 seconds."""
    world.project(footage(LOBBY, 0, 40), footage(YARD, 2, 3))
    page = await open_at("incidents/1/sequences", clock=clock)
    await page.get_by_role("button", name="View video").click()
    return page


async def test_the_window_plays_within_the_sequence(open_at, world) -> None:
    """Time runs while it plays, stands while paused, and steps do not leave the interval."""
    page = await view(open_at, world, clock=True)
    window = page.get_by_role("dialog", name="View video: incident project 1")
    time, position = window.locator(".at"), window.get_by_label("Position")
    await expect(time).to_have_text("2026-03-02 12:00:00 CET")
    await window.get_by_role("button", name="Play", exact=True).click()
    await page.clock.run_for(6_000)
    await expect(time).not_to_have_text("2026-03-02 12:00:00 CET")
    await window.get_by_role("button", name="Pause").click()
    stood = await position.input_value()
    assert float(stood) > 0
    await page.clock.run_for(3_000)
    assert await position.input_value() == stood
    await position.fill("20000")
    await expect(time).to_have_text("2026-03-02 12:00:20 CET")
    await window.get_by_role("button", name="Forward one second").click()
    await expect(time).to_have_text("2026-03-02 12:00:21 CET")
    await position.fill("0")
    await window.get_by_role("button", name="Back one second").click()
    await expect(time).to_have_text("2026-03-02 12:00:00 CET")


async def test_the_picture_is_the_playback_element_at_the_windows_own_time(open_at, world) -> None:
    """It gets the camera of the sequence and a clock of the window, not the page's."""
    page = await view(open_at, world)
    picture = page.locator("incident-playback")
    await expect(picture).to_have_count(1)
    given = await picture.evaluate(
        "e => ({camera: e.vms.camera.id, mode: e.vms.clock.mode, now: e.vms.clock.now})"
    )
    assert given == {"camera": LOBBY, "mode": "playback", "now": 1772449200000}


async def test_each_sequence_viewed_is_logged_once(open_at, world) -> None:
    """Choosing another sequence from the list plays that one; going back is no second viewing."""
    page = await view(open_at, world)
    sequences = page.get_by_role("listbox", name="Sequences")
    await sequences.get_by_role("option", name="Yard").click()
    await expect(page.locator(".at")).to_have_text("2026-03-02 12:02:00 CET")
    await sequences.press("ArrowUp")
    await expect(sequences.get_by_role("option", name="Lobby")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    viewed = [e.activity.subject for e in world.logs[1] if e.activity.action == "video.viewed"]
    assert viewed == [s.id for s in world.projects[1].sequences]


async def test_all_are_played_in_turn(open_at, world) -> None:
    """At the end of one sequence the next begins; the last one stops."""
    page = await view(open_at, world, clock=True)
    await page.get_by_label("Play all in turn").check()
    await page.get_by_label("Position").fill("39000")
    await page.get_by_role("button", name="Play", exact=True).click()
    yard = page.get_by_role("option", name="Yard")
    for _ in range(20):
        await page.clock.run_for(1_000)
        if await yard.get_attribute("aria-selected") == "true":
            break
    await expect(yard).to_have_attribute("aria-selected", "true")
    for _ in range(20):
        await page.clock.run_for(1_000)
        if await page.get_by_role("button", name="Play", exact=True).count():
            break
    await expect(page.locator(".at")).to_have_text("2026-03-02 12:02:03 CET")


async def test_space_plays_and_pauses(open_at, world) -> None:
    """By keyboard alone: the window is left with Escape and the keyboard is back on the button."""
    page = await view(open_at, world)
    await page.get_by_role("listbox").focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await page.keyboard.press("Space")
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="View video")).to_be_focused()


async def test_a_report_hides_names_unless_asked(open_at, world, tmp_path: Path) -> None:
    """Saved without and with names: the file is the report that was shown, its name tells nobody's."""
    world.project(description="Reported")
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Create report").click()
    dialog = page.get_by_role("dialog", name="Report: incident project 1")
    await expect(dialog.get_by_role("button", name="Save")).to_be_enabled()
    await expect(dialog.get_by_label("Show user names")).not_to_be_checked()
    await expect(dialog.get_by_label("Show user names")).to_be_focused()
    assert await _saved(page, tmp_path) == "Incident project 1\nUser names are hidden"
    await dialog.get_by_label("Show user names").check()
    await expect(dialog.get_by_role("button", name="Save")).to_be_enabled()
    assert await _saved(page, tmp_path) == "Incident project 1\nOlga Operator"
    assert [wish["show_user_names"] for wish in world.reports] == [False, True]
    assert world.actions(1)[-4:] == ["report.generated", "report.saved"] * 2


async def _saved(page: Page, folder: Path) -> str:
    async with page.expect_download() as coming, page.expect_response("**/used/saved"):
        await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    download = await coming.value
    assert download.suggested_filename == "incident-project-1.pdf"
    path = folder / "report.pdf"
    await download.save_as(path)
    return PdfReader(io.BytesIO(path.read_bytes())).pages[0].extract_text().strip()


async def test_printing_is_logged(open_at, world) -> None:
    """Print opens the browser's print of the report that is shown, and the activity log says so."""
    world.project()
    page = await open_at("incidents/1")
    await page.evaluate(NO_PRINTER)
    await page.get_by_role("button", name="Create report").click()
    async with page.expect_response("**/used/printed"):
        await page.get_by_role("dialog").get_by_role("button", name="Print").click()
    assert (await page.evaluate("printed")).startswith("blob:")
    assert world.actions(1)[-1] == "report.printed"


async def test_a_host_that_forbids_frames_still_gives_the_report(
    open_at, site, world, tmp_path: Path
) -> None:
    """Without `frame-src blob:` the preview says so, and Save and Print work all the same."""
    world.project()
    site.policy = site.policy.replace("frame-src blob:; ", "")
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Create report").click()
    await expect(page.get_by_text("does not show PDF files inside the page")).to_be_visible()
    assert "User names are hidden" in await _saved(page, tmp_path)
    async with page.context.expect_page() as coming, page.expect_response("**/used/printed"):
        await page.get_by_role("dialog").get_by_role("button", name="Print").click()
    assert (await coming.value).url.startswith("blob:")


async def test_an_incomplete_report_says_so(open_at, world) -> None:
    """In the words that operators know."""
    world.project()
    world.report_complete = False
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Create report").click()
    await expect(page.get_by_text("Report generated but not all information is included.")).to_be_visible()


async def test_a_long_report_is_waited_for(open_at, world) -> None:
    """It is asked after until it is there."""
    world.project()
    world.report_progress = [0.1, 0.25, 0.5]
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Create report").click()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Save")).to_be_enabled()
    assert world.report_progress == []


async def test_a_report_can_be_cancelled_and_asked_for_again(open_at, world) -> None:
    """Cancel stops it and says so; nothing can be saved until it is created again."""
    world.project()
    world.report_progress = [0.1] * 1_000_000
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Create report").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("10 %")).to_be_visible()
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog.get_by_text("The report was cancelled.")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    world.report_cancelled, world.report_progress = False, []
    await dialog.get_by_role("button", name="Create report").click()
    await expect(dialog.get_by_role("button", name="Save")).to_be_enabled()


async def test_title_and_language_of_a_report_can_be_chosen(open_at, world) -> None:
    """What administrators defined, and the languages there are; the browser's own comes first."""
    world.project()
    world.report_titles = ["Report to the police", "Internal report"]
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Create report").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Save")).to_be_enabled()
    await dialog.get_by_label("Title").select_option("Internal report")
    await expect(dialog.get_by_role("button", name="Save")).to_be_enabled()
    await dialog.get_by_label("Language").select_option(label="Dansk")
    await expect(dialog.get_by_role("button", name="Save")).to_be_enabled()
    asked = [(wish["title"], wish["language"]) for wish in world.reports]
    assert asked == [("Report to the police", "en"), ("Internal report", "en"), ("Internal report", "da")]


async def test_a_report_that_fails_can_be_tried_again(open_at, server, world) -> None:
    """The known title, the cause, and Retry; nothing can be saved or printed until then."""
    world.project()
    server.refuse["POST .*/reports"] = StoreUnavailable("The disk is full.")
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Create report").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Cannot generate report. Try again later.")
    await expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    server.refuse.clear()
    await dialog.get_by_role("button", name="Retry").click()
    await expect(dialog.get_by_role("button", name="Save")).to_be_enabled()
