"""The host's pages: sign-in, and one document for everything behind it."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from reference_host.host import Host
from reference_host.problems import Problem
from reference_host.services import address_of
from vms_hooks.faults import PluginFault

UI = Path(__file__).with_name("ui")


class Revalidated(StaticFiles):
    """Files that a browser keeps but asks for again: a new release is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve a file."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


class Pages:
    """The handlers, bound to one host."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[BaseRoute]:
        """Give the routes; the last one takes every address that a tab may have."""
        return [
            Mount("/ui", Revalidated(directory=UI)),
            Route("/sign-in", self.sign_in),
            Route("/open/{target:path}", self.open),
            Route("/{address:path}", self.main),
        ]

    async def sign_in(self, _: Request) -> Response:
        """Show the sign-in page; it needs no plug-in."""
        return _document("sign-in.html")

    async def main(self, request: Request) -> Response:
        """Show the page, or the way to it through signing in."""
        if request.path_params["address"].partition("/")[0] in ("api", "plugins", "ui"):
            raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is nothing at this address.")
        if self._host.principal(request) is None:
            return _through_sign_in(request)
        return _document("index.html")

    async def open(self, request: Request) -> Response:
        """Lead a reference such as ``thing:42`` to the place that its plug-in names."""
        principal = self._host.principal(request)
        if principal is None:
            return _through_sign_in(request)
        reference = request.path_params["target"]
        for plugin in self._host.plugins.active:
            try:
                target = await plugin.hooks.open(reference, principal)
            except PluginFault:
                continue  # recorded by the caller; the next plug-in may know it
            if target is not None:
                return RedirectResponse(address_of(target), HTTPStatus.SEE_OTHER)
        raise Problem(HTTPStatus.NOT_FOUND, "unknown-reference", f'Nothing knows "{reference}".')


def _through_sign_in(request: Request) -> Response:
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?next={quote(wanted, safe='')}", HTTPStatus.SEE_OTHER)


def _document(name: str) -> Response:
    return FileResponse(UI / name, headers={"cache-control": "no-store"})
