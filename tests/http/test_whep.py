"""Live pictures by WHEP, as a player that is not ours asks for them (RFC 9725, draft-ietf-wish-whep)."""

from __future__ import annotations

import asyncio
from urllib.parse import urljoin

import httpx
import pytest
from tests.adapters.live_preview.test_offer import CHROMIUM
from tests.adapters.live_preview.watching import Watcher
from tests.support import OPERATOR, as_principal
from tests.waiting import until

from incident_plugin.application.live import sessions as live_sessions
from vms_hooks.values import Principal

SDP = {"Content-Type": "application/sdp"}
TRICKLE = {"Content-Type": "application/trickle-ice-sdpfrag"}


@pytest.fixture
async def player():
    """Receives pictures; knows nothing of our data channel."""
    watcher = Watcher(channel=False)
    yield watcher
    await watcher.close()


@pytest.fixture
def lobby(cameras) -> str:
    return f"/live/{cameras['Lobby']}"


async def opened(client: httpx.AsyncClient, lobby: str, player: Watcher) -> httpx.Response:
    response = await client.post(lobby, content=await player.offer(), headers=SDP)
    assert response.status_code == 201, response.text
    await player.accept(response.text)
    await until(player.whole, "pictures")
    return response


async def test_session_from_opening_to_its_end(client, lobby, player) -> None:
    """Pictures come; candidates are taken; the end is confirmed, and is the end."""
    response = await opened(client, lobby, player)
    assert response.headers["content-type"] == "application/sdp"
    session = urljoin(str(response.url), response.headers["location"])
    ufrag = next(line for line in (await player.offer()).splitlines() if line.startswith("a=ice-ufrag"))
    fragment = f"{ufrag}\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=end-of-candidates\r\n"
    named = {**TRICKLE, "If-Match": response.headers["etag"]}
    assert (await client.patch(session, content=fragment, headers=named)).status_code == 204
    assert (await client.delete(session)).status_code == 200
    await until(lambda: player.pc.connectionState == "closed", "the end of the session")
    assert (await client.delete(session)).status_code == 404
    assert (await client.patch(session, content=fragment, headers=named)).status_code == 404


async def test_player_with_an_rsa_certificate(client, lobby) -> None:
    """GStreamer's players have one: the handshake finds a cipher for it."""
    player = Watcher(channel=False, rsa_key=True)
    try:
        await opened(client, lobby, player)
    finally:
        await player.close()


async def test_session_of_somebody_else(runtime, client, lobby, player) -> None:
    """Its name is no key: only who opened it can change or end it."""
    response = await opened(client, lobby, player)
    other = Principal(id="other", name="Other", roles=OPERATOR.roles)
    transport = httpx.ASGITransport(as_principal(runtime.parts.app, other))
    async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as stranger:
        assert (await stranger.delete(response.headers["location"])).status_code == 404
    assert runtime.parts.live.relay.is_open(response.headers["location"].split("/")[-1])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({**TRICKLE}, 428),
        ({**TRICKLE, "If-Match": '"another"'}, 412),
        ({**SDP, "If-Match": "*"}, 415),
        ({**TRICKLE, "If-Match": "*"}, 422),
    ],
    ids=["no tag", "another tag", "no fragment", "restart"],
)
async def test_changes_that_are_refused(client, lobby, player, headers, status) -> None:
    """Each with the status that the standard has for it, in words, and the picture goes on."""
    response = await opened(client, lobby, player)
    fragment = "a=ice-ufrag:anew\r\na=ice-pwd:0123456789012345678901\r\n"
    refused = await client.patch(response.headers["location"], content=fragment, headers=headers)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"]
    assert (status == 422) == (refused.json()["message_id"] == "incident.no-ice-restart")
    before = len(player.whole())
    await until(lambda: len(player.whole()) > before + 5, "more pictures")


async def test_what_can_be_asked(client, lobby) -> None:
    """OPTIONS names methods and media types; whatever else is refused as a problem document."""
    posting = await client.options(lobby)
    assert (posting.status_code, posting.headers["accept-post"]) == (204, "application/sdp")
    patching = await client.options("/live/sessions/any")
    assert patching.headers["accept-patch"] == "application/trickle-ice-sdpfrag"
    refused = await client.post(lobby, content="{}", headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.headers["accept-post"]) == (415, "application/sdp")
    for answer in (refused, await client.put(lobby), await client.get("/live/sessions/any")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("width", ["0", "-1", "x", "1e3", "10000000", "१"])
async def test_width_that_is_none(client, lobby, width) -> None:
    """It is refused before the camera is asked."""
    refused = await client.post(lobby, params={"width": width}, content=CHROMIUM, headers=SDP)
    assert refused.status_code == 422


async def test_thousands_of_offers(runtime, client, lobby) -> None:
    """Broken ones cost nothing that stays; of good ones a person gets so many, and not all that there are."""
    broken = CHROMIUM.replace("a=fingerprint", "a=x")
    for _ in range(20):
        answers = await asyncio.gather(*(client.post(lobby, content=broken, headers=SDP) for _ in range(100)))
        assert {answer.status_code for answer in answers} == {422}
        assert {answer.json()["title"] for answer in answers} == {"This live picture cannot be opened."}
    assert runtime.parts.live.sessions._open == {}
    assert runtime.parts.live.relay._sessions == {}


async def test_one_person_leaves_some_for_others(client, lobby, monkeypatch) -> None:
    """A page that has gone wild is told to close some of its pictures."""
    monkeypatch.setattr(live_sessions, "MOST_OF_ONE", 3)
    answers = [await client.post(lobby, content=CHROMIUM, headers=SDP) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 502]
    assert answers[-1].json()["message_id"] == "incident.too-many-live"
