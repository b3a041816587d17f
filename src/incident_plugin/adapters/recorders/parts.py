"""What a recorder is put together from; ``bootstrap`` chooses the parts."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

from incident_plugin.application.media_ports import VideoStream
from incident_plugin.domain.media import ClockOffset
from incident_plugin.domain.time import Interval


class Information(Protocol):
    """Who a device is."""

    @property
    def id(self) -> str:
        """Stays the same over restarts and changes of address."""
        ...


class Channel(Protocol):
    """One camera of a device."""

    @property
    def token(self) -> str:
        """The device's own, stable name."""
        ...

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def profile(self) -> str | None:
        """By what its live stream is asked for, if it has one."""
        ...

    @property
    def recording(self) -> str | None:
        """By what its recording is asked for, if it has one."""
        ...


class Device(Protocol):
    """Tells what there is and where; instants and intervals are by the device's own clock.

    Every method raises ``RecorderUnavailable`` or ``NotFound``.
    """

    async def information(self) -> Information: ...

    async def channels(self) -> tuple[Channel, ...]: ...

    async def live_uri(self, profile: str) -> str: ...

    async def replay_uri(self, recording: str) -> str: ...

    async def recorded(self, recording: str, interval: Interval) -> tuple[Interval, ...]: ...

    async def keeps_for(self, recording: str) -> timedelta | None: ...

    async def clock_offset(self) -> ClockOffset: ...

    async def close(self) -> None: ...


class Streams(Protocol):
    """Opens streams by address; intervals and pictures are by our clock, given the device's offset.

    With no offset known, live pictures are timed by their arrival.
    """

    def live(
        self, url: str, *, clock_offset: timedelta | None
    ) -> AbstractAsyncContextManager[VideoStream]: ...

    def replay(
        self, url: str, interval: Interval, *, clock_offset: timedelta
    ) -> AbstractAsyncContextManager[VideoStream]: ...
