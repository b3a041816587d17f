"""The conversation that opens, keeps and ends one RTSP session (RFC 2326 section 10)."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

import attrs

from incident_plugin.adapters.rtsp.connection import Connection, Headers
from incident_plugin.adapters.rtsp.errors import BrokenProtocol, Refused, RtspError
from incident_plugin.adapters.rtsp.messages import Response
from incident_plugin.adapters.rtsp.sdp import VideoDescription, on_host_of, parse_description
from incident_plugin.adapters.rtsp.words import recorder_at

_DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322}
_DEFAULT_TIMEOUT = 60.0
#: Part of the session's time-out after which it is refreshed.
_REFRESH = 0.4
_METHOD_UNKNOWN = (405, 455, 501)
_NOT_IN_THIS_STATE = 455


@attrs.frozen(kw_only=True)
class Limits:
    """How long to wait for a recorder, in seconds."""

    #: Connecting, and every request.
    request: float = 4.0
    #: A live camera sends nothing.
    silence: float = 4.5
    #: A live camera sends packets, and no picture comes of them: key pictures may be far apart.
    picture: float = 30.0
    #: A recorder sends nothing before the first picture of a recording.
    first: float = 4.5
    #: A recorder sends nothing in the middle of a recording: where a gap is, disks may have to start.
    replay: float = 15.0
    #: A recorder sends nothing after the last picture that can be expected.
    tail: float = 1.0
    #: The answer to a farewell.
    farewell: float = 0.8


@attrs.frozen(kw_only=True)
class Address:
    """An RTSP URL that can be used."""

    url: str
    host: str
    port: int
    #: Whether the connection is encrypted (TLS).
    encrypted: bool = False

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read a URL; user names within are dropped. Raises ``BrokenProtocol``."""
        try:
            parts = urlsplit(url)
            scheme = parts.scheme.lower()
            port = parts.port or _DEFAULT_PORTS.get(scheme, 0)
        except ValueError as error:
            raise BrokenProtocol(f"not an address: {url[:80]!r}") from error
        if scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise BrokenProtocol(f"not an RTSP address: {url[:80]!r}")
        netloc = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        clean = parts._replace(scheme=scheme, netloc=f"{netloc}:{port}", fragment="").geturl()
        return cls(url=clean, host=parts.hostname, port=port, encrypted=scheme == "rtsps")

    @property
    def place(self) -> str:
        """Host and port, as messages name them."""
        return f"{self.host}:{self.port}"


class Session:
    """One session with one video on one connection."""

    def __init__(self, connection: Connection, address: Address, limits: Limits, name: str = "") -> None:
        self.connection = connection
        self._address = address
        self._limits = limits
        self._name = name
        self._video: VideoDescription | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._refresh = _DEFAULT_TIMEOUT * _REFRESH
        self._keep_alive_method = "GET_PARAMETER"
        #: Channel of the RTP packets; the next one has RTCP.
        self.channel = 0
        self.sound_channel: int | None = None
        self.metadata_channel: int | None = None

    @property
    def named(self) -> str:
        """The recorder, as messages name it."""
        return recorder_at(self._name, self._address.place)

    async def describe(self) -> VideoDescription:
        """Ask what there is; raises ``RtspError``."""
        answer = await self._request("DESCRIBE", self._address.url, (("Accept", "application/sdp"),))
        base = answer.header("content-base") or answer.header("content-location") or self._address.url
        text = answer.body.decode("utf-8", errors="replace")
        self._video = parse_description(text, on_host_of(self._address.url, base))
        return self._video

    async def play(self, video: VideoDescription, *, sound: bool = False, metadata: bool = False) -> Response:
        """Set up what is shown live and start it; gives the answer to PLAY."""
        await self.set_up(video, (), sound=sound, metadata=metadata)
        return await self.start(video, ())

    async def set_up(
        self, video: VideoDescription, headers: Headers, *, sound: bool = False, metadata: bool = False
    ) -> None:
        """Set up the video over this connection; raises ``RtspError``.

        Sound and metadata are set up too where they are asked for and there are any. A recorder that refuses
        them still gives its pictures.
        """
        answer, self.channel = await self._set_up(video.setup_url, 0, headers)
        identity, _, rest = (answer.header("session") or "").partition(";")
        self.connection.session = identity.strip() or None
        found = re.search(r"timeout=(\d{1,5})", rest)
        self._refresh = (float(found[1]) or _DEFAULT_TIMEOUT if found else _DEFAULT_TIMEOUT) * _REFRESH
        if sound and video.sound is not None:
            self.sound_channel = await self._also(video.sound.setup_url, 2, headers)
        if metadata and video.metadata is not None:
            self.metadata_channel = await self._also(video.metadata.setup_url, 4, headers)

    async def start(self, video: VideoDescription, headers: Headers) -> Response:
        """Play what is set up, also once more; gives the answer to PLAY. Raises ``RtspError``."""
        self.connection.forget_packets()
        answer = await self._request("PLAY", video.session_url, headers)
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep_alive(video.session_url, self._refresh))
        return answer

    async def _set_up(self, url: str, channel: int, headers: Headers) -> tuple[Response, int]:
        transport = ("Transport", f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}")
        answer = await self._request("SETUP", url, (transport, *headers))
        given = re.search(r"interleaved=(\d{1,3})", answer.header("transport") or "")
        return answer, int(given[1]) if given else channel

    async def _also(self, url: str, channel: int, headers: Headers) -> int | None:
        try:
            return (await self._set_up(url, channel, headers))[1]
        except Refused:
            return None

    async def pause(self, video: VideoDescription) -> None:
        """Stop what is sent, whether or not it came to its end; raises ``RtspError``."""
        self.connection.discard(True)
        try:
            await self.connection.request("PAUSE", video.session_url, limit=self._limits.farewell)
        except Refused as refusal:
            # Nothing was being sent any more (RFC 2326 section 11.3.6).
            if refusal.status != _NOT_IN_THIS_STATE:
                raise
        self.connection.discard(False)

    async def alive(self) -> None:
        """Make sure that the recorder still answers; raises ``RtspError`` if not."""
        await self._request("OPTIONS", self._address.url, ())

    def report(self, channel: int, data: bytes) -> None:
        """Send RTCP for the stream of a channel, if there is any."""
        if data:
            self.connection.send_packet(channel + 1, data)

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
