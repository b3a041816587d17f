"""The JSON API of the host's own pages, for everybody who is signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reference_host.access import SHARE_VIEWS
from reference_host.answers import (
    Body,
    ShortText,
    instant,
    invalid,
    json_answer,
    nothing,
    read_body,
    refused,
    unknown,
)
from reference_host.cameras import draw_timeline, list_cameras
from reference_host.contributions import gather
from reference_host.guarded import see_that_allowed, see_that_visible, signed_in
from reference_host.host import Host
from reference_host.plugin_reports import PluginReport, report_of
from reference_host.problems import Problem, denied
from reference_host.saved_views import SavedView, ViewRefused
from reference_host.views import acknowledge
from vms_hooks.document import plain
from vms_hooks.values import Interval, Principal, View, ViewMode

#: How long a view waits for plug-ins that are being started, in seconds.
STARTING_WITHIN = 5.0


class ReportedView(Body):
    """What a page says its operator looks at."""

    client: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    number: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    mode: ViewMode
    cameras: Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=64)]


class NewView(Body):
    """A view to be saved."""

    title: ShortText
    slots: Annotated[tuple[ShortText | None, ...], msgspec.Meta(min_length=1, max_length=64)]
    shared: bool = False


class OtherTitle(Body):
    """Another name of a view."""

    title: ShortText


class OwnKeysBody(Body):
    """Keys that somebody chose, by command."""

    keys: Annotated[dict[ShortText, ShortText], msgspec.Meta(max_length=200)]


class Api:
    """The handlers, bound to one host."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[Route]:
        """Give every operation; all but ``/healthz`` need a session."""
        guard = signed_in(self._host)
        return [
            Route("/healthz", self.healthz),
            Route("/api/time", guard(self.time)),
            Route("/api/contributions", guard(self.contributions)),
            Route("/api/cameras", guard(self.cameras)),
            Route("/api/timeline", guard(self.timeline)),
            Route("/api/warnings", guard(self.warnings)),
            Route("/api/view", guard(self.view), methods=["POST"]),
            Route("/api/keys", guard(self.keys)),
            Route("/api/keys", guard(self.choose_keys), methods=["PUT"]),
            Route("/api/views", guard(self.saved_views)),
            Route("/api/views", guard(self.save_view), methods=["POST"]),
            Route("/api/views/{view}", guard(self.rename_view), methods=["PATCH"]),
            Route("/api/views/{view}", guard(self.delete_view), methods=["DELETE"]),
            Route("/api/views/{view}/restore", guard(self.restore_view), methods=["POST"]),
        ]

    async def time(self, _: Request, __: Principal) -> Response:
        """Give the server's clock, milliseconds since 1970, from which a page measures its own."""
        return json_answer({"now": self._host.clock.now().timestamp() * 1000})

    async def contributions(self, request: Request, principal: Principal) -> Response:
        """Give everything the page draws for this principal."""
        root = request.scope.get("root_path", "")
        plugins = self._host.plugins
        contributed = await gather(
            plugins.active, self._host.access, principal, starting=plugins.starting, root=root
        )
        return json_answer(plain(contributed))

    async def cameras(self, _: Request, principal: Principal) -> Response:
        """Give the cameras the principal may see."""
        plugins = self._host.plugins
        starting = [plugin for plugin in plugins.all if plugin.id in plugins.starting]
        return json_answer(
            await list_cameras(plugins.active, self._host.access, principal, starting=starting)
        )

    async def timeline(self, request: Request, principal: Principal) -> Response:
        """Give recorded spans and marks: ``?camera=a&camera=b&start=...&end=...``, instants of RFC 3339."""
        cameras = tuple(dict.fromkeys(request.query_params.getlist("camera")))
        see_that_visible(self._host, request, principal, cameras)
        interval = Interval(start=instant(request, "start"), end=instant(request, "end"))
        if interval.end <= interval.start:
            raise invalid("The end must be after the start.")
        return json_answer(await draw_timeline(self._host.plugins.active, cameras, interval, principal))

    async def warnings(self, _: Request, principal: Principal) -> Response:
        """Give what plug-ins want operators to know: something that they rely on is missing."""
        return json_answer({"warnings": await self._host.warnings.of(principal, self._host.access)})

    async def view(self, request: Request, principal: Principal) -> Response:
        """Take a numbered view; 204 only when every plug-in of the site has acknowledged it.

        One that is being started, after a crash as it may be, is waited for: a view that it never hears of
        must not count as taken note of.
        """
        reported = await read_body(request, ReportedView)
        see_that_visible(self._host, request, principal, reported.cameras)
        view = View(
            principal=principal,
            client=reported.client,
            number=reported.number,
            mode=reported.mode,
            cameras=reported.cameras,
            at=self._host.clock.now(),
        )
        late = await self._host.plugins.awaited(STARTING_WITHIN)
        reasons = await acknowledge(self._host.plugins.active, view)
        reasons = (*(f"The plug-in {plugin} is being started." for plugin in late), *reasons)
        if reasons:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "view-not-acknowledged",
                "Not every plug-in has taken note of your view.",
                f"{' '.join(reasons)} Your page tells them again by itself.",
                retry_after=1,
            )
        return nothing()

    async def keys(self, _: Request, principal: Principal) -> Response:
        """Give the keys that the principal chose for commands, in place of those proposed."""
        return json_answer({"keys": self._host.keys.of(principal.id)})

    async def choose_keys(self, request: Request, principal: Principal) -> Response:
        """Replace the keys that the principal chose; no two commands can have the same."""
        chosen = (await read_body(request, OwnKeysBody)).keys
        if len(set(chosen.values())) < len(chosen):
            raise invalid("Two commands have the same key. Choose another one for either.")
        await asyncio.to_thread(self._host.keys.choose, principal.id, chosen)
        return nothing()

    async def saved_views(self, _: Request, principal: Principal) -> Response:
        """Give the principal's own views and the shared ones."""
        views = self._host.views.of(principal.id, lambda camera: self._host.access.may_see(principal, camera))
        return json_answer({"views": views})

    async def save_view(self, request: Request, principal: Principal) -> Response:
        """Save a view for oneself, or for everybody."""
        new = await read_body(request, NewView)
        if new.shared:
            see_that_allowed(self._host, request, principal, SHARE_VIEWS)
        see_that_visible(self._host, request, principal, tuple(c for c in new.slots if c is not None))
        try:
            saved = await asyncio.to_thread(
                self._host.views.add, new.title.strip(), principal.id, new.slots, shared=new.shared
            )
        except ViewRefused as refusal:
            raise refused(str(refusal)) from refusal
        return json_answer(saved, HTTPStatus.CREATED)

    async def delete_view(self, request: Request, principal: Principal) -> Response:
        """Delete a view of one's own; a shared one with the right to share."""
        view = self._own(self._host.views.find, request, principal)
        await asyncio.to_thread(self._host.views.remove, view)
        return nothing()

    async def rename_view(self, request: Request, principal: Principal) -> Response:
        """Give a view of one's own another name; a shared one with the right to share."""
        view = self._own(self._host.views.find, request, principal)
        title = (await read_body(request, OtherTitle)).title.strip()
        try:
            await asyncio.to_thread(self._host.views.rename, view, title)
        except ViewRefused as refusal:
            raise refused(str(refusal)) from refusal
        return nothing()

    async def restore_view(self, request: Request, principal: Principal) -> Response:
        """Bring back a view that was deleted a while ago, for who may delete it."""
        view = self._own(self._host.views.deleted, request, principal)
        try:
            await asyncio.to_thread(self._host.views.restore, view)
        except ViewRefused as refusal:
            raise refused(str(refusal)) from refusal
        return nothing()

    def _own(
        self, find: Callable[[str, str], SavedView | None], request: Request, principal: Principal
    ) -> SavedView:
        """Find the view that a request names, and see that the principal may change it."""
        view = find(request.path_params["view"], principal.id)
        if view is None:
            raise unknown("view")
        if view.shared:
            see_that_allowed(self._host, request, principal, SHARE_VIEWS)
        elif view.owner != principal.id:
            raise denied("This view is somebody else's.")
        return view

    async def healthz(self, _: Request) -> Response:
        """Answer 200 when every enabled plug-in is active and healthy, and 503 until then."""
        reports: list[PluginReport] = [
            await report_of(self._host.plugins, plugin)
            for plugin in self._host.plugins.all
            if self._host.plugins.enabled(plugin)
        ]
        recorded = not self._host.security_log.trouble
        ok = all(report.healthy for report in reports) and recorded
        ok = ok and not self._host.stopping.is_set()
        status = HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE
        # Everybody may ask: reasons, settings and licence stay inside.
        parts = [report.outside for report in reports]
        return json_answer({"ok": ok, "security_log": recorded, "parts": parts}, status)
