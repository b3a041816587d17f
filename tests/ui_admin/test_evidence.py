"""The keys that packages are signed with, in a real browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.accessibility import violations
from tests.browsing import in_shared_browser

pytestmark = in_shared_browser


async def test_an_administrator_sees_the_fingerprint_and_renews_the_key(opening, site) -> None:
    """None before the first export; a new key shows its fingerprint, and the former one stays."""
    page = await opening("evidence")
    await expect(page.get_by_text("There is none yet")).to_be_visible()
    shown = []
    for _ in range(2):
        await page.get_by_role("button", name="Make a new key").press("Enter")
        await page.get_by_role("dialog").get_by_role("button", name="Make a new key").click()
        await expect(page.get_by_text("It counts from the next export on.")).to_be_visible()
        await expect(page.locator("code").first).not_to_have_text(shown[-1] if shown else "-")
        shown.append(await page.locator("code").first.inner_text())
    await expect(page.get_by_text("Former certificates")).to_be_visible()
    await expect(page.locator("code")).to_have_text([shown[1], shown[0]])
    assert await violations(page) == []
