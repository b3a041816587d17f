"""Numbered views on their way to the plug-ins. Acknowledged means: every active plug-in has taken note."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from vms_hooks.faults import FaultKind, PluginFault
from vms_hooks.plugin import Plugin
from vms_hooks.values import View


async def acknowledge(plugins: Iterable[Plugin], view: View) -> tuple[str, ...]:
    """Tell every plug-in what an operator looks at; gives the reasons of those that did not take note."""
    answers = await asyncio.gather(*(_tell(plugin, view) for plugin in plugins))
    return tuple(answer for answer in answers if answer is not None)


async def _tell(plugin: Plugin, view: View) -> str | None:
    try:
        await plugin.answering().view_changed(view)
    except PluginFault as fault:
        return _in_words(plugin, fault)
    return None


def _in_words(plugin: Plugin, fault: PluginFault) -> str:
    """Say to operators what stopped a plug-in; how its call is named stands in the host's log."""
    manifest = plugin.found.manifest
    cause = str(fault.__cause__ or "") if fault.kind is FaultKind.RAISED else ""
    return f"{manifest.name if manifest else plugin.id}: {cause or fault.reason}"
