"""What people ask of a recorder, put together as the product does, with short patience."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import attrs

from incident_plugin.adapters.onvif import OnvifDevice, OnvifLimits
from incident_plugin.adapters.recorders import Recorder, SiteRecorders
from incident_plugin.adapters.rtsp import Credentials, Limits, RtspClient
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.time import Interval
from tests.adversary.device import RECORDED, Device

#: Limits of the product, shortened: what is waited for never comes, so nothing is proved by waiting longer.
SHORT = 1.0
LONG = 20.0
DOOR = CameraId("S1:v1")


@attrs.frozen
class Asking:
    """One recorder as the site uses it."""

    device: Device
    site: SiteRecorders
    recorder: Recorder
    #: Seconds that have passed beside those of the clock.
    passed: list[float]

    def some_time_later(self) -> None:
        """Let what is believed for a moment grow old."""
        self.passed.append(10.0)

    async def cameras(self) -> str:
        found = await self.site.cameras()
        return "; ".join(
            ", ".join((one.name, *(["recorded"] if one.recorded else []), *(["PTZ"] if one.ptz else [])))
            for one in found
        )

    async def clock(self) -> str:
        measured = await self.recorder.clock_offset()
        seconds = measured.offset.total_seconds()
        return "clock decades off" if seconds < -1e9 else f"clock {round(seconds + 0.01):+d} s"

    async def recorded(self) -> str:
        start = self.device.start
        spans = await self.site.recorded(DOOR, Interval(start, start + RECORDED))
        if not spans:
            return "nothing recorded"
        covered = sum((span.length for span in spans), timedelta())
        return f"{len(spans)} span, {covered.total_seconds():.0f} s"

    async def happened(self) -> str:
        start = self.device.start
        return f"{len(await self.site.happened(DOOR, Interval(start, start + RECORDED)))} events"

    async def live(self) -> str:
        async with self.site.live(DOOR, sound=True) as stream, aclosing(aiter(stream)) as units:
            count = 0
            async for _ in units:
                count += 1
                if count == 8:
                    break
        return f"{count} pictures"

    async def replay(self) -> str:
        start = self.device.start + timedelta(seconds=1)
        async with self.site.replay(
            DOOR, Interval(start, start + timedelta(seconds=2)), sound=True
        ) as stream:
            units = [unit async for unit in stream]
        assert all(later.pts > unit.pts for unit, later in pairwise(units))
        losses = stream.losses
        # How many come before the start, with the key picture, depends on how well its clock was measured.
        return f"{sum(unit.time >= start for unit in units)} pictures" + (
            f", {losses} loss" if losses else ""
        )

    async def presets(self) -> str:
        return f"{len(await self.site.presets(DOOR))} presets"

    async def events(self) -> str:
        async with self.recorder.events() as events, aclosing(events):
            event = await anext(events)
        return f"motion at {'Door' if event.camera == DOOR else event.camera}"


CALLS: Mapping[str, Callable[[Asking], Awaitable[str]]] = {
    name: getattr(Asking, name)
    for name in ("cameras", "clock", "recorded", "happened", "live", "replay", "presets", "events")
}


@asynccontextmanager
async def asking(device: Device, *, patience: float) -> AsyncIterator[Asking]:
    """Use the recorder; ``patience`` is how long anything may take, in seconds."""
    onvif = OnvifDevice(
        device.url,
        "admin",
        "right",
        limits=OnvifLimits(answer=patience, method=LONG, reading=0.002, event=1.0),
    )
    streams = RtspClient(
        Credentials(username="admin", password="right"),
        limits=Limits(
            request=patience,
            silence=patience,
            first=patience,
            replay=patience,
            tail=0.05,
            farewell=0.05,
            picture=patience,
        ),
    )
    passed: list[float] = []
    recorder = Recorder(
        "Test",
        onvif,
        streams,
        pauses=(0.01, 0.01, 0.01),
        monotonic=lambda: time.monotonic() + sum(passed),
    )
    site = SiteRecorders([recorder])
    try:
        yield Asking(device, site, recorder, passed)
    finally:
        await site.close()
        # What it was asked last must not be counted with what comes next.
        onvif._worker.shutdown()
