"""How far a recorder's clock is off, and noticing that somebody set it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from incident_plugin.adapters.recorders.aging import Aging
from incident_plugin.adapters.recorders.condition import Condition
from incident_plugin.adapters.recorders.parts import Device
from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.media import ClockOffset

#: How long a measurement is believed while there is no sign of trouble, and how soon trouble makes us look
#: again, in seconds.
_BELIEVED_FOR, _LOOKED_AGAIN_AFTER = 300.0, 5.0
#: A clock is read in whole seconds: what differs by more was set.
_SET_BY = timedelta(seconds=2)
_HALF_SECOND = timedelta(seconds=0.5)


class Correction:
    """By what a recorder's times are corrected; raises as ``Device.clock_offset``."""

    def __init__(
        self,
        device: Device,
        condition: Condition,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._device = device
        self._condition = condition
        self._now = now
        self._monotonic = monotonic
        self._measured = Aging(
            lambda: condition.watched(self._measure()), seconds=_BELIEVED_FOR, monotonic=monotonic
        )
        self._looked: float | None = None
        #: The signs of another time there that were known at the last measurement.
        self._signs_seen = self._signs
        #: Recorder clock minus ours; zero before the first measurement.
        self.offset = timedelta(0)

    @property
    def last(self) -> ClockOffset | None:
        """The last measurement."""
        return self._measured.last

    @property
    def known(self) -> timedelta | None:
        """The offset, if it was ever measured."""
        return self.offset if self.last else None

    async def believed(self) -> ClockOffset:
        """Give a measurement that can be believed."""
        if self._signs != self._signs_seen:
            self._measured.doubt()
        measured = await self._measured.get()
        self._signs_seen = self._signs
        return measured

    async def current(self) -> timedelta:
        """Give the offset by which times are corrected, by a measurement that can be believed."""
        await self.believed()
        return self.offset

    async def measure(self) -> ClockOffset:
        """Measure now."""
        measured = await self._measured.renew()
        self._signs_seen = self._signs
        return measured

    def doubt(self) -> None:
        """Measure before it is needed next: it may have been set."""
        self._measured.doubt()

    async def was_set(self) -> bool:
        """Look whether it differs from what is believed, and if so measure it.

        One question, and not more often than every few seconds: it is asked wherever there is no video.
        """
        moment = self._monotonic()
        if self._measured.age < _LOOKED_AGAIN_AFTER or (
            self._looked is not None and moment - self._looked < _LOOKED_AGAIN_AFTER
        ):
            return False
        self._looked = moment
        with suppress(IncidentError):
            shown = await self._device.greet()
            if abs(shown + _HALF_SECOND - self._now() - self.offset) > _SET_BY:
                await self.measure()
                return True
        return False

    @property
    def _signs(self) -> tuple[int, int]:
        """What tells that it may show another time: it was away, or an answer of it showed another."""
        return self._condition.returns, self._device.clock_sets

    async def _measure(self) -> ClockOffset:
        """Correct by what was measured only when what we correct by now lies outside its bound.

        Otherwise every measurement would shift all recorded times by a part of its uncertainty.
        """
        measured = await self._device.clock_offset()
        if abs(measured.offset - self.offset) > measured.uncertainty:
            self.offset = measured.offset
        return measured
