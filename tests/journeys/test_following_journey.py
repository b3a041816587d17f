"""Following somebody over cameras, and building sequences afterwards: exact to the second, with few actions.

An action is a click, a choice, a text or a key, as in the manual's procedures. What the manual takes:

| procedure | the manual's steps | manual | here |
|---|---|---|---|
| live: follow over three cameras, save | Show pane, Start, two views, Save, type, description, Save | 8 | 7 |
| live: the half minute before each of them | "Add one sequence at a time", ten actions for each | 30 | 0 |
| playback: two sequences into the draft list | 1 to 6 with two drags, nine actions for each | 18 | 9 |
| playback: all four cameras of the view | the same | 36 | 4 |
"""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import expect
from tests.browsing import in_shared_browser
from tests.hand import Hand
from tests.journeys.operator import Operator, seconds_between, until_readable
from tests.journeys.test_live_journey import sequences_of
from tests.journeys.viewlog import ViewLog, a_start
from tests.waiting import until

from demo_recorder.timebase import latest_frame
from demo_recorder.walker import camera_seeing

pytestmark = in_shared_browser

FOLLOW = {"manual": 8 + 30, "here": 7}
DRAFTS = {"manual": 18, "here": 9}
DRAFTS_OF_ALL = {"manual": 36, "here": 4}
PRE_ROLL = timedelta(seconds=30)


def subject_on() -> str:
    """Name the camera before which the demonstration's person is now."""
    return camera_seeing(latest_frame(datetime.now(UTC))).name


async def show(hand: Hand, camera: str, log: ViewLog, cameras: dict[str, str]) -> None:
    """Choose a camera in the list, and wait until the server knows."""
    await hand.click(hand.page.get_by_role("treeitem", name=camera))
    await until(lambda: log.acknowledged({cameras[camera]}), "the acknowledged view")


async def test_following_the_subject_gives_what_the_view_changes_say(operator: Operator) -> None:
    """One click for each camera: start and end of every sequence are those of the view changes."""
    page, hand = operator.page, Hand(operator.page)
    log = await ViewLog.of(page)
    await operator.sign_in()
    answer = await page.evaluate("fetch('/api/cameras').then(r => r.json())")
    cameras = {camera["name"]: camera["id"] for camera in answer["cameras"]}
    await page.keyboard.press("z")
    followed = [subject_on()]
    await show(Hand(page), followed[0], log, cameras)
    await until_readable(operator, operator.view_item(1).locator("incident-live video"))

    async with page.expect_response(a_start) as starting:
        await hand.press("F9")
    started = await _times(starting)
    await expect(page.locator("incident-status")).to_contain_text(f"1 camera: {followed[0]}")
    for _ in range(2):
        await until(lambda: subject_on() != followed[-1], "the person before another camera")
        followed.append(subject_on())
        await show(hand, followed[-1], log, cameras)
        await until_readable(operator, operator.view_item(1).locator("incident-live video"))
    async with page.expect_response(re.compile("/save$")) as saving:
        await hand.press("Shift+F9")
        dialog = page.get_by_role("dialog", name="Save incident project")
        await hand.choose(dialog.get_by_label("Type"), "Theft")
        await hand.write(dialog.get_by_label("Description"), "Followed over three cameras")
        await hand.click(dialog.get_by_role("button", name="Save"))
    saved = await _times(saving)
    project = (await (await saving.value).json())["id"]

    changes = [report for report in log.reports if report.acknowledged and report.sent > started[0]]
    bounds = [started]
    for camera in followed[1:]:
        change = next(c for c in changes if c.cameras == {cameras[camera]})
        bounds.append((change.sent, change.acknowledged))
    bounds.append(saved)
    sequences = await sequences_of(operator, project)
    assert list(sequences) == followed
    for (start, end), (began, ended) in zip(sequences.values(), itertools.pairwise(bounds), strict=True):
        # The browser tells its times in whole milliseconds.
        slack = timedelta(milliseconds=2)
        assert began[0] - slack <= start + PRE_ROLL <= began[1] + slack
        assert ended[0] - slack <= end <= ended[1] + slack
    assert hand.actions == FOLLOW["here"] <= FOLLOW["manual"] / 2

    activity = await page.evaluate(
        "id => fetch(`/plugins/incident/projects/${id}/activity`).then(r => r.json())", project
    )
    told = [(e["action"], e["subject"]) for e in activity["entries"] if e["action"].startswith("view.")]
    first, second, third = followed
    assert told == [
        ("view.shown", first),
        ("view.left", first),
        ("view.shown", second),
        ("view.left", second),
        ("view.shown", third),
    ]


async def _times(answering) -> tuple[datetime, datetime]:
    """When a request was sent, and by when it was answered."""
    answered, request = datetime.now(UTC), (await answering.value).request
    return datetime.fromtimestamp(request.timing["startTime"] / 1000, UTC), answered


async def test_building_sequences_takes_half_the_actions(operator: Operator) -> None:
    """Mark while it plays: a digit, two brackets and Enter; with Shift for all cameras of the view."""
    page, hand = operator.page, Hand(operator.page)
    await operator.sign_in()
    await operator.tab("Playback")
    videos = [operator.view_item(n).locator("incident-playback video") for n in (1, 2)]
    await until_readable(operator, videos[0])
    entry = page.get_by_label("Go to time")
    await entry.fill("-10m")
    await entry.press("Enter")
    await operator.view_item(1).click()
    await hand.press("Space")
    for number, (video, camera) in enumerate(zip(videos, ("Lobby", "Corridor"), strict=True), start=1):
        await hand.press(str(number))
        await hand.press("[")
        marked = (await until_readable(operator, video)).moment
        while seconds_between(marked, (await operator.picture(video)).moment) < 2:
            await operator.another_picture(video)
        await hand.press("]")
        await hand.press("Enter")
        await expect(page.get_by_text(re.compile(f"^{camera}, "))).to_be_visible()
    assert hand.actions == DRAFTS["here"] <= DRAFTS["manual"] / 2
    assert len(await _drafts(operator)) == 2

    hand.actions = 0
    await hand.press("[")
    await hand.press("Shift+ArrowRight")
    await hand.press("]")
    await hand.press("Shift+Enter")

    async def all_there() -> list[dict] | None:
        found = await _drafts(operator)
        return found if len(found) == 6 else None

    drafts = await until(all_there, "a sequence of each camera")
    assert {s["footage"]["camera_name"] for s in drafts[2:]} == {"Lobby", "Corridor", "Parking", "Yard"}
    assert hand.actions == DRAFTS_OF_ALL["here"] <= DRAFTS_OF_ALL["manual"] / 2


async def _drafts(operator: Operator) -> list[dict]:
    answer = await operator.page.evaluate("fetch('/plugins/incident/drafts').then(r => r.json())")
    return answer["sequences"]
