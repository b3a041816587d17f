"""A plug-in as administrators see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from reference_host.licence import Judgement
from reference_host.plugins import PluginSet, health_of
from vms_hooks.faults import PluginFault
from vms_hooks.plugin import Plugin
from vms_hooks.values import Part, StorageRoom


@attrs.frozen(kw_only=True)
class PluginReport:
    """State, reason, remedy, parts, and what the site configured."""

    id: str
    name: str
    version: str
    enabled: bool
    state: str
    reason: str
    remedy: str
    #: Parts of the running plug-in, each with its own state.
    parts: tuple[Part, ...] = ()
    #: Where it keeps things, and how much.
    rooms: tuple[StorageRoom, ...] = ()
    healthy: bool
    #: The latest faults, oldest first.
    faults: tuple[str, ...] = ()
    #: What the licence comes to for it now; nothing when it needs none.
    licence: Judgement | None = None
    #: By dotted name; there are no secrets among them, they stand in the secrets file.
    settings: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def outside(self) -> Outline:
        """The same for people who are not signed in; cameras and what concerns one are not named to them."""
        broken = tuple(part.name for part in self.parts if not part.ok and not part.camera)
        return Outline(id=self.id, name=self.name, state=self.state, healthy=self.healthy, broken=broken)


@attrs.frozen(kw_only=True)
class Outline:
    """Whether a plug-in works: enough for a monitor to call somebody who may read the reasons.

    Reasons, and the names of parts that work, may tell of servers, files and people.
    """

    id: str
    name: str
    state: str
    healthy: bool
    #: Names of the parts that do not work.
    broken: tuple[str, ...]


async def report_of(plugins: PluginSet, plugin: Plugin) -> PluginReport:
    """Ask a plug-in how it is, and put together what administrators see."""
    manifest = plugin.found.manifest
    health = await health_of(plugin) if plugin.active else None
    standing = plugin.standing
    fault = health if isinstance(health, PluginFault) else None
    told = None if isinstance(health, PluginFault) else health
    return PluginReport(
        id=plugin.id,
        name=manifest.name if manifest else plugin.id,
        version=manifest.version if manifest else "",
        enabled=plugins.enabled(plugin),
        state=standing.state,
        reason=standing.reason or (fault.reason if fault else ""),
        remedy=standing.remedy,
        parts=told.parts if told else (),
        rooms=told.rooms if told else (),
        healthy=told is not None and told.ok,
        faults=plugin.conduct.reasons,
        licence=plugins.judgement(plugin),
        settings=dict(_flat(plugins.settings(plugin))),
    )


def _flat(settings: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in settings.items():
        name = f"{before}{key}"
        rows += _flat(value, f"{name}.") if isinstance(value, Mapping) else [(name, value)]
    return rows
