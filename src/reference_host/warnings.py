"""What operators are told of plug-ins: something that they rely on is missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

import attrs

from reference_host.access import ADMINISTRATION, RoleAccess
from reference_host.plugins import health_of
from vms_hooks.checks import permission_ids
from vms_hooks.faults import PluginFault
from vms_hooks.plugin import Plugin
from vms_hooks.values import Health, Part, Principal

#: Seconds for which an answer is believed: every open page asks.
_BELIEVED = 5.0
#: How a remedy names a place that administrators alone come to.
_WAY = "Administration > "


@attrs.frozen(kw_only=True)
class Warned:
    """One warning, in the plug-in's own words."""

    plugin: str
    #: Stays the same while it is the same warning.
    id: str
    detail: str
    remedy: str = ""
    #: Whether the part does not work at all.
    broken: bool = False
    camera: str = ""


class Warnings:
    """Asks the active plug-ins, at most every few seconds whoever wants to know."""

    def __init__(
        self, active: Callable[[], Iterable[Plugin]], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._active = active
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._kept: tuple[float, tuple[Warned, ...]] | None = None

    async def of(self, principal: Principal, access: RoleAccess) -> tuple[Warned, ...]:
        """Give what a principal is told: of plug-ins that they work with, of cameras that they may see.

        Ways to where they may not go are left out.
        """
        async with self._lock:
            if self._kept is None or self._monotonic() - self._kept[0] >= _BELIEVED:
                self._kept = (self._monotonic(), await self._ask())
            warned = self._kept[1]
        used = {plugin.id for plugin in self._active() if _works_with(principal, plugin, access)}
        seen = tuple(
            one
            for one in warned
            if one.plugin in used and (not one.camera or access.may_see(principal, one.camera))
        )
        if access.decide(principal, ADMINISTRATION).allowed:
            return seen
        return tuple(attrs.evolve(one, remedy="") if _WAY in one.remedy else one for one in seen)

    async def _ask(self) -> tuple[Warned, ...]:
        plugins = tuple(self._active())
        answers = await asyncio.gather(*map(health_of, plugins))
        return tuple(
            Warned(
                plugin=plugin.id,
                id=f"{plugin.id}: {part.name}",
                detail=part.detail,
                remedy=part.remedy,
                broken=not part.ok,
                camera=part.camera,
            )
            for plugin, health in zip(plugins, answers, strict=True)
            for part in _parts(health)
        )


def _works_with(principal: Principal, plugin: Plugin, access: RoleAccess) -> bool:
    """Whether the principal holds any permission of the plug-in; one without permissions is everybody's."""
    ids = permission_ids(plugin.permissions)
    return not ids or any(access.decide(principal, one).allowed for one in ids)


def _parts(health: Health | PluginFault) -> Iterable[Part]:
    if isinstance(health, PluginFault):
        return ()
    return (part for part in health.parts if part.for_operators and (part.warning or not part.ok))
