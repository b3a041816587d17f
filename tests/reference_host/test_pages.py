"""The pages in a real browser, drawn from what the sample plug-in contributes, used as an operator uses them.

A console error, an uncaught exception or a violation of the content security policy fails each test.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect, sync_playwright
from tests.browsing import ARGUMENTS, CHROMIUM, PATIENCE_MS, SMALLEST, Watched, needs_browser, problem
from tests.waiting import attempts

from .conftest import PASSWORD, Issuer, address_of, start_host, write_site

pytestmark = needs_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running host, which ends cleanly."""
    site = write_site(tmp_path_factory.mktemp("site"), Issuer())
    with start_host("--config", str(site), "--port", "0") as host:
        yield address_of(host)
        host.process.terminate()
        ended = host.end()
    assert ended.status == 0, ended.complaints


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=address, viewport=SMALLEST)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def watched(context: BrowserContext) -> Iterator[Watched]:
    """What the browser complains about fails a test that did not provoke it."""
    watched = Watched(context)
    yield watched
    assert watched.unexpected == []


@pytest.fixture
def page(context: BrowserContext, watched: Watched) -> Page:
    return context.new_page()


SignIn = Callable[..., Page]


@pytest.fixture
def signed_in(page: Page, address: str) -> SignIn:
    def sign_in(path: str = "/live", account: str = "operator") -> Page:
        answer = page.request.post(
            "/api/session", data={"account": account, "password": PASSWORD}, headers={"origin": address}
        )
        assert answer.ok
        page.goto(path)
        expect(page.locator("host-frame")).to_be_visible()
        return page

    return sign_in


def views(page: Page) -> list[dict[str, Any]]:
    """Views of this browser tab that the plug-in has taken note of."""
    client = client_of(page)
    answer = page.request.get("/plugins/sample/views").json()
    return [view for view in answer if view["client"] == client]


def client_of(page: Page) -> str:
    return str(page.evaluate("sessionStorage['vms.client.operator'] ?? sessionStorage['vms.client.admin']"))


def expect_view(page: Page, *cameras: str, mode: str = "live") -> dict[str, Any]:
    """Wait until the newest view is this one."""
    for _ in attempts(f"the view {mode} {cameras}"):
        newest = (views(page) or [None])[-1]
        if newest and (newest["mode"], tuple(newest["cameras"])) == (mode, cameras):
            return newest
        page.wait_for_timeout(20)
    raise AssertionError


def playhead(page: Page) -> int:
    """Where the playhead stands, seconds."""
    value = page.get_by_role("slider", name="Playhead").get_attribute("aria-valuenow")
    assert value
    return int(value)


def wait_until(page: Page, condition: str) -> None:
    """Wait on a condition; the policy forbids playwright's own way, which evaluates text in the page."""
    for _ in attempts(condition):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)


def behave(page: Page, address: str, **behaviour: Any) -> None:
    answer = page.request.post("/plugins/sample/behave", data=behaviour, headers={"origin": address})
    assert answer.ok


def test_a_wrong_password_is_said_and_the_deep_link_survives(page: Page, watched: Watched) -> None:
    """The operator corrects the password and arrives where the link led."""
    watched.provoked.append("status of 401")
    page.goto("/things/7")
    expect(page).to_have_title("Sign in · Test site")
    page.get_by_label("Account").fill("operator")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Account or password is wrong.")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("sample-tab")).to_have_text("Things 7; secret: false")


def test_tabs_are_drawn_from_contributions(signed_in: SignIn) -> None:
    """In their order, between the host's own; Administration is for administrators."""
    tabs = signed_in().get_by_role("navigation", name="Tabs").get_by_role("link")
    expect(tabs).to_have_text(["Live", "Playback", "Things", "Broken"])
    tabs.get_by_text("Things").click()
    expect(tabs.get_by_text("Things")).to_have_attribute("aria-current", "page")


def test_an_administrator_sees_states_and_sections(signed_in: SignIn) -> None:
    """Every installed plug-in, the parts of the running one, and what it contributes."""
    page = signed_in("/administration", "admin")
    card = page.locator("[data-plugin=sample]")
    expect(card).to_contain_text("active")
    expect(card).to_contain_text("store")
    expect(page.locator("host-administration")).to_contain_text('The tab "Not twice" cannot be shown')
    page.get_by_role("navigation", name="Administration").get_by_role("link", name="Kinds of things").click()
    expect(page).to_have_url(re.compile(r"/administration/sample\.admin$"))
    expect(page.get_by_role("region", name="Kinds of things")).to_contain_text("admin for Adam Admin")
    expect(card).not_to_be_attached()


def test_a_page_of_the_administration_whose_script_does_not_come(signed_in: SignIn, watched: Watched) -> None:
    """It is said in its place, other pages work, and it can be tried again; the keyboard stays near."""
    watched.provoked += ["ERR_FAILED", "the page Roles cannot be shown"]
    page = signed_in("/administration", "admin")
    page.route("**/grant-tree.js", lambda route: route.abort())
    links = page.get_by_role("navigation", name="Administration").get_by_role("link")
    roles = links.get_by_text("Roles")
    roles.press("Enter")
    said = page.get_by_role("alert").filter(has_text='The page "Roles" cannot be shown')
    expect(said).to_contain_text("Nothing was changed")
    links.get_by_text("Accounts").press("Enter")
    expect(page.get_by_role("button", name="Create account")).to_be_visible()
    roles.press("Enter")
    again = said.get_by_role("button", name="Try again")
    for _ in range(2):
        again.press("Enter")
        expect(again).to_be_focused()
    page.unroute("**/grant-tree.js")
    again.press("Enter")
    expect(page.get_by_role("button", name="Create role")).to_be_enabled()
    expect(roles).to_be_focused()


def test_a_slow_page_of_the_administration_does_not_come_over_a_later_one(signed_in: SignIn) -> None:
    """Where it will be stands a skeleton; whoever went on meanwhile keeps what they went to."""
    page = signed_in("/administration", "admin")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/admin-roles.js", hold)
    links = page.get_by_role("navigation", name="Administration").get_by_role("link")
    links.get_by_text("Roles").click()
    expect(page.locator(".admin-page > .skeleton")).to_have_count(1)
    links.get_by_text("Accounts").click()
    expect(page.get_by_role("button", name="Create account")).to_be_visible()
    with page.expect_response("**/admin-roles.js"):
        held[0].continue_()
    wait_until(page, "!!customElements.get('host-roles-page')")
    expect(page.get_by_role("region", name="Accounts")).to_be_visible()
    links.get_by_text("Roles").click()
    expect(page.get_by_role("region", name="Roles")).to_be_visible()


def test_an_operator_who_types_the_address_of_administration(signed_in: SignIn) -> None:
    """The page says that it is not available, and stays usable."""
    page = signed_in("/administration")
    expect(page.get_by_role("heading")).to_have_text("This information is not available to you.")
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.locator("host-view-item")).to_have_count(4)


def test_a_view_is_reported_and_follows_the_keyboard(signed_in: SignIn) -> None:
    """Select a view item with a digit, a camera with the arrows and Enter: the plug-in knows at once."""
    page = signed_in()
    first = expect_view(page, "lobby", "yard", "gate", "dock")
    page.keyboard.press("2")
    item = page.get_by_role("group", name="View item 2: Yard")
    expect(item).to_have_attribute("aria-current", "true")
    expect(item).to_be_focused()
    page.get_by_role("searchbox", name="Search cameras").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("treeitem", name="Gate")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="View item 2: Gate")).to_contain_text("Gate live live")
    second = expect_view(page, "lobby", "gate", "dock")
    page.keyboard.press("Escape")
    page.get_by_role("group", name="View item 2: Gate").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("group", name="View item 1: Lobby")).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.get_by_role("group", name="View item 1: empty")).to_be_visible()
    third = expect_view(page, "gate", "dock")
    assert first["number"] < second["number"] < third["number"]


def test_a_camera_is_found_by_its_name_without_a_mouse(signed_in: SignIn) -> None:
    """One key leads to the list and selects nothing else; Enter shows the first found, Down goes on."""
    page = signed_in()
    page.get_by_role("button", name="Cameras").click()
    for key in ("3", "c"):
        page.keyboard.press(key)
    search = page.get_by_role("searchbox", name="Search cameras")
    expect(search).to_be_focused()
    page.keyboard.type("ya")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="View item 3: Yard")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("treeitem", name="Yard")).to_be_focused()
    for key in ("1", "c", "Backspace", "ArrowDown", "End", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("group", name="View item 1: Gate")).to_be_visible()
    page.keyboard.press("c")
    expect(search).to_be_focused()


def test_the_keyboard_stays_at_the_tabs(signed_in: SignIn) -> None:
    """Whoever goes from tab to tab by Tab and Enter is not thrown to the beginning of the page."""
    page = signed_in()
    page.get_by_role("link", name="Live").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    playback = page.get_by_role("link", name="Playback")
    expect(playback).to_have_attribute("aria-current", "page")
    expect(playback).to_be_focused()


def test_notices_by_keyboard(signed_in: SignIn) -> None:
    """One key leads to the newest; closed, the next has the keyboard, and at last what had it before."""
    page = signed_in("/playback")
    page.keyboard.press("t")
    entry = page.get_by_role("textbox", name="Go to time")
    expect(entry).to_be_focused()
    # Warnings stay.
    for title in ("One", "Else"):
        page.locator("host-notices").evaluate("(at, title) => at.show({kind: 'warning', title})", title)
    notices = page.get_by_role("region", name="Notices").locator(".notice")
    expect(notices).to_have_text(["One", "Else"])
    page.keyboard.press("F8")
    expect(notices.last.get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(notices).to_have_text(["One"])
    expect(notices.get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(notices).to_have_count(0)
    expect(entry).to_be_focused()


def test_cameras_are_assigned_by_click_and_by_drag(signed_in: SignIn) -> None:
    """A click fills the selected view item, dropping fills the one below the pointer."""
    page = signed_in()
    page.get_by_role("group", name="View item 3: Gate").click(position={"x": 40, "y": 60})
    page.get_by_role("treeitem", name="Lobby").click()
    expect_view(page, "lobby", "yard", "dock")
    page.get_by_role("treeitem", name="Gate").drag_to(page.get_by_role("group", name="View item 4: Dock"))
    expect(page.get_by_role("group", name="View item 4: Gate")).to_have_attribute("aria-current", "true")
    expect_view(page, "lobby", "yard", "gate")


def test_a_view_has_up_to_sixteen_view_items_or_one_alone(signed_in: SignIn) -> None:
    """What is shown is the view that is reported; cameras that are not shown keep their places."""
    page = signed_in()
    items = page.get_by_role("group", name=re.compile("^View item "))
    sizes = page.get_by_role("radiogroup", name="Number of view items")
    expect(items).to_have_count(4)
    page.keyboard.press("v")
    page.keyboard.press("4")
    expect(items).to_have_count(16)
    expect(sizes.get_by_role("radio", name="16 view items")).to_be_checked()
    page.get_by_role("group", name="View item 4: Dock").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("group", name="View item 8: empty")).to_be_focused()
    page.keyboard.press("3")
    page.keyboard.press("z")
    expect(items).to_have_count(1)
    expect_view(page, "gate")
    page.keyboard.press("2")
    expect(page.get_by_role("group", name="View item 2: Yard")).to_be_focused()
    expect_view(page, "yard")
    page.reload()
    expect(page.get_by_role("group", name="View item 2: Yard")).to_contain_text("Yard live live")
    sizes.get_by_role("radio", name="4 view items", exact=True).check()
    expect(items).to_have_count(4)
    expect_view(page, "lobby", "yard", "gate", "dock")
    page.get_by_role("group", name="View item 4: Dock").dblclick(position={"x": 40, "y": 60})
    expect(items).to_have_count(1)
    expect_view(page, "dock")
    page.get_by_role("group", name="View item 4: Dock").dblclick(position={"x": 40, "y": 60})
    expect_view(page, "lobby", "yard", "gate", "dock")


def test_a_saved_view_brings_its_size_along(signed_in: SignIn) -> None:
    """Who saves nine view items gets nine back."""
    page = signed_in()
    page.keyboard.press("v")
    page.keyboard.press("3")
    page.get_by_role("button", name="Save this view").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Nine")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_role("radio", name="The selected view item alone").check()
    page.get_by_role("button", name="Show Nine").or_(
        page.get_by_role("button", name="Nine", exact=True)
    ).click()
    expect(page.get_by_role("group", name=re.compile("^View item "))).to_have_count(9)
    page.get_by_role("button", name="Delete view Nine").click()
    expect(page.get_by_text("No view is saved yet.")).to_be_visible()


def test_the_mode_is_part_of_the_view_and_other_tabs_do_not_end_it(signed_in: SignIn) -> None:
    """Playback is another view; a tab without pictures leaves the operator's view as it was."""
    page = signed_in()
    live = expect_view(page, "lobby", "yard", "gate", "dock")
    page.get_by_role("link", name="Things").click()
    expect(page.locator("sample-tab")).to_be_visible()
    page.get_by_role("link", name="Playback").click()
    playback = expect_view(page, "lobby", "yard", "gate", "dock", mode="playback")
    assert playback["number"] == live["number"] + 1


def test_a_tab_without_pictures_does_not_end_the_view_when_it_is_loaded_again(signed_in: SignIn) -> None:
    """Whoever comes back on another tab still shows what they showed: a collection goes on."""
    page = signed_in()
    expect_view(page, "lobby", "yard", "gate", "dock")
    page.get_by_role("link", name="Things").click()
    expect(page.locator("sample-tab")).to_be_visible()
    page.reload()
    expect(page.locator("sample-tab")).to_be_visible()
    expect_view(page, "lobby", "yard", "gate", "dock")


def test_a_session_that_ended_is_said_where_to_sign_in(
    signed_in: SignIn, context: BrowserContext, watched: Watched
) -> None:
    """The operator learns why they are asked again, and comes back to where they were."""
    watched.provoked.append("401")
    page = signed_in("/things/7")
    expect(page.locator("sample-tab")).to_be_visible()
    context.clear_cookies()
    page.get_by_role("link", name="Live").click()
    expect(page.get_by_role("status")).to_contain_text("Your session has ended.")
    page.get_by_label("Account").fill("operator")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="View item 1: Lobby")).to_be_visible()


def test_a_module_that_the_network_kept_away_comes_by_itself(
    signed_in: SignIn, context: BrowserContext, watched: Watched
) -> None:
    """The tab says so and goes on when the server can be reached again; nothing needs to be loaded anew."""
    watched.provoked += ["ERR_FAILED", "cannot be shown"]
    context.route("**/ui/elements.js", lambda route: route.abort())
    page = signed_in("/things")
    expect(page.get_by_text("Things cannot be shown")).to_contain_text("tries again by itself")
    context.unroute("**/ui/elements.js")
    expect(page.locator("sample-tab")).to_be_visible()


def test_a_view_that_is_not_acknowledged_is_shown_and_repeated(
    signed_in: SignIn, address: str, watched: Watched
) -> None:
    """The operator sees the trouble while it lasts; the newest view arrives when it is over."""
    watched.provoked.append("status of 503")
    page = signed_in()
    expect_view(page, "lobby", "yard", "gate", "dock")
    behave(page, address, refusing=True)
    page.get_by_role("button", name="Empty view item 1").click()
    expect(page.get_by_role("group", name="View item 1: empty")).to_be_focused()
    trouble = page.get_by_text("Your view is not recorded yet.")
    expect(trouble).to_be_visible()
    page.get_by_role("button", name="Empty view item 2").click()
    behave(page, address, refusing=False)
    expect_view(page, "gate", "dock")
    expect(trouble).to_be_hidden()


def test_layout_and_identity_survive_a_reload(signed_in: SignIn, context: BrowserContext) -> None:
    """The same tab goes on under the same client; a copy of the tab is another client."""
    page = signed_in()
    page.get_by_role("button", name="Empty view item 1").click()
    before, client = expect_view(page, "yard", "gate", "dock"), client_of(page)
    page.reload()
    expect(page.get_by_role("group", name="View item 1: empty")).to_be_visible()
    assert client_of(page) == client
    page.get_by_role("button", name="Empty view item 2").click()
    assert expect_view(page, "gate", "dock")["number"] > before["number"]
    with context.expect_page() as opened:
        page.evaluate("void window.open('/live')")
    copy = opened.value
    expect(copy.locator("host-view-item")).to_have_count(4)
    assert client_of(copy) != client


def test_a_camera_that_is_away_keeps_its_place(signed_in: SignIn, address: str) -> None:
    """A recorder that is not there for a while costs neither the layout nor the other cameras."""
    page = signed_in()
    expect_view(page, "lobby", "yard", "gate", "dock")
    behave(page, address, away=["Yard"])
    page.reload()
    expect(page.get_by_role("group", name="View item 2: not available")).to_contain_text(
        "comes back by itself"
    )
    expect_view(page, "lobby", "gate", "dock")
    behave(page, address, away=[])
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.get_by_role("group", name="View item 2: Yard")).to_contain_text("Yard live live")
    expect_view(page, "lobby", "yard", "gate", "dock")


def test_elements_are_kept_while_their_tab_is_away(signed_in: SignIn) -> None:
    """Leaving disconnects an element, coming back connects the same one."""
    page = signed_in()
    picture = page.locator("sample-picture").first
    expect(picture).to_have_attribute("data-connected", "1")
    for tab in ("Things", "Live"):
        page.get_by_role("link", name=tab).click()
    expect(picture).to_have_attribute("data-connected", "2")


def test_the_pane_and_the_notice_of_a_panel(signed_in: SignIn) -> None:
    """The pane hides and shows; a panel's notice leads to its place."""
    page = signed_in()
    pane = page.get_by_role("complementary", name="Plug-ins")
    expect(pane.get_by_role("heading", name="Things")).to_be_visible()
    page.get_by_role("button", name="Hide pane").click()
    expect(pane).to_be_hidden()
    page.reload()
    page.get_by_role("button", name="Show pane").click()
    expect(pane).to_contain_text("panel for Olivia Operator")
    pane.get_by_role("button", name="Start thing").click()
    notice = page.get_by_role("region", name="Notices")
    expect(notice).to_contain_text("Thing started.")
    words, action = notice.locator(".words").bounding_box(), notice.locator(".action").bounding_box()
    assert words
    assert action
    assert action["y"] >= words["y"] + words["height"], "the action takes room from the words"
    notice.get_by_role("button", name="Open").click()
    expect(page).to_have_url(re.compile("/things/8$"))
    page.go_back()
    expect(page.locator("host-view-grid")).to_be_visible()


def test_widths_of_panes_are_moved_by_keyboard_and_remembered(signed_in: SignIn) -> None:
    """The edge of the camera list."""
    page = signed_in()
    tree = page.locator("host-camera-tree")
    edge = page.get_by_role("separator", name="Width of the camera list")
    edge.focus()
    page.keyboard.press("ArrowRight")
    box = tree.bounding_box()
    assert box
    assert box["width"] == 248
    page.reload()
    expect(tree).to_have_css("width", "248px")


def test_the_timeline_shows_recordings_gaps_and_marks(signed_in: SignIn) -> None:
    """A gap parts the recordings of one camera, a mark leads to its project, a lack is said."""
    page = signed_in("/playback")
    timeline = page.locator("host-timeline")
    expect(timeline.locator("[data-camera=yard] .span")).to_have_count(2)
    expect(timeline.locator("[data-camera=lobby] .span")).to_have_count(1)
    expect(timeline.locator("[data-camera=dock]")).to_contain_text("Incomplete: Recorder 1 answers slowly.")
    timeline.get_by_role("button", name=re.compile("^Thing 7, ")).click()
    expect(page.locator("sample-tab")).to_contain_text("Things 7")


def test_the_playhead_by_keyboard(signed_in: SignIn) -> None:
    """Seconds by arrows, ten with shift, marks, play and pause; it begins a minute before now, paused."""
    before = time.time()
    page = signed_in("/playback")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    begin = playhead(page)
    assert before - 62 <= begin <= time.time() - 58
    page.keyboard.press("ArrowRight")
    assert playhead(page) == begin + 1
    page.keyboard.press("Shift+ArrowLeft")
    assert playhead(page) == begin - 9
    page.keyboard.press("[")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("]")
    clock = "document.querySelector('sample-picture').vms.clock"
    assert page.evaluate(f"{clock}.markEnd - {clock}.markStart") == 1000
    expect(page.locator("host-timeline .marked")).to_be_visible()
    page.get_by_role("button", name="Remove both marks").click()
    expect(page.locator("host-timeline .marked")).to_be_hidden()
    page.locator("body").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    wait_until(page, f"{clock}.now / 1000 > {begin - 7}")
    page.evaluate(f"{clock}.pause()")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_a_waiting_element_holds_the_playhead(signed_in: SignIn) -> None:
    """The clock stands while an element waits for pictures, and says so; nothing beside the words moves."""
    page = signed_in("/playback")
    entry = page.get_by_role("textbox", name="Go to time")
    place = entry.bounding_box()
    wait_until(page, "document.querySelector('sample-picture')?.vms?.clock !== undefined")
    clock = "document.querySelector('sample-picture').vms.clock"
    page.evaluate(f"window.owner = {{}}; {clock}.hold(owner, true); {clock}.play()")
    expect(page.get_by_text("Waiting for pictures")).to_be_visible()
    assert entry.bounding_box() == place
    stood = page.evaluate(f"{clock}.now")
    assert page.evaluate(f"new Promise(requestAnimationFrame).then(() => {clock}.now)") == stood
    page.evaluate(f"{clock}.hold(owner, false)")
    wait_until(page, f"{clock}.now > {stood}")
    expect(page.get_by_text("Waiting for pictures")).to_be_hidden()


def test_zoom_click_and_drag_on_the_timeline(signed_in: SignIn) -> None:
    """Plus shows less time; a click seeks; the playhead follows the pointer and stays where it is let go."""
    page = signed_in("/playback")
    track = page.locator("host-timeline [data-camera=yard] .track")
    span = page.locator("host-timeline [data-camera=yard] .span").last
    width = span.evaluate("each => parseFloat(each.style.width)")
    page.keyboard.press("+")
    expect(span).not_to_have_css("width", f"{width}%")
    page.keyboard.press("-")
    begin = playhead(page)
    track.click(position={"x": 100, "y": 8})
    clicked = playhead(page)
    assert clicked < begin - 300
    box = page.get_by_role("slider").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 212, box["y"] + 60, steps=4)
    page.mouse.up()
    moved = playhead(page)
    assert moved > clicked + 200
    page.keyboard.press("ArrowRight")
    assert playhead(page) == moved + 1


def test_going_to_a_time_and_to_one_that_cannot_be(signed_in: SignIn) -> None:
    """A typed time moves the playhead; nonsense and the future are refused in words and move nothing."""
    page = signed_in("/playback")
    entry = page.get_by_role("textbox", name="Go to time")
    before = time.time()
    entry.fill("-30m")
    entry.press("Enter")
    assert before - 1802 <= playhead(page) <= time.time() - 1798
    there = playhead(page)
    for wrong, words in (("half past", "This is not a time."), ("2126-01-01 12:00", "has not come yet")):
        entry.fill(wrong)
        entry.press("Enter")
        expect(page.get_by_text(words)).to_be_visible()
        assert playhead(page) == there
    expect(entry).to_have_value("2126-01-01 12:00")


def test_a_deep_link_to_a_moment(signed_in: SignIn) -> None:
    """Camera and time of the address are shown after signing in."""
    page = signed_in("/playback?camera=yard&at=2026-11-01T12:00:00Z")
    expect(page.get_by_role("group", name="View item 2: Yard")).to_have_attribute("aria-current", "true")
    assert playhead(page) == 1793534400
    expect(page.locator("host-transport .time")).to_have_text("13:00:00")


def test_commands_run_from_every_tab(signed_in: SignIn, watched: Watched) -> None:
    """F9 everywhere, while typing too; a command that fails says so and leaves the page alive."""
    watched.provoked.append("^sample.fail failed: Error: on purpose")
    page = signed_in("/playback")
    notices = page.get_by_role("region", name="Notices")
    page.get_by_role("textbox", name="Go to time").focus()
    page.keyboard.press("F9")
    expect(notices).to_contain_text("Greetings from playback")
    page.get_by_role("link", name="Things").click()
    page.keyboard.press("F9")
    expect(notices).to_contain_text("Greetings from tab")
    page.keyboard.press("Shift+F9")
    expect(notices.get_by_role("alert")).to_contain_text('"Fail" failed.')


def test_a_key_means_what_was_selected_when_pressed(signed_in: SignIn, context: BrowserContext) -> None:
    """A command's module is asked for before its key; one that is late works on what the operator meant."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    context.route("**/ui/commands.js", hold)
    page = signed_in()
    expect(page.get_by_role("group", name="View item 1: Lobby")).to_have_attribute("aria-current", "true")
    for _ in attempts("the module is asked for"):
        if held:
            break
        page.wait_for_timeout(20)
    page.keyboard.press("F9")
    page.keyboard.press("2")
    expect(page.get_by_role("group", name="View item 2: Yard")).to_have_attribute("aria-current", "true")
    held[0].continue_()
    expect(page.locator(".notice")).to_contain_text("4 cameras, Lobby selected")


def test_warnings_of_one_kind_share_a_box(signed_in: SignIn) -> None:
    """They stay until they are closed: ten of a kind would cover the view. Nothing they tell is lost."""
    page = signed_in("/live")
    for title, detail in (("Added", "One."), ("Added", "Two."), ("Added", "Two."), ("Else", "Three.")):
        page.evaluate(
            "n => document.querySelector('host-notices').show({...n, action: {label: 'View', run() {}}})",
            {"kind": "warning", "title": title, "detail": detail},
        )
    boxes = page.get_by_role("region", name="Notices").locator(".notice")
    expect(boxes).to_have_count(2)
    expect(boxes.first.locator(".words span")).to_have_text(["One.", "Two."])


def test_what_needs_a_marked_time_waits_for_it(signed_in: SignIn) -> None:
    """The command says what is missing, and the tool is not there, until both marks are set in playback."""
    page = signed_in("/live")
    page.keyboard.press("F4")
    notice = page.locator(".notice").last
    expect(notice).to_contain_text("cannot be done here")
    expect(notice).to_contain_text("Go to the playback view first. Mark the start and the end first.")
    page.goto("/playback")
    tool = page.locator("host-transport sample-add")
    expect(tool).to_be_hidden()
    expect(tool).to_be_attached()
    page.keyboard.press("[")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("]")
    expect(tool).to_be_visible()
    page.keyboard.press("F4")
    expect(page.locator(".notice").last).to_contain_text("Greetings from playback")
    page.get_by_role("button", name="Remove both marks").click()
    expect(tool).to_be_hidden()


def test_single_letters_are_off_while_typing(signed_in: SignIn) -> None:
    """Digits and letters go into the search, and select nothing."""
    page = signed_in()
    search = page.get_by_role("searchbox", name="Search cameras")
    search.focus()
    page.keyboard.type("gp2")
    expect(search).to_have_value("gp2")
    expect(page).to_have_url(re.compile("/live$"))
    expect(page.get_by_role("group", name="View item 1: Lobby")).to_have_attribute("aria-current", "true")
    expect(page.get_by_text("No camera is called “gp2”.")).to_be_visible()


def test_the_shortcuts_are_shown(signed_in: SignIn) -> None:
    """Question mark shows the host's and the contributed ones, Escape closes them."""
    page = signed_in()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    of_plugin = dialog.locator("section").filter(has=page.get_by_role("heading", name="Sample"))
    expect(of_plugin).to_contain_text("Greet")
    expect(dialog.get_by_text("Select a view item")).to_have_count(1)
    expect(dialog).not_to_contain_text("Hush")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def press_new_key(page: Page, command: str, keys: str) -> Locator:
    """Open the shortcuts, and press another key for a command; gives the dialog."""
    if not page.get_by_role("dialog", name="Keyboard shortcuts").is_visible():
        page.keyboard.press("?")
    page.get_by_role("button", name=f"Change the key of {command}").click()
    dialog = page.get_by_role("dialog", name=f"Key of “{command}”")
    expect(dialog.get_by_label("New key")).to_be_focused()
    page.keyboard.press(keys)
    return dialog


def test_a_command_gets_another_key(signed_in: SignIn, address: str) -> None:
    """It works at once and after a reload, is the operator's own, and the old key does nothing any more."""
    page = signed_in()
    notices = page.get_by_role("region", name="Notices")
    dialog = press_new_key(page, "Greet", "Control+F9")
    expect(dialog).to_contain_text("Nothing else uses this key.")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Ctrl+F9")
    page.keyboard.press("Escape")
    page.keyboard.press("F9")
    page.keyboard.press("Control+F9")
    expect(notices.get_by_text("Greetings from live")).to_have_count(1)
    page.reload()
    expect(page.locator("host-frame")).to_be_visible()
    page.get_by_role("searchbox", name="Search cameras").focus()
    page.keyboard.press("Control+F9")
    expect(notices.get_by_text("Greetings from live")).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator("host-view-item").first.focus()
    dialog = press_new_key(page, "Greet", "F2")
    dialog.get_by_role("button", name="Use F9").click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    assert page.request.get("/api/keys").json() == {"keys": {}}


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("Control+t", "The browser uses Ctrl+t itself."),
        ("F5", "The browser uses F5 itself."),
        ("[", "[ is the key of “Mark the start”."),
        ("g", "g is the key of “Go to Live”."),
        ("Shift+F9", "Shift+F9 is the key of “Fail”. Change that one first"),
        ("Delete", "Delete is needed to move about in every page."),
    ],
)
def test_a_key_that_is_taken_is_refused_with_a_reason(signed_in: SignIn, keys: str, reason: str) -> None:
    """Keys of the browser, of the host and of other commands are named, and nothing is changed."""
    page = signed_in()
    dialog = press_new_key(page, "Greet", keys)
    expect(dialog.get_by_role("status")).to_contain_text(reason)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The key is not changed.")
    assert page.request.get("/api/keys").json() == {"keys": {}}


def test_a_server_that_is_still_starting_takes_no_camera_out_of_the_view(signed_in: SignIn) -> None:
    """What is missing is said, what was in view stays there and is reported, the rest comes by itself."""
    page = signed_in()
    expect_view(page, "lobby", "yard", "gate", "dock")
    tree = page.get_by_role("tree", name="Cameras")
    told = "Sample is still starting. Its cameras come by themselves."
    answer = {"cameras": [], "incomplete": [told], "starting": True}
    page.route("**/api/cameras", lambda route: route.fulfill(json=answer))
    page.evaluate("window.dispatchEvent(new Event('online'))")
    remark = page.get_by_text(told)
    expect(remark).to_be_visible()
    expect(tree.get_by_text("Yard")).to_be_visible()
    expect_view(page, "lobby", "yard", "gate", "dock")
    expect(page.get_by_role("group", name="View item 2: Yard")).to_be_visible()
    page.reload()
    expect(remark).to_be_visible()
    expect(page.get_by_text("Administrators see")).to_have_count(0)
    page.unroute("**/api/cameras")
    expect(tree.get_by_text("Yard")).to_be_visible()
    expect(remark).to_have_count(0)


def test_a_camera_that_may_not_be_seen_any_more_leaves_the_view(signed_in: SignIn, watched: Watched) -> None:
    """The refusal of a view makes the page ask at once which cameras there are; the others are reported."""
    watched.provoked.append("403")
    page = signed_in()
    expect_view(page, "lobby", "yard", "gate", "dock")

    def without_dock(route: Route) -> None:
        answer = route.fetch().json()
        left = [camera for camera in answer["cameras"] if camera["id"] != "dock"]
        route.fulfill(json=answer | {"cameras": left})

    def refusing_dock(route: Route) -> None:
        if "dock" in route.request.post_data_json["cameras"]:
            route.fulfill(**problem("Denied.", "You may not see this camera.", 403))
        else:
            route.continue_()

    page.route("**/api/cameras", without_dock)
    page.route("**/api/view", refusing_dock)
    page.get_by_role("button", name="Empty view item 1").click()
    expect_view(page, "yard", "gate")
    expect(page.get_by_role("group", name="View item 4: not available")).to_be_visible()


def test_a_broken_module_leaves_a_note_in_its_place(signed_in: SignIn, watched: Watched) -> None:
    """The tab says what is wrong; the rest of the page works."""
    watched.provoked.append("^sample.broken cannot be shown: Error: this module is broken on purpose")
    page = signed_in("/broken")
    expect(page.get_by_text("Broken cannot be shown")).to_be_visible()
    page.get_by_role("link", name="Things").click()
    expect(page.locator("sample-tab")).to_be_visible()


def test_signing_out_ends_the_session(signed_in: SignIn) -> None:
    """The menu of the principal; going back shows nothing of before."""
    page = signed_in()
    page.get_by_role("button", name="Olivia Operator").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/live")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_controls_have_names_and_sizes(signed_in: SignIn, theme: str) -> None:
    """Every control is named and at least 24 pixels each way, in both themes; the theme is remembered."""
    page = signed_in("/playback", "admin")
    if theme == "light":
        page.get_by_role("button", name="Adam Admin").click()
        page.get_by_role("button", name="Change between dark and light").click()
        page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    for tab in ("Playback", "Live", "Administration"):
        page.get_by_role("link", name=tab).click()
        poor = page.evaluate(
            """() => [...document.querySelectorAll('button, a[href], input, [role=treeitem], [role=slider]')]
                .filter((each) => each.checkVisibility())
                .filter((each) => !each.closest('.contributed, .track, [aria-hidden=true]'))
                .filter((each) => {
                  const { width, height } = each.getBoundingClientRect();
                  const named = each.textContent.trim() || each.ariaLabel || each.labels?.length;
                  return width < 24 || height < 24 || !named;
                }).map((each) => each.outerHTML)"""
        )
        assert poor == []


@pytest.mark.parametrize(("width", "height"), [(820, 1180), (1280, 720), (3840, 2160)])
def test_nothing_runs_over_the_edge(signed_in: SignIn, width: int, height: int) -> None:
    """From a guard's tablet to a wall display the page fits its window."""
    page = signed_in("/playback", "admin")
    page.set_viewport_size({"width": width, "height": height})
    for tab in ("Live", "Playback", "Administration"):
        page.get_by_role("link", name=tab).click()
        over = page.evaluate(
            "(({ scrollWidth, scrollHeight }) => [scrollWidth - innerWidth, scrollHeight - innerHeight])"
            "(document.documentElement)"
        )
        assert max(over) <= 0, (tab, over)


def test_at_200_percent_the_administration_has_the_whole_width(signed_in: SignIn) -> None:
    """Its pages stand above, the current one in sight; nothing shows below what sticks to the lower edge."""
    page = signed_in("/administration", "admin")
    page.set_viewport_size({"width": 640, "height": 360})
    pages = page.get_by_role("navigation", name="Administration")
    last = pages.get_by_role("link").last
    last.press("Enter")
    expect(last).to_have_attribute("aria-current", "page")
    expect(last).to_be_in_viewport(ratio=1)
    page.reload()
    expect(last).to_be_in_viewport(ratio=1)
    place = page.locator(".admin-page")
    assert place.evaluate("place => place.getBoundingClientRect().width") == 640
    expect(place).to_have_css("padding-bottom", "0px")


def test_in_a_low_window_a_notice_leaves_the_tabs_free(signed_in: SignIn) -> None:
    """At 200 % of a small window it lies over the timeline, for above that there is no room."""
    page = signed_in("/playback", "admin")
    page.set_viewport_size({"width": 640, "height": 360})
    page.evaluate(
        "document.querySelector('host-notices').show("
        "{kind: 'warning', title: 'Low', detail: 'Two lines. '.repeat(6), action: {label: 'Open', run() {}}})"
    )
    notice, tabs = (page.locator(part).bounding_box() for part in (".notice", ".top-bar"))
    assert notice is not None
    assert tabs is not None
    assert notice["y"] >= tabs["y"] + tabs["height"]


def test_long_status_does_not_widen_the_page(signed_in: SignIn) -> None:
    """A plug-in that has much to say hides nothing at 200 % of a small window."""
    page = signed_in("/live", "admin")
    page.set_viewport_size({"width": 640, "height": 360})
    page.evaluate(
        "document.querySelector('host-frame > .status-area').append(Object.assign("
        "document.createElement('p'), {textContent: 'waiting '.repeat(40), style: 'white-space: nowrap'}))"
    )
    box = page.locator("host-frame > main").bounding_box()
    assert box is not None
    assert box["width"] <= 640


def test_times_as_operators_type_them(page: Page) -> None:
    """On the day the clock goes back: wall times of the site become the right instants, nonsense none."""
    instants = {
        "12:03": "2026-10-25T11:03:00.000Z",
        "1:30": "2026-10-24T23:30:00.000Z",
        "2:30": "2026-10-25T00:30:00.000Z",
        "3:30:15": "2026-10-25T02:30:15.000Z",
        "yesterday 14:00": "2026-10-24T12:00:00.000Z",
        "2026-03-29 01:59": "2026-03-29T00:59:00.000Z",
        "2026-03-29 03:00": "2026-03-29T01:00:00.000Z",
        "2026-07-01": "2026-06-30T22:00:00.000Z",
        "-90s": "2026-10-25T14:58:30.000Z",
        "- 2h": "2026-10-25T13:00:00.000Z",
        "25:00": None,
        "12:60": None,
        "2026-13-01 12:00": None,
        "": None,
        "noon": None,
    }
    page.goto("/sign-in")
    read = page.evaluate(
        """async (entries) => {
          const { readTime } = await import('/ui/time.js');
          const now = Date.parse('2026-10-25T15:00:00Z');
          const read = (entry) => readTime(entry, now, 'Europe/Copenhagen');
          const text = (at) => (at === null ? null : new Date(at).toISOString());
          return Object.fromEntries(entries.map((entry) => [entry, text(read(entry))]));
        }""",
        list(instants),
    )
    assert read == instants


#: How a script names another: always loaded with it, or also when it is first needed.
WITH_IT, WHEN_NEEDED = "from ", r"(?:from |import\()"


def scripts_of(script: Path, naming: str) -> set[Path]:
    """The script and all that it loads, directly or not."""
    found, ahead = set[Path](), [script]
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += [
                one.parent / name for name in re.findall(naming + r"'(\./[\w-]+\.js)'", one.read_text())
            ]
    return found


def test_no_page_script_is_large() -> None:
    """What everybody loads with a page of the host stays below 135 kB; no script is without a page."""
    directory = Path(__file__).parents[2] / "src/reference_host/ui"
    pages = [directory / name for name in ("main.js", "sign-in.js", "set-up.js")]
    assert set().union(*(scripts_of(page, WHEN_NEEDED) for page in pages)) == set(directory.glob("*.js"))
    for page in pages:
        scripts = scripts_of(page, WITH_IT)
        assert sum(script.stat().st_size for script in scripts) < 135_000
        assert not any(script.name.startswith("admin-") for script in scripts)
