"""The timeline as operators read and move it: by keys, as a table, and on nights of a clock change.

A console error, an uncaught exception or a violation of the content security policy fails each test.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from tests.browsing import needs_browser

from . import test_pages as pages
from .test_pages import SignIn, playhead, wait_until

pytestmark = needs_browser

browser = pages.browser
address = pages.address
context = pages.context
watched = pages.watched
page = pages.page
signed_in = pages.signed_in

COPENHAGEN, NEW_YORK = "Europe/Copenhagen", "America/New_York"


def in_page(page: Page, module: str, call: str, *arguments: Any) -> Any:
    """Call what a module of the page exports."""
    script = f"async args => {{ const m = await import('/ui/{module}'); return m.{call}(...args); }}"
    return page.evaluate(script, list(arguments))


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


#: The night, an instant after it, what is typed, and what it means in UTC.
NIGHTS = [
    (COPENHAGEN, "2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    (COPENHAGEN, "2026-10-25 02:30 CEST", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    (COPENHAGEN, "2026-10-25 02:30 CET", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    (COPENHAGEN, "2026-10-25 03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    (COPENHAGEN, "2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    (COPENHAGEN, "2026-03-29 03:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    (NEW_YORK, "2026-11-01 01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    (NEW_YORK, "2026-11-01 02:00", datetime(2026, 11, 1, 7, 0, tzinfo=UTC)),
    (NEW_YORK, "2026-03-08 03:00", datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
    (NEW_YORK, "2026-03-08 01:59:59", datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC)),
]


def test_typed_times_mean_what_the_wall_clock_showed(signed_in: SignIn) -> None:
    """On both nights, in Europe and America; the name of the zone chooses between two equal times."""
    page = signed_in("/playback")
    now = ms(datetime(2026, 12, 1, tzinfo=UTC))
    for zone, text, wanted in NIGHTS:
        assert in_page(page, "time.js", "readTime", text, now, zone) == ms(wanted), (zone, text)
    assert in_page(page, "time.js", "readTime", "2026-10-25 12:00 CEST", now, COPENHAGEN) is None


def test_yesterday_is_the_day_before_also_when_days_have_25_hours(signed_in: SignIn) -> None:
    """Half an hour before midnight of the longest day, 24 hours ago is still the same day."""
    page = signed_in("/playback")
    late = ms(datetime(2026, 10, 25, 23, 30, tzinfo=ZoneInfo(COPENHAGEN)))
    wanted = datetime(2026, 10, 24, 14, 0, tzinfo=ZoneInfo(COPENHAGEN))
    assert in_page(page, "time.js", "readTime", "yesterday 14:00", late, COPENHAGEN) == ms(wanted)


@pytest.mark.parametrize(
    ("zone", "change", "twice", "names"),
    [
        (COPENHAGEN, datetime(2026, 10, 25, 1, tzinfo=UTC), "02:00", ("CEST", "CET")),
        (NEW_YORK, datetime(2026, 11, 1, 6, tzinfo=UTC), "01:00", ("GMT-4", "GMT-5")),
        (COPENHAGEN, datetime(2026, 3, 29, 1, tzinfo=UTC), "", ("CET", "CEST")),
        (NEW_YORK, datetime(2026, 3, 8, 7, tzinfo=UTC), "", ("GMT-5", "GMT-4")),
    ],
)
def test_axis_names_both_hours_of_the_night(
    signed_in: SignIn, zone: str, change: datetime, twice: str, names: tuple[str, str]
) -> None:
    """Each tick is a whole hour of the wall clock, named with its zone; none is there twice."""
    page = signed_in("/playback")
    start = ms(change - timedelta(hours=3))
    found = in_page(page, "timeline-axis.js", "ticks", start, 6 * 3_600_000, 1200, zone)
    hours = [each["text"] for each in found if re.match(r"\d\d:00 ", each["text"])]
    assert {one.split()[1] for one in hours} == set(names)
    assert len(hours) == len(set(hours))
    if twice:
        assert [one for one in hours if one.startswith(twice)] == [f"{twice} {name}" for name in names]
    for each in found:
        local = datetime.fromtimestamp(each["at"] / 1000, ZoneInfo(zone))
        shown = each["text"].split()[0]
        assert shown == f"{local:%H:%M}" or (local.hour, local.minute) == (0, 0)


def go_to(page: Page, text: str) -> None:
    """Type a time to go to."""
    entry = page.get_by_label("Go to time")
    entry.fill(text)
    entry.press("Enter")


def test_a_time_that_is_there_twice_or_never_is_told(signed_in: SignIn) -> None:
    """In autumn the second is offered after the first; in spring it is said what is shown instead."""
    page = signed_in("/playback")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    transport = page.locator("host-transport")
    go_to(page, "2025-10-26 02:30")
    expect(transport).to_contain_text("02:30:00 was there twice.")
    for _ in range(3):
        page.keyboard.press("-")
    for zone in ("CEST", "CET"):
        expect(
            page.locator("host-timeline .tick", has_text=re.compile(rf"^02:\d\d {zone}$")).first
        ).to_be_visible()
    assert playhead(page) == datetime(2025, 10, 26, 0, 30, tzinfo=UTC).timestamp()
    transport.get_by_role("button", name="Go to 02:30:00 CET").click()
    assert playhead(page) == datetime(2025, 10, 26, 1, 30, tzinfo=UTC).timestamp()
    expect(transport).not_to_contain_text("was there twice")
    go_to(page, "2025-03-30 02:30")
    expect(transport).to_contain_text("02:30 was left out that night: this is 03:30:00 CEST.")
    assert playhead(page) == datetime(2025, 3, 30, 1, 30, tzinfo=UTC).timestamp()
    go_to(page, "2025-03-30 04:30")
    expect(transport).not_to_contain_text("left out")


@pytest.mark.parametrize("zone", [COPENHAGEN, NEW_YORK])
def test_a_day_with_a_change_is_divided_by_the_wall_clock(signed_in: SignIn, zone: str) -> None:
    """With ticks hours apart they stay on the same hours of the wall clock before and after the change."""
    page = signed_in("/playback")
    start = ms(datetime(2026, 10, 31, 12, tzinfo=ZoneInfo(zone)))
    found = in_page(page, "timeline-axis.js", "ticks", start, 86_400_000, 700, zone)
    hours = [datetime.fromtimestamp(each["at"] / 1000, ZoneInfo(zone)).hour for each in found]
    assert hours
    assert all(hour % 2 == 0 for hour in hours)
    assert any(re.match(r"1 Nov", each["text"]) for each in found)


def test_zoom_goes_from_a_day_to_seconds(signed_in: SignIn) -> None:
    """By keys alone: ten seconds fill the width, and a whole day does."""
    page = signed_in("/playback")
    ticks = page.locator("host-timeline .tick")
    for _ in range(8):
        page.keyboard.press("+")
    expect(ticks.first).to_have_text(re.compile(r"^\d\d:\d\d:\d\d"))
    titles = ticks.evaluate_all("all => all.map(each => Date.parse(each.title.replace(' UTC', 'Z')))")
    assert {later - earlier for earlier, later in pairwise(titles)} == {1000}
    for _ in range(14):
        page.keyboard.press("-")
    titles = ticks.evaluate_all("all => all.map(each => Date.parse(each.title.replace(' UTC', 'Z')))")
    assert titles[-1] - titles[0] > 16 * 3_600_000


def test_looking_elsewhere_leaves_the_playhead(signed_in: SignIn) -> None:
    """Keys and buttons pan; the window stays where the operator looks until the playhead is moved."""
    page = signed_in("/playback")
    ticks = page.locator("host-timeline .tick")
    at, shown = playhead(page), ticks.all_text_contents()
    for _ in range(4):
        page.keyboard.press("<")
    page.get_by_role("button", name="Show earlier time").click()
    head = page.locator("host-timeline .playhead")
    assert head.get_attribute("aria-valuenow") == str(at)
    assert not set(ticks.all_text_contents()) & set(shown)
    expect(head).to_be_hidden()
    clock = "document.querySelector('sample-picture').vms.clock"
    page.evaluate(f"{clock}.play()")
    wait_until(page, f"{clock}.now / 1000 > {at + 1}")
    page.evaluate(f"{clock}.pause()")
    assert not set(ticks.all_text_contents()) & set(shown)
    page.keyboard.press("Shift+ArrowLeft")
    expect(head).to_be_visible()


def test_one_row_for_the_selected_camera(signed_in: SignIn) -> None:
    """A press leaves the selected camera's row alone, and follows the selection; another shows all again."""
    page = signed_in("/playback")
    rows = page.locator("host-timeline .row")
    count = rows.count()
    assert count > 1
    alone = page.get_by_role("button", name="Only the selected camera")
    alone.click()
    expect(rows).to_have_count(1)
    first = rows.get_attribute("data-camera")
    page.locator("body").focus()
    page.keyboard.press("2")
    expect(rows).not_to_have_attribute("data-camera", first or "")
    expect(alone).to_have_attribute("aria-pressed", "true")
    alone.click()
    expect(rows).to_have_count(count)


def test_the_same_as_a_table(signed_in: SignIn) -> None:
    """What is recorded, what is not, and what is marked, in words with times; a button goes there."""
    page = signed_in("/playback")
    # Pressed as soon as it can be: what is recorded may not be known yet.
    page.get_by_role("button", name="List what is recorded").click()
    dialog = page.get_by_role("dialog", name="Recordings in the shown time")
    yard = dialog.get_by_role("row", name=re.compile("^Yard"))
    expect(yard.filter(has_text="Not recorded").first).to_be_visible()
    assert [cell.split("\t")[1] for cell in yard.all_inner_texts()].count("Recorded") == 2
    expect(dialog.get_by_role("row", name=re.compile("Thing 7"))).to_be_visible()
    expect(dialog).to_contain_text("Recorder 1 answers slowly.")
    before = playhead(page)
    yard.first.get_by_role("button").click()
    expect(dialog).to_be_hidden()
    assert playhead(page) < before
    page.goto("/playback")
    page.get_by_role("button", name="List what is recorded").click()
    dialog.get_by_role("button", name="Open Thing 7").first.click()
    expect(page).to_have_url(re.compile("/things"))


def test_marks_are_no_stops_for_tab(signed_in: SignIn) -> None:
    """A busy day has hundreds of them; whoever uses the keyboard finds them in the table."""
    page = signed_in("/playback")
    expect(page.locator("host-timeline .mark").first).to_be_visible()
    page.get_by_role("button", name="Show less time ( + )").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("slider", name="Playhead")).to_be_focused()


def test_calendar_opens_at_the_shown_time(signed_in: SignIn) -> None:
    """What is chosen in the browser's calendar is where the playhead goes."""
    page = signed_in("/playback")
    page.get_by_role("button", name="Choose date and time").click()
    picker = page.locator("host-transport input.picker")
    assert picker.input_value()
    page.keyboard.press("Escape")
    before = playhead(page)
    picker.evaluate(
        "input => { const at = new Date(Date.parse(`${input.value}Z`) - 300000);"
        " input.value = at.toISOString().slice(0, 19); input.dispatchEvent(new Event('change')); }"
    )
    assert before - 302 <= playhead(page) <= before - 298


def test_setting_marks_moves_nothing(signed_in: SignIn) -> None:
    """Keys and buttons stay under the hand, and what is told lies above the timeline."""
    page = signed_in("/playback")
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(page.locator("host-transport")).to_be_visible()
    zoom = page.get_by_role("button", name=re.compile("^Show less time"))
    before = zoom.bounding_box()
    page.keyboard.press("[")
    expect(page.get_by_role("button", name="Remove both marks")).to_be_visible()
    assert zoom.bounding_box() == before
    page.keyboard.press("F9")
    notice = page.get_by_role("region", name="Notices").locator(".notice").first
    expect(notice).to_be_visible()
    told, timeline = notice.bounding_box(), page.locator(".timeline-area").bounding_box()
    assert told is not None
    assert timeline is not None
    assert told["y"] + told["height"] <= timeline["y"]


def test_recordings_and_playhead_show_in_colours_of_the_system(signed_in: SignIn) -> None:
    """With forced colours what is recorded differs from what is not, and the current tab from the others."""
    page = signed_in("/playback")
    page.emulate_media(forced_colors="active")
    background = "element => getComputedStyle(element).backgroundColor"
    spans = page.locator("host-timeline .span")
    expect(spans.first).to_be_visible()
    assert spans.first.evaluate(background) != page.locator("host-timeline .track").first.evaluate(background)
    current, other = (page.get_by_role("link", name=name, exact=True) for name in ("Playback", "Live"))
    assert current.evaluate(background) != other.evaluate(background)
    picture = "element => getComputedStyle(element).backgroundImage"
    assert "gradient" in page.locator("host-timeline .playhead").evaluate(picture)
