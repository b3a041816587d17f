"""One RTSP connection with at most one session (RFC 2326 sections 10 and A.2)."""

import asyncio
import logging
import re
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence

from attrs import define, evolve, field, frozen

from demo_recorder.account import Account
from demo_recorder.recording import Recording
from demo_recorder.rtsp.digest import DigestGuard
from demo_recorder.rtsp.message import (
    BadMessageError,
    Headers,
    RefusedError,
    Request,
    Response,
    read_request,
)
from demo_recorder.rtsp.rtp import PAYLOAD_TYPE, RtpPacketiser
from demo_recorder.rtsp.sdp import describe
from demo_recorder.rtsp.stream import LiveStream, Outputs, ReplayStream, Stream, Studio
from demo_recorder.rtsp.target import (
    SOUND,
    VIDEO,
    ReplayRequest,
    Target,
    clock_text,
    find_track,
    read_replay_request,
)
from demo_recorder.sound import SOUNDS
from demo_recorder.timebase import FrameNumber, moment_of, rtp_ticks_of

_LOG = logging.getLogger(__name__)

#: Seconds that a client is told to let pass at most between signs of life.
SESSION_TIMEOUT = 60

# What waits for a slow viewer, here and in the system: a second or two of live view while it changes much.
_WRITE_AHEAD_BYTES = 64 << 10
_SEND_BUFFER_BYTES = 64 << 10
_FEATURE = "onvif-replay"
_TRANSPORT = re.compile(r"RTP/AVP/TCP;.*interleaved=(\d{1,3})-(\d{1,3})", re.IGNORECASE)
_TRANSPORT_PLAIN = re.compile(r"RTP/AVP/TCP(;.*)?", re.IGNORECASE)
_LAST_CHANNEL = 254

_Answer = Callable[[Request], Awaitable[Response]]


@frozen(kw_only=True)
class Streams:
    """What the server has to offer, and to whom."""

    studio: Studio
    recordings: Sequence[Recording]
    account: Account
    #: Seconds without a request after which a connection that plays nothing is closed.
    idle_timeout: float = SESSION_TIMEOUT


@define(kw_only=True)
class _Session:
    target: Target
    outputs: Outputs = field(factory=Outputs)
    id: str = field(factory=lambda: secrets.token_hex(8))
    stream: Stream | None = None
    task: "asyncio.Task[None] | None" = None

    @property
    def is_playing(self) -> bool:
        return self.task is not None and not self.task.done()

    async def stop(self) -> None:
        task, self.task = self.task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])


class Connection:
    """Answers the requests of one client and sends it the stream it plays."""

    def __init__(self, streams: Streams, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take over an accepted connection."""
        self._streams = streams
        self._reader = reader
        self._writer = writer
        self._guard = DigestGuard(streams.account)
        self._session: _Session | None = None
        self._answers: dict[str, _Answer] = {
            "OPTIONS": self._options,
            "DESCRIBE": self._describe,
            "SETUP": self._setup,
            "PLAY": self._play,
            "PAUSE": self._pause,
            "TEARDOWN": self._teardown,
            "GET_PARAMETER": self._get_parameter,
        }
        writer.transport.set_write_buffer_limits(high=_WRITE_AHEAD_BYTES)
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)

    async def serve(self) -> None:
        """Serve until the client leaves, falls silent or sends what cannot be understood."""
        try:
            while True:
                request = await self._next_request()
                response = await self._answer(request)
                self._writer.write(response.encoded(request))
                await self._writer.drain()
        except BadMessageError as error:
            _LOG.info("RTSP connection closed: %s", error)
            self._writer.write(b"RTSP/1.0 400 Bad Request\r\nConnection: close\r\n\r\n")
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            await self._close()

    async def _next_request(self) -> Request:
        """Wait for a request: without limit while something plays, for that is a sign of life, too."""
        playing = self._session is not None and self._session.is_playing
        timeout = None if playing else self._streams.idle_timeout
        return await asyncio.wait_for(read_request(self._reader), timeout)

    async def _close(self) -> None:
        if self._session is not None:
            await self._session.stop()
        self._writer.close()

    async def _answer(self, request: Request) -> Response:
        try:
            _refuse_unknown_features(request)
            if request.method != "OPTIONS":
                self._guard.check(request)
            return await self._answers.get(request.method, self._not_implemented)(request)
        except RefusedError as refused:
            return refused.response
        except Exception:  # noqa: BLE001 - the client is told, and may ask for something else
            _LOG.exception("%s %s could not be answered", request.method, request.uri)
            return Response(status=500)

    def _public(self) -> tuple[str, str]:
        return "Public", ", ".join(self._answers)

    async def _options(self, _: Request) -> Response:
        return Response(headers=Headers((self._public(),)))

    async def _not_implemented(self, _: Request) -> Response:
        return Response(status=501, headers=Headers((self._public(),)))

    async def _get_parameter(self, request: Request) -> Response:
        if request.headers.get("Session") is None:
            return Response()
        return _session_response(self._current(request))

    async def _describe(self, request: Request) -> Response:
        target, _ = find_track(request.uri, self._streams.recordings)
        studio = self._streams.studio
        sets = await studio.footage.parameter_sets(target.camera, studio.newest())
        base = request.uri.rstrip("/") + "/"
        return Response(
            headers=Headers((("Content-Base", base), ("Content-Type", "application/sdp"))),
            body=describe(target, sets, studio.clock()),
        )

    async def _setup(self, request: Request) -> Response:
        target, track = find_track(request.uri, self._streams.recordings)
        old = self._session
        if old is not None and (old.is_playing or old.target != target):
            raise RefusedError(455)
        # With the session's name a track joins it; without, the client begins again.
        session = self._current(request) if request.headers.get("Session") else _Session(target=target)
        channel = _channel(request.headers.get("Transport") or "", 2 if track == SOUND else 0)
        heard = SOUNDS.get(target.camera.sound) if target.camera.sound else None
        output = RtpPacketiser(channel, heard.payload_type if track == SOUND and heard else PAYLOAD_TYPE)
        session.outputs = evolve(session.outputs, heard=heard, **{track: output})
        self._session = session
        transport = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1};ssrc={output.ssrc:08X}"
        return Response(
            headers=Headers(
                (("Session", f"{session.id};timeout={SESSION_TIMEOUT}"), ("Transport", transport))
            )
        )

    async def _play(self, request: Request) -> Response:
        session = self._current(request)
        stream, extra = self._stream_for(request, session)
        await session.stop()
        session.stream = stream
        response = _session_response(session, *extra, ("RTP-Info", _rtp_info(request.uri, session, stream)))
        # The first packet must not overtake this answer: the task first runs when the answer is written.
        session.task = asyncio.create_task(self._run(stream))
        return response

    def _stream_for(self, request: Request, session: _Session) -> tuple[Stream, tuple[tuple[str, str], ...]]:
        studio, recording = self._streams.studio, session.target.recording
        if recording is None:
            live = LiveStream(camera=session.target.camera, studio=studio, outputs=session.outputs)
            return live, (("Range", "npt=now-"),)
        wanted = read_replay_request(request.headers, recording)
        if recording.end is not None:
            wanted = evolve(wanted, end=min(wanted.end or recording.end, recording.end))
        replay = ReplayStream(
            recording=recording,
            request=wanted,
            studio=studio,
            outputs=session.outputs,
            cseq=request.cseq,
            follows_another=session.stream is not None and wanted.start is not None,
            first=self._replay_start(wanted, recording, session),
        )
        return replay, _replay_headers(replay)

    def _replay_start(self, wanted: ReplayRequest, recording: Recording, session: _Session) -> FrameNumber:
        if wanted.start is None:
            return recording.start if session.stream is None else session.stream.position
        first = recording.replay_start(wanted.start)
        if first > self._streams.studio.newest() or (wanted.end is not None and first >= wanted.end):
            raise RefusedError(457)
        return first

    async def _run(self, stream: Stream) -> None:
        try:
            await stream.run(self._writer)
        except ConnectionError:
            pass
        except Exception:  # noqa: BLE001 - the connection ends, the server goes on
            _LOG.exception("Stream of %s broke off", self._writer.get_extra_info("peername"))
            self._writer.close()

    async def _pause(self, request: Request) -> Response:
        session = self._current(request)
        if not session.is_playing:
            raise RefusedError(455)
        await session.stop()
        return _session_response(session)

    async def _teardown(self, request: Request) -> Response:
        session = self._current(request)
        await session.stop()
        self._session = None
        return _session_response(session)

    def _current(self, request: Request) -> _Session:
        """The session a request belongs to; refuses with 454 one that is not there."""
        given = (request.headers.get("Session") or "").partition(";")[0].strip()
        if self._session is None or given != self._session.id:
            raise RefusedError(454)
        if find_track(request.uri, self._streams.recordings)[0] != self._session.target:
            raise RefusedError(404)
        return self._session


def _refuse_unknown_features(request: Request) -> None:
    """RFC 2326 section 12.32: 551 names what is required and not known."""
    required = map(str.strip, (request.headers.get("Require") or "").split(","))
    unknown = [feature for feature in required if feature and feature != _FEATURE]
    if unknown:
        raise RefusedError(551, [("Unsupported", ", ".join(unknown))])


def _rtp_info(uri: str, session: _Session, stream: Stream) -> str:
    """Where each track's packets begin (RFC 2326 section 12.33)."""
    base = re.sub(f"/({VIDEO}|{SOUND})$", "", uri.rstrip("/"))
    heard = session.outputs.heard
    starts = {VIDEO: rtp_ticks_of(stream.first)}
    if heard is not None:
        starts[SOUND] = heard.ticks_of(heard.packets_with(stream.first)[0])
    outputs = {VIDEO: session.outputs.video, SOUND: session.outputs.sound}
    return ",".join(
        f"url={base}/{track};seq={output.next_sequence};rtptime={output.timestamp(starts[track])}"
        for track, output in outputs.items()
        if output is not None
    )


def _channel(transport: str, plain: int) -> int:
    """The first channel of the first transport offered that can be used; refuses with 461.

    Who names none gets the channel ``plain``.
    """
    for offer in map(str.strip, transport.split(",")):
        if match := _TRANSPORT.match(offer):
            first, second = int(match[1]), int(match[2])
            if second == first + 1 and first <= _LAST_CHANNEL:
                return first
        elif _TRANSPORT_PLAIN.fullmatch(offer):
            return plain
    raise RefusedError(461)


def _session_response(session: _Session, *fields: tuple[str, str]) -> Response:
    return Response(headers=Headers((("Session", session.id), *fields)))


def _replay_headers(replay: ReplayStream) -> tuple[tuple[str, str], ...]:
    end = "" if replay.request.end is None else clock_text(moment_of(replay.request.end))
    span = f"clock={clock_text(moment_of(replay.first))}-{end}"
    return (
        ("Range", span),
        ("Rate-Control", "yes" if replay.request.rate_control else "no"),
        ("Scale", f"{replay.request.scale:g}"),
    )
