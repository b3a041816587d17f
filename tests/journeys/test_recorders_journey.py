"""The administrator's journey: a recorder is tested, added, seen by operators, and removed."""

from __future__ import annotations

from playwright.async_api import expect
from tests.accessibility import violations
from tests.browsing import in_shared_browser
from tests.journeys.operator import Operator
from tests.programs import RECORDER_USER, running_recorder

pytestmark = in_shared_browser

SECRET = "north-secret-9f3"


async def test_a_recorder_from_its_address_to_its_cameras(operator: Operator) -> None:
    """A wrong password is told by the test, the right one passes every step; cameras come without restart.

    When it is away, the page of plug-ins leads to where it is tested.
    """
    page = operator.page
    with running_recorder(password=SECRET) as north:
        await operator.sign_in("admin")
        await operator.tab("Administration")
        await page.get_by_role("link", name="Recorders", exact=True).click()
        section = page.locator("incident-recorders")
        await section.get_by_role("button", name="Add recorder").click()
        dialog = page.get_by_role("dialog", name="Add recorder")
        await dialog.get_by_label("Name", exact=True).fill("North")
        await dialog.get_by_label("Address").fill(north.address.removeprefix("http://").partition("/")[0])
        await dialog.get_by_label("User name").fill(RECORDER_USER)
        await dialog.get_by_label("Password", exact=True).fill("wrong")
        await dialog.get_by_role("button", name="Test", exact=True).click()
        await expect(dialog.get_by_text("It does not work yet.")).to_be_visible()
        await expect(dialog.locator("[data-step=sign-in]")).to_contain_text(
            "refused the user name or password"
        )
        await expect(dialog.locator("[data-step=replay]")).to_contain_text("Not tried")

        await dialog.get_by_label("Password", exact=True).fill(SECRET)
        await dialog.get_by_role("button", name="Test", exact=True).click()
        await expect(dialog.get_by_text("Everything works.")).to_be_visible()
        await dialog.get_by_label("Details for engineers").check()
        await expect(dialog.locator("[data-step=replay] code")).to_contain_text("H264")
        assert await violations(page) == []
        await dialog.get_by_role("button", name="Add", exact=True).click()

        card = section.get_by_role("listitem").filter(has_text="North")
        await expect(card).to_contain_text("Answers")
        assert await violations(page, "incident-recorders") == []
        await page.reload()
        await operator.tab("Live")
        await expect(page.get_by_text("North").first).to_be_visible()

    await operator.tab("Administration")
    await page.get_by_role("link", name="Plug-ins", exact=True).click()
    part = page.locator("[data-plugin=incident]").get_by_role("listitem").filter(has_text="North")
    await part.get_by_role("link", name="Administration > Recorders").click()
    await expect(card).not_to_contain_text("Answers")
    await section.get_by_role("button", name="Test: North").click()
    await expect(page.get_by_role("dialog").get_by_text("It does not work yet.")).to_be_visible()
    await page.keyboard.press("Escape")
    await section.get_by_role("button", name="Remove: North").click()
    await page.get_by_role("dialog", name="Remove recorder").get_by_role("button", name="Remove").click()
    await expect(card).to_have_count(0)
