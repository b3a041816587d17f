"""What the RTSP server refuses, and that it goes on serving others."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve

from demo_recorder.account import Account
from demo_recorder.footage import Footage
from demo_recorder.recording import recordings_since
from demo_recorder.rtsp.connection import Streams
from demo_recorder.rtsp.server import RtspServer
from demo_recorder.rtsp.stream import Studio

from .conftest import ACCOUNT, RtspSide, ShiftedClock
from .rtsp_client import DEADLINE, RtspClient

TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"


async def still_serves(rtsp: RtspSide) -> bool:
    client = await rtsp.connect()
    return (await client.request("DESCRIBE", "live/lobby")).status == 200


@pytest.mark.parametrize(
    "account",
    [
        None,
        evolve(ACCOUNT, password="wrong"),
        evolve(ACCOUNT, username="other"),
    ],
    ids=["nobody", "wrong password", "wrong name"],
)
@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP", "PLAY", "TEARDOWN", "GET_PARAMETER"])
async def test_strangers_get_nothing(rtsp: RtspSide, account: Account | None, method: str) -> None:
    """Without the password every method but OPTIONS is answered by a challenge."""
    client = await RtspClient.connect(rtsp.port, account)
    assert (await client.request("OPTIONS", "live/lobby")).status == 200
    reply = await client.request(method, "live/lobby", Transport=TCP)
    assert reply.status == 401
    assert reply.headers["www-authenticate"].startswith("Digest ")
    await client.close()


async def test_another_connections_nonce_is_stale(rtsp: RtspSide) -> None:
    """The right password for an old nonce is told apart from a wrong password."""
    first, second = await rtsp.connect(), await rtsp.connect()
    await first.request("DESCRIBE", "live/lobby")
    second.challenge = first.challenge
    reply = await second.request_once("DESCRIBE", "live/lobby")
    assert reply.status == 401
    assert "stale=TRUE" in reply.headers["www-authenticate"]


async def test_credentials_for_one_address_do_not_open_another(rtsp: RtspSide) -> None:
    """The proof covers method and address."""
    client = await rtsp.connect()
    await client.request("DESCRIBE", "live/lobby")
    stolen = client.authorization("DESCRIBE", client.url("live/lobby"))
    assert (await client.request_once("DESCRIBE", "live/yard", Authorization=stolen)).status == 401
    assert (await client.request_once("SETUP", "live/lobby", Authorization=stolen)).status == 401


@pytest.mark.parametrize(
    "path", ["", "live", "live/", "live/attic", "replay/lobby", "live/rec_lobby", "live/lobby/x"]
)
async def test_unknown_addresses_are_not_found(rtsp: RtspSide, path: str) -> None:
    """Only streams that exist have addresses."""
    client = await rtsp.connect()
    assert (await client.request("DESCRIBE", path)).status == 404


async def test_an_address_that_is_none_is_a_bad_request(rtsp: RtspSide) -> None:
    """It is answered, and the connection can be used on."""
    client = await rtsp.connect()
    await client.request("DESCRIBE", "live/lobby")
    url = "rtsp://[::1/live/lobby"
    proof = client.authorization("DESCRIBE", url)
    await client.send(f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 9\r\nAuthorization: {proof}\r\n\r\n".encode())
    assert (await client.reply()).status == 400
    assert (await client.request("DESCRIBE", "live/lobby")).status == 200


async def test_what_is_required_but_unknown_is_named(rtsp: RtspSide) -> None:
    """551 says which feature is missing, and onvif-replay is not missing."""
    client = await rtsp.connect()
    reply = await client.request(
        "SETUP", "replay/rec_lobby", Transport=TCP, Require="onvif-replay, time-travel"
    )
    assert (reply.status, reply.headers["unsupported"]) == (551, "time-travel")
    assert (
        await client.request("SETUP", "replay/rec_lobby", Transport=TCP, Require="onvif-replay")
    ).status == 200


@pytest.mark.parametrize(
    "transport",
    [
        "RTP/AVP;unicast;client_port=5000-5001",
        "RTP/AVP/TCP;interleaved=0-7",
        "RTP/AVP/TCP;interleaved=255-256",
        "",
    ],
)
async def test_only_the_connection_itself_carries_media(rtsp: RtspSide, transport: str) -> None:
    """UDP and impossible channels are refused with 461."""
    client = await rtsp.connect()
    assert (await client.request("SETUP", "live/lobby", Transport=transport)).status == 461


async def test_the_first_usable_transport_is_taken(rtsp: RtspSide) -> None:
    """A client may offer several."""
    client = await rtsp.connect()
    offers = "RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast;interleaved=4-5"
    reply = await client.request("SETUP", "live/lobby", Transport=offers)
    assert "interleaved=4-5" in reply.headers["transport"]


@pytest.mark.parametrize("method", ["PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER"])
async def test_an_unknown_session_is_refused(rtsp: RtspSide, method: str) -> None:
    """Nobody can touch a session without its name."""
    client = await rtsp.connect()
    await client.request("SETUP", "live/lobby", Transport=TCP)
    assert (await client.request(method, "live/lobby", Session="0123456789abcdef")).status == 454


async def test_one_session_serves_one_stream(rtsp: RtspSide) -> None:
    """A second stream needs its own connection; a playing one is not set up anew."""
    client = await rtsp.connect()
    await client.request("SETUP", "live/lobby", Transport=TCP)
    assert (await client.request("SETUP", "live/yard", Transport=TCP)).status == 455
    assert (await client.request("PLAY", "live/yard")).status == 404
    assert (await client.request("PLAY", "live/lobby")).status == 200
    assert (await client.request("SETUP", "live/lobby", Transport=TCP)).status == 455


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Range": "clock=yesterday-"}, 400),
        ({"Range": "clock=20261399T990000Z-"}, 400),
        ({"Range": "smpte=0:10:20-"}, 400),
        ({"Rate_Control": "maybe"}, 400),
        ({"Scale": "fast"}, 400),
        ({"Scale": "-1.0"}, 406),
        ({"Scale": "nan"}, 406),
        ({"Scale": "2", "Rate_Control": "no"}, 406),
        ({"Frames": "some"}, 400),
        ({"Frames": "all/500"}, 400),
    ],
)
async def test_a_play_that_cannot_be_read_is_refused(
    rtsp: RtspSide, headers: dict[str, str], status: int
) -> None:
    """Wrong headers are answered, and the session can still be played."""
    client = await rtsp.connect()
    assert (await client.play("replay/rec_lobby", **headers)).status == status
    assert (await client.request("PLAY", "replay/rec_lobby", Rate_Control="no")).status == 200
    assert len(await client.take(2)) == 2


async def test_an_unknown_method_is_not_implemented(rtsp: RtspSide) -> None:
    """501 lists what there is."""
    client = await rtsp.connect()
    reply = await client.request("RECORD", "live/lobby")
    assert reply.status == 501
    assert "PLAY" in reply.headers["public"]


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"DESCRIBE rtsp://x/live/lobby RTSP/1.0\r\nno colon here\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -5\r\n\r\n",
        b"A" * 40_000,
        b"OPTIONS * RTSP/1.0\r\n" + b"X: y\r\n" * 4000 + b"\r\n",
        b"\xff\xfe\xfd\r\n\r\n",
    ],
    ids=["HTTP", "TLS", "no field", "huge body", "negative body", "endless line", "huge head", "no text"],
)
async def test_garbage_closes_only_its_own_connection(rtsp: RtspSide, garbage: bytes) -> None:
    """Whatever is no RTSP ends that connection, in bounded memory, and no other."""
    client = await rtsp.connect()
    with contextlib.suppress(ConnectionError):
        await client.send(garbage)
    assert await client.closed_by_peer()
    assert await still_serves(rtsp)


async def test_who_says_nothing_is_let_go(rtsp: RtspSide) -> None:
    """An idle connection is closed; one that plays stays open however quiet its client is."""
    server = RtspServer(evolve(rtsp.streams, idle_timeout=1.0))
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    await server.start(listener)
    idle, playing = await RtspClient.connect(port, ACCOUNT), await RtspClient.connect(port, ACCOUNT)
    await playing.play("live/lobby")
    assert await idle.closed_by_peer()
    assert len(await playing.take(35)) == 35
    for client in (idle, playing):
        await client.close()
    await server.stop()


async def test_a_viewer_who_reads_nothing_does_not_hold_up_the_end() -> None:
    """Stopped in the middle of a replay that nobody takes, the server is gone at once all the same."""
    footage, clock = Footage(), ShiftedClock()
    recordings = recordings_since(clock() - timedelta(hours=2))
    studio = Studio(footage=footage, clock=clock)
    server = RtspServer(Streams(studio=studio, recordings=recordings, account=ACCOUNT))
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    await server.start(listener)
    client = await RtspClient.connect(port, ACCOUNT, room=4 << 10)
    await client.play("replay/rec_lobby", Rate_Control="no")
    await until_steady(lambda: footage.cached_bytes)
    async with asyncio.timeout(DEADLINE):
        await server.stop()
    await client.close()
    footage.close()


async def until_steady(measure: Callable[[], int]) -> None:
    """Wait until a figure has not changed for a third of a second."""
    async with asyncio.timeout(DEADLINE):
        steady, last = 0, -1
        while steady < 30:
            steady, last = (steady + 1 if measure() == last else 0), measure()
            await asyncio.sleep(0.01)


async def test_a_request_cut_off_is_forgotten(rtsp: RtspSide) -> None:
    """A client that leaves in the middle of a request leaves nothing behind."""
    client = await rtsp.connect()
    await client.send(b"DESCRIBE rtsp://127.0.0.1/live/lo")
    await client.close()
    assert await still_serves(rtsp)


async def test_a_viewer_who_vanishes_leaves_the_server_well(rtsp: RtspSide) -> None:
    """The connection is reset in full flow; others go on."""
    client = await rtsp.connect()
    await client.play("replay/rec_lobby", Rate_Control="no")
    await client.take(3)
    client.writer.transport.abort()
    assert await still_serves(rtsp)


async def test_receiver_reports_are_accepted_while_playing(rtsp: RtspSide) -> None:
    """Interleaved data of the client neither disturbs nor hides requests."""
    client = await rtsp.connect()
    await client.play("live/lobby")
    await client.send(b"$\x01\x00\x08" + bytes(8))
    assert (await client.request("GET_PARAMETER", "live/lobby")).status == 200
