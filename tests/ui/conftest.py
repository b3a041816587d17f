from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from incident_plugin.assembly import assemble
from incident_plugin.domain.access import Permission
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import RecorderSettings, Settings
from tests.browsing import PATIENCE_MS, SMALLEST, Watched
from tests.programs import RECORDER_USER
from tests.serving import served, with_policy
from tests.support import host_services
from tests.ui.hosting import AheadClock, Site, opened
from vms_hooks.values import Principal

shared = pytest_asyncio.fixture(loop_scope="session")


@pytest.fixture
def permissions() -> frozenset[str]:
    """What the operator may do; tests narrow it."""
    return frozenset(permission.value for permission in Permission)


@contextlib.asynccontextmanager
async def plugin(directory: Path, recorder_address: str, clock: AheadClock) -> AsyncIterator[IncidentRuntime]:
    """The whole plug-in at work, with a store on disk and a real recorder."""
    settings = Settings(recorder=RecorderSettings(address=recorder_address, username=RECORDER_USER))
    runtime = IncidentRuntime(parts=assemble(host_services(directory, clock=clock), settings))
    await runtime.start()
    yield runtime
    await runtime.stop()


@pytest.fixture
def clock() -> AheadClock:
    """The host's clock."""
    return AheadClock()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def common_runtime(
    tmp_path_factory: pytest.TempPathFactory, recorder_address: str
) -> AsyncIterator[IncidentRuntime]:
    """One plug-in for all tests: every test has an operator of its own."""
    async with plugin(tmp_path_factory.mktemp("plugin"), recorder_address, AheadClock()) as runtime:
        yield runtime


@pytest.fixture
def runtime(common_runtime: IncidentRuntime) -> IncidentRuntime:
    """The plug-in; a test that sets the clock takes one of its own."""
    return common_runtime


@shared
async def site(
    runtime: IncidentRuntime, clock: AheadClock, permissions: frozenset[str]
) -> AsyncIterator[Site]:
    """A host with the plug-in, where somebody new has signed in."""
    operator = Principal(id=uuid.uuid4().hex, name="Olivia", roles=frozenset({"everything"}))
    site = Site(runtime=runtime, clock=clock, principal=operator, permissions=permissions)
    async with served(with_policy(site.asgi)) as address:
        site.address = f"{address}/"
        yield site


@shared
async def watched(browser: Browser, site: Site) -> AsyncIterator[Watched]:
    """The host's page; a complaint of the browser that the test did not provoke fails it."""
    context = await browser.new_context(viewport=SMALLEST)
    context.set_default_timeout(PATIENCE_MS)
    watched = await opened(context, site)
    yield watched
    await context.close()
    assert watched.unexpected == []


@pytest.fixture
def page(watched: Watched) -> Page:
    """The page itself."""
    return watched.page
