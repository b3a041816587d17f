"""Every hook and every method of the runtime, misbehaving in every way, beside a plug-in that is healthy."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vms_hooks import PluginSpec
from vms_hooks import contributions as c
from vms_hooks.caller import Deadlines
from vms_hooks.document import Contributions
from vms_hooks.faults import FaultKind, PluginFault
from vms_hooks.gathering import Pages, gather
from vms_hooks.places import TOOLBARS
from vms_hooks.plugin import Plugin
from vms_hooks.runtime import PluginRuntime
from vms_hooks.states import PluginState
from vms_hooks.testing import OPERATOR, HostHarness
from vms_hooks.testing.probe import Probe
from vms_hooks.testing.services import ListedAccess
from vms_hooks.values import HostEvent, HostEventKind, Interval, View, ViewMode

SHORT = Deadlines(importing=2, activation=0.3, declaration=0.3, starting=0.3, stopping=0.3, answer=0.3)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = Interval(start=NOON, end=NOON + timedelta(hours=1))
PAGES = Pages(toolbars=tuple(place.name for place in TOOLBARS), export_lists=True)

#: Hooks that are asked while a plug-in starts, those that contribute to pages, and the two others.
STARTING = ("vms_activate", "vms_permissions", "vms_commands")
DRAWING = (
    "vms_live_views",
    "vms_playback_views",
    "vms_live_panels",
    "vms_playback_panels",
    "vms_toolbar_items",
    "vms_tabs",
    "vms_admin_sections",
    "vms_export_lists",
)
OPTIONAL = ("vms_http_mount", "vms_open")
#: What each hook of a plug-in needs to be called by hand.
ARGUMENTS: dict[str, tuple[str, ...]] = {"vms_toolbar_items": (c.STATUS_BAR,)}

METHODS = ("start", "health", "cameras", "timeline", "media_holds", "view_changed", "host_event", "stop")
ANSWERING = ("health", "cameras", "timeline", "media_holds")


def raises() -> Any:
    raise ValueError("a bad day")


def exits() -> Any:
    raise SystemExit(3)


def lies() -> Any:
    return [5]


def hook_misbehaviours() -> Iterator[Any]:
    for hook in (*STARTING, *DRAWING, *OPTIONAL):
        yield pytest.param(hook, raises, FaultKind.RAISED, id=f"{hook} raises")
        yield pytest.param(hook, exits, FaultKind.EXITED, id=f"{hook} exits")
        yield pytest.param(hook, lies, FaultKind.LIED, id=f"{hook} lies about types")
        yield pytest.param(hook, "hangs", FaultKind.HUNG, id=f"{hook} hangs")
        if hook not in ("vms_activate", *OPTIONAL):
            yield pytest.param(hook, of("healthy", hook), FaultKind.LIED, id=f"{hook} takes foreign ids")
            yield pytest.param(hook, of("bad", hook, 2), FaultKind.LIED, id=f"{hook} gives ids twice")


def of(identity: str, hook: str, times: int = 1) -> Callable[[], Any]:
    """Answer a hook as another plug-in would, or more than once."""
    answer = getattr(Probe(identity), hook)
    return lambda: list(answer(*ARGUMENTS.get(hook, ()))) * times


class Both:
    """A healthy plug-in and a bad one in one host."""

    def __init__(self, healthy: Plugin, bad: Plugin) -> None:
        self.healthy = healthy
        self.bad = bad

    async def drawn(self) -> Contributions:
        return await gather([self.bad, self.healthy], ListedAccess(), OPERATOR, PAGES)


@pytest.fixture
async def beside(tmp_path: Path):
    """Start both; what hangs is let go at the end."""
    let_go = threading.Event()
    async with AsyncExitStack() as hosts:

        async def start(name: str, misbehaviour: Any) -> Both:
            instead = let_go.wait if misbehaviour == "hangs" else misbehaviour
            plugins = []
            for probe, deadlines in ((Probe("healthy"), None), (Probe("bad", {name: instead}), SHORT)):
                storage = tmp_path / probe.id
                storage.mkdir()
                harness = HostHarness(probe, identity=probe.id, storage=storage, deadlines=deadlines)
                plugins.append((await hosts.enter_async_context(harness)).plugin)
            return Both(*plugins)

        yield start
        let_go.set()


@pytest.mark.parametrize(("hook", "misbehaviour", "kind"), [*hook_misbehaviours()])
async def test_a_hook_that_misbehaves_hurts_nobody_else(
    beside: Any, hook: str, misbehaviour: Any, kind: FaultKind
) -> None:
    """The healthy plug-in is drawn everywhere; of the bad one only the hook's own part is missing."""
    both = await beside(hook, misbehaviour)
    drawn = await both.drawn()
    for place in (drawn.tabs, drawn.live_views, drawn.playback_views, drawn.live_panels,
                  drawn.playback_panels, drawn.admin_sections, drawn.export_lists, drawn.commands,
                  *drawn.toolbar_items.values()):  # fmt: skip
        assert "healthy" in [each.plugin for each in place]
    assert both.healthy.active
    assert both.healthy.conduct.reasons == ()
    if hook == "vms_open":
        with pytest.raises(PluginFault) as caught:
            await both.bad.hooks.open("bad:1", OPERATOR)
        assert caught.value.kind is kind
    reasons = both.bad.conduct.reasons
    assert hook in reasons[0]
    if hook in STARTING:
        assert both.bad.standing.state is PluginState.FAILED
        assert both.bad.standing.reason == reasons[0]
    elif kind is FaultKind.HUNG:
        assert both.bad.standing.state is PluginState.SUSPENDED
    elif hook == "vms_http_mount":
        assert both.bad.active
        assert both.bad.mount is None
    elif hook in DRAWING:
        assert both.bad.active
        assert [trouble.plugin for trouble in drawn.trouble] == ["bad"] * len(drawn.trouble)
        assert reasons[0] in [trouble.reason for trouble in drawn.trouble]
    assert both.bad.standing.state is PluginState.ACTIVE or both.bad.standing.remedy


async def hangs() -> Any:
    await asyncio.Event().wait()


async def call(plugin: Plugin, method: str) -> object:
    runtime = plugin.answering()
    view = View(principal=OPERATOR, client="b", number=1, mode=ViewMode.LIVE, cameras=(), at=NOON)
    calls: dict[str, Callable[[], Any]] = {
        "health": runtime.health,
        "cameras": lambda: runtime.cameras(OPERATOR),
        "timeline": lambda: runtime.timeline(("a",), HOUR, OPERATOR),
        "media_holds": lambda: runtime.media_holds("a", HOUR),
        "view_changed": lambda: runtime.view_changed(view),
        "host_event": lambda: runtime.host_event(HostEvent(kind=HostEventKind.DENIED, at=NOON)),
    }
    return await calls[method]()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("misbehaviour", "kind"),
    [
        pytest.param(raises, FaultKind.RAISED, id="raises"),
        pytest.param(exits, FaultKind.EXITED, id="exits"),
        pytest.param(hangs, FaultKind.HUNG, id="hangs"),
        pytest.param(lies, FaultKind.LIED, id="lies about types"),
    ],
)
async def test_a_method_that_misbehaves_hurts_nobody_else(
    beside: Any, method: str, misbehaviour: Any, kind: FaultKind
) -> None:
    """One fault for whoever asked; starting is the only one that costs more."""
    both = await beside(method, misbehaviour)
    assert both.healthy.active
    if method == "start":
        expected = PluginState.ACTIVE if misbehaviour is lies else PluginState.FAILED
        assert both.bad.standing.state is expected
    elif method == "stop":
        await both.bad.stop()
        assert both.bad.standing.state is PluginState.STOPPED
        assert len(both.bad.conduct.reasons) == (0 if misbehaviour is lies else 1)
    elif misbehaviour is lies and method not in ANSWERING:
        await call(both.bad, method)
    else:
        with pytest.raises(PluginFault) as caught:
            await call(both.bad, method)
        assert caught.value.kind is kind
        assert both.bad.active
        await call(both.healthy, method)


def test_no_hook_and_no_method_is_left_out() -> None:
    """The matrix grows with the contract."""
    hooks = {name for name in dir(PluginSpec) if name.startswith("vms_")}
    assert {*STARTING, *DRAWING, *OPTIONAL} == hooks
    methods = {name for name in vars(PluginRuntime) if not name.startswith("_")}
    assert set(METHODS) == methods
