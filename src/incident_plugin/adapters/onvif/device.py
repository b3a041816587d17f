"""One ONVIF device, for asynchronous callers and in an operator's words."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

import attrs

from incident_plugin.adapters.onvif.addresses import DeviceAddress
from incident_plugin.adapters.onvif.channels import channels
from incident_plugin.adapters.onvif.clock import offset_of
from incident_plugin.adapters.onvif.descriptions import description_directory
from incident_plugin.adapters.onvif.errors import (
    Fault,
    NoAnswer,
    NoConnection,
    NoService,
    NotAuthorised,
    NotOnvif,
    OnvifError,
    told,
)
from incident_plugin.adapters.onvif.values import Channel, DeviceInformation
from incident_plugin.domain.media import ClockOffset, Motion, Preset
from incident_plugin.domain.time import Interval

if TYPE_CHECKING:
    from incident_plugin.adapters.onvif.eventing import EventNotice, PullPoint
    from incident_plugin.adapters.onvif.session import DeviceSession
    from incident_plugin.adapters.onvif.tls import TlsRule

_T = TypeVar("_T")

#: Readings of a clock that shows whole seconds, spread over one second: they bound it to about 0.1 s.
_SAMPLES = 5
#: When that is missed more readings are taken, at other parts of the second.
_GOOD_BOUND, _MOST_SAMPLES = timedelta(seconds=0.15), 12
#: How long a name that was resolved is taken to be known, in seconds.
_RESOLVED_FOR = 60.0


@attrs.frozen(kw_only=True)
class OnvifLimits:
    """How long to wait for a device, in seconds."""

    #: Connecting, and one answer.
    answer: float = 4.0
    #: Everything that one method asks of the device, waiting for earlier calls included.
    method: float = 20.0
    #: Pause between readings of its clock.
    reading: float = 1.0 / _SAMPLES
    #: How long the device may wait for an event before it answers that there is none.
    event: float = 15.0


def _system_now() -> datetime:
    return datetime.now(UTC)


class OnvifDevice:
    """Speaks to the device service at a configured address, and to nothing else.

    Calls to one device never overlap; they run in a worker thread of its own. Every method raises
    ``RecorderUnavailable``, or ``NotFound`` for tokens that the device no longer has. Instants and intervals
    are by the **device's** clock.
    """

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        *,
        name: str = "",
        fingerprint: str = "",
        any_certificate: bool = False,
        limits: OnvifLimits | None = None,
        now: Callable[[], datetime] = _system_now,
    ) -> None:
        """Connect to nothing yet; raises ``ValueError`` for a bad address, ``RecorderUnavailable``.

        ``name`` is what people call the recorder. Of a certificate is asked that it has the ``fingerprint``,
        or nothing, or that a trusted authority issued it.
        """
        description_directory()
        self._address = DeviceAddress.parse(url)
        self._named = f"{name} ({self._address.place})" if name else f"the recorder at {self._address.place}"
        self._certificate = (fingerprint, any_certificate)
        self._resolved = -_RESOLVED_FOR
        self._credentials = (username, password)
        self._limits = limits or OnvifLimits()
        self._now = now
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="onvif")
        self._session: DeviceSession | None = None
        #: How often its clock was found to have been set, because it refused what was signed by it.
        self.clock_sets = 0

    @property
    def place(self) -> str:
        """Host and port, as messages name it."""
        return self._address.place

    @property
    def exchange(self) -> str:
        """The last exchange with it, for an engineer."""
        return self._session.exchange if self._session else ""

    async def greet(self) -> datetime:
        """Ask what time it is there, which needs no password."""
        return (await self._ask(lambda session: session.read_clock())).shown

    async def services(self) -> Mapping[str, str]:
        """Addresses of its services by their XML namespaces, as it announces them."""
        return await self._ask(lambda session: session.services())

    async def information(self) -> DeviceInformation:
        """Who it says it is."""
        return await self._ask(lambda session: session.information())

    async def channels(self) -> tuple[Channel, ...]:
        """Its cameras, live and recorded."""
        return await self._ask(_channels)

    async def live_uri(self, profile: str) -> str:
        """Where a profile's live stream is, on the configured host."""
        return await self._ask(lambda session: _media().live_uri(session, profile))

    async def ask_for_key_picture(self, profile: str) -> None:
        """Have the next picture of a profile's live stream be a key picture."""
        await self._ask(lambda session: _media().ask_for_key_picture(session, profile))

    async def replay_uri(self, recording: str) -> str:
        """Where a recording can be replayed, on the configured host."""
        return await self._ask(lambda session: _recorded().replay_uri(session, recording))

    async def recorded(self, recording: str, interval: Interval) -> tuple[Interval, ...]:
        """Spans within the interval in which a recording has video; sorted, disjoint, clipped."""
        return await self._ask(lambda session: _recorded().video_spans(session, recording, interval))

    async def happened(self, recordings: Sequence[str], interval: Interval) -> tuple[EventNotice, ...]:
        """What it noticed within an interval while it made these recordings, in order of time."""
        notices = await self._ask(lambda session: _recorded().happened(session, recordings, interval))
        return tuple(sorted(notices, key=lambda notice: notice.at))

    async def keeps_for(self, recording: str) -> timedelta | None:
        """How long a recording is kept, where the device tells."""
        return await self._ask(lambda session: _recorded().retention(session, recording))

    async def move(self, profile: str, motion: Motion, lasting: timedelta) -> None:
        """Begin to move; the device stops by itself after ``lasting``."""
        await self._ask(lambda session: _movement().move(session, profile, motion, lasting))

    async def stop(self, profile: str) -> None:
        """Stop every movement."""
        await self._ask(lambda session: _movement().stop(session, profile))

    async def presets(self, profile: str) -> tuple[Preset, ...]:
        """The remembered positions."""
        return await self._ask(lambda session: _movement().presets(session, profile))

    async def go_to(self, profile: str, preset: str) -> None:
        """Move to a remembered position."""
        await self._ask(lambda session: _movement().go_to(session, profile, preset))

    @asynccontextmanager
    async def events(self) -> AsyncIterator[AsyncIterator[EventNotice]]:
        """Subscribe to its events; leaving unsubscribes.

        Pulls wait at the device, so they have a session and a thread of their own.
        """
        from incident_plugin.adapters.onvif.eventing import PullPoint  # noqa: PLC0415 -- heavy, when needed

        loop = asyncio.get_running_loop()
        worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="onvif-events")
        try:
            await self._resolve()
            session = await loop.run_in_executor(worker, self._open)
            point = await loop.run_in_executor(worker, PullPoint, session, time.monotonic, self._limits.event)
        except OnvifError as error:
            worker.shutdown(wait=False)
            raise told(error, self._named) from error
        try:
            yield self._pulled(point, worker)
        finally:
            # A pull under way would go on waiting. The device is told even when the caller does not wait.
            session.interrupt()
            ending = loop.run_in_executor(worker, _end, point, session)
            worker.shutdown(wait=False)
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(ending), self._limits.answer)

    async def _pulled(self, point: PullPoint, worker: ThreadPoolExecutor) -> AsyncIterator[EventNotice]:
        loop = asyncio.get_running_loop()
        while True:
            try:
                notices = await loop.run_in_executor(worker, point.pull)
            except OnvifError as error:
                raise told(error, self._named) from error
            for notice in notices:
                yield notice

    async def clock_offset(self) -> ClockOffset:
        """Measure its clock in about a second, longer while answers are too slow for a good bound."""
        samples = [await self._ask(lambda session: session.read_clock())]
        measured = offset_of(samples)
        while len(samples) < _SAMPLES or (
            measured.uncertainty > _GOOD_BOUND and len(samples) < _MOST_SAMPLES
        ):
            await asyncio.sleep(self._limits.reading)
            samples.append(await self._ask(lambda session: session.read_clock()))
            measured = offset_of(samples)
        return measured

    async def close(self) -> None:
        """Let go of its connections; a call under way ends by its own time-out."""
        if self._session is not None:
            self._session.close()
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, work: Callable[[DeviceSession], _T]) -> _T:
        loop = asyncio.get_running_loop()
        try:
            await self._resolve()
            async with asyncio.timeout(self._limits.method):
                return await loop.run_in_executor(self._worker, self._attempt, work)
        except TimeoutError:
            error = NoAnswer(f"it took longer than {self._limits.method:g} seconds")
            raise told(error, self._named) from error
        except OnvifError as error:
            raise told(error, self._named) from error

    async def _resolve(self) -> None:
        """Make sure that its name is known: the worker would wait for a mute name server without end."""
        if time.monotonic() - self._resolved < _RESOLVED_FOR:
            return
        try:
            async with asyncio.timeout(self._limits.answer):
                await asyncio.get_running_loop().getaddrinfo(
                    self._address.host, self._address.port, type=socket.SOCK_STREAM
                )
        except TimeoutError:
            raise NoConnection("the name server does not answer") from None
        except (OSError, UnicodeError) as error:
            raise NoConnection("its name is not known") from error
        self._resolved = time.monotonic()

    def _attempt(self, work: Callable[[DeviceSession], _T]) -> _T:
        """Do the work in the worker thread, again when only the device's clock was in the way."""
        session = self._session = self._session or self._open()
        try:
            return work(session)
        except NotAuthorised:
            if not session.clock_moved():
                raise
            self.clock_sets += 1
            return work(session)

    def _tls_rule(self) -> TlsRule:
        from incident_plugin.adapters.onvif.tls import TlsRule  # noqa: PLC0415 -- heavy, when needed

        fingerprint, any_certificate = self._certificate
        return TlsRule(fingerprint=fingerprint, any=any_certificate)

    def _open(self) -> DeviceSession:
        from incident_plugin.adapters.onvif.session import DeviceSession  # noqa: PLC0415 -- heavy, when needed

        session = DeviceSession(
            self._address,
            *self._credentials,
            seconds=self._limits.answer,
            now=self._now,
            tls=self._tls_rule(),
        )
        # Without a readable clock messages are signed by ours: many devices do not mind.
        with suppress(NotOnvif, NotAuthorised, NoService, Fault):
            session.read_clock()
        return session


def _channels(session: DeviceSession) -> tuple[Channel, ...]:
    profiles = _media().profiles(session)
    try:
        return channels(profiles, _recorded().recordings(session))
    except NoService:
        # A camera that does not record by itself.
        return channels(profiles, ())


def _end(point: PullPoint, session: DeviceSession) -> None:
    point.end()
    session.close()


# Heavy to import, and only the workers do.


def _media() -> ModuleType:
    return import_module("incident_plugin.adapters.onvif.media")


def _recorded() -> ModuleType:
    return import_module("incident_plugin.adapters.onvif.recorded")


def _movement() -> ModuleType:
    return import_module("incident_plugin.adapters.onvif.movement")
