"""A live picture that is cut in front of an operator says why, on its view item; others go on."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import httpx
import pytest
from playwright.async_api import expect
from tests.browsing import Watched, in_shared_browser
from tests.journeys.operator import Operator, until_readable
from tests.journeys.sites import RunningSite

pytestmark = in_shared_browser

GOOD = "three unrelated words"


@attrs.frozen
class Administrator:
    """Somebody elsewhere, who decides what Nora sees; she may see cameras and do nothing else."""

    _http: httpx.Client

    def employ(self) -> None:
        """Make Nora's account."""
        self.show(["*"])
        account = {"account": "nora", "name": "Nora Night", "password": GOOD, "roles": ["night"]}
        self._http.post("/api/accounts", json=account).raise_for_status()

    def show(self, cameras: list[str]) -> None:
        """Let her see these cameras."""
        role = {"title": "Night shift", "permissions": ["incident.cameras.view"], "cameras": cameras}
        self._http.put("/api/roles/night", json=role).raise_for_status()

    def hide(self, name: str) -> None:
        """Let her see all cameras but this one."""
        cameras = self._http.get("/api/cameras").raise_for_status().json()["cameras"]
        self.show([camera["id"] for camera in cameras if camera["name"] != name])

    def sign_her_out(self) -> None:
        """End her sessions."""
        self._http.delete("/api/accounts/nora/sessions").raise_for_status()


@pytest.fixture
def administrator(site: RunningSite) -> Iterator[Administrator]:
    with site.signed_in("admin") as client:
        administrator = Administrator(client)
        administrator.employ()
        yield administrator


async def test_the_right_to_see_a_camera_is_taken(
    operator: Operator, watched: Watched, administrator: Administrator
) -> None:
    """Its view item says so at once; the picture beside it goes on."""
    watched.provoked.append("status of 403")
    await operator.sign_in("nora", GOOD)
    first, second = (operator.view_item(n).locator("incident-live") for n in (1, 2))
    for item in (first, second):
        await until_readable(operator, item.locator("video"))
    administrator.hide("Lobby")
    await expect(first.get_by_role("status")).to_contain_text("No permission")
    await expect(first.get_by_role("status")).to_contain_text("You may not watch this camera live.")
    await operator.another_picture(second.locator("video"))


async def test_the_session_is_ended_from_elsewhere(
    operator: Operator, watched: Watched, administrator: Administrator
) -> None:
    """Every picture says that the session has ended, and that one can sign in again."""
    watched.provoked.append("status of 401")
    await operator.sign_in("nora", GOOD)
    items = [operator.view_item(n).locator("incident-live") for n in (1, 2)]
    for item in items:
        await until_readable(operator, item.locator("video"))
    administrator.sign_her_out()
    for item in items:
        await expect(item.get_by_role("status")).to_contain_text("You are signed out")
