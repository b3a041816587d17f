"""One request to an ASGI application, without a server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import attrs

from vms_hooks.contributions import AsgiApp, Message


@attrs.frozen(kw_only=True)
class Answer:
    """What came back. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = attrs.field(factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.body)


async def request(
    app: AsgiApp,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    scope: Mapping[str, Any] | None = None,
    deadline: float = 10.0,
) -> Answer:
    """Send one request and wait for the whole answer, at most ``deadline`` seconds (``TimeoutError``).

    ``scope`` is what the host adds to the connection's scope. What the application raises is raised here.
    """
    address, _, query = path.partition("?")
    answered = asyncio.Event()
    unsent = [body]
    began: list[Message] = []
    received = bytearray()

    async def receive() -> Message:
        if unsent:
            return {"type": "http.request", "body": unsent.pop(), "more_body": False}
        await answered.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            began.append(message)
        else:
            received.extend(message.get("body", b""))
            if not message.get("more_body", False):
                answered.set()

    sent = {"host": "vms.test", **(headers or {})}
    connection = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": f"/{address.lstrip('/')}",
        "raw_path": quote(f"/{address.lstrip('/')}").encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("vms.test", 80),
        **(scope or {}),
    }
    async with asyncio.timeout(deadline):
        await app(connection, receive, send)
    if not began:
        raise ConnectionResetError("the application returned without an answer")
    fields = {name.decode("latin-1"): value.decode("latin-1") for name, value in began[0].get("headers", ())}
    return Answer(status=began[0]["status"], headers=fields, body=bytes(received))
