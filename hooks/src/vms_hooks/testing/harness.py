"""A host in memory: activates one plug-in and asks it whatever a test wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Self

from vms_hooks import CONTRACT, ENTRY_POINT_GROUP
from vms_hooks.caller import Deadlines
from vms_hooks.contributions import AsgiApp
from vms_hooks.document import Contributions
from vms_hooks.gathering import Pages, gather
from vms_hooks.host import Capability, HostServices
from vms_hooks.judging import Circumstances, Found, discover, judge
from vms_hooks.manifest import Manifest, overridden
from vms_hooks.places import TOOLBARS
from vms_hooks.plugin import Plugin
from vms_hooks.runtime_caller import RuntimeCaller
from vms_hooks.testing.asgi import Answer, request
from vms_hooks.testing.services import OPERATOR, host_services
from vms_hooks.values import PRINCIPAL_SCOPE_KEY, HostEvent, HostEventKind, Principal, View, ViewMode


class HostHarness:
    """Holds one plug-in between ``async with`` and its end. Attributes may be read at any time.

    ``plugin`` is an entry point, whose manifest is judged as every host judges it, or simply an object with
    hooks, of which ``identity`` then is the id. ``services`` are the host's, in memory unless given.
    """

    def __init__(
        self,
        plugin: EntryPoint | object,
        *,
        storage: Path,
        identity: str = "",
        settings: Mapping[str, Any] | None = None,
        services: HostServices | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        self.services = services or host_services(storage)
        self.found = _found(plugin, identity)
        self.plugin = Plugin(self.found, deadlines=deadlines)
        self._settings = settings or {}
        self._numbers: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        refusal = judge(
            self.found,
            Circumstances(
                contract=CONTRACT,
                capabilities=self.services.capabilities,
                enabled=True,
                licence=self.services.licence.status(),
            ),
        )
        if refusal is not None:
            self.plugin.refuse(refusal)
        else:
            defaults = self.found.manifest.settings if self.found.manifest else {}
            await self.plugin.start(self.services, overridden(defaults, self._settings))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.plugin.stop()

    @property
    def runtime(self) -> RuntimeCaller:
        """The running plug-in's methods; raises ``PluginFault`` when it does not run."""
        return self.plugin.answering()

    @property
    def app(self) -> AsgiApp:
        """The plug-in's own application; raises ``LookupError`` when it has none."""
        if self.plugin.mount is None:
            raise LookupError(f"{self.plugin.id} has no HTTP application")
        return self.plugin.mount.app

    async def contributions(self, principal: Principal = OPERATOR) -> Contributions:
        """Give everything the plug-in contributes for a principal, to every place there is."""
        pages = Pages(
            toolbars=tuple(place.name for place in TOOLBARS),
            export_lists=Capability.EXPORT_LISTS in self.services.capabilities,
        )
        return await gather([self.plugin], self.services.access, principal, pages)

    async def request(
        self,
        method: str,
        path: str,
        *,
        principal: Principal | None = OPERATOR,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Send a request below the plug-in's mount, as the principal, or as nobody."""
        scope = {} if principal is None else {PRINCIPAL_SCOPE_KEY: principal}
        return await request(self.app, method, path, headers=headers, body=body, scope=scope)

    async def look(
        self,
        *cameras: str,
        mode: ViewMode = ViewMode.LIVE,
        principal: Principal = OPERATOR,
        client: str = "browser-1",
        again: bool = False,
    ) -> View:
        """Report what an operator looks at, numbered per client; ``again`` repeats the last number."""
        number = self._numbers.get(client, 0) + (0 if again else 1)
        self._numbers[client] = number
        view = View(
            principal=principal,
            client=client,
            number=number,
            mode=mode,
            cameras=cameras,
            at=self.services.clock.now(),
        )
        await self.runtime.view_changed(view)
        return view

    async def report(
        self, kind: HostEventKind, principal: Principal | None = None, detail: str = "", **more: Any
    ) -> None:
        """Report something that happened in the host; ``more`` are further fields of the event."""
        await self.runtime.host_event(
            HostEvent(kind=kind, at=self.services.clock.now(), principal=principal, detail=detail, **more)
        )


class _Given(EntryPoint):
    """Stands for the entry point of an object that is there already."""

    def load(self) -> object:
        return vars(self)["given"]


def _found(plugin: EntryPoint | object, identity: str) -> Found:
    if isinstance(plugin, EntryPoint):
        (found,) = discover([plugin])
        return found
    if not identity:
        raise ValueError("An object with hooks needs an identity.")
    point = _Given(name=identity, value=f"{identity}:plugin", group=ENTRY_POINT_GROUP)
    vars(point)["given"] = plugin
    major, minor = CONTRACT
    manifest = Manifest(
        id=identity,
        name=identity.capitalize(),
        version="0",
        contract_from=(major, minor),
        contract_before=(major + 1, 0),
    )
    return Found(entry_point=point, manifest=manifest)
