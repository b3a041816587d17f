"""One typed method per hook, for one plug-in, behind which nothing the plug-in does can hurt its host.

pluggy alone does not isolate: one raising implementation loses everybody's results. Each plug-in therefore
has a manager of its own, and each of its hooks is called on a worker thread under a deadline, one at a time.
Every method raises ``PluginFault`` and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

import attrs
import pluggy

from vms_hooks import checks
from vms_hooks.conduct import Conduct
from vms_hooks.contributions import (
    AdminSection,
    CameraView,
    Command,
    Element,
    ExportList,
    HttpMount,
    Panel,
    Permission,
    Tab,
    ToolbarItem,
)
from vms_hooks.faults import PluginFault
from vms_hooks.host import HostServices
from vms_hooks.isolation import call_on_worker
from vms_hooks.runtime import PluginRuntime
from vms_hooks.spec import PROJECT, PluginSpec
from vms_hooks.values import Principal, Target


@attrs.frozen(kw_only=True)
class Deadlines:
    """How long a host waits for a plug-in, in seconds."""

    importing: float = 30.0
    activation: float = 20.0
    declaration: float = 2.0
    starting: float = 30.0
    stopping: float = 10.0
    #: Every other method of the runtime.
    answer: float = 5.0


class _Drawn(Protocol):
    """A contribution that is a custom element."""

    @property
    def id(self) -> str: ...

    @property
    def element(self) -> Element: ...


T = TypeVar("T")
DrawnT = TypeVar("DrawnT", bound=_Drawn)


class HookCaller:
    """Calls the hooks of one plug-in; see the module."""

    def __init__(self, plugin: str, conduct: Conduct, deadlines: Deadlines) -> None:
        self._plugin = plugin
        self._conduct = conduct
        self._deadlines = deadlines
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(PluginSpec)
        self._one_at_a_time = asyncio.Lock()

    async def register(self, load: Callable[[], object]) -> None:
        """Import the plug-in and see that its hooks are those of the contract."""

        def import_and_register() -> None:
            plugin = load()
            checks.check_hooks(self._manager, plugin)
            self._manager.register(plugin, name=self._plugin)

        await self._guarded("import", import_and_register, deadline=self._deadlines.importing)

    # Life

    async def activate(self, host: HostServices, settings: Mapping[str, Any]) -> PluginRuntime:
        """Have the plug-in build its runtime."""

        def activate() -> PluginRuntime:
            runtime = self._answer("vms_activate", host=host, settings=settings)
            if not isinstance(runtime, PluginRuntime):
                raise checks.lied("vms_activate", "what it returned is not a runtime")
            return runtime

        return await self._guarded("vms_activate", activate, deadline=self._deadlines.activation)

    async def permissions(self) -> tuple[Permission, ...]:
        """Give the plug-in's tree of permissions."""
        hook = "vms_permissions"

        def declare() -> tuple[Permission, ...]:
            tree = checks.checked_all(hook, self._answer(hook, default=()), Permission)
            checks.check_ids(hook, self._plugin, checks.permission_ids(tree))
            return tree

        return await self._guarded(hook, declare)

    async def commands(self) -> tuple[Command, ...]:
        """Give the plug-in's commands."""
        hook = "vms_commands"

        def declare() -> tuple[Command, ...]:
            commands = checks.checked_all(hook, self._answer(hook, default=()), Command)
            checks.check_ids(hook, self._plugin, (command.id for command in commands))
            for command in commands:
                checks.check_module(hook, command.module)
            return commands

        return await self._guarded(hook, declare)

    # Live view and playback

    async def live_views(self, principal: Principal) -> tuple[CameraView, ...]:
        """Give elements that fill a view item with live video."""
        return await self._drawn("vms_live_views", CameraView, principal=principal)

    async def playback_views(self, principal: Principal) -> tuple[CameraView, ...]:
        """Give elements that fill a view item with recorded video."""
        return await self._drawn("vms_playback_views", CameraView, principal=principal)

    async def live_panels(self, principal: Principal) -> tuple[Panel, ...]:
        """Give sections of the pane beside the live view."""
        return await self._drawn("vms_live_panels", Panel, principal=principal)

    async def playback_panels(self, principal: Principal) -> tuple[Panel, ...]:
        """Give sections of the pane beside the playback view."""
        return await self._drawn("vms_playback_panels", Panel, principal=principal)

    async def toolbar_items(self, area: str, principal: Principal) -> tuple[ToolbarItem, ...]:
        """Give the buttons and menus of one area."""
        hook = "vms_toolbar_items"

        def in_area(items: Sequence[ToolbarItem]) -> None:
            for item in items:
                if item.area != area:
                    raise checks.lied(hook, f'"{item.id}" is for {item.area}, {area} was asked for')

        # Counted for each area: a page asks for several at once, and one visit must not suspend a plug-in.
        question = f"{hook}({area})"
        return await self._drawn(
            hook, ToolbarItem, question=question, also=in_area, area=area, principal=principal
        )

    # Tabs

    async def tabs(self, principal: Principal) -> tuple[Tab, ...]:
        """Give tabs of the main window."""
        return await self._drawn("vms_tabs", Tab, principal=principal)

    async def admin_sections(self, principal: Principal) -> tuple[AdminSection, ...]:
        """Give sections of the administration tab."""
        return await self._drawn("vms_admin_sections", AdminSection, principal=principal)

    async def export_lists(self, principal: Principal) -> tuple[ExportList, ...]:
        """Give export lists."""
        return await self._drawn("vms_export_lists", ExportList, principal=principal)

    # Web

    async def http_mount(self) -> HttpMount | None:
        """Give the plug-in's ASGI application, or nothing when it has none."""
        return await self._optional("vms_http_mount", HttpMount)

    async def open(self, target: str, principal: Principal) -> Target | None:
        """Say where a reference of the plug-in is shown, or nothing when it is not the plug-in's."""
        return await self._optional("vms_open", Target, target=target, principal=principal)

    async def _drawn(
        self,
        hook: str,
        kind: type[DrawnT],
        *,
        question: str = "",
        also: Callable[[Sequence[DrawnT]], None] = lambda _: None,
        **arguments: object,
    ) -> tuple[DrawnT, ...]:
        def declare() -> tuple[DrawnT, ...]:
            drawn = checks.checked_all(hook, self._answer(hook, default=(), **arguments), kind)
            checks.check_ids(hook, self._plugin, (contribution.id for contribution in drawn))
            for contribution in drawn:
                checks.check_element(hook, contribution.element)
            also(drawn)
            return drawn

        return await self._guarded(question or hook, declare)

    async def _optional(self, hook: str, kind: type[T], **arguments: object) -> T | None:
        def declare() -> T | None:
            answer = self._answer(hook, **arguments)
            return None if answer is None else checks.checked(hook, answer, kind)

        return await self._guarded(hook, declare)

    def _answer(self, hook: str, default: object = None, **arguments: object) -> object:
        """Call the one implementation there can be; an absent one answers with the default."""
        results = getattr(self._manager.hook, hook)(**arguments)
        if isinstance(results, list):
            return results[0] if results else default
        return default if results is None else results

    async def _guarded(self, hook: str, call: Callable[[], T], *, deadline: float | None = None) -> T:
        async with self._one_at_a_time:
            self._conduct.admit()
            seconds = self._deadlines.declaration if deadline is None else deadline
            try:
                answer = await call_on_worker(
                    f"{self._plugin}: {hook}",
                    call,
                    deadline=seconds,
                    late=partial(self._conduct.hook_returned, hook),
                )
            except PluginFault as fault:
                self._conduct.hook_failed(hook, fault)
                raise
            self._conduct.hook_succeeded(hook)
            return answer
