"""What lives after activation: asynchronous, called by the host under a deadline."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from vms_hooks.values import Camera, Health, Hold, HostEvent, Interval, Principal, TimelineRow, View


@runtime_checkable
class PluginRuntime(Protocol):
    """A running plug-in."""

    async def start(self) -> None:
        """Begin work; raising means that the plug-in failed."""
        ...

    async def stop(self) -> None:
        """Finish what must be finished and let go of everything."""
        ...

    async def health(self) -> Health:
        """Say what works and what does not."""
        ...

    async def cameras(self, principal: Principal) -> tuple[Camera, ...]:
        """Give the cameras the plug-in brings along."""
        ...

    async def timeline(
        self, cameras: tuple[str, ...], interval: Interval, principal: Principal
    ) -> tuple[TimelineRow, ...]:
        """Give recorded spans and marks of some cameras within an interval."""
        ...

    async def media_holds(self, camera: str, interval: Interval) -> tuple[Hold, ...]:
        """Give what must not be deleted. A host keeps the last answer when this fails."""
        ...

    async def view_changed(self, view: View) -> None:
        """Take note of what an operator looks at; returning is the acknowledgement that it is on disk."""
        ...

    async def host_event(self, event: HostEvent) -> None:
        """Take note of something that happened in the host."""
        ...
