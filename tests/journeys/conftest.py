from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from tests.browsing import PATIENCE_MS, SMALLEST, Watched
from tests.journeys.operator import Operator
from tests.journeys.sites import RunningSite


@pytest.fixture
def site(tmp_path) -> Iterator[RunningSite]:
    """Recorder, host and plug-in as processes of their own, as the demonstration starts them."""
    with RunningSite(directory=tmp_path / "data") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def watched(browser: Browser, site: RunningSite) -> AsyncIterator[Watched]:
    """The operator's browser; an error or a breach of the policy in its console fails the test.

    It is closed before the site ends, whose absence would be an error.
    """
    del site
    context = await browser.new_context(viewport=SMALLEST, accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    watched = Watched(context)
    yield watched
    await context.close()
    assert watched.unexpected == []


@pytest_asyncio.fixture(loop_scope="session")
async def operator(watched: Watched, site: RunningSite, tmp_path) -> AsyncIterator[Operator]:
    """An operator at a browser."""
    page = await watched.context.new_page()
    yield Operator(page, site, tmp_path)
    await page.screenshot(path=tmp_path / "last.png")
