"""The host as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from importlib.metadata import EntryPoint, entry_points

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount

from reference_host.administration_api import AdministrationApi
from reference_host.api import Api
from reference_host.clock import SystemClock, since_boot
from reference_host.config import SiteConfig
from reference_host.durable import StorageRefused
from reference_host.host import Host
from reference_host.mount import PluginMount
from reference_host.pages import Pages
from reference_host.problems import Problem, on_http_exception, on_problem, on_storage_refused
from reference_host.proxy import ProxyHeaders, shared_secret
from reference_host.security import OriginCheck, SecurityHeaders, on_failure
from reference_host.session_api import SessionApi
from vms_hooks import ENTRY_POINT_GROUP
from vms_hooks.host import Clock


def create_app(
    config: SiteConfig,
    *,
    installed: Iterable[EntryPoint] | None = None,
    clock: Clock | None = None,
    elapsed: Callable[[], float] = since_boot,
) -> Starlette:
    """Build the host of a site; plug-ins are found among the installed distributions unless given.

    The application's lifespan starts and stops them. The lifespan of a mounted application does not run:
    within another application, that one's lifespan does ``async with app.state.host.running():``.
    Sessions end by ``elapsed``, seconds from any beginning: a clock that is set changes nothing for them.
    Raises ``ConfigError`` when the site's secrets or the host's own files cannot be used.
    """
    found = entry_points(group=ENTRY_POINT_GROUP) if installed is None else installed
    host = Host(config, found, clock or SystemClock(), elapsed)
    secret = shared_secret(config.proxy, host.secrets)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with host.running():
            yield

    app = Starlette(
        routes=[
            *SessionApi(host).routes(),
            *Api(host).routes(),
            *AdministrationApi(host).routes(),
            Mount("/plugins/{plugin}", PluginMount(host)),
            *Pages(host).routes(),
        ],
        middleware=[
            Middleware(ProxyHeaders, config=config.proxy, secret=secret),
            Middleware(SecurityHeaders),
            Middleware(OriginCheck),
        ],
        exception_handlers={
            Problem: on_problem,
            StorageRefused: on_storage_refused,
            HTTPException: on_http_exception,
            Exception: on_failure,
        },
        lifespan=lifespan,
    )
    app.state.host = host
    return app
