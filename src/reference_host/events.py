"""What happened in the host: written to its security log, then told to the plug-ins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs

from reference_host.durable import StorageRefused
from reference_host.security_log import LogEntry, SecurityLog
from vms_hooks.faults import PluginFault
from vms_hooks.host import Clock
from vms_hooks.plugin import Plugin
from vms_hooks.values import HostEvent, HostEventKind, Principal

log = logging.getLogger("reference_host.security")

#: Seconds between attempts to tell a plug-in.
_PAUSES = (0.0, 1.0, 5.0, 30.0)
#: After these somebody may have lost a right or a session.
_WITHDRAWING = frozenset(
    {
        HostEventKind.SIGNED_OUT,
        HostEventKind.SESSION_ENDED,
        HostEventKind.ACCOUNT_CHANGED,
        HostEventKind.CONFIGURATION_CHANGED,
    }
)


class HostEvents:
    """Reports without keeping anybody waiting; a plug-in that does not take an event is told again."""

    def __init__(self, active: Callable[[], Iterable[Plugin]], clock: Clock, kept: SecurityLog) -> None:
        self._active = active
        self._clock = clock
        self._kept = kept
        self._telling: set[asyncio.Task[None]] = set()
        # One thread: entries are written in the order in which they happened.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="security log")
        #: Set, and replaced by a new one, whenever somebody may have lost a right or a session.
        self.withdrawal = asyncio.Event()

    def report(
        self,
        kind: HostEventKind,
        principal: Principal | None,
        detail: str = "",
        *,
        address: str = "",
        session: str = "",
    ) -> None:
        """Begin to write an event down and to tell every active plug-in."""
        event = HostEvent(
            kind=kind,
            at=self._clock.now(),
            principal=principal,
            detail=detail,
            address=address,
            session=session,
        )
        written = self._written(event)

        async def finish() -> None:
            try:
                # What is begun is written, also when nobody waits any more.
                number = await asyncio.shield(written)
            except StorageRefused as error:
                # The host's health says so too; what happened is told all the same.
                log.error("%s", error)  # noqa: TRY400 - the sentence says all
                number = 0
            self._tell_all(attrs.evolve(event, number=number))

        self._begin(finish())
        self._withdraw(kind)

    async def changed(
        self, kind: HostEventKind, principal: Principal, detail: str, *, address: str, subject: str = ""
    ) -> None:
        """Write a change down and tell it; returning means it is on disk. Raises ``StorageRefused``."""
        event = HostEvent(
            kind=kind,
            at=self._clock.now(),
            principal=principal,
            detail=detail,
            address=address,
            subject=subject,
        )
        self._withdraw(kind)
        number = await self._written(event)
        self._tell_all(attrs.evolve(event, number=number))

    async def stop(self) -> None:
        """Give up what has not been told; what happened is written down first."""
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        await asyncio.to_thread(self._writer.shutdown)

    def _written(self, event: HostEvent) -> asyncio.Future[int]:
        entry = LogEntry(
            at=event.at,
            kind=event.kind.value,
            account=event.principal.id if event.principal else "",
            name=event.principal.name if event.principal else "",
            address=event.address,
            detail=event.detail,
        )
        return asyncio.get_running_loop().run_in_executor(self._writer, self._kept.write, entry)

    def _tell_all(self, event: HostEvent) -> None:
        for plugin in self._active():
            self._begin(_tell(plugin, event))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def _withdraw(self, kind: HostEventKind) -> None:
        if kind in _WITHDRAWING:
            before, self.withdrawal = self.withdrawal, asyncio.Event()
            before.set()


async def _tell(plugin: Plugin, event: HostEvent) -> None:
    for pause in _PAUSES:
        await asyncio.sleep(pause)
        try:
            await plugin.answering().host_event(event)
        except PluginFault as fault:
            log.warning("%s was not told of %s: %s", plugin.id, event.kind, fault.reason)
        else:
            return
