"""Everything the plug-ins contribute for one principal, as values that are written as JSON."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Iterable

import attrs

from reference_host.access import ADMINISTRATION, SHARE_VIEWS, RoleAccess
from vms_hooks import contributions as contract
from vms_hooks.checks import permission_ids
from vms_hooks.faults import PluginFault
from vms_hooks.plugin import Plugin
from vms_hooks.values import Principal

#: The places of this host's pages that hold toolbar items.
AREAS = (contract.LIVE_VIEW_ITEM_TOOLBAR, contract.PLAYBACK_VIEW_ITEM_TOOLBAR, contract.STATUS_BAR)
#: First parts of addresses that are the host's own.
RESERVED_PATHS = frozenset(
    {"live", "playback", "administration", "sign-in", "set-up", "open", "api", "ui", "plugins", "healthz"}
)
_PATH = re.compile(r"[a-z][a-z0-9-]*")


@attrs.frozen(kw_only=True)
class Drawn:
    """A contributed custom element; ``module`` is an absolute path on this host."""

    plugin: str
    id: str
    title: str
    tag: str
    module: str
    order: int
    #: Of a tab: first part of its address.
    path: str = ""


@attrs.frozen(kw_only=True)
class Runnable:
    """A contributed command."""

    plugin: str
    id: str
    title: str
    module: str
    shortcut: str


@attrs.frozen(kw_only=True)
class Trouble:
    """A contribution that is missing, and why."""

    plugin: str
    reason: str


@attrs.frozen(kw_only=True)
class PluginPlace:
    """A plug-in and where its ASGI application is mounted."""

    id: str
    name: str
    base: str


@attrs.define(kw_only=True)
class Contributions:
    """What the page draws; nothing of it is known to the host beforehand."""

    plugins: list[PluginPlace] = attrs.field(factory=list)
    tabs: list[Drawn] = attrs.field(factory=list)
    commands: list[Runnable] = attrs.field(factory=list)
    live_views: list[Drawn] = attrs.field(factory=list)
    playback_views: list[Drawn] = attrs.field(factory=list)
    live_panels: list[Drawn] = attrs.field(factory=list)
    playback_panels: list[Drawn] = attrs.field(factory=list)
    toolbar_items: dict[str, list[Drawn]] = attrs.field(factory=lambda: {area: [] for area in AREAS})
    admin_sections: list[Drawn] = attrs.field(factory=list)
    #: Ids of the permissions that the principal holds.
    permissions: list[str] = attrs.field(factory=list)
    trouble: list[Trouble] = attrs.field(factory=list)
    #: Ids of plug-ins that will contribute when they have started.
    starting: list[str] = attrs.field(factory=list)


def mount_path(root: str, plugin: str) -> str:
    """Where a plug-in's ASGI application is found, below the address of the host itself."""
    return f"{root}/plugins/{plugin}"


async def gather(
    plugins: Iterable[Plugin], access: RoleAccess, principal: Principal, *, root: str = ""
) -> Contributions:
    """Ask every active plug-in; what one cannot say is listed as trouble and hurts no other."""
    everything = Contributions()
    if access.decide(principal, ADMINISTRATION).allowed:
        everything.permissions.append(ADMINISTRATION)
    if access.decide(principal, SHARE_VIEWS).allowed:
        everything.permissions.append(SHARE_VIEWS)
    plugins = tuple(plugins)
    await asyncio.gather(*(_ask(plugin, access, principal, everything, root) for plugin in plugins))
    for items in (
        everything.tabs,
        everything.live_panels,
        everything.playback_panels,
        everything.admin_sections,
        *everything.toolbar_items.values(),
    ):
        items.sort(key=lambda item: (item.order, item.id))
    _keep_tabs_apart(everything)
    return everything


async def _ask(
    plugin: Plugin, access: RoleAccess, principal: Principal, everything: Contributions, root: str
) -> None:
    manifest = plugin.found.manifest
    name = manifest.name if manifest else plugin.id
    everything.plugins.append(PluginPlace(id=plugin.id, name=name, base=f"{mount_path(root, plugin.id)}/"))
    everything.permissions += [
        permission
        for permission in permission_ids(plugin.permissions)
        if access.decide(principal, permission).allowed
    ]
    everything.commands += [
        _runnable(root, plugin, command)
        for command in plugin.commands
        if not command.permission or access.decide(principal, command.permission).allowed
    ]
    hooks = plugin.hooks
    places: list[tuple[list[Drawn], Awaitable[Iterable[_Contributed]]]] = [
        (everything.tabs, hooks.tabs(principal)),
        (everything.live_views, hooks.live_views(principal)),
        (everything.playback_views, hooks.playback_views(principal)),
        (everything.live_panels, hooks.live_panels(principal)),
        (everything.playback_panels, hooks.playback_panels(principal)),
        (everything.admin_sections, hooks.admin_sections(principal)),
        *((everything.toolbar_items[area], hooks.toolbar_items(area, principal)) for area in AREAS),
    ]
    for place, declared in places:
        try:
            place += [_drawn(root, plugin, contribution) for contribution in await declared]
        except PluginFault as fault:
            everything.trouble.append(Trouble(plugin=plugin.id, reason=fault.reason))


_Contributed = (
    contract.Tab | contract.CameraView | contract.Panel | contract.AdminSection | contract.ToolbarItem
)


def _drawn(root: str, plugin: Plugin, contribution: _Contributed) -> Drawn:
    return Drawn(
        plugin=plugin.id,
        id=contribution.id,
        title=contribution.title,
        tag=contribution.element.tag,
        module=f"{mount_path(root, plugin.id)}/{contribution.element.module}",
        order=0 if isinstance(contribution, contract.CameraView) else contribution.order,
        path=contribution.path if isinstance(contribution, contract.Tab) else "",
    )


def _runnable(root: str, plugin: Plugin, command: contract.Command) -> Runnable:
    return Runnable(
        plugin=plugin.id,
        id=command.id,
        title=command.title,
        module=f"{mount_path(root, plugin.id)}/{command.module}",
        shortcut=command.shortcut,
    )


def _keep_tabs_apart(everything: Contributions) -> None:
    taken = set(RESERVED_PATHS)
    kept = []
    for tab in everything.tabs:
        if tab.path in taken or not _PATH.fullmatch(tab.path):
            reason = f'The tab "{tab.title}" cannot be shown: its path "{tab.path}" is taken or not valid.'
            everything.trouble.append(Trouble(plugin=tab.plugin, reason=reason))
        else:
            taken.add(tab.path)
            kept.append(tab)
    everything.tabs = kept
