"""Running foreign code so that what it raises, and how long it takes, stays its own affair.

What one process cannot contain is not pretended to be contained: ``os._exit``, exhausted memory, a blocking
call inside an ``async`` method, and a thread that never returns (it is abandoned, not stopped).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

import attrs

from vms_hooks.faults import FaultKind, PluginFault

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class _Outcome(Generic[T]):
    value: T | None = None
    error: BaseException | None = None

    def unwrap(self, name: str) -> T:
        if isinstance(self.error, PluginFault):
            raise self.error
        if isinstance(self.error, SystemExit):
            raise PluginFault(FaultKind.EXITED, f"{name} tried to end the program.") from self.error
        if self.error is not None:
            raised = f"{type(self.error).__name__}: {self.error}".rstrip(":. ")
            raise PluginFault(FaultKind.RAISED, f"{name} raised {raised}.") from self.error
        return self.value  # type: ignore[return-value]  # T itself may be optional


async def call_on_worker(
    name: str, call: Callable[[], T], *, deadline: float, late: Callable[[], None] = lambda: None
) -> T:
    """Run a synchronous call on a thread of its own, for at most ``deadline`` seconds.

    The thread is a daemon and is abandoned when it is late, so that it cannot keep the host from ending.
    Should it return all the same, as on a machine that was too busy to run it, ``late`` is called.
    Raises ``PluginFault``.
    """
    loop = asyncio.get_running_loop()
    arrival: asyncio.Future[_Outcome[T]] = loop.create_future()

    def settle(outcome: _Outcome[T]) -> None:
        if arrival.done():
            # After whoever waited has been told that it is late.
            loop.call_soon(late)
        else:
            arrival.set_result(outcome)

    def work() -> None:
        try:
            outcome = _Outcome(value=call())
        except BaseException as error:  # noqa: BLE001 - nothing of the plug-in's may end this thread unheard
            outcome = _Outcome[T](error=error)
        with suppress(RuntimeError):  # the loop is closed when the host has given up waiting
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=work, name=name, daemon=True).start()
    try:
        async with asyncio.timeout(deadline):
            outcome = await arrival
    except TimeoutError:
        # It may have come while the event loop itself was held up.
        if arrival.cancelled():
            raise _late(name, deadline) from None
        outcome = arrival.result()
    return outcome.unwrap(name)


async def call_within(name: str, call: Callable[[], Awaitable[T]], *, deadline: float) -> T:
    """Await an asynchronous call for at most ``deadline`` seconds; raises ``PluginFault``.

    The call runs in a task that the host does not wait for once it is late: a method that swallows its
    cancellation costs a task, not the host's time.
    """

    async def attempt() -> _Outcome[T]:
        # A SystemExit that left the task would end the event loop.
        try:
            return _Outcome(value=await call())
        except (Exception, SystemExit, asyncio.CancelledError) as error:  # noqa: BLE001
            return _Outcome(error=error)

    task = asyncio.ensure_future(attempt())
    try:
        done, _ = await asyncio.wait({task}, timeout=deadline)
    finally:
        task.cancel()
    if not done:
        raise _late(name, deadline)
    return task.result().unwrap(name)


def _late(name: str, deadline: float) -> PluginFault:
    return PluginFault(FaultKind.HUNG, f"{name} did not return within {deadline:g} s.")
