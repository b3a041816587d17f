"""One TCP connection to an RTSP server: requests with their replies, and packets in between."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple, cast

from incident_plugin.adapters.rtsp.auth import Authenticator
from incident_plugin.adapters.rtsp.errors import ConnectionLost, NoAnswer, NotTrusted, Refused, RtspError
from incident_plugin.adapters.rtsp.framing import Packet, Splitter
from incident_plugin.adapters.rtsp.messages import Response, encode_request
from incident_plugin.adapters.rtsp.tls import Trust, why_not_trusted

#: Bytes kept for a slow reader before reading stops; TCP then makes the recorder wait.
_HIGH_WATER = 2 * 1024 * 1024
_UNAUTHORISED = 401
_GOOD = range(200, 300)

Headers = tuple[tuple[str, str], ...]


class Batch(NamedTuple):
    """Packets that arrived together."""

    arrival: datetime
    packets: list[Packet]
    size: int


class Connection(asyncio.Protocol):
    """Speaks RTSP 1.0 with interleaved packets; everything it raises is an ``RtspError``."""

    def __init__(self, authenticator: Authenticator, now: Callable[[], datetime]) -> None:
        self._authenticator = authenticator
        self._now = now
        self._splitter = Splitter()
        self._transport: asyncio.Transport | None = None
        self._answers: dict[int, asyncio.Future[Response]] = {}
        self._cseq = 0
        self._batches: deque[Batch] = deque()
        self._kept = 0
        self._discarding = False
        self._failure: RtspError | None = None
        self._changed = asyncio.Event()
        #: Takes what arrives, instead of its being kept; and how that ended.
        self._take: Callable[[Batch], None] | None = None
        self._ended: asyncio.Future[None] | None = None
        self._heard_at = 0.0
        self._closed = asyncio.Event()
        #: Sent with every request once the server has named it.
        self.session: str | None = None

    @classmethod
    async def open(
        cls,
        host: str,
        port: int,
        authenticator: Authenticator,
        now: Callable[[], datetime],
        *,
        limit: float,
        trust: Trust | None = None,
    ) -> Connection:
        """Connect within ``limit`` seconds; encrypted where it is said whose certificate to ``trust``."""
        loop = asyncio.get_running_loop()
        context = trust.context() if trust else None
        try:
            async with asyncio.timeout(limit):
                transport, made = await loop.create_connection(
                    lambda: cls(authenticator, now), host, port, ssl=context
                )
        except TimeoutError as error:
            raise NoAnswer("the connection was not accepted in time") from error
        except ssl.SSLError as error:
            raise NotTrusted(why_not_trusted(error)) from error
        except OSError as error:
            raise ConnectionLost("the connection was refused") from error
        if trust is not None:
            presented = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
            try:
                trust.check(f"{host}:{port}", presented or b"")
            except NotTrusted:
                transport.abort()
                raise
        return made

    async def request(self, method: str, url: str, headers: Headers = (), *, limit: float) -> Response:
        """Send a request and wait ``limit`` seconds for its answer; authenticates when asked to."""
        response = await self._exchange(method, url, headers, limit)
        if response.status == _UNAUTHORISED and self._authenticator.challenged(
            response.all("www-authenticate")
        ):
            response = await self._exchange(method, url, headers, limit)
        if response.status not in _GOOD:
            raise Refused(response.status, response.reason, method)
        return response

    async def _exchange(self, method: str, url: str, headers: Headers, limit: float) -> Response:
        try:
            async with asyncio.timeout(limit):
                return await self.send(method, url, headers)
        except TimeoutError as error:
            raise NoAnswer(f"{method} was not answered in time") from error

    def send(self, method: str, url: str, headers: Headers = ()) -> asyncio.Future[Response]:
        """Send a request; the answer comes when it comes."""
        if self._failure is not None or self._transport is None:
            raise self._failure or ConnectionLost("the connection is closed")
        self._cseq += 1
        session = (("Session", self.session),) if self.session else ()
        signed = self._authenticator.header(method, url)
        self._transport.write(
            encode_request(method, url, (("CSeq", str(self._cseq)), *session, *signed, *headers))
        )
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._answers[self._cseq] = answer
        return answer

    def send_packet(self, channel: int, data: bytes) -> None:
        """Send an interleaved packet (RFC 2326 section 10.12), if the connection is there."""
        if self._transport is not None:
            self._transport.write(b"$" + bytes((channel,)) + len(data).to_bytes(2, "big") + data)

    def learn(self, response: Response) -> None:
        """Take a challenge from an answer that nobody waited for."""
        if response.status == _UNAUTHORISED:
            self._authenticator.challenged(response.all("www-authenticate"))

    async def packets(self, limit: float) -> Batch:
        """Give the packets that arrived next, within ``limit`` seconds; also those from before a failure."""
        if not self._batches:
            await self._until_packets(limit)
        batch = self._batches.popleft()
        self._kept -= batch.size
        if self._kept < _HIGH_WATER // 2 and self._transport is not None:
            self._transport.resume_reading()
        return batch

    async def _until_packets(self, limit: float) -> None:
        """Wait for packets; a timer costs less than ``asyncio.timeout``, which counts at every picture."""
        loop = asyncio.get_running_loop()
        late = loop.time() + limit
        timer = loop.call_at(late, self._changed.set)
        try:
            while not self._batches:
                if self._failure is not None:
                    raise self._failure
                if loop.time() >= late:
                    raise NoAnswer("no video arrived in time")
                self._changed.clear()
                await self._changed.wait()
        finally:
            timer.cancel()

    async def follow(self, take: Callable[[Batch], None], limit: float) -> None:
        """Give packets as they arrive, until none came for ``limit`` seconds, or ``take`` raises something.

        No task is woken for a packet; who takes it makes the recorder wait meanwhile.
        """
        loop = asyncio.get_running_loop()
        ended = self._ended = loop.create_future()
        self._take, self._heard_at = take, loop.time()
        try:
            while self._batches:
                self._hand_over(await self.packets(limit))
            if self._failure is not None:
                raise self._failure
            while not ended.done():
                rest = self._heard_at + limit - loop.time()
                if rest <= 0:
                    raise NoAnswer("no video arrived in time")
                await asyncio.wait([ended], timeout=rest)
            ended.result()
        finally:
            self._take = self._ended = None
            if not ended.cancel():
                ended.exception()  # it was raised, or whoever followed has gone

    def _hand_over(self, batch: Batch) -> None:
        if self._take is None or self._ended is None:
            return
        self._heard_at = self._ended.get_loop().time()
        try:
            self._take(batch)
        except Exception as error:  # noqa: BLE001 - raised again by ``follow``
            self._take = None
            if not self._ended.done():
                self._ended.set_exception(error)

    @property
    def is_usable(self) -> bool:
        """Whether it is open and nothing went wrong on it."""
        return self._failure is None and self._transport is not None

    def forget_packets(self) -> None:
        """Let go of what arrived and was not read."""
        self._batches.clear()
        self._kept = 0

    def discard(self, discarding: bool) -> None:
        """Throw away packets that arrive from now on, or keep them again."""
        self._discarding = discarding
        self.forget_packets()
        if self._transport is not None:
            self._transport.resume_reading()

    async def close(self, farewell: Callable[[], asyncio.Future[Response]] | None, limit: float) -> None:
        """Send a last request, wait a little for its answer, and close.

        Closing with unread packets would reset the connection, and the recorder might not see the request.
        """
        self._discarding = True
        self._batches.clear()
        try:
            if farewell is not None and self._transport is not None:
                self._transport.resume_reading()
                with suppress(RtspError, TimeoutError):
                    async with asyncio.timeout(limit):
                        await farewell()
        finally:
            self._fail(ConnectionLost("the connection was closed"))
            await self._closed.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        packets: list[Packet] = []
        try:
            for response in self._splitter.feed(data, packets):
                self._answered(response)
        except RtspError as error:
            self._keep(packets, len(data))
            self._fail(error)
            return
        self._keep(packets, len(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._closed.set()
        self._fail(
            ConnectionLost("the recorder closed the connection" if exc is None else "the connection broke")
        )

    def _keep(self, packets: list[Packet], size: int) -> None:
        if not packets or self._discarding:
            return
        if self._take is not None and not self._batches:
            self._hand_over(Batch(self._now(), packets, size))
            return
        self._batches.append(Batch(self._now(), packets, size))
        self._kept += size
        self._changed.set()
        if self._kept > _HIGH_WATER and self._transport is not None:
            self._transport.pause_reading()

    def _answered(self, response: Response) -> None:
        # A server that leaves out CSeq answers in order.
        cseq = response.cseq if response.cseq is not None else next(iter(self._answers), None)
        answer = self._answers.pop(cseq, None) if cseq is not None else None
        if answer is not None and not answer.done():
            answer.set_result(response)

    def _fail(self, error: RtspError) -> None:
        self._failure = self._failure or error
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(self._failure)
        self._answers.clear()
        self._changed.set()
        if self._ended is not None and not self._ended.done():
            self._ended.set_exception(self._failure)
        if self._transport is not None:
            self._transport.abort()
