"""A plug-in that contributes to every place, writes down what its host does, and misbehaves on demand.

Below its mount it answers ``whoami`` (who acts, and what of the request reached it), ``journal`` (what the
host has done, in order) and ``broken`` (raises). A file ``journal`` in its storage says the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from vms_hooks import contributions as c
from vms_hooks import hookimpl
from vms_hooks.host import Capability, HostServices, Notice, NoticeKind
from vms_hooks.runtime import PluginRuntime
from vms_hooks.values import (
    PRINCIPAL_SCOPE_KEY,
    Camera,
    Health,
    Hold,
    HostEvent,
    Interval,
    Mark,
    Part,
    Principal,
    Target,
    TimelineRow,
    View,
)

#: What a hook or method does instead, by its name.
Misbehaviour = Mapping[str, Callable[[], Any]]

SCRIPT = b"""\
// The last folder of a module's address is the id of its plug-in.
const id = new URL(import.meta.url).pathname.split('/').at(-2);
const tag = `${id}-shown`;
if (!customElements.get(tag)) customElements.define(tag, class extends HTMLElement {
  set vms({ mode }) { this.textContent = `${id} in ${mode}`; }
});
export function run({ bridge }) { bridge.notify({ kind: 'info', title: `${id} ran` }); }
"""
PAGE = b"<!doctype html><title>Probe</title><p>A page of its own.</p>"


class Probe:
    """Implements every hook; see the module."""

    #: The module that every element and command is of.
    script = SCRIPT

    def __init__(self, identity: str, misbehaviour: Misbehaviour | None = None) -> None:
        self.id = identity
        self._instead = misbehaviour or {}
        self._host: HostServices | None = None
        self.journal: list[str] = []

    def did(self, what: str) -> Any:
        """Write down a call, and misbehave where that is wanted; gives the answer to give instead, if any."""
        self.journal.append(what)
        if self._host is not None:
            with (self._host.storage / "journal").open("a", encoding="utf-8") as file:
                file.write(f"{what}\n")
        name = what.partition(" ")[0]
        return self._instead[name]() if name in self._instead else None

    @hookimpl
    def vms_activate(self, host: HostServices) -> PluginRuntime:
        """Give the runtime, and use what the host has."""
        self._host = host
        instead = self.did("vms_activate")
        if host.audit is not None:
            host.audit.record(None, f"{self.id}.activated")
        if host.notifications is not None:
            host.notifications.notify(Notice(kind=NoticeKind.INFO, title=f"{self.id} is there."))
        return instead or ProbeRuntime(self, host)

    @hookimpl
    def vms_permissions(self) -> Sequence[c.Permission]:
        """Give one heading and one right."""
        leaf = c.Permission(id=f"{self.id}.things.view", title="View")
        return self.did("vms_permissions") or (
            c.Permission(id=f"{self.id}.things", title="Things", children=(leaf,)),
        )

    @hookimpl
    def vms_commands(self) -> Sequence[c.Command]:
        """Give one command for everybody and one behind a permission."""
        module, right = self._module, f"{self.id}.things.view"
        return self.did("vms_commands") or (
            c.Command(id=f"{self.id}.greet", title="Greet", module=module),
            c.Command(id=f"{self.id}.guarded", title="Guarded", module=module, permission=right),
        )

    @hookimpl
    def vms_live_views(self) -> Sequence[c.CameraView]:
        """Give a live picture."""
        return self.did("vms_live_views") or (
            c.CameraView(id=f"{self.id}.live", title="Live", element=self._element),
        )

    @hookimpl
    def vms_playback_views(self) -> Sequence[c.CameraView]:
        """Give a recorded picture."""
        return self.did("vms_playback_views") or (
            c.CameraView(id=f"{self.id}.playback", title="Recorded", element=self._element),
        )

    @hookimpl
    def vms_live_panels(self) -> Sequence[c.Panel]:
        """Give a pane."""
        return self.did("vms_live_panels") or (
            c.Panel(id=f"{self.id}.pane", title="Probe", element=self._element),
        )

    @hookimpl
    def vms_playback_panels(self) -> Sequence[c.Panel]:
        """Give another pane."""
        return self.did("vms_playback_panels") or (
            c.Panel(id=f"{self.id}.playback-pane", title="Probe", element=self._element),
        )

    @hookimpl
    def vms_toolbar_items(self, area: str) -> Sequence[c.ToolbarItem]:
        """Give a button in each known area."""
        instead = self.did("vms_toolbar_items")
        if instead is not None:
            return instead  # type: ignore[no-any-return]  # it may be anything
        known = {c.LIVE_VIEW_ITEM_TOOLBAR, c.PLAYBACK_VIEW_ITEM_TOOLBAR, c.PLAYBACK_TOOLBAR, c.STATUS_BAR}
        if area not in known:
            return ()
        return (c.ToolbarItem(id=f"{self.id}.button", area=area, title="Probe", element=self._element),)

    @hookimpl
    def vms_tabs(self) -> Sequence[c.Tab]:
        """Give a tab."""
        return self.did("vms_tabs") or (
            c.Tab(id=f"{self.id}.tab", path=self.id, title=self.id.capitalize(), element=self._element),
        )

    @hookimpl
    def vms_admin_sections(self) -> Sequence[c.AdminSection]:
        """Give a section."""
        return self.did("vms_admin_sections") or (
            c.AdminSection(id=f"{self.id}.admin", title="Probe", element=self._element),
        )

    @hookimpl
    def vms_export_lists(self) -> Sequence[c.ExportList]:
        """Give a list."""
        return self.did("vms_export_lists") or (
            c.ExportList(id=f"{self.id}.exports", title="Probe", element=self._element),
        )

    @hookimpl
    def vms_http_mount(self) -> c.HttpMount | None:
        """Give the application."""
        return self.did("vms_http_mount") or c.HttpMount(app=self._app)

    @hookimpl
    def vms_open(self, target: str) -> Target | None:
        """Open ``<id>:<path>``."""
        instead = self.did("vms_open")
        kind, _, path = target.partition(":")
        return instead or (Target(tab=self.id, path=path) if kind == self.id else None)

    @property
    def _module(self) -> str:
        return f"{self.id}/shown.js"

    @property
    def _element(self) -> c.Element:
        return c.Element(tag=f"{self.id}-shown", module=self._module, page="page.html")

    async def _app(self, scope: c.Scope, _: Any, send: Any) -> None:
        path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
        name = path.rpartition("/")[2]
        if name == "broken":
            raise SystemExit(3)
        answers = {
            "shown.js": ("text/javascript", self.script),
            "page.html": ("text/html; charset=utf-8", PAGE),
            "whoami": ("application/json", self._whoami(scope)),
            "journal": ("application/json", json.dumps(self._journal()).encode()),
        }
        kind, body = answers.get(name, ("text/plain", b"nothing here"))
        status = 200 if name in answers else 404
        headers = [(b"content-type", kind.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _journal(self) -> dict[str, Any]:
        return {"did": self.journal, "storage": str(self._host.storage) if self._host else ""}

    def _whoami(self, scope: c.Scope) -> bytes:
        principal = scope.get(PRINCIPAL_SCOPE_KEY)
        seen = {name.decode("latin-1").lower() for name, _ in scope["headers"]}
        suspicious = sorted(name for name in seen if name == "cookie" or name.startswith("vms"))
        typed = isinstance(principal, Principal)
        identity = principal.id if isinstance(principal, Principal) else None
        return json.dumps({"typed": typed, "id": identity, "seen": suspicious}).encode()


class ProbeRuntime:
    """Writes down what it is told, and knows two cameras."""

    def __init__(self, probe: Probe, host: HostServices) -> None:
        self._probe = probe
        self._host = host

    async def start(self) -> None:
        """Begin nothing."""
        await self._did("start")

    async def stop(self) -> None:
        """End nothing."""
        await self._did("stop")

    async def health(self) -> Health:
        """Say that all is well."""
        instead = await self._did("health")
        timeline = Capability.TIMELINE in self._host.capabilities
        part = Part(name="timeline", ok=True, detail="" if timeline else "The host draws none.")
        return instead or Health(ok=True, parts=(part,))

    async def cameras(self, _: Principal) -> tuple[Camera, ...]:
        """Give two."""
        return await self._did("cameras") or tuple(
            Camera(id=f"{self._probe.id}-{number}", name=f"Camera {number}", group=self._probe.id)
            for number in (1, 2)
        )

    async def timeline(
        self, cameras: tuple[str, ...], interval: Interval, _: Principal
    ) -> tuple[TimelineRow, ...]:
        """Give the whole interval as recorded, with a mark in its middle."""
        middle = interval.start + (interval.end - interval.start) / 2
        mark = Mark(interval=Interval(start=middle, end=middle + timedelta(seconds=1)), title="Probe")
        return await self._did("timeline") or tuple(
            TimelineRow(camera=camera, spans=(interval,), marks=(mark,)) for camera in cameras
        )

    async def media_holds(self, camera: str, interval: Interval) -> tuple[Hold, ...]:
        """Hold everything."""
        return await self._did("media_holds") or (
            Hold(camera=camera, interval=interval, reason=f"{self._probe.id} needs it"),
        )

    async def view_changed(self, view: View) -> None:
        """Take note."""
        await self._did(f"view_changed {view.client} {view.number} {','.join(view.cameras)}")

    async def host_event(self, event: HostEvent) -> None:
        """Take note."""
        await self._did(f"host_event {event.kind}")

    async def _did(self, what: str) -> Any:
        answer = self._probe.did(what)
        return await answer if hasattr(answer, "__await__") else answer
