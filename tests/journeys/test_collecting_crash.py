"""A collection in a real browser, and whatever may end it: nothing that was acknowledged is lost.

What the server acknowledged is taken down from the network, beside the product. ``SOAK=n`` takes n rounds of
random views, pauses and faults instead of one of each.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Playwright, async_playwright, expect
from tests.browsing import ARGUMENTS, CHROMIUM, PATIENCE_MS, SMALLEST, in_shared_browser
from tests.journeys.operator import Operator
from tests.journeys.sites import RunningSite
from tests.journeys.viewlog import ViewLog, a_start, kept_in, lost, total
from tests.waiting import until

pytestmark = in_shared_browser

PLUGIN = "/plugins/incident"
ROUNDS = int(os.environ.get("SOAK", "0"))
NAMES = ("Lobby", "Corridor", "Parking", "Yard")
shared = pytest_asyncio.fixture(loop_scope="session")


@attrs.define
class OwnBrowser:
    """A browser process of its own, so that it can be killed; its profile survives."""

    playwright: Playwright
    profile: Path
    context: BrowserContext | None = None

    async def open(self) -> BrowserContext:
        """Start it, as a person does after a crash."""
        self.context = await self.playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=CHROMIUM, args=ARGUMENTS, viewport=SMALLEST
        )
        self.context.set_default_timeout(PATIENCE_MS)
        return self.context

    def kill(self) -> None:
        """Kill all of its processes, found by the profile that only it has."""
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if str(self.profile).encode() in command.read_bytes():
                    os.kill(int(command.parent.name), signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue


@shared
async def own(tmp_path: Path) -> AsyncIterator[OwnBrowser]:
    async with async_playwright() as playwright:
        browser = OwnBrowser(playwright, tmp_path / "profile")
        yield browser
        if browser.context is not None:
            await browser.context.close()


@attrs.define
class Watch:
    """An operator who collects in a browser, and what is known of it from outside."""

    operator: Operator
    log: ViewLog
    cameras: dict[str, str]
    collection: str = ""
    began: datetime = attrs.field(factory=lambda: datetime.now(UTC))

    @property
    def bar(self):
        """The bar over every tab."""
        return self.operator.page.locator("incident-status")

    async def start(self) -> None:
        """Press F9 and wait for the acknowledgement."""
        page = self.operator.page
        await expect(self.bar.locator(".bar")).to_be_hidden()
        async with page.expect_response(a_start) as answer:
            await page.keyboard.press("F9")
        self.collection = (await (await answer.value).json())["id"]
        self.began = datetime.now(UTC)

    async def look(self, *names: str) -> None:
        """Show exactly these cameras, in as many view items; does not wait for anything."""
        page = self.operator.page
        for number in range(1, 5):
            item = self.operator.view_item(number)
            wanted = names[number - 1] if number <= len(names) else None
            label = await item.get_attribute("aria-label")
            if wanted is None and label != f"View item {number}: empty":
                await page.get_by_role("button", name=f"Empty view item {number}").click()
            elif wanted is not None and label != f"View item {number}: {wanted}":
                await page.keyboard.press(str(number))
                await page.get_by_role("treeitem", name=wanted).click()

    async def confirmed(self, *names: str) -> None:
        """Wait until the server has acknowledged the view."""
        wanted = [self.cameras[name] for name in names]
        await until(lambda: self.log.acknowledged(wanted), "the acknowledged view")


async def watching(context: BrowserContext, site: RunningSite, tmp_path: Path) -> Watch:
    """Sign in at a browser; one that came back from a crash may have kept its session."""
    page = context.pages[0] if context.pages else await context.new_page()
    log = await ViewLog.of(page)
    operator = Operator(page, site, tmp_path)
    await page.goto(f"{site.address}/")
    account, live = page.get_by_label("Account"), page.get_by_role("link", name="Live")
    await expect(account.or_(live)).to_be_visible()
    if await account.is_visible():
        await operator.sign_in("operator")
    answer = await page.evaluate("fetch('/api/cameras').then(r => r.json())")
    cameras = {camera["name"]: camera["id"] for camera in answer["cameras"]}
    await expect(page.get_by_role("button", name="Start incident project")).to_be_enabled()
    return Watch(operator, log, cameras)


def stored(site: RunningSite, collection: str) -> dict:
    """Ask the server itself."""
    with site.signed_in("operator") as client:
        answer = client.get(f"{PLUGIN}/collections").raise_for_status().json()
        return next(one for one in answer["collections"] if one["id"] == collection)


def missing(site: RunningSite, watch: Watch) -> list:
    """Give what the server acknowledged and does not have."""
    shown = watch.log.shown(watch.began)
    assert total(shown)
    return lost(shown, kept_in(stored(site, watch.collection), datetime.now(UTC)))


async def test_killed_server_and_killed_browser(own: OwnBrowser, site: RunningSite, tmp_path: Path) -> None:
    """Server and browser are killed one after the other: all is kept, is said, goes on and can be saved."""
    watch = await watching(await own.open(), site, tmp_path)
    await watch.look("Lobby")
    await watch.start()
    await watch.look("Lobby", "Corridor")
    await watch.confirmed("Lobby", "Corridor")
    site.kill_host()
    await watch.look("Corridor")
    await expect(watch.operator.page.get_by_text("Your view is not recorded yet")).to_be_visible()
    await expect(watch.bar).to_contain_text("The server does not answer")
    await asyncio.to_thread(site.start_host)
    await expect(watch.operator.page.get_by_text("Your view is not recorded yet")).to_be_hidden()
    await watch.confirmed("Corridor")
    await expect(watch.bar).to_contain_text("Collecting")
    assert missing(site, watch) == []

    await watch.look("Yard")
    await watch.confirmed("Yard")
    watch.log.end()
    own.kill()
    before = missing(site, watch)
    assert before == []

    again = await watching(await own.open(), site, tmp_path)
    card = again.operator.page.get_by_role("group", name="Started")
    await expect(again.bar).to_contain_text(
        re.compile("Interrupted: your view was last confirmed at|Collecting")
    )
    await expect(card.get_by_role("listitem")).not_to_have_count(0)
    assert missing(site, watch) == []
    if await card.get_by_role("button", name="Go on").is_visible():
        await card.get_by_role("button", name="Go on").click()
    await expect(card).to_contain_text("Follows this view")
    async with again.operator.page.expect_response(re.compile("/save$")) as saving:
        await again.operator.page.keyboard.press("Shift+F9")
        await again.operator.fill_in_details("Save incident project", "Theft", "Killed twice")
    project = await (await saving.value).json()
    assert lost(watch.log.shown(watch.began), kept_in(project, datetime.now(UTC))) == []


async def test_a_lost_network_is_told(own: OwnBrowser, site: RunningSite, tmp_path: Path) -> None:
    """While the network is away the page says so; afterwards the newest view counts, and a gap is told."""
    context = await own.open()
    watch = await watching(context, site, tmp_path)
    await watch.look("Lobby")
    await watch.start()
    await watch.look("Lobby", "Corridor")
    await watch.confirmed("Lobby", "Corridor")
    await context.set_offline(True)
    await watch.look("Corridor", "Yard")
    page = watch.operator.page
    await expect(page.get_by_text("Your view is not recorded yet")).to_be_visible()

    async def interrupted() -> bool:
        sequences = (await asyncio.to_thread(stored, site, watch.collection))["sequences"]
        return all(sequence["end_unconfirmed"] for sequence in sequences)

    await until(interrupted, "the end of the margin")
    await context.set_offline(False)
    await watch.confirmed("Corridor", "Yard")
    await expect(page.get_by_text("Your view was not confirmed for a while")).to_be_visible()
    await expect(watch.bar).to_contain_text("2 cameras: Corridor, Yard")
    assert missing(site, watch) == []
    found = stored(site, watch.collection)["sequences"]
    assert {s["camera_name"] for s in found if s["end"] is None} == {"Corridor", "Yard"}
    assert {s["camera_name"] for s in found if s["end_unconfirmed"]} >= {"Lobby"}


async def test_signing_out_on_another_machine(own: OwnBrowser, site: RunningSite, tmp_path: Path) -> None:
    """Ending all sessions elsewhere lets the collection wait; whoever signs in again is told and goes on."""
    watch = await watching(await own.open(), site, tmp_path)
    await watch.look("Lobby")
    await watch.start()
    await watch.look("Corridor")
    await watch.confirmed("Corridor")
    with site.signed_in("operator") as elsewhere:
        elsewhere.delete("/api/sessions").raise_for_status()
    watch.log.end()
    assert missing(site, watch) == []
    waiting = await until(lambda: _waiting(site, watch.collection), "the collection to wait")
    assert all(s["end"] and not s["end_unconfirmed"] for s in waiting["sequences"])

    page = watch.operator.page
    await expect(page.get_by_label("Password")).to_be_visible()
    await watch.operator.sign_in("operator")
    await expect(watch.bar).to_contain_text("no view feeds it. 2 sequences of 2 cameras are kept.")
    await watch.bar.get_by_role("button", name="Go on").click()
    await expect(watch.bar).to_contain_text("1 camera: Corridor")


def _waiting(site: RunningSite, collection: str) -> dict | None:
    found = stored(site, collection)
    return None if found["client"] else found


@pytest.mark.skipif(not ROUNDS, reason="SOAK=n takes n rounds")
@pytest.mark.timeout(120 + 90 * ROUNDS)
async def test_random_faults(own: OwnBrowser, site: RunningSite, tmp_path: Path) -> None:
    """Random views and faults for as long as wanted; prints what was seen and what was kept."""
    chance = random.Random(seed := int(os.environ.get("SEED", "0")) or random.randrange(10**6))
    faults, views, seen = dict.fromkeys(("server", "browser", "network"), 0), 0, 0.0
    context = await own.open()
    watch = await watching(context, site, tmp_path)
    for _ in range(ROUNDS):
        watch.log = await ViewLog.of(watch.operator.page)
        await watch.look(*chance.sample(NAMES, chance.randint(1, 4)))
        await watch.start()
        for _ in range(chance.randint(1, 5)):
            await watch.look(*chance.sample(NAMES, chance.randint(0, 4)))
            await asyncio.sleep(chance.choice((0, 0.05, 0.5, 3)))
        fault = chance.choice(tuple(faults))
        faults[fault] += 1
        if fault == "server":
            site.kill_host()
            await watch.look(*chance.sample(NAMES, 2))
            await asyncio.to_thread(site.start_host)
            await expect(watch.operator.page.get_by_text("Your view is not recorded yet")).to_be_hidden()
        elif fault == "network":
            await context.set_offline(True)
            await watch.look(*chance.sample(NAMES, 2))
            await asyncio.sleep(chance.choice((1, 10, 35)))
            await context.set_offline(False)
            await expect(watch.operator.page.get_by_text("Your view is not recorded yet")).to_be_hidden()
        else:
            watch.log.end()
            own.kill()
        found = lost(watch.log.shown(watch.began), kept_in(stored(site, watch.collection), datetime.now(UTC)))
        assert found == [], f"SEED={seed}"
        views += sum(report.acknowledged is not None for report in watch.log.reports)
        seen += total(watch.log.shown(watch.began)).total_seconds()
        if fault == "browser":
            context = await own.open()
            watch = await watching(context, site, tmp_path)
        with site.signed_in("operator") as client:
            for one in client.get(f"{PLUGIN}/collections").json()["collections"]:
                client.post(f"{PLUGIN}/collections/{one['id']}/save", json={}).raise_for_status()
    print(f"SEED={seed}: {faults}, {views} acknowledged views, {seen:.0f} camera seconds, 0 lost")  # noqa: T201
