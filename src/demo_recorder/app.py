"""The recorder as a whole: two listening sockets, and what serves them."""

import asyncio
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Self

import uvicorn
from attrs import frozen

from demo_recorder.account import Account
from demo_recorder.cameras import CAMERAS, Camera
from demo_recorder.discovery import Described, answer_probes
from demo_recorder.footage import Footage
from demo_recorder.mechanics import Mechanics
from demo_recorder.recording import recordings_since
from demo_recorder.rtsp.connection import Streams
from demo_recorder.rtsp.server import RtspServer
from demo_recorder.rtsp.stream import Studio
from demo_recorder.soap.device import SCOPES, device_service
from demo_recorder.soap.endpoint import soap_application
from demo_recorder.soap.events import PATH as EVENTS_PATH
from demo_recorder.soap.events import EventService
from demo_recorder.soap.media import media2_service, media_service
from demo_recorder.soap.ptz import ptz_service
from demo_recorder.soap.recording import recording_service
from demo_recorder.soap.replay import replay_service
from demo_recorder.soap.search import search_service
from demo_recorder.soap.sign_in import Gate, SignIn
from demo_recorder.timebase import Clock, system_clock

_BACKLOG = 64
_SHUTDOWN_SECONDS = 2


class PortTakenError(Exception):
    """A port is in use, or must not be used."""


@frozen(kw_only=True)
class Settings:
    """How to run the recorder."""

    host: str
    #: 0 lets the system choose.
    http_port: int
    rtsp_port: int
    account: Account
    #: When the recordings began.
    since: datetime
    clock: Clock = system_clock
    #: What it says about how long it keeps recordings; zero for no limit. It deletes nothing.
    retention: timedelta = timedelta(0)
    #: How ONVIF clients sign in; RTSP clients always do so by Digest.
    sign_in: SignIn = SignIn.TOKEN
    cameras: tuple[Camera, ...] = CAMERAS
    #: Tells this recorder from another one.
    serial: str = "DEMO-0001"
    #: Speak TLS alone, in both halves, with a certificate and its key.
    tls: ssl.SSLContext | None = None
    #: Answer searches of the network (WS-Discovery).
    discovery: bool = False


class _HttpServer(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Recorder:
    """A running recorder; used as an asynchronous context manager."""

    def __init__(self, settings: Settings) -> None:
        """Take the ports; raises PortTakenError. Serving begins on entry."""
        self._settings = settings
        self._http_socket = _listen(settings.host, settings.http_port)
        try:
            self._rtsp_socket = _listen(settings.host, settings.rtsp_port)
        except PortTakenError:
            self._http_socket.close()
            raise
        mechanics = Mechanics()
        self._footage = Footage(turns=mechanics.position)
        recordings = recordings_since(settings.since, settings.cameras)
        studio = Studio(footage=self._footage, clock=settings.clock)
        streams = Streams(studio=studio, recordings=recordings, account=settings.account)
        self._rtsp = RtspServer(streams, settings.tls)
        others = (
            media_service(settings.cameras),
            media2_service(settings.cameras),
            recording_service(recordings, settings.retention),
            search_service(recordings),
            replay_service(recordings),
            ptz_service(mechanics),
        )
        gate = Gate(settings.account, settings.clock, settings.sign_in)
        self._events = EventService(gate, settings.clock)
        application = soap_application(
            (device_service(others, gate, settings.serial), *others),
            gate=gate,
            clock=settings.clock,
            rtsp_at=("rtsps" if settings.tls else "rtsp", self.rtsp_port),
            more={
                EVENTS_PATH: self._events.post,
                f"{EVENTS_PATH}/{{subscription}}": self._events.manage,
            },
        )
        config = uvicorn.Config(
            application,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        if settings.tls is not None:
            config.load()
            config.ssl = settings.tls
        self._http = _HttpServer(config)
        self._http_task: asyncio.Task[None] | None = None
        self._discovery: asyncio.DatagramTransport | None = None

    @property
    def device_url(self) -> str:
        """The address of the device management service."""
        host, port = self._http_socket.getsockname()[:2]
        scheme = "https" if self._settings.tls else "http"
        return f"{scheme}://{_bracketed(host)}:{port}/onvif/device_service"

    @property
    def rtsp_port(self) -> int:
        """The port of the RTSP server."""
        return int(self._rtsp_socket.getsockname()[1])

    async def __aenter__(self) -> Self:
        """Serve; requests that come before are answered from here on."""
        if self._settings.discovery:
            described = Described(identity=self._settings.serial, address=self.device_url, scopes=SCOPES)
            self._discovery = await answer_probes(described, self._settings.host)
        await self._rtsp.start(self._rtsp_socket)
        self._http_task = asyncio.create_task(self._http.serve(sockets=[self._http_socket]))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close connections and ports."""
        if self._discovery is not None:
            self._discovery.close()
        self._events.close()
        self._http.should_exit = True
        await self._rtsp.stop()
        if self._http_task is not None:
            await self._http_task
        self._footage.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        # asyncio and socket add the address in ways of their own; name lookups have negative numbers.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise PortTakenError(f"cannot listen on {_bracketed(host)}:{port}: {reason}") from error


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
