"""The replay service: where a recording is streamed from (ONVIF Replay Control Service Specification)."""

from collections.abc import Sequence
from datetime import timedelta

from demo_recorder.recording import Recording
from demo_recorder.rtsp.connection import SESSION_TIMEOUT
from demo_recorder.soap.faults import invalid_value
from demo_recorder.soap.media import refuse_other_transports
from demo_recorder.soap.service import Call, Service, find_recording
from demo_recorder.soap.wsdl import Answer

NAMESPACE = "http://www.onvif.org/ver10/replay/wsdl"

_CAPABILITIES = {
    "ReversePlayback": False,
    "SessionTimeoutRange": [float(SESSION_TIMEOUT), float(SESSION_TIMEOUT)],
    "RTP_RTSP_TCP": True,
}


def replay_service(recordings: Sequence[Recording]) -> Service:
    """The service that gives the addresses of recorded streams."""
    return Service(
        path="replay_service",
        wsdl="replay.wsdl",
        namespace=NAMESPACE,
        handlers={
            "GetServiceCapabilities": lambda _: {"Capabilities": _CAPABILITIES},
            "GetReplayUri": lambda call: _replay_uri(call, recordings),
            "GetReplayConfiguration": lambda _: {
                "Configuration": {"SessionTimeout": timedelta(seconds=SESSION_TIMEOUT)}
            },
        },
    )


def _replay_uri(call: Call, recordings: Sequence[Recording]) -> Answer:
    token = call.argument("RecordingToken")
    fault = invalid_value("NoRecording", f"there is no recording {token!r}")
    recording = find_recording(recordings, token, fault)
    refuse_other_transports(call.argument("StreamSetup"))
    return {"Uri": f"{call.rtsp_base}/replay/{recording.token}"}
