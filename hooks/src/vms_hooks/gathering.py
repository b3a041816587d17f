"""Asking every plug-in what it contributes for one principal, so that no plug-in can hurt another's place.

What one plug-in cannot say, or what it takes from another, is listed as trouble and left out.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Iterable, Sequence

import attrs

import vms_hooks
from vms_hooks import contributions as offers
from vms_hooks.checks import permission_ids
from vms_hooks.document import Contributions, Drawn, PluginPlace, Runnable, Trouble
from vms_hooks.faults import PluginFault
from vms_hooks.host import Access
from vms_hooks.plugin import Plugin
from vms_hooks.values import Principal

_PATH = re.compile(r"[a-z][a-z0-9-]*")

Contributed = (
    offers.Tab
    | offers.CameraView
    | offers.Panel
    | offers.AdminSection
    | offers.ToolbarItem
    | offers.ExportList
)


@attrs.frozen(kw_only=True)
class Pages:
    """What a host says of its own pages before it asks."""

    #: Toolbars that it has.
    toolbars: tuple[str, ...] = ()
    #: First parts of addresses that are its own, so that no tab can have them.
    reserved_paths: frozenset[str] = frozenset()
    #: Whether it has an export tab of its own.
    export_lists: bool = False
    #: Where it mounts plug-ins: the id follows.
    mounts: str = "/plugins/"


@attrs.define(kw_only=True)
class _Answers:
    """What one plug-in said."""

    plugin: Plugin
    drawn: dict[str, list[Drawn]] = attrs.field(factory=dict)
    trouble: list[Trouble] = attrs.field(factory=list)


async def gather(
    plugins: Iterable[Plugin], access: Access, principal: Principal, pages: Pages
) -> Contributions:
    """Ask every active plug-in, all at once; the document is in order of plug-in ids and of ``order``."""
    active = sorted((plugin for plugin in plugins if plugin.active), key=lambda plugin: plugin.id)
    answers = await asyncio.gather(*(_ask(plugin, principal, pages) for plugin in active))
    arbiter = _Arbiter(pages.reserved_paths)
    for answer in answers:
        arbiter.trouble += answer.trouble
        arbiter.keep_tags_apart(answer)
    places = {
        place: tuple(
            sorted(
                (item for answer in answers for item in answer.drawn.get(place, ())),
                key=lambda item: (item.order, item.id),
            )
        )
        for place in (*_PLACES, *pages.toolbars)
    }
    return Contributions(
        contract=".".join(map(str, vms_hooks.CONTRACT)),
        plugins=tuple(_place(plugin, pages) for plugin in active),
        commands=arbiter.one_shortcut_each(
            tuple(item for plugin in active for item in _commands(plugin, access, principal, pages))
        ),
        permissions=tuple(
            permission
            for plugin in active
            for permission in permission_ids(plugin.permissions)
            if access.decide(principal, permission).allowed
        ),
        tabs=arbiter.one_path_each(places["tabs"]),
        live_views=places["live_views"],
        playback_views=places["playback_views"],
        live_panels=places["live_panels"],
        playback_panels=places["playback_panels"],
        admin_sections=places["admin_sections"],
        export_lists=places["export_lists"],
        toolbar_items={area: places[area] for area in pages.toolbars},
        trouble=tuple(arbiter.trouble),
    )


_PLACES = (
    "tabs",
    "live_views",
    "playback_views",
    "live_panels",
    "playback_panels",
    "admin_sections",
    "export_lists",
)


async def _ask(plugin: Plugin, principal: Principal, pages: Pages) -> _Answers:
    hooks, answers = plugin.hooks, _Answers(plugin=plugin)
    questions: dict[str, Awaitable[Sequence[Contributed]]] = {
        "tabs": hooks.tabs(principal),
        "live_views": hooks.live_views(principal),
        "playback_views": hooks.playback_views(principal),
        "live_panels": hooks.live_panels(principal),
        "playback_panels": hooks.playback_panels(principal),
        "admin_sections": hooks.admin_sections(principal),
    }
    if pages.export_lists:
        questions["export_lists"] = hooks.export_lists(principal)
    for area in pages.toolbars:
        questions[area] = hooks.toolbar_items(area, principal)
    for place, question in questions.items():
        try:
            answers.drawn[place] = [_drawn(plugin.id, each, pages) for each in await question]
        except PluginFault as fault:
            answers.trouble.append(Trouble(plugin=plugin.id, reason=fault.reason))
    return answers


def _place(plugin: Plugin, pages: Pages) -> PluginPlace:
    manifest = plugin.found.manifest
    return PluginPlace(
        id=plugin.id, name=manifest.name if manifest else plugin.id, base=_below(plugin.id, "", pages)
    )


def _below(plugin: str, path: str, pages: Pages) -> str:
    return f"{pages.mounts}{plugin}/{path}"


def _drawn(plugin: str, offer: Contributed, pages: Pages) -> Drawn:
    element = offer.element
    return Drawn(
        plugin=plugin,
        id=offer.id,
        title=offer.title,
        tag=element.tag,
        module=_below(plugin, element.module, pages),
        page=_below(plugin, element.page, pages) if element.page else "",
        order=0 if isinstance(offer, offers.CameraView | offers.ExportList) else offer.order,
        path=offer.path if isinstance(offer, offers.Tab) else "",
        when=offer.when if isinstance(offer, offers.ToolbarItem) else frozenset(),
    )


def _commands(plugin: Plugin, access: Access, principal: Principal, pages: Pages) -> Iterable[Runnable]:
    for command in plugin.commands:
        if command.permission and not access.decide(principal, command.permission).allowed:
            continue
        yield Runnable(
            plugin=plugin.id,
            id=command.id,
            title=command.title,
            module=_below(plugin.id, command.module, pages),
            shortcut=command.shortcut,
            when=command.when,
        )


class _Arbiter:
    """Settles what only one can have; who comes first, by order and then by id, has it."""

    def __init__(self, reserved_paths: frozenset[str]) -> None:
        self._paths = set(reserved_paths)
        self._tags: dict[str, Drawn] = {}
        self.trouble: list[Trouble] = []

    def keep_tags_apart(self, answers: _Answers) -> None:
        """Leave out elements whose tag another module defines: a browser takes only its first definition."""
        for place, items in answers.drawn.items():
            answers.drawn[place] = [item for item in items if self._may_have_tag(item)]

    def one_path_each(self, tabs: Iterable[Drawn]) -> tuple[Drawn, ...]:
        """Leave out tabs whose address is taken, or cannot be one."""
        return tuple(tab for tab in tabs if self._may_have_path(tab))

    def one_shortcut_each(self, commands: Iterable[Runnable]) -> tuple[Runnable, ...]:
        """Take a shortcut from all commands but the first that wants it; they can still be run."""
        holders: dict[str, Runnable] = {}
        return tuple(self._with_own_shortcut(command, holders) for command in commands)

    def _may_have_tag(self, item: Drawn) -> bool:
        holder = self._tags.setdefault(item.tag, item)
        if holder.module == item.module:
            return True
        self._refuse(item, f'the element "{item.tag}" is already defined by {holder.module}')
        return False

    def _may_have_path(self, tab: Drawn) -> bool:
        if tab.path in self._paths or not _PATH.fullmatch(tab.path):
            self._refuse(tab, f'its path "{tab.path}" is taken or not valid')
            return False
        self._paths.add(tab.path)
        return True

    def _with_own_shortcut(self, command: Runnable, holders: dict[str, Runnable]) -> Runnable:
        if not command.shortcut:
            return command
        holder = holders.setdefault(command.shortcut, command)
        if holder is command:
            return command
        reason = f'The key {command.shortcut} runs "{holder.title}" and not "{command.title}": both want it.'
        self.trouble.append(Trouble(plugin=command.plugin, reason=reason))
        return attrs.evolve(command, shortcut="")

    def _refuse(self, item: Drawn, why: str) -> None:
        kind = "tab" if item.path else "contribution"
        self.trouble.append(
            Trouble(plugin=item.plugin, reason=f'The {kind} "{item.title}" cannot be shown: {why}.')
        )
