"""A browser that reaches the server by a TURN server only; coturn, as Debian ships it."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from incident_plugin.adapters.live_preview import WebRtcRelay
from incident_plugin.application.guard import Guard
from incident_plugin.application.live.ice_servers import IceServers
from incident_plugin.application.ports import Actor
from incident_plugin.domain.access import Permission
from incident_plugin.domain.ice import IceServerConfig
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from tests.browsing import PATIENCE_MS, in_shared_browser
from tests.serving import served, with_policy
from vms_hooks.testing.services import DictSecrets, SystemClock

from .clips import Camera
from .conftest import LOBBY, QUICK, leaving_nothing
from .hosting import Application

TURN = shutil.which("turnserver")
pytestmark = [*in_shared_browser, pytest.mark.skipif(TURN is None, reason="coturn is not installed")]
shared = pytest_asyncio.fixture(loop_scope="session")

SHARED = "what the relay and the server know"
#: No other way is tried, as where a firewall lets nothing else through.
BY_RELAY_ONLY = """
const Direct = RTCPeerConnection;
window.peers = [];
window.RTCPeerConnection = class extends Direct {
  constructor(configuration) {
    super({ ...configuration, iceTransportPolicy: 'relay' });
    window.peers.push(this);
  }
};
"""
WAY = """async () => {
  const stats = [...(await peers.at(-1).getStats()).values()];
  const pair = stats.find((one) => one.type === 'candidate-pair' && one.nominated && one.bytesReceived > 0);
  return stats.find((one) => one.id === pair?.localCandidateId)?.candidateType;
}"""


def free_port() -> int:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@shared
async def turn(tmp_path: Path) -> AsyncIterator[str]:
    """A TURN server that relays to this machine."""
    port = free_port()
    running = await asyncio.create_subprocess_exec(
        str(TURN), "-n", "--log-file=stdout", f"--listening-port={port}", "--listening-ip=127.0.0.1",
        "--relay-ip=127.0.0.1", "--allow-loopback-peers", "--no-tls", "--no-dtls", "--no-cli", "--realm=test",
        "--use-auth-secret", f"--static-auth-secret={SHARED}", f"--userdb={tmp_path}/users",
        f"--pidfile={tmp_path}/pid",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    yield f"turn:127.0.0.1:{port}?transport=udp"
    running.terminate()
    await running.wait()


class Everything:
    """Access of somebody who may see cameras."""

    def allows(self, actor: Actor, permission: Permission, cameras: Sequence[CameraId] = ()) -> bool:
        del actor, cameras
        return permission is Permission.CAMERAS_VIEW


@shared
async def relay(camera: Camera, browser: Browser) -> AsyncIterator[WebRtcRelay]:
    async with leaving_nothing():
        relay = WebRtcRelay(camera, limits=QUICK)
        yield relay
        await relay.stop()


async def test_pictures_come_by_a_relay(
    turn: str, relay: WebRtcRelay, camera: Camera, browser: Browser
) -> None:
    """coturn takes the password of a day, and the browser's pictures come through it."""
    configured = IceServerConfig(urls=(turn,), username="", secret="turn-secret")
    servers = IceServers(
        [configured], DictSecrets({"turn-secret": SHARED}), Guard(Everything()), SystemClock()
    )
    application = Application(relay)
    application.ice_servers = [
        {"urls": list(one.urls), "username": one.username, "credential": one.credential}
        for one in servers.for_viewer(Actor(person=Person(id=PersonId("olivia"), name="Olivia")))
    ]
    filming = asyncio.create_task(camera.run())
    try:
        async with served(with_policy(application.asgi)) as address:
            context = await browser.new_context()
            context.set_default_timeout(PATIENCE_MS)
            await context.add_init_script(BY_RELAY_ONLY)
            page = await context.new_page()
            await page.goto(address)
            await page.wait_for_function("() => window.watch !== undefined")
            await page.evaluate("id => { watch(id); }", LOBBY)
            await page.wait_for_function("() => states.at(-1)?.state === 'live'")
            await page.wait_for_function("() => video().currentTime > 0.5")
            assert await page.evaluate(WAY) == "relay"
            await context.close()
    finally:
        filming.cancel()
