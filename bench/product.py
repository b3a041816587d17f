"""The whole product for benches: recorder, host and plug-in as processes, and operators at Chromium."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import attrs
from playwright.async_api import Browser, async_playwright
from tests.browsing import ARGUMENTS, CHROMIUM
from tests.journeys.operator import Operator
from tests.journeys.sites import RunningSite

from incident_demo.site import RECORDER_USER, DemoSite
from incident_plugin.adapters.onvif import OnvifDevice
from incident_plugin.adapters.rtsp import Credentials, RtspClient

_ESTABLISHED = "01"
_LOOKING = Path(__file__).with_name("looking.js")


@attrs.frozen(kw_only=True)
class Product:
    """A running site, and its recorder as another client reaches it."""

    site: RunningSite
    recorder: OnvifDevice
    streams: RtspClient
    _browser: Browser

    async def operator(self) -> Operator:
        """Sign in another operator, in a browser window of their own."""
        context = await self._browser.new_context(viewport={"width": 1280, "height": 720})
        page = await context.new_page()
        await page.add_init_script(path=_LOOKING)
        operator = Operator(page, self.site, self.site.directory)
        await operator.sign_in()
        return operator

    async def live_url(self) -> str:
        """Where the first camera's live stream is."""
        profile = (await self.recorder.channels())[0].profile
        assert profile is not None
        return await self.recorder.live_uri(profile)

    async def replay_url(self) -> str:
        """Where the first camera's recording is."""
        recording = (await self.recorder.channels())[0].recordings[0]
        assert recording is not None
        return await self.recorder.replay_uri(recording)


def connections_to(url: str) -> int:
    """Count the connections that this machine's processes hold to a port (proc(5), net/tcp)."""
    port = f"{urlsplit(url).port:04X}"
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(row[2].endswith(f":{port}") and row[3] == _ESTABLISHED for row in rows)


@asynccontextmanager
async def product(module: str = "demo_recorder") -> AsyncIterator[Product]:
    """Start everything, and end it; ``module`` is run as recorder."""
    with (
        tempfile.TemporaryDirectory() as made,
        RunningSite(directory=Path(made) / "data", recorder=module) as site,
    ):
        demo = DemoSite(site.directory)
        settings = tomllib.loads(demo.configuration.read_text())["plugins"]["incident"]["settings"]
        password = demo.recorder_password_file.read_text()
        recorder = OnvifDevice(settings["recorder"]["address"], RECORDER_USER, password)
        streams = RtspClient(Credentials(username=RECORDER_USER, password=password))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            yield Product(site=site, recorder=recorder, streams=streams, browser=browser)
            await browser.close()
        await recorder.close()
