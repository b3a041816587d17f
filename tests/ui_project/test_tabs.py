"""Every part of the project page: readable for everybody, and usable when there is very much in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

import reference_host
from incident_plugin.adapters.host import RandomIds
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import Comment, CommentId, ProjectId
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.time import Interval
from tests.accessibility import violations
from tests.browsing import in_shared_browser
from tests.ui_list.conftest import Opening
from tests.ui_list.site import CARL, Site

pytestmark = in_shared_browser

TOKENS = Path(reference_host.__file__).parent / "ui" / "tokens.css"
#: The tokens of the reference host, dark and light.
DARK, LIGHT = (
    dict(re.findall(r"(--vms-[\w-]+): ([^;]+);", block))
    for block in TOKENS.read_text(encoding="utf-8").split("light", maxsplit=1)
)
WEAR = (
    "tokens => Object.entries(tokens).forEach(([k, v]) => document.documentElement.style.setProperty(k, v))"
)
TABS = ("details", "categories", "comments", "sequences", "calls", "activity", "exports", "related")


def sequences(many: int) -> tuple[Sequence, ...]:
    """So many sequences of one camera, a minute each."""
    begin = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return tuple(
        Sequence(
            id=SequenceId(f"s{n}"),
            footage=Footage(
                camera=CameraId("dock"),
                camera_name="Dock",
                recorder="North",
                interval=Interval(begin + timedelta(minutes=n), begin + timedelta(minutes=n + 1)),
            ),
            added_by=CARL,
            added_at=datetime.now(UTC),
        )
        for n in range(many)
    )


def write_comments(site: Site, number: ProjectId, texts: list[str]) -> None:
    """Have somebody write many comments at once."""
    with site.work.begin(CARL) as work:
        project = work.project(number)
        for text in texts:
            project = project.with_comment(
                Comment(id=CommentId(RandomIds().new()), text=text, author=CARL, at=datetime.now(UTC))
            )
        work.save(project)


@pytest.mark.parametrize("scheme", [DARK, LIGHT], ids=["dark", "light"])
async def test_no_part_has_a_barrier(opening: Opening, site: Site, scheme: dict[str, str]) -> None:
    """WCAG 2.2 AA as far as a program can judge it, with something in every part and a conflict open."""
    other = site.create(*sequences(1), description="The same video")
    number = site.create(*sequences(3), description="Gate", type="theft", priority="high", owner="Carl")
    site.comment(number, "Guard informed. مرحبا بالعالم \N{POLICE OFFICER}")
    page = await opening(f"incidents/{number}")
    await page.evaluate(WEAR, scheme)
    await page.get_by_label("Description", exact=True).fill("Mine")
    site.set_field(number, "description", "Theirs")
    await expect(page.get_by_text("Which value shall stay?")).to_be_visible()
    assert await violations(page) == []
    for tab in TABS:
        await page.goto(f"{site.address}/?as=olivia#/incidents/{number}/{tab}")
        await expect(page.get_by_role("tab", selected=True)).to_have_attribute("data-tab", tab)
        if tab == "related":
            await expect(page.get_by_role("button", name=f"Incident project {other}")).to_be_visible()
        if tab == "calls":
            await page.get_by_role("button", name="Add call").click()
        await expect(page.locator(".skeleton")).to_have_count(0)
        assert await violations(page) == [], tab


async def test_ten_thousand_comments_stay_usable(opening: Opening, site: Site) -> None:
    """The newest are there at once; a new one is added and older ones are shown when they are asked for."""
    number = site.create()
    write_comments(site, number, [f"Comment {n}" for n in range(10_000)])
    page = await opening(f"incidents/{number}/comments")
    await expect(page.locator("article").last).to_contain_text("Comment 9999")
    await expect(page.locator("article")).to_have_count(100)
    await expect(page.get_by_role("tab", name="Comments")).to_contain_text("10000")
    await page.get_by_role("tab", name="Comments").press("PageDown")
    await expect(page.locator("article").first).not_to_be_in_viewport()
    await page.get_by_label("New comment").fill("One more")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("article").last).to_contain_text("One more")
    await expect(page.get_by_role("button", name="Add comment")).to_be_in_viewport(ratio=1)
    await page.get_by_role("button", name="Show 500 older").click()
    await expect(page.locator("article")).to_have_count(600)


async def test_long_and_foreign_texts_are_shown_as_they_were_written(opening: Opening, site: Site) -> None:
    """100,000 characters, right to left, and pictures of people are saved, cut short and shown whole."""
    number = site.create()
    page = await opening(f"incidents/{number}/comments")
    text = "שלום \N{WOMAN}\N{ZERO WIDTH JOINER}\N{FIRE ENGINE} " + ("مرحبا " * 60 + "\n") * 270
    await page.get_by_label("New comment").fill(text)
    await page.get_by_role("button", name="Add comment").click()
    written = page.locator("article .written")
    await expect(written).to_have_attribute("dir", "auto")
    assert await written.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert len(await written.inner_text()) < 5_000
    await page.get_by_role("button", name="Show all").click()
    assert (await written.text_content()) == text


async def test_five_hundred_sequences_stay_usable(opening: Opening, site: Site) -> None:
    """All are listed, chosen and removed at once, and given back at once."""
    number = site.create(*sequences(500))
    page = await opening(f"incidents/{number}/sequences")
    await expect(page.locator(".sequences tbody tr")).to_have_count(500)
    await page.get_by_role("button", name="Remove all").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove all").click()
    await expect(page.get_by_text("No sequences yet.")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(".sequences tbody tr")).to_have_count(500)


async def test_a_field_tells_its_history(opening: Opening, site: Site) -> None:
    """Who, when, before and after, the newest first; what was never set has none."""
    number = site.create()
    site.set_field(number, "status", "closed")
    page = await opening(f"incidents/{number}")
    never_set = page.locator("[data-field=priority]")
    await expect(never_set.get_by_role("button", name="Earlier values")).to_be_hidden()
    await page.locator("[data-field=status]").get_by_role("button", name="Earlier values").click()
    dialog = page.get_by_role("dialog", name="History: Status")
    rows = dialog.locator("tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("Carl Colleague")
    await expect(rows.first).to_contain_text("New")
    await expect(rows.first).to_contain_text("Closed")
    assert await violations(page) == []


async def test_projects_are_linked_and_lead_to_one_another(opening: Opening, site: Site) -> None:
    """With a word why; the other one opens by a click, and the link can be undone."""
    other = site.create(description="Red van")
    number = site.create(description="Gate")
    page = await opening(f"incidents/{number}/related")
    await page.get_by_role("button", name="Link incident project").click()
    chooser = page.get_by_role("dialog")
    await chooser.get_by_role("row", name="Gate").dblclick()
    await expect(chooser.get_by_role("alert")).to_contain_text("This is the incident project that is open.")
    await chooser.get_by_role("row", name="Red van").dblclick()
    await page.get_by_label("What do they have to do with one another?").fill("same van")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("tabpanel")).to_contain_text("same van")
    await page.get_by_role("button", name=f"Incident project {other}", exact=True).click()
    await expect(page.get_by_role("heading", name=f"Incident project {other}")).to_be_visible()
    await page.get_by_role("tab", name="Related").click()
    await expect(page.get_by_role("button", name=f"Incident project {number}", exact=True)).to_be_visible()
    await page.get_by_role("button", name=f"Unlink incident project {number}").click()
    await expect(page.get_by_text("None yet.")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text("same van")


async def test_the_log_is_filtered_and_saved(opening: Opening, site: Site) -> None:
    """By kind and person; times are the site's, UTC stands beside them; the file has every entry."""
    number = site.create(*sequences(1))
    site.set_field(number, "status", "closed")
    page = await opening(f"incidents/{number}/activity")
    row = page.get_by_role("row").filter(has_text="Sequence added")
    await expect(row).to_contain_text("Dock, 2026-03-01 13:00:00 to 2026-03-01 13:01:00")
    await expect(row.locator("td.wrap time").first).to_have_attribute("title", "2026-03-01 12:00:00 UTC")
    await page.get_by_label("Kind").select_option("Fields")
    await expect(page.locator(".activity tbody tr")).to_have_count(2)
    await expect(page.locator(".activity-state")).to_contain_text("whole. 2 match")
    await page.get_by_label("Kind").select_option("Everything")
    await page.get_by_label("Who").select_option("Olivia Operator")
    await expect(page.locator(".activity tbody tr")).to_have_count(1)
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Save as JSON").click()
    lines = (await (await downloading.value).path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(site.runtime.parts.ground.store.entries(number))
