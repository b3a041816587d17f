"""All plug-ins of the site: found, judged, started together, stopped together."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint
from typing import Any

import attrs

from reference_host.access import RoleAccess
from reference_host.config import PluginConfig, SiteConfig, meant
from reference_host.durable import KeptDocument
from reference_host.licence import Judgement, missing
from reference_host.licensing import SiteLicence
from reference_host.secret_store import SecretStore
from reference_host.security_log import SecurityLog
from reference_host.services import CAPABILITIES, PageAddresses, SecurityLogAudit
from vms_hooks import CONTRACT
from vms_hooks.faults import PluginFault
from vms_hooks.host import Clock, HostServices, SignedIn
from vms_hooks.judging import Circumstances, Found, discover, judge
from vms_hooks.manifest import overridden
from vms_hooks.plugin import Plugin
from vms_hooks.states import PluginState
from vms_hooks.values import Health

log = logging.getLogger(__name__)


class PluginSet:
    """Every installed plug-in, whatever its state."""

    def __init__(
        self,
        config: SiteConfig,
        entry_points: Iterable[EntryPoint],
        clock: Clock,
        *,
        secrets: SecretStore,
        access: RoleAccess,
        licence: SiteLicence,
        choices: KeptDocument[Mapping[str, bool]],
        security_log: SecurityLog,
        sessions: SignedIn,
    ) -> None:
        self._config = config
        self._clock = clock
        self._secrets = secrets
        self._access = access
        self._licence = licence
        self._sessions = sessions
        #: What administrators chose in the administration; it goes over the site configuration.
        self._choices = choices
        self._security_log = security_log
        self._entry_points = tuple(entry_points)
        self._verdicts: dict[str, Judgement] = {}
        self._starting: dict[str, asyncio.Task[None]] = {}
        self._changing = asyncio.Lock()
        self._plugins = {found.id: self._judged(found) for found in discover(self._entry_points)}

    @property
    def all(self) -> tuple[Plugin, ...]:
        """Every plug-in, sorted by id."""
        return tuple(self._plugins.values())

    @property
    def active(self) -> tuple[Plugin, ...]:
        """Those that may be asked for something, sorted by id."""
        return tuple(plugin for plugin in self.all if plugin.active)

    @property
    def starting(self) -> tuple[str, ...]:
        """Ids of those that are being started."""
        return tuple(plugin for plugin, task in self._starting.items() if not task.done())

    def get(self, plugin: str) -> Plugin | None:
        """Give a plug-in by id."""
        return self._plugins.get(plugin)

    def enabled(self, plugin: Plugin) -> bool:
        """Whether the site wants the plug-in."""
        return self._enabled(plugin.id)

    def settings(self, plugin: Plugin) -> Mapping[str, Any]:
        """Give the plug-in's settings: its manifest's, with those of the site over them."""
        manifest = plugin.found.manifest
        return overridden(manifest.settings if manifest else {}, self._configured(plugin.id).settings)

    def judgement(self, plugin: Plugin) -> Judgement | None:
        """Say what the licence comes to for a plug-in; nothing when it needs none."""
        return self._judge_licence(plugin.found)

    @property
    def not_installed(self) -> tuple[str, ...]:
        """Say of each plug-in that the site configures and nobody has installed that it is ignored."""
        return tuple(
            f'The site configuration has a section "plugins.{name}", and no plug-in "{name}" is installed: '
            f"it is ignored.{meant(name, self._plugins, 'plugins.')}"
            for name in self._config.plugins
            if name not in self._plugins
        )

    def start(self) -> None:
        """Begin to start every plug-in that was not refused; the host answers meanwhile."""
        for told in self.not_installed:
            log.warning("%s", told)
        for plugin in self.all:
            self._begin(plugin)

    async def awaited(self, seconds: float) -> tuple[str, ...]:
        """Wait for those that are being started, for so long at most; gives who is not done then."""
        tasks = [task for task in self._starting.values() if not task.done()]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        return self.starting

    async def started(self) -> None:
        """Wait until every plug-in is active or has failed."""
        await asyncio.gather(*self._starting.values(), return_exceptions=True)

    async def stop(self) -> None:
        """Stop all plug-ins at once, those that are still starting too."""
        for task in self._starting.values():
            task.cancel()
        await self.started()
        await asyncio.gather(*(plugin.stop() for plugin in self.all))

    async def try_again(self, identity: str) -> Plugin | None:
        """Judge a plug-in anew from its manifest on, and start it when nothing speaks against it.

        One that works already is left alone. Gives the plug-in as it is then; nothing for an unknown one.
        """
        async with self._changing:
            plugin = self._plugins.get(identity)
            if plugin is None or plugin.active or identity in self.starting:
                return plugin
            return await self._anew(identity)

    async def enable(self, identity: str, *, enabled: bool) -> Plugin | None:
        """Remember whether the site wants a plug-in, and start or stop it; raises ``StorageRefused``."""
        async with self._changing:
            if identity not in self._plugins:
                return None
            choice = {identity: enabled}
            await asyncio.to_thread(self._choices.change, lambda choices: {**choices, **choice})
            if enabled and self._plugins[identity].active:
                return self._plugins[identity]
            return await self._anew(identity)

    async def judge_anew(self) -> tuple[tuple[str, Judgement], ...]:
        """Judge the licence for every plug-in; gives what has changed, and starts what may start now.

        One that works goes on working, whatever the file has become: it asks for the licence itself before it
        makes anything new, and is judged when it starts the next time.
        """
        changed = []
        for plugin in self.all:
            before, now = self._verdicts.get(plugin.id), self._judge_licence(plugin.found)
            if now is None:
                continue
            self._verdicts[plugin.id] = now
            if before is None or before.verdict is not now.verdict:
                changed.append((plugin.id, now))
            if plugin.standing.state is PluginState.UNLICENSED:
                await self.try_again(plugin.id)
        return tuple(changed)

    async def _anew(self, identity: str) -> Plugin:
        task = self._starting.pop(identity, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._plugins[identity].stop()
        # What was installed or mended since the start is seen.
        importlib.invalidate_caches()
        found = next(each for each in discover(self._entry_points) if each.id == identity)
        plugin = self._plugins[identity] = self._judged(found)
        self._begin(plugin)
        if identity in self._starting:
            await asyncio.wait({self._starting[identity]})
        return plugin

    def _judged(self, found: Found) -> Plugin:
        plugin = Plugin(found)
        judgement = self._judge_licence(found)
        if judgement is not None:
            self._verdicts[found.id] = judgement
        circumstances = Circumstances(
            contract=CONTRACT,
            capabilities=CAPABILITIES,
            enabled=self._enabled(found.id),
            licence=(judgement or missing("")).status,
        )
        refusal = judge(found, circumstances)
        if refusal is not None and refusal.state is PluginState.DISABLED:
            refusal = attrs.evolve(refusal, remedy="Enable it here, or in the site configuration.")
        if refusal is not None:
            plugin.refuse(refusal)
        return plugin

    def _judge_licence(self, found: Found) -> Judgement | None:
        feature = found.manifest.licence_feature if found.manifest else ""
        return self._licence.judge(feature) if feature else None

    def _begin(self, plugin: Plugin) -> None:
        if plugin.standing.state is PluginState.STOPPED and self.enabled(plugin):
            self._starting[plugin.id] = asyncio.create_task(self._start(plugin))

    async def _start(self, plugin: Plugin) -> None:
        manifest = plugin.found.manifest
        storage = self._config.data_directory / "plugins" / plugin.id
        storage.mkdir(mode=0o700, parents=True, exist_ok=True)
        services = HostServices(
            access=self._access,
            licence=self._licence.feature(manifest.licence_feature if manifest else ""),
            secrets=self._secrets.of(plugin.id),
            clock=self._clock,
            site=self._config.site,
            storage=storage,
            capabilities=CAPABILITIES,
            audit=SecurityLogAudit(plugin.id, self._security_log, self._clock),
            navigation=PageAddresses(self._config.site),
            sessions=self._sessions,
        )
        await plugin.start(services, self.settings(plugin))
        standing = plugin.standing
        told = f"{standing.reason} {standing.remedy}".strip()
        log.info("plug-in %s is %s. %s", plugin.id, standing.state, told)

    def _enabled(self, plugin: str) -> bool:
        return self._choices.value.get(plugin, self._configured(plugin).enabled)

    def _configured(self, plugin: str) -> PluginConfig:
        return self._config.plugins.get(plugin, PluginConfig())


async def health_of(plugin: Plugin) -> Health | PluginFault:
    """Ask a plug-in how it is; one that is not active, or does not answer, is a fault."""
    try:
        return await plugin.answering().health()
    except PluginFault as fault:
        return fault
