"""What a recorder is put together from; ``assembly`` chooses the parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

from incident_plugin.application.media_ports import VideoStream
from incident_plugin.domain.media import ClockOffset, LiveProfile, Motion, Preset
from incident_plugin.domain.time import Interval


class Information(Protocol):
    """Who a device is; any text, also hostile."""

    @property
    def id(self) -> str:
        """Stays the same over restarts and changes of address."""
        ...

    @property
    def manufacturer(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def firmware(self) -> str: ...

    @property
    def serial(self) -> str: ...

    @property
    def summary(self) -> str:
        """Manufacturer, model and firmware in one line."""
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
    def live(self) -> tuple[LiveProfile, ...]:
        """All its live streams, the largest first."""
        ...

    @property
    def recordings(self) -> tuple[str, ...]:
        """By what its recordings are asked for; none when it is not recorded."""
        ...

    @property
    def ptz(self) -> str | None:
        """By what its movements are asked for, if it can be moved."""
        ...

    @property
    def tokens(self) -> frozenset[str]:
        """By what events name it: its source, profiles, configurations and recordings."""
        ...


class Notice(Protocol):
    """An event as a device reports it."""

    @property
    def topic(self) -> str: ...

    @property
    def at(self) -> datetime:
        """By the device's clock."""
        ...

    @property
    def initial(self) -> bool: ...

    @property
    def source(self) -> Mapping[str, str]: ...

    @property
    def data(self) -> Mapping[str, str]: ...


class Device(Protocol):
    """Tells what there is and where; instants and intervals are by the device's own clock.

    Every method raises ``RecorderUnavailable`` or ``NotFound``.
    """

    @property
    def exchange(self) -> str:
        """The last exchange with it, for an engineer: address, operation, status, duration."""
        ...

    @property
    def clock_sets(self) -> int:
        """How often its clock was found to have been set, because it refused what we signed by it."""
        ...

    async def greet(self) -> datetime:
        """Ask what needs no password: what time it is there."""
        ...

    async def information(self) -> Information: ...

    async def services(self) -> Mapping[str, str]:
        """Addresses of its services by their XML namespaces."""
        ...

    async def channels(self) -> tuple[Channel, ...]: ...

    async def live_uri(self, profile: str) -> str: ...

    async def ask_for_key_picture(self, profile: str) -> None: ...

    async def replay_uri(self, recording: str) -> str: ...

    async def recorded(self, recording: str, interval: Interval) -> tuple[Interval, ...]: ...

    async def happened(self, recordings: Sequence[str], interval: Interval) -> tuple[Notice, ...]: ...

    async def keeps_for(self, recording: str) -> timedelta | None: ...

    async def clock_offset(self) -> ClockOffset: ...

    async def move(self, profile: str, motion: Motion, lasting: timedelta) -> None: ...

    async def stop(self, profile: str) -> None: ...

    async def presets(self, profile: str) -> tuple[Preset, ...]: ...

    async def go_to(self, profile: str, preset: str) -> None: ...

    def events(self) -> AbstractAsyncContextManager[AsyncIterator[Notice]]:
        """Subscribe; leaving ends the subscription. Entering raises ``RecorderUnavailable``."""
        ...

    async def close(self) -> None: ...


class Streams(Protocol):
    """Opens streams by address; intervals and pictures are by our clock, given the device's offset.

    With no offset known, live pictures are timed by their arrival.
    """

    def live(
        self, url: str, *, clock_offset: timedelta | None, sound: bool = False
    ) -> AbstractAsyncContextManager[VideoStream]: ...

    def replay(
        self,
        url: str,
        interval: Interval,
        *,
        clock_offset: timedelta,
        sound: bool = False,
        intra: bool = False,
    ) -> AbstractAsyncContextManager[VideoStream]: ...

    async def close(self) -> None:
        """Let go of what waits for the next replay."""
        ...
