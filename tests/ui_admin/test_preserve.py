"""Administration > Preserved video."""

from __future__ import annotations

import attrs
from playwright.async_api import expect

from tests.browsing import in_shared_browser

pytestmark = in_shared_browser

#: Right edges of what each label says, of the label, and of the window.
EDGES = """(labels) => labels.map((label) => {
  const words = document.createRange();
  words.selectNodeContents(label);
  return [words.getBoundingClientRect().right, label.getBoundingClientRect().right, innerWidth];
})"""


async def test_types_are_preserved_by_choice(opening, site) -> None:
    """Checked and saved, the rule is kept, and says from when on it holds."""
    page = await opening("preserve")
    box = page.get_by_label("Theft")
    await expect(box).not_to_be_checked()
    await box.check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("preserved from their next change on")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Theft")).to_be_checked()
    await expect(page.get_by_label("Vandalism")).not_to_be_checked()


async def test_what_the_vault_holds_stands_below(opening, site) -> None:
    """How much there is, and what keeps a file there."""
    page = await opening("preserve")
    vault = page.get_by_role("region", name="In the vault")
    await expect(vault).to_contain_text("none yet")
    await expect(vault).to_contain_text("each once a week and before it is exported")
    await expect(vault).to_contain_text("not while one of them is on legal hold")


async def test_long_names_of_types_stay_in_the_window(opening, site) -> None:
    """Here and where their retention is set; with the box or the entry that belongs to them beside them."""
    name = "W" * 200
    types = tuple(attrs.evolve(one, name=f"{name[len(one.id) :]}{one.id}") for one in site.properties.types)
    site.set_properties(attrs.evolve(site.properties, types=types))
    for section in ("preserve", "retention"):
        page = await opening(section)
        for width in (1280, 640):
            await page.set_viewport_size({"width": width, "height": 720})
            labels = page.locator("label").filter(has_text=name[:20])
            await expect(labels).to_have_count(len(types))
            edges = await labels.evaluate_all(EDGES)
            assert all(words <= label + 1 and label <= window for words, label, window in edges)
