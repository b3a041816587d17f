"""A browser that acts as an operator, and fails a test for any error on the page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from tests.browsing import PATIENCE_MS, SMALLEST, Watched
from tests.serving import POLICY, served, with_policy

from .serving import Server
from .world import World

Open = Callable[..., Awaitable[Page]]
#: A refused request is part of many tests, and the browser reports each one; a missing module is not.
REFUSED = r"Failed to load resource.*\((?!.*/ui/)"


class Site:
    """A server under one address, begun anew for each test."""

    address = ""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> Server:
        """Forget everything."""
        self.server, self.policy = Server(), POLICY
        return self.server

    async def __call__(self, scope, receive, send) -> None:
        """ASGI entry: the present test's server, with the policy of the page on every answer."""
        await with_policy(self.server.app, self.policy)(scope, receive, send)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site() -> AsyncIterator[Site]:
    """The test host."""
    running = Site()
    async with served(running) as running.address:
        yield running


@pytest.fixture
def server(site: Site) -> Server:
    """The HTTP interface, with nothing in it."""
    return site.begin()


@pytest.fixture
def world(server: Server) -> World:
    """What the server has."""
    return server.world


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """One person's browser at the smallest supported size."""
    opened = await browser.new_context(viewport=SMALLEST, accept_downloads=True, reduced_motion="reduce")
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_at(context: BrowserContext, site: Site, server: Server) -> AsyncIterator[Open]:
    """Open the page at an address; what its console reports as an error fails the test.

    With ``clock`` the page's timers can be made to pass at once (``page.clock.fast_forward``).
    """
    watched = Watched(context, provoked=[REFUSED])

    async def at(address: str = "incidents/", *, person: str = "operator", clock: bool = False) -> Page:
        page = await context.new_page()
        if clock:
            await page.clock.install()
        await page.goto(f"{site.address}/?as={person}#/{address}")
        return page

    yield at
    if site.policy != POLICY:
        watched.provoked.append("^Framing ")
    assert watched.unexpected == []
