"""A small host for the plug-in's elements, under the policy that hosts are to use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
from playwright.async_api import BrowserContext
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from incident_plugin.runtime import IncidentRuntime
from tests.browsing import Watched
from tests.support import as_principal
from vms_hooks.values import Principal, View, ViewMode

PAGE = Path(__file__).parent / "page"


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


async def opened(context: BrowserContext, site: Site) -> Watched:
    """Open the host's page."""
    watched = Watched(context)
    page = await context.new_page()
    await page.goto(site.address)
    await page.wait_for_selector("html[data-ready=yes]")
    return watched
