"""The hosts' tutorial, executed: its host passes the conformance suite, and our plug-in works in it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Page, async_playwright, expect
from tests.browsing import ARGUMENTS, CHROMIUM, PATIENCE_MS, needs_browser
from tests.guide.blocks import GUIDE, files_of
from tests.programs import RECORDER_PASSWORD

from vms_hooks.testing import Installation, host_checks


def test_it_is_small() -> None:
    """Fewer than 150 lines of Python and JavaScript are a host."""
    files = files_of(GUIDE / "host" / "tutorial.md")
    code = (files["small_vms.py"] + files["page.js"]).splitlines()
    assert len([line for line in code if line.strip()]) < 150


@pytest.mark.parametrize("check", host_checks(), ids=lambda check: check.__name__)
async def test_the_host_of_the_tutorial_conforms(check: Any, small_vms: Path, tmp_path: Path) -> None:
    """By the tutorial's own test file."""
    tutorial = importlib.import_module("test_small_vms")
    await check(tutorial.start, Installation(tmp_path))


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve an application on a free port; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        assert not serving.done()
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def page(small_vms: Path, tmp_path: Path, recorder_address: str) -> AsyncIterator[Page]:
    """A browser at the tutorial's host, which has found our plug-in by its entry point."""
    tutorial = importlib.import_module("small_vms")
    people = {"olivia": ("p", frozenset({"*"}))}
    vms = tutorial.YourVms(people, secrets={"recorder-password": RECORDER_PASSWORD})
    settings = {"incident": {"recorder": {"address": recorder_address, "username": "incident"}}}
    app = tutorial.create_vms(vms, tmp_path, settings=settings)
    async with served(app) as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(http_credentials={"username": "olivia", "password": "p"})
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(address)
        yield page
        await browser.close()


@needs_browser
async def test_an_incident_project_is_created_in_a_foreign_host(page: Page) -> None:
    """The host knows nothing of incidents: pane, live picture and tab come from contributions alone."""
    pane = page.locator("incident-pane")
    await expect(page.locator("incident-live")).to_have_attribute("data-state", "live")
    await pane.get_by_role("button", name="Create empty incident project").click()
    dialog = page.get_by_role("dialog", name="Create empty incident project")
    await dialog.get_by_label("Description").fill("Made in a foreign host")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator("output")).to_contain_text("ncident project")
    await page.get_by_role("button", name="Incidents", exact=True).click()
    await expect(page.locator("incidents-tab")).to_contain_text("Made in a foreign host")
