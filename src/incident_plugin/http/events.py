"""Changes as server-sent events (HTML, section 9.2): ids and revisions, to those who may hear of them.

id: 42                        number of the change; what Last-Event-ID takes up again
event: project                data: {"project": 12, "revision": 5}, revision null when it is gone
event: properties             data: {"mark": "..."}, other than before when they changed
event: missed                 data: {}, more was missed than is told: read everything again
event: beat                   data: {}, now and then, so that both sides know the other is there
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

import attrs
import msgspec
from starlette.responses import Response, StreamingResponse

from incident_plugin.application.changes import Changes, News
from incident_plugin.application.ports import Actor
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.people import PersonId
from incident_plugin.http.operations import Call, Media, Operation, Parameter
from incident_plugin.http.problems import problem

logger = logging.getLogger(__name__)

#: Seconds without an event after which a sign of life is sent.
BEAT = 10.0
#: Seconds after which a stream ends: taken up again at once, it is judged anew by the host who asks.
LIFETIME = 300.0
#: Streams that one person may have at once; a browser needs one.
EACH = 16
#: Milliseconds that a browser waits before it takes a broken stream up again.
RETRY = 2_000

_FROM = (
    Parameter("after", told="Number of a change."),
    Parameter("follow", told="`no`: those so far."),
    Parameter("Last-Event-ID", told="Number of a change.", place="header"),
)
_PATIENCE = timedelta(seconds=0.5)
#: Seconds until a store that refused is asked again.
_AFTER_FAULT = 2.0


@attrs.define(eq=False)
class _Stream:
    """One listener."""

    person: PersonId
    #: Set when there is something to look at.
    woken: asyncio.Event = attrs.field(factory=asyncio.Event)
    ended: asyncio.Event = attrs.field(factory=asyncio.Event)


class EventResources:
    """Tells listeners of changes, as long as there are any."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._streams: set[_Stream] = set()
        self._reading: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        return (
            Operation(
                "GET",
                "events",
                Permission.PROJECTS_VIEW,
                "Changes as server-sent events, from Last-Event-ID or ?after= on; ?follow=no: those so far.",
                self.events,
                parameters=_FROM,
                refusals=(HTTPStatus.TOO_MANY_REQUESTS,),
            ),
        )

    def end(self, person: PersonId | None = None) -> None:
        """End the streams of a person, or all: who listens asks anew, and is judged anew."""
        for stream in self._streams:
            if person in (None, stream.person):
                stream.ended.set()
                stream.woken.set()

    async def close(self) -> None:
        """End all streams, and reading for them."""
        self.end()
        self._begun.set()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None

    async def events(self, call: Call) -> Annotated[Response, Media("text/event-stream")]:
        if sum(stream.person == call.actor.person.id for stream in self._streams) >= EACH:
            return problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "Cannot perform this action. Try again later.",
                f"There are {EACH} streams of changes for {call.actor.person.name} already. "
                "Close some windows; this one shows changes a little later meanwhile.",
                "incident.too-many-streams",
            )
        after = _number(call.request.headers.get("last-event-id") or call.query.get("after"))
        stream = _Stream(call.actor.person.id)
        events = self._events(stream, call.actor, after, follow=call.query.get("follow") != "no")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    async def _events(
        self, stream: _Stream, actor: Actor, after: int | None, *, follow: bool
    ) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        until = loop.time() + LIFETIME
        self._streams.add(stream)
        try:
            await self._listening()
            yield b"retry: %d\n\n" % RETRY
            news = self._changes.standing()
            begin = news.through if after is None else after
            yield _event(begin, "beat", {}) + b"".join(_told(attrs.evolve(news, through=begin)))
            if after is not None:
                news = await asyncio.to_thread(self._changes.news, actor, after)
                yield b"".join(_told(news))
            while follow and not stream.ended.is_set() and loop.time() < until:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stream.woken.wait(), BEAT)
                woken = stream.woken.is_set()
                stream.woken.clear()
                if stream.ended.is_set():
                    return
                if not woken:
                    yield _event(news.through, "beat", {})
                    continue
                news = await asyncio.to_thread(self._changes.news, actor, news.through)
                if told := b"".join(_told(news)):
                    yield told
        except IncidentError as error:
            # The connection ends, and is taken up again from where it was.
            logger.warning("changes cannot be told: %s", error)
        finally:
            self._streams.discard(stream)

    async def _listening(self) -> None:
        """See to it that somebody reads the changes; returns when the first state was read."""
        if self._reading is None or self._reading.done():
            self._begun = asyncio.Event()
            self._reading = asyncio.create_task(self._read())
        await self._begun.wait()

    async def _read(self) -> None:
        """Read changes until nobody has listened for a moment."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "changes") as thread:
            while self._streams:
                try:
                    if not self._begun.is_set():
                        await loop.run_in_executor(thread, self._changes.begin)
                        self._begun.set()
                    if await loop.run_in_executor(thread, self._changes.read, _PATIENCE):
                        for stream in self._streams:
                            stream.woken.set()
                except IncidentError as error:
                    logger.warning("changes cannot be read: %s", error)
                    await asyncio.sleep(_AFTER_FAULT)


def _number(text: str | None) -> int | None:
    """Give the number of a change; for a text that is none one that is too high: all is read again."""
    if text is None:
        return None
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else 10**15  # noqa: PLR2004


def _told(news: News) -> Iterator[bytes]:
    if news.missed:
        yield _event(news.through, "missed", {})
    for change in news.projects:
        data = {"project": change.project, "revision": change.revision}
        yield _event(change.number, "project", data)
    if news.properties is not None:
        yield _event(news.through, "properties", {"mark": news.properties})


def _event(number: int, name: str, data: object) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (number, name.encode(), msgspec.json.encode(data))
