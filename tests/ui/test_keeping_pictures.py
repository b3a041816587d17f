"""Pictures that leave the window View video: as a file, and on the clipboard of a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import av
from playwright.async_api import Page, expect

from demo_recorder.strip import read_strip
from tests.browsing import in_shared_browser
from tests.ui.pictures import strip_of
from tests.ui.test_fast_recorder import VIEW_DRAFTS, shows
from tests.ui.test_picking import in_playback, item

pytestmark = in_shared_browser

#: Puts the clipboard's picture into the page, to be read as any other.
PASTED = """async () => {
  const [pasted] = await navigator.clipboard.read();
  const image = document.createElement('img');
  image.id = 'pasted';
  image.src = URL.createObjectURL(await pasted.getType('image/png'));
  await image.decode();
  document.body.append(image);
}"""


async def test_the_shown_picture_is_saved_and_copied(page: Page, tmp_path: Path) -> None:
    """Saved and pasted it is the very picture that was shown, in the recording's own size."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await in_playback(page)
    start = await page.evaluate("host.clocks.playback.now")
    await page.evaluate("([a, b]) => host.clocks.playback.setMarks(a, b)", [start, start + 20_000])
    await item(page, "playback").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice")).to_be_visible()
    await page.evaluate(VIEW_DRAFTS)
    window = page.get_by_role("dialog", name=re.compile("^View video"))
    await window.get_by_label("Position").fill("7000")
    video = window.locator("video")
    await shows(video, start / 1000 + 7)
    shown = await strip_of(video)
    async with page.expect_download() as downloading:
        await window.get_by_role("button", name="Save picture").click()
    download = await downloading.value
    await download.save_as(tmp_path / "saved.png")
    assert re.fullmatch(r"Lobby \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d \w+\.png", download.suggested_filename)
    with av.open(str(tmp_path / "saved.png")) as container:
        (picture,) = container.decode(video=0)
    assert read_strip(picture.to_ndarray(format="gray")) == shown
    await window.get_by_role("button", name="Copy picture").click()
    await expect(window.get_by_text(f"Snapshot copied: {download.suggested_filename}")).to_be_visible()
    await page.evaluate(PASTED)
    assert await strip_of(page.locator("#pasted")) == shown
