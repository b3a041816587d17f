"""A host full of broken plug-ins, in a browser: the healthy one stays usable, and administrators read why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.programs import Program
from tests.waiting import wait_until

from vms_hooks.testing import Installation
from vms_hooks.testing.broken import ASKED, KEPT_OUT
from vms_hooks.testing.installing import MANIFEST

from .conftest import PASSWORD, PASSWORD_HASH
from .test_pages import browser, pytestmark  # noqa: F401 - the fixture and the mark of every browser test

#: Plug-ins that answer honestly and whose page script is broken: at import, or when it is given its context.
SCRIPTS = {
    "script-fails": "throw new Error('on purpose');",
    "script-forgets": "export const nothing = 1;",
    "script-raises": (
        "customElements.define('script-raises-shown', class extends HTMLElement {"
        " set vms(_) { throw new Error('on purpose'); } });"
    ),
}


def named(number: int, words: str) -> str:
    return f"bad-{number}-" + "".join(letter if letter.isalnum() else "-" for letter in words.lower())


def as_plugin(name: str, code: str) -> str:
    """Make the broken plug-in "bad" one of another id."""
    return code.replace('"bad"', f'"{name}"').replace("'bad'", f"'{name}'")


KEPT = {named(number, fault): each for number, (fault, each) in enumerate(KEPT_OUT.items())}
LYING = {named(100 + number, fault): code for number, (fault, code) in enumerate(ASKED.items())}


def install_all(installation: Installation) -> list[str]:
    """Install the healthy plug-in and every broken one; gives their ids."""
    probe = 'from vms_hooks.testing.probe import Probe\nplugin = Probe("{id}")\n'
    installation.add("healthy", probe.format(id="healthy"))
    for name, (code, manifest, _) in KEPT.items():
        text = (
            MANIFEST.format(id=name, name=name)
            if manifest is None
            else manifest.replace('"bad"', f'"{name}"')
        )
        installation.add(name, as_plugin(name, code), manifest=text)
    for name, code in LYING.items():
        installation.add(name, as_plugin(name, code).replace('Probe("probe")', 'Probe("healthy")'))
    for name, script in SCRIPTS.items():
        code = f"from vms_hooks.testing.probe import Probe\nplugin = Probe('{name}')\n"
        installation.add(name, f"{code}plugin.script = {script!r}.encode()\n")
    for package in ("one", "two"):
        installation.add("twin", probe.format(id="twin"), package=f"vms_test_twin_{package}")
    return ["healthy", *KEPT, *LYING, *SCRIPTS, "twin"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The reference host as its own program, with all of them enabled."""
    folder = tmp_path_factory.mktemp("broken")
    ids = install_all(Installation(folder))
    site = folder / "site.toml"
    site.write_text(
        'data_directory = "data"\n[site]\nid = "t"\nname = "T"\ntime_zone = "UTC"\n'
        f'[[accounts]]\nid = "admin"\nname = "Ada"\npassword = "{PASSWORD_HASH}"\nroles = ["all"]\n'
        '[roles.all]\npermissions = ["*"]\n' + "".join(f"[plugins.{name}]\nenabled = true\n" for name in ids)
    )
    with Program.start("reference_host", "--config", str(site), "--port", "0", paths=(folder,)) as program:
        address = re.search(r"http://\S+", program.line("listening"))[0]
        wait_until(lambda: '"stopped"' not in httpx.get(f"{address}/healthz").text, "plug-ins that started")
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:  # noqa: F811
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 720})
    context.set_default_timeout(20_000)
    page = context.new_page()
    answer = page.request.post(
        "/api/session", data={"account": "admin", "password": PASSWORD}, headers={"origin": address}
    )
    assert answer.ok
    yield page
    context.close()


def test_the_healthy_plugin_stays_usable_beside_all_of_them(page: Page) -> None:
    """Its tab, its pane and its tools over each picture are there, on the first visit and on the next."""
    page.goto("/live")
    # A view that nobody arranged may have begun with cameras of one that was found out a moment later.
    group = page.get_by_role("treeitem", name="healthy", exact=True)
    group.locator("xpath=following::*[@role='treeitem'][1]").click()
    expect(page.locator("host-view-item .toolbar healthy-shown").first).to_have_text("healthy in live")
    for _ in range(3):
        page.goto("/live")
        expect(page.locator("host-view-item .toolbar healthy-shown").first).to_have_text("healthy in live")
        expect(page.locator(".pane healthy-shown")).to_have_text("healthy in panel")
        page.get_by_role("link", name="Healthy", exact=True).click()
        expect(page.locator("main healthy-shown")).to_have_text("healthy in tab")


@pytest.mark.parametrize("name", [*KEPT, "twin"])
def test_administration_says_what_is_wrong_and_what_to_do(page: Page, name: str) -> None:
    """Each plug-in that cannot run shows its state, a reason and a remedy."""
    page.goto("/administration")
    card = page.locator(f'[data-plugin="{name}"]')
    state = KEPT[name][2] if name in KEPT else "incompatible"
    expect(card.locator(".state").first).to_have_text(str(state))
    reports = page.request.get("/api/plugins").json()["plugins"]
    (report,) = [each for each in reports if each["id"] == name]
    expect(card).to_contain_text(report["reason"])
    expect(card).to_contain_text(report["remedy"])
    assert len(report["reason"]) > 20
    assert len(report["remedy"]) > 20


def test_administration_tells_the_trouble_of_those_that_run(page: Page) -> None:
    """What is missing on the page is listed with the plug-in's name; the one that hangs is suspended."""
    page.goto("/live")
    page.goto("/administration")
    suspended = [name for name in LYING if name.endswith("-hangs")]
    for name in LYING:
        card = page.locator(f'[data-plugin="{name}"]')
        if name in suspended:
            expect(card.locator(".state").first).to_have_text("suspended")
            expect(card).to_contain_text("could not be stopped")
        else:
            expect(card).to_contain_text("vms_tabs")
    expect(page.locator('[data-plugin="healthy"] .state').first).to_have_text("active")


def test_broken_page_scripts_leave_a_note_in_their_place(page: Page) -> None:
    """A module that fails or defines nothing costs its own place; the healthy pane is drawn beside it."""
    page.goto("/live")
    for name in ("script-fails", "script-forgets"):
        place = page.locator(f'.pane [data-contribution="{name}.pane"]')
        expect(place).to_contain_text("could not be loaded")
    expect(page.locator('.pane [data-contribution="script-raises.pane"]')).to_contain_text("could not be")
    expect(page.locator(".pane healthy-shown")).to_have_text("healthy in panel")


def test_the_site_needs_nothing_of_them(page: Page, tmp_path: Path) -> None:
    """The host's own health names each of those that do not work, and not the healthy one."""
    parts = page.request.get("/healthz").json()["parts"]
    unhealthy = {part["id"] for part in parts if not part["healthy"]}
    assert set(KEPT) | {"twin"} <= unhealthy
    assert "healthy" not in unhealthy
