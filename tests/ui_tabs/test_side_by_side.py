"""View video: several sequences by one clock, what is missing in them, and pictures that are kept."""

from __future__ import annotations

from playwright.async_api import Page, Route, expect

from tests.browsing import in_shared_browser
from tests.waiting import until

from .world import LOBBY, YARD, footage

pytestmark = in_shared_browser


async def shown(page: Page) -> list[tuple[str, float, dict[str, float]]]:
    """Of each picture its camera, the time of its clock, and its limits."""
    given = "all => all.map(e => [e.vms.camera.id, e.vms.clock.now, e.limits])"
    return await page.locator("incident-playback").evaluate_all(given)


async def of_clock(page: Page, name: str) -> float | bool:
    """What the window's clock says."""
    return await page.locator("incident-playback").evaluate("(e, name) => e.vms.clock[name]", name)


async def window_of(open_at, world, page_ready=None) -> Page:
    """A project with two sequences of the same time and a later one."""
    world.project(footage(LOBBY, 0, 40), footage(YARD, 0, 60), footage(LOBBY, 10, 5))
    page = await open_at("incidents/1/sequences")
    if page_ready is not None:
        await page_ready(page)
    await page.get_by_role("button", name="View video").click()
    return page


async def test_the_smallest_window_shows_all_of_it(open_at, world) -> None:
    """At 1280 x 720 nothing has to be scrolled: picture, controls, the list, and what may stand beside."""
    page = await window_of(open_at, world)
    await page.set_viewport_size({"width": 1280, "height": 720})
    await expect(page.get_by_role("checkbox", name="Yard")).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_in_viewport(ratio=1)
    assert await page.locator("dialog").evaluate("dialog => dialog.scrollHeight <= dialog.clientHeight")


async def test_sequences_of_one_time_stand_side_by_side(open_at, world) -> None:
    """They follow one clock over their common time, each within its own limits; what is viewed is logged."""
    page = await window_of(open_at, world)
    others = page.get_by_role("group", name="Beside it, at the same time")
    await others.get_by_role("checkbox", name="Yard").check()
    await expect(page.locator("incident-playback")).to_have_count(2)
    (first, at, limits), (second, same, other) = await shown(page)
    assert {first, second} == {LOBBY, YARD}
    assert at == same
    assert limits["end"] - limits["start"] == 40_000
    assert other["end"] - other["start"] == 60_000
    await page.get_by_label("Position").fill("30000")
    clocks = await shown(page)
    assert clocks[0][1] == clocks[1][1] == at + 30_000

    async def logged() -> bool:
        return sum(e.activity.action == "video.viewed" for e in world.logs[1]) == 2

    await until(logged, "both sequences in the log")
    await page.get_by_label("Position").fill("55000")
    await expect(page.get_by_text("Not part of the sequence")).to_be_visible()
    await others.get_by_role("checkbox", name="Yard").uncheck()
    await expect(page.locator("incident-playback")).to_have_count(1)


async def test_sequence_alone_in_its_time_has_nothing_beside_it(open_at, world) -> None:
    """Only sequences that share a time can be seen in step."""
    page = await window_of(open_at, world)
    await page.get_by_role("option", name="Lobby").last.click()
    await expect(page.get_by_role("group", name="Beside it, at the same time")).to_be_hidden()


async def test_gaps_and_the_recorders_clock_are_told(open_at, world) -> None:
    """Where video is missing within a sequence, for how long, and by how much its recorder's clock is off."""
    begin = "2026-03-02T11:00:"
    spans = [
        {"start": f"{begin}00Z", "end": f"{begin}10Z"},
        {"start": f"{begin}22Z", "end": f"{begin}40Z"},
    ]

    async def answers(page: Page) -> None:
        async def recorded(route: Route) -> None:
            await route.fulfill(json={"spans": spans})

        async def clock(route: Route) -> None:
            await route.fulfill(json={"offset": 7.04, "uncertainty": 0.1, "measured_at": f"{begin}00Z"})

        await page.route("**/recorded/**", recorded)
        await page.route("**/clocks/**", clock)

    page = await window_of(open_at, world, answers)
    facts = page.get_by_role("group", name="Gaps and clocks")
    await expect(facts).to_contain_text("1 gap, 0:12 in all: 12:00:10 to 12:00:22")
    await expect(facts).to_contain_text("7.0 s fast (± 0.1 s)")
    await expect(facts.locator(".gap")).to_have_attribute("style", "left: 25%; width: 30%;")


async def test_keys_of_a_player_work_in_the_window(open_at, world) -> None:
    """Faster, slower, pause and picture by picture, as on the page behind."""
    page = await window_of(open_at, world)
    await page.get_by_role("listbox").focus()
    await page.keyboard.press("l")
    assert await of_clock(page, "paused") is False
    await page.keyboard.press("l")
    assert await of_clock(page, "rate") == 2
    await page.keyboard.press("k")
    assert await of_clock(page, "paused") is True
    await page.keyboard.press("j")
    assert await of_clock(page, "rate") == 1
    await page.get_by_label("Position").fill("20000")
    await page.get_by_role("listbox").focus()
    before = await of_clock(page, "now")
    await page.keyboard.press(".")
    after = await of_clock(page, "now")
    assert 0 < after - before < 1_000


async def test_picture_that_is_not_there_is_not_kept(open_at, world) -> None:
    """Instead of an empty file the window says that there is no picture."""
    page = await window_of(open_at, world)
    await page.get_by_role("button", name="Save picture").click()
    await expect(page.get_by_text("There is no picture at this time.")).to_be_visible()
