"""The live journey: from sign-in to a report and a video file, by following somebody over cameras.

An action is a click, a choice, a text or a key. What the manual takes for the same:

| | manual |
|---|---|
| sign in: account, password, Enter | 3 |
| Show pane, Start, one other view, Save, type, description, Save | 7 |
| the tab, the project | 2 |
| status; Categories and two of them; Comments and a text; Save | 7 |
| Activity logs | 1 |
| the tab, the project, Create report, Show user names, Print | 5 |
| the tab, the project, Send for export, start | 4 |
"""

from __future__ import annotations

import re
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from playwright.async_api import expect
from pypdf import PdfReader
from tests.browsing import in_shared_browser
from tests.journeys.operator import Operator, seconds_between, until_readable
from tests.journeys.videos import strips_in

pytestmark = in_shared_browser

MANUAL = 3 + 7 + 2 + 7 + 1 + 5 + 4


def text_of(report: Path) -> str:
    """All text of a PDF, as another program reads it."""
    return subprocess.run(["pdftotext", str(report), "-"], check=True, capture_output=True, text=True).stdout


async def sequences_of(operator: Operator, project: int) -> dict[str, tuple[datetime, datetime]]:
    """Start and end by camera, as the plug-in's interface tells them."""
    stored = await operator.page.evaluate(
        "id => fetch(`/plugins/incident/projects/${id}`).then(r => r.json())", project
    )
    return {
        s["footage"]["camera_name"]: tuple(
            datetime.fromisoformat(s["footage"]["interval"][key]) for key in ("start", "end")
        )
        for s in stored["sequences"]
    }


async def test_live_from_sign_in_to_report_and_video(operator: Operator) -> None:
    """See it live, start, follow by changing the view, save, fill in, read the log, report, export."""
    await operator.sign_in()
    live = [operator.view_item(n).locator("incident-live video") for n in (1, 2, 3, 4)]
    seen = [await until_readable(operator, video) for video in live]
    assert sorted(strip.camera for strip in seen) == [1, 2, 3, 4]
    await operator.another_picture(live[0])
    for video in live:
        # For some browsers a video without controls is a stop for Tab all the same.
        await expect(video).to_have_attribute("tabindex", "-1")

    project = await follow_and_save(operator)
    sequences = await sequences_of(operator, project)
    assert set(sequences) == {"Lobby", "Corridor"}
    assert sequences["Corridor"][0] < sequences["Lobby"][1] < sequences["Corridor"][1]
    await fill_in_and_read_the_log(operator, project)

    taken = operator.hand.actions
    hidden = text_of(await operator.save_report(show_user_names=False))
    # The second report counts: one is what the procedure asks for.
    operator.hand.actions = taken
    assert "A red bag was taken" in hidden
    assert "The owner was told" in hidden
    assert "Samir Supervisor" not in hidden
    with_names = await operator.save_report(show_user_names=True)
    assert "Samir Supervisor" in text_of(with_names)
    assert len(PdfReader(with_names).pages) >= 1

    file = await operator.export()
    assert operator.hand.actions <= MANUAL
    times = strips_in(file)
    wanted = sequences["Lobby"]
    assert {strip.camera for strip in times} == {1}
    assert seconds_between(wanted[0], times[0].moment) <= 0
    assert seconds_between(times[-1].moment, wanted[1]) <= 0.1
    assert timedelta(0) < times[-1].moment - times[0].moment


async def follow_and_save(operator: Operator) -> int:
    """Start on the Lobby, follow to the Corridor, and save from another tab."""
    page, hand = operator.page, operator.hand
    for number in (2, 3, 4):
        await page.get_by_role("button", name=f"Empty view item {number}").click()
    await hand.click(page.get_by_role("button", name="Start incident project"))
    started = page.get_by_role("group", name="Started")
    await expect(started.get_by_role("listitem")).to_have_count(1)
    await hand.click(operator.view_item(2))
    await hand.click(page.get_by_role("treeitem", name="Corridor"))
    await expect(started.get_by_role("listitem")).to_have_count(2)
    await hand.click(page.get_by_role("button", name="Empty view item 1"))
    await expect(started.get_by_role("listitem").filter(has_text="Lobby")).not_to_contain_text("recording")
    await until_readable(operator, operator.view_item(2).locator("incident-live video"))

    await operator.tab("Incidents")
    await page.reload()
    await expect(page.locator("incident-status")).to_contain_text("Collecting")
    await expect(page.locator("incident-status")).to_contain_text("1 camera")
    await hand.press("Shift+F9")
    project = await operator.fill_in_details("Save incident project", "Theft", "A red bag was taken")
    await expect(page.locator("incident-status").get_by_text("Collecting")).to_be_hidden()
    return project


async def fill_in_and_read_the_log(operator: Operator, project: int) -> None:
    """Open the project, set status, category and data, comment, and find all of it in the activity log."""
    page, hand = operator.page, operator.hand
    await hand.open(page.get_by_role("row", name=re.compile("A red bag was taken")))
    await expect(page).to_have_url(re.compile(f"/incidents/{project}"))
    await hand.choose(page.get_by_role("tabpanel").get_by_label("Status"), "In progress")
    await operator.part("Categories")
    await hand.choose(page.get_by_label("Severity"), "High")
    await hand.write(page.get_by_label("Persons involved"), "2")
    await hand.press("Control+s")
    await expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d:\d\d"))).to_be_visible()
    await operator.part("Comments")
    await hand.write(page.get_by_label("New comment"), "The owner was told")
    await hand.click(page.get_by_role("button", name="Add comment"))
    await expect(page.get_by_role("listitem").filter(has_text="The owner was told")).to_be_visible()
    await operator.part("Activity logs")
    log = page.get_by_role("tabpanel")
    await expect(log).to_contain_text("Status changed from “New” to “In progress”")
    await expect(log).to_contain_text("Comment added: “The owner was told”")
