"""What a client learns from the web services, asked through onvif-zeep."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from onvif.exceptions import ONVIFError
from tests.programs import RunningRecorder

from demo_recorder.cameras import CAMERAS

from .conftest import ACCOUNT
from .rtsp_client import RtspClient
from .soap_client import envelope, post, refusal, service

TCP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
UDP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "UDP"}}


def test_the_device_tells_its_time_to_anybody(device: RunningRecorder) -> None:
    """Without a token, in UTC: clients need it to make their tokens."""
    body = '<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>'
    assert post(device, "device", envelope(body)).status_code == 200
    moment = datetime.now(UTC).replace(microsecond=0)
    found = service(device, "device").GetSystemDateAndTime()
    date, time = found.UTCDateTime.Date, found.UTCDateTime.Time
    told = datetime(date.Year, date.Month, date.Day, time.Hour, time.Minute, time.Second, tzinfo=UTC)
    assert moment <= told <= datetime.now(UTC)


def test_every_service_is_where_the_device_says(device: RunningRecorder) -> None:
    """GetServices leads to each service, which answers there."""
    services = service(device, "device").GetServices({"IncludeCapability": False})
    assert {urlsplit(one.XAddr).netloc for one in services} == {urlsplit(device.address).netloc}
    for name in ("device", "media", "recording", "search", "replay"):
        (entry,) = [one for one in services if one.Namespace == f"http://www.onvif.org/ver10/{name}/wsdl"]
        assert entry.XAddr == device.service_url(name)
        assert service(device, name).GetServiceCapabilities() is not None


def test_older_clients_find_services_by_capabilities(device: RunningRecorder) -> None:
    """GetCapabilities names the same addresses."""
    capabilities = service(device, "device").GetCapabilities({"Category": "All"})
    assert capabilities.Media.XAddr == device.service_url("media")
    extension = {element.tag.rpartition("}")[2]: element for element in capabilities.Extension._value_1}
    for name in ("Recording", "Search", "Replay"):
        assert extension[name].findtext("{*}XAddr") == device.service_url(name.lower())


def test_addresses_follow_the_name_the_client_used(device: RunningRecorder) -> None:
    """Behind a forwarded port a client gets addresses it can reach."""
    body = '<GetServices xmlns="http://www.onvif.org/ver10/device/wsdl"><IncludeCapability>false</IncludeCapability></GetServices>'
    reply = post(device, "device", envelope(body), Host="recorder.example:8123")
    assert b"http://recorder.example:8123/onvif/media_service" in reply.content


def test_the_device_says_what_it_is(device: RunningRecorder) -> None:
    """Identity, scopes and host name are there."""
    known = service(device, "device")
    assert known.GetDeviceInformation().Model == "Synthetic recorder"
    scopes = [scope.ScopeItem for scope in known.GetScopes()]
    assert "onvif://www.onvif.org/Profile/G" in scopes
    assert known.GetHostname().Name == "demo-recorder"


def test_each_camera_has_two_profiles_and_a_source(device: RunningRecorder) -> None:
    """Two profiles describe H.264 as it is sent, and refer to existing sources."""
    media = service(device, "media")
    profiles = media.GetProfiles()
    assert [(one.token, one.Name) for one in profiles] == [
        (stream.profile, stream.title) for one in CAMERAS for stream in one.streams
    ]
    sources = {one.token: one for one in media.GetVideoSources()}
    for profile in profiles:
        encoder = profile.VideoEncoderConfiguration
        assert (encoder.Encoding, encoder.RateControl.FrameRateLimit) == ("H264", 15)
        small = profile.token.endswith("_small")
        assert (encoder.Resolution.Width, encoder.Resolution.Height) == ((320, 180) if small else (640, 360))
        assert encoder.H264.GovLength == 30
        assert sources[profile.VideoSourceConfiguration.SourceToken].Framerate == 15
    assert media.GetProfile({"ProfileToken": "yard"}).Name == "Yard"


async def test_live_and_replay_addresses_can_be_played(device: RunningRecorder) -> None:
    """The addresses that the services give are those that the RTSP server serves."""
    live = service(device, "media").GetStreamUri({"StreamSetup": TCP, "ProfileToken": "lobby"}).Uri
    replay = service(device, "replay").GetReplayUri({"StreamSetup": TCP, "RecordingToken": "rec_lobby"})
    assert urlsplit(live).port == urlsplit(replay).port == device.rtsp_port
    for address in (live, replay):
        client = await RtspClient.connect(device.rtsp_port, ACCOUNT)
        assert (await client.play(urlsplit(address).path.strip("/"))).status == 200
        assert (await client.take(1))[0].is_key
        await client.close()


def test_recordings_lead_back_to_their_cameras(device: RunningRecorder) -> None:
    """One recording per camera, with a track of video and, at one, of sound; its source is the profile."""
    recording = service(device, "recording")
    items = recording.GetRecordings()
    assert [item.RecordingToken for item in items] == [camera.recording for camera in CAMERAS]
    assert [item.Configuration.Source.SourceId for item in items] == [camera.token for camera in CAMERAS]
    tracks = [[track.TrackToken for track in item.Tracks.Track] for item in items]
    assert tracks == [["VIDEO001", "AUDIO001"], *[["VIDEO001"]] * 3]
    assert recording.GetRecordingConfiguration({"RecordingToken": "rec_yard"}).Source.Name == "Yard"
    track = recording.GetTrackConfiguration({"RecordingToken": "rec_yard", "TrackToken": "VIDEO001"})
    assert track.TrackType == "Video"
    track = recording.GetTrackConfiguration({"RecordingToken": "rec_lobby", "TrackToken": "AUDIO001"})
    assert track.TrackType == "Audio"


def test_a_microphone_is_part_of_its_cameras_profile(device: RunningRecorder) -> None:
    """G.711 at 8 kHz from the lobby; the others have no ear."""
    media = service(device, "media")
    assert [source.token for source in media.GetAudioSources()] == ["ear_lobby"]
    heard = {one.token: one.AudioEncoderConfiguration for one in media.GetProfiles()}
    assert (heard["lobby"].Encoding, heard["lobby"].SampleRate, heard["lobby"].Bitrate) == ("G711", 8, 64)
    assert heard["yard"] is None


def test_replay_says_what_it_can(device: RunningRecorder) -> None:
    """Forward only, over TCP, with a session time-out."""
    replay = service(device, "replay")
    capabilities = replay.GetServiceCapabilities()
    assert (capabilities.ReversePlayback, capabilities.RTP_RTSP_TCP) == (False, True)
    assert replay.GetReplayConfiguration().SessionTimeout == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("name", "operation", "arguments", "codes"),
    [
        ("media", "GetProfile", {"ProfileToken": "attic"}, ("Sender", "InvalidArgVal", "NoProfile")),
        (
            "media",
            "GetStreamUri",
            {"StreamSetup": TCP, "ProfileToken": "x"},
            ("Sender", "InvalidArgVal", "NoProfile"),
        ),
        (
            "media",
            "GetStreamUri",
            {"StreamSetup": UDP, "ProfileToken": "yard"},
            ("Sender", "InvalidArgVal", "InvalidStreamSetup"),
        ),
        ("media", "GetSnapshotUri", {"ProfileToken": "yard"}, ("Receiver", "ActionNotSupported")),
        ("device", "SystemReboot", {}, ("Receiver", "ActionNotSupported")),
        (
            "replay",
            "GetReplayUri",
            {"StreamSetup": TCP, "RecordingToken": "x"},
            ("Sender", "InvalidArgVal", "NoRecording"),
        ),
        (
            "recording",
            "GetRecordingConfiguration",
            {"RecordingToken": "x"},
            ("Sender", "InvalidArgVal", "NoRecording"),
        ),
        (
            "recording",
            "GetTrackConfiguration",
            {"RecordingToken": "rec_yard", "TrackToken": "x"},
            ("Sender", "InvalidArgVal", "NoTrack"),
        ),
        (
            "search",
            "GetRecordingInformation",
            {"RecordingToken": "x"},
            ("Sender", "InvalidArgVal", "InvalidToken"),
        ),
    ],
)
def test_what_is_not_there_is_a_fault_with_its_code(
    device: RunningRecorder, name, operation, arguments, codes
) -> None:
    """Wrong tokens and operations not offered get the standard's fault codes."""
    with pytest.raises(ONVIFError) as raised:
        getattr(service(device, name), operation)(arguments)
    assert refusal(raised.value).codes == codes
