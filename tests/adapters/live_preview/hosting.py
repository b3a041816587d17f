"""A page with a live element, and the plug-in's part of the exchange behind it."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import incident_plugin
from incident_plugin.adapters.live_preview import WebRtcRelay
from incident_plugin.domain.errors import Denied, IncidentError, InvalidInput, NotFound
from incident_plugin.domain.media import CameraId

PAGE = """<!doctype html><title>Live</title><link rel="stylesheet" href="/page.css">
<main></main><script type="module" src="/page.js"></script>"""
STYLE = "main { width: 640px; height: 360px; background: #000; }"
HERE = Path(__file__).parent


class Application:
    """Does the WHEP exchange as the plug-in's HTTP interface does."""

    def __init__(self, relay: WebRtcRelay) -> None:
        self.relay = relay
        self.denied = False
        self.refused = 0
        self.cameras: list[str] = []
        self.sessions: list[str] = []
        self.closed: list[str] = []
        self.ice_servers: list[dict[str, object]] = []
        ui = Path(incident_plugin.__file__).parent / "ui"
        self.asgi = Starlette(
            routes=[
                Route("/", self.page),
                Route("/page.css", lambda _: Response(STYLE, media_type="text/css")),
                Route("/page.js", lambda _: FileResponse(HERE / "page.js")),
                Route("/plugin/live/sessions/{session}", self.close, methods=["DELETE"]),
                Route("/plugin/live/ice-servers", lambda _: JSONResponse({"ice_servers": self.ice_servers})),
                Route("/plugin/live/{camera:path}", self.open, methods=["POST"]),
                Mount("/ui", StaticFiles(directory=ui)),
            ]
        )

    async def page(self, _request: Request) -> Response:
        return HTMLResponse(PAGE)

    async def open(self, request: Request) -> Response:
        try:
            if self.denied:
                self.refused += 1
                raise Denied("You may not watch this camera.")
            offer = (await request.body()).decode()
            session = await self.relay.open(CameraId(request.path_params["camera"]), offer)
        except IncidentError as error:
            status = {Denied: 403, InvalidInput: 422, NotFound: 404}.get(type(error), 503)
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
