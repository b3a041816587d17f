"""Live pictures that are open end with the session, and with the right to see the camera; others go on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import attrs
import httpx
import pytest
from tests.adapters.live_preview.watching import Watcher
from tests.support import ListedAccess, as_principal, host_services
from tests.waiting import until

from incident_plugin import runtime as runtimes
from incident_plugin.domain.access import Permission
from vms_hooks.values import HostEvent, HostEventKind, Principal

OLIVIA = Principal(id="olivia", name="Olivia", roles=frozenset({"everything"}), session="s-1")
ELSEWHERE = attrs.evolve(OLIVIA, session="s-2")

Watching = Callable[[Principal, str], Awaitable[Watcher]]


@pytest.fixture
def host(tmp_path):
    """A host that tells sessions apart; who looks may see cameras and nothing else."""
    roles = {"lookers": frozenset({Permission.CAMERAS_VIEW.value})}
    host = host_services(tmp_path, access=ListedAccess(permissions=roles))
    for one in (OLIVIA, ELSEWHERE):
        host.sessions.open[one.session] = one
    return host


@pytest.fixture
async def watching(runtime, cameras) -> AsyncIterator[Watching]:
    """Opens a live picture by WHEP (RFC 9725) over HTTP, and waits until pictures arrive."""
    watchers: list[Watcher] = []

    async def watch(principal: Principal, camera: str = "Lobby") -> Watcher:
        watcher = Watcher()
        watchers.append(watcher)
        transport = httpx.ASGITransport(as_principal(runtime.parts.app, principal))
        async with httpx.AsyncClient(transport=transport, base_url="http://plugin", timeout=30) as client:
            answer = await client.post(
                f"/live/{cameras[camera]}",
                content=await watcher.offer(),
                headers={"content-type": "application/sdp"},
            )
        assert answer.status_code == 201, answer.text
        await watcher.accept(answer.text)
        await watcher.connected()
        return watcher

    yield watch
    for watcher in watchers:
        await watcher.pc.close()


def happened(host, kind: HostEventKind, principal: Principal | None = None, **more: str) -> HostEvent:
    return HostEvent(kind=kind, at=host.clock.now(), principal=principal, **more)


async def ended(watcher: Watcher) -> None:
    await until(lambda: watcher.pc.connectionState in ("closed", "failed"), "the end of the picture")


async def test_signing_out_ends_the_pictures_of_that_session(runtime, host, watching):
    """At once; the same person's pictures in another browser go on."""
    here, there = await watching(OLIVIA), await watching(ELSEWHERE)
    del host.sessions.open["s-1"]
    await runtime.host_event(happened(host, HostEventKind.SIGNED_OUT, OLIVIA, session="s-1"))
    await ended(here)
    assert there.pc.connectionState == "connected"
    await runtime.host_event(happened(host, HostEventKind.SESSION_ENDED, OLIVIA))
    await ended(there)


async def test_a_camera_that_is_taken_away_goes_dark(runtime, host, watching, cameras):
    """The picture of that camera ends; the other one, which the person may still see, goes on."""
    lobby, yard = await watching(OLIVIA, "Lobby"), await watching(OLIVIA, "Yard")
    host.access.hidden_cameras = frozenset({cameras["Lobby"]})
    await runtime.host_event(happened(host, HostEventKind.CONFIGURATION_CHANGED, subject="operator"))
    await ended(lobby)
    assert yard.pc.connectionState == "connected"


async def test_a_role_that_is_taken_ends_pictures(runtime, host, watching):
    """What counts are the roles of now, and not those with which the picture was opened."""
    picture = await watching(OLIVIA)
    host.sessions.open["s-1"] = attrs.evolve(OLIVIA, roles=frozenset({"lookers"}))
    await runtime.host_event(happened(host, HostEventKind.ACCOUNT_CHANGED, subject="olivia"))
    assert picture.pc.connectionState == "connected"
    host.sessions.open["s-1"] = attrs.evolve(OLIVIA, roles=frozenset())
    await runtime.host_event(happened(host, HostEventKind.ACCOUNT_CHANGED, subject="olivia"))
    await ended(picture)


async def test_the_host_is_asked_again_by_itself(runtime, host, watching, monkeypatch):
    """A host that forgot to say so is asked at an interval."""
    monkeypatch.setattr(runtimes, "LIVE_REVIEWED_EVERY", 0.05)
    picture = await watching(OLIVIA)
    host.sessions.open.clear()
    task = runtimes.asyncio.create_task(runtime._review_live())
    await ended(picture)
    task.cancel()


async def test_a_host_without_sessions_is_asked_for_the_right(runtime, host, watching):
    """Contract 1.0 names no sessions: signing out ends all pictures of the person, rights count as ever."""
    nameless = attrs.evolve(OLIVIA, session="")
    picture = await watching(nameless)
    await runtime.parts.live.sessions.review()
    assert picture.pc.connectionState == "connected"
    await runtime.host_event(happened(host, HostEventKind.SIGNED_OUT, nameless))
    await ended(picture)


async def test_nothing_is_remembered_of_pictures_that_ended(runtime, watching):
    """A viewer that left by itself is forgotten with the next look."""
    picture = await watching(OLIVIA)
    await picture.pc.close()
    (session,) = runtime.parts.live.sessions._open
    await until(lambda: not runtime.parts.live.relay.is_open(session), "the end of the session")
    for _ in range(2):
        await runtime.parts.live.sessions.review()
    assert runtime.parts.live.sessions._open == {}
