"""The host's own security log, and telling plug-ins what happened."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from vms_hooks.faults import PluginFault
from vms_hooks.host import Clock
from vms_hooks.plugin import Plugin
from vms_hooks.values import HostEvent, HostEventKind, Principal

log = logging.getLogger("reference_host.security")

#: Seconds between attempts to tell a plug-in.
_PAUSES = (0.0, 1.0, 5.0, 30.0)


class HostEvents:
    """Reports without keeping anybody waiting; a plug-in that does not take an event is told again."""

    def __init__(self, active: Callable[[], Iterable[Plugin]], clock: Clock) -> None:
        self._active = active
        self._clock = clock
        self._telling: set[asyncio.Task[None]] = set()

    def report(self, kind: HostEventKind, principal: Principal | None, detail: str = "") -> None:
        """Log an event and begin to tell every active plug-in."""
        # repr: what a stranger typed as an account must not look like a line of the log.
        log.info("%s %r %r", kind, principal.id if principal else None, detail)
        event = HostEvent(kind=kind, at=self._clock.now(), principal=principal, detail=detail)
        for plugin in self._active():
            task = asyncio.create_task(_tell(plugin, event))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def stop(self) -> None:
        """Give up what has not been told."""
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)


async def _tell(plugin: Plugin, event: HostEvent) -> None:
    for pause in _PAUSES:
        await asyncio.sleep(pause)
        try:
            await plugin.answering().host_event(event)
        except PluginFault as fault:
            log.warning("%s was not told of %s: %s", plugin.id, event.kind, fault.reason)
        else:
            return
