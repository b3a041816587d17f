"""What every web service of the device has, and what it needs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from demo_recorder.cameras import Camera
from demo_recorder.recording import Recording
from demo_recorder.soap.faults import Fault
from demo_recorder.soap.wsdl import Answer

Handler = Callable[["Call"], Answer]


@frozen(kw_only=True)
class Call:
    """A request that has been let in."""

    #: The request's element, and its arguments by the names of the WSDL as zeep read them.
    element: Any
    arguments: Any
    #: Where the client finds the web services and the streams, as it addresses the device itself.
    http_base: str
    rtsp_base: str
    now: datetime

    def argument(self, name: str) -> Any:
        """An argument; None when it was left out."""
        return getattr(self.arguments, name, None)


@frozen(kw_only=True)
class Service:
    """A web service: where it is, what it offers, what it answers."""

    #: Last part of its address.
    path: str
    wsdl: str
    namespace: str
    handlers: Mapping[str, Handler]
    #: Operations that need no token (ONVIF Core, access class PRE_AUTH).
    open_to_all: frozenset[str] = frozenset({"GetServiceCapabilities"})


def find_profile(cameras: Sequence[Camera], token: object, fault: Fault) -> Camera:
    """The stream of a camera that a media profile's token names; raises the given fault."""
    for camera in cameras:
        for stream in camera.streams:
            if stream.profile == token:
                return stream
    raise fault


def find_recording(recordings: Sequence[Recording], token: object, fault: Fault) -> Recording:
    """The recording with a token; raises the given fault."""
    for recording in recordings:
        if recording.token == token:
            return recording
    raise fault
