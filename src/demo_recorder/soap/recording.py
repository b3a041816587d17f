"""The recording service: which recordings there are (ONVIF Recording Control Service Specification)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from demo_recorder.cameras import SOUND_TRACK, VIDEO_TRACK
from demo_recorder.recording import Recording
from demo_recorder.soap.faults import invalid_value
from demo_recorder.soap.service import Call, Service, find_recording
from demo_recorder.soap.wsdl import Answer

NAMESPACE = "http://www.onvif.org/ver10/recording/wsdl"


def recording_service(recordings: Sequence[Recording], retention: timedelta = timedelta(0)) -> Service:
    """The service that describes how the recordings are made; a retention of zero means no limit."""
    capabilities = {
        "DynamicRecordings": False,
        "DynamicTracks": False,
        "Encoding": _encodings(recordings),
        "MaxRecordings": float(len(recordings)),
        "Options": False,
    }
    return Service(
        path="recording_service",
        wsdl="recording.wsdl",
        namespace=NAMESPACE,
        handlers={
            "GetServiceCapabilities": lambda _: {"Capabilities": capabilities},
            "GetRecordings": lambda _: {
                "RecordingItem": [_item(recording, retention) for recording in recordings]
            },
            "GetRecordingConfiguration": lambda call: {
                "RecordingConfiguration": _configuration(_recording(call, recordings), retention)
            },
            "GetTrackConfiguration": lambda call: _track(call, recordings),
        },
    )


def tracks_of(recording: Recording) -> dict[str, dict[str, Any]]:
    """The tracks of a recording by their tokens, described."""
    video = {"TrackType": "Video", "Description": f"{recording.camera.codec.spoken} video"}
    if recording.camera.sound is None:
        return {VIDEO_TRACK: video}
    heard = {"TrackType": "Audio", "Description": f"{recording.camera.sound.spoken} sound"}
    return {VIDEO_TRACK: video, SOUND_TRACK: heard}


def source_of(recording: Recording) -> dict[str, Any]:
    """Where a recording comes from; its source is the camera's media profile."""
    camera = recording.camera
    return {
        "SourceId": camera.token,
        "Name": camera.name,
        "Location": camera.location,
        "Description": "Synthetic camera",
        "Address": "",
    }


def _encodings(recordings: Sequence[Recording]) -> list[str]:
    cameras = [recording.camera for recording in recordings]
    heard = {camera.sound.value for camera in cameras if camera.sound is not None}
    return sorted(heard | {camera.codec.value for camera in cameras})


def _recording(call: Call, recordings: Sequence[Recording]) -> Recording:
    token = call.argument("RecordingToken")
    fault = invalid_value("NoRecording", f"there is no recording {token!r}")
    return find_recording(recordings, token, fault)


def _configuration(recording: Recording, retention: timedelta) -> dict[str, Any]:
    return {
        "Source": source_of(recording),
        "Content": f"Video of {recording.camera.name}",
        "MaximumRetentionTime": retention,
    }


def _item(recording: Recording, retention: timedelta) -> dict[str, Any]:
    tracks = [
        {"TrackToken": token, "Configuration": described} for token, described in tracks_of(recording).items()
    ]
    return {
        "RecordingToken": recording.token,
        "Configuration": _configuration(recording, retention),
        "Tracks": {"Track": tracks},
    }


def _track(call: Call, recordings: Sequence[Recording]) -> Answer:
    recording = _recording(call, recordings)
    token = call.argument("TrackToken")
    described = tracks_of(recording).get(token)
    if described is None:
        raise invalid_value("NoTrack", f"recording {recording.token!r} has no track {token!r}")
    return {"TrackConfiguration": described}
