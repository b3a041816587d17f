"""A plug-in's running part under deadlines: late, lying and leaving methods cost the host nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from vms_hooks.caller import Deadlines
from vms_hooks.conduct import Conduct
from vms_hooks.faults import FaultKind, PluginFault
from vms_hooks.runtime_caller import RuntimeCaller
from vms_hooks.values import Camera, Health, Interval, Principal, TimelineRow

OPERATOR = Principal(id="op", name="Olivia")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = Interval(start=NOON, end=NOON.replace(hour=13))
#: Only what never answers is to be late, however busy the machine is.
LONG = Deadlines(starting=60, stopping=60, answer=60)


def caller_of(
    conduct: Conduct | None = None, *, deadlines: Deadlines = LONG, **methods: Any
) -> RuntimeCaller:
    runtime = type("Runtime", (), {name: staticmethod(method) for name, method in methods.items()})()
    return RuntimeCaller("small", runtime, conduct or Conduct(), deadlines)


async def fault_of(call: Any) -> PluginFault:
    with pytest.raises(PluginFault) as caught:
        await call
    return caught.value


async def test_a_late_method_is_left_behind_even_when_it_will_not_be_cancelled() -> None:
    """A method that swallows its cancellation costs a task and not the host's time."""
    let_go = asyncio.Event()

    async def stubborn() -> None:
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue

    caller = caller_of(start=stubborn, deadlines=Deadlines(starting=0.05))
    fault = await asyncio.wait_for(fault_of(caller.start()), timeout=60)
    assert fault.kind is FaultKind.HUNG
    let_go.set()


async def test_an_exit_does_not_end_the_event_loop() -> None:
    """SystemExit inside a task would end the loop: it never leaves the task."""

    async def leaving() -> None:
        raise SystemExit(3)

    assert (await fault_of(caller_of(start=leaving).start())).kind is FaultKind.EXITED


async def test_a_method_that_cancels_itself_is_a_fault() -> None:
    """A stray CancelledError does not cancel the request that asked."""

    async def cancelled() -> None:
        raise asyncio.CancelledError

    assert (await fault_of(caller_of(start=cancelled).start())).kind is FaultKind.RAISED


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [Camera(id="a", name="A"), Camera(id="a", name="B")],
        [Camera(id=1, name="A")],  # type: ignore[arg-type]
        [Camera(id="a", name="A", capabilities=["live"])],  # type: ignore[arg-type]
        [Camera(id="a", name="A", capabilities=frozenset({1}))],  # type: ignore[arg-type]
    ],
)
async def test_lying_cameras_are_refused(answer: Any) -> None:
    """Wrong types and doubled ids."""

    async def cameras(_: Principal) -> Any:
        return answer

    assert (await fault_of(caller_of(cameras=cameras).cameras(OPERATOR))).kind is FaultKind.LIED


async def test_recordings_nobody_asked_for_and_naive_times_are_refused() -> None:
    """A row of another camera could show what the operator may not see."""
    naive = Interval(start=NOON.replace(tzinfo=None), end=NOON)
    rows: list[TimelineRow] = []

    async def timeline(*_: Any) -> Any:
        return rows

    caller = caller_of(timeline=timeline)
    assert await caller.timeline(("a",), HOUR, OPERATOR) == ()
    for row in (TimelineRow(camera="b", spans=()), TimelineRow(camera="a", spans=(naive,))):
        rows[:] = [row]
        assert (await fault_of(caller.timeline(("a",), HOUR, OPERATOR))).kind is FaultKind.LIED


async def test_failing_methods_are_recorded_and_do_not_suspend() -> None:
    """A recorder that is away must not cost the operator a running collection."""
    conduct = Conduct(tolerated=1)

    async def health() -> Health:
        raise OSError("recorder away")

    caller = caller_of(conduct, health=health)
    for _ in range(5):
        assert (await fault_of(caller.health())).kind is FaultKind.RAISED
    assert conduct.suspension == ""
    assert len(conduct.reasons) == 5


async def test_a_suspended_plugin_is_only_stopped() -> None:
    """Nothing is asked of it any more, but it may let go of what it holds."""
    stopped: list[bool] = []

    async def stop() -> None:
        stopped.append(True)

    async def health() -> Health:
        return Health(ok=True)

    caller = caller_of(Conduct(suspension="It hung."), stop=stop, health=health)
    assert (await fault_of(caller.health())).kind is FaultKind.SUSPENDED
    await caller.stop()
    assert stopped == [True]
