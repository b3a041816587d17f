from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from incident_plugin.bootstrap import RecorderSettings, Settings, assemble
from incident_plugin.domain.access import Permission
from incident_plugin.runtime import IncidentRuntime
from tests.support import host_services
from tests.ui.hosting import ARGUMENTS, CHROMIUM, AheadClock, Site, Watched, opened, served
from vms_hooks.values import Principal

# One browser for all: starting it takes longer than a test. So all tests here share one event loop.
shared = pytest_asyncio.fixture(loop_scope="session")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def permissions() -> frozenset[str]:
    """What the operator may do; tests narrow it."""
    return frozenset(permission.value for permission in Permission)


@contextlib.asynccontextmanager
async def plugin(directory: Path, recorder_address: str, clock: AheadClock) -> AsyncIterator[IncidentRuntime]:
    """The whole plug-in at work, with a store on disk and a real recorder."""
    settings = Settings(recorder=RecorderSettings(address=recorder_address, username="incident"))
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
    async with served(site):
        yield site


@shared
async def watched(browser: Browser, site: Site) -> AsyncIterator[Watched]:
    """The host's page; a complaint of the browser that the test did not provoke fails it."""
    context = await browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(20_000)
    watched = await opened(context, site)
    yield watched
    await context.close()
    assert watched.unexpected == []


@pytest.fixture
def page(watched: Watched) -> Page:
    """The page itself."""
    return watched.page
