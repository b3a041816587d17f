"""Administration > Preserved video."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browsing import in_shared_browser

pytestmark = in_shared_browser


async def test_types_are_preserved_by_choice(opening, site) -> None:
    """Checked and saved, the rule is kept, and says from when on it holds."""
    page = await opening("preserve")
    box = page.get_by_label("Theft")
    await expect(box).not_to_be_checked()
    await box.check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("preserved from their next change on")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Theft")).to_be_checked()
    await expect(page.get_by_label("Vandalism")).not_to_be_checked()
