"""A browser that acts as an operator, and fails a test for any error on the page."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from .serving import POLICY, Server
from .world import World

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DEADLINE = 8_000

Open = Callable[..., Awaitable[Page]]


class Site:
    """A server under one address, begun anew for each test."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.begin()

    def begin(self) -> Server:
        """Forget everything."""
        self.server, self.policy = Server(), POLICY
        return self.server

    async def __call__(self, scope, receive, send) -> None:
        """ASGI entry: the present test's server, with the policy of the page on every answer."""

        async def with_policy(message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"content-security-policy", self.policy.encode()))
                message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        await self.server.app(scope, receive, with_policy)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The test host on a free port of the loopback interface."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = Site(f"http://127.0.0.1:{listener.getsockname()[1]}")
        config = uvicorn.Config(running, log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield running
        server.should_exit = True
        thread.join()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium as Debian ships it."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        await chromium.close()


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
    opened = await browser.new_context(
        viewport={"width": 1280, "height": 720}, accept_downloads=True, reduced_motion="reduce"
    )
    opened.set_default_timeout(DEADLINE)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_at(context: BrowserContext, site: Site, server: Server) -> AsyncIterator[Open]:
    """Open the page at an address; what its console reports as an error fails the test.

    With ``clock`` the page's timers can be made to pass at once (``page.clock.fast_forward``).
    """
    errors: list[str] = []

    def heard(message) -> None:
        # A refused request is part of many tests; the browser reports each one.
        refused = "Failed to load resource" in message.text and "/ui/" not in message.location["url"]
        framed = site.policy != POLICY and message.text.startswith("Framing ")
        if message.type == "error" and not refused and not framed:
            errors.append(message.text)

    async def at(address: str = "incidents/", *, person: str = "operator", clock: bool = False) -> Page:
        page = await context.new_page()
        if clock:
            await page.clock.install()
        page.on("console", heard)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(f"{site.address}/?as={person}#/{address}")
        return page

    yield at
    assert errors == []
