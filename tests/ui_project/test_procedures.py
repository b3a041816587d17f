"""Procedures of the manual as people do them, with the number of actions that they take."""

from __future__ import annotations

from playwright.async_api import expect

from incident_plugin.domain.project import ProjectId
from tests.browsing import in_shared_browser
from tests.hand import Hand
from tests.ui_list.conftest import Opening
from tests.ui_list.site import OLIVIA, Site

from .test_tabs import sequences

pytestmark = in_shared_browser


async def test_change_statuses_comments_and_other_incident_properties(opening: Opening, site: Site) -> None:
    """In no more actions than the manual takes: 13, each tab, field and Save being one."""
    number = site.create(description="Fight at the gate")
    page = await opening()
    hand = Hand(page)
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
    assert hand.actions <= 13
    with site.work.reading(OLIVIA) as work:
        project = work.project(ProjectId(number))
    assert project.fields["status"] == "in-progress"
    assert project.fields["category:severity"] == "high"
    assert [comment.text for comment in project.comments] == ["Saved on the share"]
    assert [call.number for call in project.calls] == ["112"]


async def test_remove_sequences_from_an_incident_project(opening: Opening, site: Site) -> None:
    """In no more actions than the manual takes: open, Sequence list, select, Remove, confirm."""
    site.create(*sequences(3), description="Fight at the gate")
    # The preview asks for pictures, and there is no recorder here.
    page = await opening(provoked=("/stills/",))
    hand = Hand(page)
    await hand.open(page.get_by_role("row", name="Fight at the gate"))
    await hand.tab("Sequence list")
    rows = page.locator(".sequences tbody tr")
    await hand.click(rows.nth(1).locator("td").nth(1))
    await hand.click(page.get_by_role("button", name="Remove", exact=True))
    await hand.click(page.get_by_role("dialog").get_by_role("button", name="Remove"))
    await expect(rows).to_have_count(2)
    assert hand.actions <= 5


async def test_view_user_activity_log_entries_for_an_incident_project(opening: Opening, site: Site) -> None:
    """In no more actions than the manual takes: open, Activity logs."""
    number = site.create(description="Fight at the gate")
    site.set_field(number, "status", "closed")
    page = await opening()
    hand = Hand(page)
    await hand.open(page.get_by_role("row", name="Fight at the gate"))
    await hand.tab("Activity logs")
    row = page.locator(".activity tbody tr").filter(has_text="Status changed from “New” to “Closed”")
    await expect(row).to_contain_text("Carl Colleague")
    assert hand.actions <= 2
