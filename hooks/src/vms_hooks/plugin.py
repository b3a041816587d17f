"""One plug-in as its host holds it: from found to stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vms_hooks.caller import Deadlines, HookCaller
from vms_hooks.conduct import Conduct
from vms_hooks.contributions import Command, HttpMount, Permission
from vms_hooks.faults import FaultKind, PluginFault
from vms_hooks.host import HostServices
from vms_hooks.judging import Found
from vms_hooks.runtime_caller import RuntimeCaller
from vms_hooks.states import PluginState, Standing

_STARTING = Standing(state=PluginState.STOPPED, reason="It is being started.", remedy="Wait a moment.")
_STOPPED = Standing(state=PluginState.STOPPED, reason="The host is stopping.", remedy="Start the host.")
_MEND = "Mend the cause; the plug-in's documentation tells of it. Then try again, or restart the host."


class Plugin:
    """A plug-in that may be loaded: its callers, what it declared once, and where it stands."""

    def __init__(self, found: Found, *, deadlines: Deadlines | None = None) -> None:
        self.found = found
        self.conduct = Conduct()
        self._deadlines = deadlines or Deadlines()
        self.hooks = HookCaller(found.id, self.conduct, self._deadlines)
        self.runtime: RuntimeCaller | None = None
        self.mount: HttpMount | None = None
        self.permissions: tuple[Permission, ...] = ()
        self.commands: tuple[Command, ...] = ()
        self._standing = _STARTING

    @property
    def id(self) -> str:
        """The id of the plug-in."""
        return self.found.id

    @property
    def standing(self) -> Standing:
        """Where the plug-in stands now."""
        if self._standing.state is PluginState.ACTIVE and self.conduct.suspension:
            return Standing(state=PluginState.SUSPENDED, reason=self.conduct.suspension, remedy=_MEND)
        return self._standing

    @property
    def active(self) -> bool:
        """Whether the plug-in may be asked for anything."""
        return self.standing.state is PluginState.ACTIVE

    def refuse(self, standing: Standing) -> None:
        """Keep the plug-in out, for the reason given."""
        self._standing = standing

    async def start(self, host: HostServices, settings: Mapping[str, Any]) -> None:
        """Import, register, activate, take its declarations and start; a fault leaves it *failed*."""
        try:
            await self.hooks.register(self.found.entry_point.load)
            runtime = await self.hooks.activate(host, settings)
            self.runtime = RuntimeCaller(self.id, runtime, self.conduct, self._deadlines)
            self.permissions = await self.hooks.permissions()
            self.commands = await self.hooks.commands()
            await self.runtime.start()
        except PluginFault as fault:
            await self._let_go()
            self._standing = Standing(state=PluginState.FAILED, reason=fault.reason, remedy=_MEND)
            return
        self.mount = await self._mounted()
        self._standing = Standing(state=PluginState.ACTIVE)

    async def stop(self) -> None:
        """Stop the runtime, if there is one. What went wrong is kept in the plug-in's record."""
        if self._standing.state is PluginState.ACTIVE:
            self._standing = _STOPPED
        await self._let_go()

    def answering(self) -> RuntimeCaller:
        """Give the runtime of an active plug-in; raises ``PluginFault`` for any other."""
        if self.runtime is None or not self.active:
            raise PluginFault(
                FaultKind.SUSPENDED, self.standing.reason or f"{self.id} is {self.standing.state}."
            )
        return self.runtime

    async def _mounted(self) -> HttpMount | None:
        # Without its pages a plug-in still keeps its collections: the mount answers 503, the rest goes on.
        try:
            return await self.hooks.http_mount()
        except PluginFault:
            return None

    async def _let_go(self) -> None:
        runtime, self.runtime = self.runtime, None
        if runtime is None:
            return
        try:
            await runtime.stop()
        except PluginFault:
            return  # recorded by the caller; the host stops all the same
