"""Setting up, administration and saved views in a real browser, below a path, by keyboard where it matters.

A console error, an uncaught exception or a violation of the content security policy fails each test.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import EntryPoint
from pathlib import Path

import attrs
import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from tests.browsing import ARGUMENTS, CHROMIUM, PATIENCE_MS, SMALLEST, Watched, needs_browser
from tests.waiting import wait_until

from reference_host.app import create_app
from reference_host.config import load_config

from .conftest import PASSWORD, Issuer, start_host, write_site

pytestmark = needs_browser

GOOD = "three unrelated words"


@attrs.frozen(kw_only=True)
class Site:
    """A running program and what it said when it started."""

    address: str
    token: str = ""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def running(folder: Path, *, accounts: bool) -> Iterator[Site]:
    file = write_site(folder, Issuer())
    if not accounts:
        text = file.read_text()
        file.write_text(text[: text.index("[[accounts]]")] + text[text.index("[roles.operator]") :])
    with start_host("--config", str(file), "--port", "0") as host:
        address = host.line("listening").split()[-1]
        token = "" if accounts else host.line("one-time").rpartition(": ")[2]
        wait_until(lambda: httpx.get(f"{address}/healthz").is_success, "a host that is well")
        yield Site(address=address, token=token)
        host.process.terminate()
        ended = host.end()
    assert ended.status == 0, ended.complaints


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from running(tmp_path_factory.mktemp("site"), accounts=True)


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Site]:
    yield from running(tmp_path, accounts=False)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=SMALLEST)
    context.set_default_timeout(PATIENCE_MS)
    watched = Watched(context, provoked=[r"status of (401|409|422)"])
    yield context.new_page()
    context.close()
    assert watched.unexpected == []


def sign_in(page: Page, site: Site, path: str, account: str = "admin") -> None:
    credentials = {"account": account, "password": PASSWORD}
    answer = page.request.post(
        f"{site.address}/api/session", data=credentials, headers={"origin": site.address}
    )
    assert answer.ok
    page.goto(f"{site.address}{path}")
    expect(page.locator("host-frame")).to_be_visible()


def test_the_first_administrator_sets_the_site_up(page: Page, empty_site: Site) -> None:
    """Any address leads to the set-up page; a wrong token is said, the right one leads to Administration."""
    page.goto(f"{empty_site.address}/live")
    expect(page).to_have_url(re.compile("/set-up$"))
    page.get_by_label("Set-up token").fill("wrong")
    page.get_by_label("Account").fill("ada")
    page.get_by_label("Name").fill("Ada Admin")
    page.get_by_label("Password").fill(GOOD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("token is not right")
    page.get_by_label("Set-up token").fill(empty_site.token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Plug-ins", level=1)).to_be_visible()
    page.goto(f"{empty_site.address}/set-up")
    expect(page.locator("host-frame")).to_be_visible()


def test_a_role_is_made_with_the_tree_by_keyboard_and_given_to_a_new_account(page: Page, site: Site) -> None:
    """Space checks a heading and all below it; the new person sees exactly what was granted."""
    sign_in(page, site, "/administration/roles")
    create = page.get_by_role("button", name="Create role")
    expect(create).to_be_enabled()
    create.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Create role")
    expect(dialog.get_by_label("Id, in letters and digits")).to_be_focused()
    page.keyboard.type("night")
    page.keyboard.press("Tab")
    page.keyboard.type("Night shift")
    dialog.get_by_role("checkbox", name="Things").focus()
    page.keyboard.press("Space")
    expect(dialog.get_by_role("checkbox", name="View", exact=True)).to_be_checked()
    dialog.get_by_role("checkbox", name="All cameras").uncheck()
    dialog.get_by_role("checkbox", name="Gate").check()
    page.keyboard.press("Enter")
    row = page.locator("[data-role=night]")
    expect(row).to_contain_text("Night shift")
    page.get_by_role("navigation", name="Administration").get_by_role("link", name="Accounts").click()
    page.get_by_role("button", name="Create account").click()
    dialog = page.get_by_role("dialog", name="Create account")
    dialog.get_by_label("Account").fill("nora")
    dialog.get_by_label("Name").fill("Nora Night")
    dialog.get_by_label("First password").fill("short")
    dialog.get_by_role("checkbox", name="Night shift").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("at least 12 characters")
    # The keyboard goes on from where it was.
    expect(dialog.get_by_role("button", name="Save")).to_be_focused()
    dialog.get_by_label("First password").fill(GOOD)
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("[data-account=nora]")).to_contain_text("Night shift")
    credentials = {"account": "nora", "password": GOOD}
    page.request.post(f"{site.address}/api/session", data=credentials, headers={"origin": site.address})
    page.goto(f"{site.address}/live")
    expect(page.get_by_role("treeitem")).to_have_text(["Recorder 1", re.compile("^Gate")])


@pytest.mark.parametrize("width", [1280, 640])
def test_what_can_be_done_with_a_long_name_stays_in_the_window(page: Page, site: Site, width: int) -> None:
    """The longest names break; the words of the page do not."""
    page.set_viewport_size({"width": width, "height": 720})
    sign_in(page, site, "/administration/accounts")
    account = f"{'g' * 60}{width}"
    made = page.request.post(
        f"{site.address}/api/accounts",
        data={"account": account, "name": "W" * 200, "password": GOOD, "roles": []},
        headers={"origin": site.address},
    )
    assert made.ok
    page.reload()
    row = page.locator(f"[data-account={account}]")
    for name in ("Edit", "Reset password", "Disable", "Sign out"):
        box = row.get_by_role("button", name=name).bounding_box()
        assert box
        assert box["x"] + box["width"] <= width
    state = row.get_by_text("enabled").bounding_box()
    assert state
    assert state["height"] < 24
    # Whose name it is sees the tabs, too.
    credentials = {"account": account, "password": GOOD}
    page.request.post(f"{site.address}/api/session", data=credentials, headers={"origin": site.address})
    page.goto(f"{site.address}/live")
    clock, person = page.locator(".top-bar .clock"), page.locator(".principal")
    expect(person).to_be_in_viewport(ratio=1)
    left, right = clock.bounding_box(), person.bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]


def test_whoever_chose_the_light_theme_signs_in_in_it(page: Page, site: Site) -> None:
    """The choice belongs to the browser, before anybody is known."""
    sign_in(page, site, "/live")
    page.get_by_role("button", name="Adam Admin").click()
    page.get_by_role("button", name="Change between dark and light").click()
    shown = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto(f"{site.address}/live")
    page.get_by_role("button", name="Adam Admin").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("body")).to_have_css("background-color", shown)


def test_a_session_that_ends_under_a_form_takes_nothing_from_it(page: Page, site: Site) -> None:
    """Signed in again in another window, what was entered is saved. A menu that Tab leaves is closed."""
    sign_in(page, site, "/administration/accounts")
    person = page.get_by_role("button", name="Adam Admin")
    person.press("Enter")
    item = page.get_by_role("button", name="Keyboard shortcuts")
    expect(item).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
    expect(item).to_be_hidden()
    page.get_by_role("button", name="Create account").press("Enter")
    for label, words in (("Account", "late"), ("Name", "Lara Late"), ("First password", GOOD)):
        page.get_by_role("dialog").get_by_label(label).fill(words)
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    refused = page.get_by_role("alert").filter(
        has_text="Your session has ended. What you entered is still here."
    )
    with page.expect_popup() as opened:
        refused.get_by_role("link", name="Sign in").press("Enter")
    other = opened.value
    for label, words in (("Account", "admin"), ("Password", PASSWORD)):
        other.get_by_label(label).fill(words)
    other.keyboard.press("Enter")
    expect(other.locator("host-frame")).to_be_visible()
    other.close()
    page.get_by_role("dialog").get_by_label("Name").press("Enter")
    expect(page.get_by_role("row", name="Lara Late")).to_be_visible()


def test_a_role_of_the_configuration_is_shown_and_cannot_be_changed(page: Page, site: Site) -> None:
    """Its boxes show what its stars cover."""
    sign_in(page, site, "/administration/roles")
    page.locator("[data-role=operator]").get_by_role("button", name="Show").click()
    dialog = page.get_by_role("dialog", name="Role operator")
    box = dialog.get_by_role("checkbox", name="View", exact=True)
    expect(box).to_be_checked()
    expect(box).to_be_disabled()
    expect(dialog.get_by_role("button")).to_have_text(["Close"])


def test_a_plugin_is_disabled_and_enabled_again(page: Page, site: Site) -> None:
    """The card follows; the security log tells who did it."""
    sign_in(page, site, "/administration")
    card = page.locator("[data-plugin=sample]")
    expect(card).to_contain_text("licence valid")
    card.get_by_role("button", name="Disable").click()
    page.get_by_role("dialog", name="Disable plug-in").get_by_role("button", name="Disable").click()
    expect(card.locator("header .state")).to_have_text("disabled")
    card.get_by_role("button", name="Enable").click()
    expect(card.locator("header .state")).to_have_text("active")
    page.get_by_role("link", name="Security log").click()
    expect(page.get_by_role("cell", name="plug-in sample enabled")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Plug-ins").click()
        page.get_by_role("link", name="Diagnostics bundle").click()
    assert download.value.suggested_filename.startswith("diagnostics-test-")


def test_a_view_is_saved_shown_renamed_and_deleted_by_keyboard(page: Page, site: Site) -> None:
    """Everything with Tab and Enter; a shared view is there for the operator too."""
    sign_in(page, site, "/live")
    page.get_by_role("button", name="Empty view item 1").click()
    page.get_by_role("button", name="Save this view").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Day")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    views = page.get_by_role("region", name="Saved views")
    shown = views.get_by_role("button", name="Day shared")
    expect(shown).to_be_visible()
    sign_in(page, site, "/live", "operator")
    expect(page.get_by_role("group", name="View item 1: Lobby")).to_be_visible()
    shown.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="View item 1: empty")).to_be_visible()
    expect(views.get_by_role("button", name="Delete view Day")).to_have_count(0)
    sign_in(page, site, "/live")
    views.get_by_role("button", name="Rename view Day").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Rename this view").get_by_label("Name")).to_have_value("Day")
    page.keyboard.press("Control+A")
    page.keyboard.type("Night")
    page.keyboard.press("Enter")
    views.get_by_role("button", name="Delete view Night").focus()
    page.keyboard.press("Enter")
    expect(views).to_contain_text("No view is saved yet.")
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(views.get_by_role("button", name="Night shared")).to_be_visible()


@pytest.fixture
def mounted(tmp_path: Path, sample: EntryPoint) -> Iterator[Site]:
    """The host below a path of another application, which serves pages of its own."""
    host = create_app(load_config(write_site(tmp_path, Issuer())), installed=[sample])

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with host.state.host.running():
            await host.state.host.plugins.started()
            yield

    existing = Route("/", lambda _: PlainTextResponse("the existing VMS"))
    outer = Starlette(routes=[existing, Mount("/incidents/vms", host)], lifespan=lifespan)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(outer, log_config=None, ws="none", proxy_headers=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    wait_until(lambda: server.started, "a server")
    yield Site(address=f"http://127.0.0.1:{listener.getsockname()[1]}")
    server.should_exit = True
    thread.join()
    listener.close()


def test_within_another_application_pages_stay_below_their_path(page: Page, mounted: Site) -> None:
    """Signing in, tabs, a contributed tab, a deep link, saved views and signing out, all below the path."""
    root = f"{mounted.address}/incidents/vms"
    page.goto(f"{root}/things/7")
    page.get_by_label("Account").fill("operator")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{root}/things/7")
    expect(page.locator("sample-tab")).to_have_text("Things 7; secret: false")
    page.get_by_role("link", name="Live").click()
    expect(page).to_have_url(f"{root}/live")
    expect(page.get_by_role("group", name="View item 2: Yard")).to_contain_text("Yard live live")
    page.get_by_role("link", name="Playback").click()
    expect(page.locator("host-timeline [data-camera=yard] .span")).to_have_count(2)
    page.reload()
    expect(page).to_have_url(f"{root}/playback")
    page.get_by_role("button", name="Olivia Operator").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{root}/sign-in")
    page.goto(f"{root}/")
    expect(page).to_have_url(re.compile(re.escape(f"{root}/sign-in?next=")))
