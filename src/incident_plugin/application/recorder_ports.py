"""Ports of recorder administration: the recorders in use, their passwords, finding and testing them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import attrs

from incident_plugin.domain.media import Camera, CameraId, ClockOffset
from incident_plugin.domain.recorders import RecorderConfig, RecorderId


class Secrets(Protocol):
    """Passwords, kept by the host."""

    @property
    def kept(self) -> bool:
        """Whether the host keeps what it is given; otherwise administrators enter passwords there."""
        ...

    def get(self, name: str) -> str | None:
        """Give a secret, or nothing when there is none of that name."""
        ...

    def put(self, name: str, secret: str) -> None:
        """Keep a secret; raises ``StoreUnavailable``."""
        ...

    def remove(self, name: str) -> None:
        """Forget a secret, if it is there; raises ``StoreUnavailable``."""
        ...


@attrs.frozen(kw_only=True)
class RecorderState:
    """How a recorder in use is."""

    #: What the last call met, in an operator's words; ``None`` when it was answered.
    error: str | None = None
    #: Since when it has been so, by our clock; ``None`` before the first call.
    since: datetime | None = None
    #: Manufacturer, model and firmware as the recorder tells them; any text, also hostile.
    device: str = ""
    clock: ClockOffset | None = None
    #: Why its events do not come, in an operator's words; ``None`` when they do or it has none.
    events: str | None = None
    #: How long it keeps recordings, where it tells.
    retention: timedelta | None = None


@attrs.frozen(kw_only=True)
class OwnedCamera:
    """A camera under the id that its recorder gives it, and the camera as the site knows it."""

    own: CameraId
    camera: Camera


class RecorderNetwork(Protocol):
    """The recorders in use. A change takes effect with the next call; open streams of the old one break."""

    async def use(self, config: RecorderConfig, password: str) -> None:
        """Begin to use a recorder, or use it in another way."""
        ...

    async def drop(self, recorder: RecorderId) -> frozenset[CameraId]:
        """Stop using a recorder; give the cameras that no recorder has any more."""
        ...

    def state(self, recorder: RecorderId) -> RecorderState | None:
        """Say how a recorder is, without asking it; nothing for one that is not in use."""
        ...

    async def look(self, recorder: RecorderId) -> tuple[OwnedCamera, ...]:
        """Ask a recorder for its cameras now; raises ``RecorderUnavailable``, ``NotFound``."""
        ...


@attrs.frozen(kw_only=True)
class FoundDevice:
    """A device that answered a search of the local network; any text, also hostile."""

    address: str
    name: str = ""
    hardware: str = ""
    location: str = ""


class Discovery(Protocol):
    """WS-Discovery in the local network (ONVIF Core Specification section 7)."""

    async def search(self) -> tuple[FoundDevice, ...]:
        """Ask who is there and wait some seconds; raises ``RecorderUnavailable``."""
        ...


class StepState(StrEnum):
    """How far a step of a test is."""

    RUNNING = "running"
    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    #: Could not be tried because of what failed before, or does not apply.
    SKIPPED = "skipped"


@attrs.frozen(kw_only=True)
class WalkedStep:
    """One step of a recorder's test."""

    #: Stable name, such as ``sign-in``.
    step: str
    state: StepState
    #: What was found, for an operator.
    said: str = ""
    #: What to do about it.
    remedy: str = ""
    #: The same for an engineer: addresses, operations, status codes, faults.
    technical: str = ""
    seconds: float = 0.0
    #: SHA-256 of the certificate that was met, lower-case hexadecimal.
    fingerprint: str = ""


class RecorderTest(Protocol):
    """Walks every step that live and recorded video need."""

    def walk(self, config: RecorderConfig, password: str) -> AsyncIterator[WalkedStep]:
        """Give each step twice: when it begins, and as it ended. Never raises ``IncidentError``."""
        ...
