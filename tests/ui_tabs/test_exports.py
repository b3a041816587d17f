"""The Exports tab in a real browser."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import attrs
from playwright.async_api import Page, expect

from incident_plugin.domain.errors import Denied
from incident_plugin.domain.exports import ExportSettings, ExportState, Standstill
from tests.accessibility import violations
from tests.browsing import SMALLEST, in_shared_browser

from .world import LOBBY, NOON, YARD, footage

pytestmark = in_shared_browser


async def test_send_for_export_leads_to_the_export_list(open_at, world) -> None:
    """All sequences of the project are in the list, each once, however often it is sent."""
    world.project(footage(LOBBY, 0, 40), footage(YARD, 2, 60), description="Sent")
    page = await open_at()
    for _ in range(2):
        await page.get_by_role("row", name="Sent").click()
        await page.get_by_role("button", name="Send for export").click()
        await expect(page.get_by_text("2 sequences, 1:40 of video")).to_be_visible()
        await page.get_by_role("link", name="Incidents").click()
    await page.get_by_role("link", name="Exports").click()
    await expect(page.get_by_role("row", name="Yard")).to_contain_text("2026-03-02 12:02:00")
    assert world.actions(1).count("export.sent") == 2


async def test_a_project_without_sequences_is_not_sent(open_at, world) -> None:
    """It is said before anything is done, with what to do."""
    world.project(description="No video")
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Send for export").click()
    await expect(page.get_by_text("has no sequences to export")).to_be_visible()
    assert "export.sent" not in world.actions(1)


async def test_items_are_removed_one_by_one_and_all(open_at, world) -> None:
    """By keyboard; the empty list says how something gets into it."""
    world.project(footage(LOBBY, 0, 40), footage(YARD, 2, 60), footage(YARD, 9, 9))
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Send for export").click()
    await page.get_by_role("button", name="Remove: Lobby").press("Enter")
    await expect(page.get_by_text("2 sequences, 1:09 of video")).to_be_visible()
    await expect(page.get_by_role("button", name="Remove: Yard").first).to_be_focused()
    await page.get_by_role("button", name="Remove all").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove all").click()
    await expect(page.get_by_text("The export list is empty")).to_be_visible()
    await expect(page.get_by_text("select “Send for export”")).to_be_visible()
    await expect(page.get_by_role("button", name="Start export")).to_be_disabled()


async def test_an_export_from_start_to_files(open_at, world, tmp_path: Path) -> None:
    """Progress in percent, then each file with size, hash, delivered interval, gaps and clock offset."""
    world.project(footage(LOBBY, 0, 40), footage(YARD, 2, 60))
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Send for export").click()
    await page.get_by_role("button", name="Start export").click()
    job = page.get_by_role("region", name="Exports").get_by_role("listitem")
    await expect(job).to_contain_text("Exporting")
    await expect(page.get_by_text("The export list is empty")).to_be_visible()
    world.advance(progress=0.379)
    await expect(job).to_contain_text("37 %")
    world.finish_export()
    await expect(job).to_contain_text("Done")
    first = page.get_by_role("row", name="E01.mp4")
    await expect(first).to_contain_text("2026-03-02 11:59:59 \N{EN DASH} 12:00:40 (0:41)")
    await expect(first).to_contain_text("2026-03-02 12:00:02 \N{EN DASH} 12:00:05 (0:03)")
    await expect(first).to_contain_text("\N{MINUS SIGN}0.125 s ± 0.020 s")
    await expect(first).to_contain_text("1.6 MB")
    await expect(page.get_by_role("row", name="E02.mp4")).to_contain_text("None")
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="E01.mp4").click()
    download = await coming.value
    await download.save_as(tmp_path / download.suggested_filename)
    digest = hashlib.sha256((tmp_path / "E01.mp4").read_bytes()).hexdigest()
    await expect(first).to_contain_text(digest)
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Download all (ZIP)").click()
    assert (await coming.value).suggested_filename.endswith(".zip")


async def test_sound_leaves_only_when_it_is_chosen(open_at, world) -> None:
    """The box is there, and off; pictures alone have none."""
    world.project(footage(LOBBY, 0, 40))
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Send for export").click()
    box = page.get_by_role("checkbox", name="Include recorded sound")
    await expect(box).not_to_be_checked()
    await page.get_by_label("Format").select_option("stills")
    await expect(box).to_be_hidden()
    await page.get_by_label("Format").select_option("package")
    await box.check()
    await page.get_by_role("button", name="Start export").click()
    await expect(page.get_by_text("The export list is empty")).to_be_visible()
    assert world.ordered["settings"]["sound"] is True


async def test_a_site_that_forbids_sound_says_so_at_the_box(open_at, world) -> None:
    """It cannot be ticked, not even by a preset from before, and nothing with sound is ordered."""
    world.sound = False
    world.presets.append({"name": "Heard", "settings": {**attrs.asdict(ExportSettings()), "sound": True}})
    page = await sent(open_at, world)
    box = page.get_by_role("checkbox", name="Include recorded sound: this site does not let it leave")
    await expect(box).to_be_disabled()
    await page.get_by_role("combobox", name="Preset").select_option("mine:Heard")
    await expect(box).not_to_be_checked()
    await page.get_by_role("button", name="Start export").click()
    await expect(page.get_by_text("The export list is empty")).to_be_visible()
    assert world.ordered["settings"]["sound"] is False


async def test_still_pictures_are_as_many_as_are_chosen(open_at, world) -> None:
    """The first of each sequence unless more are wanted; videos as such have none."""
    page = await sent(open_at, world)
    stills = page.get_by_role("combobox", name="Still pictures")
    await expect(stills).to_have_value("")
    await page.get_by_label("Format").select_option("media")
    await expect(stills).to_be_hidden()
    await page.get_by_label("Format").select_option("stills")
    await stills.select_option("One every 10 s")
    await page.get_by_role("button", name="Start export").click()
    await expect(page.get_by_text("The export list is empty")).to_be_visible()
    assert world.ordered["settings"]["stills_every"] == 10


async def test_the_export_that_was_started_gets_the_focus_and_keeps_it(open_at, world) -> None:
    """By keyboard alone: from the button that has nothing more to start, through all its states."""
    page = await sent(open_at, world)
    await page.get_by_role("button", name="Start export").press("Enter")
    job = page.get_by_role("region", name="Exports").get_by_role("listitem")
    await expect(job).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(job.get_by_role("button", name="Cancel")).to_be_focused()
    world.finish_export()
    await expect(job).to_contain_text("Done")
    await expect(job).to_be_focused()


async def test_an_export_that_stands_still_says_what_it_waits_for(open_at, world) -> None:
    """Which recorder, which camera, since when, why and until when; and nothing once it goes on."""
    page = await sent(open_at, world)
    await page.get_by_role("button", name="Start export").click()
    job = page.get_by_role("region", name="Exports").get_by_role("listitem")
    waits = Standstill(camera_name="Lobby", recorder="North", since=NOON)
    world.advance(waits_for=waits)
    told = job.get_by_role("status")
    await expect(told).to_have_text(
        "No video has come from the recorder “North” (camera Lobby) since 12:00:00. It is being asked now. "
        "What has come is kept."
    )
    again = NOON + timedelta(seconds=20)
    world.advance(waits_for=attrs.evolve(waits, reason="It refuses connections.", next_try=again))
    await expect(told).to_contain_text(
        "since 12:00:00. It refuses connections. It is asked again at 12:00:20."
    )
    assert await violations(page) == []
    world.advance(waits_for=None, progress=0.5)
    await expect(told).to_be_hidden()
    world.advance(state=ExportState.QUEUED)
    await expect(told).to_have_text("It begins when the exports before it are done.")


async def test_cancel_asks_first(open_at, world) -> None:
    """A cancelled export says so and can be put on the list again."""
    world.project(footage(LOBBY, 0, 40))
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Send for export").click()
    await page.get_by_role("button", name="Start export").click()
    job = page.get_by_role("region", name="Exports").get_by_role("listitem")
    await job.get_by_role("button", name="Cancel").click()
    await page.get_by_role("dialog").get_by_role("button", name="Go on exporting").click()
    assert world.exports[0].state is ExportState.RUNNING
    await job.get_by_role("button", name="Cancel").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel export").click()
    await expect(job).to_contain_text("Cancelled")
    await job.get_by_role("button", name="Add to export list again").click()
    await expect(page.get_by_text("1 sequence, 0:40 of video")).to_be_visible()


async def test_a_failed_export_says_why_and_what_to_do(open_at, world) -> None:
    """The server's words, and the way back to the export list."""
    world.project(footage(LOBBY, 0, 40))
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Send for export").click()
    await page.get_by_role("button", name="Start export").click()
    await expect(page.get_by_text("Exporting")).to_be_visible()
    world.advance(state=ExportState.FAILED, message="The recorder at 10.0.0.5 did not answer.")
    await expect(page.get_by_text("The recorder at 10.0.0.5 did not answer.")).to_be_visible()
    await expect(page.get_by_text("add them to the export list again")).to_be_visible()


async def test_a_refused_start_keeps_the_list(open_at, server, world) -> None:
    """Nothing is lost when the server says no."""
    world.project(footage(LOBBY, 0, 40))
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Send for export").click()
    server.refuse["POST exports"] = Denied("Your role does not include exports.")
    await page.get_by_role("button", name="Start export").click()
    await expect(page.get_by_text("Permission denied.")).to_be_visible()
    await expect(page.get_by_role("row", name="Lobby")).to_be_visible()
    await expect(page.get_by_role("button", name="Start export")).to_be_enabled()


async def sent(open_at, world) -> Page:
    """Have a project's sequences in the export list, and look at it."""
    world.project(footage(LOBBY, 0, 40), footage(YARD, 2, 60), description="Sent")
    page = await open_at("incidents/1")
    await page.get_by_role("button", name="Send for export").click()
    await expect(page.get_by_role("row", name="Yard")).to_be_visible()
    return page


async def test_an_item_is_trimmed_by_typing_and_by_buttons_and_commented(open_at, world) -> None:
    """What means no time is said; the list shows what will be exported, and that it was trimmed."""
    page = await sent(open_at, world)
    await page.get_by_role("button", name="Trim and comment: Lobby").press("Enter")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Start", exact=True).fill("noon or so")
    await expect(dialog.get_by_text("This is no time")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    await dialog.get_by_label("Start", exact=True).fill("2026-03-02 12:00:05")
    await dialog.get_by_role("button", name="End: 10 s earlier").click()
    await expect(dialog.get_by_text("0:25 of a sequence of 0:40")).to_be_visible()
    await dialog.get_by_label("Comment").fill("The red car <b>")
    await dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("row", name="Lobby")
    await expect(row).to_contain_text("2026-03-02 12:00:05")
    await expect(row).to_contain_text("trimmed")
    await expect(row).to_contain_text("The red car <b>")


async def test_settings_are_kept_as_a_preset_and_sent_with_the_order(open_at, world) -> None:
    """What does not belong to a format is not offered; the estimate says size, time and room."""
    page = await sent(open_at, world)
    await expect(page.get_by_text("About 2.5 GB, 2 min; 90 GB are free.")).to_be_visible()
    await page.get_by_label("Format").select_option("media")
    await expect(page.get_by_label("Include the report")).to_be_hidden()
    await page.get_by_label("Seal each file").uncheck()
    await page.get_by_role("button", name="Keep as preset").click()
    await page.get_by_role("dialog").get_by_label("Name").fill("Quick look")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await page.get_by_role("combobox", name="Preset").select_option("delivered")
    await expect(page.get_by_label("Include the report")).to_be_checked()
    preset = page.get_by_role("combobox", name="Preset")
    await preset.select_option("mine:Quick look")
    await page.get_by_label("Include recorded sound").check()
    await expect(preset).to_have_value("")
    await page.get_by_label("Include recorded sound").uncheck()
    await expect(preset).to_have_value("mine:Quick look")
    await page.get_by_role("button", name="Start export").click()
    await expect(page.get_by_text("Exporting")).to_be_visible()
    assert world.ordered["settings"]["format"] == "media"
    assert world.ordered["settings"]["sign"] is False


async def test_a_password_is_entered_twice_and_leaves_the_page(open_at, world) -> None:
    """Nothing starts before both are the same and long enough; afterwards the fields are empty."""
    page = await sent(open_at, world)
    start = page.get_by_role("button", name="Start export")
    await page.get_by_label("Protect with a password").check()
    await expect(start).to_be_disabled()
    for foreign in ("Grüße aus Köln", "пароль пароль"):
        await page.get_by_label("Password", exact=True).fill(foreign)
        await page.get_by_label("Password again").fill(foreign)
        await expect(page.get_by_text("Use letters without accents, digits and signs")).to_be_visible()
        await expect(start).to_be_disabled()
    await page.get_by_label("Password", exact=True).fill("long enough")
    await page.get_by_label("Password again").fill("long enouph")
    await expect(page.get_by_text("The passwords are not the same.")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The passwords are not the same.")).to_be_visible()
    await page.get_by_label("Password again").fill("long enough")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Exporting")).to_be_visible()
    assert world.ordered["password"] == "long enough"
    assert "long enough" not in str(world.ordered["settings"])


async def test_a_disk_without_room_is_said_before_the_start(open_at, world) -> None:
    """The estimate turns into a warning."""
    world.free = 1_000_000_000
    page = await sent(open_at, world)
    await expect(page.get_by_text("There is not enough room on the disk")).to_be_visible()


async def test_at_twice_the_size_nothing_is_wider_than_the_smallest_window(open_at, world) -> None:
    """List, settings, an export at work and one that is done: only tables are moved sideways."""
    page = await sent(open_at, world)
    items = world.export_list
    await page.get_by_role("button", name="Start export").click()
    jobs = page.get_by_role("region", name="Exports").get_by_role("listitem")
    await expect(jobs).to_contain_text("Exporting")
    world.exports.append(attrs.evolve(world.exports[0], id="x9"))
    world.finish_export()
    world.export_list = items
    await page.set_viewport_size({"width": SMALLEST["width"] // 2, "height": SMALLEST["height"] // 2})
    await expect(jobs).to_have_count(2)
    await expect(page.get_by_role("button", name="Remove: Lobby")).to_be_in_viewport(ratio=1)
    assert await page.locator("exports-tab").evaluate("tab => tab.scrollWidth - tab.clientWidth") == 0


async def test_a_finished_export_tells_its_package_and_who_received_it(open_at, world) -> None:
    """Fingerprint and hash to read out, the handover, the receipt's address, what was exported before."""
    page = await sent(open_at, world)
    await page.get_by_role("button", name="Start export").click()
    job = page.get_by_role("region", name="Exports").get_by_role("listitem")
    await expect(job).to_contain_text("Exporting")
    world.advance(progress=0.5, seconds_left=75.0)
    await expect(job).to_contain_text("50 %, about 1 min left")
    world.finish_export()
    await expect(job).to_contain_text("16 files, 3.2 MB")
    await expect(job).to_contain_text("5F:5F")
    await expect(job).to_contain_text("Not recorded.")
    await job.get_by_role("button", name="Hand over").click()
    await page.get_by_role("dialog").get_by_label("Received by").fill("Det. Poirot")
    await page.get_by_role("dialog").get_by_role("button", name="Note the handover").click()
    await expect(job).to_contain_text("to Det. Poirot by Olga Operator")
    receipt = job.get_by_role("link", name="Receipt")
    await expect(receipt).to_have_attribute("href", re.compile(r"exports/x\d+/receipt$"))
    await page.get_by_role("link", name="Incidents").click()
    await page.get_by_role("row", name="Sent").click()
    await page.get_by_role("button", name="Send for export").click()
    await expect(page.get_by_role("row", name="Lobby").first).to_contain_text("Already exported 2026-03-02")
    assert await violations(page, "exports-tab") == []
    await job.get_by_role("button", name="Remove files").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove files").click()
    await expect(job).to_contain_text("Files removed")
