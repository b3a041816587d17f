"""Cameras and recordings that the plug-ins bring along, as far as a principal may see them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import attrs

from reference_host.access import RoleAccess
from vms_hooks.faults import FaultKind, PluginFault
from vms_hooks.plugin import Plugin
from vms_hooks.values import Camera, Interval, Principal, TimelineRow


@attrs.frozen(kw_only=True)
class CameraList:
    """Cameras in the order of the tree, and why some may be missing."""

    cameras: tuple[Camera, ...]
    incomplete: tuple[str, ...] = ()
    #: Plug-ins are still starting: their cameras are missing only until they have.
    starting: bool = False


@attrs.frozen(kw_only=True)
class Timeline:
    """Rows of the cameras asked for, and why some may be missing."""

    rows: tuple[TimelineRow, ...]
    incomplete: tuple[str, ...] = ()


async def list_cameras(
    plugins: Iterable[Plugin], access: RoleAccess, principal: Principal, *, starting: Iterable[Plugin] = ()
) -> CameraList:
    """Ask every active plug-in. Of two cameras with one id the first is kept, and this is said.

    Those that are still starting are not asked: the list is incomplete without their cameras.
    """
    plugins, starting = tuple(plugins), tuple(starting)
    answers = await asyncio.gather(*(_cameras(plugin, principal) for plugin in plugins))
    cameras: dict[str, Camera] = {}
    incomplete = [
        f"{_name(plugin)} is still starting. Its cameras come by themselves." for plugin in starting
    ]
    for plugin, answer in zip(plugins, answers, strict=True):
        if isinstance(answer, PluginFault):
            incomplete.append(_told(plugin, answer))
            continue
        for camera in answer:
            if camera.id in cameras:
                incomplete.append(f'{plugin.id} brings a camera "{camera.id}" that another plug-in has.')
            elif access.may_see(principal, camera.id):
                cameras[camera.id] = camera
    return CameraList(cameras=tuple(cameras.values()), incomplete=tuple(incomplete), starting=bool(starting))


async def draw_timeline(
    plugins: Iterable[Plugin], cameras: tuple[str, ...], interval: Interval, principal: Principal
) -> Timeline:
    """Ask every active plug-in what is recorded and marked; rows of one camera are laid over each other."""
    plugins = tuple(plugins)
    answers = await asyncio.gather(*(_timeline(plugin, cameras, interval, principal) for plugin in plugins))
    incomplete = tuple(
        _told(plugin, answer)
        for plugin, answer in zip(plugins, answers, strict=True)
        if isinstance(answer, PluginFault)
    )
    rows = [row for answer in answers if not isinstance(answer, PluginFault) for row in answer]
    return Timeline(
        rows=tuple(_laid_over(camera, [row for row in rows if row.camera == camera]) for camera in cameras),
        incomplete=incomplete,
    )


def _name(plugin: Plugin) -> str:
    return plugin.found.manifest.name if plugin.found.manifest else plugin.id


def _told(plugin: Plugin, fault: PluginFault) -> str:
    """Say to operators what went wrong with a plug-in; the log and the administration have the rest."""
    name = _name(plugin)
    if fault.kind is FaultKind.HUNG:
        return f"{name} has not answered yet. It is asked again by itself."
    if fault.kind is FaultKind.SUSPENDED:
        return f"{name} is not working. Tell an administrator, who sees why under Administration > Plug-ins."
    return f"{name} could not answer. It is asked again by itself; if it stays so, tell an administrator."


def _laid_over(camera: str, rows: list[TimelineRow]) -> TimelineRow:
    return TimelineRow(
        camera=camera,
        spans=tuple(span for row in rows for span in row.spans),
        marks=tuple(mark for row in rows for mark in row.marks),
        incomplete=" ".join(row.incomplete for row in rows if row.incomplete),
    )


async def _cameras(plugin: Plugin, principal: Principal) -> tuple[Camera, ...] | PluginFault:
    try:
        return await plugin.answering().cameras(principal)
    except PluginFault as fault:
        return fault


async def _timeline(
    plugin: Plugin, cameras: tuple[str, ...], interval: Interval, principal: Principal
) -> tuple[TimelineRow, ...] | PluginFault:
    try:
        return await plugin.answering().timeline(cameras, interval, principal)
    except PluginFault as fault:
        return fault
