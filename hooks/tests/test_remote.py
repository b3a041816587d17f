"""A plug-in in a process of its own: its mount lets nobody in unsigned, and its host decides from afar."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import anyio
import pytest

from vms_hooks.identity import SharedKey, Signer, Verifier, target_of
from vms_hooks.remote import HostDesk, RemoteHost, SignedMount
from vms_hooks.testing import OPERATOR, STRANGER, SetClock
from vms_hooks.testing.asgi import request
from vms_hooks.testing.services import ListedAccess, SetSessions, SystemClock
from vms_hooks.values import PRINCIPAL_SCOPE_KEY, Principal

KEY, OTHER = SharedKey(b"k" * 32), SharedKey(b"o" * 32)
NOW = SystemClock().now


class Server(http.server.ThreadingHTTPServer):
    """Serves one ASGI application over real HTTP, and can falsify what it answers."""

    daemon_threads = True

    def __init__(self, app: Any) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.app = app
        self.falsified: bytes | None = None
        self.kept_signature: str | None = None
        self.asked = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        self.server.asked += 1
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = dict(self.headers.items())
        answer = anyio.run(lambda: request(self.server.app, "POST", self.path, headers=headers, body=body))
        content = answer.body if self.server.falsified is None else self.server.falsified
        self.send_response(answer.status)
        signature = self.server.kept_signature or answer.headers.get("vms-signature", "")
        self.send_header("VMS-Signature", signature)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(app: Any) -> Iterator[Server]:
    with Server(app) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def access() -> ListedAccess:
    return ListedAccess(permissions={"guard": frozenset({"doors.open"})}, hidden_cameras=frozenset({"vault"}))


@pytest.fixture
def sessions() -> SetSessions:
    return SetSessions(
        {"s-1": Principal(id="olivia", name="Olivia", roles=frozenset({"guard"}), session="s-1")}
    )


@pytest.fixture
def desk(access: ListedAccess, sessions: SetSessions) -> Iterator[Server]:
    with served(HostDesk(access, KEY, NOW, sessions)) as server:
        yield server


def at(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/vms/desk"


@pytest.fixture
def host(desk: Server) -> Iterator[RemoteHost]:
    host = RemoteHost(at(desk), KEY, NOW)
    yield host
    host.close()


def test_permissions_and_cameras_are_decided_by_the_host(host: RemoteHost) -> None:
    """As they would be in one process: by role, and for each camera."""
    guard = Principal(id="g", name="G", roles=frozenset({"guard"}))
    assert host.decide(guard, "doors.open").allowed
    assert not host.decide(guard, "doors.close").allowed
    assert host.decide(guard, "doors.open", ("yard",)).allowed
    assert not host.decide(guard, "doors.open", ("yard", "vault")).allowed
    assert not host.decide(STRANGER, "doors.open").allowed


def test_a_right_that_is_taken_ends_with_the_next_question(host: RemoteHost, access: ListedAccess) -> None:
    """Nothing is remembered in the plug-in's process."""
    assert host.decide(OPERATOR, "doors.open", ("yard",)).allowed
    access.hidden_cameras = frozenset({"yard"})
    assert not host.decide(OPERATOR, "doors.open", ("yard",)).allowed


def test_sessions_are_asked_for(host: RemoteHost, sessions: SetSessions) -> None:
    """Who a session is now, with the roles of now; nobody when it has ended."""
    found = host.current("s-1")
    assert found is not None
    assert (found.id, found.roles, found.session) == ("olivia", {"guard"}, "s-1")
    sessions.open.clear()
    assert host.current("s-1") is None


def test_connections_are_kept_and_made_anew(desk: Server, host: RemoteHost) -> None:
    """Many questions need no new connection each; one that the host closed costs nothing but a new one."""
    assert all(host.decide(OPERATOR, "doors.open").allowed for _ in range(20))
    (connection,) = host._idle
    connection.sock.close()
    assert host.decide(OPERATOR, "doors.open").allowed
    (fresh,) = host._idle
    assert fresh is not connection


def test_a_host_that_does_not_answer_allows_nothing() -> None:
    """Nobody listens; it is said in words, and there is no exception."""
    nobody = RemoteHost("http://127.0.0.1:9/vms/desk", KEY, NOW)
    decision = nobody.decide(OPERATOR, "doors.open")
    assert (decision.allowed, decision.reason.startswith("The host could not be asked")) == (False, True)
    assert nobody.current("s-1") is None


def test_an_answer_that_was_changed_on_its_way_allows_nothing(desk: Server, host: RemoteHost) -> None:
    """Nor does the true answer to an earlier question."""
    assert not host.decide(STRANGER, "doors.open").allowed
    desk.falsified = json.dumps({"allowed": True, "reason": ""}).encode()
    assert not host.decide(STRANGER, "doors.open").allowed
    desk.falsified, desk.kept_signature = None, "A" * 43
    assert not host.decide(OPERATOR, "doors.open").allowed


def test_an_address_that_is_not_the_desk_is_named_in_the_log(
    desk: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything is denied then, and nobody would know why."""
    desk.app = moved
    with closing(RemoteHost(at(desk), KEY, NOW)) as host:
        assert not host.decide(OPERATOR, "doors.open").allowed
    assert f"{at(desk)} answered 307" in caplog.text


async def moved(_scope: Any, _receive: Any, send: Any) -> None:
    """Redirect, as a server does when a slash is missing."""
    await send({"type": "http.response.start", "status": 307, "headers": [(b"location", b"/vms/desk/")]})
    await send({"type": "http.response.body", "body": b""})


def test_nobody_without_the_key_is_answered(desk: Server) -> None:
    """What people may do is nobody else's business."""
    with closing(RemoteHost(at(desk), OTHER, NOW)) as foreign:
        assert not foreign.decide(OPERATOR, "doors.open").allowed
    assert desk.asked == 1


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'{"ask": "decide"}', b'{"ask": "all"}'])
async def test_a_signed_question_that_is_none_is_refused(access: ListedAccess, body: bytes) -> None:
    """The desk does not fail over it."""
    signer = Signer(key=KEY, audience="host", now=NOW)
    headers = signer.headers("POST", "/vms/desk", None, body=body)
    answer = await request(HostDesk(access, KEY, NOW), "POST", "/vms/desk", headers=headers, body=body)
    assert answer.status == 401


async def whoami(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the principal's name and the headers that it was given."""
    seen = [name.decode() for name, _ in scope["headers"]]
    body = json.dumps([scope[PRINCIPAL_SCOPE_KEY].name, seen]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def test_the_mounted_application_finds_the_principal_and_no_header_of_it() -> None:
    """As in the host's own process: a typed value, and nothing a client could have sent."""
    clock = SetClock()
    mount = SignedMount(whoami, Verifier((KEY,), "incident", clock.now))
    headers = Signer(key=KEY, audience="incident", now=clock.now).headers("GET", "/projects", OPERATOR)
    answer = await request(mount, "GET", "/projects", headers={**headers, "Cookie": "a", "X-Other": "b"})
    assert json.loads(answer.body) == ["Olivia", ["host", "x-other"]]
    again = await request(mount, "GET", "/projects", headers=headers)
    assert (again.status, json.loads(again.body)["type"]) == (401, "vms:identity-replayed")
    assert (await request(mount, "GET", "/projects")).status == 401


def test_the_target_is_what_was_sent() -> None:
    """Escapes are kept, and a query belongs to it."""
    assert target_of({"path": "/a b", "raw_path": b"/a%20b", "query_string": b"c=%2F"}) == "/a%20b?c=%2F"
    assert target_of({"path": "/a"}) == "/a"


def test_an_address_that_is_none_is_refused() -> None:
    """At the start, not with the first question."""
    with pytest.raises(ValueError, match="not an address"):
        RemoteHost("host.example", KEY, NOW)
