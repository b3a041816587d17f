"""The sections of the administration over the real plug-in, for several people at several browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.browsing import PATIENCE_MS, SMALLEST, Watched
from tests.serving import served, with_policy
from tests.ui_list.site import Site

Opening = Callable[..., Awaitable[Page]]

HERE = Path(__file__).parent
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Administration</title>
<link rel="stylesheet" href="/admin/host.css"></head><body>
<main></main><div id="notices" role="status"></div>
<script type="module" src="/admin/host.js"></script></body></html>"""


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path) -> AsyncIterator[Site]:
    """A host with the plug-in at work; Olivia and Carl may do everything."""
    site = Site(tmp_path)
    site.asgi.router.routes[:0] = [
        Route("/admin", lambda _: HTMLResponse(PAGE)),
        Mount("/admin", StaticFiles(directory=HERE)),
    ]
    await site.runtime.start()
    async with served(with_policy(site.asgi)) as site.address:
        yield site
        await site.runtime.parts.incidents.events.close()
    await site.runtime.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def opening(browser: Browser, site: Site) -> AsyncIterator[Opening]:
    """Open a section, each time in a browser of its own; a complaint fails the test."""
    opened: list[Watched] = []

    async def at(
        section: str, *, person: str = "olivia", provoked: tuple[str, ...] = (), **more: object
    ) -> Page:
        options = {"viewport": SMALLEST, "reduced_motion": "reduce", "accept_downloads": True, **more}
        context = await browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        opened.append(Watched(context, provoked=list(provoked)))
        page = await context.new_page()
        await page.goto(f"{site.address}/admin?as={person}#/{section}")
        return page

    yield at
    for watched in opened:
        await watched.context.close()
    assert [complaint for watched in opened for complaint in watched.unexpected] == []
