"""The media services: one fixed profile per camera (ONVIF Media and Media2 Service Specifications)."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from demo_recorder.cameras import HEIGHT, WIDTH, Camera, Codec, SoundCodec
from demo_recorder.rtsp.connection import SESSION_TIMEOUT
from demo_recorder.soap.faults import Fault, invalid_value
from demo_recorder.soap.ptz import CONFIGURATION, NODE
from demo_recorder.soap.ptz import configuration as ptz_configuration
from demo_recorder.soap.service import Call, Service, find_profile
from demo_recorder.soap.wsdl import Answer
from demo_recorder.sound import SOUNDS
from demo_recorder.timebase import FRAME_RATE, GROUP_FRAMES

NAMESPACE = "http://www.onvif.org/ver10/media/wsdl"
NAMESPACE_2 = "http://www.onvif.org/ver20/media/wsdl"

_KILOBITS = 512

_TIMEOUT = timedelta(seconds=SESSION_TIMEOUT)
_TCP_PROTOCOLS = ("RTSP", "TCP")
_CAPABILITIES = {
    "SnapshotUri": False,
    "Rotation": False,
    "VideoSourceMode": False,
    "OSD": False,
    "StreamingCapabilities": {"RTPMulticast": False, "RTP_TCP": False, "RTP_RTSP_TCP": True},
}


_NO_MULTICAST = {
    "Address": {"Type": "IPv4", "IPv4Address": "0.0.0.0"},  # noqa: S104 - says "none"
    "Port": 0,
    "TTL": 0,
    "AutoStart": False,
}


def media_service(cameras: Sequence[Camera]) -> Service:
    """The service that knows the cameras and their live streams."""
    streams = [stream for camera in cameras for stream in camera.streams]
    capabilities = _CAPABILITIES | {"ProfileCapabilities": {"MaximumNumberOfProfiles": len(streams)}}
    hearing = [camera for camera in cameras if camera.sound is not None]
    return Service(
        path="media_service",
        wsdl="media.wsdl",
        namespace=NAMESPACE,
        handlers={
            "GetServiceCapabilities": lambda _: {"Capabilities": capabilities},
            "GetProfiles": lambda _: {"Profiles": [_profile(stream) for stream in streams]},
            "GetProfile": lambda call: {"Profile": _profile(_camera(cameras, call))},
            "GetAudioSources": lambda _: {
                "AudioSources": [{"token": _ear(camera), "Channels": 1} for camera in hearing]
            },
            "GetVideoSources": lambda _: {"VideoSources": [_video_source(camera) for camera in cameras]},
            "GetStreamUri": partial(_stream_uri, cameras),
        },
    )


def media2_service(cameras: Sequence[Camera]) -> Service:
    """The newer service, which alone can tell of H.265; its profiles are those of the older one."""
    return Service(
        path="media2_service",
        wsdl="media2.wsdl",
        namespace=NAMESPACE_2,
        handlers={
            "GetProfiles": partial(_profiles2, cameras),
            "GetStreamUri": partial(_stream_uri2, cameras),
        },
    )


def _camera(cameras: Sequence[Camera], call: Call) -> Camera:
    token = call.argument("ProfileToken")
    return find_profile(cameras, token, _no_profile(token))


def _no_profile(token: object) -> Fault:
    return invalid_value("NoProfile", f"there is no media profile {token!r}")


def _stream_uri(cameras: Sequence[Camera], call: Call) -> Answer:
    camera = _camera(cameras, call)
    setup = call.argument("StreamSetup")
    refuse_other_transports(setup)
    return {
        "MediaUri": {
            "Uri": f"{call.rtsp_base}/live/{camera.profile}",
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
    profile: dict[str, Any] = {
        "token": camera.profile,
        "fixed": True,
        "Name": camera.title,
        "VideoSourceConfiguration": _source(camera),
    }
    # The older service has no word for H.265: such a profile is without its encoder.
    if camera.codec is Codec.H264:
        profile["VideoEncoderConfiguration"] = _encoder(camera)
    if camera.movable:
        profile["PTZConfiguration"] = ptz_configuration()
    return profile | (_sound_configurations(camera, camera.sound) if camera.sound else {})


def _source(camera: Camera) -> dict[str, Any]:
    return {
        "token": f"{camera.source}_config",
        "Name": camera.name,
        "UseCount": 2,
        "SourceToken": camera.source,
        "Bounds": {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT},
    }


def _encoder(camera: Camera) -> dict[str, Any]:
    return _coding(camera) | {
        "RateControl": {"FrameRateLimit": FRAME_RATE, "EncodingInterval": 1, "BitrateLimit": _KILOBITS},
        "H264": {"GovLength": GROUP_FRAMES, "H264Profile": "Baseline"},
        "Multicast": _NO_MULTICAST,
        "SessionTimeout": _TIMEOUT,
    }


def _encoder2(camera: Camera) -> dict[str, Any]:
    return _coding(camera) | {
        "GovLength": GROUP_FRAMES,
        "Profile": "Main" if camera.codec is Codec.H265 else "Baseline",
        "RateControl": {"FrameRateLimit": float(FRAME_RATE), "BitrateLimit": _KILOBITS},
    }


def _coding(camera: Camera) -> dict[str, Any]:
    width, height = camera.size
    return {
        "token": f"enc_{camera.profile}",
        "Name": f"{camera.title} {camera.codec.spoken}",
        "UseCount": 1,
        "Encoding": camera.codec.value,
        "Resolution": {"Width": width, "Height": height},
        "Quality": 5.0,
    }


def _profiles2(cameras: Sequence[Camera], call: Call) -> Answer:
    """ONVIF Media2 section 5.2.2: all profiles or one; configurations only of the kinds asked for."""
    token = call.argument("Token")
    streams = [stream for camera in cameras for stream in camera.streams]
    shown = [find_profile(cameras, token, _no_profile(token))] if token else streams
    kinds = set(call.argument("Type") or ())
    return {"Profiles": [_profile2(camera, kinds) for camera in shown]}


def _profile2(camera: Camera, kinds: set[str]) -> dict[str, Any]:
    parts: dict[str, Any] = {"VideoSource": _source(camera), "VideoEncoder": _encoder2(camera)}
    if camera.sound is not None:
        parts["AudioSource"] = _sound_source(camera)
        parts["AudioEncoder"] = _sound_encoder2(camera, camera.sound)
    if camera.movable:
        parts["PTZ"] = {"token": CONFIGURATION, "Name": "PTZ", "UseCount": 1, "NodeToken": NODE}
    shown = {kind: part for kind, part in parts.items() if {"All", kind} & kinds}
    profile = {"token": camera.profile, "fixed": True, "Name": camera.title}
    return profile | ({"Configurations": shown} if shown else {})


def _stream_uri2(cameras: Sequence[Camera], call: Call) -> Answer:
    if call.argument("Protocol") != "RTSP":
        raise invalid_value("InvalidStreamSetup", "streams are sent over RTSP within its TCP connection only")
    return {"Uri": f"{call.rtsp_base}/live/{_camera(cameras, call).profile}"}


def _sound_configurations(camera: Camera, codec: SoundCodec) -> dict[str, Any]:
    sound = SOUNDS[codec]
    return {
        "AudioSourceConfiguration": _sound_source(camera),
        "AudioEncoderConfiguration": {
            "token": f"sound_{camera.token}",
            "Name": f"{camera.name} {codec.spoken}",
            "UseCount": 2,
            "Encoding": codec.value,
            "Bitrate": sound.bits // 1000,
            "SampleRate": sound.rate // 1000,
            "Multicast": _NO_MULTICAST,
            "SessionTimeout": _TIMEOUT,
        },
    }


def _sound_source(camera: Camera) -> dict[str, Any]:
    return {
        "token": f"{_ear(camera)}_config",
        "Name": f"{camera.name} microphone",
        "UseCount": 2,
        "SourceToken": _ear(camera),
    }


def _sound_encoder2(camera: Camera, codec: SoundCodec) -> dict[str, Any]:
    """Here codings have the names that RTP gives them (ONVIF Media2 section 5.2.1)."""
    sound = SOUNDS[codec]
    return {
        "token": f"sound_{camera.token}",
        "Name": f"{camera.name} {codec.spoken}",
        "UseCount": 2,
        "Encoding": sound.encoding.partition("/")[0],
        "Bitrate": sound.bits // 1000,
        "SampleRate": sound.rate // 1000,
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
