"""Incident properties in a real browser: changed by one administrator, seen by everybody."""

from __future__ import annotations

import asyncio
import io
import tomllib

from PIL import Image
from playwright.async_api import Page, expect

from tests.accessibility import violations
from tests.browsing import in_shared_browser
from tests.hand import Hand

pytestmark = in_shared_browser

REFUSED = r"Failed to load resource"


async def tab(page: Page, name: str) -> None:
    await page.get_by_role("tab", name=name).click()


async def saved(page: Page) -> None:
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Incident properties saved")).to_be_visible()


def picture(width: int, height: int) -> bytes:
    """Give a PNG of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, "PNG")
    return file.getvalue()


def names(page: Page):
    return page.locator("td.name input")


async def test_every_tab_can_be_used_by_everybody(opening, site) -> None:
    """Without a violation of WCAG 2.2 AA, in the smallest window."""
    page = await opening("properties")
    for name in ("Types", "Statuses", "Categories", "Incident data", "Reports", "Import and export"):
        await tab(page, name)
        await expect(page.get_by_role("tabpanel", name=name)).to_be_visible()
        assert await violations(page) == []


async def test_names_can_be_read_at_200_percent_of_the_smallest_window(opening, site) -> None:
    """What does not fit is scrolled within the table; the button that saves stays in sight."""
    page = await opening("properties")
    await page.set_viewport_size({"width": 640, "height": 360})
    name = page.get_by_label("Name of Theft")
    await expect(name).to_be_visible()
    assert (await name.bounding_box())["width"] >= 150
    await expect(page.get_by_role("button", name="Save", exact=True)).to_be_in_viewport(ratio=1)


async def test_a_new_type_reaches_other_browsers_within_two_seconds(opening, site) -> None:
    """Without a restart and without anybody pressing anything there."""
    other = await opening("properties", person="carl")
    await expect(other.get_by_label("Name of Theft")).to_be_visible()
    page = await opening("properties")
    hand = Hand(page)
    await hand.click(page.get_by_role("button", name="Add value"))
    await hand.type("Arson")
    await hand.choose(page.get_by_label("Symbol of new value"), "bolt")
    await hand.choose(page.get_by_label("Colour of new value"), "red")
    await hand.click(page.get_by_role("button", name="Save", exact=True))
    assert hand.actions <= 5
    begun = asyncio.get_running_loop().time()
    await expect(other.get_by_label("Name of Arson")).to_be_visible()
    assert asyncio.get_running_loop().time() - begun < 2
    stored = site.properties
    assert (stored.types[-1].id, stored.types[-1].colour, stored.types[-1].symbol) == ("arson", "red", "bolt")


async def test_a_value_in_use_is_renamed_or_retired_and_never_removed(opening, site) -> None:
    """It says how many have it; retired, it stays in the project and cannot be chosen anew."""
    kept, other = site.create(type="theft"), site.create()
    page = await opening("properties")
    row = page.locator("tr[data-id=theft]")
    await expect(row.locator(".used")).to_have_text("1")
    await expect(row.get_by_role("button", name="Remove Theft")).to_have_count(0)
    await expect(page.get_by_role("button", name="Remove Fire")).to_be_visible()
    await page.get_by_label("Name of Theft").fill("Larceny")
    await page.get_by_role("button", name="Retire Theft").click()
    await saved(page)
    has = await opening(f"incidents/{kept}/details", person="carl")
    await expect(has.get_by_label("Type", exact=True)).to_have_value("theft")
    await expect(has.get_by_role("option", name="Larceny")).to_have_count(1)
    has_not = await opening(f"incidents/{other}/details", person="carl")
    await expect(has_not.get_by_role("option", name="Fire")).to_have_count(1)
    await expect(has_not.get_by_role("option", name="Larceny")).to_have_count(0)
    entries = site.runtime.parts.ground.store.entries(kept)
    assert [e.activity.after for e in entries if e.activity.subject == "Type"] == ["Theft"]


async def test_two_administrators_are_told_of_one_another(opening, site) -> None:
    """The second one keeps what they entered until they load what the first one saved."""
    first, second = await opening("properties"), await opening("properties", person="carl")
    await second.get_by_label("Name of Fire").fill("Blaze")
    await first.get_by_label("Name of Theft").fill("Larceny")
    await saved(first)
    await expect(second.get_by_text("Another administrator changed this meanwhile.")).to_be_visible()
    await expect(second.get_by_label("Name of Fire")).to_have_value("Blaze")
    await second.get_by_role("button", name="Load theirs").click()
    await expect(second.get_by_label("Name of Larceny")).to_have_value("Larceny")
    await expect(second.get_by_label("Name of Fire")).to_have_value("Fire")


async def test_order_is_changed_by_keyboard_alone(opening, site) -> None:
    """Alt and an arrow move the value that is being named; the keyboard stays with it."""
    page = await opening("properties")
    await page.get_by_label("Name of Fire").focus()
    for _ in range(4):
        await page.keyboard.press("Alt+ArrowUp")
    await expect(page.get_by_label("Name of Fire")).to_be_focused()
    await page.get_by_role("button", name="Move Vandalism up").press("Enter")
    await saved(page)
    assert [value.id for value in site.properties.types[:3]] == ["fire", "vandalism", "theft"]


async def test_closing_names_what_the_site_requires(opening, site) -> None:
    """The administrator requires a category; an operator who closes without it is told its name."""
    number = site.create()
    page = await opening("properties")
    await tab(page, "Statuses")
    await page.get_by_label("Severity", exact=True).check()
    await saved(page)
    operator = await opening(f"incidents/{number}/details", person="carl", provoked=(REFUSED,))
    await operator.get_by_label("Status", exact=True).select_option("closed")
    await operator.keyboard.press("Control+S")
    await expect(operator.get_by_text("Severity has no value").first).to_be_visible()


async def test_categories_and_data_are_switched_on_and_off(opening, site) -> None:
    """A third category, and a second field of a kind, by name alone; what is off is offered nowhere."""
    page = await opening("properties")
    await tab(page, "Categories")
    await page.get_by_role("button", name="Add category").click()
    await page.keyboard.type("Weapon")
    await page.get_by_label("Authorities is in use").uncheck()
    await tab(page, "Incident data")
    await page.get_by_label("Name of Check box 2").fill("Witnesses")
    await saved(page)
    stored = site.properties
    assert [(c.name, c.enabled) for c in stored.categories] == [
        ("Severity", True),
        ("Authorities", False),
        ("Weapon", True),
    ]
    assert [(d.name, d.id) for d in stored.data if d.kind == "check-box"] == [
        ("Injuries", "injuries"),
        ("Witnesses", "witnesses"),
    ]


async def test_the_logo_of_reports_is_shown_once_it_is_there(opening, site) -> None:
    """Under the policy of a careful host; one that is too large is refused before it is sent anywhere."""
    page = await opening("properties")
    await tab(page, "Reports")
    chosen = page.get_by_label("Choose a picture")
    logo = page.get_by_role("img", name="The logo that reports have now")
    await chosen.set_input_files({"name": "logo.png", "mimeType": "image/png", "buffer": picture(60, 24)})
    await expect(logo).to_have_js_property("naturalWidth", 60)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    large = picture(60, 24) + bytes(3 << 20)
    await chosen.set_input_files({"name": "photo.png", "mimeType": "image/png", "buffer": large})
    await expect(page.get_by_text("The picture has 3,072 kB; 512 kB are possible.")).to_be_visible()
    assert "PUT" not in asked
    await expect(logo).to_be_visible()


async def test_a_file_shows_what_it_would_change_before_it_does(opening, site, tmp_path) -> None:
    """Exported as TOML, edited, previewed, taken over, saved; what projects have is retired and not lost."""
    site.create(type="theft")
    page = await opening("properties", provoked=(REFUSED,))
    await tab(page, "Import and export")
    async with page.expect_download() as begun:
        await page.get_by_role("button", name="Export as TOML").click()
    text = (await (await begun.value).path()).read_text("utf-8")
    assert tomllib.loads(text)["format"] == "incident-properties/1"
    edited = tmp_path / "edited.toml"
    edited.write_text(text.replace('name = "Fire"', 'name = "Blaze"'), "utf-8")
    await page.locator("input[type=file]").set_input_files(edited)
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("Type changed from “Fire” to “Blaze”")).to_be_visible()
    await dialog.get_by_role("button", name="Take over 1 change").click()
    await expect(page.get_by_label("Name of Blaze")).to_be_visible()
    assert "Blaze" not in {value.name for value in site.properties.types}
    await saved(page)
    assert "Blaze" in {value.name for value in site.properties.types}
    broken = tmp_path / "broken.json"
    broken.write_text("{", "utf-8")
    await tab(page, "Import and export")
    await page.locator("input[type=file]").set_input_files(broken)
    await expect(page.get_by_role("alert")).to_contain_text("The file cannot be read")


async def test_who_may_only_look_changes_nothing(opening, site) -> None:
    """Everything is shown, nothing can be entered; whoever may not even look is told so."""
    site.access.permissions["carl"] = frozenset({"incident.properties.view"})
    page = await opening("properties", person="carl", provoked=(REFUSED,))
    await expect(names(page).first).to_be_disabled()
    await expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    site.access.permissions["carl"] = frozenset()
    refused = await opening("properties", person="carl", provoked=(REFUSED,))
    await expect(refused.get_by_text("This information is not available to you.")).to_be_visible()
