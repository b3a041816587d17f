"""A small host for the plug-in's elements, under the policy that hosts are to use."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import uvicorn
from playwright.async_api import BrowserContext, ConsoleMessage, Page
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from incident_plugin.runtime import IncidentRuntime
from tests.support import as_principal
from vms_hooks.values import Principal, View, ViewMode

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PAGE = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:;"
    " media-src 'self' blob:; form-action 'self'; base-uri 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)


@attrs.define
class AheadClock:
    """The machine's clock, set forward as far as a test wants."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@attrs.define(kw_only=True)
class Site:
    """One host with the plug-in at work."""

    runtime: IncidentRuntime
    clock: AheadClock
    principal: Principal
    permissions: frozenset[str]
    address: str = ""

    @property
    def asgi(self) -> Starlette:
        """The host's application."""
        return Starlette(
            routes=[
                Route("/", lambda _: FileResponse(PAGE / "index.html")),
                Mount("/page", StaticFiles(directory=PAGE)),
                Route("/host/config", self._config),
                Route("/host/view", self._view, methods=["POST"]),
                Mount("/plugins/incident", as_principal(self.runtime.parts.app, self.principal)),
            ]
        )

    async def look(self, client: str, number: int, mode: str, cameras: list[str]) -> None:
        """Report what a browser tab shows."""
        view = View(
            principal=self.principal,
            client=client,
            number=number,
            mode=ViewMode(mode),
            cameras=tuple(cameras),
            at=self.clock.now(),
        )
        await self.runtime.view_changed(view)

    async def _config(self, _: Request) -> Response:
        cameras = await self.runtime.cameras(self.principal)
        return JSONResponse(
            {
                "principal": {"id": self.principal.id, "name": self.principal.name},
                "permissions": sorted(self.permissions),
                "time_zone": "Europe/Copenhagen",
                "cameras": [
                    {"id": c.id, "name": c.name, "group": c.group, "capabilities": sorted(c.capabilities)}
                    for c in cameras
                ],
            }
        )

    async def _view(self, request: Request) -> Response:
        await self.look(**await request.json())
        return Response(status_code=204)


def with_policy(app):
    """Set the policy on every answer."""

    async def guarded(scope, receive, send):
        async def with_header(message):
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["content-security-policy"] = POLICY
            await send(message)

        await app(scope, receive, with_header)

    return guarded


@contextlib.asynccontextmanager
async def served(site: Site) -> AsyncIterator[None]:
    """Serve on a free port of the loopback interface."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            with_policy(site.asgi),
            log_level="warning",
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        site.address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        yield
        server.should_exit = True
        await serving


# With slots playwright cannot keep its wrapper of the bound method.
@attrs.define(slots=False)
class Watched:
    """A page whose every complaint is kept; those that a test provokes are named by it."""

    page: Page
    complaints: list[str] = attrs.field(factory=list)
    #: Parts of complaints that the test provokes.
    provoked: list[str] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page: {error.stack or error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    @property
    def unexpected(self) -> list[str]:
        """What nobody asked for: an error, a warning, a breach of the policy."""
        return [c for c in self.complaints if not any(part in c for part in self.provoked)]


async def opened(context: BrowserContext, site: Site) -> Watched:
    """Open the host's page."""
    watched = Watched(await context.new_page())
    await watched.page.goto(site.address)
    await watched.page.wait_for_selector("html[data-ready=yes]")
    return watched


def missing() -> bool:
    """Whether browser tests are left out: without a browser, unless one is demanded."""
    return not Path(CHROMIUM).exists() and os.environ.get("REQUIRE_BROWSER") != "1"


def problem(title: str, detail: str, status: int) -> Mapping[str, object]:
    """What to fulfil a request with so that it is refused."""
    return {
        "status": status,
        "content_type": "application/problem+json",
        "json": {"title": title, "detail": detail, "status": status, "message_id": "test"},
    }
