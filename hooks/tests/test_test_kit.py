"""The test kit itself: an honest plug-in passes it, and each way to break the contract is found."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from vms_hooks.host import Capability, HostServices
from vms_hooks.testing import (
    STRANGER,
    HostHarness,
    Installation,
    Nonconformity,
    PluginUnderTest,
    check_plugin,
    host_services,
    plugin_checks,
)
from vms_hooks.testing.probe import Probe
from vms_hooks.values import HostEventKind

PROBE = 'from vms_hooks.testing.probe import Probe\nplugin = Probe("probe")\n'


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "installed")
    installation.folder.mkdir()
    with installation.importable():
        yield installation


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    (tmp_path / "storage").mkdir()
    return tmp_path / "storage"


@pytest.mark.parametrize("check", plugin_checks(), ids=lambda check: check.__name__)
async def test_the_probe_conforms(check, installation: Installation, storage: Path) -> None:
    """The plug-in that judges hosts keeps the contract itself."""
    await check(PluginUnderTest(entry_point=installation.add("probe", PROBE), storage=storage))


BROKEN = {
    "importing_changes_nothing": "import os\nos.environ['MINE'] = '1'\n" + PROBE,
    "it_activates_and_stops": (
        "import asyncio\n"
        "from vms_hooks.testing.probe import Probe\n"
        "async def wait(): await asyncio.sleep(3600)\n"
        "tasks = []\n"
        "def start(): tasks.append(asyncio.ensure_future(wait()))\n"
        "plugin = Probe('bad', {'start': start})\n"
    ),
    "every_contribution_keeps_the_contract": PROBE,  # the ids are of "probe", the plug-in is "bad"
    "permissions_of_commands_are_its_own": (
        "from vms_hooks.contributions import Permission\n"
        "from vms_hooks.testing.probe import Probe\n"
        "plugin = Probe('bad', {'vms_permissions': lambda: [Permission(id='bad.other', title='Other')]})\n"
    ),
    "every_module_is_served": (
        "from vms_hooks.contributions import Element, Panel\n"
        "from vms_hooks.testing.probe import Probe\n"
        "gone = Panel(id='bad.gone', title='Gone', element=Element(tag='bad-gone', module='gone.js'))\n"
        "plugin = Probe('bad', {'vms_live_panels': lambda: [gone]})\n"
    ),
    "it_opens_its_own_references_only": (
        "from vms_hooks.testing.probe import Probe\n"
        "from vms_hooks.values import Target\n"
        "plugin = Probe('bad', {'vms_open': lambda: Target(tab='bad')})\n"
    ),
    "cameras_keep_their_ids": (
        "import uuid\n"
        "from vms_hooks.testing.probe import Probe\n"
        "from vms_hooks.values import Camera\n"
        "plugin = Probe('bad', {'cameras': lambda: [Camera(id=uuid.uuid4().hex, name='New')]})\n"
    ),
    "it_says_how_it_is": (
        "from vms_hooks.testing.probe import Probe\n"
        "from vms_hooks.values import Health, Part\n"
        "plugin = Probe('bad', {'health': lambda: Health(ok=False, parts=(Part(name='x', ok=False),))})\n"
    ),
}


@pytest.mark.parametrize("check", BROKEN)
async def test_what_breaks_the_contract_is_found(
    check: str, installation: Installation, storage: Path
) -> None:
    """A suite that finds nothing proves nothing: each of these is found by the check of its name."""
    point = installation.add("bad", BROKEN[check])
    (judge,) = [each for each in plugin_checks() if each.__name__ == check]
    with pytest.raises(Nonconformity):
        await judge(PluginUnderTest(entry_point=point, storage=storage))


async def test_a_manifest_that_is_wrong_is_found(installation: Installation, storage: Path) -> None:
    """With its line, before anything else is tried."""
    point = installation.add("bad", PROBE, manifest='[plugin]\nid = "bad"')
    with pytest.raises(Nonconformity, match=r"there is no table .contract."):
        await plugin_checks()[0](PluginUnderTest(entry_point=point, storage=storage))


async def test_all_faults_are_named_at_once(installation: Installation, storage: Path) -> None:
    """Who runs the whole suite reads every check that failed."""
    point: EntryPoint = installation.add("bad", BROKEN["it_opens_its_own_references_only"])
    with pytest.raises(Nonconformity, match="references_only: it opened a foreign reference"):
        await check_plugin(point, storage=storage)


async def test_a_harness_gives_a_plugin_a_whole_host(tmp_path: Path) -> None:
    """Hooks, runtime, HTTP, views and events of an object that is not even installed."""
    probe = Probe("probe")
    async with HostHarness(probe, identity="probe", storage=tmp_path) as host:
        document = await host.contributions(STRANGER)
        assert [command.id for command in document.commands] == ["probe.greet"]
        assert [list_.id for list_ in document.export_lists] == ["probe.exports"]
        assert (await host.request("GET", "whoami")).json()["id"] == "olivia"
        assert (await host.request("GET", "whoami", principal=None)).json()["id"] is None
        assert [(await host.look("a")).number, (await host.look("b")).number] == [1, 2]
        assert (await host.look("b", again=True)).number == 2
        await host.report(HostEventKind.LICENCE_CHANGED)
        assert host.services.audit.entries == [(None, "probe.activated", "")]
        assert [notice.title for notice, _ in host.services.notifications.sent] == ["probe is there."]
    assert probe.journal[-1] == "stop"


async def test_a_harness_judges_as_a_host_does(installation: Installation, storage: Path) -> None:
    """A plug-in that needs what the host lacks is not even imported."""
    point = installation.add("bad", "raise SystemExit(3)", manifest="[plugin")
    async with HostHarness(point, storage=storage) as host:
        assert host.plugin.standing.state == "incompatible"
    with pytest.raises(ValueError, match="identity"):
        HostHarness(Probe("probe"), storage=storage)


@pytest.mark.parametrize(
    "changes",
    [
        {"audit": None},
        {"capabilities": frozenset()},
        {"capabilities": frozenset({Capability.CAMERAS})},
    ],
)
def test_a_capability_and_its_service_come_together(tmp_path: Path, changes: dict[str, object]) -> None:
    """A host cannot promise what it does not give, nor give what it does not name."""
    with pytest.raises(ValueError, match="must be given together"):
        host_services(tmp_path, **changes)
    plain: HostServices = host_services(
        tmp_path,
        capabilities=frozenset(),
        audit=None,
        navigation=None,
        notifications=None,
        sessions=None,
    )
    assert plain.cameras is None
