"""What happened in the host: written to its security log, then told to the plug-ins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from reference_host.durable import StorageRefused
from reference_host.security_log import Change, LogEntry, SecurityLog
from vms_hooks.faults import PluginFault
from vms_hooks.host import Clock
from vms_hooks.plugin import Plugin
from vms_hooks.values import HostEvent, HostEventKind, Principal

log = logging.getLogger("reference_host.security")

#: Seconds between attempts to tell a plug-in.
_PAUSES = (0.0, 1.0, 5.0, 30.0)


class HostEvents:
    """Reports without keeping anybody waiting; a plug-in that does not take an event is told again."""

    def __init__(self, active: Callable[[], Iterable[Plugin]], clock: Clock, kept: SecurityLog) -> None:
        self._active = active
        self._clock = clock
        self._kept = kept
        self._telling: set[asyncio.Task[None]] = set()
        # One thread: entries are written in the order in which they happened.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="security log")

    def report(
        self, kind: HostEventKind, principal: Principal | None, detail: str = "", *, address: str = ""
    ) -> None:
        """Begin to write an event down and to tell every active plug-in."""
        event = HostEvent(kind=kind, at=self._clock.now(), principal=principal, detail=detail)
        for plugin in self._active():
            task = asyncio.create_task(_tell(plugin, event))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
        self._written(kind.value, principal, detail, address)

    async def changed(self, kind: Change, principal: Principal, detail: str, *, address: str) -> None:
        """Write a change down; returning means that it is on disk. Raises ``StorageRefused``."""
        await self._written(kind.value, principal, detail, address)

    async def stop(self) -> None:
        """Give up what has not been told; what happened is written down first."""
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        await asyncio.to_thread(self._writer.shutdown)

    def _written(
        self, kind: str, principal: Principal | None, detail: str, address: str
    ) -> asyncio.Future[None]:
        entry = LogEntry(
            at=self._clock.now(),
            kind=kind,
            account=principal.id if principal else "",
            name=principal.name if principal else "",
            address=address,
            detail=detail,
        )
        written = asyncio.get_running_loop().run_in_executor(self._writer, self._kept.write, entry)
        written.add_done_callback(_complain)
        return written


def _complain(written: asyncio.Future[None]) -> None:
    """Say in the host's log that the security log lacks an entry; its health says so too."""
    if not written.cancelled() and isinstance(error := written.exception(), StorageRefused):
        log.error("%s", error)


async def _tell(plugin: Plugin, event: HostEvent) -> None:
    for pause in _PAUSES:
        await asyncio.sleep(pause)
        try:
            await plugin.answering().host_event(event)
        except PluginFault as fault:
            log.warning("%s was not told of %s: %s", plugin.id, event.kind, fault.reason)
        else:
            return
