from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import async_playwright, expect
from tests.journeys.operator import Operator
from tests.journeys.sites import RunningSite
from tests.ui.hosting import ARGUMENTS, CHROMIUM, Watched

# A machine that does other things too needs longer than the five seconds that are usual.
expect.set_options(timeout=20_000)


@pytest.fixture
def site(tmp_path) -> Iterator[RunningSite]:
    """Recorder, host and plug-in as processes of their own, as the demonstration starts them."""
    with RunningSite(directory=tmp_path / "data") as running:
        yield running


@pytest.fixture
async def operator(site: RunningSite, tmp_path) -> AsyncIterator[Operator]:
    """An operator at a browser; an error or a breach of the policy in its console fails the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
        context.set_default_timeout(20_000)
        watched = Watched(await context.new_page())
        yield Operator(watched.page, site, tmp_path)
        await watched.page.screenshot(path=tmp_path / "last.png")
        await browser.close()
    assert watched.unexpected == []
