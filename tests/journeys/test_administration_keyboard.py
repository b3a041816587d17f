"""The plug-in's own pages of the administration by keyboard alone, within the frame of the host."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect
from tests.browsing import Watched, in_shared_browser
from tests.journeys.operator import Operator
from tests.journeys.sites import RunningSite
from tests.journeys.test_live_withdrawn import ASK_FOR_CAMERAS
from tests.journeys.test_projects_journey import SECTIONS as OF_INCIDENT_PROJECTS
from tests.keyboard import FIND, FOCUS, Stops, focused, go_to

from incident_demo.site import PASSWORD

pytestmark = in_shared_browser

PROJECTS = "/plugins/incident/projects"
SECTIONS = {"recorders": "Recorders", **OF_INCIDENT_PROJECTS}


async def walk(page: Page) -> list[str]:
    """Press Tab through the page; everything must be reached, visibly. Gives the names in their order."""
    stops = Stops(await page.evaluate(FIND))
    for _ in stops.presses:
        await page.keyboard.press("Tab")
        stops.reached(await page.evaluate(FOCUS))
    return stops.names()


@pytest.fixture
def binned(site: RunningSite) -> int:
    """A project that lies in the recycle bin."""
    with site.signed_in("admin") as asking:
        made = asking.post(PROJECTS, json={"type": "theft", "description": "Wrong entry"}).raise_for_status()
        number: int = made.json()["project"]["id"]
        asking.delete(f"{PROJECTS}/{number}").raise_for_status()
        return number


async def test_every_control_of_every_page_is_reached_by_tab(
    operator: Operator, site: RunningSite, binned: int
) -> None:
    """Each link, button and field of the eight pages; the focus is always seen."""
    del binned
    page = operator.page
    await operator.sign_in("admin")
    for name, title in SECTIONS.items():
        await page.goto(f"{site.address}/administration/incident.{name}")
        await expect(page.get_by_role("region", name=title).first).to_be_visible()
        await expect(page.locator(".skeleton")).to_have_count(0)
        assert len(await walk(page)) > len(SECTIONS), title


async def test_pages_are_operated_by_keyboard(
    operator: Operator, watched: Watched, site: RunningSite, binned: int
) -> None:
    """A value is added and saved, a recorder tested, a project restored; no mouse at any time.

    A session that ends before the value is saved takes nothing away.
    """
    watched.provoked.append("status of 401")
    page = operator.page
    await operator.sign_in("admin")
    await go_to(page, "Administration")
    await page.keyboard.press("Enter")
    await go_to(page, "Incident properties")
    await page.keyboard.press("Enter")
    await go_to(page, "Add value")
    await page.keyboard.press("Enter")
    await page.keyboard.type("Trespass")
    await page.keyboard.press("Tab")
    await page.context.clear_cookies()
    await page.evaluate(ASK_FOR_CAMERAS)
    ended = page.get_by_role("region", name="Notices").get_by_text("Your session has ended.")
    await expect(ended).to_be_visible()
    credentials = {"account": "admin", "password": PASSWORD}
    again = await page.request.post(
        f"{site.address}/api/session", data=credentials, headers={"origin": site.address}
    )
    assert again.ok
    await go_to(page, "Save")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Incident properties saved")).to_be_visible()

    await go_to(page, "Recorders")
    await page.keyboard.press("Enter")
    await go_to(page, "Test: ")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Everything works.")).to_be_visible()
    await walk(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert "Test: " in await focused(page), "focus comes back to where the dialog was opened"

    await go_to(page, "Recycle bin")
    await page.keyboard.press("Enter")
    await go_to(page, "Restore")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Wrong entry")).to_have_count(0)
    with site.signed_in("admin") as asking:
        asking.get(f"{PROJECTS}/{binned}").raise_for_status()
