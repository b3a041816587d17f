"""Our plug-in under the releases of the contract before this one, and their plug-ins under this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from vms_hooks import CONTRACT, hookimpl
from vms_hooks import contributions as c
from vms_hooks.contributions import Element
from vms_hooks.host import HostServices
from vms_hooks.manifest import parse_manifest
from vms_hooks.testing import HostHarness
from vms_hooks.values import Camera, Health, HostEvent, Interval, Principal, Target, View

ROOT = Path(__file__).parents[2]
WHEELS = sorted((ROOT / "hooks" / "releases").glob("*.whl"))


def release_of(wheel: Path) -> tuple[int, ...]:
    return tuple(map(int, wheel.name.split("-")[1].split(".")[:2]))


#: The two releases before this one, as far as there are two.
BEFORE = sorted((wheel for wheel in WHEELS if release_of(wheel) < CONTRACT), key=release_of)[-2:]


@pytest.mark.parametrize("wheel", BEFORE, ids=lambda wheel: wheel.stem)
def test_the_incident_manager_works_in_a_host_of_an_earlier_release(wheel: Path, tmp_path: Path) -> None:
    """The kept wheel, in a process of its own: judged, activated, asked everything, stopped, no fault."""
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("earlier_host.py")), str(tmp_path), str(wheel)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert tuple(told["release"]) == release_of(wheel)
    assert (told["refusal"], told["state"], told["reasons"]) == (None, "active", [""])
    assert told["drawn"] == {
        "tabs": 2,
        "live_views": 1,
        "playback_views": 1,
        "live_panels": 1,
        "playback_panels": 1,
        "toolbar_items": 1,
    }
    assert told["mounted"]
    assert told["health"]["store"] == [True, ""]
    assert " used" in told["health"]["Finished exports"][1]
    assert told["opened"] == "7"


def test_the_two_releases_before_this_one_are_kept() -> None:
    """Nobody makes a release without keeping what its predecessors were."""
    assert [release_of(wheel) for wheel in BEFORE] == [(0, 1), (1, 0)]
    assert CONTRACT == (1, 1)


def test_the_manifest_claims_what_is_tested() -> None:
    """From the earliest kept release that is tried here, up to this one."""
    manifest = parse_manifest(ROOT / "plugin.toml")
    assert manifest.contract_from == min(map(release_of, BEFORE), default=CONTRACT)
    assert manifest.contract_from <= CONTRACT < manifest.contract_before


class RuntimeOf01:
    """As 0.1 had it; written then, and not to be brought up to date."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def health(self) -> Health:
        return Health(ok=True)

    async def cameras(self, principal: Principal) -> tuple[Camera, ...]:
        return (Camera(id="old", name="Old"),)

    async def timeline(self, cameras: Any, interval: Interval, principal: Principal) -> tuple[()]:
        return ()

    async def media_holds(self, camera: str, interval: Interval) -> tuple[()]:
        return ()

    async def view_changed(self, view: View) -> None: ...

    async def host_event(self, event: HostEvent) -> None: ...


class PluginOf01:
    """A plug-in written for 0.1, with nothing that came later; not to be brought up to date either."""

    element = Element(tag="old-tab", module="ui/old.js")

    @hookimpl
    def vms_activate(self, host: HostServices, settings: Mapping[str, Any]) -> RuntimeOf01:
        return RuntimeOf01()

    @hookimpl
    def vms_permissions(self) -> Any:
        return (c.Permission(id="old.things", title="Things"),)

    @hookimpl
    def vms_commands(self) -> Any:
        right = "old.things"
        return (c.Command(id="old.run", title="Run", module="ui/run.js", shortcut="F9", permission=right),)

    @hookimpl
    def vms_live_panels(self, principal: Principal) -> Any:
        return (c.Panel(id="old.panel", title="Old", element=self.element),)

    @hookimpl
    def vms_toolbar_items(self, area: str, principal: Principal) -> Any:
        if area not in (c.LIVE_VIEW_ITEM_TOOLBAR, c.PLAYBACK_VIEW_ITEM_TOOLBAR, c.STATUS_BAR):
            return ()
        return (c.ToolbarItem(id="old.item", area=area, title="Old", element=self.element),)

    @hookimpl
    def vms_tabs(self, principal: Principal) -> Any:
        return (c.Tab(id="old.tab", path="old", title="Old", element=self.element),)

    @hookimpl
    def vms_open(self, target: str) -> Target | None:
        return Target(tab="old") if target.startswith("old:") else None


async def test_a_plugin_of_an_earlier_release_works_in_this_one(tmp_path: Path) -> None:
    """Everything it contributes is there, and it is told what it was told then."""
    async with HostHarness(PluginOf01(), identity="old", storage=tmp_path) as host:
        drawn = await host.contributions()
        assert drawn.trouble == ()
        assert [tab.id for tab in drawn.tabs] == ["old.tab"]
        assert [command.shortcut for command in drawn.commands] == ["F9"]
        assert [len(items) for items in drawn.toolbar_items.values()] == [1, 1, 0, 1]
        assert await host.plugin.hooks.open("old:1", Principal(id="o", name="O")) == Target(tab="old")
        await host.look("old")
    assert host.plugin.conduct.reasons == ()
