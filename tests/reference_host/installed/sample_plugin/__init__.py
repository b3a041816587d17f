"""A plug-in of the tests: every extension point once, with real elements and nothing behind them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from vms_hooks import contributions as c
from vms_hooks import hookimpl
from vms_hooks.host import HostServices
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
    StorageRoom,
    Target,
    TimelineRow,
    View,
)

CAMERAS = ("Lobby", "Yard", "Gate", "Dock", "Roof")


class Runtime:
    """Notes what it is told; refuses views as long as a test wants it to."""

    def __init__(self, host: HostServices, settings: Mapping[str, Any]) -> None:
        self.host = host
        self.settings = settings
        self.views: list[View] = []
        self.events: list[HostEvent] = []
        self.refusing = False
        self.away: list[str] = []
        self.healthy = True
        self.not_recorded: list[str] = []
        self.stopped = False

    async def start(self) -> None:
        """Nothing to begin."""

    async def stop(self) -> None:
        self.stopped = True
        (self.host.storage / "stopped").touch()

    async def health(self) -> Health:
        part = Part(
            name="store", ok=self.healthy, detail="in memory", remedy="" if self.healthy else "Mend it."
        )
        stopped = tuple(
            Part(
                name=f"recording of {camera}",
                ok=True,
                warning=True,
                for_operators=True,
                camera=camera,
                detail=f"{camera.capitalize()} has not been recorded since 12:00.",
                remedy="Look under Administration > Roles." if camera == "gate" else "Check the camera.",
            )
            for camera in self.not_recorded
        )
        rooms = (
            StorageRoom(id="things", title="Things", used=1_500_000),
            StorageRoom(id="cache", title="Caches", used=950, quota=1_000),
        )
        return Health(ok=self.healthy, parts=(part, *stopped), rooms=rooms)

    async def cameras(self, principal: Principal) -> tuple[Camera, ...]:
        return tuple(
            Camera(id=name.lower(), name=name, group="Recorder 1" if name != "Roof" else "Recorder 2")
            for name in CAMERAS
            if name not in self.away
        )

    async def timeline(
        self, cameras: tuple[str, ...], interval: Interval, principal: Principal
    ) -> tuple[TimelineRow, ...]:
        now = self.host.clock.now()
        return tuple(self._row(camera, now) for camera in cameras)

    def _row(self, camera: str, now: Any) -> TimelineRow:
        hour, minute = timedelta(hours=1), timedelta(minutes=1)
        gap = now - 8 * minute
        spans = (Interval(start=now - 2 * hour, end=gap), Interval(start=gap + 2 * minute, end=now))
        mark = Mark(
            interval=Interval(start=now - 4 * minute, end=now - 2 * minute),
            title="Thing 7",
            target=Target(tab="things", path="7"),
        )
        return TimelineRow(
            camera=camera,
            spans=spans if camera == "yard" else (Interval(start=now - 2 * hour, end=now),),
            marks=(mark,) if camera == "lobby" else (),
            incomplete="Recorder 1 answers slowly." if camera == "dock" else "",
        )

    async def media_holds(self, camera: str, interval: Interval) -> tuple[Hold, ...]:
        return (Hold(camera=camera, interval=interval, reason="Thing 7"),)

    async def view_changed(self, view: View) -> None:
        if self.refusing:
            raise OSError("disk full")
        self.views.append(view)

    async def host_event(self, event: HostEvent) -> None:
        self.events.append(event)


class SamplePlugin:
    """Implements every hook of the contract."""

    runtime: Runtime | None = None

    @hookimpl
    def vms_activate(self, host: HostServices, settings: Mapping[str, Any]) -> PluginRuntime:
        if Path(settings.get("fails_while_there_is", "/nowhere")).exists():
            raise OSError("no disk")
        self.runtime = Runtime(host, settings)
        if host.audit is not None:
            host.audit.record(None, "activated", settings.get("greeting", ""))
        return self.runtime

    @hookimpl
    def vms_permissions(self) -> Sequence[c.Permission]:
        return (
            c.Permission(
                id="sample.things",
                title="Things",
                children=(c.Permission(id="sample.things.view", title="View"),),
            ),
            c.Permission(id="sample.secret", title="Secret"),
        )

    @hookimpl
    def vms_commands(self) -> Sequence[c.Command]:
        return (
            c.Command(id="sample.greet", title="Greet", module="ui/commands.js", shortcut="F9"),
            c.Command(
                id="sample.recall",
                title="Recall",
                module="ui/commands.js",
                shortcut="F4",
                when=frozenset({c.Requirement.PLAYBACK, c.Requirement.TIME_MARKED}),
            ),
            c.Command(id="sample.fail", title="Fail", module="ui/failing.js", shortcut="Shift+F9"),
            c.Command(
                id="sample.hush",
                title="Hush",
                module="ui/commands.js",
                shortcut="h",
                permission="sample.secret",
            ),
        )

    @hookimpl
    def vms_live_views(self, principal: Principal) -> Sequence[c.CameraView]:
        return (c.CameraView(id="sample.live", title="Live", element=_element("sample-picture")),)

    @hookimpl
    def vms_playback_views(self, principal: Principal) -> Sequence[c.CameraView]:
        return (c.CameraView(id="sample.playback", title="Playback", element=_element("sample-picture")),)

    @hookimpl
    def vms_live_panels(self, principal: Principal) -> Sequence[c.Panel]:
        return (c.Panel(id="sample.panel", title="Things", element=_element("sample-panel")),)

    @hookimpl
    def vms_playback_panels(self, principal: Principal) -> Sequence[c.Panel]:
        return (c.Panel(id="sample.playback-panel", title="Things", element=_element("sample-panel")),)

    @hookimpl
    def vms_toolbar_items(self, area: str, principal: Principal) -> Sequence[c.ToolbarItem]:
        tag = "sample-status" if area == c.STATUS_BAR else "sample-add"
        name = "sample.add-" + area.split(".")[1]
        marked = frozenset({c.Requirement.TIME_MARKED}) if area == c.PLAYBACK_TOOLBAR else frozenset()
        return (c.ToolbarItem(id=name, area=area, title="Add", element=_element(tag), when=marked),)

    @hookimpl
    def vms_tabs(self, principal: Principal) -> Sequence[c.Tab]:
        broken = c.Element(tag="sample-broken", module="ui/broken.js")
        return (
            c.Tab(id="sample.broken", path="broken", title="Broken", element=broken, order=200),
            c.Tab(id="sample.things-tab", path="things", title="Things", element=_element("sample-tab")),
            c.Tab(id="sample.live-again", path="live", title="Not twice", element=_element("sample-tab")),
        )

    @hookimpl
    def vms_admin_sections(self, principal: Principal) -> Sequence[c.AdminSection]:
        return (c.AdminSection(id="sample.admin", title="Kinds of things", element=_element("sample-panel")),)

    @hookimpl
    def vms_export_lists(self, principal: Principal) -> Sequence[c.ExportList]:
        return (c.ExportList(id="sample.exports", title="Things to export", element=_element("sample-tab")),)

    @hookimpl
    def vms_http_mount(self) -> c.HttpMount:
        return c.HttpMount(app=Starlette(routes=self._routes()))

    @hookimpl
    def vms_open(self, target: str, principal: Principal) -> Target | None:
        kind, _, identity = target.partition(":")
        return Target(tab="things", path=identity) if kind == "thing" else None

    def _routes(self) -> list[Any]:
        return [
            Mount("/ui", StaticFiles(directory=Path(__file__).with_name("ui"))),
            Route("/whoami", self._whoami, methods=["GET", "POST"]),
            Route("/views", self._views),
            Route("/behave", self._behave, methods=["POST"]),
            Route("/crash", self._crash),
            Route("/forbidden", lambda _: Response(status_code=403)),
            Route("/stream", self._stream),
        ]

    async def _whoami(self, request: Request) -> Response:
        principal = request.scope[PRINCIPAL_SCOPE_KEY]
        seen = [name for name, _ in request.headers.items() if name == "cookie" or name.startswith("vms")]
        return JSONResponse(
            {
                "id": principal.id,
                "session": principal.session,
                "typed": isinstance(principal, Principal),
                "seen": seen,
                "path": request.url.path,
            }
        )

    async def _views(self, _: Request) -> Response:
        assert self.runtime
        views = [
            {"client": view.client, "number": view.number, "mode": view.mode, "cameras": list(view.cameras)}
            for view in self.runtime.views
        ]
        return JSONResponse(views)

    async def _behave(self, request: Request) -> Response:
        assert self.runtime
        for name, value in json.loads(await request.body()).items():
            setattr(self.runtime, name, value)
        return Response(status_code=204)

    async def _crash(self, _: Request) -> Response:
        raise SystemExit(3)

    async def _stream(self, _: Request) -> Response:
        async def endless() -> Any:
            while True:
                yield b": still here\n\n"
                await asyncio.sleep(0.05)

        return StreamingResponse(endless(), media_type="text/event-stream")


def _element(tag: str) -> c.Element:
    return c.Element(tag=tag, module="ui/elements.js", page="ui/page.html")


plugin = SamplePlugin()
