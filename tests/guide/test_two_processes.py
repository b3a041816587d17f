"""The page on two processes, executed: the front conforms, and the incident manager works behind it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import importlib
import os
import secrets
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import httpx
import pytest
import uvicorn
from tests.guide.blocks import GUIDE, write_files
from tests.programs import ROOT
from tests.waiting import until, wait_until

from vms_hooks.identity import SharedKey
from vms_hooks.remote import RemoteHost
from vms_hooks.testing import Installation, host_checks

PEOPLE = {"almighty": ("almighty", frozenset({"*"})), "powerless": ("powerless", frozenset())}


@attrs.frozen
class Page:
    """The modules of the page and of the tutorial that it builds upon."""

    plugin_process: ModuleType
    front: ModuleType
    small_vms: ModuleType
    test_small_vms: ModuleType
    folder: Path


@pytest.fixture(scope="module")
def page(small_vms: Path) -> Iterator[Page]:
    write_files(GUIDE / "host" / "two-processes.md", small_vms)
    names = ("plugin_process", "front", "small_vms", "test_small_vms")
    yield Page(*(importlib.import_module(name) for name in names), small_vms)
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def key() -> SharedKey:
    return SharedKey(secrets.token_bytes(32))


@contextlib.contextmanager
def serving(app: Any, listening: socket.socket) -> Iterator[str]:
    """Serve on a thread and an event loop of its own, as another process would."""
    config = uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive(), "a server that listens")
        yield address_of(listening)
    finally:
        server.should_exit = True
        thread.join()


def address_of(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextlib.asynccontextmanager
async def both(page: Page, key: SharedKey, installation: Installation) -> AsyncIterator[Any]:
    """Run the plug-in's side and the front, each in its own loop; gives what the conformance suite asks."""
    with contextlib.ExitStack() as stack:
        front, behind = (stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2))
        host = RemoteHost(f"{address_of(front)}/desk", key, page.front.now)
        stack.callback(host.close)
        plugins = page.plugin_process.create_plugin_process(
            host, key, installation.folder / "data", installed=installation.entry_points
        )
        client = httpx.AsyncClient(base_url=address_of(behind), timeout=60)
        vms = page.small_vms.YourVms(PEOPLE)
        await asyncio.to_thread(
            stack.enter_context, serving(page.front.create_front(vms, key, client), front)
        )
        await asyncio.to_thread(stack.enter_context, serving(plugins, behind))

        class Through(page.test_small_vms.SmallVms):  # type: ignore[name-defined,misc]
            """Speaks to the front over HTTP."""

            def http(self, account: str | None) -> httpx.AsyncClient:
                auth = (account, account) if account else None
                return httpx.AsyncClient(base_url=self.app, auth=auth, timeout=60)

        yield Through(address_of(front))
        await asyncio.to_thread(stack.close)


@pytest.mark.parametrize("check", host_checks(), ids=lambda check: check.__name__)
async def test_the_front_conforms(check: Any, page: Page, key: SharedKey, tmp_path: Path) -> None:
    """Every check of the suite for hosts, with the plug-ins on the other side of HTTP."""
    await check(lambda installation: both(page, key, installation), Installation(tmp_path))


@pytest.fixture
async def behind(page: Page, key: SharedKey, tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """The incident manager in a real process of its own; gives its address and that of the front."""
    (tmp_path / "shared.key").write_text(base64.b64encode(key.secret).decode())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            str(page.folder / "plugin_process.py"),
            f"{address_of(listening)}/desk",
            str(tmp_path / "shared.key"),
            str(port),
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'hooks' / 'src'}"},
            stderr=asyncio.subprocess.DEVNULL,
        )
        address = f"http://127.0.0.1:{port}"
        people = {"olivia": ("olivia", frozenset({"*"})), "pat": ("pat", frozenset())}
        front = page.front.create_front(
            page.small_vms.YourVms(people), key, httpx.AsyncClient(base_url=address, timeout=60)
        )
        try:
            with serving(front, listening) as front_address:
                await until(lambda: answers(address), "a plug-in's process that answers")
                yield address, front_address
        finally:
            program.terminate()
            await program.wait()


async def answers(address: str) -> bool:
    async with httpx.AsyncClient(base_url=address) as http:
        try:
            return (await http.get("/vms/plugins")).status_code == 401
        except httpx.TransportError:
            return False


async def test_an_incident_project_is_made_in_another_process(behind: tuple[str, str]) -> None:
    """As the person whom the front signed in; who may nothing is denied by the front, asked from there."""
    direct, front = behind
    async with httpx.AsyncClient(base_url=front, auth=("olivia", "olivia"), timeout=60) as http:
        drawn = (await http.get("/vms/contributions")).json()
        assert "incidents" in [tab["path"] for tab in drawn["tabs"]]
        made = await http.post("/plugins/incident/projects", json={"description": "From afar"})
        assert made.status_code == 201, made.text
        assert made.json()["project"]["created_by"]["id"] == "olivia"
        found = (await http.get("/plugins/incident/projects", params={"text": "afar"})).json()["projects"]
        assert [project["description"] for project in found] == ["From afar"]
        module = await http.get("/plugins/incident/ui/incidents/incidents-tab.js")
        assert "customElements" in module.text
    async with httpx.AsyncClient(base_url=front, auth=("pat", "pat"), timeout=60) as http:
        assert (await http.get("/vms/contributions")).json()["tabs"] == []
        assert (await http.get("/plugins/incident/projects")).status_code == 403
    async with httpx.AsyncClient(base_url=direct) as http:
        for headers in ({}, {"vms-identity": "e30", "vms-signature": "A" * 43}):
            refused = await http.get("/plugins/incident/projects", headers=headers)
            assert refused.status_code == 401
