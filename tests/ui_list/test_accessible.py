"""Nobody is shut out: no breach of WCAG 2.2 AA on any screen of the list."""

from __future__ import annotations

from playwright.async_api import expect

from tests.accessibility import violations
from tests.browsing import in_shared_browser
from tests.ui_list.conftest import Opening
from tests.ui_list.site import Site

pytestmark = in_shared_browser


async def test_the_list(opening: Opening, site: Site) -> None:
    """With a project selected and previewed."""
    number = site.create(description="Broken window", type="vandalism")
    page = await opening()
    await page.get_by_role("row", name="Broken window").click()
    await expect(page.get_by_role("heading", name=f"Incident project {number}")).to_be_visible()
    assert await violations(page, "main") == []
