"""What plug-ins are told of people: changes, ends of sessions; streams that end with the right to them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.waiting import until

from reference_host.config import Role, SiteConfig

from .conftest import Running, Serving, SettableClock


async def test_changes_are_told_to_plugins_with_their_number(admin: Running) -> None:
    """Who changed which account or role, from where; numbered as in the host's own log."""
    new = {"account": "nora", "name": "Nora", "password": "three unrelated words", "roles": ["operator"]}
    assert (await admin.http.post("/api/accounts", json=new)).status_code == 201
    await admin.http.put("/api/roles/guard", json={"title": "Guard", "permissions": [], "cameras": []})
    await admin.http.put("/api/plugins/sample", json={"enabled": True})
    await until(lambda: len(admin.runtime.events) == 4)
    told = sorted(admin.runtime.events, key=lambda event: event.number)
    assert [(event.kind, event.subject, event.principal.id) for event in told] == [
        ("signed-in", "", "admin"),
        ("account-changed", "nora", "admin"),
        ("configuration-changed", "guard", "admin"),
        ("configuration-changed", "sample", "admin"),
    ]
    assert [event.address for event in told] == ["127.0.0.1"] * 4
    kept = {entry.number: entry.detail for entry in admin.host.security_log.latest(9)}
    assert [kept[event.number] for event in told] == [event.detail for event in told]


async def test_an_event_is_told_when_the_log_cannot_be_written(
    operator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk keeps nothing from a plug-in; there is no number then, and health says why."""

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(operator.host.security_log, "_append", full)
    await operator.http.delete("/api/session")
    await until(lambda: operator.runtime.events[-1].kind == "signed-out")
    assert operator.runtime.events[-1].number == 0
    assert (await operator.http.get("/healthz")).json()["security_log"] is False


async def test_plugins_can_ask_who_a_session_is_now(running: Running) -> None:
    """With the roles of now; nobody after signing out, after the account was disabled, or for a wrong id."""
    await running.sign_in()
    await until(lambda: running.runtime.events)
    (signed_in,) = running.runtime.events
    current = running.runtime.host.sessions.current
    assert current(signed_in.session).roles == {"operator"}
    assert (await running.http.get("/plugins/sample/whoami")).json()["session"] == signed_in.session
    assert current("") is None
    assert current("nobody") is None
    await running.http.delete("/api/session")
    assert current(signed_in.session) is None


async def test_a_session_that_ends_by_itself_is_told(
    serving: Serving, config: SiteConfig, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asked for anything for half an hour: plug-ins learn whose session it was."""
    monkeypatch.setattr("reference_host.host.WRITTEN_EVERY", timedelta(seconds=0.01))
    async with serving(config) as site:
        await site.sign_in()
        clock.pass_by(minutes=31)
        await until(lambda: [event.kind for event in site.runtime.events][-1:] == ["session-ended"])
        ended = site.runtime.events[-1]
        assert (ended.principal.id, ended.session) == ("operator", site.runtime.events[-2].session)


async def stream_of(site: Running, what: Callable[[], Awaitable[object]]) -> bytes:
    """Read a plug-in's endless answer until it ends, while something else is done."""
    received = bytearray()
    begun = asyncio.Event()

    async def read() -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in site.http.cookies.items())
        messages: asyncio.Queue[Any] = asyncio.Queue()
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/plugins/sample/stream",
            "raw_path": b"/plugins/sample/stream",
            "query_string": b"",
            "scheme": "http",
            "headers": [(b"host", b"host.test"), (b"cookie", cookies.encode())],
            "client": ("127.0.0.1", 1),
        }

        async def send(message: Any) -> None:
            received.extend(message.get("body", b""))
            if received:
                begun.set()

        await site.app(scope, messages.get, send)

    reading = asyncio.create_task(read())
    await begun.wait()
    await what()
    await asyncio.wait_for(reading, 5)
    return bytes(received)


@pytest.mark.parametrize("taken", ["session", "role", "account", "sessions"])
async def test_a_stream_of_events_ends_with_the_right_to_read_it(running: Running, taken: str) -> None:
    """Signed out, a camera taken from the role, disabled, signed out by an administrator: at once."""
    await running.sign_in("admin")
    cookie = f"vms-session={running.http.cookies['vms-session']}"

    async def as_administrator(method: str, path: str, body: Any = None) -> None:
        running.http.cookies.clear()
        answer = await running.http.request(method, path, json=body, headers={"cookie": cookie})
        assert answer.is_success, answer.text

    running.host.roles.put("spare", Role(title="Spare"))
    person = {"account": "nora", "name": "Nora", "password": "three unrelated words", "roles": ["spare"]}
    await as_administrator("POST", "/api/accounts", person)
    await running.sign_in("nora", "three unrelated words")

    async def take() -> None:
        match taken:
            case "session":
                await running.http.delete("/api/session")
            case "role":
                role = {"title": "Spare", "permissions": [], "cameras": []}
                await as_administrator("PUT", "/api/roles/spare", role)
            case "account":
                await as_administrator("PATCH", "/api/accounts/nora", {"disabled": True})
            case _:
                await as_administrator("DELETE", "/api/accounts/nora/sessions")

    assert await stream_of(running, take)
