"""The host's pages: sign-in, and one document for everything behind it."""

from __future__ import annotations

import html
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
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
            Route("/set-up", self.set_up),
            Route("/open/{target:path}", self.open),
            Route("/{address:path}", self.main),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Show the sign-in page; it needs no plug-in. A site without accounts is set up first."""
        if self._host.set_up.open:
            return RedirectResponse(f"{_root(request)}/set-up", HTTPStatus.SEE_OTHER)
        return _document(request, "sign-in.html")

    async def set_up(self, request: Request) -> Response:
        """Show the page that makes the first administrator, as long as there is none."""
        if not self._host.set_up.open:
            return RedirectResponse(f"{_root(request)}/sign-in", HTTPStatus.SEE_OTHER)
        return _document(request, "set-up.html")

    async def main(self, request: Request) -> Response:
        """Show the page, or the way to it through signing in."""
        if request.path_params["address"].partition("/")[0] in ("api", "plugins", "ui"):
            raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is nothing at this address.")
        if self._host.principal(request) is None:
            return _through_sign_in(request)
        return _document(request, "index.html")

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
                return RedirectResponse(_root(request) + address_of(target), HTTPStatus.SEE_OTHER)
        raise Problem(HTTPStatus.NOT_FOUND, "unknown-reference", f'Nothing knows "{reference}".')


def _through_sign_in(request: Request) -> Response:
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{_root(request)}/sign-in?next={quote(wanted, safe='')}", HTTPStatus.SEE_OTHER)


def _root(request: Request) -> str:
    """Give the path below which the host itself is found: behind a proxy or within another application."""
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/")


def _document(request: Request, name: str) -> Response:
    """Give a page; it finds its files below where the host is."""
    page = (UI / name).read_text(encoding="utf-8").replace("{root}", html.escape(quote(_root(request))))
    return HTMLResponse(page, headers={"cache-control": "no-store"})
