"""Procedures of the manual that take a few actions, counted in the product as it is started for a site.

Beside each stands the number of actions that the manual takes, each click, choice and text being one.
"""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import expect
from tests.browsing import NO_PRINTER, in_shared_browser
from tests.hand import Hand
from tests.journeys.operator import Operator
from tests.journeys.sites import RunningSite
from tests.waiting import until

from incident_demo.site import DemoSite

pytestmark = in_shared_browser

PROJECTS = "/plugins/incident/projects"
DESCRIPTION = "Bag taken at the desk"


def with_video(site: RunningSite) -> int:
    """Have a colleague make a project with two sequences."""
    begin = DemoSite(site.directory).since + timedelta(minutes=5)
    with site.signed_in("supervisor") as colleague:
        cameras = {
            c["name"]: c["id"] for c in colleague.get("/api/cameras").raise_for_status().json()["cameras"]
        }
        footage = [
            {
                "camera": cameras[name],
                "start": begin.isoformat(),
                "end": (begin + timedelta(seconds=10)).isoformat(),
            }
            for name in ("Lobby", "Corridor")
        ]
        new = {"type": "theft", "description": DESCRIPTION, "footage": footage}
        number: int = colleague.post(PROJECTS, json=new).raise_for_status().json()["project"]["id"]
        return number


def actions_of(site: RunningSite, number: int) -> list[str]:
    """What the activity log of a project tells, in its order."""
    with site.signed_in("supervisor") as colleague:
        log = colleague.get(f"{PROJECTS}/{number}/activity").raise_for_status().json()
        return [entry["action"] for entry in log["entries"]]


async def test_a_project_without_video_is_made_and_opened(operator: Operator) -> None:
    """The manual takes 4: Show pane, Create empty incident project, the tab, the project."""
    page, hand = operator.page, Hand(operator.page)
    await operator.sign_in("operator")
    await hand.press("Control+F9")
    await expect(page.get_by_role("dialog", name="Create empty incident project")).to_be_visible()
    await hand.press("Control+Enter")
    await expect(page.get_by_role("link", name="Live")).to_have_attribute("aria-current", "page")
    await hand.click(page.get_by_role("region", name="Notices").get_by_role("button", name="Open"))
    await expect(page.get_by_role("heading", name="Incident project 1")).to_be_visible()
    assert hand.actions <= 3


async def test_a_project_is_found_viewed_reported_and_sent_for_export(
    operator: Operator, site: RunningSite
) -> None:
    """The manual takes 4 to filter, 6 to view video, 5 for a report in print, 4 for an export."""
    number = with_video(site)
    page, hand = operator.page, Hand(operator.page)
    await operator.sign_in("supervisor")
    incidents = page.get_by_role("navigation", name="Tabs").get_by_role("link", name="Incidents")

    await hand.click(incidents)
    await hand.write(page.get_by_label("Search text"), "desk")
    await hand.click(page.get_by_role("row", name=DESCRIPTION))
    await expect(page.get_by_role("heading", name=f"Incident project {number}")).to_be_visible()
    assert hand.actions <= 3

    hand.actions = 1  # the tab
    await hand.open(page.get_by_role("row", name=DESCRIPTION))
    await hand.tab("Sequence list")
    await hand.click(page.get_by_role("button", name="View video"))
    window = page.get_by_role("dialog", name="View video")
    await hand.click(window.get_by_role("option", name="Corridor"))
    await hand.click(window.get_by_role("button", name="Play", exact=True))
    await expect(window.get_by_role("button", name="Pause")).to_be_visible()
    assert hand.actions <= 6
    await window.get_by_role("button", name="Close").click()
    await until(lambda: actions_of(site, number).count("video.viewed") == 2, "both viewings in the log")

    hand.actions = 0
    await hand.click(incidents)
    await hand.click(page.get_by_role("row", name=DESCRIPTION))
    await hand.click(page.get_by_role("button", name="Create report"))
    report = page.get_by_role("dialog", name="Report")
    await hand.click(report.get_by_label("Show user names"))
    await expect(report.get_by_role("button", name="Print")).to_be_enabled()
    await page.evaluate(NO_PRINTER)
    async with page.expect_response("**/used/printed"):
        await hand.click(report.get_by_role("button", name="Print"))
    assert hand.actions <= 5
    await report.get_by_role("button", name="Close").click()

    hand.actions = 2  # the tab and the project
    await hand.click(page.get_by_role("button", name="Send for export"))
    await expect(page.get_by_role("link", name="Exports")).to_have_attribute("aria-current", "page")
    await hand.click(page.get_by_role("button", name="Start export"))
    job = page.get_by_role("region", name="Exports").get_by_role("listitem").first
    await expect(job).to_contain_text("Done", timeout=120_000)
    assert hand.actions <= 4
    told = actions_of(site, number)
    assert {"report.generated", "report.printed", "export.sent", "export.finished"} <= set(told), told
