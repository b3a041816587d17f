"""Does a host keep the contract? Checks that install plug-ins, good and broken, and look what the host does.

A host's author writes one function that starts the host with what is installed in a folder, and gives a
``HostUnderTest`` through which the checks speak to it. In pytest::

    @pytest.mark.parametrize("check", host_checks(), ids=lambda check: check.__name__)
    async def test_my_host(check, tmp_path):
        await check(start_my_host, Installation(tmp_path))

or all at once: ``await check_host(start_my_host, folder=tmp_path)``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from vms_hooks.faults import PluginFault
from vms_hooks.schema import contributions_schema
from vms_hooks.states import PluginState, Standing
from vms_hooks.testing.asgi import Answer
from vms_hooks.testing.broken import ASKED, KEPT_OUT
from vms_hooks.testing.installing import Installation
from vms_hooks.testing.json_schema import faults
from vms_hooks.testing.nonconformity import Nonconformity, nothing, require

#: Accounts that a host must know for these checks: one may do everything, the other nothing.
ALMIGHTY = "almighty"
POWERLESS = "powerless"

_OK = 200
_BAD_REQUEST = 400
_SERVER_ERROR = 500
_PROBE = 'from vms_hooks.testing.probe import Probe\nplugin = Probe("{id}")\n'


class HostUnderTest(Protocol):
    """A running host, as the checks see it."""

    async def contributions(self, account: str) -> Mapping[str, Any]:
        """Give the document of contributions for an account, as it is sent to pages."""
        ...

    async def mounted(
        self, plugin: str, path: str, *, account: str | None, headers: Mapping[str, str]
    ) -> Answer:
        """Send GET below a plug-in's mount, as an account or as nobody, with headers added."""
        ...

    async def standings(self) -> Mapping[str, Standing]:
        """Give the state of every installed plug-in by id, as an administrator sees it."""
        ...

    async def look(self, account: str, client: str, number: int, cameras: tuple[str, ...]) -> bool:
        """Report a view as a page does; gives whether it was acknowledged."""
        ...


Start = Callable[[Installation], AbstractAsyncContextManager[HostUnderTest]]
HostCheck = Callable[[Start, Installation], Awaitable[None]]
_checks: list[HostCheck] = []


def _check(check: HostCheck) -> HostCheck:
    _checks.append(check)
    return check


def host_checks() -> tuple[HostCheck, ...]:
    """Give every check."""
    return tuple(_checks)


async def check_host(start: Start, *, folder: Path) -> None:
    """Run every check, each in a folder of its own; raises one ``Nonconformity`` with all that failed."""
    failed = []
    for number, check in enumerate(host_checks()):
        try:
            await check(start, Installation(folder / str(number)))
        except (Nonconformity, PluginFault) as fault:
            failed.append(f"{getattr(check, '__name__', check)}: {fault}")
    nothing(failed)


def _install_probe(installation: Installation, identity: str = "probe") -> None:
    installation.add(identity, _PROBE.format(id=identity))


async def _journal(host: HostUnderTest) -> Mapping[str, Any]:
    answer = await host.mounted("probe", "journal", account=ALMIGHTY, headers={})
    require(answer.status == _OK, f"the mount of an active plug-in answered {answer.status}")
    return dict(answer.json())


@_check
async def the_document_conforms_to_its_schema(start: Start, installation: Installation) -> None:
    """What pages are sent is what the published schema says, and names every contribution of the probe."""
    _install_probe(installation)
    with installation.importable():
        async with start(installation) as host:
            document = await host.contributions(ALMIGHTY)
    nothing(faults(document, contributions_schema()))
    for place in ("tabs", "commands", "live_panels", "playback_panels", "admin_sections"):
        require(document[place], f"the probe's contribution to {place} is missing")


@_check
async def modules_are_where_the_document_says(start: Start, installation: Installation) -> None:
    """The address of each module begins with the base of its plug-in, and answers."""
    _install_probe(installation)
    with installation.importable():
        async with start(installation) as host:
            document = await host.contributions(ALMIGHTY)
            (place,) = [each for each in document["plugins"] if each["id"] == "probe"]
            for tab in document["tabs"]:
                require(
                    tab["module"].startswith(place["base"]), f"{tab['module']} is not below {place['base']}"
                )
                path = tab["module"].removeprefix(place["base"])
                answer = await host.mounted("probe", path, account=ALMIGHTY, headers={})
                require(answer.status == _OK, f"{tab['module']} answered {answer.status}")


@_check
async def a_life_has_its_order(start: Start, installation: Installation) -> None:
    """Activated, asked what it declares, started, and stopped with the host."""
    _install_probe(installation)
    with installation.importable():
        async with start(installation) as host:
            journal = await _journal(host)
        expected = ["vms_activate", "vms_permissions", "vms_commands", "start", "vms_http_mount"]
        begun = [each for each in journal["did"] if each in expected]
        require(begun == expected, f"the probe was asked in this order: {begun}")
        written = (Path(journal["storage"]) / "journal").read_text(encoding="utf-8").split("\n")
    require("stop" in written, "the probe was not stopped")


@_check
async def identity_comes_from_the_host_alone(start: Start, installation: Installation) -> None:
    """The principal is a typed value; what a client sends under such names does not reach the plug-in."""
    _install_probe(installation)
    forged = {"vms.principal": "root", "VMS-Principal": "root", "vms_principal": "root"}
    with installation.importable():
        async with start(installation) as host:
            answer = await host.mounted("probe", "whoami", account=ALMIGHTY, headers=forged)
            who = answer.json()
            nobody = await host.mounted("probe", "whoami", account=None, headers=forged)
    require(who["typed"], "the principal in the scope is not a vms_hooks Principal")
    require(who["id"] == ALMIGHTY, f"the principal is {who['id']}")
    require(not who["seen"], f"these headers reached the plug-in: {who['seen']}")
    require(nobody.status != _OK, "somebody who is not signed in reached the plug-in")


@_check
async def permissions_are_asked(start: Start, installation: Installation) -> None:
    """Who may do nothing is offered no guarded command, and holds no permission."""
    _install_probe(installation)
    with installation.importable():
        async with start(installation) as host:
            document = await host.contributions(POWERLESS)
            almighty = await host.contributions(ALMIGHTY)
    require("probe.things.view" in almighty["permissions"], "who may do everything lacks a permission")
    offered = [command["id"] for command in document["commands"]]
    require(offered == ["probe.greet"], f"who may do nothing is offered {offered}")
    require(not document["permissions"], f"who may do nothing holds {document['permissions']}")


@_check
async def a_view_is_acknowledged_when_it_is_taken(start: Start, installation: Installation) -> None:
    """The plug-in gets views with their numbers; one that it refuses is not acknowledged."""
    refusing = 'misbehaviour={"view_changed": lambda: 1 / 0}'
    _install_probe(installation)
    with installation.importable():
        async with start(installation) as host:
            require(await host.look(ALMIGHTY, "browser-1", 1, ("probe-1",)), "a good view was refused")
            require(await host.look(ALMIGHTY, "browser-1", 1, ("probe-1",)), "a repeated view was refused")
            views = [each for each in (await _journal(host))["did"] if each.startswith("view_changed")]
    require(views == ["view_changed browser-1 1 probe-1"] * 2, f"the probe was told {views}")
    full = Installation(installation.folder / "full")
    full.add("probe", _PROBE.format(id="probe").replace('")', f'", {refusing})'), package="vms_test_full")
    with full.importable():
        async with start(full) as host:
            taken = await host.look(ALMIGHTY, "browser-1", 1, ("probe-1",))
    require(not taken, "a view was acknowledged although the plug-in could not take note of it")


@_check
async def a_request_that_fails_stays_alone(start: Start, installation: Installation) -> None:
    """SystemExit while the plug-in answers is an error of that request only."""
    _install_probe(installation)
    with installation.importable():
        async with start(installation) as host:
            answer = await host.mounted("probe", "broken", account=ALMIGHTY, headers={})
            require(answer.status >= _SERVER_ERROR, f"a failed request answered {answer.status}")
            answer = await host.mounted("probe", "whoami", account=ALMIGHTY, headers={})
            require(answer.status == _OK, f"afterwards the plug-in answered {answer.status}")


@_check
async def plugins_that_cannot_run_are_kept_out(start: Start, installation: Installation) -> None:
    """Each of them shows its state, reason and remedy; the one beside it works."""
    for number, (fault, (code, manifest, state)) in enumerate(KEPT_OUT.items()):
        there = Installation(installation.folder / str(number))
        _install_probe(there)
        there.add("bad", code, manifest=manifest)
        await _see_beside_a_healthy_one(start, there, fault, state)


@_check
async def two_plugins_of_one_id_are_both_kept_out(start: Start, installation: Installation) -> None:
    """Nobody can know which one was meant; a third one works."""
    _install_probe(installation)
    installation.add("bad", _PROBE.format(id="bad"), package="one_bad")
    installation.add("bad", _PROBE.format(id="bad"), package="two_bad")
    await _see_beside_a_healthy_one(start, installation, "two of one id", PluginState.INCOMPATIBLE)


async def _see_beside_a_healthy_one(
    start: Start, installation: Installation, fault: str, state: PluginState
) -> None:
    with installation.importable():
        async with start(installation) as host:
            standings = await host.standings()
            document = await host.contributions(ALMIGHTY)
    require(standings["probe"].state is PluginState.ACTIVE, f"{fault}: the healthy plug-in does not run")
    bad = standings["bad"]
    require(bad.state is state, f"{fault}: it is {bad.state}, not {state}")
    require(bad.reason and bad.remedy, f"{fault}: reason or remedy is missing")
    tabs = [tab["plugin"] for tab in document["tabs"]]
    require(tabs == ["probe"], f"{fault}: tabs are of {tabs}")


@_check
async def a_hook_that_misbehaves_costs_only_its_place(start: Start, installation: Installation) -> None:
    """The healthy plug-in's tab is drawn, and the trouble is told with the plug-in's name."""
    for number, (fault, code) in enumerate(ASKED.items()):
        there = Installation(installation.folder / str(number))
        _install_probe(there)
        there.add("bad", code)
        with there.importable():
            async with start(there) as host:
                document = await host.contributions(ALMIGHTY)
                standing = (await host.standings())["bad"]
        tabs = [tab["plugin"] for tab in document["tabs"]]
        require(tabs == ["probe"], f"{fault}: tabs are of {tabs}")
        told = [trouble["plugin"] for trouble in document["trouble"]]
        require("bad" in told, f"{fault}: the trouble is not told")
        hung = standing.state is PluginState.SUSPENDED
        require(hung is (fault == "hangs"), f"{fault}: it is {standing.state}")


@_check
async def two_plugins_that_want_the_same_are_kept_apart(start: Start, installation: Installation) -> None:
    """Of two tabs at one address and two definitions of one element, one each is drawn and one told."""
    _install_probe(installation)
    installation.add(
        "thief",
        "import attrs\nfrom vms_hooks import hookimpl\nfrom vms_hooks.testing.probe import Probe\n"
        "from vms_hooks.contributions import Element\n"
        "class Thief(Probe):\n"
        "    _element = Element(tag='probe-shown', module='thief/shown.js')\n"
        "plugin = Thief('thief')\n",
    )
    with installation.importable():
        async with start(installation) as host:
            document = await host.contributions(ALMIGHTY)
    modules = {tab["module"] for tab in document["tabs"] if tab["tag"] == "probe-shown"}
    require(len(modules) == 1, f"one element is defined by {sorted(modules)}")
    require(any(each["plugin"] == "thief" for each in document["trouble"]), "the trouble is not told")
