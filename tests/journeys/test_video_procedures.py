"""The manual's procedures on recorded video, exact to the picture, with few actions.

An action is a click, a choice, a text or a key, as in the manual; a drag counts as one. Moving to
the time of the incident is counted in neither.

| procedure of the manual | manual | here |
|---|---|---|
| create an incident project after an incident | 13, of which two drags | 6 |
| add additional sequences to it | 10, of which two drags | 4 |
| view video | 2 | 2 |
| remove sequences | 4 | 4 |
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from playwright.async_api import Locator, expect
from tests.browsing import in_shared_browser
from tests.hand import Hand
from tests.journeys.operator import Operator, seconds_between, until_readable
from tests.journeys.test_live_journey import sequences_of
from tests.journeys.test_playback_journey import go_to
from tests.waiting import until

pytestmark = in_shared_browser

FRAME = 1 / 15


async def exactly(operator: Operator, video: Locator, moment: datetime) -> None:
    """Wait until the picture taken at a moment, or just before, is shown."""

    async def shown() -> bool:
        return 0 <= seconds_between((await until_readable(operator, video)).moment, moment) < FRAME + 0.002

    await until(shown, f"the picture of {moment}")


async def mark_ten_seconds(hand: Hand) -> None:
    """From the playhead on."""
    await hand.press("[")
    await hand.page.keyboard.press("Shift+ArrowRight")
    await hand.press("]")


async def create(operator: Operator, hand: Hand) -> int:
    """Create an incident project after an incident; gives its id."""
    page = operator.page
    await mark_ten_seconds(hand)
    await hand.press("n")
    dialog = page.get_by_role("dialog", name="Create incident project")
    await hand.choose(dialog.get_by_label("Type"), "Vandalism")
    await hand.write(dialog.get_by_label("Description"), "A bicycle was taken")
    await hand.click(dialog.get_by_role("button", name="Save"))
    notice = page.get_by_text(re.compile(r"Incident project \d+ is saved")).first
    await expect(notice).to_be_visible()
    return int(re.findall(r"project (\d+)", await notice.inner_text())[0])


async def add(operator: Operator, hand: Hand, project: int) -> None:
    """Add a sequence of the second view item's camera."""
    page = operator.page
    await mark_ten_seconds(hand)
    await hand.press("e")
    choice = page.get_by_role("dialog", name="Choose incident project")
    await hand.open(choice.get_by_role("row").filter(has_text="A bicycle was taken"))
    await expect(page.get_by_text(f"Added to incident project {project}")).to_be_visible()


async def look_at_both_ends(operator: Operator, window: Locator, start: datetime, end: datetime) -> None:
    """The first and the last picture are the marked ones; the last one is kept as a file."""
    viewed = window.locator("incident-playback video")
    await exactly(operator, viewed, start)
    await window.get_by_label("Position").fill("10000")
    await exactly(operator, viewed, end - timedelta(milliseconds=1))
    async with operator.page.expect_download() as downloading:
        await window.get_by_role("button", name="Save picture").click()
    name = (await downloading.value).suggested_filename
    assert re.fullmatch(r"Lobby \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d [\w+-]+\.png", name), name
    await window.get_by_role("button", name="Close").click()


async def test_recorded_video_from_marks_to_the_window(operator: Operator) -> None:
    """Create after, add additional, view video and remove: the pictures at both ends are the marked ones."""
    page, hand = operator.page, Hand(operator.page)
    await operator.sign_in()
    await operator.tab("Playback")
    await until_readable(operator, operator.view_item(1).locator("incident-playback video"))
    await operator.view_item(1).click()
    await go_to(operator, "-10m")
    project = await create(operator, hand)
    assert hand.actions == 6

    hand.actions = 0
    await go_to(operator, "-8m")
    await page.keyboard.press("2")
    await add(operator, hand, project)
    assert hand.actions == 4
    sequences = await sequences_of(operator, project)
    assert [end - start for start, end in sequences.values()] == [timedelta(seconds=10)] * 2

    await operator.tab("Incidents")
    await page.get_by_role("row", name=re.compile("A bicycle was taken")).dblclick()
    hand.actions = 0
    await hand.click(page.get_by_role("tab", name=re.compile("^Sequence list")))
    await hand.click(page.get_by_role("button", name="View video").first)
    assert hand.actions == 2
    window = page.get_by_role("dialog", name=re.compile("^View video"))
    await look_at_both_ends(operator, window, *sequences["Lobby"])

    hand.actions = 1  # The tab that is open.
    await hand.click(page.get_by_label("Select Corridor"))
    await hand.click(page.get_by_role("button", name="Remove", exact=True))
    await hand.click(page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True))
    await expect(page.get_by_role("row", name=re.compile("Corridor"))).to_have_count(0)
    assert hand.actions == 4
    assert set(await sequences_of(operator, project)) == {"Lobby"}
