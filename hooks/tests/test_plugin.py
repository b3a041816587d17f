"""From found to stopped: where a plug-in stands, why, and what to do about it."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from textwrap import dedent
from typing import Any

import attrs
import pytest

from vms_hooks.caller import Deadlines
from vms_hooks.faults import PluginFault
from vms_hooks.host import HostServices, LicenceState, LicenceStatus, Site
from vms_hooks.judging import Circumstances, Found, discover, judge
from vms_hooks.manifest import Manifest
from vms_hooks.plugin import Plugin
from vms_hooks.states import PluginState
from vms_hooks.values import Principal

POINT = EntryPoint(name="small", value="small:plugin", group="vms.plugins")
MANIFEST = Manifest(
    id="small",
    name="Small",
    version="1",
    contract_from=(1, 0),
    contract_before=(2, 0),
    licence_feature="small",
)
FOUND = Found(entry_point=POINT, manifest=MANIFEST)
WELCOME = Circumstances(
    contract=(1, 0),
    capabilities=frozenset(),
    enabled=True,
    licence=LicenceStatus(state=LicenceState.VALID),
)
REFUSED = LicenceStatus(state=LicenceState.REFUSED, reason="Tampered with.", remedy="Get a new one.")
#: Nothing here is late, however busy the machine is.
LONG = Deadlines(importing=60, activation=60, declaration=60, starting=60, stopping=60, answer=60)

CODE = """
    from vms_hooks import hookimpl
    from vms_hooks.values import Health

    class Runtime:
        stopped = 0
        async def start(self): {start}
        async def stop(self): Runtime.stopped += 1
        async def health(self): return Health(ok=True)
        async def cameras(self, principal): return ()
        async def timeline(self, cameras, interval, principal): return ()
        async def media_holds(self, camera, interval): return ()
        async def view_changed(self, view): pass
        async def host_event(self, event): pass

    class Plugin:
        @hookimpl
        def vms_activate(self, host, settings): {activate}
        @hookimpl
        def vms_permissions(self): {permissions}
        @hookimpl
        def vms_http_mount(self): {mount}

    {last}
    plugin = Plugin()
"""
HONEST = {
    "start": "pass",
    "activate": "return Runtime()",
    "permissions": "return ()",
    "mount": "return None",
    "last": "",
}


@pytest.fixture
def plugin_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Install a plug-in with the given parts of its code, and give it unstarted."""

    def build(name: str, **parts: str) -> Plugin:
        (tmp_path / f"{name}.py").write_text(dedent(CODE).format(**(HONEST | parts)))
        monkeypatch.syspath_prepend(tmp_path)
        point = EntryPoint(name="small", value=f"{name}:plugin", group="vms.plugins")
        return Plugin(Found(entry_point=point, manifest=MANIFEST), deadlines=LONG)

    return build


class Nobody:
    """Services that this plug-in does not use."""


@pytest.fixture
def services(tmp_path: Path) -> HostServices:
    nobody: Any = Nobody()
    site = Site(id="s", name="S", time_zone="UTC")
    return HostServices(
        access=nobody, licence=nobody, secrets=nobody, clock=nobody, site=site, storage=tmp_path
    )


@pytest.mark.parametrize(
    ("found", "circumstances", "state", "reason"),
    [
        (attrs.evolve(FOUND, manifest=None, fault="Broken."), WELCOME, PluginState.INCOMPATIBLE, "Broken."),
        (FOUND, attrs.evolve(WELCOME, contract=(2, 0)), PluginState.INCOMPATIBLE, "this host has 2.0"),
        (FOUND, attrs.evolve(WELCOME, contract=(0, 9)), PluginState.INCOMPATIBLE, "this host has 0.9"),
        (FOUND, attrs.evolve(WELCOME, enabled=False), PluginState.DISABLED, "does not enable"),
        (FOUND, attrs.evolve(WELCOME, licence=REFUSED), PluginState.UNLICENSED, "Tampered with."),
        (
            attrs.evolve(FOUND, manifest=attrs.evolve(MANIFEST, requires=frozenset({"export", "map"}))),
            attrs.evolve(WELCOME, capabilities=frozenset({"map"})),
            PluginState.INCOMPATIBLE,
            "does not have: export.",
        ),
    ],
)
def test_each_refusal_has_its_state_reason_and_remedy(
    found: Found, circumstances: Circumstances, state: PluginState, reason: str
) -> None:
    """The administrator reads why, and what to do."""
    standing = judge(found, circumstances)
    assert standing is not None
    assert standing.state is state
    assert reason in standing.reason
    assert standing.remedy


def test_the_order_of_judging() -> None:
    """The first obstacle is named: the contract before the site, the site before the licence."""
    worst = Circumstances(contract=(9, 0), capabilities=frozenset(), enabled=False, licence=REFUSED)
    steps = [worst, attrs.evolve(worst, contract=(1, 0)), attrs.evolve(worst, contract=(1, 0), enabled=True)]
    states = [standing.state for standing in (judge(FOUND, step) for step in steps) if standing]
    assert states == ["incompatible", "disabled", "unlicensed"]


@pytest.mark.parametrize("state", [LicenceState.VALID, LicenceState.EXPIRED])
def test_an_expired_licence_goes_on(state: LicenceState) -> None:
    """What exists must stay readable; the plug-in itself refuses what is new."""
    assert judge(FOUND, attrs.evolve(WELCOME, licence=LicenceStatus(state=state))) is None


def test_a_plugin_without_a_feature_needs_no_licence() -> None:
    """A site without any licence file can run it."""
    free = attrs.evolve(FOUND, manifest=attrs.evolve(MANIFEST, licence_feature=""))
    missing = LicenceStatus(state=LicenceState.MISSING)
    assert judge(free, attrs.evolve(WELCOME, licence=missing)) is None


def test_two_plugins_with_one_id_are_both_kept_out() -> None:
    """Nobody can know which one the site meant."""
    (found,) = discover([POINT, attrs.evolve(FOUND).entry_point])
    assert found.manifest is None
    assert "Several installed plug-ins claim" in found.fault


async def test_a_plugin_lives_and_stops(plugin_of: Any, services: HostServices) -> None:
    """Active after starting; asked nothing after stopping."""
    plugin = plugin_of("lives")
    await plugin.start(services, {})
    assert plugin.standing.state is PluginState.ACTIVE
    assert (await plugin.answering().health()).ok
    await plugin.stop()
    assert plugin.standing.state is PluginState.STOPPED
    with pytest.raises(PluginFault):
        plugin.answering()


@pytest.mark.parametrize(
    ("name", "parts", "reason"),
    [
        ("raises_on_import", {"last": "raise ValueError('bad day')"}, "import raised ValueError: bad day."),
        ("exits_on_import", {"last": "raise SystemExit(1)"}, "import tried to end the program."),
        ("no_syntax", {"last": "def"}, "import raised SyntaxError"),
        (
            "fails_to_activate",
            {"activate": "raise OSError('disk full')"},
            "vms_activate raised OSError: disk full.",
        ),
        ("activates_nothing", {"activate": "return None"}, "not a runtime"),
        ("fails_to_start", {"start": "raise OSError('no recorder')"}, "start raised OSError: no recorder."),
        ("lies_of_rights", {"permissions": "return 5"}, "vms_permissions broke the contract"),
    ],
)
async def test_a_failed_start_is_a_state_with_its_reason(
    plugin_of: Any, services: HostServices, name: str, parts: dict[str, str], reason: str
) -> None:
    """Whatever goes wrong on the way leaves the plug-in *failed* and the host alive."""
    plugin = plugin_of(name, **parts)
    await plugin.start(services, {})
    assert plugin.standing.state is PluginState.FAILED
    assert reason in plugin.standing.reason
    assert plugin.standing.remedy
    assert not plugin.active


async def test_a_runtime_that_could_not_start_lets_go(plugin_of: Any, services: HostServices) -> None:
    """What activation opened is closed again."""
    plugin = plugin_of("lets_go", start="raise OSError()")
    await plugin.start(services, {})
    module = __import__("lets_go")
    assert module.Runtime.stopped == 1


async def test_a_plugin_without_its_pages_still_answers(plugin_of: Any, services: HostServices) -> None:
    """A failing mount costs the pages, and not the collections."""
    plugin = plugin_of("no_pages", mount="raise ValueError()")
    await plugin.start(services, {})
    assert plugin.active
    assert plugin.mount is None


async def test_misbehaving_hooks_suspend_an_active_plugin(plugin_of: Any, services: HostServices) -> None:
    """The state changes by itself, and says why."""
    plugin = plugin_of("misbehaves")
    await plugin.start(services, {})
    for _ in range(3):
        with pytest.raises(PluginFault):
            await plugin.hooks._drawn("vms_no_such_hook", object, principal=Principal(id="o", name="O"))
    assert plugin.standing.state is PluginState.SUSPENDED
    assert "3 times in a row" in plugin.standing.reason
    await plugin.stop()
