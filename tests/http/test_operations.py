"""The operation table: nothing is unguarded, and what is not allowed is refused in the right words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.routing import Route
from tests.support import ListedAccess, as_principal, host_services

from incident_plugin.domain.access import Permission
from vms_hooks.values import Principal


def operations(app) -> list[tuple[str, str]]:
    return [
        (method, re.sub(r"\{[^}]*\}", "1", route.path))
        for route in app.routes
        if isinstance(route, Route)
        for method in sorted(route.methods - {"HEAD"})
    ]


async def call(app, principal: Principal | None, method: str, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(as_principal(app, principal))
    async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as client:
        return await client.request(method, path)


class TestNobody:
    async def test_without_a_principal_every_operation_is_refused(self, runtime):
        """A host that sets no principal gets 401 from every operation of the table."""
        app = runtime.parts.app
        assert len(operations(app)) > 30
        for method, path in operations(app):
            assert (await call(app, None, method, path)).status_code == 401, (method, path)


class TestNoPermission:
    """A person who is signed in and holds no permission."""

    @pytest.fixture
    def host(self, tmp_path):
        return host_services(tmp_path, access=ListedAccess())

    async def test_every_operation_is_refused_in_the_words_for_it(self, runtime):
        """Actions are denied; reading answers that the information is not available."""
        nobody = Principal(id="nora", name="Nora", roles=frozenset({"none"}))
        for method, path in operations(runtime.parts.app):
            refused = await call(runtime.parts.app, nobody, method, path)
            assert refused.status_code == 403, (method, path)
            title = refused.json()["title"]
            assert title in ("Permission denied.", "This information is not available to you.")
            if method == "GET" and not path.startswith(
                ("/collections", "/drafts", "/export", "/bin", "/cert")
            ):
                assert title == "This information is not available to you."


class TestHiddenCamera:
    """A person who may do everything, but may not see one camera."""

    async def test_its_sequences_are_not_shown_and_its_video_is_refused(self, runtime, client, cameras, host):
        """A camera the operator may not see is left out of projects, video, stills and recorded spans."""
        now = datetime.now(UTC)
        start, end = (now - timedelta(minutes=5)).isoformat(), (now - timedelta(minutes=4)).isoformat()
        footage = [{"camera": cameras[name], "start": start, "end": end} for name in ("Lobby", "Yard")]
        project = (await client.post("/projects", json={"footage": footage})).json()["project"]
        host.access.hidden_cameras = frozenset({cameras["Yard"]})
        seen = (await client.get(f"/projects/{project['id']}")).json()
        assert [s["footage"]["camera_name"] for s in seen["sequences"]] == ["Lobby"]
        for kind in ("video", "recorded"):
            refused = await client.get(f"/{kind}/{cameras['Yard']}", params={"start": start, "end": end})
            assert refused.status_code == 403
        refused = await client.get(f"/stills/{cameras['Yard']}", params={"at": start})
        assert refused.status_code == 403


def test_manage_implies_view():
    """Who may manage comments may view them; viewing implies nothing."""
    assert Permission.COMMENTS_MANAGE in Permission.COMMENTS_VIEW.implied_by
    assert Permission.COMMENTS_MANAGE.implied_by == {Permission.COMMENTS_MANAGE}


async def test_a_browser_asks_again_for_the_modules_of_the_pages(client):
    """Otherwise it may keep them for days, and mixes old ones with new ones after an upgrade."""
    first = await client.get("/ui/live/incident-live.js")
    again = await client.get("/ui/live/incident-live.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "no-cache"
