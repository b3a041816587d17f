"""Debian's Janus as a relay: its streaming plug-in, fed with RTP, at its best setting (one event loop)."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import attrs
import httpx
from bench.viewers import Viewer

_LIBRARIES = Path("/usr/lib/x86_64-linux-gnu/janus")
_PAYLOAD_TYPE = 96
_PATIENCE = 20.0

_CORE = """general: {{
  configs_folder = "{folder}"
  plugins_folder = "{libraries}/plugins"
  transports_folder = "{libraries}/transports"
  debug_level = 1
  event_loops = 1
  session_timeout = 0
}}
plugins: {{ disable = "{others}" }}
transports: {{ disable = "{transports}" }}
"""
_HTTP = """general: {{
  json = "compact" base_path = "/janus" http = true port = {port} ip = "127.0.0.1" https = false
}}
admin: {{ admin_http = false admin_https = false }}
"""
_STREAM = """bench: {{
  type = "rtp" id = 1 audio = false video = true videoport = {port} videopt = {payload}
  videocodec = "h264" videofmtp = "profile-level-id=42e01f;packetization-mode=1" videobufferkf = true
}}
"""


def missing() -> str:
    """Say why it cannot be measured here; nothing when it can."""
    return "" if shutil.which("janus") and _LIBRARIES.exists() else "janus is not installed"


@attrs.frozen
class Janus:
    """A running Janus, as ``bench.viewers.Relay``."""

    _process: subprocess.Popen[bytes]
    viewers: list[Viewer]

    @property
    def pictures(self) -> int:
        """How many pictures came to all viewers."""
        return sum(viewer.pictures for viewer in self.viewers)

    async def seconds(self) -> float:
        """Give the CPU it took so far (proc(5))."""
        return _seconds_of(self._process.pid)


@asynccontextmanager
async def janus(file: str, viewers: int, folder: Path) -> AsyncIterator[Janus]:
    """Start it, feed it with the file, and connect viewers to it."""
    api, feed = _free(socket.SOCK_STREAM), _free(socket.SOCK_DGRAM)
    process, feeding = _start(file, folder, api, feed)
    made = Janus(process, [])
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{api}", timeout=60) as client:
            await _answers(client)
            for _ in range(viewers):
                made.viewers.append(await _join(client))
            yield made
    finally:
        feeding.kill()
        for viewer in made.viewers:
            with suppress(TimeoutError):
                await asyncio.wait_for(viewer.close(), 2)
        process.kill()
        process.wait()
        feeding.wait()


def _seconds_of(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _start(
    file: str, folder: Path, api: int, feed: int
) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
    """Start Janus with nothing but its streaming plug-in, and what feeds it."""
    core = _CORE.format(
        folder=folder,
        libraries=_LIBRARIES,
        others=_all_but("plugins", "libjanus_streaming.so"),
        transports=_all_but("transports", "libjanus_http.so"),
    )
    (folder / "janus.jcfg").write_text(core)
    (folder / "janus.transport.http.jcfg").write_text(_HTTP.format(port=api))
    stream = _STREAM.format(port=feed, payload=_PAYLOAD_TYPE)
    (folder / "janus.plugin.streaming.jcfg").write_text(stream)
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(["janus", "-F", folder], stdout=quiet, stderr=quiet)
    source = ("-nostdin", "-v", "quiet", "-re", "-stream_loop", "-1", "-i", file, "-c", "copy")
    sent = ("-payload_type", str(_PAYLOAD_TYPE), "-f", "rtp", f"rtp://127.0.0.1:{feed}?pkt_size=1200")
    return process, subprocess.Popen(["ffmpeg", *source, *sent], stdout=quiet)


def _all_but(kind: str, wanted: str) -> str:
    return ",".join(one.name for one in (_LIBRARIES / kind).glob("*.so") if one.name != wanted)


async def _answers(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(_PATIENCE):
        while True:
            with suppress(httpx.TransportError):
                await client.get("/janus/info")
                return
            await asyncio.sleep(0.1)


async def _join(client: httpx.AsyncClient) -> Viewer:
    """Watch the stream: Janus offers, the viewer answers."""
    numbers = count()

    async def ask(path: str, **body: Any) -> dict[str, Any]:
        asked = {**body, "transaction": str(next(numbers))}
        given: dict[str, Any] = (await client.post(path, json=asked)).json()
        return given

    session = (await ask("/janus", janus="create"))["data"]["id"]
    handle = (await ask(f"/janus/{session}", janus="attach", plugin="janus.plugin.streaming"))["data"]["id"]
    path = f"/janus/{session}/{handle}"
    await ask(path, janus="message", body={"request": "watch", "id": 1})
    while "jsep" not in (event := (await client.get(f"/janus/{session}")).json()):
        pass

    async def started(answer: str) -> None:
        jsep = {"type": "answer", "sdp": answer}
        await ask(path, janus="message", body={"request": "start"}, jsep=jsep)

    return await Viewer.answering(event["jsep"]["sdp"], started)


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(type=kind) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
