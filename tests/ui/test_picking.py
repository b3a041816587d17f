"""Picking recorded sequences: the icon's clicks, three keys, the draft list, the choice of a project.

What the manual takes, an action being a click, a choice, a text, a key or a drag of the timeline:

| procedure | manual |
|---|---|
| one sequence, up to OK | 9, of which two drags |
| two sequences to a new project: the icon, View, Add all, type, description, Save | 18 + 6 |
| one sequence to an existing project: the project | 9 + 1 |
| several to an existing: the icon, View, each selected, Add all, the project | 9 each + 4 + those |
"""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import Locator, Page, Route, expect

from tests.browsing import Watched, in_shared_browser, problem
from tests.hand import Hand
from tests.ui.hosting import Site

pytestmark = in_shared_browser

ADD = "Add to incident project"


def item(page: Page, tab: str, slot: int = 0) -> Locator:
    return page.locator(f"#{tab} .item").nth(slot)


async def in_playback(page: Page, seconds_ago: float = 600) -> None:
    """Go to playback, with the playhead in the recording."""
    await page.evaluate(
        "at => host.bridge.navigate({tab: 'playback', at: Date.now() - at * 1000})", seconds_ago
    )


async def move(page: Page, seconds: float) -> None:
    """Drag the timeline."""
    await page.evaluate("s => host.clocks.playback.seek(host.clocks.playback.now + s * 1000)", seconds)


async def drafts(page: Page) -> list[tuple[str, float]]:
    """The operator's drafts: camera and length in seconds."""
    listed = await page.evaluate("host.get('drafts')")
    return [
        (
            s["footage"]["camera_name"],
            await page.evaluate(
                "i => (Date.parse(i.end) - Date.parse(i.start)) / 1000", s["footage"]["interval"]
            ),
        )
        for s in listed["sequences"]
    ]


async def drag(hand: Hand, seconds: float) -> None:
    """Drag the timeline, counted."""
    hand.actions += 1
    await move(hand.page, seconds)


async def pick(hand: Hand, entry: str, *, seconds: float = 20, slot: int = 0) -> None:
    """The clicks, in their order, up to OK."""
    page = hand.page
    icon = item(page, "playback", slot).get_by_role("button", name=ADD)
    await hand.click(icon)
    await hand.click(page.get_by_role("menuitem", name=entry))
    await hand.click(page.get_by_role("button", name="Select start time"))
    await drag(hand, 3)
    await hand.click(icon)
    await hand.click(page.get_by_role("button", name="Select end time"))
    await drag(hand, seconds)
    await hand.click(icon)
    await hand.click(page.get_by_role("button", name="OK"))


async def test_clicks_to_the_draft_list_and_on_to_a_new_project(page: Page) -> None:
    """Two sequences are picked, seen in the list, and saved to a new project; the list is empty then."""
    hand = Hand(page)
    await in_playback(page)
    await pick(hand, "Add to draft sequence list")
    await expect(page.locator(".notice")).to_contain_text("Added to the draft sequence list")
    await pick(hand, "Add to draft sequence list", seconds=15, slot=1)
    await expect(page.locator(".notice")).to_have_count(2)
    assert [length for _, length in await drafts(page)] == [20, 15]

    await hand.click(item(page, "playback").get_by_role("button", name=ADD))
    await hand.click(page.get_by_role("menuitem", name="View draft sequence list"))
    dialog = page.get_by_role("dialog", name="Draft sequence list")
    await expect(dialog.get_by_role("row")).to_have_count(3)
    await hand.click(dialog.get_by_role("button", name="Add all to new incident project"))
    details = page.get_by_role("dialog", name="Create incident project")
    await hand.choose(details.get_by_label("Type"), "Vandalism")
    await hand.write(details.get_by_label("Description"), "Two windows broken")
    await hand.click(details.get_by_role("button", name="Save"))
    assert hand.actions <= 2 * 9 + 6
    await expect(page.locator(".notice").last).to_contain_text("2 sequences")
    await expect(dialog).to_be_hidden()
    assert await drafts(page) == []


async def test_clicks_from_live_to_a_new_project(page: Page) -> None:
    """Chosen in live, the operator is taken to playback, asked there, and ends with a project."""
    hand = Hand(page)
    await hand.click(item(page, "live").get_by_role("button", name=ADD))
    await hand.click(page.get_by_role("menuitem", name="Add to new incident project"))
    gone = await page.evaluate("host.navigations.at(-1)")
    assert gone["tab"] == "playback"
    assert abs(await page.evaluate("Date.now()") - gone["at"] - 10_000) < 3_000
    await hand.click(page.get_by_role("button", name="Select start time"))
    await expect(item(page, "playback")).to_contain_text("Move the timeline to where the incident started")
    await drag(hand, -60)
    icon = item(page, "playback").get_by_role("button", name=ADD)
    await hand.click(icon)
    await hand.click(page.get_by_role("button", name="Select end time"))
    await drag(hand, 30)
    await hand.click(icon)
    step = page.get_by_role("dialog", name="Add to new incident project")
    await expect(step).to_contain_text("0:30")
    await hand.click(step.get_by_role("button", name="OK"))
    made = page.get_by_role("dialog", name="Create incident project")
    await hand.click(made.get_by_role("button", name="Save"))
    assert hand.actions <= 10
    await expect(page.locator(".notice")).to_contain_text("1 sequence")
    assert await page.evaluate("host.clocks.playback.markStart") is None
    await expect(icon.locator(".badge")).to_be_hidden()


async def test_clicks_to_an_existing_project(page: Page) -> None:
    """The project is found by its text, which the manual does not count, and chosen by double click."""
    hand = Hand(page)
    made = await page.evaluate(
        "host.bridge.fetch('projects', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify({type: null, description: 'blue bicycle', footage: [], drafts: null})})"
        ".then(r => r.json()).then(w => w.project.id)"
    )
    await in_playback(page)
    await pick(hand, "Add to existing incident project")
    dialog = page.get_by_role("dialog", name="Choose incident project")
    await dialog.get_by_label("Search text").fill("nothing like it")
    await expect(dialog.get_by_text("No incident project fits this filter.")).to_be_visible()
    await dialog.get_by_label("Search text").fill("blue bicycle")
    await hand.open(dialog.get_by_role("row").filter(has_text=str(made)).first)
    assert hand.actions <= 9 + 1
    await expect(page.locator(".notice")).to_contain_text(f"Added to incident project {made}")
    project = await page.evaluate("id => host.get(`projects/${id}`)", made)
    assert len(project["sequences"]) == 1


async def test_all_cameras_of_the_view_at_once_with_both_ends_shown(page: Page) -> None:
    """Before OK both ends are seen as pictures; one check adds every camera in the view."""
    await page.evaluate("host.watch(host.bridge.cameras().slice(0, 2).map(c => c.name))")
    await in_playback(page)
    icon = item(page, "playback").get_by_role("button", name=ADD)
    await icon.click()
    await page.get_by_role("menuitem", name="Add to draft sequence list").click()
    await page.get_by_role("button", name="Select start time").click()
    await icon.click()
    await page.get_by_role("button", name="Select end time").click()
    await move(page, 12)
    await icon.click()
    step = page.get_by_role("dialog", name="Add to draft sequence list")
    pictures = step.locator("img")
    await expect(pictures).to_have_count(2)
    for place in (0, 1):
        await expect(pictures.nth(place)).to_have_js_property("naturalWidth", 160)
    await step.get_by_label("All 2 cameras of the view").check()
    await step.get_by_role("button", name="OK").click()
    await expect(page.locator(".notice")).to_contain_text("Added to the draft sequence list")
    found = await drafts(page)
    assert len({camera for camera, _ in found}) == 2
    assert [length for _, length in found] == [12, 12]


async def test_what_a_project_has_already_is_said(page: Page) -> None:
    """The same time of the same camera once more is added, and the project that has it is named."""
    await in_playback(page)
    project = await page.evaluate(
        "at => host.bridge.fetch('projects', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify({type: null, description: '', drafts: null, footage: [{"
        " camera: host.state.cameras[0].id, start: new Date(at).toISOString(),"
        " end: new Date(at + 9000).toISOString()}]})})"
        ".then(r => r.json()).then(w => w.project.id)",
        await page.evaluate("host.clocks.playback.now"),
    )
    await pick(Hand(page), "Add to draft sequence list")
    notice = page.locator(".notice.warning")
    await expect(notice).to_contain_text(re.compile(rf"Lobby .*already in incident project.* {project}\b"))
    assert [length for _, length in await drafts(page)] == [20]
    await notice.get_by_role("button", name="View draft sequence list").click()
    dialog = page.get_by_role("dialog", name="Draft sequence list")
    await expect(
        dialog.get_by_text(re.compile(rf"already in incident project.* {project}\b"))
    ).to_be_visible()
    await dialog.get_by_role("button", name="Add all to new incident project").click()
    details = page.get_by_role("dialog", name="Create incident project")
    await details.get_by_role("button", name="Save").click()
    again = page.locator(".notice").last
    await expect(again).to_contain_text("1 sequence: Lobby")
    await expect(again).to_contain_text(
        re.compile(rf"already in incident project.* {project}\b.*added all the same")
    )


async def test_existing_project_by_keyboard(page: Page) -> None:
    """Arrow down from the filter to the list, Enter chooses."""
    await in_playback(page)
    await page.evaluate(
        "host.bridge.fetch('projects', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify({type: null, description: 'by keyboard', footage: [], drafts: null})})"
    )
    icon = item(page, "playback").get_by_role("button", name=ADD)
    await icon.focus()
    for key in ("[", "ArrowRight", "ArrowRight", "]", "Enter", "ArrowDown", "ArrowDown", "Enter"):
        await page.keyboard.press(key)
    step = page.get_by_role("dialog", name="Add to existing incident project")
    await expect(step.get_by_role("button", name="OK")).to_be_focused()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Choose incident project")
    await page.keyboard.type("by keyboard")
    await expect(dialog.get_by_text("1 of 1", exact=True)).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice")).to_contain_text("Added to incident project")
    await expect(item(page, "playback")).to_be_focused()


async def test_three_keys_add_the_selected_camera(page: Page) -> None:
    """`[`, `]` and Enter put one sequence on the draft list; Shift+Enter takes every camera in the view."""
    await in_playback(page)
    await item(page, "playback", 1).focus()
    names = await page.evaluate("host.state.cameras.map(c => c.name)")
    await page.keyboard.press("[")
    await move(page, 12)
    await page.keyboard.press("]")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice")).to_contain_text(names[1])
    assert await drafts(page) == [(names[1], 12)]
    await page.keyboard.press("[")
    await move(page, 5)
    await page.keyboard.press("]")
    await page.keyboard.press("Shift+Enter")
    await expect(page.locator(".notice")).to_have_count(2)
    assert await drafts(page) == [(names[1], 12), (names[0], 5), (names[1], 5)]


async def test_adding_is_said_while_the_server_takes_its_time(page: Page) -> None:
    """The press was heard: the view item says so at once, by key and by OK, and the keyboard is not lost."""
    await in_playback(page)
    await item(page, "playback").focus()
    held = await hold_drafts(page)
    await page.keyboard.press("[")
    await move(page, 12)
    await page.keyboard.press("]")
    await page.keyboard.press("Enter")
    told = item(page, "playback").get_by_role("status").filter(has_text="Adding")
    await expect(told).to_be_visible()
    await expect(page.locator(".notice")).to_have_count(0)
    await (await held.get()).continue_()
    await expect(page.locator(".notice")).to_contain_text("Added to the draft sequence list")
    await expect(told).to_be_hidden()

    await pick(Hand(page), "Add to draft sequence list")
    await expect(page.get_by_role("button", name="Adding")).to_be_focused()
    await (await held.get()).continue_()
    await expect(page.locator(".notice")).to_have_count(2)
    await expect(item(page, "playback")).to_be_focused()


async def hold_drafts(page: Page) -> asyncio.Queue[Route]:
    """Let what is to be added wait; gives each as it comes."""
    held: asyncio.Queue[Route] = asyncio.Queue()

    async def hold(route: Route) -> None:
        if route.request.method == "POST":
            await held.put(route)
        else:
            await route.continue_()

    await page.route("**/drafts", hold)
    return held


async def test_enter_without_marks_says_what_is_missing(page: Page) -> None:
    """Nothing is added, and the operator learns how."""
    await in_playback(page)
    await item(page, "playback").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice")).to_contain_text("Mark the start with [ and the end with ] first")
    assert await drafts(page) == []


async def test_future_is_refused_in_place_and_marks_stay(watched: Watched) -> None:
    """The server's words stand where OK was pressed; the marks are kept, and another end is accepted."""
    page = watched.page
    watched.provoked += ["400", "422"]
    await in_playback(page)
    icon = item(page, "playback").get_by_role("button", name=ADD)
    await page.evaluate("host.clocks.playback.setMarks(Date.now() - 60000, Date.now() + 3600000)")
    await icon.click()
    await page.get_by_role("menuitem", name="Add to draft sequence list").click()
    step = page.get_by_role("dialog", name="Add to draft sequence list")
    await step.get_by_role("button", name="OK").click()
    await expect(step.get_by_role("alert")).to_contain_text("future")
    assert await page.evaluate("host.clocks.playback.markEnd - Date.now()") > 3_000_000
    await step.get_by_role("button", name="Select again").last.click()
    await icon.click()
    await expect(step).to_contain_text("The end is before the start.")
    await step.get_by_role("button", name="Select again").last.click()
    await page.evaluate("host.clocks.playback.seek(Date.now() - 30000)")
    await icon.click()
    await step.get_by_role("button", name="OK").click()
    await expect(page.locator(".notice")).to_contain_text("Added to the draft sequence list")


async def test_no_video_is_said_before_the_form(page: Page) -> None:
    """A time before the recording began: said at once, and no form has to be filled in for it."""
    await in_playback(page)
    await page.evaluate("host.clocks.playback.setMarks(Date.now() - 86400000, Date.now() - 86390000)")
    await item(page, "playback").get_by_role("button", name=ADD).click()
    await page.get_by_role("menuitem", name="Add to new incident project").click()
    step = page.get_by_role("dialog", name="Add to new incident project")
    await expect(step.get_by_role("alert")).to_contain_text("There is no recorded video in the chosen time.")


async def test_escape_closes_one_layer_at_a_time(page: Page) -> None:
    """First the popover, then the picking itself."""
    await in_playback(page)
    icon = item(page, "playback").get_by_role("button", name=ADD)
    await icon.click()
    await page.get_by_role("menuitem", name="Add to draft sequence list").click()
    await expect(page.get_by_role("button", name="Select start time")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Select start time")).to_be_hidden()
    await expect(icon.locator(".badge")).to_be_visible()
    await expect(icon).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(icon.locator(".badge")).to_be_hidden()


async def test_two_cameras_are_picked_side_by_side(page: Page) -> None:
    """Steps of one camera do not meddle with those of another."""
    await in_playback(page)
    icons = [item(page, "playback", slot).get_by_role("button", name=ADD) for slot in (0, 1)]
    for icon in icons:
        await icon.click()
        await page.get_by_role("menuitem", name="Add to draft sequence list").click()
        await page.get_by_role("button", name="Select start time").click()
        await move(page, 3)
        await icon.click()
        await page.get_by_role("button", name="Select end time").click()
    await move(page, 10)
    for icon in icons:
        await icon.click()
        await page.get_by_role("button", name="OK").click()
    await expect(page.locator(".notice")).to_have_count(2)
    assert [length for _, length in await drafts(page)] == [13, 10]


async def test_selected_drafts_only(page: Page) -> None:
    """With some selected, only these go to the project; the others stay. Remove and Remove all work."""
    await in_playback(page)
    await item(page, "playback").focus()
    for length in (4, 5, 6):
        await page.keyboard.press("[")
        await move(page, length)
        await page.keyboard.press("]")
        await page.keyboard.press("Enter")
        await expect(page.locator(".notice")).to_have_count(length - 3)
    await page.locator(".notice").last.get_by_role("button", name="View draft sequence list").click()
    dialog = page.get_by_role("dialog", name="Draft sequence list")
    await dialog.get_by_role("checkbox", name=re.compile("^Select (?!all)")).nth(1).check()
    await expect(dialog.get_by_text("1 of 3 selected: only this one is added")).to_be_visible()
    await dialog.get_by_role("button", name="Add all to new incident project").click()
    await (
        page.get_by_role("dialog", name="Create incident project").get_by_role("button", name="Save").click()
    )
    await expect(page.locator(".notice").last).to_contain_text("1 sequence")
    assert [length for _, length in await drafts(page)] == [4, 6]
    await page.locator(".notice").get_by_role("button", name="View draft sequence list").first.click()
    await dialog.get_by_role("button", name=re.compile("^Remove .+ \\d")).first.click()
    await expect(dialog.get_by_role("row")).to_have_count(2)
    await dialog.get_by_role("button", name="Remove all").click()
    await page.get_by_role("dialog", name="Remove all").get_by_role("button", name="Remove all").click()
    await expect(dialog.get_by_text("The draft sequence list is empty.")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Add all to new incident project")).to_be_disabled()


async def test_several_to_an_existing_project(page: Page) -> None:
    """Three are marked by keys, two of them selected and added: about half of what the manual takes."""
    await page.evaluate(
        "host.bridge.fetch('projects', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify({type: null, description: 'red scooter', footage: [], drafts: null})})"
    )
    await in_playback(page)
    await item(page, "playback").focus()
    hand = Hand(page)
    for length in (4, 5, 6):
        await hand.press("[")
        await drag(hand, length)
        await hand.press("]")
        await hand.press("Enter")
        await expect(page.locator(".notice")).to_have_count(length - 3)
    await hand.click(page.locator(".notice").last.get_by_role("button", name="View draft sequence list"))
    drafted = page.get_by_role("dialog", name="Draft sequence list")
    boxes = drafted.get_by_role("checkbox", name=re.compile("^Select (?!all)"))
    for place in (0, 2):
        await hand.click(boxes.nth(place))
    await hand.click(drafted.get_by_role("button", name="Add all to existing incident project"))
    choice = page.get_by_role("dialog", name="Choose incident project")
    await hand.open(choice.get_by_role("row").filter(has_text="red scooter"))
    await expect(page.locator(".notice").last).to_contain_text("Added to incident project")
    assert hand.actions <= 17
    assert [length for _, length in await drafts(page)] == [5]


async def test_refused_in_the_form_keeps_everything(watched: Watched, site: Site) -> None:
    """A refusal while saving stands in the form; leaving it keeps text, times and drafts."""
    page = watched.page
    watched.provoked += ["503"]
    await in_playback(page)
    refusal = problem("Cannot create incident project. Try again later.", "The disk is full.", 503)
    await page.route("**/incident/projects", lambda route: route.fulfill(**refusal))
    await pick(Hand(page), "Add to new incident project")
    details = page.get_by_role("dialog", name="Create incident project")
    await details.get_by_label("Description").fill("kept")
    await details.get_by_role("button", name="Save").click()
    await expect(details.get_by_role("alert")).to_contain_text("The disk is full.")
    await details.get_by_role("button", name="Cancel").click()
    await page.unroute("**/incident/projects")
    await item(page, "playback").get_by_role("button", name=ADD).click()
    await page.get_by_role("button", name="OK").click()
    await expect(details.get_by_label("Description")).to_have_value("kept")
    await details.get_by_role("button", name="Save").click()
    await expect(page.locator(".notice")).to_contain_text("1 sequence")
