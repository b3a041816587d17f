"""Live video: times, keys, refusals and breaks."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta
from hashlib import md5, sha256

import pytest
from tests.serving import closed_port
from tests.waiting import until

from incident_plugin.adapters.rtsp import Credentials, RtspClient
from incident_plugin.domain.errors import NotFound, RecorderUnavailable

NOW = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)


async def take(stream, count: int):
    units = []
    async for unit in stream:
        units.append(unit)
        if len(units) == count:
            break
    return units


async def test_live_begins_with_a_key_picture(recorder, client, kit):
    """What comes before the first key picture cannot be decoded and is not given."""
    recorder.media = kit.media(kit.footage(12, replay=False)[3:])
    async with client.live(recorder.url) as stream:
        units = await take(stream, 7)
    assert units[0].key
    assert units[0].nals == (kit.SPS, kit.PPS, kit.slice_(5, key=True))


async def test_the_track_is_found_in_the_stream_when_the_description_has_none(recorder, client, kit):
    """Without parameter sets in the SDP opening waits for the first key picture, and no picture is lost."""
    recorder.parameter_sets_in_sdp = False
    recorder.media = kit.media(kit.footage(7, replay=False))
    async with client.live(recorder.url) as stream:
        assert stream.track.parameter_sets == (kit.SPS, kit.PPS)
        assert len(await take(stream, 7)) == 7


async def test_sender_reports_tell_the_time(recorder, kit):
    """Before the first report it is the arrival, then the recorder's statement, corrected by its offset."""
    pictures = kit.footage(10, replay=False)
    offset = timedelta(seconds=3)
    report = struct.pack(">BBHIIIIII", 0x80, 200, 6, 7, *kit.ntp(NOW + offset), pictures[0].timestamp, 0, 0)
    recorder.media = [
        *kit.media(pictures[:5]),
        kit.frame(report, channel=1),
        *kit.media(pictures[5:], sequence=65_530 + len(kit.packets(pictures[:5]))),
    ]
    arrival = NOW + timedelta(milliseconds=700)
    client = RtspClient(Credentials(username="u", password="p"), now=lambda: arrival)
    async with client.live(recorder.url, clock_offset=offset) as stream:
        units = await take(stream, 10)
    assert units[0].time == arrival
    assert units[9].time == NOW + timedelta(milliseconds=900)


async def test_a_camera_that_counts_from_its_start_is_not_believed(recorder, kit):
    """A sender report of 1970 leaves the arrival as the time."""
    pictures = kit.footage(10, replay=False)
    report = struct.pack(">BBHIIIIII", 0x80, 200, 6, 7, 100, 0, pictures[0].timestamp, 0, 0)
    recorder.media = [kit.frame(report, channel=1), *kit.media(pictures)]
    client = RtspClient(Credentials(username="u", password="p"), now=lambda: NOW)
    async with client.live(recorder.url) as stream:
        assert {unit.time for unit in await take(stream, 10)} == {NOW}


async def test_markers_on_parameter_sets_do_not_split_pictures(recorder, client, kit):
    """Cameras that mark every packet still give whole pictures."""
    packets = kit.packets(kit.footage(6, replay=False))
    recorder.media = []
    for packet in packets:
        marked = bytes((packet[0], packet[1] | 0x80)) + packet[2:] if packet[12] in (0x67, 0x68) else packet
        recorder.media.append(kit.frame(marked))
    async with client.live(recorder.url) as stream:
        units = await take(stream, 6)
    assert units[0].nals == (kit.SPS, kit.PPS, kit.slice_(0, key=True))


async def test_a_missing_marker_is_made_up_by_the_next_time_stamp(recorder, client, kit):
    """Pictures end where the time stamp changes, too."""
    recorder.media = [
        kit.frame(bytes((p[0], p[1] & 0x7F)) + p[2:]) for p in kit.packets(kit.footage(6, replay=False))
    ]
    async with client.live(recorder.url) as stream:
        assert [u.nals for u in await take(stream, 5)] == [p.nals for p in kit.footage(5, replay=False)]


def digest_checker(algorithm: str, function, *, qop: bool):
    def check(method: str, header: str) -> bool:
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', header.removeprefix("Digest ")))
        secret = function(b"user:a realm:pass").hexdigest()
        request = function(f"{method}:{given['uri']}".encode()).hexdigest()
        middle = f"n0nce:{given['nc']}:{given['cnonce']}:auth" if qop else "n0nce"
        return given["response"] == function(f"{secret}:{middle}:{request}".encode()).hexdigest()

    return check


@pytest.mark.parametrize(
    ("challenges", "check"),
    [
        (('Basic realm="x"',), lambda _, header: header == "Basic dXNlcjpwYXNz"),
        (('Digest realm="a realm", nonce="n0nce"',), digest_checker("MD5", md5, qop=False)),
        (
            ('Basic realm="x"', 'Digest realm="a realm", nonce="n0nce", qop="auth"'),
            digest_checker("MD5", md5, qop=True),
        ),
        (
            (
                'Digest realm="a realm", nonce="n0nce", algorithm=MD5',
                'Digest realm="a realm", nonce="n0nce", algorithm=SHA-256, qop="auth"',
            ),
            digest_checker("SHA-256", sha256, qop=True),
        ),
    ],
)
async def test_credentials_are_given_by_the_strongest_way_asked_for(recorder, client, kit, challenges, check):
    """Basic, Digest with MD5 and with SHA-256; the right one of several challenges."""
    recorder.challenges, recorder.authorised = challenges, check
    recorder.media = kit.media(kit.footage(2, replay=False))
    async with client.live(recorder.url) as stream:
        await take(stream, 2)
    assert "Authorization" not in recorder.requests[0]


async def test_a_wrong_password_is_said_plainly(recorder, client):
    """The operator reads which recorder refused and what to do; two attempts, no more."""
    recorder.challenges, recorder.authorised = ('Digest realm="r", nonce="n"',), lambda *_: False
    with pytest.raises(
        RecorderUnavailable, match=rf"127\.0\.0\.1:{recorder.port} refused the user name or password"
    ):
        async with client.live(recorder.url):
            pass
    assert recorder.methods() == ["DESCRIBE", "DESCRIBE"]


async def test_a_recorder_that_is_not_there_is_said_plainly(client):
    """Nobody listens at its address."""
    with (
        closed_port() as port,
        pytest.raises(RecorderUnavailable, match=f"127.0.0.1:{port} cannot be reached"),
    ):
        async with client.live(f"rtsp://127.0.0.1:{port}/cam"):
            pass


async def test_a_mute_recorder_is_given_up(recorder, kit):
    """It accepts connections and says nothing."""
    recorder.answers["DESCRIBE"] = "silence"
    with pytest.raises(RecorderUnavailable, match="is not answering"):
        async with kit.client_with(request=0.3).live(recorder.url):
            pass


async def test_a_camera_that_stops_sending_is_an_error(recorder, kit):
    """A frozen picture is never passed off as live."""
    recorder.media = kit.media(kit.footage(3, replay=False))
    async with kit.client_with(silence=0.5).live(recorder.url) as stream:
        with pytest.raises(RecorderUnavailable, match="no video arrived in time"):
            await take(stream, 4)


async def test_a_camera_without_key_pictures_is_an_error(recorder, kit):
    """Packets come and nothing can be shown of them: that is said, and not waited for without end."""
    recorder.media = kit.media(kit.footage(400, gop=1000, replay=False)[1:])
    async with kit.client_with(picture=-1.0).live(recorder.url) as stream:
        with pytest.raises(RecorderUnavailable, match="no picture that can be shown"):
            await take(stream, 1)


async def test_a_camera_that_is_gone_is_not_found(recorder, client):
    """404 is told apart from a recorder in trouble."""
    recorder.answers["DESCRIBE"] = "RTSP/1.0 404 Not Found\nCSeq: <cseq>\n\n"
    with pytest.raises(NotFound, match="no longer has this camera"):
        async with client.live(recorder.url):
            pass


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("HTTP/1.1 400 Bad Request\n\n", "cannot be used"),
        ("\x00\x01\x02\x03rubbish", "cannot be used"),
        ("RTSP/1.0 200 OK\nCSeq: <cseq>\nContent-Length: 99999999\n\n", "cannot be used"),
        ("RTSP/1.0 200 OK\nCSeq: <cseq>\nContent-Length: -5\n\n", "cannot be used"),
        ("RTSP/1.0 200 OK\n" + "X: y\n" * 5000 + "\n", "cannot be used"),
        ("RTSP/1.0 200 OK\nCSeq: <cseq>\n\n", "no H.264 or H.265 video"),
        ("RTSP/1.0 302 Moved\nCSeq: <cseq>\nLocation: rtsp://10.0.0.1/\n\n", "refused to send video"),
        ("RTSP/1.0 503 Service Unavailable\nCSeq: <cseq>\n\n", "too busy"),
    ],
)
async def test_rubbish_is_refused_and_nothing_is_followed(recorder, client, answer, said):
    """Other protocols, endless heads and bodies, redirections: a message, no crash, no other host."""
    recorder.answers["DESCRIBE"] = answer
    with pytest.raises(RecorderUnavailable, match=said):
        async with client.live(recorder.url):
            pass


async def test_rubbish_in_the_stream_breaks_it_cleanly(recorder, client, kit):
    """Pictures before the rubbish are given, then the break is said."""
    recorder.media = [*kit.media(kit.footage(3, replay=False)), b"\xff" * 500]
    async with client.live(recorder.url) as stream:
        reading = aiter(stream)
        for _ in range(3):
            await anext(reading)
        with pytest.raises(RecorderUnavailable, match="cannot be used"):
            await anext(reading)


async def test_addresses_given_by_the_recorder_never_lead_elsewhere(recorder, client, kit):
    """A Content-Base on another host is used for its path only."""
    recorder.content_base = "rtsp://10.9.8.7:99/elsewhere/"
    recorder.media = kit.media(kit.footage(1, replay=False))
    async with client.live(recorder.url) as stream:
        await take(stream, 1)
    assert recorder.request("SETUP").split()[1] == f"rtsp://127.0.0.1:{recorder.port}/elsewhere/track1"
    assert recorder.connections == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "rtsp:///x", "rtsp://h:99999/", "rtsp://[::1/", "x"])
async def test_unusable_addresses_are_refused(client, url):
    """No connection is tried."""
    with pytest.raises(RecorderUnavailable, match="cannot be used"):
        async with client.live(url):
            pass


async def test_a_request_cannot_be_smuggled_in(recorder, client):
    """Line ends within an address chosen by a recorder do not become a second request."""
    with pytest.raises(RecorderUnavailable, match="control character or a space"):
        async with client.live(recorder.url + "/a b"):
            pass
    assert recorder.requests == []


async def test_user_names_in_addresses_are_not_sent(recorder, client, kit):
    """Credentials stay out of request lines and logs."""
    recorder.media = kit.media(kit.footage(1, replay=False))
    async with client.live(recorder.url.replace("rtsp://", "rtsp://a:b@")) as stream:
        await take(stream, 1)
    assert "a:b@" not in "".join(recorder.requests)


async def test_leaving_ends_the_session(recorder, client, kit):
    """Also when the reader goes away in the middle, with video still coming."""
    recorder.media = kit.media(kit.footage(2000, replay=False))
    async with client.live(recorder.url) as stream:
        await take(stream, 3)
    await until(lambda: recorder.methods()[-1] == "TEARDOWN")


async def test_another_stream_in_place_of_this_one_is_noticed(recorder, client, kit):
    """A recorder that restarts its stream within the session does not mix two time lines."""
    recorder.media = kit.media(kit.footage(3, replay=False)) + kit.media(
        kit.footage(3, replay=False), source=8
    )
    async with client.live(recorder.url) as stream:
        with pytest.raises(RecorderUnavailable, match="another stream"):
            await take(stream, 6)


def test_credentials_are_never_printed():
    """Neither name nor password shows where values are logged."""
    assert "secret" not in repr(Credentials(username="secret-user", password="secret"))
