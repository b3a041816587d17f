"""A live picture that is cut in front of an operator says why on its view item, and comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs
import httpx
import pytest
from playwright.async_api import expect
from tests.browsing import Watched, in_shared_browser
from tests.journeys.operator import Operator, until_readable
from tests.journeys.sites import RunningSite
from tests.programs import RECORDER_PASSWORD, RECORDER_USER, running_recorder

pytestmark = in_shared_browser

GOOD = "three unrelated words"
#: The host's page does so now and then.
ASK_FOR_CAMERAS = "dispatchEvent(new Event('online'))"
RECORDERS = "/plugins/incident/recorders"


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


async def test_the_right_to_see_a_camera_is_taken_and_given_back(
    operator: Operator, watched: Watched, administrator: Administrator
) -> None:
    """Its view item says so at once, and shows it again by itself; the picture beside it goes on."""
    watched.provoked.append("status of 403")
    await operator.sign_in("nora", GOOD)
    first, second = (operator.view_item(n).locator("incident-live") for n in (1, 2))
    for item in (first, second):
        await until_readable(operator, item.locator("video"))
    live = [operator.view_item(n).get_by_text("LIVE", exact=True) for n in (1, 2)]
    await expect(live[0]).to_be_visible()
    administrator.hide("Lobby")
    await expect(first.get_by_role("status")).to_contain_text("No permission")
    await expect(first.get_by_role("status")).to_contain_text("You may not watch this camera live.")
    await expect(live[0]).to_be_hidden()
    await expect(live[1]).to_be_visible()
    await operator.another_picture(second.locator("video"))
    await operator.page.evaluate(ASK_FOR_CAMERAS)
    await expect(operator.view_item(1)).to_contain_text("Its picture comes back by itself")
    administrator.show(["*"])
    await operator.page.evaluate(ASK_FOR_CAMERAS)
    await until_readable(operator, first.locator("video"))


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


async def test_a_camera_that_is_removed_and_added_again(
    operator: Operator, watched: Watched, site: RunningSite
) -> None:
    """Its view item says that it is gone, and shows it again by itself."""
    watched.provoked.append("status of 404")
    with running_recorder() as north, site.signed_in("admin") as admin:
        recorder = {
            "name": "North",
            "address": north.address,
            "username": RECORDER_USER,
            "password": RECORDER_PASSWORD,
        }
        added = admin.post(RECORDERS, json=recorder).raise_for_status().json()["id"]
        cameras = admin.get(f"{RECORDERS}/{added}/cameras").raise_for_status().json()["cameras"]
        lobby = next(one for one in cameras if one["name"] == "Lobby")
        await operator.sign_in("operator")
        item = operator.view_item(1)
        await item.click()
        await operator.page.locator(f'[role=treeitem][data-camera="{lobby["id"]}"]').click()
        await until_readable(operator, item.locator("incident-live video"))
        admin.delete(f"{RECORDERS}/{added}").raise_for_status()
        await expect(item).to_contain_text(re.compile("Trying again|Its picture comes back by itself"))
        recorder["cameras"] = {lobby["own"]: lobby["id"]}
        admin.post(RECORDERS, json=recorder).raise_for_status()
        await until_readable(operator, item.locator("incident-live video"))
