"""Holds the incident manager as a host of an earlier contract would, in a process that has only that one."""

from __future__ import annotations

import asyncio
import json
import sys
import zipfile
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

folder, wheel = Path(sys.argv[1]), Path(sys.argv[2])
zipfile.ZipFile(wheel).extractall(folder / "contract")
sys.path.insert(0, str(folder / "contract"))

import vms_hooks  # noqa: E402 - it must be the release of the wheel
from vms_hooks import contributions as c  # noqa: E402
from vms_hooks.host import Decision, HostServices, LicenceState, LicenceStatus, Site  # noqa: E402
from vms_hooks.judging import Circumstances, discover, judge  # noqa: E402
from vms_hooks.plugin import Plugin  # noqa: E402
from vms_hooks.values import HostEvent, HostEventKind, Principal, View, ViewMode  # noqa: E402

OLIVIA = Principal(id="olivia", name="Olivia", roles=frozenset({"everything"}))
LICENSED = LicenceStatus(state=LicenceState.VALID)


class Everything:
    """Every service that a host of 0.1 and one of 1.0 must have."""

    def decide(self, *_: object) -> Decision:
        return Decision(allowed=True)

    def status(self) -> LicenceStatus:
        return LICENSED

    def get(self, name: str) -> str | None:
        return None

    def now(self) -> Any:
        return datetime.now(UTC)


async def main() -> dict[str, Any]:
    point = EntryPoint(name="incident", value="incident_plugin.plugin:plugin", group="vms.plugins")
    (found,) = discover([point])
    refusal = judge(
        found,
        Circumstances(contract=vms_hooks.CONTRACT, capabilities=frozenset(), enabled=True, licence=LICENSED),
    )
    plugin = Plugin(found)
    every: Any = Everything()
    site = Site(id="s", name="S", time_zone="UTC")
    services = HostServices(
        access=every, licence=every, secrets=every, clock=every, site=site, storage=folder / "storage"
    )
    services.storage.mkdir()
    assert found.manifest
    await plugin.start(services, found.manifest.settings)
    hooks, runtime = plugin.hooks, plugin.answering()
    drawn = {
        "tabs": await hooks.tabs(OLIVIA),
        "live_views": await hooks.live_views(OLIVIA),
        "playback_views": await hooks.playback_views(OLIVIA),
        "live_panels": await hooks.live_panels(OLIVIA),
        "playback_panels": await hooks.playback_panels(OLIVIA),
        "toolbar_items": await hooks.toolbar_items(c.STATUS_BAR, OLIVIA),
    }
    await hooks.admin_sections(OLIVIA)
    await hooks.export_lists(OLIVIA)
    opened = await hooks.open("incident:7", OLIVIA)
    await runtime.view_changed(
        View(principal=OLIVIA, client="b", number=1, mode=ViewMode.LIVE, cameras=(), at=every.now())
    )
    await runtime.host_event(HostEvent(kind=HostEventKind.SIGNED_IN, at=every.now(), principal=OLIVIA))
    await runtime.host_event(HostEvent(kind=HostEventKind.SIGNED_OUT, at=every.now(), principal=OLIVIA))
    health = await runtime.health()
    standing, reasons = plugin.standing, plugin.conduct.reasons
    await plugin.stop()
    return {
        "release": list(vms_hooks.CONTRACT),
        "refusal": refusal and refusal.reason,
        "state": standing.state,
        "reasons": [standing.reason, *reasons],
        "drawn": {place: len(items) for place, items in drawn.items()},
        "commands": len(plugin.commands),
        "health": {part.name: [part.ok, part.detail] for part in health.parts},
        "mounted": plugin.mount is not None,
        "opened": opened and opened.path,
    }


sys.stdout.write(json.dumps(asyncio.run(main())))
