"""All plug-ins of the site: found, judged, started together, stopped together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint
from typing import Any

import attrs

from reference_host.access import RoleAccess
from reference_host.config import PluginConfig, SiteConfig
from reference_host.licence import missing, verify
from reference_host.secret_store import SecretStore
from reference_host.services import CAPABILITIES, PageAddresses, SecurityLogAudit
from vms_hooks import CONTRACT
from vms_hooks.faults import PluginFault
from vms_hooks.host import Clock, HostServices, LicenceStatus
from vms_hooks.judging import Circumstances, Found, discover, judge
from vms_hooks.manifest import overridden
from vms_hooks.plugin import Plugin
from vms_hooks.states import PluginState
from vms_hooks.values import Health

log = logging.getLogger(__name__)


@attrs.frozen
class FeatureLicence:
    """The site's licence, for the feature of one plug-in; judged anew each time it is asked."""

    _config: SiteConfig
    _feature: str
    _clock: Clock

    def status(self) -> LicenceStatus:
        """Judge the licence now."""
        licence = self._config.licence
        if licence is None:
            return missing("The site configuration names no licence file.")
        return verify(
            licence.file,
            licence.issuer_key,
            site=self._config.site.id,
            feature=self._feature,
            now=self._clock.now(),
        )


class PluginSet:
    """Every installed plug-in, whatever its state."""

    def __init__(
        self, config: SiteConfig, entry_points: Iterable[EntryPoint], clock: Clock, secrets: SecretStore
    ) -> None:
        self._config = config
        self._clock = clock
        self._secrets = secrets
        self._starting: asyncio.Task[None] | None = None
        self.all = tuple(self._judged(found) for found in discover(entry_points))

    @property
    def active(self) -> tuple[Plugin, ...]:
        """Those that may be asked for something, sorted by id."""
        return tuple(plugin for plugin in self.all if plugin.active)

    @property
    def starting(self) -> tuple[str, ...]:
        """Ids of those that are being started."""
        if self._starting is None or self._starting.done():
            return ()
        return tuple(plugin.id for plugin in self.all if plugin.standing.state is PluginState.STOPPED)

    def get(self, plugin: str) -> Plugin | None:
        """Give a plug-in by id."""
        return next((each for each in self.all if each.id == plugin), None)

    def enabled(self, plugin: Plugin) -> bool:
        """Whether the site wants the plug-in."""
        return self._configured(plugin.id).enabled

    def start(self) -> None:
        """Begin to start every plug-in that was not refused; the host answers meanwhile."""
        self._starting = asyncio.create_task(self._start_all())

    async def started(self) -> None:
        """Wait until every plug-in is active or has failed."""
        if self._starting is not None:
            await self._starting

    async def stop(self) -> None:
        """Stop all plug-ins at once, those that are still starting too."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        await asyncio.gather(*(plugin.stop() for plugin in self.all))

    def _judged(self, found: Found) -> Plugin:
        plugin = Plugin(found)
        refusal = judge(found, self._circumstances(found))
        if refusal is not None:
            plugin.refuse(refusal)
        return plugin

    def _circumstances(self, found: Found) -> Circumstances:
        return Circumstances(
            contract=CONTRACT,
            capabilities=CAPABILITIES,
            enabled=self._configured(found.id).enabled,
            licence=self._licence(found).status(),
        )

    def _licence(self, found: Found) -> FeatureLicence:
        return FeatureLicence(
            self._config, found.manifest.licence_feature if found.manifest else "", self._clock
        )

    async def _start_all(self) -> None:
        await asyncio.gather(
            *(
                self._start(plugin)
                for plugin in self.all
                if plugin.standing.state is PluginState.STOPPED and self.enabled(plugin)
            )
        )

    async def _start(self, plugin: Plugin) -> None:
        storage = self._config.data_directory / "plugins" / plugin.id
        storage.mkdir(mode=0o700, parents=True, exist_ok=True)
        services = HostServices(
            access=RoleAccess(self._config.roles),
            licence=self._licence(plugin.found),
            secrets=self._secrets.of(plugin.id),
            clock=self._clock,
            site=self._config.site,
            storage=storage,
            capabilities=CAPABILITIES,
            audit=SecurityLogAudit(plugin.id),
            navigation=PageAddresses(self._config.site),
        )
        await plugin.start(services, self._settings(plugin.found))
        standing = plugin.standing
        log.info("plug-in %s is %s. %s", plugin.id, standing.state, standing.reason)

    def _settings(self, found: Found) -> Mapping[str, Any]:
        defaults = found.manifest.settings if found.manifest else {}
        return overridden(defaults, self._configured(found.id).settings)

    def _configured(self, plugin: str) -> PluginConfig:
        return self._config.plugins.get(plugin, PluginConfig())


async def health_of(plugin: Plugin) -> Health | PluginFault:
    """Ask a plug-in how it is; one that is not active, or does not answer, is a fault."""
    try:
        return await plugin.answering().health()
    except PluginFault as fault:
        return fault
