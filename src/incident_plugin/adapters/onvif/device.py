"""One ONVIF device, for asynchronous callers and in an operator's words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import attrs

from incident_plugin.adapters.onvif.addresses import DeviceAddress
from incident_plugin.adapters.onvif.channels import channels
from incident_plugin.adapters.onvif.clock import offset_of
from incident_plugin.adapters.onvif.descriptions import description_directory
from incident_plugin.adapters.onvif.errors import (
    NoAnswer,
    NoService,
    NotAuthorised,
    NotOnvif,
    OnvifError,
    told,
)
from incident_plugin.adapters.onvif.values import Channel, DeviceInformation
from incident_plugin.domain.media import ClockOffset
from incident_plugin.domain.time import Interval

if TYPE_CHECKING:
    from incident_plugin.adapters.onvif.session import DeviceSession

_T = TypeVar("_T")

#: Readings of a clock that shows whole seconds, spread over one second: they bound it to about 0.1 s.
_SAMPLES = 5
_SPREAD = 1.0 / _SAMPLES


@attrs.frozen(kw_only=True)
class OnvifLimits:
    """How long to wait for a device, in seconds."""

    #: Connecting, and one answer.
    answer: float = 5.0
    #: Everything that one method asks of the device, waiting for earlier calls included.
    method: float = 20.0


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
        limits: OnvifLimits | None = None,
        now: Callable[[], datetime] = _system_now,
    ) -> None:
        """Connect to nothing yet; raises ``ValueError`` for a bad address, ``RecorderUnavailable``."""
        description_directory()
        self._address = DeviceAddress.parse(url)
        self._credentials = (username, password)
        self._limits = limits or OnvifLimits()
        self._now = now
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="onvif")
        self._session: DeviceSession | None = None

    @property
    def place(self) -> str:
        """Host and port, as messages name it."""
        return self._address.place

    async def information(self) -> DeviceInformation:
        """Who it says it is."""
        return await self._ask(lambda session: session.information())

    async def channels(self) -> tuple[Channel, ...]:
        """Its cameras, live and recorded."""
        return await self._ask(_channels)

    async def live_uri(self, profile: str) -> str:
        """Where a profile's live stream is, on the configured host."""
        return await self._ask(lambda session: session.live_uri(profile))

    async def replay_uri(self, recording: str) -> str:
        """Where a recording can be replayed, on the configured host."""
        return await self._ask(lambda session: session.replay_uri(recording))

    async def recorded(self, recording: str, interval: Interval) -> tuple[Interval, ...]:
        """Spans within the interval in which a recording has video; sorted, disjoint, clipped."""
        return await self._ask(lambda session: session.spans(recording, interval))

    async def keeps_for(self, recording: str) -> timedelta | None:
        """How long a recording's video is kept; nothing when the device does not say."""
        return await self._ask(lambda session: session.keeps_for(recording))

    async def clock_offset(self) -> ClockOffset:
        """Measure its clock in about a second."""
        samples = []
        for number in range(_SAMPLES):
            if number:
                await asyncio.sleep(_SPREAD)
            samples.append(await self._ask(lambda session: session.read_clock()))
        return offset_of(samples)

    async def close(self) -> None:
        """Let go of its connections; a call under way ends by its own time-out."""
        if self._session is not None:
            self._session.close()
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, work: Callable[[DeviceSession], _T]) -> _T:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._limits.method):
                return await loop.run_in_executor(self._worker, self._attempt, work)
        except TimeoutError:
            error = NoAnswer(f"it took longer than {self._limits.method:g} seconds")
            raise told(error, self.place) from None
        except OnvifError as error:
            raise told(error, self.place) from error

    def _attempt(self, work: Callable[[DeviceSession], _T]) -> _T:
        """Do the work in the worker thread, again when only the device's clock was in the way."""
        session = self._session = self._session or self._open()
        try:
            return work(session)
        except NotAuthorised:
            if not session.clock_moved():
                raise
            return work(session)

    def _open(self) -> DeviceSession:
        from incident_plugin.adapters.onvif.session import DeviceSession  # noqa: PLC0415 -- heavy, when needed

        session = DeviceSession(self._address, *self._credentials, self._limits.answer, self._now)
        # Without a readable clock messages are signed by ours: many devices do not mind.
        with suppress(NotOnvif, NotAuthorised):
            session.read_clock()
        return session


def _channels(session: DeviceSession) -> tuple[Channel, ...]:
    profiles = session.profiles()
    try:
        return channels(profiles, session.recordings())
    except NoService:
        # A camera that does not record by itself.
        return channels(profiles, ())
