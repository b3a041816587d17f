"""Which STUN and TURN servers viewers are told of, and how they sign in there."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import pytest
from tests.adapters.live_preview.watching import Watcher
from tests.programs import RECORDER_PASSWORD
from tests.support import DictSecrets, host_services

from incident_plugin.settings import IceServerSettings, LiveSettings, read_settings

SHARED = 'what "both" know'
SECRETS = {"recorder-password": RECORDER_PASSWORD, "turn-secret": SHARED, "fixed": 'pass"word'}
RELAYS = ("turn:relay.example.org:3478?transport=udp", "turns:[2001:db8::1]:5349?transport=tcp")
SERVERS = (
    IceServerSettings(urls=RELAYS),
    IceServerSettings(urls=("turn:192.0.2.9",), username='us"er', secret="fixed"),
    IceServerSettings(urls=("stun:stun.example.org",)),
)


@pytest.fixture
def secrets() -> Mapping[str, str]:
    """The delivered ones and those of relays; tests change them."""
    return SECRETS


@pytest.fixture
def host(tmp_path, secrets):
    return host_services(tmp_path, secrets=DictSecrets(dict(secrets)))


@pytest.fixture
def rules() -> dict[str, Any]:
    return {"live": LiveSettings(ice_servers=SERVERS)}


async def test_a_relay_is_named_with_a_password_of_a_day(client, runtime) -> None:
    """The relay can check it by what it shares with the server; that itself goes nowhere."""
    response = await client.get("/live/ice-servers")
    first, second, third = response.json()["ice_servers"]
    end, name = first["username"].split(":")
    left = int(end) - runtime.parts.ground.clock.now().timestamp()
    assert 23 * 3600 < left <= 24 * 3600
    assert name == "incident"
    code = hmac.new(SHARED.encode(), first["username"].encode(), hashlib.sha1).digest()
    assert first["credential"] == base64.b64encode(code).decode()
    assert tuple(first["urls"]) == RELAYS
    assert second == {"urls": ["turn:192.0.2.9"], "username": 'us"er', "credential": 'pass"word'}
    assert third == {"urls": ["stun:stun.example.org"], "username": "", "credential": ""}
    assert SHARED not in response.text


async def test_other_players_are_told_by_links(client, cameras) -> None:
    """In the answer to an offer, and before it to whoever asks (RFC 9725, section 4.6)."""
    player = Watcher(channel=False)
    lobby = f"/live/{cameras['Lobby']}"
    try:
        sent = {"Content-Type": "application/sdp"}
        opened = await client.post(lobby, content=await player.offer(), headers=sent)
        for response in (opened, await client.request("OPTIONS", lobby)):
            links = response.headers.get_list("link")
            named = [link.partition(">")[0][1:] for link in links]
            assert named == [*RELAYS, "turn:192.0.2.9", "stun:stun.example.org"]
            assert links[2] == (
                '<turn:192.0.2.9>; rel="ice-server"; username="us\\"er"; credential="pass\\"word"'
                '; credential-type="password"'
            )
            assert links[3] == '<stun:stun.example.org>; rel="ice-server"'
    finally:
        await player.close()


@pytest.mark.parametrize("secrets", [{**SECRETS, "turn-secret": unusable} for unusable in ("", "caf\u00e9")])
async def test_a_relay_without_a_usable_secret_is_a_warning(client, runtime) -> None:
    """Nobody is sent there in vain, the others are named, and the administrator reads what is missing."""
    named = (await client.get("/live/ice-servers")).json()["ice_servers"]
    assert [one["urls"][0] for one in named] == ["turn:192.0.2.9", "stun:stun.example.org"]
    part = next(one for one in (await runtime.health()).parts if one.name.startswith("relay"))
    assert part.warning
    assert "“turn-secret”" in part.detail


@pytest.mark.parametrize(
    "server",
    [
        {"urls": []},
        {"urls": ["https://relay.example.org"]},
        {"urls": ["turn:relay.example.org>; rel=x"]},
        {"urls": ["turn:relay.example.org"], "username": "a\r\nb"},
    ],
)
def test_a_server_that_cannot_be_is_refused_by_name(server) -> None:
    """At the start, with the setting that is wrong."""
    with pytest.raises(ValueError, match=r"ice_servers|username|urls"):
        _ = read_settings({"live": {"ice_servers": [server]}}).ice_servers
