"""What newer clients use: Media2, a smaller stream, H.265, HTTP Digest; and a picture that turns."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import av
import httpx
import numpy as np
import pytest
from lxml import etree
from tests.programs import RunningRecorder, running_recorder
from tests.waiting import PATIENCE

from demo_recorder.cameras import CAMERAS, Codec
from demo_recorder.caption import BAR_HEIGHT, put_text
from demo_recorder.encoder import GroupEncoder
from demo_recorder.mechanics import Mechanics, Position, Velocity
from demo_recorder.painter import Painter
from demo_recorder.picture import Picture
from demo_recorder.soap.media import NAMESPACE_2 as NAMESPACE
from demo_recorder.strip import read_strip
from demo_recorder.timebase import GROUP_FRAMES, FrameNumber, GroupNumber, first_frame_from, moment_of
from demo_recorder.viewport import position_text

from .conftest import ACCOUNT
from .soap_client import envelope, header, post

TT = "{http://www.onvif.org/ver10/schema}"
TR2 = f"{{{NAMESPACE}}}"
YARD = CAMERAS[-1]
SCOPES = '<GetScopes xmlns="http://www.onvif.org/ver10/device/wsdl"/>'


@pytest.fixture(scope="module")
def modern() -> Iterator[RunningRecorder]:
    """A recorder with an H.265 camera that accepts HTTP Digest and nothing else."""
    with running_recorder("--sign-in", "digest", "--h265", "corridor") as running:
        yield running


def digest(password: str = ACCOUNT.password) -> httpx.DigestAuth:
    return httpx.DigestAuth(ACCOUNT.username, password)


def ask(device: RunningRecorder, name: str, body: str, auth: httpx.Auth | None) -> httpx.Response:
    return httpx.post(device.service_url(name), content=envelope(body), auth=auth, timeout=PATIENCE)


def media2(device: RunningRecorder, operation: str, below: str = "") -> etree._Element:
    answer = ask(device, "media2", f'<{operation} xmlns="{NAMESPACE}">{below}</{operation}>', digest())
    assert answer.status_code == 200, answer.text
    (payload,) = etree.fromstring(answer.content).iterfind("{*}Body/*")
    assert payload.tag == f"{TR2}{operation}Response"
    return payload


def test_media2_tells_of_both_streams_in_their_coding(modern: RunningRecorder) -> None:
    """Each camera has a main and a smaller profile; the corridor's main one is H.265, its smaller H.264."""
    profiles = media2(modern, "GetProfiles", "<Type>All</Type>").findall(f"{TR2}Profiles")
    told = {
        profile.get("token"): (
            profile.findtext(f"{TR2}Configurations/{TR2}VideoEncoder/{TT}Encoding"),
            profile.findtext(f"{TR2}Configurations/{TR2}VideoEncoder/{TT}Resolution/{TT}Width"),
        )
        for profile in profiles
    }
    assert told["corridor"] == ("H265", "640")
    assert told["corridor_small"] == ("H264", "320")
    assert list(told) == [stream.profile for camera in CAMERAS for stream in camera.streams]
    moving = [one.get("token") for one in profiles if one.find(f"{TR2}Configurations/{TR2}PTZ") is not None]
    assert moving == ["yard", "yard_small"]


def test_media2_gives_only_the_configurations_that_are_asked_for(modern: RunningRecorder) -> None:
    """Without a type a profile has its name alone (ONVIF Media2 section 5.2.3)."""
    (bare,) = media2(modern, "GetProfiles", "<Token>lobby</Token>")
    assert [child.tag for child in bare] == [f"{TR2}Name"]
    (coded,) = media2(modern, "GetProfiles", "<Token>lobby_small</Token><Type>VideoEncoder</Type>")
    assert [one.tag for one in coded.find(f"{TR2}Configurations")] == [f"{TR2}VideoEncoder"]


def test_media2_refuses_what_it_does_not_know(modern: RunningRecorder) -> None:
    """An unknown profile and an unknown operation are refused by the codes that the standard gives."""
    below = "<Protocol>RTSP</Protocol><ProfileToken>x</ProfileToken>"
    body = f'<GetStreamUri xmlns="{NAMESPACE}">{below}</GetStreamUri>'
    assert b"NoProfile" in ask(modern, "media2", body, digest()).content
    assert (
        b"ActionNotSupported" in ask(modern, "media2", f'<GetMasks xmlns="{NAMESPACE}"/>', digest()).content
    )


def test_the_older_service_does_not_tell_of_h265(modern: RunningRecorder) -> None:
    """It has no word for it: that profile is without its encoder, and the smaller stream has one."""
    answer = ask(modern, "media", '<GetProfiles xmlns="http://www.onvif.org/ver10/media/wsdl"/>', digest())
    profiles = {one.get("token"): one for one in etree.fromstring(answer.content).iter("{*}Profiles")}
    assert profiles["corridor"].find("{*}VideoEncoderConfiguration") is None
    assert profiles["corridor_small"].findtext("{*}VideoEncoderConfiguration/{*}Encoding") == "H264"


@pytest.mark.parametrize(
    ("path", "codec", "width"),
    [
        ("live/corridor", "hevc", 640),
        ("live/corridor_small", "h264", 320),
        ("replay/rec_corridor", "hevc", 640),
    ],
)
async def test_streams_are_what_they_are_said_to_be(
    modern: RunningRecorder, path: str, codec: str, width: int
) -> None:
    """A decoder that is not ours reads them by libavformat, from DESCRIBE on, and so the time in them."""
    address = f"rtsp://{ACCOUNT.username}:{ACCOUNT.password}@127.0.0.1:{modern.rtsp_port}/{path}"
    with av.open(address, options={"rtsp_transport": "tcp"}, timeout=PATIENCE) as container:
        assert container.streams.video[0].codec_context.name == codec
        frame = next(container.decode(video=0))
    assert frame.width == width
    assert read_strip(frame.to_ndarray(format="gray")).camera == 2


def test_only_digest_opens_where_only_digest_is_accepted(modern: RunningRecorder) -> None:
    """The right password opens; a wrong one, none, and a token do not; the refusal says how to sign in."""
    assert ask(modern, "device", SCOPES, digest()).status_code == 200
    assert ask(modern, "device", SCOPES, digest("wrong")).status_code == 401
    for refused in (
        post(modern, "device", envelope(SCOPES)),
        post(modern, "device", envelope(SCOPES, header())),
    ):
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"].startswith("Digest realm=")
        assert b"NotAuthorized" in refused.content
    clock = '<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>'
    assert ask(modern, "device", clock, None).status_code == 200


def test_an_answer_to_a_challenge_works_once(modern: RunningRecorder) -> None:
    """The same header again is stale; the client is told so, and need not ask its user anew."""
    with httpx.Client(auth=digest(), timeout=PATIENCE) as client:
        used = client.post(modern.service_url("device"), content=envelope(SCOPES)).request
        again = httpx.post(used.url, content=used.content, headers=used.headers, timeout=PATIENCE)
        assert again.status_code == 401
        assert "stale=true" in again.headers["WWW-Authenticate"]
        # One challenge serves for many requests, each with a count of its own.
        for _ in range(3):
            assert client.post(modern.service_url("device"), content=envelope(SCOPES)).status_code == 200


def test_either_way_opens_where_both_are_accepted() -> None:
    """A token and HTTP Digest; without one, the client is shown how to sign in."""
    with running_recorder("--sign-in", "either") as device:
        assert post(device, "device", envelope(SCOPES, header())).status_code == 200
        assert ask(device, "device", SCOPES, digest()).status_code == 200
        assert post(device, "device", envelope(SCOPES)).status_code == 401


def test_the_live_picture_turns_with_the_camera(device: RunningRecorder) -> None:
    """A preset turns it: the picture that follows has the numbers of the preset in its bar."""
    body = (
        '<GotoPreset xmlns="http://www.onvif.org/ver20/ptz/wsdl"><ProfileToken>yard</ProfileToken>'
        "<PresetToken>2</PresetToken></GotoPreset>"
    )
    assert post(device, "ptz", envelope(body, header())).status_code == 200
    turned = datetime.now(UTC)
    address = f"rtsp://{ACCOUNT.username}:{ACCOUNT.password}@127.0.0.1:{device.rtsp_port}/live/yard"
    with av.open(address, options={"rtsp_transport": "tcp"}, timeout=PATIENCE) as container:
        pictures = (frame.to_ndarray(format="gray") for frame in container.decode(video=0))
        seen = next(picture for picture in pictures if read_strip(picture).moment > turned)
    numbers = Picture()
    put_text(numbers, position_text(Position(pan=0.4, tilt=-0.2, zoom=0.5)), 170)
    bar = (slice(4, 20), slice(170, 360))
    studio_range = seen[bar] * (219 / 255) + 16
    assert np.abs(studio_range - numbers.y[bar]).mean() < 5


def test_where_a_camera_looked_is_in_its_pictures_of_that_time() -> None:
    """Pictures before a movement stay, those during it and after it show it; their time stays legible."""
    began = datetime(2026, 11, 2, 12, 0, 1, tzinfo=UTC)
    motors = Mechanics()
    still, turning = Painter(YARD), Painter(YARD, motors.position)
    motors.move(Velocity(pan=1.0, zoom=0.5), began, timedelta(seconds=1))
    for seconds, same in ((-1, True), (0.5, False), (5, False)):
        frame = first_frame_from(began + timedelta(seconds=seconds))
        plain, seen = still.paint(frame).y, turning.paint(frame).y
        assert np.array_equal(plain[BAR_HEIGHT:-8], seen[BAR_HEIGHT:-8]) is same
        assert read_strip(seen).moment <= moment_of(frame)
        assert np.array_equal(plain[:BAR_HEIGHT, -280:], seen[:BAR_HEIGHT, -280:])


def test_a_camera_moves_on_from_where_it_was() -> None:
    """What it did before is remembered, also when the clock was set back in between."""
    began, second = datetime(2026, 11, 2, 12, tzinfo=UTC), timedelta(seconds=1)
    motors = Mechanics()
    motors.put(Position(pan=0.5), began)
    motors.move(Velocity(pan=-1.0), began + 10 * second, second)
    assert motors.position(began - second) == Position()
    assert motors.position(began + 9 * second) == Position(pan=0.5)
    assert motors.position(began + 20 * second) == Position(pan=0.0)
    motors.put(Position(tilt=1.0), began + 5 * second)
    assert motors.position(began + 4 * second) == Position(pan=0.5)
    assert motors.position(began + 20 * second) == Position(tilt=1.0)


def test_a_smaller_stream_is_the_same_picture() -> None:
    """At a quarter of the dots it carries the same time."""
    stream = YARD.streams[1]
    encoder = GroupEncoder(stream, GroupNumber(900_000_000))
    units = [encoder.encode_next() for _ in range(GROUP_FRAMES)]
    data = b"".join(b"\0\0\0\1" + nal for unit in units for nal in unit.nal_units)
    with av.open(io.BytesIO(data), format="h264") as container:
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert len(pictures) == GROUP_FRAMES
    first = FrameNumber(900_000_000 * GROUP_FRAMES)
    assert [read_strip(picture).time_ms for picture in pictures] == [
        (first + number) * 1000 // 15 for number in range(GROUP_FRAMES)
    ]
    assert stream.codec is Codec.H264
