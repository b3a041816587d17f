"""A hand that counts what a procedure takes."""

from __future__ import annotations

import attrs
from playwright.async_api import Locator, Page


@attrs.define
class Hand:
    """Acts on a page, and counts: a click, a choice, a text typed, a key pressed."""

    page: Page
    actions: int = 0

    async def click(self, place: Locator) -> None:
        self.actions += 1
        await place.click()

    async def open(self, row: Locator) -> None:
        self.actions += 1
        await row.dblclick()

    async def choose(self, place: Locator, value: str) -> None:
        self.actions += 1
        # A person comes to it first; some lists are filled then.
        await place.focus()
        await place.select_option(value)

    async def write(self, place: Locator, text: str) -> None:
        self.actions += 1
        await place.fill(text)

    async def type(self, text: str) -> None:
        """Write where the focus is already."""
        self.actions += 1
        await self.page.keyboard.type(text)

    async def press(self, keys: str) -> None:
        self.actions += 1
        await self.page.keyboard.press(keys)

    async def tab(self, name: str) -> None:
        await self.click(self.page.get_by_role("tab", name=name))
