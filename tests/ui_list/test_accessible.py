"""Nobody is shut out: no breach of WCAG 2.2 AA on any screen of the list, dark and light."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.accessibility import violations
from tests.browsing import in_shared_browser
from tests.domain.examples import sequence
from tests.ui_list.conftest import Opening
from tests.ui_list.site import Site

pytestmark = in_shared_browser

#: The light theme of the reference host.
LIGHT = """() => {
  const light = {
    'surface-0': '#e9ecef', 'surface-1': '#f5f6f8', 'surface-2': '#fff', 'surface-3': '#dfe4e9',
    text: '#15191d',
    'text-dim': '#505a65', border: '#76818d', accent: '#1a62d0', 'on-accent': '#fff', red: '#c0271c',
    amber: '#885400', green: '#17703f',
  };
  const { style } = document.documentElement;
  for (const [name, value] of Object.entries(light)) style.setProperty(`--vms-${name}`, value);
  style.setProperty('color-scheme', 'light');
}"""


@pytest.fixture(params=["dark", "light"])
def theme(request) -> str:
    return request.param


async def opened(opening: Opening, site: Site, theme: str, address: str) -> Page:
    site.create(
        sequence(camera="dock"), description="Broken window", type="vandalism", owner="Carl Colleague"
    )
    site.create(description="Van", status="closed", **{"category:severity": "high", "data:injuries": True})
    page = await opening(address, provoked=("404",))
    if theme == "light":
        await page.evaluate(LIGHT)
    return page


async def test_the_list(opening: Opening, site: Site, theme: str) -> None:
    """With chips, a project selected and previewed, new ones announced and one that is gone."""
    page = await opened(opening, site, theme, "incidents/list/text~w/created-from~-7d")
    await page.get_by_role("row", name="Broken window").click()
    await expect(page.get_by_role("heading", name="Incident project 1")).to_be_visible()
    site.create(description="Wet floor")
    await expect(page.get_by_role("button", name="1 new incident project")).to_be_visible()
    site.delete(1)
    await expect(page.get_by_role("row", name="Broken window")).to_have_attribute(
        "aria-description", "Deleted"
    )
    assert await violations(page, "main") == []


async def test_menus_and_dialogs(opening: Opening, site: Site, theme: str) -> None:
    """Each opens by keyboard, and gives the keyboard back."""
    page = await opened(opening, site, theme, "incidents/list/status~new")
    await expect(page.get_by_role("row", name="Broken window")).to_be_visible()
    add = page.get_by_role("button", name="Filter", exact=True)
    for kind in ("Type", "Sequences within", "Created by", "Estimated damage"):
        await add.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("menuitem", name="ID")).to_be_focused()
        assert await violations(page, "main") == []
        await page.get_by_role("menuitem", name=kind, exact=True).focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog", name=kind)).to_be_visible()
        assert await violations(page, "main") == []
        await page.keyboard.press("Escape")
        await expect(add).to_be_focused()
    await page.get_by_role("button", name="Saved filters").press("Enter")
    await expect(page.get_by_role("dialog", name="Saved filters")).to_be_visible()
    assert await violations(page, "main") == []
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Columns").press("Enter")
    await expect(page.get_by_role("dialog", name="Columns")).to_be_visible()
    assert await violations(page) == []


async def test_the_dashboard(opening: Opening, site: Site, theme: str) -> None:
    """As drawings and as tables."""
    page = await opened(opening, site, theme, "incidents/dashboard")
    await expect(page.get_by_text("2 incident projects")).to_be_visible()
    assert await violations(page, "main") == []
    await page.get_by_role("button", name="As a table").click()
    await expect(page.get_by_role("table", name="Status")).to_be_visible()
    assert await violations(page, "main") == []


async def test_nothing_to_show(opening: Opening, theme: str) -> None:
    """The empty list and the empty dashboard."""
    page = await opening()
    if theme == "light":
        await page.evaluate(LIGHT)
    await expect(page.get_by_text("No incident projects yet")).to_be_visible()
    assert await violations(page, "main") == []
    await page.evaluate("location.hash = '#/incidents/dashboard'")
    await expect(page.get_by_text("No incident project fits this filter and period.")).to_be_visible()
    assert await violations(page, "main") == []
