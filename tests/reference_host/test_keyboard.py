"""Every page of the host by keyboard alone: everything is reached by Tab, shows it, and can be operated.

A console error, an uncaught exception or a violation of the content security policy fails each test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browsing import PATIENCE_MS, SMALLEST, Watched, needs_browser
from tests.keyboard import FIND, FOCUS, Stops

from . import test_administration_pages as administration
from .conftest import PASSWORD
from .test_administration_pages import Site, sign_in

pytestmark = needs_browser

browser = administration.browser
site = administration.site
empty_site = administration.empty_site


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=SMALLEST)
    context.set_default_timeout(PATIENCE_MS)
    watched = Watched(context, provoked=[r"status of (401|409|422)"])
    yield context.new_page()
    context.close()
    assert watched.unexpected == []


def walk(page: Page) -> list[str]:
    """Press Tab through the page; everything must be reached, visibly. Gives the names in their order."""
    stops = Stops(page.evaluate(FIND))
    for _ in stops.presses:
        page.keyboard.press("Tab")
        stops.reached(page.evaluate(FOCUS))
    return stops.names()


def go_to(page: Page, name: str) -> None:
    """Press Tab until something of this name has the focus."""
    page.evaluate(FIND)
    for _ in range(200):
        page.keyboard.press("Tab")
        focus: Any = page.evaluate(FOCUS)
        if focus is not None and name in focus["name"]:
            return
    raise AssertionError(f"Tab does not reach {name}")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/live", "Live"),
        ("/playback", "Playback"),
        ("/things", "Things"),
        ("/administration", "Plug-ins"),
        ("/administration/accounts", "Accounts"),
        ("/administration/roles", "Roles"),
        ("/administration/security-log", "Security log"),
        ("/administration/sample.admin", "Kinds of things"),
    ],
)
def test_everything_on_a_page_is_reached_by_tab(page: Page, site: Site, path: str, shown: str) -> None:
    """Each link, button, field and disclosure, beginning with the tabs; the focus is always seen."""
    sign_in(page, site, path)
    expect(page.get_by_text(shown, exact=True).first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    names = walk(page)
    assert any("Live" in name for name in names)
    if path.startswith("/administration"):
        assert [name for name in names if "Roles" in name]


def test_signing_in_by_keyboard(page: Page, site: Site) -> None:
    """Account, password, Enter; then out again from the menu."""
    page.goto(f"{site.address}/sign-in")
    expect(page.get_by_label("Account")).to_be_visible()
    walk(page)
    go_to(page, "Account")
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("host-frame")).to_be_visible()
    go_to(page, "Adam Admin")
    page.keyboard.press("Enter")
    go_to(page, "Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_be_visible()


def test_setting_up_by_keyboard(page: Page, empty_site: Site) -> None:
    """Four fields and Enter."""
    page.goto(f"{empty_site.address}/set-up")
    expect(page.get_by_label("Set-up token")).to_be_visible()
    walk(page)
    for name, text in (
        ("Set-up token", empty_site.token),
        ("Account", "ada"),
        ("Name", "Ada Admin"),
        ("Password", "three unrelated words"),
    ):
        go_to(page, name)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Plug-ins", level=1)).to_be_visible()


def test_administration_is_operated_by_keyboard(page: Page, site: Site) -> None:
    """From page to page, a plug-in's settings unfolded, a dialog opened and left; no mouse at any time."""
    sign_in(page, site, "/administration")
    go_to(page, "Settings")
    page.keyboard.press("Enter")
    expect(page.get_by_text("pre_roll_seconds = 30")).to_be_visible()
    go_to(page, "Judge the licence again")
    page.keyboard.press("Enter")
    expect(page.get_by_text("licence valid", exact=True)).to_be_visible()
    go_to(page, "Accounts")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Accounts", level=1)).to_be_visible()
    go_to(page, "Create account")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    walk(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    focus: Any = page.evaluate(FOCUS)
    assert "Create account" in focus["name"], "focus comes back to where the dialog was opened"


def test_a_view_is_saved_and_chosen_by_keyboard(page: Page, site: Site) -> None:
    """Saved under a name, found in the list, shown, deleted, and brought back."""
    sign_in(page, site, "/live")
    go_to(page, "Save this view")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    walk(page)
    go_to(page, "Name")
    page.keyboard.type("By hand")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="By hand", exact=True)).to_be_visible()
    go_to(page, "By hand")
    page.keyboard.press("Enter")
    go_to(page, "Delete view By hand")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="By hand", exact=True)).to_have_count(0)
    go_to(page, "Undo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="By hand", exact=True)).to_be_visible()


def test_warnings_are_seen_by_who_may_see_the_camera(page: Page, site: Site) -> None:
    """Operators are told that a camera is not recorded, and hide it by keyboard; the roof is not theirs.

    What can be done about it in the administration is told to those who come there.
    """
    sign_in(page, site, "/live", account="operator")
    headers = {"origin": site.address}
    page.request.post(
        f"{site.address}/plugins/sample/behave", data={"not_recorded": ["yard", "roof"]}, headers=headers
    )
    warnings = page.get_by_role("region", name="Warnings")
    expect(warnings).to_contain_text("Yard has not been recorded since 12:00. Check the camera.")
    expect(warnings).not_to_contain_text("Roof")
    go_to(page, "Hide these warnings")
    page.keyboard.press("Enter")
    expect(warnings).to_be_hidden()
    page.request.post(
        f"{site.address}/plugins/sample/behave",
        data={"not_recorded": ["yard", "gate", "dock", "lobby"]},
        headers=headers,
    )
    expect(warnings).to_contain_text("Gate has not been recorded")
    go_to(page, "1 more")
    page.keyboard.press("Enter")
    expect(warnings).to_contain_text("Lobby has not been recorded")
    expect(warnings).not_to_contain_text("Administration")
    sign_in(page, site, "/live")
    expect(warnings).to_contain_text("Administration > Roles")
    page.request.post(f"{site.address}/plugins/sample/behave", data={"not_recorded": []}, headers=headers)
    expect(warnings).to_be_hidden()


def test_one_key_leads_past_what_is_on_every_page(page: Page, site: Site) -> None:
    """Or the first stop of the page, which is seen when it is reached; the next stop is of the tab itself."""
    sign_in(page, site, "/administration/accounts")
    create = page.get_by_role("button", name="Create account")
    expect(create).to_be_visible()
    skip = page.get_by_role("button", name="Go to the content")
    expect(skip).not_to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(create).to_be_focused()
    for key in ("g", "l", "F6", "Tab"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Cameras", exact=True)).to_be_focused()


def test_administrators_see_warnings_and_storage(page: Page, site: Site) -> None:
    """A part that works and should be looked at; what each room uses of its quota."""
    sign_in(page, site, "/live")
    headers = {"origin": site.address}
    page.request.post(
        f"{site.address}/plugins/sample/behave", data={"not_recorded": ["yard"]}, headers=headers
    )
    page.goto(f"{site.address}/administration")
    card = page.locator('[data-plugin="sample"]')
    expect(card).to_contain_text("1 warning")
    expect(card.get_by_role("row", name="Things")).to_contain_text("1.5 MB")
    expect(card.get_by_role("row", name="Caches")).to_contain_text("1 kB")
    expect(card.get_by_label("Caches: 95 % of the quota")).to_be_visible()
    page.request.post(f"{site.address}/plugins/sample/behave", data={"not_recorded": []}, headers=headers)
