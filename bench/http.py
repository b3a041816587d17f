"""The list page over the wire, against a bare Starlette route that returns the same bytes.

Both are served by one uvicorn process with one worker, and asked in turns over one kept connection.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import tempfile
import time
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import uvicorn
from bench.peers.store import project
from bench.rows import Row, in_turns, write
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from tests.support import OPERATOR, as_principal, host_services

from incident_plugin.assembly import assemble
from incident_plugin.settings import read_settings

_PROJECTS = 1_000
_RUNS = 15
_REQUESTS = 20


def serve(storage: Path, told: Connection) -> None:
    """Serve the plug-in and the bare route until killed; tell the port."""
    parts = assemble(host_services(storage), read_settings({}))
    with parts.ground.store.transaction() as transaction:
        for _ in range(_PROJECTS):
            transaction.put_project(project(transaction.new_project_id()))
    plugin = as_principal(parts.app, OPERATOR)
    page = asyncio.run(_page(plugin))

    async def bare(_request: Request) -> Response:
        return Response(page, media_type="application/json", headers={"Cache-Control": "no-store"})

    app = Starlette(routes=[Route("/bare", bare), Mount("/plugin", plugin)])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # As for sockets that servers make themselves: an answer does not wait for an acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        told.send(listening.getsockname()[1])
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
        uvicorn.Server(config).run(sockets=[listening])


async def _page(plugin: Starlette) -> bytes:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(plugin), base_url="http://plugin") as client:
        return (await client.get("/projects")).raise_for_status().content


def per_second(connection: HTTPConnection, path: str) -> float:
    """Ask for a path some times, one after the other; give requests per second."""
    started = time.perf_counter()
    for _ in range(_REQUESTS):
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == httpx.codes.OK
        answer.read()
    return _REQUESTS / (time.perf_counter() - started)


def main() -> None:
    """Measure, print and keep the rows."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as storage:
        server = context.Process(target=serve, args=(Path(storage), theirs), daemon=True)
        server.start()
        connection = HTTPConnection("127.0.0.1", ours.recv(), timeout=10)
        listed, bare = in_turns(
            _RUNS,
            lambda: per_second(connection, "/plugin/projects"),
            lambda: per_second(connection, "/bare"),
        )
        server.kill()
        server.join()
    row = Row.at_least(
        "list page of 100 projects",
        listed,
        "1/s",
        against="bare Starlette route, same bytes",
        peer=bare,
        goal=0.7,
        n=_RUNS * _REQUESTS,
    )
    write("http", [row])


if __name__ == "__main__":
    main()
