"""The host as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib.metadata import EntryPoint, entry_points

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount

from reference_host.api import Api
from reference_host.clock import SystemClock
from reference_host.config import SiteConfig
from reference_host.host import Host
from reference_host.mount import PluginMount
from reference_host.pages import Pages
from reference_host.problems import Problem, on_http_exception, on_problem
from reference_host.security import OriginCheck, SecurityHeaders
from vms_hooks import ENTRY_POINT_GROUP
from vms_hooks.host import Clock


def create_app(
    config: SiteConfig,
    *,
    installed: Iterable[EntryPoint] | None = None,
    clock: Clock | None = None,
) -> Starlette:
    """Build the host of a site; plug-ins are found among the installed distributions unless given.

    The application's lifespan starts and stops them. ``app.state.host`` is the ``Host``.
    Raises ``ConfigError`` when the site's secrets cannot be used.
    """
    found = entry_points(group=ENTRY_POINT_GROUP) if installed is None else installed
    host = Host(config, found, clock or SystemClock())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with host.running():
            yield

    app = Starlette(
        routes=[*Api(host).routes(), Mount("/plugins/{plugin}", PluginMount(host)), *Pages(host).routes()],
        middleware=[Middleware(SecurityHeaders), Middleware(OriginCheck)],
        exception_handlers={Problem: on_problem, HTTPException: on_http_exception},
        lifespan=lifespan,
    )
    app.state.host = host
    return app
