"""Collecting in real time, from the pane, the bar over every tab, and the keyboard."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browsing import SMALLEST, Watched, in_shared_browser, problem
from tests.ui.conftest import plugin
from tests.ui.hosting import AheadClock, Site, opened

pytestmark = in_shared_browser


def saved(page: Page) -> Locator:
    """The notice that a project is saved."""
    return page.locator(".notice", has_text=re.compile(r"Incident project \d+ is saved"))


async def test_operator_starts_follows_and_saves(page: Page, site: Site) -> None:
    """Start, follow by changing the view, save with type and description: the project has the sequences."""
    await page.get_by_role("button", name="Start incident project").click()
    card = page.get_by_role("group", name="Started")
    await expect(card).to_contain_text("Collecting")
    await expect(card.get_by_role("listitem")).to_have_count(2)
    await expect(page.locator("incident-status")).to_contain_text("2 cameras")
    names = await page.evaluate("host.bridge.cameras().map(c => c.name)")
    await page.evaluate("names => host.watch([names[1], names[2]])", names)
    await expect(card.get_by_role("listitem")).to_have_count(3)
    first = card.get_by_role("listitem").filter(has_text=names[0])
    await expect(first).not_to_contain_text("recording")
    await expect(card.get_by_role("listitem").filter(has_text=names[2])).to_contain_text("recording")

    await page.get_by_role("button", name="Save incident project").click()
    dialog = page.get_by_role("dialog", name="Save incident project")
    await dialog.get_by_label("Type").select_option("Theft")
    await dialog.get_by_label("Description").fill("A red bag was taken.")
    await dialog.get_by_role("button", name="Save").click()
    notice = page.locator(".notice")
    await expect(notice).to_contain_text("is saved")
    await expect(notice).to_contain_text("3 sequences")
    number = re.search(r"\d+", await notice.inner_text())[0]
    await expect(page.locator("incident-status").get_by_text("Collecting")).to_be_hidden()
    await notice.get_by_role("button", name="Open").click()
    assert await page.evaluate("host.navigations.at(-1)") == {"tab": "incidents", "path": number}
    project = await page.evaluate("id => host.get(`projects/${id}`)", number)
    assert project["fields"]["type"] == "theft"
    assert project["fields"]["description"] == "A red bag was taken."
    assert [s["footage"]["camera_name"] for s in project["sequences"]] == names[:3]


async def test_the_keyboard_is_never_lost(page: Page) -> None:
    """Where what was pressed is gone afterwards, what it belonged to has the keyboard."""
    where = "() => document.activeElement.localName"
    bar, pane = page.locator("incident-status"), page.locator("incident-pane")

    async def press(place: Locator, name: str) -> None:
        button = place.get_by_role("button", name=name)
        await button.focus()
        await page.keyboard.press("Enter")

    async def save() -> None:
        await press(page.get_by_role("dialog", name="Save incident project"), "Save")
        await expect(bar.get_by_role("button")).to_have_count(0)

    for place, name in ((bar, "Save"), (pane, "Save incident project")):
        await page.keyboard.press("F9")
        await expect(bar).to_contain_text("2 cameras")
        await press(place, name)
        await save()
        await page.wait_for_function("() => document.activeElement !== document.body")
        assert await page.evaluate(where) == await place.evaluate("e => e.localName")
    await page.keyboard.press("F9")
    await expect(bar).to_contain_text("2 cameras")
    await press(pane, "Pause")
    await press(bar, "Go on")
    await expect(bar.get_by_role("button", name="Save")).to_be_focused()
    await press(bar, "Discard")
    await press(page.get_by_role("dialog", name="Discard this collection?"), "Discard")
    await expect(bar.get_by_role("button")).to_have_count(0)
    assert await page.evaluate(where) == "incident-status"


async def test_by_keyboard_alone(page: Page) -> None:
    """F9, Shift+F9, arrow, Tab, text, Ctrl+Enter: no mouse, and no second form over the first."""
    await page.keyboard.press("F9")
    await expect(page.locator("incident-status")).to_contain_text("Collecting")
    await page.keyboard.press("Shift+F9")
    dialog = page.get_by_role("dialog", name="Save incident project")
    await expect(dialog.get_by_label("Type").get_by_text("Theft")).to_be_attached()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Control+F9")
    await page.keyboard.type("Broken window [left]")
    await page.keyboard.press("Control+Enter")
    await expect(saved(page)).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_empty_project_keeps_the_operator_in_live(page: Page) -> None:
    """Create empty asks for the details, lists the project at once and leaves the tab as it is."""
    await page.get_by_role("button", name="Create empty incident project").click()
    dialog = page.get_by_role("dialog", name="Create empty incident project")
    await dialog.get_by_role("button", name="Save").click()
    await expect(saved(page)).to_be_visible()
    await expect(page.get_by_text("No sequences")).to_be_visible()
    assert await page.evaluate("host.navigations") == []
    newest = (await page.evaluate("host.get('projects?limit=1')"))["projects"][0]
    await expect(saved(page)).to_contain_text(f"Incident project {newest['id']} is saved")


async def test_discard_asks_first(page: Page) -> None:
    """Cancel keeps the collection, Discard ends it; nothing is saved."""
    await page.keyboard.press("F9")
    bar = page.locator("incident-status")
    await bar.get_by_role("button", name="Discard").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await expect(bar).to_contain_text("Collecting")
    await bar.get_by_role("button", name="Discard").click()
    await page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    await expect(bar.get_by_text("Collecting")).to_be_hidden()
    assert (await page.evaluate("host.get('collections')"))["collections"] == []
    await expect(page.locator(".notice")).to_contain_text("The collection is discarded")


async def test_refused_save_loses_nothing(watched: Watched) -> None:
    """A lost connection is said in the dialog; text and collection stay, and the next Save succeeds."""
    page = watched.page
    watched.provoked += ["ERR_FAILED"]
    await page.keyboard.press("F9")
    await expect(page.locator("incident-status")).to_contain_text("Collecting")
    await page.keyboard.press("Shift+F9")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Description").fill("Long story")
    await page.route("**/save", lambda route: route.abort())
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("The server cannot be reached")
    await page.keyboard.press("Escape")
    await expect(page.locator("incident-status")).to_contain_text("Collecting")
    await page.unroute("**/save")
    await page.keyboard.press("Shift+F9")
    await expect(dialog.get_by_label("Description")).to_have_value("Long story")
    await dialog.get_by_role("button", name="Save").click()
    await expect(saved(page)).to_be_visible()


async def test_a_session_that_ends_while_collecting_is_not_told_as_a_silent_server(watched: Watched) -> None:
    """Locked out, or signed out elsewhere: the bar says what is kept and that signing in helps."""
    page = watched.page
    watched.provoked += ["401"]
    await page.keyboard.press("F9")
    bar = page.locator("incident-status")
    await expect(bar).to_contain_text("Collecting")
    refusal = problem("You are signed out.", "Sign in again.", 401)
    await page.route("**/collections", lambda route: route.fulfill(**refusal))
    await expect(bar).to_contain_text("You are signed out. What was collected until then is kept")
    await page.unroute("**/collections")
    await expect(bar).not_to_contain_text("signed out")


async def test_start_is_not_claimed_before_it_is_acknowledged(watched: Watched) -> None:
    """A refused start shows the server's words and no red bar."""
    page = watched.page
    watched.provoked += ["503"]
    refusal = problem("Cannot create incident project. Try again later.", "The disk is full.", 503)
    await page.route(
        "**/collections",
        lambda route: route.fulfill(**refusal) if route.request.method == "POST" else route.continue_(),
    )
    await page.get_by_role("button", name="Start incident project").click()
    await expect(page.get_by_text("The disk is full.")).to_be_visible()
    await expect(page.locator("incident-status").get_by_text("Collecting")).to_be_hidden()


async def two_started(page: Page) -> Locator:
    """Start two collections; gives their cards."""
    await page.keyboard.press("F9")
    await expect(page.locator("incident-status")).to_contain_text("Collecting")
    await page.keyboard.press("F9")
    await page.get_by_role("dialog").get_by_role("button", name="Start another").press("Enter")
    cards = page.get_by_role("group", name="Started")
    await expect(cards).to_have_count(2)
    return cards


async def test_two_collections_are_told_apart(page: Page) -> None:
    """The key that starts asks when one runs; the view feeds the new one, and that can be changed."""
    cards = await two_started(page)
    await expect(cards.first).to_contain_text("Follows this view")
    await expect(cards.last).to_contain_text("Waits since")
    await expect(page.locator("incident-status")).to_contain_text("1 other collection")
    (new, old) = await cards.evaluate_all("all => all.map((card) => card.getAttribute('aria-label'))")
    await cards.last.get_by_role("button", name="Go on").click()
    await expect(cards.first).to_contain_text("Follows this view")
    await expect(cards.last).to_contain_text("Waits since")
    assert old <= new
    await page.keyboard.press("Shift+F9")
    dialog = page.get_by_role("dialog", name="Save incident project")
    await dialog.get_by_role("button", name="Started").first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(saved(page)).to_be_visible()
    await expect(cards).to_have_count(1)


async def test_the_keyboard_stays_with_the_collection_that_goes_on(page: Page) -> None:
    """Its card moves to the top: what was pressed is Pause now, and no button of another collection."""
    cards = await two_started(page)
    await expect(cards.last).to_contain_text("Waits since")
    await cards.last.get_by_role("button", name="Go on").press("Enter")
    await expect(cards.last).to_contain_text("Waits since")
    await expect(cards.first.get_by_role("button", name="Pause")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Go on").and_(page.locator(":focus"))).to_be_visible()


async def test_the_key_that_starts_also_ends(page: Page) -> None:
    """F9, F9, Enter: the dialog that saves is there."""
    await page.keyboard.press("F9")
    await expect(page.locator("incident-status")).to_contain_text("Collecting")
    await page.keyboard.press("F9")
    await expect(
        page.get_by_role("dialog").get_by_role("button", name="Save incident project")
    ).to_be_focused()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Save incident project")
    await dialog.get_by_role("button", name="Save").click()
    await expect(saved(page)).to_be_visible()


async def test_pause_and_go_on(page: Page) -> None:
    """A collection that waits says so and collects nothing, until it is told to go on."""
    await page.keyboard.press("F9")
    card = page.get_by_role("group", name="Started")
    await card.get_by_role("button", name="Pause").click()
    await expect(card).to_contain_text("2 sequences of 2 cameras are kept.")
    await expect(page.locator("incident-status")).to_contain_text("Waiting")
    await expect(card.get_by_text("recording")).to_have_count(0)
    names = await page.evaluate("host.bridge.cameras().map(c => c.name)")
    await page.evaluate("names => host.watch([names[2]])", names)
    await card.get_by_role("button", name="Go on").click()
    await expect(card.get_by_role("listitem").filter(has_text="recording")).to_have_count(1)
    await expect(page.locator("incident-status")).to_contain_text(f"1 camera: {names[2]}")


async def test_a_discarded_collection_is_put_back(page: Page) -> None:
    """Undo on the notice, and beside the live view when the notice has gone: all of it is there again."""
    await page.keyboard.press("F9")
    bar, card = page.locator("incident-status"), page.get_by_role("group", name="Started")
    for place in (page.locator(".notice"), page.locator("incident-discarded-card")):
        await bar.get_by_role("button", name="Discard").click()
        await page.get_by_role("dialog").get_by_role("button", name="Discard").click()
        await expect(page.locator("incident-discarded-card")).to_contain_text(
            "2 sequences of 2 cameras are kept."
        )
        await place.get_by_role("button", name="Undo").first.click()
        await expect(card).to_contain_text("Waits since")
        await expect(card.get_by_role("listitem")).to_have_count(2)
        await expect(page.locator("incident-discarded-card")).to_have_count(0)


async def test_too_long_description_is_not_cut(page: Page) -> None:
    """100,001 characters are refused with a count before anything is sent; 100,000 are saved whole."""
    await page.get_by_role("button", name="Create empty incident project").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Description").fill("x" * 100_001)
    await expect(dialog.get_by_text("1 character too many")).to_be_visible()
    await dialog.get_by_role("button", name="Save").click()
    await dialog.get_by_label("Description").fill("x" * 100_000)
    await expect(dialog.get_by_text("100,000 of 100,000")).to_be_visible()
    await dialog.get_by_role("button", name="Save").click()
    await expect(saved(page)).to_be_visible()
    newest = (await page.evaluate("host.get('projects?limit=1')"))["projects"][0]
    project = await page.evaluate("id => host.get(`projects/${id}`)", newest["id"])
    assert project["fields"]["description"] == "x" * 100_000


class TestWithoutPermission:
    """What a person sees who may not manage incident projects."""

    @pytest.fixture
    def permissions(self) -> frozenset[str]:
        return frozenset({"incident.projects.view"})

    async def test_buttons_are_off_and_say_why(self, page: Page) -> None:
        """Nothing can be started, and the pane says who can change that."""
        await expect(page.get_by_role("button", name="Start incident project")).to_be_disabled()
        await expect(page.get_by_role("button", name="Create empty incident project")).to_be_disabled()
        await expect(page.get_by_text("Ask your system administrators")).to_be_visible()


class TestAnotherTime:
    """The clock of the server is set: as one that jumps, or to come back after a crash."""

    @pytest_asyncio.fixture(loop_scope="session")
    async def runtime(self, tmp_path: Path, recorder_address: str, clock: AheadClock):
        async with plugin(tmp_path, recorder_address, clock) as runtime:
            yield runtime

    @pytest.mark.parametrize(("jump", "how"), [(-3600, "back by 1:00:0"), (1200, "forward by 20:0")])
    async def test_clock_that_is_set(self, page: Page, site: Site, jump: int, how: str) -> None:
        """Once: what was in view is kept under the old time, what is in view goes on by the new one."""
        await page.get_by_role("button", name="Start incident project").click()
        bar = page.locator("incident-status")
        await expect(bar).to_contain_text("2 cameras")
        names = await page.evaluate("host.bridge.cameras().map(c => c.name)")
        site.clock.ahead += timedelta(seconds=jump)
        await page.evaluate("names => host.watch([names[1], names[2]])", names)
        await expect(page.locator(".notice")).to_contain_text(f"clock was set {how}")
        await expect(page.locator(".notice")).to_have_count(1)
        await expect(bar).to_contain_text(f"2 cameras: {names[1]}, {names[2]}")
        await expect(bar.locator(".elapsed")).not_to_have_text("0:00")
        told = (await page.evaluate("host.get('collections')"))["collections"][0]["sequences"]
        assert {one["camera_name"] for one in told if one["end"] is None} == set(names[1:3])
        assert {one["camera_name"] for one in told if one["end_unconfirmed"]} >= {names[0]}

    async def test_return_after_a_crash(self, watched: Watched, site: Site) -> None:
        """A new browser tab finds the interrupted collection, says so, and goes on with it."""
        await watched.page.keyboard.press("F9")
        await expect(watched.page.locator("incident-status")).to_contain_text("Collecting")
        context = await watched.page.context.browser.new_context(viewport=SMALLEST)
        await watched.page.close()
        site.clock.ahead = timedelta(seconds=45)
        again = await opened(context, site)
        card = again.page.get_by_role("group", name="Started")
        await expect(card).to_contain_text("Interrupted: your view was last confirmed at")
        await expect(card.get_by_role("listitem").first).to_contain_text("end not confirmed")
        await card.get_by_role("button", name="Go on").click()
        await expect(card).to_contain_text("Collecting")
        await expect(card.get_by_role("listitem").last).to_contain_text("recording")
        assert again.unexpected == []
        await context.close()
