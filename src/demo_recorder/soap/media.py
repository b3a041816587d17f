"""The media service: one fixed profile per camera (ONVIF Media Service Specification)."""

from datetime import timedelta
from typing import Any

from demo_recorder.cameras import CAMERAS, HEIGHT, WIDTH, Camera
from demo_recorder.rtsp.connection import SESSION_TIMEOUT
from demo_recorder.soap.faults import invalid_value
from demo_recorder.soap.ptz import configuration as ptz_configuration
from demo_recorder.soap.service import Call, Service, find_camera
from demo_recorder.soap.wsdl import Answer
from demo_recorder.sound import SAMPLE_RATE
from demo_recorder.timebase import FRAME_RATE, GROUP_FRAMES

NAMESPACE = "http://www.onvif.org/ver10/media/wsdl"

_TIMEOUT = timedelta(seconds=SESSION_TIMEOUT)
_TCP_PROTOCOLS = ("RTSP", "TCP")
_CAPABILITIES = {
    "SnapshotUri": False,
    "Rotation": False,
    "VideoSourceMode": False,
    "OSD": False,
    "ProfileCapabilities": {"MaximumNumberOfProfiles": len(CAMERAS)},
    "StreamingCapabilities": {"RTPMulticast": False, "RTP_TCP": False, "RTP_RTSP_TCP": True},
}


_NO_MULTICAST = {
    "Address": {"Type": "IPv4", "IPv4Address": "0.0.0.0"},  # noqa: S104 - says "none"
    "Port": 0,
    "TTL": 0,
    "AutoStart": False,
}


def media_service() -> Service:
    """The service that knows the cameras and their live streams."""
    return Service(
        path="media_service",
        wsdl="media.wsdl",
        namespace=NAMESPACE,
        handlers={
            "GetServiceCapabilities": lambda _: {"Capabilities": _CAPABILITIES},
            "GetProfiles": lambda _: {"Profiles": [_profile(camera) for camera in CAMERAS]},
            "GetProfile": lambda call: {"Profile": _profile(_camera(call))},
            "GetAudioSources": lambda _: {
                "AudioSources": [{"token": _ear(camera), "Channels": 1} for camera in CAMERAS if camera.hears]
            },
            "GetVideoSources": lambda _: {"VideoSources": [_video_source(camera) for camera in CAMERAS]},
            "GetStreamUri": _stream_uri,
        },
    )


def _camera(call: Call) -> Camera:
    token = call.argument("ProfileToken")
    return find_camera(token, invalid_value("NoProfile", f"there is no media profile {token!r}"))


def _stream_uri(call: Call) -> Answer:
    camera = _camera(call)
    setup = call.argument("StreamSetup")
    refuse_other_transports(setup)
    return {
        "MediaUri": {
            "Uri": f"{call.rtsp_base}/live/{camera.token}",
            "InvalidAfterConnect": False,
            "InvalidAfterReboot": False,
            "Timeout": timedelta(0),
        }
    }


def refuse_other_transports(setup: Any) -> None:
    """Raise a fault unless a stream set-up asks for unicast RTP within the RTSP connection."""
    protocol = getattr(getattr(setup, "Transport", None), "Protocol", None)
    if getattr(setup, "Stream", None) != "RTP-Unicast" or protocol not in _TCP_PROTOCOLS:
        raise invalid_value("InvalidStreamSetup", "streams are sent as RTP-Unicast over RTSP only")


def _profile(camera: Camera) -> dict[str, Any]:
    moves = {"PTZConfiguration": ptz_configuration()} if camera.movable else {}
    hears = _sound_configurations(camera) if camera.hears else {}
    return (
        moves
        | hears
        | {
            "token": camera.token,
            "fixed": True,
            "Name": camera.name,
            "VideoSourceConfiguration": {
                "token": f"{camera.source}_config",
                "Name": camera.name,
                "UseCount": 1,
                "SourceToken": camera.source,
                "Bounds": {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT},
            },
            "VideoEncoderConfiguration": {
                "token": f"enc_{camera.token}",
                "Name": f"{camera.name} H.264",
                "UseCount": 1,
                "Encoding": "H264",
                "Resolution": {"Width": WIDTH, "Height": HEIGHT},
                "Quality": 5.0,
                "RateControl": {"FrameRateLimit": FRAME_RATE, "EncodingInterval": 1, "BitrateLimit": 512},
                "H264": {"GovLength": GROUP_FRAMES, "H264Profile": "Baseline"},
                "Multicast": _NO_MULTICAST,
                "SessionTimeout": _TIMEOUT,
            },
        }
    )


def _sound_configurations(camera: Camera) -> dict[str, Any]:
    return {
        "AudioSourceConfiguration": {
            "token": f"{_ear(camera)}_config",
            "Name": f"{camera.name} microphone",
            "UseCount": 1,
            "SourceToken": _ear(camera),
        },
        "AudioEncoderConfiguration": {
            "token": f"sound_{camera.token}",
            "Name": f"{camera.name} G.711",
            "UseCount": 1,
            "Encoding": "G711",
            "Bitrate": SAMPLE_RATE * 8 // 1000,
            "SampleRate": SAMPLE_RATE // 1000,
            "Multicast": _NO_MULTICAST,
            "SessionTimeout": _TIMEOUT,
        },
    }


def _ear(camera: Camera) -> str:
    """Names the camera's microphone."""
    return f"ear_{camera.token}"


def _video_source(camera: Camera) -> dict[str, Any]:
    return {
        "token": camera.source,
        "Framerate": float(FRAME_RATE),
        "Resolution": {"Width": WIDTH, "Height": HEIGHT},
    }
