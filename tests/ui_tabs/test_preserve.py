"""Preserving a project's video, from its sequence list."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browsing import in_shared_browser

from .world import LOBBY, YARD, footage

pytestmark = in_shared_browser


async def test_video_is_preserved_by_one_check_box(open_at, world) -> None:
    """Checked, it says how many sequences are kept; the choice is taken back the same way."""
    world.project(footage(LOBBY, 1, 30), footage(YARD, 2, 30))
    page = await open_at("incidents/1/sequences")
    box = page.get_by_label("Preserve video")
    await expect(box).not_to_be_checked()
    await box.check()
    await expect(page.get_by_text("2 of 2 kept")).to_be_visible()
    assert world.preserved is True
    await box.uncheck()
    await expect(page.get_by_text("2 of 2 kept")).to_be_hidden()
    assert world.preserved is False
