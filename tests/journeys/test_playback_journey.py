"""The playback journey: afterwards, from recorded video, by clicks and by keys, to PDF and MP4."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from playwright.async_api import expect
from tests.browsing import in_shared_browser
from tests.journeys.operator import Operator, seconds_between, until_readable
from tests.journeys.test_live_journey import sequences_of, text_of
from tests.journeys.videos import strips_in

pytestmark = in_shared_browser

ADD = "Add to incident project"


async def go_to(operator: Operator, time: str) -> None:
    """Put the playhead to a time by typing it."""
    entry = operator.page.get_by_label("Go to time")
    await entry.fill(time)
    await entry.press("Enter")


async def test_playback_from_sign_in_to_report_and_video(operator: Operator) -> None:
    """The manual's clicks for one sequence, three keys for the next, drafts into a project, and out."""
    await operator.sign_in()
    await operator.tab("Playback")
    videos = [operator.view_item(n).locator("incident-playback video") for n in (1, 2, 3, 4)]
    await until_readable(operator, videos[0])
    await go_to(operator, "-10m")

    project = await pick_and_save(operator)
    sequences = await sequences_of(operator, project)
    assert set(sequences) == {"Lobby", "Corridor"}
    assert timedelta(seconds=50) < sequences["Lobby"][1] - sequences["Lobby"][0] < timedelta(seconds=70)
    assert timedelta(seconds=2.5) < sequences["Corridor"][1] - sequences["Corridor"][0]

    await view_video_of(operator, sequences["Lobby"][0])
    assert "Somebody scratched a door" in text_of(await operator.save_report(show_user_names=False))
    times = strips_in(await operator.export())
    assert seconds_between(sequences["Lobby"][0], times[0].moment) <= 0
    assert abs(seconds_between(times[-1].moment, sequences["Lobby"][1])) <= 0.1


async def pick_and_save(operator: Operator) -> int:
    """One sequence by the manual's clicks, one by three keys, and both from the draft list to a project."""
    page = operator.page
    videos = [operator.view_item(n).locator("incident-playback video") for n in (1, 2)]
    first = operator.view_item(1)
    icon = first.get_by_role("button", name=ADD)
    await icon.click()
    await page.get_by_role("menuitem", name="Add to draft sequence list").click()
    await page.get_by_role("button", name="Select start time").click()
    await icon.click()
    await page.get_by_role("button", name="Select end time").click()
    await go_to(operator, "-9m")
    await icon.click()
    await page.get_by_role("button", name="OK").click()
    await expect(page.get_by_text(re.compile("^Lobby, "))).to_be_visible()

    await operator.view_item(2).click()
    # The view item has the keyboard, not the video within it, where arrows and Delete would do nothing.
    await expect(operator.view_item(2)).to_be_focused()
    marked = await until_readable(operator, videos[1])
    await page.keyboard.press("[")
    await page.keyboard.press("Space")
    while seconds_between(marked.moment, (await operator.picture(videos[1])).moment) < 3:
        await operator.another_picture(videos[1])
    await page.keyboard.press("]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(re.compile("^Corridor, "))).to_be_visible()

    await icon.click()
    await page.get_by_role("menuitem", name="View draft sequence list").click()
    drafts = page.get_by_role("dialog", name="Draft sequence list")
    await expect(drafts.get_by_role("row")).to_have_count(3)
    await drafts.get_by_role("button", name="Add all to new incident project").click()
    return await operator.fill_in_details("Create incident project", "Vandalism", "Somebody scratched a door")


async def view_video_of(operator: Operator, start: datetime) -> None:
    """Open the project, view its first sequence's video and play it."""
    page = operator.page
    await operator.tab("Incidents")
    await page.get_by_role("row", name=re.compile("Somebody scratched a door")).dblclick()
    await operator.part("Sequence list")
    await page.get_by_role("button", name="View video").first.click()
    window = page.get_by_role("dialog", name=re.compile("^View video"))
    shown = await until_readable(operator, window.locator("incident-playback video"))
    assert abs(seconds_between(start, shown.moment)) < 2.5
    await window.get_by_role("button", name="Play", exact=True).click()
    await operator.another_picture(window.locator("incident-playback video"))
    await window.get_by_role("button", name="Close").click()
