"""Does a plug-in keep the contract? Each check is a coroutine function whose docstring says what it proves.

In pytest::

    @pytest.mark.parametrize("check", plugin_checks(), ids=lambda check: check.__name__)
    async def test_my_plugin(check, tmp_path):
        await check(PluginUnderTest(entry_point=entry_point, storage=tmp_path))

or all at once: ``await check_plugin(entry_point, storage=tmp_path)``.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import attrs

from vms_hooks import CONTRACT
from vms_hooks.checks import permission_ids
from vms_hooks.document import plain
from vms_hooks.faults import PluginFault
from vms_hooks.host import LicenceState
from vms_hooks.manifest import ManifestError, read_manifest
from vms_hooks.schema import contributions_schema
from vms_hooks.states import PluginState
from vms_hooks.testing.harness import HostHarness
from vms_hooks.testing.json_schema import faults
from vms_hooks.testing.nonconformity import Nonconformity, nothing, require
from vms_hooks.testing.services import OPERATOR, STRANGER, SetLicence, host_services
from vms_hooks.testing.side_effects import ProcessState
from vms_hooks.values import HostEventKind, Interval, ViewMode

#: Media types of ES modules (HTML, "JavaScript MIME type").
_SCRIPTS = ("text/javascript", "application/javascript")
_OK = 200
_SERVER_ERROR = 500


@attrs.frozen(kw_only=True)
class PluginUnderTest:
    """A plug-in, with what it needs to be activated. ``services`` changes the host's services."""

    entry_point: EntryPoint
    storage: Path
    settings: Mapping[str, Any] = attrs.field(factory=dict)
    services: Mapping[str, Any] = attrs.field(factory=dict)

    @asynccontextmanager
    async def hosted(self, **services: Any) -> AsyncIterator[HostHarness]:
        """Hold the plug-in in a host in memory; raises ``Nonconformity`` when it does not become active."""
        harness = HostHarness(
            self.entry_point,
            storage=self.storage,
            settings=self.settings,
            services=host_services(self.storage, **{**self.services, **services}),
        )
        try:
            async with harness as host:
                standing = host.plugin.standing
                require(standing.state is PluginState.ACTIVE, f"it is {standing.state}: {standing.reason}")
                yield host
        except PluginFault as fault:
            raise Nonconformity(fault.reason) from fault


PluginCheck = Callable[[PluginUnderTest], Awaitable[None]]
_checks: list[PluginCheck] = []


def _check(check: PluginCheck) -> PluginCheck:
    _checks.append(check)
    return check


def plugin_checks() -> tuple[PluginCheck, ...]:
    """Give every check, in the order of a plug-in's life."""
    return tuple(_checks)


async def check_plugin(
    entry_point: EntryPoint, *, storage: Path, settings: Mapping[str, Any] | None = None, **services: Any
) -> None:
    """Run every check; raises one ``Nonconformity`` that names each that failed."""
    subject = PluginUnderTest(
        entry_point=entry_point, storage=storage, settings=settings or {}, services=services
    )
    failed = []
    for check in plugin_checks():
        try:
            await check(subject)
        except Nonconformity as fault:
            failed.append(f"{getattr(check, '__name__', check)}: {fault}")
    nothing(failed)


@_check
async def manifest_is_valid(subject: PluginUnderTest) -> None:
    """``plugin.toml`` is found without an import, is valid, and its range includes this contract."""
    try:
        manifest = read_manifest(subject.entry_point)
    except ManifestError as error:
        raise Nonconformity(str(error)) from error
    require(
        manifest.contract_from <= CONTRACT < manifest.contract_before,
        f"its range does not include {CONTRACT}",
    )


@_check
async def importing_changes_nothing(subject: PluginUnderTest) -> None:
    """In a fresh process the import leaves environment, logging, signals and event loop policy alone."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "vms_hooks.testing.side_effects", subject.entry_point.value),
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    require(process.returncode == 0, output.decode(errors="replace").strip())


@_check
async def it_activates_and_stops(subject: PluginUnderTest) -> None:
    """It becomes active, changes nothing of the process, ends its tasks, and can be activated again."""
    before, others = ProcessState.now(), asyncio.all_tasks()
    for _ in range(2):
        async with subject.hosted() as host:
            pass
        nothing(host.plugin.conduct.reasons)
    nothing(ProcessState.now().changes_since(before))
    left = [task.get_name() for task in asyncio.all_tasks() - others if not task.done()]
    require(not left, f"tasks still run after stop: {', '.join(left)}")


@_check
async def it_says_how_it_is(subject: PluginUnderTest) -> None:
    """``health`` answers, and each part that does not work comes with a remedy."""
    async with subject.hosted() as host:
        health = await host.runtime.health()
    nothing(f"the part {part.name} has no remedy" for part in health.parts if not (part.ok or part.remedy))


@_check
async def every_contribution_keeps_the_contract(subject: PluginUnderTest) -> None:
    """Types, ids and places are right, for people who may do everything and for those who may do nothing."""
    async with subject.hosted() as host:
        for principal in (OPERATOR, STRANGER):
            document = await host.contributions(principal)
            nothing(trouble.reason for trouble in document.trouble)
            nothing(faults(plain(document), contributions_schema()))


@_check
async def permissions_of_commands_are_its_own(subject: PluginUnderTest) -> None:
    """A command stands behind a permission of the plug-in's own tree, or behind none."""
    async with subject.hosted() as host:
        known = set(permission_ids(host.plugin.permissions))
        nothing(
            f'{command.id} wants "{command.permission}", which vms_permissions does not have'
            for command in host.plugin.commands
            if command.permission and command.permission not in known
        )


@_check
async def an_unknown_place_gets_nothing(subject: PluginUnderTest) -> None:
    """A host that has a place of a later release gets an empty answer, and no fault."""
    async with subject.hosted() as host:
        items = await host.plugin.hooks.toolbar_items("vms.not.invented-yet/7", OPERATOR)
    require(items == (), f"{items[:1]} stands in a place nobody knows")


@_check
async def every_module_is_served(subject: PluginUnderTest) -> None:
    """Each module and page that is named is there, as what it claims to be."""
    async with subject.hosted() as host:
        document = await host.contributions()
        base = document.plugins[0].base
        drawn = [
            *document.tabs, *document.live_views, *document.playback_views, *document.live_panels,
            *document.playback_panels, *document.admin_sections, *document.export_lists,
            *(item for items in document.toolbar_items.values() for item in items),
        ]  # fmt: skip
        modules = {each.module for each in drawn} | {command.module for command in document.commands}
        for module in sorted(modules):
            answer = await host.request("GET", module.removeprefix(base))
            kind = answer.headers.get("content-type", "").partition(";")[0]
            require(answer.status == _OK and kind in _SCRIPTS, f"{module}: {answer.status} {kind}")
        for page in sorted({each.page for each in drawn if each.page}):
            answer = await host.request("GET", page.removeprefix(base))
            require(answer.status == _OK, f"{page}: {answer.status}")


@_check
async def nobody_gets_nothing(subject: PluginUnderTest) -> None:
    """A request without a principal is answered, and not with a failure of the server."""
    async with subject.hosted() as host:
        if host.plugin.mount is None:
            return
        for path in ("", "no/such/path", host.plugin.mount.openapi):
            answer = await host.request("GET", path, principal=None)
            require(answer.status < _SERVER_ERROR, f'"{path}" without a principal: {answer.status}')


@_check
async def it_opens_its_own_references_only(subject: PluginUnderTest) -> None:
    """A reference of another plug-in is not its own."""
    async with subject.hosted() as host:
        target = await host.plugin.hooks.open("nobody-knows-this-kind:1", OPERATOR)
    require(target is None, f"it opened a foreign reference at {target}")


@_check
async def cameras_keep_their_ids(subject: PluginUnderTest) -> None:
    """The same cameras have the same ids after a restart."""
    seen = []
    for _ in range(2):
        async with subject.hosted() as host:
            seen.append([camera.id for camera in await host.runtime.cameras(OPERATOR)])
    require(seen[0] == seen[1], f"{seen[0]} became {seen[1]}")


@_check
async def recordings_and_holds_are_answered(subject: PluginUnderTest) -> None:
    """Timeline and holds answer for their cameras, and for one that is not theirs."""
    async with subject.hosted() as host:
        now = host.services.clock.now()
        hour = Interval(start=now - timedelta(hours=1), end=now)
        cameras = tuple(camera.id for camera in await host.runtime.cameras(OPERATOR))
        await host.runtime.timeline((*cameras, "somebody-elses"), hour, OPERATOR)
        for camera in (*cameras, "somebody-elses"):
            for hold in await host.runtime.media_holds(camera, hour):
                require(hold.camera == camera, f"a hold of {hold.camera} was given for {camera}")


@_check
async def views_are_taken_note_of(subject: PluginUnderTest) -> None:
    """A view is acknowledged, its repetition too, and playback, an empty view and an unknown camera."""
    async with subject.hosted() as host:
        cameras = [camera.id for camera in await host.runtime.cameras(OPERATOR)]
        await host.look(*cameras[:2])
        await host.look(*cameras[:2], again=True)
        await host.look("somebody-elses", mode=ViewMode.PLAYBACK)
        await host.look()


@_check
async def events_are_taken_note_of(subject: PluginUnderTest) -> None:
    """Every kind of event is taken, with and without a principal."""
    async with subject.hosted() as host:
        for kind in HostEventKind:
            for principal in (OPERATOR, None):
                await host.report(kind, principal)


@_check
async def an_expired_licence_keeps_it_usable(subject: PluginUnderTest) -> None:
    """It still activates and contributes: what exists must stay readable."""
    async with subject.hosted(licence=SetLicence(LicenceState.EXPIRED)) as host:
        nothing(trouble.reason for trouble in (await host.contributions()).trouble)
