"""The Incidents tab over the real plug-in, for several people at several browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browsing import PATIENCE_MS, SMALLEST, Watched
from tests.serving import served, with_policy
from tests.ui_list.site import Site

Opening = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path) -> AsyncIterator[Site]:
    """A host with the plug-in at work; Olivia may do everything."""
    site = Site(tmp_path)
    await site.runtime.start()
    async with served(with_policy(site.asgi)) as site.address:
        yield site
        await site.runtime.parts.incidents.events.close()
    await site.runtime.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def opening(browser: Browser, site: Site) -> AsyncIterator[Opening]:
    """Open the Incidents tab at an address, each time in a browser of its own; a complaint fails the test."""
    opened: list[Watched] = []

    async def at(
        address: str = "incidents/", *, person: str = "olivia", provoked: tuple[str, ...] = (), **more: object
    ) -> Page:
        options = {"viewport": SMALLEST, "reduced_motion": "reduce", "accept_downloads": True, **more}
        context = await browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        opened.append(Watched(context, provoked=list(provoked)))
        page = await context.new_page()
        await page.goto(f"{site.address}/?as={person}#/{address}")
        return page

    yield at
    for watched in opened:
        await watched.context.close()
    assert [complaint for watched in opened for complaint in watched.unexpected] == []


@pytest.fixture
def world(site: Site) -> Site:
    """The same, for what is arranged in it."""
    return site
