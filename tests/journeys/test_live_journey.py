"""The live journey: from sign-in to a report and a video file, by following somebody over cameras."""

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

    project = await follow_and_save(operator)
    sequences = await sequences_of(operator, project)
    assert set(sequences) == {"Lobby", "Corridor"}
    assert sequences["Corridor"][0] < sequences["Lobby"][1] < sequences["Corridor"][1]
    await fill_in_and_read_the_log(operator, project)

    hidden = text_of(await operator.save_report(show_user_names=False))
    assert "A red bag was taken" in hidden
    assert "The owner was told" in hidden
    assert "Samir Supervisor" not in hidden
    with_names = await operator.save_report(show_user_names=True)
    assert "Samir Supervisor" in text_of(with_names)
    assert len(PdfReader(with_names).pages) >= 1

    file = await operator.export()
    times = strips_in(file)
    wanted = sequences["Lobby"]
    assert {strip.camera for strip in times} == {1}
    assert seconds_between(wanted[0], times[0].moment) <= 0
    assert seconds_between(times[-1].moment, wanted[1]) <= 0.1
    assert timedelta(0) < times[-1].moment - times[0].moment


async def follow_and_save(operator: Operator) -> int:
    """Start on the Lobby, follow to the Corridor, and save from another tab."""
    page = operator.page
    for number in (2, 3, 4):
        await page.get_by_role("button", name=f"Empty view item {number}").click()
    await page.get_by_role("button", name="Start incident project").click()
    started = page.get_by_role("group", name="Started")
    await expect(started.get_by_role("listitem")).to_have_count(1)
    await operator.view_item(2).click()
    await page.get_by_role("treeitem", name="Corridor").click()
    await expect(started.get_by_role("listitem")).to_have_count(2)
    await page.get_by_role("button", name="Empty view item 1").click()
    await expect(started.get_by_role("listitem").filter(has_text="Lobby")).not_to_contain_text("recording")
    await until_readable(operator, operator.view_item(2).locator("incident-live video"))

    await operator.tab("Incidents")
    await page.reload()
    await expect(page.locator("incident-status")).to_contain_text("Collecting")
    await expect(page.locator("incident-status")).to_contain_text("1 camera")
    await page.keyboard.press("Shift+F9")
    project = await operator.fill_in_details("Save incident project", "Theft", "A red bag was taken")
    await expect(page.locator("incident-status").get_by_text("Collecting")).to_be_hidden()
    return project


async def fill_in_and_read_the_log(operator: Operator, project: int) -> None:
    """Open the project, set status, category and data, comment, and find all of it in the activity log."""
    page = operator.page
    await page.get_by_role("row", name=re.compile("A red bag was taken")).dblclick()
    await expect(page).to_have_url(re.compile(f"/incidents/{project}"))
    await page.get_by_role("tabpanel").get_by_label("Status").select_option("In progress")
    await operator.part("Categories")
    await page.get_by_label("Severity").select_option("High")
    await page.get_by_label("Persons involved").fill("2")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d:\d\d"))).to_be_visible()
    await operator.part("Comments")
    await page.get_by_label("New comment").fill("The owner was told")
    await page.get_by_role("button", name="Add comment").click()
    await expect(page.get_by_role("listitem").filter(has_text="The owner was told")).to_be_visible()
    await operator.part("Activity logs")
    log = page.get_by_role("tabpanel")
    await expect(log).to_contain_text("Status changed from “New” to “In progress”")
    await expect(log).to_contain_text("Comment added: “The owner was told”")
