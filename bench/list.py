"""The list over the wire at 100,000 projects: filters, orders, sums, and how soon a change is told.

``LIST_PROJECTS`` sets another number, for a look at whether it works.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

import uvicorn
from bench.peers.store import START, STEP
from bench.rows import Row, write
from bench.store import PROJECTS, Ours, combinations
from tests.support import OPERATOR, as_principal, host_services

from incident_plugin.application.searching import ProjectFilter
from incident_plugin.assembly import assemble
from incident_plugin.settings import read_settings

COUNT = int(os.environ.get("LIST_PROJECTS", PROJECTS))
_FILTERS = 300
_CHANGES = 200


def serve(storage: Path, told: Connection) -> None:
    """Serve the plug-in until killed; tell the port."""
    Ours(storage / "store", COUNT).store.close()
    app = as_principal(assemble(host_services(storage), read_settings({})).app, OPERATOR)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        told.send(listening.getsockname()[1])
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
        uvicorn.Server(config).run(sockets=[listening])


def asked(narrowed: ProjectFilter) -> str:
    """Give a filter as an address has it."""
    names: list[tuple[str, str]] = [("text", narrowed.text)] if narrowed.text else []
    for field, values in narrowed.fields.items():
        names += [(field, "" if value is None else str(value)) for value in values]
    if narrowed.open is not None:
        names.append(("open", "yes" if narrowed.open else "no"))
    if narrowed.created_by is not None:
        names.append(("creator", narrowed.created_by))
    names += [("camera", camera) for camera in narrowed.cameras]
    if narrowed.during is not None:
        names += [("from", narrowed.during.start.isoformat()), ("to", narrowed.during.end.isoformat())]
    return urlencode(names)


class Client:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def milliseconds(self, path: str) -> float:
        """Ask, read the answer to its end, give how long that took."""
        started = time.perf_counter()
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)
        return (time.perf_counter() - started) * 1000

    def create(self) -> int:
        """Make a project; give its number."""
        self._connection.request("POST", "/projects", b"{}", {"Content-Type": "application/json"})
        return int(json.loads(self._connection.getresponse().read())["project"]["id"])


class Listener(threading.Thread):
    """Notes when it heard of which project."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/events")
        self._answer = connection.getresponse()
        self.heard: dict[int, float] = {}
        self.ready = threading.Event()

    def run(self) -> None:
        for line in self._answer:
            self.ready.set()
            if line.startswith(b'data: {"project"'):
                self.heard.setdefault(json.loads(line[6:])["project"], time.perf_counter())


def changes(port: int) -> Iterator[Row]:
    """Measure from the beginning of a change to another person's hearing of it."""
    client, listener = Client(port), Listener(port)
    listener.start()
    listener.ready.wait(30)
    begun: dict[int, float] = {}
    for _ in range(_CHANGES):
        started = time.perf_counter()
        begun[client.create()] = started
    deadline = time.monotonic() + 30
    while not begun.keys() <= listener.heard.keys() and time.monotonic() < deadline:
        time.sleep(0.01)
    late = [(listener.heard[number] - at) * 1000 for number, at in begun.items()]
    yield Row.below(
        "change told to another operator, p99", quantiles(late, n=100)[98], "ms", limit=1_000, n=len(late)
    )


def lists(client: Client) -> Iterator[Row]:
    """Measure pages and sums."""
    client.milliseconds("/projects")
    taken = [
        client.milliseconds(f"/projects?{asked(one)}") for one in combinations(random.Random(11), _FILTERS)
    ]
    yield Row.below("filters over HTTP, p95", quantiles(taken, n=20)[18], "ms", limit=50, n=_FILTERS)
    orders = [
        client.milliseconds(f"/projects?sort={by}") for by in ("-start", "description", "status", "owner")
    ]
    yield Row.below("first page in another order", median(orders), "ms", limit=500, n=len(orders))
    begin = (START + COUNT * STEP - timedelta(days=30)).isoformat()
    month = client.milliseconds(f"/list/overview?{urlencode({'created-from': begin})}")
    yield Row.below("dashboard of the last 30 days", month, "ms", limit=1_000, n=1)
    yield Row.below("dashboard of everything", client.milliseconds("/list/overview"), "ms", limit=5_000, n=1)
    again = [client.milliseconds("/list/overview") for _ in range(20)]
    yield Row.below("the same dashboard again", median(again), "ms", limit=50, n=len(again))


def main() -> None:
    """Measure, print and keep the rows."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as storage:
        server = context.Process(target=serve, args=(Path(storage), theirs), daemon=True)
        server.start()
        port = ours.recv()
        rows = [*lists(Client(port)), *changes(port)]
        server.kill()
        server.join()
    write("list", rows)


if __name__ == "__main__":
    main()
