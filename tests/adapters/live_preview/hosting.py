"""A page with a live element, served under the policy that hosts are to use, and a real browser to open it."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from playwright.async_api import Page, async_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import incident_plugin
from incident_plugin.adapters.live_preview import WebRtcRelay
from incident_plugin.domain.errors import Denied, IncidentError, InvalidInput
from incident_plugin.domain.media import CameraId

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:;"
    " img-src 'self' blob:; require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE = """<!doctype html><title>Live</title><link rel="stylesheet" href="/page.css">
<main></main><script type="module" src="/page.js"></script>"""
STYLE = "main { width: 640px; height: 360px; background: #000; }"
HERE = Path(__file__).parent


class Application:
    """Does the WHEP exchange as the plug-in's HTTP interface does."""

    def __init__(self, relay: WebRtcRelay) -> None:
        self.relay = relay
        self.denied = False
        self.cameras: list[str] = []
        self.sessions: list[str] = []
        self.closed: list[str] = []
        ui = Path(incident_plugin.__file__).parent / "ui"
        self.asgi = Starlette(
            routes=[
                Route("/", self.page),
                Route("/page.css", lambda _: Response(STYLE, media_type="text/css")),
                Route("/page.js", lambda _: FileResponse(HERE / "page.js")),
                Route("/plugin/live/sessions/{session}", self.close, methods=["DELETE"]),
                Route("/plugin/live/{camera:path}", self.open, methods=["POST"]),
                Mount("/ui", StaticFiles(directory=ui)),
            ]
        )

    async def page(self, _request: Request) -> Response:
        return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})

    async def open(self, request: Request) -> Response:
        try:
            if self.denied:
                raise Denied("You may not watch this camera.")
            offer = (await request.body()).decode()
            session = await self.relay.open(CameraId(request.path_params["camera"]), offer)
        except IncidentError as error:
            status = {Denied: 403, InvalidInput: 422}.get(type(error), 503)
            return JSONResponse(
                {"title": error.title, "detail": error.detail}, status, media_type="application/problem+json"
            )
        self.cameras.append(request.path_params["camera"])
        self.sessions.append(session.id)
        location = {"Location": f"/plugin/live/sessions/{session.id}"}
        return Response(session.answer, 201, location, media_type="application/sdp")

    async def close(self, request: Request) -> Response:
        self.closed.append(request.path_params["session"])
        await self.relay.close(request.path_params["session"])
        return Response(status_code=204)


@asynccontextmanager
async def served(application: Application) -> AsyncIterator[str]:
    """Serve on a free port of the loopback interface; give the page's address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(application.asgi, log_level="warning", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        server.should_exit = True
        await serving


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[Page]:
    """Open the page in Chromium; anything on its console fails the test."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(address)
        await page.wait_for_function("() => window.watch !== undefined")
        yield page
        await browser.close()
    expected = "Failed to load resource"  # a refused offer, which Chromium always reports
    assert [text for text in complaints if expected not in text] == []


def missing() -> bool:
    """Whether browser tests are left out: without a browser, unless one is demanded."""
    return not Path(CHROMIUM).exists() and os.environ.get("REQUIRE_BROWSER") != "1"
