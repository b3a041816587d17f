"""One typed method per method of a plug-in's runtime, each under a deadline.

Every method raises ``PluginFault`` and nothing else. What failed is kept in the plug-in's record.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from vms_hooks import checks
from vms_hooks.caller import Deadlines
from vms_hooks.conduct import Conduct
from vms_hooks.faults import PluginFault
from vms_hooks.isolation import call_within
from vms_hooks.runtime import PluginRuntime
from vms_hooks.values import Camera, Health, Hold, HostEvent, Interval, Principal, TimelineRow, View

T = TypeVar("T")


class RuntimeCaller:
    """Calls the runtime of one plug-in; see the module."""

    def __init__(self, plugin: str, runtime: PluginRuntime, conduct: Conduct, deadlines: Deadlines) -> None:
        self._plugin = plugin
        self._runtime = runtime
        self._conduct = conduct
        self._deadlines = deadlines

    async def start(self) -> None:
        """Have the plug-in begin work."""
        await self._call("start", self._runtime.start, self._deadlines.starting)

    async def stop(self) -> None:
        """Have the plug-in finish and let go of everything; a suspended one too."""
        await self._ask("stop", self._runtime.stop, self._deadlines.stopping)

    async def health(self) -> Health:
        """Ask what works and what does not."""

        async def ask() -> Health:
            return checks.checked("health", await self._runtime.health(), Health)

        return await self._call("health", ask)

    async def cameras(self, principal: Principal) -> tuple[Camera, ...]:
        """Ask for the cameras the plug-in brings along."""

        async def ask() -> tuple[Camera, ...]:
            cameras = checks.checked_all("cameras", await self._runtime.cameras(principal), Camera)
            if len({camera.id for camera in cameras}) < len(cameras):
                raise checks.lied("cameras", "two cameras have the same id")
            return cameras

        return await self._call("cameras", ask)

    async def timeline(
        self, cameras: tuple[str, ...], interval: Interval, principal: Principal
    ) -> tuple[TimelineRow, ...]:
        """Ask for recorded spans and marks."""

        async def ask() -> tuple[TimelineRow, ...]:
            answer = await self._runtime.timeline(cameras, interval, principal)
            rows = checks.checked_all("timeline", answer, TimelineRow)
            for row in rows:
                if row.camera not in cameras:
                    raise checks.lied("timeline", f'nobody asked for camera "{row.camera}"')
            return rows

        return await self._call("timeline", ask)

    async def media_holds(self, camera: str, interval: Interval) -> tuple[Hold, ...]:
        """Ask what must not be deleted; when this fails the host must keep everything."""

        async def ask() -> tuple[Hold, ...]:
            answer = await self._runtime.media_holds(camera, interval)
            return checks.checked_all("media_holds", answer, Hold)

        return await self._call("media_holds", ask)

    async def view_changed(self, view: View) -> None:
        """Tell the plug-in what an operator looks at; returning is its acknowledgement."""
        await self._call("view_changed", lambda: self._runtime.view_changed(view))

    async def host_event(self, event: HostEvent) -> None:
        """Tell the plug-in of something that happened in the host."""
        await self._call("host_event", lambda: self._runtime.host_event(event))

    async def _call(self, method: str, call: Callable[[], Awaitable[T]], deadline: float | None = None) -> T:
        self._conduct.admit()
        return await self._ask(method, call, self._deadlines.answer if deadline is None else deadline)

    async def _ask(self, method: str, call: Callable[[], Awaitable[T]], seconds: float) -> T:
        try:
            return await call_within(f"{self._plugin}: {method}", call, deadline=seconds)
        except PluginFault as fault:
            self._conduct.recorded(fault)
            raise
