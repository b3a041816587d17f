"""Procedures of the manual on incident projects, in the product as it is started for a site.

Beside each stands the number of actions that the manual takes, each click, choice and text being one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.accessibility import violations
from tests.browsing import PATIENCE_MS, SMALLEST, Watched, in_shared_browser
from tests.hand import Hand
from tests.journeys.operator import Operator
from tests.journeys.sites import RunningSite

pytestmark = in_shared_browser

PROJECTS = "/plugins/incident/projects"
PARTS = (
    "Main details", "Categories", "Comments", "Sequence list", "Calls", "Activity logs", "Exports", "Related",
)  # fmt: skip
#: What the administration has of incident projects.
SECTIONS = {
    "properties": "Incident properties",
    "collecting": "Collecting sequences",
    "retention": "Incident retention",
    "preserve": "Preserved video",
    "bin": "Recycle bin of incident projects",
    "audit": "Audit log of incident work",
    "evidence": "Evidence",
    "backup": "Backup of incident work",
}


@pytest_asyncio.fixture(loop_scope="session")
async def administrator(browser: Browser, site: RunningSite, tmp_path) -> AsyncIterator[Operator]:
    """An administrator at another browser, who is signed in."""
    context = await browser.new_context(viewport=SMALLEST, accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    # A page that looks at a project in the moment of its deletion is told that it is gone.
    watched = Watched(context, provoked=[r"status of 404 .*/projects/\d+\b"])
    administrator = Operator(await context.new_page(), site, tmp_path)
    await administrator.sign_in("admin")
    yield administrator
    await context.close()
    assert watched.unexpected == []


def create(site: RunningSite, description: str) -> int:
    """Have a colleague make a project."""
    with site.signed_in("supervisor") as colleague:
        answer = colleague.post(PROJECTS, json={"type": "theft", "description": description})
        number: int = answer.raise_for_status().json()["project"]["id"]
        return number


async def test_change_statuses_comments_and_other_incident_properties(
    operator: Operator, site: RunningSite
) -> None:
    """The manual takes 14: the tab, the project, four parts, six entries, Add and Save."""
    number = create(site, "Fight at the gate")
    page = operator.page
    await operator.sign_in("operator")
    hand = Hand(page)
    await hand.click(page.get_by_role("navigation", name="Tabs").get_by_role("link", name="Incidents"))
    await hand.open(page.get_by_role("row", name="Fight at the gate"))
    await hand.choose(page.get_by_role("tabpanel").get_by_label("Status"), "In progress")
    await hand.tab("Categories")
    await hand.choose(page.get_by_label("Severity"), "High")
    await hand.tab("Comments")
    await hand.write(page.get_by_label("New comment"), "Saved on the share")
    await hand.tab("Calls")
    await hand.click(page.get_by_role("button", name="Add call"))
    await hand.write(page.get_by_label("Number"), "112")
    await hand.press("Control+s")
    await expect(page.locator(".save-state")).to_contain_text("Saved ")
    assert hand.actions <= 14
    with site.signed_in() as colleague:
        project = colleague.get(f"{PROJECTS}/{number}").raise_for_status().json()
    assert project["fields"]["status"] == "in-progress"
    assert project["fields"]["category:severity"] == "high"
    assert [comment["text"] for comment in project["comments"]] == ["Saved on the share"]
    assert [call["number"] for call in project["calls"]] == ["112"]


async def test_view_user_activity_log_entries(operator: Operator, site: RunningSite) -> None:
    """The manual takes 3: the tab, the project, Activity logs."""
    number = create(site, "Fight at the gate")
    with site.signed_in("supervisor") as colleague:
        change = {"field": "status", "before": "new", "after": "closed"}
        colleague.patch(f"{PROJECTS}/{number}", json={"changes": [change]}).raise_for_status()
    page = operator.page
    await operator.sign_in("operator")
    hand = Hand(page)
    await hand.click(page.get_by_role("navigation", name="Tabs").get_by_role("link", name="Incidents"))
    await hand.open(page.get_by_role("row", name="Fight at the gate"))
    await hand.tab("Activity logs")
    rows = page.locator(".activity tbody tr")
    await expect(rows.filter(has_text="Status changed from “New” to “Closed”")).to_contain_text("Samir")
    await expect(rows.filter(has_text="opened")).to_contain_text("Olivia Operator")
    assert hand.actions <= 3


async def test_delete_an_incident_project(
    operator: Operator, administrator: Operator, site: RunningSite, watched: Watched
) -> None:
    """The manual takes 4: the tab, the project, Delete, Yes; that is its end.

    Here the deletion is undone, the project is restored from the recycle bin, and purged with a certificate.
    """
    number = create(site, "Wrong entry")
    # A page that looks at a project in the moment of its deletion is told that it is gone.
    watched.provoked.append(rf"status of 404 .*/projects/{number}\b")
    page = operator.page
    await operator.sign_in("operator")
    hand = Hand(page)
    await hand.click(page.get_by_role("navigation", name="Tabs").get_by_role("link", name="Incidents"))
    await hand.click(page.get_by_role("row", name="Wrong entry"))
    await hand.click(page.get_by_role("button", name="Delete", exact=True))
    dialog = page.get_by_role("dialog", name="Delete incident project")
    await hand.click(dialog.get_by_role("button", name="Delete", exact=True))
    await expect(page.get_by_text("No incident projects yet")).to_be_visible()
    assert hand.actions <= 4
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("heading", name=f"Incident project {number}")).to_be_visible()

    bin_of = f"{site.address}/administration/incident.bin"
    for last in (False, True):
        await page.get_by_role("button", name="Delete", exact=True).click()
        await dialog.get_by_role("button", name="Delete", exact=True).click()
        await administrator.page.goto(bin_of)
        row = administrator.page.get_by_role("row", name="Wrong entry")
        await expect(row).to_contain_text("Olivia Operator")
        if last:
            break
        await row.get_by_role("button", name=re.compile("^Restore")).click()
        await administrator.page.get_by_role("button", name="Open").click()
        await expect(
            administrator.page.get_by_role("heading", name=f"Incident project {number}")
        ).to_be_visible()
        await page.goto(f"{site.address}/incidents/{number}/details")
    await row.get_by_role("button", name=re.compile("^Delete for good")).click()
    asked = administrator.page.get_by_role("dialog")
    await asked.get_by_role("textbox").fill("Made by mistake")
    await asked.get_by_role("button", name="Delete for good").click()
    await expect(administrator.page.get_by_text("The recycle bin is empty.")).to_be_visible()
    async with administrator.page.expect_download() as kept:
        await administrator.page.get_by_role(
            "button", name=f"Download: certificate of incident project {number}"
        ).click()
    assert (await kept.value).suggested_filename == f"deletion-certificate-{number}.zip"
    with site.signed_in("admin") as asking:
        assert asking.get(f"{PROJECTS}/{number}").status_code == 404


async def test_incident_properties_reach_an_open_project_within_two_seconds(
    operator: Operator, administrator: Operator, site: RunningSite
) -> None:
    """A new status can be chosen, and a renamed type has its new name, with nothing pressed there."""
    number = create(site, "Fight at the gate")
    page, admin = operator.page, administrator.page
    await operator.sign_in("operator")
    await page.goto(f"{site.address}/incidents/{number}/details")
    await expect(page.get_by_role("tabpanel").get_by_label("Status")).to_be_visible()
    await admin.goto(f"{site.address}/administration/incident.properties")
    await admin.get_by_label("Name of Theft").fill("Larceny")
    await admin.get_by_role("tab", name="Statuses").click()
    await admin.get_by_role("button", name="Add value").click()
    await admin.keyboard.type("Waiting for police")
    await admin.get_by_role("button", name="Save", exact=True).click()
    await expect(admin.get_by_text("Incident properties saved")).to_be_visible()
    begun = asyncio.get_running_loop().time()
    await expect(page.get_by_role("option", name="Waiting for police")).to_have_count(1)
    await expect(page.get_by_role("option", name="Larceny")).to_have_count(1)
    assert asyncio.get_running_loop().time() - begun < 2
    status = page.get_by_role("tabpanel").get_by_label("Status")
    await status.select_option("Waiting for police")
    await page.keyboard.press("Control+s")
    await expect(page.locator(".save-state")).to_contain_text("Saved ")


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_no_screen_of_incident_projects_has_a_barrier(
    administrator: Operator, site: RunningSite, theme: str
) -> None:
    """WCAG 2.2 AA as far as a program can judge it, within the frame of the host."""
    number = create(site, "Fight at the gate")
    binned = create(site, "Wrong entry")
    page = administrator.page
    with site.signed_in("admin") as asking:
        asking.delete(f"{PROJECTS}/{binned}").raise_for_status()
    await page.evaluate("theme => localStorage.setItem('vms.theme', theme)", theme)
    found: dict[str, list[str]] = {}
    await page.goto(f"{site.address}/incidents")
    await page.get_by_role("row", name="Fight at the gate").click()
    await expect(page.get_by_role("complementary", name="Preview")).to_contain_text("Type set to")
    assert await page.evaluate("document.documentElement.dataset.theme") == theme
    found["list"] = await violations(page)
    await page.get_by_role("button", name="Filter", exact=True).click()
    await expect(page.get_by_role("menuitem", name="ID", exact=True)).to_be_visible()
    found["menu"] = await violations(page)
    await page.goto(f"{site.address}/incidents/dashboard")
    await expect(page.get_by_text("1 incident project", exact=True)).to_be_visible()
    found["dashboard"] = await violations(page)
    await page.goto(f"{site.address}/incidents/{number}")
    for name in PARTS:
        await page.get_by_role("tab", name=name).click()
        await expect(page.get_by_role("tabpanel", name=name)).to_be_visible()
        found[name] = await violations(page)
    for name, title in SECTIONS.items():
        await page.goto(f"{site.address}/administration/incident.{name}")
        await expect(page.get_by_role("region", name=title).first).to_be_visible()
        await expect(page.locator(".skeleton")).to_have_count(0)
        found[title] = await violations(page)
    assert {screen: faults for screen, faults in found.items() if faults} == {}
