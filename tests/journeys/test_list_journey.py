"""Filter for incident projects: the manual's procedure, and what a colleague does meanwhile."""

from __future__ import annotations

import re

from playwright.async_api import expect
from tests.browsing import in_shared_browser
from tests.journeys.operator import Operator
from tests.journeys.sites import RunningSite

pytestmark = in_shared_browser


def create(site: RunningSite, **body: object) -> int:
    """Have a colleague make a project."""
    with site.signed_in("supervisor") as colleague:
        answer = colleague.post("/plugins/incident/projects", json=body)
        return answer.raise_for_status().json()["project"]["id"]


async def test_filter_for_incident_projects(operator: Operator, site: RunningSite) -> None:
    """By text, ID, status and time, together, at the address; the rest appears by itself."""
    first = create(site, type="theft", description="Red bag taken in the lobby")
    create(site, type="fire", description="Smoke in the corridor")
    page = operator.page
    await operator.sign_in("operator")
    await operator.tab("Incidents")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(2)

    await page.keyboard.press("/")
    await page.keyboard.type("bag")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("Red bag taken")
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("menuitem", name="Type", exact=True).click()
    await page.get_by_role("dialog", name="Type").get_by_label("Theft").check()
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(re.compile(r"/incidents/list/text~bag/type~theft$"))

    second = create(site, type="theft", description="Another bag taken")
    await expect(rows.first).to_contain_text("Another bag taken")
    await page.reload()
    await expect(rows).to_have_count(2)
    await rows.filter(has_text="Red bag").dblclick()
    await expect(page.get_by_role("heading", name=f"Incident project {first}")).to_be_visible()
    await page.go_back()
    await expect(rows).to_have_count(2)

    await page.get_by_role("button", name="Clear all").click()
    await expect(rows).to_have_count(3)
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("menuitem", name="ID", exact=True).click()
    await expect(page.get_by_role("dialog", name="ID")).to_be_visible()
    await page.keyboard.type(str(second))
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(1)
    await page.get_by_role("button", name="Remove the filter ID").click()
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("menuitem", name="Sequences starting after").click()
    await expect(page.get_by_role("dialog", name="Sequences starting after")).to_be_visible()
    await page.keyboard.type("-1h")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("No incident project matches this filter")).to_be_visible()
