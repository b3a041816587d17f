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


async def test_what_the_vault_holds_stands_below(opening, site) -> None:
    """How much there is, and what keeps a file there."""
    page = await opening("preserve")
    vault = page.get_by_role("region", name="In the vault")
    await expect(vault).to_contain_text("none yet")
    await expect(vault).to_contain_text("each once a week and before it is exported")
    await expect(vault).to_contain_text("not while one of them is on legal hold")
