"""An operator at the browser: what a person does and sees, in their words."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from playwright.async_api import Locator, Page, expect
from tests.hand import Hand
from tests.journeys.sites import RunningSite
from tests.waiting import until

from demo_recorder.strip import StripReading, UnreadableStripError, read_strip
from incident_demo.site import PASSWORD

#: Gives the green values of the lowest rows of the picture that a video element shows now, and its size.
LOWEST_ROWS = """video => {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  const rows = Math.ceil(canvas.height * 8 / 360);
  const {data} = context.getImageData(0, canvas.height - rows, canvas.width, rows);
  return {width: canvas.width, height: canvas.height, green: [...data].filter((_, i) => i % 4 === 1)};
}"""


class Operator:
    """Somebody who works with the product in a browser."""

    def __init__(self, page: Page, site: RunningSite, downloads: Path) -> None:
        self.page = page
        #: Counts what the operator does here and in the journey's own steps.
        self.hand = Hand(page)
        self._site = site
        self._downloads = downloads

    async def sign_in(self, account: str = "supervisor", password: str = PASSWORD) -> None:
        """Sign in and come to the Live tab."""
        await self.page.goto(f"{self._site.address}/")
        await self.hand.write(self.page.get_by_label("Account"), account)
        await self.hand.write(self.page.get_by_label("Password"), password)
        await self.hand.press("Enter")
        await expect(self.page.get_by_role("link", name="Live")).to_be_visible()

    def view_item(self, number: int) -> Locator:
        """The view item with this number, from 1."""
        return self.page.get_by_role("group", name=re.compile(f"^View item {number}:"))

    async def tab(self, name: str) -> None:
        """Change to a tab of the main window."""
        tabs = self.page.get_by_role("navigation", name="Tabs")
        await self.hand.click(tabs.get_by_role("link", name=name))

    async def part(self, name: str) -> None:
        """Change to a tab of the open incident project."""
        await self.hand.click(self.page.get_by_role("tab", name=re.compile(f"^{name}")))

    async def fill_in_details(self, dialog_title: str, incident_type: str, description: str) -> int:
        """Fill in the dialog that ends every way to a project; gives the project's id."""
        dialog = self.page.get_by_role("dialog", name=dialog_title)
        await self.hand.choose(dialog.get_by_label("Type"), incident_type)
        await self.hand.write(dialog.get_by_label("Description"), description)
        await self.hand.click(dialog.get_by_role("button", name="Save"))
        notice = self.page.get_by_text(re.compile(r"Incident project \d+ is saved")).first
        await expect(notice).to_be_visible()
        found = re.search(r"project (\d+)", await notice.inner_text())
        assert found is not None
        return int(found[1])

    async def picture(self, video: Locator) -> StripReading:
        """Read the time strip of the picture that a video element shows now."""
        shown = await video.evaluate(LOWEST_ROWS)
        picture = np.zeros((shown["height"], shown["width"]), dtype=np.uint8)
        rows = np.array(shown["green"], dtype=np.uint8).reshape(-1, shown["width"])
        picture[-len(rows) :] = rows
        return read_strip(picture)

    async def another_picture(self, video: Locator) -> None:
        """Wait until another picture comes: the time strip in the picture moves on."""
        first = await self.picture(video)

        async def later() -> bool:
            return (await self.picture(video)).moment > first.moment

        await until(later, "another picture")

    async def save_report(self, *, show_user_names: bool) -> Path:
        """Create the report of the open project and save it; gives the file."""
        await self.hand.click(self.page.get_by_role("button", name="Create report"))
        dialog = self.page.get_by_role("dialog", name=re.compile("^Report"))
        save = dialog.get_by_role("button", name="Save")
        await expect(save).to_be_enabled()
        box = dialog.get_by_label("Show user names")
        await expect(box).not_to_be_checked()
        if show_user_names:
            await self.hand.click(box)
            await expect(save).to_be_enabled()
        async with self.page.expect_download() as downloading:
            await self.hand.click(save)
        file = await self._kept(downloading)
        await self.hand.click(dialog.get_by_role("button", name="Close"))
        return file

    async def export(self) -> Path:
        """Send the open project for export, export it, download the first file; gives it."""
        await self.hand.click(self.page.get_by_role("button", name="Send for export"))
        await expect(self.page).to_have_url(re.compile("/exports$"))
        await self.hand.click(self.page.get_by_role("button", name="Start export"))
        job = self.page.get_by_role("region", name="Exports").get_by_role("listitem").first
        await expect(job).to_contain_text("Done")
        async with self.page.expect_download() as downloading:
            await self.hand.click(job.get_by_role("link", name=re.compile(r"\.mp4")).first)
        return await self._kept(downloading)

    async def _kept(self, downloading) -> Path:
        download = await downloading.value
        file = self._downloads / download.suggested_filename
        await download.save_as(file)
        return file


async def until_readable(operator: Operator, video: Locator) -> StripReading:
    """Wait until a video element shows a whole picture."""
    await expect(video).to_be_visible()
    await video.evaluate(
        "v => v.readyState >= 2 || new Promise(r => v.addEventListener('loadeddata', r, {once: true}))"
    )

    async def readable() -> StripReading | None:
        with contextlib.suppress(UnreadableStripError):
            return await operator.picture(video)
        return None

    return await until(readable, "a whole picture")


def seconds_between(first: datetime, second: datetime) -> float:
    """How much later the second is."""
    return (second.astimezone(UTC) - first.astimezone(UTC)).total_seconds()
