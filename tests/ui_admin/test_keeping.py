"""Recycle bin, retention, legal hold and audit log in a real browser."""

from __future__ import annotations

import asyncio
import csv
import io
import subprocess
import zipfile

from playwright.async_api import expect

from incident_plugin.adapters.sealed_backup import unsealed
from tests.accessibility import violations
from tests.browsing import in_shared_browser
from tests.hand import Hand
from tests.ui_list.site import CARL

pytestmark = in_shared_browser

REFUSED = r"Failed to load resource"


async def test_a_deletion_is_taken_back_from_the_notice(opening, site) -> None:
    """Deleting says how long it can be restored; Undo brings the project back, as it was."""
    number = site.create(description="Bag taken")
    page = await opening(f"incidents/{number}/details", provoked=(REFUSED,))
    await page.get_by_role("button", name="Delete", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("waits in the recycle bin for up to 30 days")).to_be_visible()
    await dialog.get_by_role("button", name="Delete", exact=True).click()
    await expect(page.get_by_text(f"Incident project {number} was deleted.")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text(f"Incident project {number} is back.")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Description", exact=True)).to_have_value("Bag taken")


async def test_the_bin_restores_and_deletes_for_good_with_a_certificate(opening, site, tmp_path) -> None:
    """By keyboard; the certificate is verified by openssl, with nothing of ours."""
    kept, gone = site.create(description="Bag taken"), site.create(description="Wrong entry")
    site.delete(kept)
    page = await opening("bin")
    assert await violations(page) == []
    await page.get_by_role("button", name=f"Restore: incident project {kept}").press("Enter")
    await expect(page.get_by_text("The recycle bin is empty.")).to_be_visible()
    await expect(page.locator("div.section")).to_be_focused()
    site.delete(gone)
    await page.get_by_role("button", name=f"Delete for good: incident project {gone}").press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("It cannot be restored.")).to_be_visible()
    await page.keyboard.type("Asked for by the person")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("The recycle bin is empty.")).to_be_visible()
    assert await violations(page) == []
    async with page.expect_download() as begun:
        await page.get_by_role("button", name=f"Download: certificate of incident project {gone}").click()
    zipfile.ZipFile(await (await begun.value).path()).extractall(tmp_path)
    command = "openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in certificate.json"
    arguments = [*command.split(), "-sigfile", "certificate.sig"]
    said = await asyncio.create_subprocess_exec(*arguments, cwd=tmp_path, stdout=subprocess.PIPE)
    assert b"Signature Verified Successfully" in (await said.communicate())[0]
    assert "Asked for by the person" in (tmp_path / "certificate.json").read_text()
    assert "Wrong entry" not in repr(site.runtime.parts.ground.store.entries(gone))


async def test_a_project_deleted_under_ones_hands_says_where_it_is(opening, site) -> None:
    """Whoever has it open is told who deleted it, and that it can be restored."""
    number = site.create()
    page = await opening(f"incidents/{number}/details", provoked=(REFUSED,))
    await expect(page.get_by_role("heading", name=f"Incident project {number}")).to_be_visible()
    site.delete(number, CARL)
    await expect(page.get_by_text("Carl Colleague deleted").first).to_be_visible()
    await expect(page.get_by_text("It is in the recycle bin until").first).to_be_visible()


async def test_a_legal_hold_stops_deleting_until_it_is_lifted(opening, site) -> None:
    """Set with a reason from the project's page; deleting then says who set it and why."""
    number = site.create()
    page = await opening(f"incidents/{number}/details", provoked=(REFUSED,))
    await page.get_by_role("button", name="Legal hold").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Legal hold").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    await dialog.get_by_label("Reason").fill("Order of the court")
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Legal hold").click()
    await expect(page.get_by_text(f"Incident project {number} is on legal hold")).to_be_visible()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    await expect(page.get_by_text("“Order of the court”. It was not deleted.")).to_be_visible()


async def test_retention_says_what_it_means_and_asks_before_it_counts(opening, site) -> None:
    """Undecided, it says that nothing is deleted; new days are confirmed with what they would delete."""
    site.create()
    page = await opening("retention", provoked=(REFUSED,))
    await expect(page.get_by_text("Until then nothing is deleted automatically.")).to_be_visible()
    assert await violations(page) == []
    hand = Hand(page)
    await hand.click(page.get_by_label("for", exact=True))
    await expect(page.get_by_label("Days that incident projects are kept", exact=True)).to_be_focused()
    await page.keyboard.type("0")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("from 1 to 365,000")
    await hand.write(page.get_by_label("Days that incident projects are kept", exact=True), "7")
    await page.get_by_label("Days that incident projects of type Fire are kept").fill("365")
    await hand.click(page.get_by_role("button", name="Save", exact=True))
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("No incident project is older than this today.")).to_be_visible()
    await hand.click(dialog.get_by_role("button", name="Change retention"))
    await expect(page.get_by_text("Retention saved")).to_be_visible()
    assert hand.actions <= 4
    await expect(page.get_by_text("Until then nothing is deleted")).to_have_count(0)
    await expect(page.get_by_role("row", name="within 7 days")).to_contain_text("1")
    other = await opening("retention", person="carl")
    await expect(other.get_by_label("Days that incident projects are kept", exact=True)).to_have_value("7")


async def test_pre_roll_and_merge_time_hold_for_what_begins_next(opening, site) -> None:
    """They are explained, bounded, kept and audited; one administrator does not overwrite another."""
    page = await opening("collecting", provoked=(REFUSED,))
    await expect(page.get_by_text("what made the operator look")).to_be_visible()
    assert await violations(page) == []
    other = await opening("collecting", person="carl", provoked=(REFUSED,))
    await expect(other.get_by_label("Pre-roll", exact=True)).to_have_value("30")
    await page.get_by_label("Pre-roll", exact=True).fill("301")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("A whole number of seconds from 0 to 300")
    await page.get_by_label("Pre-roll", exact=True).fill("45")
    await page.get_by_label("Merge time").fill("0")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Collecting saved")).to_be_visible()
    started = await page.request.post(
        f"{site.address}/plugins/incident/collections",
        headers={"X-Principal": "olivia"},
        data={"client": "a-browser-tab", "cameras": []},
    )
    assert started.ok, await started.text()
    answer = await page.request.get(
        f"{site.address}/plugins/incident/collections", headers={"X-Principal": "olivia"}
    )
    assert ((await answer.json())["pre_roll"], (await answer.json())["merge_within"]) == (45, 0)
    await other.get_by_label("Merge time").fill("9")
    await other.get_by_role("button", name="Save", exact=True).click()
    await other.get_by_role("button", name="Load theirs").click()
    await expect(other.get_by_label("Pre-roll", exact=True)).to_have_value("45")
    log = await opening("audit")
    await expect(log.get_by_text("Pre-roll of collected sequences")).to_be_visible()


async def test_the_audit_log_is_filtered_verified_and_exported(opening, site) -> None:
    """What was changed and what was denied, as sentences and as a file that runs no formula."""
    number = site.create()
    site.access.permissions["carl"] = frozenset({"incident.projects.view"})
    page = await opening("retention")
    headers = {"X-Principal": "carl"}
    denied = await page.request.delete(f"{site.address}/plugins/incident/projects/{number}", headers=headers)
    assert denied.status == 403
    page = await opening("properties")
    await page.get_by_label("Name of Fire").fill("=1+1")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Incident properties saved")).to_be_visible()
    log = await opening("audit")
    await expect(log.get_by_text("Type changed from “Fire” to “=1+1”")).to_be_visible()
    assert await violations(log) == []
    await log.get_by_role("button", name="Verify").click()
    await expect(log.get_by_text("All 2 entries are as they were written")).to_be_visible()
    async with log.expect_download() as begun:
        await log.get_by_role("button", name="Export CSV").click()
    text = (await (await begun.value).path()).read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["action"] for row in rows] == ["security.denied", "properties.changed"]
    assert rows[1]["after"] == "'=1+1"
    await expect(log.get_by_text("Audit log exported: csv, 2 entries")).to_be_visible()
    await log.get_by_role("combobox", name="What").select_option("Denied")
    await expect(log.get_by_text("1 entry")).to_be_visible()
    await expect(log.get_by_text(f"Permission denied: DELETE /projects/{number}")).to_be_visible()
    before = log.get_by_role("textbox", name="Before")
    await before.fill("-1h")
    await expect(log.get_by_text("0 entries")).to_be_visible()
    await before.fill("half past")
    await expect(log.get_by_role("alert")).to_contain_text("Enter date and time as 2026-03-01 14:05:00")
    await before.fill("")
    await log.get_by_role("textbox", name="From").fill("-1h")
    await expect(log.get_by_text("1 entry")).to_be_visible()


async def test_a_backup_is_taken_away_sealed(opening, site, tmp_path) -> None:
    """Two equal passphrases of some length; the file opens with it and with nothing else."""
    site.create(description="Bag taken")
    page = await opening("backup", provoked=(REFUSED,))
    assert await violations(page) == []
    await page.get_by_label("Passphrase", exact=True).fill("short")
    await page.get_by_role("button", name="Make a backup").click()
    await expect(page.get_by_role("alert")).to_contain_text("At least 12 characters")
    await page.get_by_label("Passphrase", exact=True).fill("correct horse battery")
    await page.get_by_label("Passphrase again").fill("correct horse batterx")
    await page.get_by_role("button", name="Make a backup").click()
    await expect(page.get_by_role("alert")).to_contain_text("differ")
    await page.get_by_label("Passphrase again").fill("correct horse battery")
    async with page.expect_download() as begun:
        await page.get_by_role("button", name="Make a backup").click()
    file = tmp_path / "backup.sealed"
    await (await begun.value).save_as(file)
    with unsealed(file, "correct horse battery", tmp_path) as found:
        assert found.store.stat().st_size > 0
        assert [key.name for key in found.keys.iterdir()]
        assert "pre_roll_seconds" in found.settings
    assert list((site.directory / "cache" / "backups").iterdir()) == []


async def test_a_number_of_days_that_cannot_be_is_named_and_focused(opening) -> None:
    """The message says which field it is, and the keyboard is in it; the bar does not cover it at 200 %."""
    page = await opening("retention", provoked=(REFUSED,), viewport={"width": 640, "height": 360})
    days = page.get_by_label("Days that incident projects are kept", exact=True)
    await page.get_by_label("for", exact=True).check()
    await expect(days).to_be_focused()
    await page.get_by_role("button", name="Save", exact=True).click()
    said = "Days that incident projects are kept: A whole number from 1 to 365,000."
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text(said)
    await expect(days).to_be_focused()
    await expect(alert).to_be_in_viewport(ratio=1)
    said_at, bar_at = await alert.bounding_box(), await page.locator(".bar").bounding_box()
    assert said_at
    assert bar_at
    assert said_at["y"] + said_at["height"] <= bar_at["y"] + 1
