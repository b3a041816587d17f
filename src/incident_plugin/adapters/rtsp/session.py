"""The conversation that opens, keeps and ends one RTSP session (RFC 2326 section 10)."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

import attrs

from incident_plugin.adapters.rtsp.connection import Connection, Headers
from incident_plugin.adapters.rtsp.errors import BrokenProtocol, RtspError
from incident_plugin.adapters.rtsp.messages import Response
from incident_plugin.adapters.rtsp.sdp import VideoDescription, on_host_of, parse_description

_DEFAULT_PORT = 554
_DEFAULT_TIMEOUT = 60.0
#: Part of the session's time-out after which it is refreshed.
_REFRESH = 0.4
_METHOD_UNKNOWN = (405, 455, 501)


@attrs.frozen(kw_only=True)
class Limits:
    """How long to wait for a recorder, in seconds."""

    #: Connecting, and every request.
    request: float = 5.0
    #: A live camera sends nothing.
    silence: float = 5.0
    #: A recorder sends nothing in the middle of a recording, or before its first picture.
    replay: float = 15.0
    #: A recorder sends nothing after the last picture that can be expected.
    tail: float = 1.0
    #: The answer to a farewell.
    farewell: float = 1.0


@attrs.frozen(kw_only=True)
class Address:
    """An RTSP URL that can be used."""

    url: str
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read a URL; user names within are dropped. Raises ``BrokenProtocol``."""
        try:
            parts = urlsplit(url)
            port = parts.port or _DEFAULT_PORT
        except ValueError as error:
            raise BrokenProtocol(f"not an address: {url[:80]!r}") from error
        if parts.scheme.lower() != "rtsp" or not parts.hostname:
            raise BrokenProtocol(f"not an RTSP address: {url[:80]!r}")
        netloc = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        clean = parts._replace(scheme="rtsp", netloc=f"{netloc}:{port}", fragment="").geturl()
        return cls(url=clean, host=parts.hostname, port=port)

    @property
    def place(self) -> str:
        """Host and port, as messages name them."""
        return f"{self.host}:{self.port}"


class Session:
    """One session with one video on one connection."""

    def __init__(self, connection: Connection, address: Address, limits: Limits) -> None:
        self.connection = connection
        self._address = address
        self._limits = limits
        self._video: VideoDescription | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._keep_alive_method = "GET_PARAMETER"
        #: Channel of the RTP packets; the next one has RTCP.
        self.channel = 0

    @property
    def host(self) -> str:
        """Host and port of the recorder, as messages name them."""
        return self._address.place

    async def describe(self) -> VideoDescription:
        """Ask what there is; raises ``RtspError``."""
        answer = await self._request("DESCRIBE", self._address.url, (("Accept", "application/sdp"),))
        base = answer.header("content-base") or answer.header("content-location") or self._address.url
        text = answer.body.decode("utf-8", errors="replace")
        self._video = parse_description(text, on_host_of(self._address.url, base))
        return self._video

    async def play(self, video: VideoDescription, setup: Headers = (), play: Headers = ()) -> Response:
        """Set up the video over this connection and start it; gives the answer to PLAY."""
        transport = ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1")
        answer = await self._request("SETUP", video.setup_url, (transport, *setup))
        identity, _, rest = (answer.header("session") or "").partition(";")
        self.connection.session = identity.strip() or None
        channels = re.search(r"interleaved=(\d{1,3})", answer.header("transport") or "")
        self.channel = int(channels[1]) if channels else 0
        answer = await self._request("PLAY", video.session_url, play)
        found = re.search(r"timeout=(\d{1,5})", rest)
        interval = (float(found[1]) or _DEFAULT_TIMEOUT if found else _DEFAULT_TIMEOUT) * _REFRESH
        self._keeper = asyncio.create_task(self._keep_alive(video.session_url, interval))
        return answer

    async def alive(self) -> None:
        """Make sure that the recorder still answers; raises ``RtspError`` if not."""
        await self._request("OPTIONS", self._address.url, ())

    async def close(self) -> None:
        """End the session; never raises."""
        if self._keeper is not None:
            self._keeper.cancel()
        video = self._video if self.connection.session else None
        farewell = (lambda: self.connection.send("TEARDOWN", video.session_url)) if video else None
        await self.connection.close(farewell, self._limits.farewell)

    async def _request(self, method: str, url: str, headers: Headers) -> Response:
        return await self.connection.request(method, url, headers, limit=self._limits.request)

    async def _keep_alive(self, url: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            try:
                # Not awaited: while a slow reader holds up the connection no answer can come in.
                self.connection.send(self._keep_alive_method, url).add_done_callback(self._kept_alive)
            except RtspError:
                return

    def _kept_alive(self, answer: asyncio.Future[Response]) -> None:
        if answer.cancelled() or answer.exception() is not None:
            return
        self.connection.learn(answer.result())
        if answer.result().status in _METHOD_UNKNOWN:
            self._keep_alive_method = "OPTIONS"
